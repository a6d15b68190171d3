"""How well the QR code of a printed sheet is read after damage: a sheet with 38 options at 200 dpi.

Each damage of tests/damage.py is applied at each of its levels with several seeds, and zxing-cpp reads what
is left. The rows marked * have to be read every time: seven degrees, blur, folds, fading, JPEG of
quality 30, each alone and several at once.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image

from benchmarks.harness import Options, parse_options
from escrutinio.publication.documents.sheets.pdf import PAPERS, sheet_pdf
from tests.damage import DAMAGES, Damage, worn
from tests.publication.sheets import sheet_of_options

PRINT_DPI, SCAN_DPI = 203, 200
OPTIONS = 38


def main() -> None:
    options = parse_options(__doc__ or "")
    seeds = 2 if options.short else 5
    sheet = sheet_of_options(OPTIONS)
    unread = 0
    for paper in PAPERS:
        page = page_image(sheet_pdf(sheet, paper))
        for name, level, must, damage in _damages():
            read = sum(reads(damage(page, seed), sheet.qr) for seed in range(seeds))
            _row(paper, name, level + ("*" if must else ""), read, seeds, options)
            unread += must and read < seeds
    sys.exit(f"{unread} of the rows marked * were not read every time" if unread else 0)


def _damages() -> Iterator[tuple[str, str, bool, Callable[[Image.Image, int], Image.Image]]]:
    """Name, level, whether it must be read, and the damage itself with an image and a seed to come."""
    for name, found in DAMAGES.items():
        for level in found.levels:
            yield name, f"{level:g}", level == found.must, partial(_damaged, found.damage, level)
    yield "several at once", "", True, worn


def _damaged(damage: Damage, level: float, image: Image.Image, seed: int) -> Image.Image:
    return damage(image, level, seed)


def page_image(pdf: bytes) -> Image.Image:
    """The first page of a PDF as a print head of 203 dpi leaves it, whose dots are black or white, and then
    as a scanner of 200 dpi sees it in grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page: Image.Image = document[0].render(scale=PRINT_DPI / 72, grayscale=True).to_pil()
    finally:
        document.close()
    dots = page.convert("1", dither=Image.Dither.NONE).convert("L")
    return dots.resize([round(side * SCAN_DPI / PRINT_DPI) for side in dots.size], Image.Resampling.BICUBIC)


def reads(image: Image.Image, text: str) -> bool:
    """Whether zxing-cpp finds a QR code with exactly this text."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return any(found.text == text for found in zxingcpp.read_barcodes(image, formats))


def _row(paper: str, name: str, level: str, read: int, seeds: int, options: Options) -> None:
    if options.json:
        print(json.dumps({"paper": paper, "damage": name, "level": level, "read": read, "of": seeds}))
    else:
        print(f"{paper:<5} {name:<24} {level:>8}   {read:>3} of {seeds}", flush=True)


if __name__ == "__main__":
    main()
