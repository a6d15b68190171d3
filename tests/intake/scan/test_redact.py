"""A redacted image holds the pixels of the regions kept, and nothing else of the original."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from escrutinio.base.errors import InputError
from escrutinio.intake.scan.decode import read_codes
from escrutinio.intake.scan.images import read_pages
from escrutinio.intake.scan.problems import UnreadableError
from escrutinio.intake.scan.redact import Region, read_region, redact, suggest
from tests.intake.scan.made import code, file, page, sheet, text_of

GRAIN = np.random.default_rng(4).integers(1, 256, (60, 80)).astype(np.uint8)
IMAGE = Image.fromarray(GRAIN)


def pixels(png: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(BytesIO(png)))


@given(st.lists(st.tuples(*[st.integers(0, 59)] * 2, *[st.integers(1, 60)] * 2), min_size=1, max_size=4))
def test_what_is_kept_is_exact_and_the_rest_is_black(corners: list[tuple[int, int, int, int]]) -> None:
    regions = [Region(x, y, min(w, 80 - x), min(h, 60 - y)) for x, y, w, h in corners]
    kept = np.zeros((60, 80), np.bool_)
    for region in regions:
        kept[region.y : region.y + region.height, region.x : region.x + region.width] = True
    found = pixels(redact(file(IMAGE), regions).png)
    assert (found == np.where(kept, GRAIN, 0)).all()


def test_no_metadata_thumbnail_or_profile_is_left() -> None:
    exif = Image.Exif()
    exif[0x9286] = "a person's name"
    marks = PngImagePlugin.PngInfo()
    marks.add_text("Comment", "a person's name")
    for original in (
        file(IMAGE, "JPEG", exif=exif, comment=b"a person's name", icc_profile=b"a person's name"),
        file(IMAGE, "PNG", pnginfo=marks, exif=exif, icc_profile=b"a person's name"),
    ):
        assert b"a person's name" in original
        made = redact(original, [Region(0, 0, 80, 60)])
        clean = Image.open(BytesIO(made.png))
        clean.load()
        assert (clean.info, dict(clean.getexif()), clean.mode) == ({}, {}, "L")
        assert b"person" not in made.png
        assert made.digest != made.original


def test_regions_are_of_the_image_as_it_is_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = redact(file(IMAGE, "PNG", exif=exif), [Region(0, 0, 60, 80)])
    assert (pixels(made.png) == np.rot90(GRAIN, -1)).all()


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        ([], "No region"),
        ([Region(0, 0, 81, 10)], "reaches beyond"),
        ([Region(70, 50, 10, 11)], "reaches beyond"),
    ],
)
def test_regions_must_be_there_and_inside(regions: list[Region], message: str) -> None:
    with pytest.raises(InputError, match=message):
        redact(file(IMAGE), regions)


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(UnreadableError):
        redact(b"a letter", [Region(0, 0, 1, 1)])


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,0", "-1,2,3,4", "1.5,2,3,4", "1,2,3,4,5", "1,2,3,9999999", "١,2,3,4"]
)
def test_a_region_is_four_whole_numbers(text: str) -> None:
    with pytest.raises(InputError, match="is no region"):
        read_region(text)
    assert str(read_region("1,2,3,4")) == "1,2,3,4"


def test_the_suggestion_keeps_the_code_readable_and_nothing_above_it() -> None:
    drawn = sheet(text_of(3))
    [region] = suggest(file(drawn))
    assert region.y > 700
    kept = redact(file(drawn), [region])
    [only] = read_pages(kept.png)
    assert [found.text for found in read_codes(only).codes] == [text_of(3)]


def test_a_code_of_something_else_is_not_suggested() -> None:
    card = code("https://example.org/person/1")
    assert read_codes(page(card)).codes
    assert suggest(file(card)) == ()
