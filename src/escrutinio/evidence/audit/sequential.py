"""Sequential tests of a mean, for boxes drawn with equal chances: ALPHA and betting, with or without
replacement.

The values x_1, x_2, … lie in [0, u]; the null hypothesis is that the mean of the population is at most t,
which an audit's values are made to satisfy whenever the outcome is wrong. Each test is a martingale that
begins at 1, and its P-value is 1 over the most it has been (Ville, 1939). `population` is the number N of
values drawn from without replacement, None for draws with replacement.

Stark, "ALPHA: audit that learns from previously hand-audited ballots" (2023); Waudby-Smith and Ramdas,
"Estimating means of bounded random variables by betting" (2024). Logarithms and floats: 1e-12 of a P-value is
not significant, which is why decisions by `ppeb`, the default audit, are exact instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from escrutinio.base.errors import EvidenceError

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Null:
    """The hypothesis that the mean of `population` values in [0, `upper`] is at most `mean`."""

    mean: float
    upper: float = 1.0
    population: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.mean < self.upper:
            raise EvidenceError(f"the mean {self.mean:g} to test is not between 0 and {self.upper:g}")


def null_means(values: Float64, null: Null) -> Float64:
    """m_j, the mean of what is left if the null is true: (N t − S_{j−1})/(N − j + 1); t with replacement."""
    if null.population is None:
        return np.full(len(values), null.mean)
    if len(values) > null.population:
        raise EvidenceError(f"{len(values):,} boxes are drawn without replacement from {null.population:,}")
    return (null.population * null.mean - _before(values)) / (null.population - np.arange(len(values)))


def alpha_risk(
    values: ArrayLike,
    null: Null,
    *,
    guess: float,
    weight: float = 100.0,
    step: float | None = None,
) -> float:
    """P-value of ALPHA with the shrinkage-truncation estimator of section 2.5 of its paper.

    η_j is the mean of `weight` values of `guess` and those seen before, at least m_j + `step`/√(weight + j −
    1) and below u; `step` is half of guess − t where not given.
    """
    x, before = _values(values, null)
    m = null_means(x, null)
    j = np.arange(1, len(x) + 1)
    reach = (guess - null.mean) / 2 if step is None else step
    shrunk = (weight * guess + before) / (weight + j - 1)
    below = null.upper * (1 - np.finfo(np.float64).eps)
    eta = np.minimum(below, np.maximum(shrunk, m + reach / np.sqrt(weight + j - 1)))
    return _alpha(x, m, eta, null)


def alpha_risk_fixed(values: ArrayLike, null: Null, *, guess: float) -> float:
    """P-value of ALPHA for a fixed alternative `guess` of the whole mean: η_j = (N·guess − S_{j−1})/(N − j +
    1)."""
    x, _ = _values(values, null)
    eta = (
        null_means(x, Null(guess, null.upper, null.population))
        if guess < null.upper
        else np.full(len(x), guess)
    )
    return _alpha(x, null_means(x, null), np.minimum(eta, null.upper), null)


def _alpha(x: Float64, m: Float64, eta: Float64, null: Null) -> float:
    u = null.upper
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = (x * eta / m + (u - x) * (u - eta) / (u - m)) / u
    return _risk(factors, m, null)


def betting_risk(values: ArrayLike, null: Null, *, bet: float | None = None, share: float = 1.0) -> float:
    """P-value of Π (1 + λ_j(x_j − m_j)) for a fixed bet λ, or a share of the greatest, λ_j = `share`/m_j."""
    x, _ = _values(values, null)
    m = null_means(x, null)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = 1 / m
        stake = share * most if bet is None else np.minimum(bet, most)
        factors = 1 + stake * (x - m)
    return _risk(factors, m, null)


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
    x, _ = _values(values, null)
    m = null_means(x, null)
    seen = np.arange(1, len(x) + 1)
    mean = np.cumsum(x) / seen
    variance = np.maximum(0.0, np.cumsum(x * x) / seen - mean**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        stake = np.nan_to_num((mean - m) / (variance + (mean - m) ** 2))
        cap = (least + (most - least) * (1 - 1 / (1 + grow * np.sqrt(seen - 1)))) / m
        stake = np.clip(np.concatenate(([first], stake[:-1])), 0, cap)[: len(x)]
    return _risk(1 + stake * (x - m), m, null)


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


def clean_sample(
    risk: Callable[[Float64], float], risk_limit: float, *, value: float = 1.0, most: int = 1_000_000
) -> int | None:
    """Least number of draws, all of `value`, with a P-value of the limit at most; None beyond `most`.

    `risk` is a test above with everything but its values given; it may not grow with such draws.
    """
    low, high = 0, 1
    while risk(np.full(high, value)) > risk_limit:
        if high == most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if risk(np.full(middle, value)) <= risk_limit else (middle, high)
    return ceil(high)


def _values(values: ArrayLike, null: Null) -> tuple[Float64, Float64]:
    """The values, checked, and the sum before each."""
    x = np.asarray(values, np.float64)
    if len(x) and (x.min() < 0 or x.max() > null.upper or np.isnan(x).any()):
        raise EvidenceError(f"a value lies outside 0 to {null.upper:g}")
    return x, _before(x)


def _before(x: Float64) -> Float64:
    return np.concatenate(([0.0], np.cumsum(x)[:-1])) if len(x) else x


def _risk(factors: Float64, m: Float64, null: Null) -> float:
    """1 over the most that the product has been; what the null makes impossible is infinite wealth."""
    if not len(factors):
        return 1.0
    impossible = m < 0
    # Where the null leaves a mean of the upper bound, or nothing at all, there is nothing to win or lose.
    settled = (m >= null.upper) | (m == 0)
    clean = np.where(impossible, 1.0, np.where(settled, 1.0, factors))
    with np.errstate(divide="ignore"):
        most = float(np.cumsum(np.log(np.maximum(clean, 0.0))).max())
    if impossible.any():
        most = inf
    return min(1.0, float(np.exp(-most)))


def _least(products: NDArray[np.floating], in_order: bool) -> float:
    if not len(products):
        return 1.0
    return min(1.0, float(products.min() if in_order else products[-1]))
