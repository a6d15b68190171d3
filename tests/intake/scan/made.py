"""Images of sheets of a country that does not exist, drawn small and fast for the tests of reading."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from io import BytesIO

import numpy as np
import segno
from PIL import Image

from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import TallySheet
from escrutinio.intake.scan.page import Grey, Page

KEY = SigningKey(sha256(b"key of a machine that does not exist").digest())
QR2024 = (
    "010111037.02.1.0001!98,5,4,1,3,0,1,2,7,2,0,0,7,1,0,0,1,2,0,2,0,0,0,0,0,1,0,0,0,0,1,0,0,5,12,222,0,2!0!0"
)


@cache
def text_of(station: int, counts: tuple[int, ...] = (5, 4, 3, 2), real: bool = False) -> str:
    """The QR text of a tally sheet of a station."""
    raw = seal(
        TallySheet(counts, (1, 0)),
        key=KEY,
        signer="machine/1",
        subject=f"{station:09}.01/presidente",
        election=bytes(range(32)),
        issued_at=1_922_400_000,
    )
    return qr_text(raw, real)


def code(text: str, module: int = 4) -> Image.Image:
    """The QR code of a text with its quiet zone, `module` pixels a module."""
    buffer = BytesIO()
    segno.make_qr(text, error="q", boost_error=False).save(buffer, kind="png", scale=module, border=4)
    return Image.open(buffer).convert("L")


def sheet(text: str, module: int = 4, size: tuple[int, int] = (640, 1200)) -> Image.Image:
    """A page with grey lines for its print and the code of a text below."""
    page = Image.new("L", size, 250)
    for line in range(20, size[1] // 2, 24):
        page.paste(90, (30, line, size[0] - 30 - line % 130, line + 9))
    drawn = code(text, module)
    page.paste(drawn, ((size[0] - drawn.width) // 2, size[1] - drawn.height - 20))
    return page


def page(image: Image.Image) -> Page:
    """An image as the reader takes it."""
    pixels: Grey = np.asarray(image.convert("L"))
    return Page(1, pixels)


def file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """An image as the bytes of a file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
