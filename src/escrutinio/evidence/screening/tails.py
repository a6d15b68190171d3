"""Tail probabilities in double precision, and corrections for looking many times."""

from collections.abc import Sequence
from math import erfc, exp, lgamma, log, pi, sqrt

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


def gamma_upper(x: float, shape: float) -> float:
    """P(X >= `x`) for a gamma variable of `shape` > 0 and scale 1 (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    if x <= 0:
        return 1.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        k = shape
        while term > total * 1e-17:
            k += 1
            term *= x / k
            total += term
        return max(0.0, 1 - front * total)
    # The continued fraction, from its front (Lentz's method).
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    fraction, step, k = d, 0.0, 0
    while abs(step - 1) > 1e-15:
        k += 1
        b += 2
        d = 1 / (b - k * (k - shape) * d)
        c = b - k * (k - shape) / c
        step = c * d
        fraction *= step
    return min(1.0, front * fraction)


def hits_upper(count: int, chance: NDArray[np.float64]) -> float:
    """P(X >= `count`), X being how many of independent events happen; each has its own `chance`, [events].

    The distribution is had from its characteristic function (Hong 2013, "On computing the distribution
    function for the Poisson binomial distribution"), tilted so that `count` is its mean where that is in
    the upper tail: the error is then relative to the tail, about 1e-12 of it.
    """
    chance = chance[chance > 0]
    if count <= 0:
        return 1.0
    if count > len(chance):
        return 0.0
    tilt = _tilt(count, chance) if count > chance.sum() else 0.0
    moved = 1 - chance + chance * exp(tilt)
    tilted = chance * exp(tilt) / moved
    scale = float(np.log(moved).sum()) - tilt * count
    mean, sd = float(tilted.sum()), float(np.sqrt((tilted * (1 - tilted)).sum()))
    half = int(12 * sd) + 16
    values = np.arange(max(0, int(mean) - half), min(len(chance), int(mean) + half) + 1)
    mass = np.full(len(values), 1.0)
    for k in range(1, len(values) // 2 + 1):
        turn = 2 * pi * k / len(values)
        here = np.prod(1 + tilted * (np.exp(1j * turn) - 1))
        twice = 1 if 2 * k == len(values) else 2
        mass += twice * (here * np.exp(-1j * turn * values)).real
        if abs(here) < 1e-20:
            break
    above = values >= count
    tail = float((mass[above] * np.exp(-tilt * (values[above] - count))).sum()) / len(values)
    return min(1.0, max(0.0, tail) * exp(scale))


def _tilt(count: int, chance: NDArray[np.float64]) -> float:
    """The tilt under which as many events as `count` are expected; 40 where all would have to happen."""
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        odds = chance * exp(middle)
        if float((odds / (1 - chance + odds)).sum()) < count:
            low = middle
        else:
            high = middle
    return high


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
