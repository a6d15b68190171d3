"""Other sequential tests of a bounded mean, whose published figures ours are checked beside.

Stark, "ALPHA" (2023), with a fixed alternative; Waudby-Smith and Ramdas, "Estimating means of bounded random
variables by betting" (2024); Stark, "Efficient post-election audits" (2009) and, with Lindeman, "A gentle
introduction to risk-limiting audits" (2012).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from escrutinio.evidence.audit.sequential import Null, alpha_of, checked, null_means, risk_of


def alpha_risk_fixed(values: ArrayLike, null: Null, *, guess: float) -> float:
    """P-value of ALPHA for a fixed alternative `guess` of the whole mean: η_j = (N·guess − S_{j−1})/(N − j +
    1)."""
    x, _ = checked(values, null)
    eta = (
        null_means(x, Null(guess, null.upper, null.population))
        if guess < null.upper
        else np.full(len(x), guess)
    )
    return alpha_of(x, null_means(x, null), np.minimum(eta, null.upper), null)


def betting_risk(values: ArrayLike, null: Null, *, bet: float | None = None, share: float = 1.0) -> float:
    """P-value of Π (1 + λ_j(x_j − m_j)) for a fixed bet λ, or a share of the greatest, λ_j = `share`/m_j."""
    x, _ = checked(values, null)
    m = null_means(x, null)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = 1 / m
        stake = share * most if bet is None else np.minimum(bet, most)
        factors = 1 + stake * (x - m)
    return risk_of(factors, m, null)


def agrapa_risk(
    values: ArrayLike,
    null: Null,
    *,
    first: float = 0.5,
    least: float = 0.9,
    most: float = 0.99,
    grow: float = 1.0,
) -> float:
    """P-value of aGRAPA, the approximately growth-optimal bet from the mean and variance seen so far.

    λ_j = clip[(μ̂ − m)/(σ̂² + (μ̂ − m)²), 0, c_j/m_j] with mean, variance and m of step j − 1, λ_1 =
    `first`, and c_j rising from `least` to `most`.
    """
    x, _ = checked(values, null)
    m = null_means(x, null)
    seen = np.arange(1, len(x) + 1)
    mean = np.cumsum(x) / seen
    variance = np.maximum(0.0, np.cumsum(x * x) / seen - mean**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        stake = np.nan_to_num((mean - m) / (variance + (mean - m) ** 2))
        cap = (least + (most - least) * (1 - 1 / (1 + grow * np.sqrt(seen - 1)))) / m
        stake = np.clip(np.concatenate(([first], stake[:-1])), 0, cap)[: len(x)]
    return risk_of(1 + stake * (x - m), m, null)


def kaplan_markov_risk(values: ArrayLike, mean: float, *, pad: float = 0.0, in_order: bool = True) -> float:
    """Kaplan–Markov: Π (t + g)/(x + g), least so far if the values stand in the order drawn (Stark, 2009)."""
    x = np.asarray(values, np.float64)
    with np.errstate(divide="ignore"):
        products = np.cumprod((mean + pad) / (x + pad))
    return _least(products, in_order)


def kaplan_wald_risk(values: ArrayLike, mean: float, *, pad: float = 0.0, in_order: bool = True) -> float:
    """Kaplan–Wald: 1 / Π ((1 − g)x/t + g), least so far if the values stand in the order drawn (Stark,
    2012)."""
    x = np.asarray(values, np.float64)
    with np.errstate(divide="ignore"):
        products = 1 / np.cumprod((1 - pad) * x / mean + pad)
    return _least(products, in_order)


def _least(products: NDArray[np.floating], in_order: bool) -> float:
    if not len(products):
        return 1.0
    return min(1.0, float(products.min() if in_order else products[-1]))
