"""What a screen found, in sentences: what was seen, under which model, what it is not, what to look at.

The words never name a cause. A statistic outside its model says that the model does not fit; the innocent
reasons for that stand beside it, and so does what somebody can do to find out: open the image or the box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import decimal
from escrutinio.evidence.screening.result import Family, Missing, Screen
from escrutinio.evidence.screening.run import FEWEST_SHEETS, Screening
from escrutinio.evidence.screening.screen_texts import (
    EXTRA_SPREAD,
    HARD,
    IS_NOT,
    LISTED,
    MISSING,
    NOT_TESTED,
    SCREENS,
    SUBJECTS,
    TESTED,
    UNCORRECTED,
)
from escrutinio.evidence.screening.sheets import MOST_BALLOTS

MOST_LISTED = 50
LEFT_OUT = N_(
    "Sheets not looked at, having more than {most:,} ballots or registered voters: {count:,} ({listed})."
)

_OUTSIDE = N_(
    "Of {tested:,} statistics of single figures on {sheets:,} sheets {outside:,} lie outside what their "
    "model gives, at 5% after correction for their number."
)
_FEW = N_(
    "Sheets: {sheets:,}. These models are of many, and of fewer than {fewest:,} sheets nothing is said of "
    "how many statistics lie outside."
)
_NOTHING_TESTED = N_("No statistic of single figures could be tested on {sheets:,} sheets.")
_CENTERS = N_(
    "That the tables of a center differ by more than a lottery stands apart: hardly any real election fits "
    "that model."
)
_HARD_CHECKS = frozenset({"overvotes", "null-votes"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """A screen in words: heading, what was seen, the model, what it is not, innocent causes, what to do.

    `beside_model` is what was seen without the codes that are listed.
    """

    heading: str
    seen: str
    beside_model: str
    model: str
    is_not: str
    innocent: str
    look_at: str


def explain(screen: Screen, language: str) -> Explanation:
    """Put a screen into words. Raises KeyError for an unknown language."""
    text = SCREENS[screen.name]
    subject = say_in(language, SUBJECTS[screen.subject]) if screen.subject in SUBJECTS else screen.subject
    seen = _seen(screen, language)
    return Explanation(
        heading=f"{say_in(language, text.heading)}{': ' if subject else ''}{subject}",
        seen=_with_list(screen, seen, language),
        beside_model=seen,
        model=say_in(language, text.model),
        is_not=say_in(language, IS_NOT),
        innocent=say_in(language, text.innocent),
        look_at=say_in(language, text.look_at, sheets=screen.sheets),
    )


def sentences(screen: Screen, language: str) -> tuple[str, str]:
    """Two sentences: what was seen beside the model, and how to read it."""
    words = explain(screen, language)
    return f"{words.heading}. {words.seen}", f"{words.is_not} {words.innocent} {words.look_at}"


def summary(found: Screening, language: str) -> tuple[str, str]:
    """How many statistics of single figures lie outside their model, of how many, and what was left out; and
    what that is not. Raises KeyError for an unknown language."""
    figures = [screen for screen in found.screens if screen.family is Family.FIGURES]
    tested = [screen for screen in figures if screen.outside is not None]
    values = {
        "tested": len(tested),
        "sheets": found.sheets,
        "outside": sum(screen.outside is True for screen in tested),
    }
    if found.sheets < FEWEST_SHEETS:
        seen = say_in(language, _FEW, fewest=FEWEST_SHEETS, **values)
    else:
        seen = say_in(language, _OUTSIDE if tested else _NOTHING_TESTED, **values)
    parts = [seen, words_of_left_out(found.left_out, language)]
    if found.sheets >= FEWEST_SHEETS and any(
        screen.family is Family.CENTERS and screen.outside for screen in found.screens
    ):
        parts.insert(1, say_in(language, _CENTERS))
    return " ".join(filter(None, parts)), say_in(language, IS_NOT)


def words_of_left_out(stations: Sequence[str], language: str) -> str:
    """Which sheets no screen looked at, in a sentence; empty where there are none."""
    if not stations:
        return ""
    listed = ", ".join(stations[:MOST_LISTED]) + (", …" if len(stations) > MOST_LISTED else "")
    return say_in(language, LEFT_OUT, most=MOST_BALLOTS, count=len(stations), listed=listed)


def _seen(screen: Screen, language: str) -> str:
    if screen.observed is None:
        return say_in(language, MISSING[screen.missing or Missing.NO_SHEET])
    digits = SCREENS[screen.name].digits
    values: dict[str, object] = {
        "observed": decimal(Fraction(screen.observed), digits, language),
        "sheets": screen.sheets,
    }
    if screen.p is None or screen.null_mean is None or screen.null_sd is None:
        text = HARD if screen.name in _HARD_CHECKS else NOT_TESTED
        return say_in(language, text, **values)
    values |= {
        "mean": decimal(Fraction(screen.null_mean), digits, language),
        "sd": decimal(Fraction(screen.null_sd), digits, language),
        "p": chance(screen.p, language),
        "p_holm": "" if screen.p_holm is None else chance(screen.p_holm, language),
        "tests": screen.tests,
    }
    text = UNCORRECTED if screen.outside is None else TESTED[screen.outside]
    seen = say_in(language, text, **values)
    known = dict(screen.details)
    if "phi" in known:
        phi, extra = (
            decimal(Fraction(known["phi"]), 2, language),
            decimal(Fraction(known["extra-sd"]), 1, language),
        )
        seen += " " + say_in(language, EXTRA_SPREAD, phi=phi, extra=extra)
    return seen


def _with_list(screen: Screen, seen: str, language: str) -> str:
    if not screen.listed:
        return seen
    return f"{seen} {say_in(language, LISTED, listed=', '.join(screen.listed))}"


def chance(p: float, language: str, digits: int | None = None) -> str:
    """A p-value with so many digits, or with two that say something: 0.45, 0.012, 0.0010, < 0.000001."""
    if digits is None:
        digits = 2
        while digits < 6 and p < 10.0 ** (1 - digits):
            digits += 1
    least = Fraction(1, 10**digits)
    if p < least / 2:
        return f"< {decimal(least, digits, language)}"
    return decimal(Fraction(p), digits, language)
