"""Risk of boxes drawn with equal chances and without replacement: ALPHA in integers, to its end.

Stark, "ALPHA: audit that learns from previously hand-audited ballots" (2023), with the estimator of its
section 2.5. Each box has the value `largest` − its error, in votes. If the outcome is wrong, the errors of
all boxes add up to the margin at least, so the values to `population`·`largest` − `margin` at most. A sum of
the values seen that is above this refutes it, be it at the last draw; an exact tie never is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from escrutinio.evidence.audit.sequential import Null, alpha_risk, clean_sample

SRS_GUESS = 0.9
"""Where between the null mean and a clean sample ALPHA expects the boxes to be, before it learns from
them."""

_WEIGHT = 100
_ONE = 1 << 256
_FINE = 1 << 20
"""The guesses are rounded to 2^-20 of a vote; any guess is allowed that no value to come is used for."""


@dataclass(frozen=True, slots=True)
class EqualChances:
    """The hypothesis that errors, each `largest` votes at most, add up to `margin` votes at least in a
    population of so many boxes."""

    population: int
    largest: int
    margin: int

    def risk(self, errors: Sequence[int]) -> Fraction:
        """The P-value after boxes with these errors; errors below zero count as none."""
        values = [self.largest - min(self.largest, max(0, error)) for error in errors]
        now = most = _ONE
        seen, left = 0, self.population * self.largest - self.margin
        for place, value in enumerate(values):
            top, bottom = self._factor(value, place, seen, left)
            now = now * top // bottom
            most = max(most, now)
            seen, left = seen + value, left - value
            if left < 0:
                return Fraction(0)
        return min(Fraction(1), Fraction(_ONE, most))

    def _factor(self, value: int, place: int, seen: int, left: int) -> tuple[int, int]:
        """By what a box multiplies the martingale: [x·η/m + (u − x)(u − η)/(u − m)]/u, m = left/boxes to
        come."""
        boxes, u = self.population - place, self.largest
        if left <= 0 or left >= boxes * u:
            return 1, 1  # every box to come is known if the hypothesis is true: nothing to bet on
        least, most = -(-left * _FINE // boxes), u * _FINE - 1
        if least > most:
            return 1, 1
        eta = min(max(self._guess(place, seen, left / boxes), least), most)
        above = boxes * u - left
        top = value * eta * above + (u - value) * (u * _FINE - eta) * left
        return boxes * top, left * above * u * _FINE

    def _guess(self, place: int, seen: int, mean: float) -> int:
        """η before this box, in parts of a vote: the mean of `_WEIGHT` values as first guessed and of those
        seen, and above the null's."""
        start = self.largest - self.margin / self.population
        guess = start + SRS_GUESS * (self.largest - start)
        shrunk = (_WEIGHT * guess + seen) / (_WEIGHT + place)
        return int(max(shrunk, mean + (guess - start) / 2 / sqrt(_WEIGHT + place)) * _FINE)

    @property
    def null(self) -> Null:
        """The same as the mean of values in [0, 1]."""
        return Null(1 - self.margin / (self.population * self.largest), 1.0, self.population)

    def clean_more(self, errors: Sequence[int], limit: Fraction) -> int | None:
        """How many boxes without any error bring the risk to the limit after these; None if all that are left
        do not before the last."""
        if self.risk(errors) <= limit:
            return 0
        left = self.population - len(errors)
        if not left:
            return None
        seen = np.array([1 - min(self.largest, max(0, error)) / self.largest for error in errors])
        return clean_sample(
            lambda clean: equal_risk(np.concatenate((seen, clean)), self.null), float(limit), most=left
        )


def equal_risk(values: NDArray[np.float64], null: Null) -> float:
    """The P-value in floats, for planning."""
    return alpha_risk(values, null, guess=null.mean + SRS_GUESS * (null.upper - null.mean))
