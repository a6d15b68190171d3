"""QR codes are read off whole, damaged and crowded pages, and their places are known."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps

from escrutinio.intake.scan import attempts
from escrutinio.intake.scan.decode import Seen, read_codes
from escrutinio.intake.scan.images import read_pages
from escrutinio.intake.scan.results import read_text
from tests import damage as d
from tests.intake.scan.made import QR2024, code, page, sheet, text_of
from tests.paths import ROOT

TEXT = text_of(1)


def texts(seen: Seen) -> list[str]:
    return sorted(each.text for each in seen.codes)


def test_a_clean_page_is_read_at_the_first_attempt_with_its_place() -> None:
    [found] = read_codes(page(sheet(TEXT))).codes
    side = code(TEXT).width - 2 * 4 * 4
    left, top = (640 - side) // 2, 1200 - 20 - 16 - side
    expected = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    assert (found.text, found.attempt) == (TEXT, "plain")
    assert np.abs(np.array(found.corners) - expected).max() <= 4


MUST = [(name, found.must) for name, found in d.DAMAGES.items() if found.must is not None]


@pytest.mark.parametrize(("name", "level"), MUST)
def test_the_damage_that_must_be_read_is(name: str, level: float) -> None:
    for seed in range(2):
        damaged = d.DAMAGES[name].damage(sheet(TEXT, module=6), level, seed)
        assert texts(read_codes(page(damaged))) == [TEXT]


HARD: dict[str, Callable[[Image.Image], Image.Image]] = {
    "all at once": lambda image: d.worn(image, 1),
    "grain": lambda image: d.noise(image, 90, 1),
    "out of focus": lambda image: d.blur(image, 2.2),
    "streaks": lambda image: d.streaks(image, 30, 1),
    "half the resolution": lambda image: d.jpeg(ImageOps.scale(image, 0.5), 70),
    "inverted": ImageOps.invert,
}


@pytest.mark.parametrize("name", HARD)
def test_what_one_look_may_miss_is_read_by_a_later_attempt(name: str) -> None:
    assert texts(read_codes(page(HARD[name](sheet(TEXT))))) == [TEXT]


def test_a_place_is_known_whatever_attempt_reads_it() -> None:
    """Streaks that only a later attempt reads do not move the code."""
    clean, streaked = sheet(TEXT), d.noise(sheet(TEXT), 110, 2)
    [before], [after] = read_codes(page(clean)).codes, read_codes(page(streaked)).codes
    assert after.attempt != "plain"
    assert np.abs(np.array(before.corners) - after.corners).max() <= 6


def test_several_sheets_on_one_image_are_all_read() -> None:
    wanted = [text_of(n) for n in range(4)] + [QR2024]
    table = Image.new("L", (1_400, 1_500), 180)
    for number, text in enumerate(wanted):
        turned = d.rotate(code(text), 4 * number, number)
        table.paste(turned, (40 + number % 3 * 440, 60 + number // 3 * 620))
    assert texts(read_codes(page(table))) == sorted(wanted)


def test_a_damaged_sheet_beside_a_whole_one_is_not_forgotten() -> None:
    table = Image.new("L", (900, 500), 250)
    table.paste(code(text_of(1)), (20, 40))
    torn = code(text_of(2))
    torn.paste(255, (110, 110, 250, 250))
    table.paste(torn, (460, 40))
    seen = read_codes(page(table))
    assert (texts(seen), seen.unread) == ([text_of(1)], 1)


def test_the_same_sheet_twice_is_found_twice() -> None:
    table = Image.new("L", (900, 500), 250)
    for left in (20, 460):
        table.paste(code(TEXT), (left, 40))
    assert texts(read_codes(page(table))) == [TEXT, TEXT]


@pytest.mark.parametrize(
    "image", [Image.new("L", (1, 1)), Image.new("L", (3, 700), 255), Image.new("L", (500, 500))]
)
def test_an_image_without_a_code_holds_none(image: Image.Image) -> None:
    assert read_codes(page(image)) == Seen((), 0)


def test_print_without_a_code_is_not_taken_for_one() -> None:
    printed = sheet(TEXT).crop((0, 0, 640, 600))
    assert read_codes(page(printed)) == Seen((), 0)


def test_the_budget_ends_the_search() -> None:
    lost = d.streaks(sheet(TEXT), 140, 1)
    looked = [each.pixels.size for each in attempts.attempts_on(page(lost).pixels, list)]
    assert sum(looked) > 12 * looked[0]
    assert read_codes(page(lost), budget=1).codes == ()


def test_the_way_back_leads_to_the_page() -> None:
    """A mark that is turned or flattened is found again where it was."""
    pixels = np.full((300, 200), 255, np.uint8)
    pixels[100:110, 60:70] = 0
    corners = np.array([(30.0, 60), (150, 75), (140, 220), (20, 200)])
    for made, back in (attempts.turn(pixels, 30), attempts.flatten(pixels, corners, 400)):
        rows, columns = np.nonzero(made < 100)
        centre = attempts.unfold(np.array([[columns.mean() + 0.5, rows.mean() + 0.5]]), back)
        assert np.abs(centre - (65, 105)).max() < 1.5


@pytest.mark.parametrize(("name", "station"), [("scan-a", "010111037.02"), ("scan-b", "010111043.01")])
def test_the_real_scans_are_read(name: str, station: str) -> None:
    content = (ROOT / "tests/data/photos" / f"{name}.png").read_bytes()
    [only] = read_pages(content)
    [found] = read_codes(only).codes
    sheet_read = read_text(found.text)[3]
    assert sheet_read is not None
    assert (sheet_read.station, found.attempt) == (station, "plain")
    assert texts(read_codes(page(d.worn(Image.fromarray(only.pixels[5_900:]), 3)))) == [found.text]
