"""The sentences: both languages, every screen, and none of the words that name a cause."""

import re

import pytest

from escrutinio.evidence.screening.result import Family, Missing, Screen
from escrutinio.evidence.screening.run import screen
from escrutinio.evidence.screening.screen_texts import SCREENS
from escrutinio.evidence.screening.words import chance, explain, sentences
from tests.evidence.screening.made import made

LOADED = re.compile(
    r"fraud|false sheet|manipulat|tamper|suspic|anomal|rigg|fake|sospech|falsific|trampa|irregular",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_screen_speaks_and_names_no_cause(language: str) -> None:
    result = screen(made(1, centers=30), seed=1, replicates=399)
    assert {found.name for found in result.screens} == set(SCREENS)
    for found in result.screens:
        said = sentences(found, language)
        assert len(said) == 2
        assert not LOADED.search(" ".join(said)), said
        assert "{" not in " ".join(said)
        words = explain(found, language)
        for part in (words.heading, words.seen, words.model, words.is_not, words.innocent, words.look_at):
            assert part.strip()


def a_screen(**change: object) -> Screen:
    values: dict[str, object] = {
        "name": "integer-share", "subject": "EG", "family": Family.FIGURES, "sheets": 25_073,
        "observed": 2_656.0, "null_mean": 2_543.7, "null_sd": 47.2, "p": 0.012, "p_holm": 0.2, "tests": 17,
    }  # fmt: skip
    return Screen(**(values | change))  # type: ignore[arg-type]


def test_figures_are_written_as_the_language_does() -> None:
    assert "2,656 on 25,073 sheets; the model gives 2,544 ± 47" in sentences(a_screen(), "en")[0]
    assert (
        "inside the expected range (p 0.012; 0.20 after correction for 17 tests)"
        in sentences(a_screen(), "en")[0]
    )
    assert "2.656 en 25.073 actas" in sentences(a_screen(), "es")[0]
    assert "fuera del rango esperado" in sentences(a_screen(p_holm=0.01), "es")[0]


def test_a_chance_too_small_to_write_is_less_than_the_least_that_is_written() -> None:
    assert "(p < 0.000001; < 0.000001 after" in sentences(a_screen(p=3e-57, p_holm=5e-57), "en")[0]
    assert [chance(p, "es", 4) for p in (3e-57, 4e-5, 6e-5)] == ["< 0,0001", "< 0,0001", "0,0001"]


def test_lists_are_announced_as_no_ranking() -> None:
    said = sentences(
        a_screen(name="overvotes", subject="", p=None, null_mean=None, listed=("a.01", "b.02")), "en"
    )[0]
    assert "Listed by code, not by size: a.01, b.02." in said


@pytest.mark.parametrize("missing", list(Missing))
def test_what_is_unknown_is_said_to_be(missing: Missing) -> None:
    assert "Unknown" in sentences(a_screen(observed=None, missing=missing), "en")[0]
    assert "Se desconoce" in sentences(a_screen(observed=None, missing=missing), "es")[0]


def test_another_language_is_refused() -> None:
    with pytest.raises(KeyError, match="de"):
        sentences(a_screen(), "de")
