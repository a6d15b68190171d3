"""The sequential test of a mean, for boxes drawn with equal chances: ALPHA, with or without replacement.

The values x_1, x_2, … lie in [0, u]; the null hypothesis is that the mean of the population is at most t,
which an audit's values are made to satisfy whenever the outcome is wrong. The test is a martingale that
begins at 1, and its P-value is 1 over the most it has been (Ville, 1939). `population` is the number N of
values drawn from without replacement, None for draws with replacement.

Stark, "ALPHA: audit that learns from previously hand-audited ballots" (2023). Logarithms and floats: 1e-12 of
a P-value is not significant, which is why decisions by `ppeb`, the default audit, are exact instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from escrutinio.base.errors import EvidenceError

Float64 = NDArray[np.float64]

_FIRST = 64
"""Draws that are tried first where the least number of them is looked for: an array of so few costs no more
than one of a single draw."""


@dataclass(frozen=True, slots=True)
class Null:
    """The hypothesis that the mean of `population` values in [0, `upper`] is at most `mean`."""

    mean: float
    upper: float = 1.0
    population: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.mean < self.upper:
            raise EvidenceError("mean-range", mean=self.mean, upper=self.upper)


def null_means(values: Float64, null: Null) -> Float64:
    """m_j, the mean of what is left if the null is true: (N t − S_{j−1})/(N − j + 1); t with replacement."""
    if null.population is None:
        return np.full(len(values), null.mean)
    if len(values) > null.population:
        raise EvidenceError("draw-too-many-boxes", size=len(values), population=null.population)
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
    x, before = checked(values, null)
    m = null_means(x, null)
    j = np.arange(1, len(x) + 1)
    reach = (guess - null.mean) / 2 if step is None else step
    shrunk = (weight * guess + before) / (weight + j - 1)
    below = null.upper * (1 - np.finfo(np.float64).eps)
    eta = np.minimum(below, np.maximum(shrunk, m + reach / np.sqrt(weight + j - 1)))
    return alpha_of(x, m, eta, null)


def alpha_of(x: Float64, m: Float64, eta: Float64, null: Null) -> float:
    u = null.upper
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = (x * eta / m + (u - x) * (u - eta) / (u - m)) / u
    return risk_of(factors, m, null)


def clean_sample(
    risk: Callable[[Float64], float], risk_limit: float, *, value: float = 1.0, most: int = 1_000_000
) -> int | None:
    """Least number of draws, all of `value`, with a P-value of the limit at most; None beyond `most`.

    `risk` is a test above with everything but its values given; it may not grow with such draws.
    """
    low, high = 0, min(most, _FIRST)
    while risk(np.full(high, value)) > risk_limit:
        if high == most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if risk(np.full(middle, value)) <= risk_limit else (middle, high)
    return ceil(high)


def checked(values: ArrayLike, null: Null) -> tuple[Float64, Float64]:
    """The values, checked, and the sum before each."""
    x = np.asarray(values, np.float64)
    if len(x) and (x.min() < 0 or x.max() > null.upper or np.isnan(x).any()):
        raise EvidenceError("value-range", upper=null.upper)
    return x, _before(x)


def _before(x: Float64) -> Float64:
    return np.concatenate(([0.0], np.cumsum(x)[:-1])) if len(x) else x


def risk_of(factors: Float64, m: Float64, null: Null) -> float:
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
