"""The least number of differing sheets as an integer program, where the bound of `feasibility` is not enough.

HiGHS solves it (Huangfu and Hall, Math. Prog. Comp. 10, 2018; `highspy`, the extra `exact`). Its numbers are
floats: what it finds is checked in whole numbers, and its bound counts only rounded up from below.

z: the sheet differs, x: it lies outside the announcement, z + x <= 1, at most `outside` x. What the sheets
that are kept lack of the announced total is filled by the others: of no column less than nothing, and of all
columns together no more than the differing sheets and the stations without one can hold. Whole numbers can
always be filled so, which leaves one inequality a column and one for all.
"""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.extras import need
from escrutinio.evidence.claims.feasibility import Comparison, LeastDiffering

SECONDS = 60.0
"""After so long HiGHS says how far it came."""

TOLERANCE = 1e-4
"""By how much a bound in floats may exceed a whole number and still be that number."""


def solved(found: Comparison, bound: LeastDiffering) -> LeastDiffering:
    """A bound of this comparison, raised as far as the program shows; `attained` if it is the least number.

    `never` where not even all sheets would do. Raises MissingExtraError without the extra `exact`.
    """
    if bound.attained or bound.assumption != "largest":
        return bound
    need("exact")
    highspy: Any = import_module("highspy")

    make: Any = highspy.Highs  # has types for half of what it takes
    model = make()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("time_limit", SECONDS)
    model.passModel(_model(found))
    model.run()
    status = model.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        of = len(found.votes)
        return replace(bound, sheets=of, relaxed=Fraction(of), column=None, assumption="never")
    info = model.getInfo()
    least = max(bound.sheets, ceil(info.mip_dual_bound - TOLERANCE))
    raised = (
        bound if least == bound.sheets else replace(bound, sheets=least, column=None, needs=None, room=None)
    )
    values = np.array(model.getSolution().col_value)
    if len(values) != 2 * len(found.votes):
        return raised
    differs, outside = np.rint(values).astype(np.int64).reshape(2, -1)
    attained = int(differs.sum()) == least and fits(found, differs > 0, outside > 0)
    return replace(raised, attained=attained)


def fits(found: Comparison, differs: NDArray[np.bool_], outside: NDArray[np.bool_]) -> bool:
    """Whether the announcement holds if these sheets, bool [sheets], differ and those lie outside. Exact."""
    if (differs & outside).any() or int(outside.sum()) > found.outside:
        return False
    kept = found.votes[~(differs | outside)].sum(axis=0).tolist()
    lacks = [said - has for said, has in zip(found.announced, kept, strict=True)]
    if min(lacks) < 0:
        return False
    return found.missing is None or sum(lacks) <= found.missing + int(found.capacity[differs].sum())


def _model(found: Comparison) -> Any:
    """The program as HiGHS takes it: columns z and x; rows of votes, of room, of those outside, of sheets."""
    highspy: Any = import_module("highspy")

    votes, sheets = found.votes.astype(np.float64), len(found.votes)
    both = votes.sum(axis=1)
    rows = [np.concatenate((column, column)) for column in votes.T]
    lower = [-float(each) for each in found.residual]
    upper = [highspy.kHighsInf] * len(lower)
    if found.missing is not None:
        rows.append(np.concatenate((both - found.capacity, both)))
        lower.append(-highspy.kHighsInf)
        upper.append(float(found.missing - sum(found.residual)))
    rows.append(np.concatenate((np.zeros(sheets), np.ones(sheets))))
    lower.append(-highspy.kHighsInf)
    upper.append(float(found.outside))
    each = np.arange(sheets)
    dense = np.stack(rows)
    at, of = np.nonzero(dense)
    starts = np.concatenate(([0], np.cumsum(np.bincount(at, minlength=len(rows))), len(at) + 2 * (each + 1)))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = 2 * sheets, len(rows) + sheets
    program.col_cost_ = np.concatenate((np.ones(sheets), np.zeros(sheets)))
    program.col_lower_, program.col_upper_ = np.zeros(2 * sheets), np.ones(2 * sheets)
    program.row_lower_ = np.concatenate((lower, np.full(sheets, -highspy.kHighsInf)))
    program.row_upper_ = np.concatenate((upper, np.ones(sheets)))
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = starts.astype(np.int32)
    pairs = np.stack((each, each + sheets), axis=1).ravel()
    program.a_matrix_.index_ = np.concatenate((of, pairs)).astype(np.int32)
    program.a_matrix_.value_ = np.concatenate((dense[at, of], np.ones(2 * sheets)))
    program.integrality_ = [highspy.HighsVarType.kInteger] * (2 * sheets)
    return program
