"""Making an image of a sheet fit to be shown: explicit regions are kept, everything else is blanked.

Sheets carry names, identity numbers and signatures of private persons, so an image is never published by
default. What is written here is made from pixels alone: no metadata, thumbnail or colour profile of the
original is carried over. That the kept regions show no person is for a person to check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image

from escrutinio.base.errors import InputError
from escrutinio.intake.scan.decode import read_codes
from escrutinio.intake.scan.images import open_image, read_pages, to_grey
from escrutinio.intake.scan.page import Page
from escrutinio.intake.scan.results import Found, read_text

BLANK = 0
"""What is not kept becomes black, so that nobody takes it for empty paper."""

QUIET = 0.12
"""What `suggest` keeps around a QR code, as a share of its side: the quiet zone that readers need."""

_FORM = re.compile(r"(\d{1,6}),(\d{1,6}),([1-9]\d{0,5}),([1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the image as it is shown: left, top, width and height in pixels."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


@dataclass(frozen=True, slots=True)
class Redacted:
    """The redacted image as a PNG file, the regions kept, and the SHA-256 of the original file and of it."""

    png: bytes
    size: tuple[int, int]
    regions: tuple[Region, ...]
    original: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the PNG file."""
        return sha256(self.png).digest()


def read_region(text: str) -> Region:
    """A region as a person types it: `X,Y,WIDTH,HEIGHT` in pixels. Raises InputError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InputError("region-form", value=repr(text[:40]))
    return Region(*map(int, found.groups()))


def redact(data: bytes, keep: Sequence[Region]) -> Redacted:
    """Blank everything of an image file but the regions. Raises InputError: nothing to keep, a region that
    reaches beyond the image, a file that cannot be read."""
    if not keep:
        raise InputError("region-none")
    image = open_image(data)
    for region in keep:
        if region.x + region.width > image.width or region.y + region.height > image.height:
            raise InputError("region-beyond", region=region, width=image.width, height=image.height)
    grey = to_grey(image)
    clean = Image.new("L", grey.size, BLANK)
    for region in keep:
        box = (region.x, region.y, region.x + region.width, region.y + region.height)
        clean.paste(grey.crop(box), box)
    out = BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Redacted(out.getvalue(), grey.size, tuple(keep), sha256(data).digest())


def suggest(data: bytes) -> tuple[Region, ...]:
    """The surroundings of each sheet's QR code on the first page of an image. Raises UnreadableError.

    A QR code of something else is not suggested: it may carry anything, a person's number among it.
    """
    page: Page = next(iter(read_pages(data)))
    height, width = (round(side * page.reduced) for side in page.pixels.shape)
    regions = []
    for code in read_codes(page).codes:
        if read_text(code.text)[0] is Found.OTHER:
            continue
        across, down = zip(*code.corners, strict=True)
        margin = round(QUIET * max(max(across) - min(across), max(down) - min(down)))
        left, top = max(0, min(across) - margin), max(0, min(down) - margin)
        right, bottom = min(width, max(across) + margin), min(height, max(down) + margin)
        regions.append(Region(left, top, right - left, bottom - top))
    return tuple(regions)
