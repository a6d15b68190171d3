"""Comparing single vouchers with their records: the formulas of other systems, to check figures against
theirs.

Here vouchers carry no link to a record, on purpose, so that boxes are compared whole (`ppeb`). Stark, "A
gentle introduction to risk-limiting audits" (2012, with Lindeman) and "Super-simple simultaneous
single-ballot risk-limiting audits" (2010); Stark, "Sets of half-average nulls" (2020); Stark, "ONEAudit"
(2023).

Rates and numbers of errors: `over` counts vouchers that overstated the margin by one and by two votes,
`under` those that understated it. `margin` is the diluted margin: votes between winner and loser over all
vouchers.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, exp, log, log1p

from escrutinio.base.errors import EvidenceError

GAMMA = 1.03905
"""Error inflator γ of the super-simple method, as its author and most software set it."""

Counts = tuple[float, float]
_NO_ERRORS = (0.0, 0.0)


def comparison_size(
    risk_limit: float,
    margin: float,
    *,
    over: Counts = _NO_ERRORS,
    under: Counts = _NO_ERRORS,
    gamma: float = GAMMA,
) -> int:
    """Vouchers to compare so that the risk is at the limit with these errors:
    ⌈−2γ(ln α + o₁ ln(1 − 1/2γ) + o₂ ln(1 − 1/γ) + u₁ ln(1 + 1/2γ) + u₂ ln(1 + 1/γ))/m⌉."""
    _check_margin(margin)
    return max(
        ceil(-2 * gamma * (log(risk_limit) + _errors(over, under, gamma)) / margin),
        int(sum(over) + sum(under)),
    )


def comparison_size_of_votes(
    risk_limit: float, winner: int, loser: int, ballots: int, *, gamma: float = GAMMA
) -> int:
    """As `comparison_size`, of votes, with room for an error of one vote each way; all ballots without a
    margin."""
    if winner <= loser:
        return ballots
    margin = (winner - loser) / ballots
    return min(ballots, comparison_size(risk_limit, margin, over=(1.0, 0.0), under=(1.0, 0.0), gamma=gamma))


def comparison_risk(
    size: int, margin: float, *, over: Counts = _NO_ERRORS, under: Counts = _NO_ERRORS, gamma: float = GAMMA
) -> float:
    """Kaplan–Markov P-value after comparing `size` vouchers with these errors."""
    _check_margin(margin)
    return min(1.0, exp(size * log1p(-margin / (2 * gamma)) - _errors(over, under, gamma)))


def expected_comparison_size(
    risk_limit: float,
    margin: float,
    *,
    over: Counts = _NO_ERRORS,
    under: Counts = _NO_ERRORS,
    gamma: float = GAMMA,
) -> int | None:
    """Expected vouchers to compare where errors come at these rates per voucher; None if it would never
    end."""
    _check_margin(margin)
    drift = log1p(-margin / (2 * gamma)) - _errors(over, under, gamma)
    return ceil(log(risk_limit) / drift) if drift < 0 else None


def sample_size_multiplier(risk_limit: float, tolerance: float, *, gamma: float = GAMMA) -> float:
    """ρ = −ln α / (1/2γ + λ ln(1 − 1/2γ)): the sample is ρ/margin where a share λ of errors is tolerated."""
    return -log(risk_limit) / (1 / (2 * gamma) + tolerance * log1p(-1 / (2 * gamma)))


def overstatement_value(margin: float, overstatement: float, upper: float = 1.0) -> float:
    """The overstatement assorter (1 − ω/u)/(2 − v/u): its mean is above 1/2 just if the outcome is right."""
    return (1 - overstatement / upper) / (2 - margin / upper)


def share_value(threshold: Fraction, vote: str) -> Fraction:
    """The assorter of a share f: 1/(2f) for a `winner` vote, 0 for an `other` valid one, 1/2 for an
    `invalid` one."""
    return {"winner": 1 / (2 * threshold), "other": Fraction(0), "invalid": Fraction(1, 2)}[vote]


def pool_mean(values: Sequence[float]) -> float:
    """Mean assorter of the vouchers of one box, which stands for each of them in ONEAudit."""
    return sum(values) / len(values)


def _errors(over: Counts, under: Counts, gamma: float) -> float:
    found = (
        (over[0], -1 / (2 * gamma)),
        (over[1], -1 / gamma),
        (under[0], 1 / (2 * gamma)),
        (under[1], 1 / gamma),
    )
    return sum(number * log1p(share) for number, share in found if number)


def _check_margin(margin: float) -> None:
    if not 0 < margin <= 1:
        raise EvidenceError("the margin is zero: only a full count of the paper settles a tie")
