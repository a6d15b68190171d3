"""Numbers, words and colours of the site."""

import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import SOURCE, catalogue
from escrutinio.base.words.format import Format
from escrutinio.base.words.titles import Untold, choose
from escrutinio.core.election.findings.finding import Severity
from escrutinio.core.election.state import Standing
from escrutinio.core.records.codes import Kind, LogRole, Method
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import BY_NAME
from escrutinio.publication.browser.files import asset
from escrutinio.publication.documents import labels
from escrutinio.publication.documents.charts import bar, strip
from escrutinio.publication.site.words import isolated
from tests.paths import MOMENTS, ROOT

# --- numbers ---


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", ["0", "999", "1.000", "9.999", "10.000", "7.303.480", "−1.977.376", "+3.092.702"]),
        ("en", ["0", "999", "1,000", "9,999", "10,000", "7,303,480", "−1,977,376", "+3,092,702"]),
    ],
)
def test_numbers_have_the_separators_of_the_language(language: str, expected: list[str]) -> None:
    form = Format(language)
    written = [form.number(value) for value in (0, 999, 1_000, 9_999, 10_000, 7_303_480, -1_977_376)]
    assert [*written, form.signed(3_092_702)] == expected
    assert form.signed(0) == "0"


@given(st.integers(-(2**63), 2**63))
def test_a_written_number_is_the_number(value: int) -> None:
    written = Format("es").number(value)
    assert int(written.replace(".", "").replace("−", "-")) == value


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (7_303_480, 10_887_262, "67,08\u00a0%"),
        (3_316_142, 10_887_262, "30,46\u00a0%"),
        (0, 5, "0,00\u00a0%"),
        (5, 5, "100,00\u00a0%"),
        (1, 8, "12,50\u00a0%"),
        (1, 20_000, "0,01\u00a0%"),
        (3, 0, "–"),
        (25, 1, "2.500,00\u00a0%"),
    ],
)
def test_shares_are_rounded_exactly_halves_up(part: int, whole: int, expected: str) -> None:
    assert Format("es").percent(part, whole) == expected


def test_a_share_is_written_as_the_scripts_of_the_pages_write_it() -> None:
    for part, whole, expected in json.loads((ROOT / "tests/base/percentages.json").read_text()):
        assert Format("en").percent(part, whole) == expected


@given(st.integers(0, 2**53), st.integers(1, 2**53))
def test_a_written_share_is_within_half_a_digit(part: int, whole: int) -> None:
    written = Fraction(Format("en").percent(part, whole).removesuffix("%").replace(",", ""))
    assert abs(written - Fraction(100 * part, whole)) <= Fraction(1, 100)
    assert (written == 0) == (part == 0)
    assert (written == 50) == (2 * part == whole)
    assert (written == 100) == (part == whole)


def test_announced_percentages_keep_their_digits() -> None:
    assert [Format("es").announced(text) for text in ("51.20", "51.2", "80")] == [
        "51,20\u00a0%",
        "51,2\u00a0%",
        "80\u00a0%",
    ]
    assert Format("es").announced("some 80.5") == "some 80.5"


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(Fraction(849, 100), "+8,49"), (Fraction(-1, 200), "−0,01"), (Fraction(1, 201), "0,00")],
)
def test_points_have_a_sign(difference: Fraction, expected: str) -> None:
    assert Format("es").points(difference) == expected


def test_sizes_days_and_moments() -> None:
    assert [Format("es").size(count) for count in (999, 1_500, 2_219_881)] == [
        "999\u00a0B",
        "1,5\u00a0kB",
        "2,2\u00a0MB",
    ]
    assert Format("es").day("2024-07-28") == "28 de julio de 2024"
    assert Format("en").day("2024-07-28") == "July 28, 2024"


@pytest.mark.parametrize("case", json.loads(MOMENTS.read_bytes()), ids=lambda case: case["said"])
def test_moments_are_told_by_the_clocks_of_the_place(case: dict[str, str | int]) -> None:
    form = Format(str(case["language"]), int(case["offset"]))
    assert form.moment(int(case["seconds"])) == case["said"]


def test_a_language_the_site_does_not_speak_is_refused() -> None:
    with pytest.raises(PublicationError, match="'tlh'; it speaks es, en"):
        Format("tlh")


# --- words ---


def test_every_code_has_a_word() -> None:
    assert set(labels.RECORDS) == set(BY_NAME)
    for table, codes in (
        (labels.SEVERITIES, Severity),
        (labels.STANDINGS, Standing),
        (labels.METHODS, Method),
        (labels.LOG_ROLES, LogRole),
        (labels.KINDS, Kind),
        (labels.KIND_NOTICES, Kind),
    ):
        assert set(table) == set(codes)


def test_plurals_follow_the_number() -> None:
    one, many = "%(count)s reply", "%(count)s replies"
    spanish = [catalogue("es").ngettext(one, many, count) for count in (0, 1, 2)]
    assert spanish == ["%(count)s respuestas", "%(count)s respuesta", "%(count)s respuestas"]
    assert catalogue(SOURCE).ngettext(one, many, 1) == one


def test_a_title_is_chosen_by_language() -> None:
    both = (Title("es", "Mesa"), Title("en", "Station"))
    assert [choose(both, language, "x").text for language in ("es", "en", "fr")] == [
        "Mesa",
        "Station",
        "Mesa",
    ]
    assert choose((), "es", "x") == Untold("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Zoë & <b>", "Zoë &amp; &lt;b&gt;"), ("שלום", "<bdi>שלום</bdi>"), ("a <ا>", "<bdi>a &lt;ا&gt;</bdi>")],
)
def test_right_to_left_names_are_isolated(text: str, expected: str) -> None:
    assert isolated(text) == expected


# --- charts and colours ---


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_a_bar_is_never_longer_than_its_place(part: int, whole: int) -> None:
    width = re.search(r'<rect width="([0-9.]+)%?"', bar(part, whole))
    assert width is not None
    assert 0 <= float(width[1]) <= 100


def test_a_piece_that_is_not_empty_can_be_seen() -> None:
    drawn = strip((("counted", 30_000), ("pending", 1), ("never", 0)))
    assert re.findall(r"class=(\w+)", drawn) == ["counted", "pending"]
    assert "class=pending x=99.99% width=0.24%" in drawn


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def schemes(sheet: str = "site") -> list[dict[str, str]]:
    css = asset(f"css/{sheet}.css").decode()
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks]


@pytest.mark.parametrize("sheet", ["site", "verifier"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(scheme: int, sheet: str) -> None:
    colours = schemes(sheet)[scheme]
    for text in ("ink", "muted", "accent", "note"):
        for ground in ("paper", "panel"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for graphic in ("bar", "accent", "note", "muted"):
        assert graphic not in colours or contrast(colours[graphic], colours["panel"]) >= 3, graphic


@pytest.mark.parametrize("sheet", ["verifier", "embed"])
def test_what_stands_alone_has_the_colours_of_the_pages(sheet: str) -> None:
    """They have their own copy, since their bytes are named or shown elsewhere; it is one palette."""
    for mine, whole in zip(schemes(sheet), schemes(), strict=True):
        assert mine.items() <= whole.items()
