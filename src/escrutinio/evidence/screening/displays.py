"""Displays: pictures of turnout and share that test nothing and find nothing.

The two-dimensional histogram is that of Klimek, Yegorov, Hanel and Thurner (2012), PNAS 109(41); their
mixture is not fitted here, because a difference between large and small centers produces the same shape
(within centers the slope shows how much). Log vote rate: the same paper, equation 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.evidence.screening.centers import dealt, residuals
from escrutinio.evidence.screening.model import Float
from escrutinio.evidence.screening.sheets import Sheets

CELLS = 20
"""Cells of 5 points along each side of the fingerprint, and steps of turnout."""
HALF_POINTS = 201
"""Bars of half a point, centered on 0, 0.5, … 100 %."""


@dataclass(frozen=True, eq=False)
class Display:
    """Pictures of one candidate's votes over `sheets` sheets, `with_roll` of them with known voters.

    `shares` int64 [201]: sheets by share of valid votes, rounded to half a point. `fingerprint` int64
    [20, 20]: sheets by turnout (first axis) and share, cells of 5 points, the last one closed. `extreme`:
    sheets with both at least 95 %. `by_turnout` float64 [20]: share of all valid votes cast at each step of
    turnout, NaN where no vote is. `residuals` int64 [33]: tables of centers by how far they are from their
    center, in half standard deviations from -8 to 8.

    `log_rate` = (skew, excess kurtosis) of ln((N - W)/W); `correlation` and `slope` of the share on the
    turnout, between all tables and `within` the centers. None where the sheets do not define them.
    """

    candidate: str
    sheets: int
    with_roll: int
    shares: Int64
    fingerprint: Int64
    extreme: int
    by_turnout: Float
    residuals: Int64
    log_rate: tuple[float, float] | None
    correlation: float | None
    slope: float | None
    within_correlation: float | None
    within_slope: float | None


def display(sheets: Sheets, candidate: int) -> Display:
    """Draw up the pictures of a candidate; sheets without votes, or with more than voters, are left out."""
    some = sheets.valid > 0
    votes, valid = sheets.votes[some, candidate], sheets.valid[some]
    known = sheets.roll_known & some & (sheets.ballots <= sheets.registered)
    y, n = sheets.votes[known, candidate], sheets.valid[known]
    ballots, registered = sheets.ballots[known], sheets.registered[known]
    turnout, share = ballots / registered, y / n
    across = np.minimum(CELLS * ballots // registered, CELLS - 1)
    up = np.minimum(CELLS * y // n, CELLS - 1)
    center = sheets.center[known]
    several = np.bincount(center, minlength=len(sheets.centers))[center] >= 2
    inner = (_within(turnout, center)[several], _within(share, center)[several])
    off = residuals(dealt(sheets, candidate))
    return Display(
        candidate=sheets.candidates[candidate],
        sheets=int(some.sum()),
        with_roll=int(known.sum()),
        shares=np.bincount((400 * votes + valid) // (2 * valid), minlength=HALF_POINTS),
        fingerprint=np.bincount(across * CELLS + up, minlength=CELLS * CELLS).reshape(CELLS, CELLS),
        extreme=int(((100 * ballots >= 95 * registered) & (100 * y >= 95 * n)).sum()),
        by_turnout=_by_step(y, n, across),
        residuals=np.bincount(np.clip(np.rint(2 * off) + 16, 0, 32).astype(np.int64), minlength=33),
        log_rate=_log_rate(y, registered),
        correlation=_correlation(turnout, share),
        slope=_slope(turnout[several], share[several]),
        within_correlation=_correlation(*inner),
        within_slope=_slope(*inner),
    )


def _within(values: Float, center: Int64) -> Float:
    """Values less the mean of their center."""
    mean = np.bincount(center, values) / np.maximum(np.bincount(center), 1)
    found: Float = values - mean[center]
    return found


def _by_step(votes: Int64, valid: Int64, step: Int64) -> Float:
    """Votes of all valid ones at each step of turnout, float64 [CELLS]."""
    part, whole = (np.bincount(step, count, CELLS) for count in (votes, valid))
    share: Float = np.divide(part, whole, out=np.full(CELLS, np.nan), where=whole > 0)
    return share


def _log_rate(votes: Int64, registered: Int64) -> tuple[float, float] | None:
    inside = (votes > 0) & (votes < registered)
    rate = np.log((registered[inside] - votes[inside]) / votes[inside])
    if not len(rate) or not (spread := float(rate.std())) > 1e-12:
        return None
    z: NDArray[np.float64] = (rate - rate.mean()) / spread
    return float((z**3).mean()), float((z**4).mean()) - 3


def _moments(x: Float, y: Float) -> tuple[float, float, float] | None:
    """Sums of squares of x and of y, and of products, about the means; None where x or y does not vary."""
    if len(x) < 2:
        return None
    u, w = x - x.mean(), y - y.mean()
    xx, yy, xy = float(u @ u), float(w @ w), float(u @ w)
    return (xx, yy, xy) if min(xx, yy) > 1e-12 else None


def _correlation(x: Float, y: Float) -> float | None:
    moments = _moments(x, y)
    return None if moments is None else moments[2] / float(np.sqrt(moments[0] * moments[1]))


def _slope(x: Float, y: Float) -> float | None:
    moments = _moments(x, y)
    return None if moments is None else moments[2] / moments[0]
