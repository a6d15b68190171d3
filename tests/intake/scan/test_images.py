"""Files that are images, nearly images, and nothing of the kind; each answer is a page or one sentence."""

import os
import struct
import sys
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from escrutinio.intake.scan import images
from escrutinio.intake.scan.images import open_image, read_pages
from escrutinio.intake.scan.page import MAX_PAGES
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.regular import read_regular
from tests.intake.scan.made import file, sheet, text_of

PAGE = sheet(text_of(1))


def problem_of(data: bytes) -> tuple[Problem, str]:
    with pytest.raises(UnreadableError) as caught:
        list(read_pages(data))
    return caught.value.problem, str(caught.value)


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it has this size, and is a few bytes long: a decompression bomb's outside."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_images_of_every_format_are_grey_pages(kind: str, mode: str) -> None:
    [page] = read_pages(file(PAGE.convert(mode), kind))
    assert (page.number, page.pixels.dtype.name, page.pixels.shape) == (1, "uint8", (PAGE.height, PAGE.width))
    assert abs(float(page.pixels.mean()) - float(np.asarray(PAGE).mean())) < 8


def test_transparency_is_paper_and_sixteen_bits_are_eight() -> None:
    ink = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (0, 0, 20, 40))
    [page] = read_pages(file(ink))
    assert (page.pixels[0, 0], page.pixels[0, 39]) == (0, 255)
    deep = Image.fromarray(np.array([[0, 65_535]], np.uint16))
    [page] = read_pages(file(deep))
    assert page.pixels.tolist() == [[0, 255]]


def test_a_photo_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    turned = file(PAGE, "JPEG", exif=exif)
    assert [page.pixels.shape for page in read_pages(turned)] == [(PAGE.width, PAGE.height)]
    assert open_image(turned).size == (PAGE.height, PAGE.width)


def test_all_pages_of_a_tiff_and_one_of_a_moving_picture() -> None:
    more = [PAGE.resize((64, 64)), PAGE.resize((32, 32))]
    assert [p.number for p in read_pages(file(PAGE, "TIFF", save_all=True, append_images=more))] == [1, 2, 3]
    assert [p.number for p in read_pages(file(PAGE, "GIF", save_all=True, append_images=more))] == [1]


def test_a_large_page_is_read_at_half_its_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_LARGE", PAGE.width * PAGE.height - 1)
    for kind in ("JPEG", "PNG"):
        [page] = read_pages(file(PAGE, kind))
        assert (page.pixels.shape, page.reduced) == ((PAGE.height // 2, PAGE.width // 2), 2.0)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.NOT_AN_IMAGE),
        (b"hello, this is a letter", Problem.NOT_AN_IMAGE),
        (b"PK\x03\x04" + b"\0" * 200, Problem.NOT_AN_IMAGE),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, Problem.FORMAT),
        (png_of(20_000, 10_000), Problem.TOO_MANY_PIXELS),
        (png_of(11_000, 11_000), Problem.TOO_MANY_PIXELS),
        (png_of(0xFFFFFF, 0xFFFFFF), Problem.TOO_MANY_PIXELS),
        (file(PAGE, "JPEG")[:200], Problem.DAMAGED_IMAGE),
        (b"%PDF-1.7\n" + b"garbage" * 40, Problem.DAMAGED_IMAGE),
    ],
    ids=["empty", "text", "zip", "heic", "200-megapixels", "121-megapixels", "bomb",
         "cut-in-its-head", "broken-pdf"],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(data: bytes, problem: Problem) -> None:
    found, sentence = problem_of(data)
    assert found is problem
    assert "\n" not in sentence
    assert 10 < len(sentence) < 300


