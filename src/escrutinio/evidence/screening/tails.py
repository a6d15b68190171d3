"""Tail probabilities in double precision, and corrections for looking many times."""

from collections.abc import Sequence
from math import erfc, exp, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray


def poisson_upper(count: int, mean: float) -> float:
    """P(X >= `count`) for a Poisson variable with `mean` > 0, to about 1e-13 of its value."""
    if count <= 0:
        return 1.0
    if count <= mean:
        return 1.0 - _poisson_below(count, mean)
    term = total = 1.0
    k = count
    while term > total * 1e-17:
        k += 1
        term *= mean / k
        total += term
    return min(1.0, exp(count * log(mean) - mean - lgamma(count + 1)) * total)


def _poisson_below(count: int, mean: float) -> float:
    """P(X < `count`), for `count` <= `mean`: terms fall from the last one downwards."""
    k = count - 1
    term = total = 1.0
    while k > 0 and term > total * 1e-17:
        term *= k / mean
        total += term
        k -= 1
    return min(1.0, exp((count - 1) * log(mean) - mean - lgamma(count)) * total)


def chi_square_upper(x: float, freedom: int) -> float:
    """P(X >= `x`) for chi-square with `freedom` >= 1 degrees of freedom (Abramowitz and Stegun 26.4.4-5)."""
    if x <= 0:
        return 1.0
    half = x / 2
    if freedom % 2:
        tail, order = erfc(sqrt(half)), 0.5
    else:
        tail, order = exp(-half), 1.0
    while order < freedom / 2:
        tail += exp(order * log(half) - half - lgamma(order + 1))
        order += 1
    return min(1.0, tail)


def monte_carlo_p(as_extreme: int, replicates: int) -> float:
    """(1 + #{as extreme}) / (1 + replicates): valid at every level (Davison and Hinkley 1997, 4.2)."""
    return (1 + as_extreme) / (1 + replicates)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down corrected p-values, in the order given; any dependence (Holm 1979)."""
    corrected = [0.0] * len(p)
    largest = 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        largest = max(largest, min(1.0, (len(p) - rank) * p[at]))
        corrected[at] = largest
    return corrected


def benjamini_hochberg(p: NDArray[np.float64], rate: float) -> NDArray[np.bool_]:
    """Which of `p` stand out at false discovery rate `rate` (Benjamini and Hochberg 1995), bool like `p`."""
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(p) + 1) / len(p))
    stand_out: NDArray[np.bool_] = p <= (ordered[passing[-1]] if len(passing) else -1.0)
    return stand_out
