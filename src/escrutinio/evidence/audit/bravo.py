"""BRAVO: risk from vouchers drawn one by one out of all boxes, for where boxes cannot be compared whole.

Lindeman, Stark and Yates, "BRAVO: ballot-polling risk-limiting audits to verify outcomes" (2012): Wald's
sequential probability ratio test for each pair of winner and loser. Needs no sheet by station, and many
vouchers for a small margin.
"""

from math import ceil, exp, floor, inf, lgamma, log, sqrt
from statistics import NormalDist

import numpy as np

from escrutinio.base.errors import EvidenceError


def bravo_risk(winner_votes: int, loser_votes: int, winner_drawn: int, loser_drawn: int) -> float:
    """P-value of one pair: 1 / [(2 s_w)^winner_drawn · (2 s_l)^loser_drawn], at most 1, s from the reported
    votes.

    Raises EvidenceError for a pair without a margin and for numbers below zero.
    """
    share = _share(winner_votes, loser_votes)
    if min(winner_drawn, loser_drawn) < 0:
        raise EvidenceError("sample-negative")
    if share == 1 and loser_drawn:
        return 1.0
    wealth = winner_drawn * log(2 * share) + (loser_drawn * log(2 - 2 * share) if loser_drawn else 0.0)
    return exp(-max(0.0, wealth))


def bravo_expected(risk_limit: float, winner_share: float, loser_share: float) -> int:
    """Average sample number if the reported shares of all vouchers are right:
    ⌈(ln(1/α) + z_w/2)/(p_w z_w + p_l z_l)⌉, z_w = ln 2s_w, z_l = ln(2 − 2s_w)."""
    share = _share(winner_share, loser_share)
    gain = log(2 * share)
    loss = log(2 - 2 * share) if share < 1 else 0.0
    # A sample taken within rounding of a whole number is that number.
    return ceil((log(1 / risk_limit) + gain / 2) / (winner_share * gain + loser_share * loss) - 1e-9)


def bravo_quantile(
    risk_limit: float,
    winner_share: float,
    loser_share: float,
    chance: float,
    *,
    winner_drawn: int = 0,
    loser_drawn: int = 0,
) -> int:
    """Vouchers to draw next so that the audit ends with this `chance` if the reported shares are right.

    The least number of the pair's vouchers, from the normal approximation upwards, that reaches the limit
    with the exact binomial chance, divided by the share that the pair has of all vouchers; 0 where the
    sample suffices already. (The chance is no steady function of the number: it saws.)
    """
    share = _share(winner_share, loser_share)
    gain = log(2 * share)
    loss = log(2 - 2 * share) if share < 1 else -inf
    need = -log(risk_limit) - winner_drawn * gain - (loser_drawn * loss if loser_drawn else 0.0)
    if need <= 0:
        return 0
    if share == 1:
        return ceil(ceil(need / gain) / winner_share - 1e-9)
    # Of n, offset + n (share - slope) winners are needed; n share - z sd come with the chance.
    offset, slope = need / (gain - loss), share + loss / (gain - loss)
    spread = NormalDist().inv_cdf(chance) ** 2 * share * (1 - share)
    middle = spread + 2 * offset * slope
    away = sqrt(max(0.0, middle**2 - 4 * (offset * slope) ** 2))
    size = floor((middle + (away if chance > 0.5 else -away)) / (2 * slope**2))
    while binomial_tail(size, share, ceil((need - size * loss) / (gain - loss) - 1e-12)) < chance:
        size += 1
    return ceil(size / (winner_share + loser_share) - 1e-9)


def binomial_tail(size: int, chance: float, at_least: int) -> float:
    """P(K ≥ `at_least`) for K of `size` trials, summed over what is within forty standard deviations."""
    if at_least <= 0:
        return 1.0
    if at_least > size or chance <= 0:
        return 0.0
    if chance >= 1:
        return 1.0
    reach = 40 * (size * chance * (1 - chance)) ** 0.5 + 40
    low, high = max(0, int(size * chance - reach)), min(size, int(size * chance + reach))
    if at_least > high:
        return 0.0
    mode = min(max(int((size + 1) * chance), low), high)
    at_mode = lgamma(size + 1) - lgamma(mode + 1) - lgamma(size - mode + 1)
    at_mode += mode * log(chance) + (size - mode) * log(1 - chance)
    k = np.arange(low + 1, high + 1)
    steps = np.log((size - k + 1) / k) + log(chance / (1 - chance))
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    logs += at_mode - logs[mode - low]
    return min(1.0, float(np.exp(logs[max(at_least - low, 0) :]).sum()))


def _share(winner: float, loser: float) -> float:
    if winner <= loser or loser < 0:
        raise EvidenceError("audit-tie")
    return winner / (winner + loser)
