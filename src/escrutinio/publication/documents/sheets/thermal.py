"""Sheets for thermal printers (ESC/POS), of a roll 80 mm wide whose head has 576 dots, 8 to the millimetre.

A sheet is set by the template of the PDF, at the dots of the print head, and sent as a picture: a printer
knows some code pages and no more, and the QR code has the very modules that the PDF has.
"""

from __future__ import annotations

from io import BytesIO

from escpos.printer import Dummy  # type: ignore[import-untyped]
from PIL import Image

from escrutinio.publication.documents.sheets.pdf import TEMPLATE, sheet_content
from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet
from escrutinio.publication.documents.typeset import lost_letters, pictures, texts_of

DOTS = 203.2
"""To the inch: 8 to the millimetre."""

HEAD = 576
"""Dots that a print head of 80 mm paper has; the paper has 4 mm on each side without any."""

DARK = 128
"""A dot whose grey is below is printed."""


def sheet_dots(sheet: PrintedSheet) -> Image.Image:
    """The sheet as black and white dots, as wide as the print head. Raises PublicationError."""
    paper = "80mm"
    lost = lost_letters(texts_of(sheet_content(sheet, paper, frozenset())))
    pages = pictures(TEMPLATE, sheet_content(sheet, paper, lost), DOTS)
    drawn = [_page(page) for page in pages]
    whole = Image.new("L", (HEAD, sum(page.height for page in drawn)), 255)
    top = 0
    for page in drawn:
        whole.paste(page, (0, top))
        top += page.height
    return whole.point(lambda grey: 255 if grey >= DARK else 0).convert("1", dither=Image.Dither.NONE)


def receipt(sheet: PrintedSheet) -> bytes:
    """What a printer takes to print the sheet and cut the paper. Raises PublicationError."""
    printer = Dummy()
    # Else the library prints a remark on its own output for every picture.
    printer.profile.profile_data["media"]["width"]["pixels"] = HEAD
    printer.hw("INIT")
    printer.image(sheet_dots(sheet), impl="bitImageRaster", fragment_height=960)
    printer.cut()
    return bytes(printer.output)


def _page(png: bytes) -> Image.Image:
    page = Image.open(BytesIO(png)).convert("L")
    left = (page.width - HEAD) // 2
    return page.crop((left, 0, left + HEAD, page.height))
