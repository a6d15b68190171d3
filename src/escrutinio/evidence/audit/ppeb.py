"""Risk after a draw in proportion to the error bounds, with replacement (PPEB), by betting.

Aslam, Popa and Rivest, "On auditing elections when precincts have different sizes" (2008), for the draw;
Stark, "Risk-limiting postelection audits: conservative P-values from common probability inequalities" (2009)
for Kaplan–Markov; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024)
and Waudby-Smith, Stark and Ramdas, "RiLACS" (2021) for the martingale of which it is one bet.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, log1p

from escrutinio.base.errors import EvidenceError

BET = Fraction(9, 10)
"""Share of the greatest allowed bet that is laid on each box: λ = 0.9/μ. An audit can recover from one box
that cannot be found, which it never does at the greatest bet."""

MACRO = Fraction(1)
"""The greatest bet, λ = 1/μ: exactly the Kaplan–Markov P-value of MACRO."""

_ONE = 1 << 256
_FEW = 4_000
_NEAR = 1e-6
"""How near a whole number of draws has to be for logarithms, right to 1e-9 of a draw, to leave open on
which side of it the limit lies."""


@dataclass(frozen=True, slots=True)
class Wealth:
    """The martingale after some draws: `now`, and the `most` it has been; it begins at 1.

    Both are rounded down to 2^-256 at each step, so that a risk is never stated too small.
    """

    now: Fraction
    most: Fraction

    @property
    def risk(self) -> Fraction:
        """The P-value 1 / `most`, at most 1: the chance, if the outcome were wrong, to see this or more
        (Ville)."""
        return min(Fraction(1), 1 / self.most)


def null_mean(total: Fraction) -> Fraction:
    """μ = 1 − 1/U: the mean of 1 − taint is at most this if the outcome is wrong. Raises EvidenceError for U
    ≤ 1."""
    if total <= 1:
        raise EvidenceError("bounds-below-margin")
    return 1 - 1 / total


def wealth(taints: Iterable[Fraction], total: Fraction, *, bet: Fraction = BET) -> Iterator[Wealth]:
    """The martingale after each draw of a box with this taint, `total` being U.

    A taint is the error of a box as a share of its bound, 1 at most; 1 for a box that cannot be accounted
    for. Each draw multiplies by 1 + λ(X − μ) = 1 − bet + bet·(1 − taint)/μ. Raises EvidenceError for a taint
    above 1 and a bet outside [0, 1].
    """
    if not 0 <= bet <= 1:
        raise EvidenceError("bet-range", bet=bet)
    mean = null_mean(total)
    now = most = _ONE
    for taint in taints:
        if taint > 1:
            raise EvidenceError("box-beyond-bound")
        factor = 1 - bet + bet * (1 - taint) / mean
        now = now * factor.numerator // factor.denominator
        most = max(most, now)
        yield Wealth(Fraction(now, _ONE), Fraction(most, _ONE))


START = Wealth(Fraction(1), Fraction(1))
"""The martingale before any draw."""


def settle(taints: Iterable[Fraction], total: Fraction, *, bet: Fraction = BET) -> Wealth:
    """The martingale after all these draws, as `wealth`."""
    return next(iter(deque(wealth(taints, total, bet=bet), maxlen=1)), START)


def betting_risk(taints: Iterable[Fraction], total: Fraction, *, bet: Fraction = BET) -> Fraction:
    """The P-value after all these draws, as `wealth`."""
    return settle(taints, total, bet=bet).risk


def macro_risk(taints: Iterable[Fraction], total: Fraction) -> Fraction:
    """The Kaplan–Markov P-value of MACRO, Π (1 − 1/U)/(1 − taint): errors in the loser's favour count as
    none."""
    return betting_risk((max(Fraction(0), taint) for taint in taints), total, bet=MACRO)


def clean_draws(
    total: Fraction, risk_limit: Fraction, *, bet: Fraction = BET, start: Fraction = Fraction(1)
) -> int:
    """How many draws without any error bring the risk from 1/`start` to the limit. 0 where it is there
    already.

    Exact up to some thousand draws, beyond by logarithms. Raises EvidenceError for a limit that is not
    between 0 and 1.
    """
    check_risk_limit(risk_limit)
    factor = 1 - bet + bet / null_mean(total)
    goal = 1 / risk_limit
    if start >= goal:
        return 0
    if factor == 1 or start <= 0:
        raise EvidenceError("audit-endless")
    growth = log1p(float(factor - 1))
    found = (log(goal) - _log(start)) / growth
    draws = ceil(found)
    if draws > _FEW or abs(found - round(found)) > _NEAR:
        return draws
    # In whole numbers: powers of a fraction in lowest terms need no divisor looked for.
    above, below = start.numerator * goal.denominator, start.denominator * goal.numerator
    up, down = factor.numerator, factor.denominator
    grown, reached = above * up**draws, below * down**draws
    while draws > 0 and grown * down >= reached * up:
        draws, grown, reached = draws - 1, grown // up, reached // down
    while grown < reached:
        draws, grown, reached = draws + 1, grown * up, reached * down
    return draws


def check_risk_limit(risk_limit: Fraction) -> None:
    """Raise EvidenceError unless the limit lies between 0 and 1."""
    if not 0 < risk_limit < 1:
        raise EvidenceError("risk-limit-range", limit=risk_limit)


def _log(value: Fraction) -> float:
    return log(value.numerator) - log(value.denominator)