@pytest.mark.parametrize(
    "data",
    [png_of(900, 900), file(PAGE)[:3_000], file(PAGE, "JPEG")[:3_000], file(PAGE, "TIFF")[:3_000]],
    ids=["hollow", "png", "jpeg", "tiff"],
)
def test_of_an_image_that_is_cut_off_what_is_there_is_a_page_that_says_so(data: bytes) -> None:
    [page] = read_pages(data)
    assert page.cut
    with pytest.raises(UnreadableError):
        open_image(data)  # what a person is shown, or what is redacted, is whole
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    [whole] = read_pages(file(PAGE))
    assert not whole.cut


@given(st.data())
def test_a_damaged_file_is_a_page_or_a_sentence(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from([SMALL_PNG, SMALL_JPEG, SMALL_TIFF]))
    at = data.draw(st.integers(0, len(original) - 1))
    damaged = original[:at] + data.draw(st.binary(max_size=8)) + original[at + data.draw(st.integers(0, 8)) :]
    with suppress(UnreadableError):
        assert all(page.pixels.ndim == 2 for page in read_pages(damaged))


SMALL_PNG, SMALL_JPEG, SMALL_TIFF = (file(PAGE.resize((60, 80)), kind) for kind in ("PNG", "JPEG", "TIFF"))


MM = 72 / 25.4


def pdf(pages: int = 1, *, size: tuple[float, float] = (210, 297)) -> bytes:
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        page = made.new_page(size[0] * MM, size[1] * MM)
        if pages == 1:
            image = pypdfium2.PdfImage.new(made)
            image.set_bitmap(pypdfium2.PdfBitmap.from_pil(PAGE))
            image.set_matrix(pypdfium2.PdfMatrix().scale(80 * MM, 100 * MM).translate(20 * MM, 20 * MM))
            page.insert_obj(image)
            page.gen_content()
    buffer = BytesIO()
    made.save(buffer)
    made.close()
    return buffer.getvalue()


def with_password() -> bytes:
    """An empty document that asks for a password (PDF 32000-1, section 7.6.3): its check value fits none."""
    key = f"<{'5a' * 32}>"
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        f"3 0 obj<</Filter/Standard/V 1/R 2/O{key}/U{key}/P -4>>endobj\n"
        f"trailer<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[{key}{key}]>>\n%%EOF\n"
    ).encode()


def test_a_pdf_page_is_drawn_at_300_dpi() -> None:
    [page] = read_pages(pdf())
    height, width = page.pixels.shape
    assert (round(height, -1), round(width, -1)) == (3510, 2480)
    assert page.pixels.min() < 40


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (with_password(), Problem.ENCRYPTED),
        (pdf(MAX_PAGES + 1), Problem.TOO_MANY_PAGES),
        (pdf(size=(5_000, 5_000)), Problem.TOO_MANY_PIXELS),
    ],
    ids=["password", "many-pages", "large-page"],
)
def test_a_pdf_beyond_the_limits_is_refused(data: bytes, problem: Problem) -> None:
    assert problem_of(data)[0] is problem


def regular_problem(path: Path, limit: int = 100) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        read_regular(path, limit)
    return caught.value.problem


def test_only_regular_files_of_some_size_are_read(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"x" * 100)
    assert read_regular(plain, 100).data == b"x" * 100
    (tmp_path / "link").symlink_to(plain)
    os.mkfifo(tmp_path / "pipe")
    assert regular_problem(plain, 99) is Problem.TOO_LARGE
    assert regular_problem(tmp_path / "link") is Problem.NOT_A_FILE
    assert regular_problem(tmp_path / "pipe") is Problem.NOT_A_FILE
    assert regular_problem(Path(os.devnull)) is Problem.NOT_A_FILE
    assert regular_problem(tmp_path / "gone") is Problem.VANISHED
    assert regular_problem(tmp_path) is Problem.NOT_A_FILE
    assert regular_problem(tmp_path / ("x" * 300)) is Problem.NOT_READABLE


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that grows while it is read, as /proc has")
def test_a_file_that_changes_while_it_is_read_is_no_image() -> None:
    assert regular_problem(Path("/proc/self/status"), 1 << 20) is Problem.CHANGED
