"""The least number of differing sheets as a linear program: several columns at once, and any tree of areas.

`feasibility` is exact and answers the national question; this is for announcements by state, municipality or
center as well, where every area has balances of its own. SciPy solves it (HiGHS: Huangfu and Hall, Math.
Prog. Comp. 10, 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import EvidenceError

optimize: Any = import_module("scipy.optimize")
sparse: Any = import_module("scipy.sparse")
"""SciPy has no types."""

TOLERANCE = 1e-6
"""By how much a bound may exceed a whole number and still be that number: the solver works in floats."""


@dataclass(frozen=True, eq=False)
class Announced:
    """An announced total of an area: `votes` [columns]; `sheets`, bool [sheets], lie in it; stations there
    without a sheet have at most `missing` votes."""

    votes: tuple[int, ...]
    sheets: NDArray[np.bool_]
    missing: int


@dataclass(frozen=True, slots=True)
class LinearBound:
    """`value` of the relaxed program and `sheets`, the whole number at or above it: at least so many differ.

    Both None if not even all sheets differing would make the announcements hold.
    """

    value: float | None
    sheets: int | None


def least_differing_lp(
    votes: NDArray[np.int64], capacity: NDArray[np.int64], announced: Sequence[Announced], outside: int
) -> LinearBound:
    """Minimise the sheets z that differ, with at most `outside` sheets x outside the announcements.

    `votes` int64 [sheets, columns], `capacity` int64 [sheets]. For every area and column: kept votes, plus
    the true votes at sheets that differ, plus those at stations without a sheet, are the announced votes; the
    second are at most the registered voters of the differing sheets, the third at most `missing`. 0 <= z, x
    and z + x <= 1. Raises EvidenceError for shapes that do not fit, and when the solver gives up.
    """
    sheets, columns = votes.shape
    if capacity.shape != (sheets,) or any(
        len(area.votes) != columns or area.sheets.shape != (sheets,) for area in announced
    ):
        raise EvidenceError("sheets, registered voters and announced totals do not have the same shape")
    pools = 2 * columns
    width = 2 * sheets + pools * len(announced)
    equal, equal_to, upper, upper_to = [], [], [], []
    for number, area in enumerate(announced):
        at = 2 * sheets + pools * number
        inside = votes * area.sheets[:, None]
        balance = sparse.hstack([-inside.T, -inside.T, _pools(columns, width, at, 2 * sheets)])
        equal.append(balance)
        equal_to += [int(a) - int(v) for a, v in zip(area.votes, inside.sum(axis=0), strict=True)]
        rows = np.zeros((2, width))
        rows[0, :sheets] = -(capacity * area.sheets)
        rows[0, at : at + columns] = 1
        rows[1, at + columns : at + pools] = 1
        upper.append(sparse.csr_array(rows))
        upper_to += [0, area.missing]
    once = sparse.hstack(
        [sparse.eye_array(sheets), sparse.eye_array(sheets), sparse.csr_array((sheets, width - 2 * sheets))]
    )
    left_out = np.zeros((1, width))
    left_out[0, sheets : 2 * sheets] = 1
    cost = np.zeros(width)
    cost[:sheets] = 1
    solved = optimize.linprog(
        cost,
        A_ub=sparse.vstack([*upper, once, sparse.csr_array(left_out)], format="csr"),
        b_ub=np.array([*upper_to, *np.ones(sheets), outside], float),
        A_eq=sparse.vstack(equal, format="csr"),
        b_eq=np.array(equal_to, float),
        method="highs-ipm",
    )
    if solved.status == 2:
        return LinearBound(None, None)
    if solved.status != 0:
        raise EvidenceError(f"the linear program was not solved: {solved.message}")
    return LinearBound(float(solved.fun), ceil(solved.fun - TOLERANCE))


def _pools(columns: int, width: int, at: int, skip: int) -> Any:
    """For each column, 1 at its two pools: votes at sheets that differ and at stations without a sheet."""
    rows = np.tile(np.arange(columns), 2)
    places = at - skip + np.arange(2 * columns)
    return sparse.csr_array((np.ones(2 * columns), (rows, places)), shape=(columns, width - skip))
