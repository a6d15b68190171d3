"""The statistic of Kobak, Shpilkin and Pshenichnikov by itself, as their papers give it."""

import numpy as np
from numpy.typing import NDArray

from escrutinio.evidence.screening.figures import is_round, round_1
from escrutinio.evidence.screening.model import category_probabilities

Int64 = NDArray[np.int64]


def either_round(share: tuple[Int64, Int64], turnout: tuple[Int64, Int64]) -> tuple[int, float, float]:
    """Stations where a share or the turnout is an integer percentage: observed, null mean, null sd.

    Both are (counts, sizes), int64 [stations]; a null count is drawn for each independently. This is the
    statistic of Kobak, Shpilkin and Pshenichnikov, with the null mean exact instead of simulated.
    """
    none = np.ones(len(share[0]))
    seen = np.zeros(len(share[0]), np.bool_)
    for counts, sizes in (share, turnout):
        none *= category_probabilities(counts, sizes, [(round_1, 2)])[0][:, 0]
        seen |= is_round(counts, sizes)
    return int(seen.sum()), float((1 - none).sum()), float(np.sqrt((none * (1 - none)).sum()))
