"""The model of honest rounding: every sheet keeps its size and share, and its count is drawn anew.

A count y of n becomes Bin(n, y/n) (Kobak, Shpilkin and Pshenichnikov 2016, section 3.1). Whatever a test
sorts counts into (a digit, "an integer percentage"), each sheet then falls into each category with a
probability that follows from the binomial distribution. So the null mean, spread and tail of a plain count
of sheets are exact, and where a statistic needs replicates they draw the categories, not the counts.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64

Float = NDArray[np.float64]
Classify = Callable[[Int64, Int64], NDArray[np.uint8]]
"""Sorts counts [sheets, w] of sizes [sheets, 1] into categories 0, 1, 2, …"""

UNBOUNDED = np.int64(2**50)
"""Takes the place of an unknown size: the binomial distribution is then Poisson's to 1 part in 2^30."""

_CELLS = 1 << 19  # of sheets that have windows of one width
_CACHED = 1 << 15  # of those that are worked out at once: they stay in a processor's cache
_BLOCK = 255  # sheets whose hits are added up in a byte
_TOP = (1 << 16) - 1


def category_probabilities(counts: Int64, sizes: Int64, tests: list[tuple[Classify, int]]) -> list[Float]:
    """For each test (classifier, number of categories): float64 [sheets, categories], rows adding up to 1.

    `counts` and `sizes` are int64 [sheets], 0 <= counts <= sizes and sizes > 0.
    """
    found = [np.empty((len(counts), categories)) for _, categories in tests]
    for rows, values, weight in _windows(counts, sizes):
        n = sizes[rows, None]
        for (classify, categories), probability in zip(tests, found, strict=True):
            cell = classify(values, n) + categories * np.arange(len(rows))[:, None]
            flat = np.bincount(cell.ravel(), weight.ravel(), len(rows) * categories)
            probability[rows] = flat.reshape(len(rows), categories)
    return found


def _windows(counts: Int64, sizes: Int64) -> Iterator[tuple[Int64, Int64, Float]]:
    """Yield sheets, int64 [s], with the values, [s, w], that hold all but 1e-10 of each one's probability.

    A binomial distribution with mean y has its mode at y, so weights are found by walking up and down
    from there with the ratio of neighbours; no factorial is needed.
    """
    deviation = np.sqrt(counts * (1 - counts / sizes))
    order = np.argsort(deviation, kind="stable")
    stop = len(order)
    while stop:
        half = int(7 * deviation[order[stop - 1]]) + 12
        alike = order[max(0, stop - max(1, _CELLS // (2 * half + 1))) : stop]
        stop -= len(alike)
        few = max(1, _CACHED // (2 * half + 1))
        for rows in np.split(alike, range(few, len(alike), few)):
            yield rows, *_window(counts[rows, None], sizes[rows, None], half)


def _window(y: Int64, n: Int64, half: int) -> tuple[Int64, Float]:
    """The values, [s, w], of as many sheets, `half` of them on each side of the mode, and their weights."""
    inside = (y > 0) & (y < n)
    odds = np.divide(y, n - y, out=np.zeros(y.shape), where=inside)
    against = np.divide(n - y, y, out=np.zeros(y.shape), where=inside)
    weight = np.empty((len(y), 2 * half + 1))
    weight[:, :half] = _walk(y, n - y, against, half)[:, ::-1]
    weight[:, half] = 1
    weight[:, half + 1 :] = _walk(n - y, y, odds, half)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.maximum(y + np.arange(-half, half + 1), 0), weight


def _walk(left: Int64, passed: Int64, odds: Float, steps: int) -> Float:
    """The weights [sheets, `steps`] beside a mode of weight 1, outwards, where `left` are the steps to the
    end of the distribution and `passed` those from the other one."""
    step = np.arange(steps, dtype=np.float64)
    ratio: Float = np.subtract(left, step)  # of whole numbers, which floats hold exactly
    np.maximum(ratio, 0, out=ratio)
    ratio /= passed + 1 + step
    ratio *= odds
    np.cumprod(ratio, axis=1, out=ratio)
    return ratio


def draw_tallies(probability: Float, replicates: int, seed: np.random.SeedSequence) -> Int64:
    """How many sheets fall into each category, int64 [replicates, categories], drawn `replicates` times.

    Every sheet draws its category from its row of `probability` independently of the others.
    """
    random = np.random.Philox(seed)
    # Sixteen bits move a probability by less than 2^-16, far below what replicates can show. The highest
    # draw counts as the one below it, so that what is certain always happens.
    bounds = np.minimum(np.rint(np.cumsum(probability, axis=1)[:, :-1] * (1 << 16)), _TOP).astype(np.uint16)
    below = np.zeros((bounds.shape[1], replicates), np.int64)
    for start in range(0, len(bounds), _BLOCK):
        block = bounds[start : start + _BLOCK]
        cells = len(block) * replicates
        raw = random.random_raw((cells + 3) // 4).astype("<u8", copy=False)
        draws = np.minimum(raw.view("<u2")[:cells].reshape(len(block), replicates), _TOP - 1)
        for category, bound in enumerate(block.T):
            hits = (draws < bound[:, None]).view(np.uint8)
            below[category] += np.add.reduce(hits, axis=0, dtype=np.uint8)
    edges = np.concatenate((np.zeros((1, replicates), np.int64), below, [[len(bounds)] * replicates]))
    return np.diff(edges, axis=0).T
