"""How many damaged sheets `escrutinio scan` reads, beside one look of zxing-cpp, by kind of damage and level.

A printed sheet with 38 options of a fictional election, on an 80 mm roll at 200 dpi, takes each damage of
tests/damage.py at each level with several seeds. Rows marked * have to be read every time. The last rows mix
damages, harder from row to row.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.harness import Options, parse_options
from benchmarks.qr_legibility import page_image, reads
from escrutinio.intake.scan.decode import read_codes
from escrutinio.intake.scan.page import Page
from escrutinio.publication.documents.sheets.pdf import sheet_pdf
from tests import damage as d
from tests.publication.sheets import sheet_of_options

OPTIONS = 38


@dataclass(frozen=True)
class Case:
    """One kind of damage at one level; `must`: it has to be read every time."""

    name: str
    level: str
    must: bool
    damage: Callable[[Image.Image, int], Image.Image]


def cases() -> Iterator[Case]:
    """Every damage at every level, then mixtures."""
    for name, found in d.DAMAGES.items():
        for amount in found.levels:
            yield Case(name, f"{amount:g}", amount == found.must, _at(found.damage, amount))
    yield Case("several at once", "", True, d.worn)
    for level, strength in (("mild", 0.5), ("hard", 1.0)):
        yield Case("photo from a phone", level, False, _at(_photo, strength))
        yield Case("worn printer, in the dark", level, False, _at(_dark, strength))


def main() -> None:
    options = parse_options(__doc__ or "")
    seeds = 1 if options.short else 10
    sheet = sheet_of_options(OPTIONS)
    page = page_image(sheet_pdf(sheet, "80mm"))
    missed = 0
    for case in cases():
        once, always, spent = 0, 0, 0.0
        for seed in range(seeds):
            image = case.damage(page, seed)
            once += reads(image, sheet.qr)
            started = time.perf_counter()
            found = read_codes(Page(1, np.asarray(image))).codes
            spent += time.perf_counter() - started
            always += any(code.text == sheet.qr for code in found)
        _row(case, once, always, seeds, spent / seeds, options)
        missed += case.must and always < seeds
    sys.exit(f"{missed} of the rows marked * were not read every time" if missed else 0)


def _at(damage: d.Damage, level: float) -> Callable[[Image.Image, int], Image.Image]:
    return lambda image, seed: damage(image, level, seed)


def _photo(image: Image.Image, strength: float, seed: int) -> Image.Image:
    """Folded, seen from aside, partly in shadow, a little out of focus, as JPEG of quality 30."""
    page = d.shadow(d.folds(image, 6 * strength, seed), 0.6 * strength, seed)
    page = d.blur(d.perspective(page, 0.15 * strength, seed), 1.4 * strength)
    return d.jpeg(d.noise(page, 20 * strength, seed), 70)


def _dark(image: Image.Image, strength: float, seed: int) -> Image.Image:
    """Streaks of a worn print head, faded, turned by 20 degrees, grainy."""
    page = d.fade(d.streaks(image, 30 * strength, seed), 0.6 * strength, seed)
    return d.noise(d.rotate(page, 20, seed), 30 * strength, seed)


def _row(case: Case, once: int, always: int, seeds: int, seconds: float, options: Options) -> None:
    level = case.level + ("*" if case.must else "")
    if options.json:
        row = {"damage": case.name, "level": level, "one_look": once, "scan": always, "of": seeds}
        print(json.dumps({**row, "seconds": round(seconds, 4)}), flush=True)
    else:
        figures = f"one look {once:>3}   scan {always:>3} of {seeds}"
        print(f"{case.name:<27} {level:>6}   {figures}   {seconds * 1000:6.0f} ms", flush=True)


if __name__ == "__main__":
    main()
