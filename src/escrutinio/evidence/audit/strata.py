"""A test of the sum of errors from a sample that each center drew for itself, whatever the differences found.

Hoeffding, "Probability inequalities for sums of bounded random variables" (1963), theorem 2 with section 6:
k values drawn without replacement out of m that lie in a range R spread about their mean no more than as many
drawn with replacement, and the centers draw independently of each other. So the estimate X = Σ (m/k)·(sum of
the k errors) falls short of the true sum by t with a chance of at most exp(−2t² / Σ m²R²/k).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp

_FINE = 10**12


@dataclass(frozen=True, slots=True)
class Stratum:
    """A center: `size` stations of which `opened` were drawn, whose errors, none below zero, add up to
    `errors` votes; no box of it errs by more than `largest`."""

    size: int
    opened: int
    errors: int
    largest: int


def stratified_risk(strata: Iterable[Stratum], margin: int) -> Fraction:
    """The greatest chance to find errors as small as these, or smaller, if all of them together reached the
    margin, in votes; rounded up to 10^-12. 1 where they do."""
    found, spread = Fraction(0), Fraction(0)
    for each in strata:
        found += Fraction(each.size * each.errors, each.opened)
        if each.opened < each.size:
            spread += Fraction((each.size * each.largest) ** 2, each.opened)
    short = margin - found
    if margin <= 0 or short <= 0:
        return Fraction(1)
    if not spread:
        return Fraction(0)
    # 10^-12 is more than floats can be wrong by here.
    risk = exp(-float(min(2 * short**2 / spread, Fraction(600))))
    return min(Fraction(1), Fraction(ceil(risk * _FINE) + 1, _FINE))
