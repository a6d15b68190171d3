"""Announced percentages: the digits they were given with, and which shares print as them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import announced

_PERCENTAGE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,9}))?")


class Rounding(StrEnum):
    """How a number was brought to fewer digits."""

    NEAREST = "nearest"
    """To the nearest, halves up."""
    FLOOR = "floor"
    CEIL = "ceil"


@dataclass(frozen=True, slots=True)
class Percentage:
    """An announced percentage: its text, its value as a share (51.2 is 512/1000), its number of decimals."""

    text: str
    value: Fraction
    decimals: int

    def interval(self, mode: Rounding = Rounding.NEAREST) -> tuple[Fraction, Fraction]:
        """The shares between which all shares lie that print as this.

        The lower end belongs to it and the upper does not; for `ceil` it is the other way round.
        """
        step = Fraction(1, 100 * 10**self.decimals)
        below = {Rounding.NEAREST: step / 2, Rounding.FLOOR: Fraction(0), Rounding.CEIL: step}[mode]
        return self.value - below, self.value - below + step

    def prints(self, share: Fraction, mode: Rounding = Rounding.NEAREST) -> bool:
        """Whether this share, brought to as many decimals, gives this percentage."""
        low, high = self.interval(mode)
        return low < share <= high if mode is Rounding.CEIL else low <= share < high


def parse_percentage(text: str) -> Percentage:
    """Read "51.20", "51,2" or "80"; the digits are kept. Raises EvidenceError for anything else."""
    match = _PERCENTAGE.fullmatch(text)
    if match is None:
        raise EvidenceError("percentage-form", value=repr(text[:40]))
    units, decimals = match[1], match[2] or ""
    return Percentage(text, Fraction(int(units + decimals), 100 * 10 ** len(decimals)), len(decimals))


def read_percentage(text: str) -> Percentage | None:
    """As `parse_percentage`; None for anything else, which an announcement may have all the same."""
    return parse_percentage(text) if _PERCENTAGE.fullmatch(text) else None


def stations_outside(stations: int, covered: Fraction) -> int:
    """Stations that an announcement covering this share leaves out, to the nearest whole station."""
    _check_covered(stations, covered)
    inside = covered * stations
    return stations - (2 * inside.numerator + inside.denominator) // (2 * inside.denominator)


def stations_outside_range(stations: int, covered: Percentage) -> tuple[int, int]:
    """Least and most stations left out, for every share that prints as this percentage to the nearest."""
    _check_covered(stations, covered.value)
    low, high = covered.interval()
    fewest_inside = -(-low.numerator * stations // low.denominator)
    most_inside = -(-high.numerator * stations // high.denominator) - 1
    return stations - min(most_inside, stations), stations - max(fewest_inside, 0)


def _check_covered(stations: int, covered: Fraction) -> None:
    if stations < 0 or not 0 <= covered <= 1:
        raise EvidenceError("feasible-covered", stations=stations, percent=float(100 * covered))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two announced percentages of the same thing can stand for one share.

    `modes`: the ways of rounding, the same for both, with which a share exists that prints as both.
    """

    first: Percentage
    second: Percentage
    modes: tuple[Rounding, ...]

    @property
    def compatible(self) -> bool:
        """Whether they agree under usual rounding, to the nearest."""
        return Rounding.NEAREST in self.modes

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        code = "agree" if self.compatible else "other-rounding" if self.modes else "differ"
        values = {
            "first": announced(self.first.text, language),
            "second": announced(self.second.text, language),
        }
        words = say_in(language, _MODES).split(",")
        values["modes"] = ", ".join(words[list(Rounding).index(mode)] for mode in self.modes)
        return say_in(language, _AGREEMENT[code], **values), say_in(language, _NOT)


def agreements(percentages: Sequence[Percentage]) -> tuple[Agreement, ...]:
    """Hold announced percentages of the same thing against each other, each pair once, in the order given."""
    return tuple(
        Agreement(a, b, tuple(mode for mode in Rounding if _overlap(a, b, mode)))
        for a, b in combinations(percentages, 2)
    )


def _overlap(one: Percentage, other: Percentage, mode: Rounding) -> bool:
    """Half-open intervals, both open at the same end."""
    (low, high), (low2, high2) = one.interval(mode), other.interval(mode)
    return max(low, low2) < min(high, high2)


_MODES = N_("to the nearest,downwards,upwards")
_AGREEMENT = {
    "agree": N_("{first} and {second} can be one share, given with more or fewer digits."),
    "other-rounding": N_(
        "{first} and {second} are not one share rounded to the nearest; rounded {modes} they can be."
    ),
    "differ": N_("{first} and {second} cannot be one share, however it is rounded."),
}
_NOT = N_(
    "Percentages may speak of different moments, of valid votes or of all ballots; look at what each "
    "is a share of before comparing them."
)
