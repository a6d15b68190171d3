"""Ballot polling in rounds: the least number of winners per round at which an audit stops, and its risk.

End-of-round BRAVO, and MINERVA (Zagórski, McClearn, Morin, McBurnett and Vora, USENIX Security 2021).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import EvidenceError

Float64 = NDArray[np.float64]


def bravo_stops(margin: float, risk_limit: float, sizes: Sequence[int]) -> list[int]:
    """Per round of cumulative size, the least number for the winner at which end-of-round BRAVO stops."""
    share = (1 + margin) / 2
    gain, loss = log(2 * share), log(2 - 2 * share)
    return [ceil((-log(risk_limit) - size * loss) / (gain - loss) - 1e-12) for size in sizes]


def minerva_stops(margin: float, risk_limit: float, sizes: Sequence[int]) -> list[int]:
    """Per round, the least number at which MINERVA stops: P(reach it | reported) ≥ P(reach it | tie)/α, both
    without having stopped before (Zagórski, McClearn, Morin, McBurnett and Vora, USENIX Security 2021)."""
    stops: list[int] = []
    reported = tie = np.ones(1)
    for before, size in pairwise((0, *sizes)):
        reported = np.convolve(reported, _binomial(size - before, (1 + margin) / 2))
        tie = np.convolve(tie, _binomial(size - before, 0.5))
        tails = np.cumsum(reported[::-1])[::-1], np.cumsum(tie[::-1])[::-1]
        reached = np.flatnonzero((tails[0] * risk_limit >= tails[1]) & (tails[1] > 0))
        stop = int(reached[0]) if len(reached) else size + 1
        stops.append(stop)
        reported, tie = reported[:stop], tie[:stop]
    return stops


def risk_by_round(sizes: Sequence[int], stops: Sequence[int]) -> list[float]:
    """Per round, the chance to have stopped by it if the true result is a tie."""
    stopped, found = 0.0, []
    tie = np.ones(1)
    for (before, size), stop in zip(pairwise((0, *sizes)), stops, strict=True):
        tie = np.convolve(tie, _binomial(size - before, 0.5))
        stopped += float(tie[stop:].sum())
        found.append(stopped)
        tie = tie[:stop]
    return found


def _binomial(size: int, chance: float) -> Float64:
    if size < 1:
        raise EvidenceError("each round of an audit draws at least one voucher more")
    k = np.arange(1, size + 1)
    logs = np.concatenate(([0.0], np.cumsum(np.log((size - k + 1) / k) + log(chance / (1 - chance)))))
    probabilities: Float64 = np.exp(logs + size * log(1 - chance))
    return probabilities
