"""From the bytes of a file to pages in grey: bounded before anything is decoded, in one sentence where not.

The bytes decide what a file is, never its name. Nothing is followed, executed or fetched: no links, no
devices, no passwords.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from escrutinio.intake.scan.page import MAX_PAGES, MAX_PIXELS, Page
from escrutinio.intake.scan.problems import Problem, UnreadableError

_LARGE = 24_000_000
"""Above so many pixels a page is read at half its resolution: less time, and no QR code needs more."""

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP", "GIF")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"mif1")
"""The brands of HEIC (ISO/IEC 23008-12, annex B), which Pillow reads with the package `pillow-heif`."""
_PDF_WITHIN = 1024
"""A PDF begins within its first 1,024 bytes (ISO 32000-1, Annex H, note 13)."""


def read_pages(data: bytes) -> Iterator[Page]:
    """The pages of an image or PDF file, one after the other. Raises UnreadableError, also between pages.

    Of an image that is cut off the part that is there is a page, which says so.
    """
    if _is_pdf(data):
        from escrutinio.intake.scan.pdf import read_pdf

        yield from read_pdf(data)
        return
    with _open(data) as image:
        number = 0
        while _seek(image, number):
            number += 1
            if number > MAX_PAGES:
                raise UnreadableError(Problem.TOO_MANY_PAGES, f"> {MAX_PAGES}")
            yield _page_or_part(data, image, number)
            if image.format != "TIFF":  # a moving picture is one page
                return


def count_pages(data: bytes) -> int:
    """How many pages `read_pages` would give, undecoded. Raises UnreadableError."""
    if _is_pdf(data):
        from escrutinio.intake.scan.pdf import count_pdf

        return count_pdf(data)
    with _open(data) as image:
        number = 1
        while image.format == "TIFF" and _seek(image, number):
            number += 1
            if number > MAX_PAGES:
                raise UnreadableError(Problem.TOO_MANY_PAGES, f"> {MAX_PAGES}")
        return number


def is_plain(data: bytes) -> bool:
    """Whether a file begins as images of one page do; nothing is decoded, and it may be damaged."""
    begins = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM"))
    webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return (begins or webp or data[4:12] == b"ftypavif") and not _is_pdf(data)


def page_picture(data: bytes, page: int) -> Image.Image:
    """A page of an image or PDF file, its number from 1, as a person sees it. Raises UnreadableError."""
    if _is_pdf(data):
        from escrutinio.intake.scan.pdf import draw_pdf

        return Image.fromarray(draw_pdf(data, page).pixels)
    return open_image(data, page)


def open_image(data: bytes, page: int = 1) -> Image.Image:
    """An image of a file, by default the first, decoded, upright as a person sees it. Raises
    UnreadableError."""
    with _open(data) as image:
        if page > 1 and not _seek(image, page - 1):
            raise UnreadableError(Problem.CHANGED)
        _check_size(image)
        with _complaints():
            image.load()
            return ImageOps.exif_transpose(image)


def pixels_of(data: bytes) -> int:
    """How many pixels the first image of a file says that it has; nothing is decoded. Raises
    UnreadableError."""
    with _open(data) as image:
        return image.width * image.height


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:_PDF_WITHIN]


def to_grey(image: Image.Image) -> Image.Image:
    """An image in grey, what is transparent as white paper."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float64)
        top = 65_535 if image.mode.startswith("I") else max(1.0, float(values.max(initial=1.0)))
        return Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("L")
    return image.convert("L")


def _open(data: bytes) -> Image.Image:
    with _complaints():  # the limit that counts is ours, and is asked for in _check_size
        try:
            return Image.open(BytesIO(data), formats=(*_FORMATS, *_heic(data)))
        except UnidentifiedImageError:
            heic = data[4:8] == b"ftyp"
            raise UnreadableError(
                Problem.FORMAT if heic else Problem.NOT_AN_IMAGE, "HEIC" if heic else ""
            ) from None


def _heic(data: bytes) -> tuple[str, ...]:
    """The format's name where a file says that it is HEIC and the extra that reads it is installed."""
    if data[4:8] != b"ftyp" or data[8:12] not in _HEIC:
        return ()
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return ()
    register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _seek(image: Image.Image, frame: int) -> bool:
    """Go to a frame; False behind the last."""
    try:
        with _complaints():
            image.seek(frame)
    except (EOFError, UnreadableError):
        if frame:
            return False
        raise
    return True


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadableError(Problem.TOO_MANY_PIXELS, f"{width:,} × {height:,}")
    if width * height == 0:
        raise UnreadableError(Problem.DAMAGED_IMAGE, f"{width} × {height}")


def _page_or_part(data: bytes, image: Image.Image, number: int) -> Page:
    """A page; of an image that is cut off, what is there. Damage elsewhere does not hide what is whole."""
    try:
        return _page(image, number)
    except UnreadableError as fault:
        if fault.problem is not Problem.DAMAGED_IMAGE:
            raise
        with _what_is_there(), _open(data) as again:
            if not _seek(again, number - 1):
                raise
            return replace(_page(again, number), cut=fault.detail)


@contextmanager
def _what_is_there() -> Iterator[None]:
    """Let Pillow decode an image as far as it goes; its switch is one for the whole process."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _page(image: Image.Image, number: int) -> Page:
    _check_size(image)
    width, height = image.size
    large = width * height > _LARGE
    with _complaints():
        # A JPEG is decoded to grey at once, and by halves, without making its colours first.
        image.draft("L", (width // 2, height // 2) if large else (width, height))
        grey = to_grey(image)
        if large and grey.width == width:
            grey = grey.reduce(2)
        shown = ImageOps.exif_transpose(grey) if image.getexif().get(_ORIENTATION, 1) != 1 else grey
        return Page(number, np.asarray(shown), width / grey.width)


_ORIENTATION = 0x0112


@contextmanager
def _complaints() -> Iterator[None]:
    """Whatever a decoder raises on damaged data becomes UnreadableError; its warnings are dropped."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (UnreadableError, EOFError):
        raise
    except Image.DecompressionBombError:
        raise UnreadableError(Problem.TOO_MANY_PIXELS, f"> {MAX_PIXELS:,}") from None
    except Exception as error:  # a hostile header makes Pillow raise many kinds, struct.error among them
        raise UnreadableError(Problem.DAMAGED_IMAGE, _first_line(error)) from None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
