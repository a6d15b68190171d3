"""Reading A4 scans at 200 dpi with the sheets of a fictional election, beside the bare decoders.

One process reads a folder of JPEG files, each a printed sheet with 38 options, a little turned and noisy as a
scanner gives it. The floor decodes the same files to grey with Pillow and looks for QR codes with zxing-cpp,
with no journal, no digest and no second attempt. A second row has every fourth sheet damaged.
"""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import zxingcpp
from PIL import Image

from benchmarks.harness import measure, parse_options
from benchmarks.qr_legibility import page_image
from escrutinio.intake.scan.folder import list_folder, read_folder
from escrutinio.publication.documents.sheets.pdf import sheet_pdf
from tests.damage import fade, noise, rotate, streaks
from tests.publication.sheets import sheet_of_options

OPTIONS = 38
QUALITY = 75


def scans(count: int, damaged: int) -> list[bytes]:
    """JPEG files of the first page of a sheet, every `damaged`-th one with streaks and faded (0: none)."""
    page = page_image(sheet_pdf(sheet_of_options(OPTIONS), "a4"))
    files = []
    for number in range(count):
        image = noise(rotate(page, number % 5 * 0.4, number), 5, number)
        if damaged and number % damaged == 0:
            image = streaks(fade(image, 0.5, number), 25, number)
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=QUALITY, dpi=(200, 200))
        files.append(buffer.getvalue())
    return files


def bare(folder: Path) -> int:
    """Decode and look once; how many were read."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    read = 0
    for path in sorted(folder.iterdir()):
        image = Image.open(path)
        image.draft("L", image.size)
        read += bool(zxingcpp.read_barcodes(image.convert("L"), formats, try_rotate=False))
    return read


def main() -> None:
    options = parse_options(__doc__ or "")
    count = 12 if options.short else 60
    for name, damaged in (("clean", 0), ("every fourth damaged", 4)):
        with TemporaryDirectory() as place:
            folder = Path(place)
            for number, content in enumerate(scans(count, damaged)):
                (folder / f"{number:04}.jpg").write_bytes(content)
            measure(
                f"scan {count} A4 pages at 200 dpi, {name}",
                lambda folder=folder: list(read_folder(folder, list_folder(folder))),  # type: ignore[misc]
                lambda folder=folder: bare(folder),  # type: ignore[misc]
                "pages",
                count=count,
                options=options,
            )


if __name__ == "__main__":
    main()
