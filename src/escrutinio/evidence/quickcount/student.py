"""Quantiles of Student's distribution (Gosset 1908; Abramowitz and Stegun 26.7.3 and 26.7.4)."""

from functools import cache
from math import atan, cos, inf, pi, sin, sqrt

MOST_FREEDOM = 1_000
"""Beyond, the quantile of so many degrees of freedom is taken, which is larger by less than 0.13 %."""


@cache
def student_quantile(freedom: int, level: float = 0.95) -> float:
    """The t that a variable with so many degrees of freedom exceeds on neither side with probability `level`;
    infinite without a degree of freedom."""
    if freedom < 1:
        return inf
    freedom = min(freedom, MOST_FREEDOM)
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        if _within(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, freedom: int) -> float:
    """P(|T| <= t)."""
    angle = atan(t / sqrt(freedom))
    square, term, total = cos(angle) ** 2, 1.0, 0.0
    odd = freedom % 2
    for k in range((freedom - odd) // 2):
        total += term
        term *= square * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    if odd:
        return 2 / pi * (angle + sin(angle) * cos(angle) * total)
    return sin(angle) * total
