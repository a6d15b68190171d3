"""Whether an announced total and the sheets at hand can both be true, and how many sheets must differ.

The announced total A_c of each candidate (and of null votes, if announced) is held against sheets v_ic. Some
sheets may lie outside the announcement, which then stood on fewer stations; stations without a sheet add at
most their registered voters; and a sheet that differs from its ballots may hide any result that its
registered voters allow. Everything is exact and in whole numbers; nothing says which side is right.

"Differ" always means: the sheet, as it was collected, is not what the ballots of its station say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent

DRAWS = (10, 20, 30, 100)
"""Numbers of boxes in the table of chances."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Sheets and an announced total of the same contest, in the same columns.

    `votes` int64 [sheets, columns]: candidates as the announcement groups them, and null votes if it gives
    them; `announced` [columns]. `capacity` int64 [sheets]: the votes of all voters who may vote there.
    `missing`: most votes that stations without a sheet can have, None if unknown. `outside`: most stations
    outside the announcement.
    """

    columns: tuple[str, ...]
    votes: Int64
    announced: tuple[int, ...]
    capacity: Int64
    missing: int | None
    outside: int = 0

    def __post_init__(self) -> None:
        sheets, columns = self.votes.shape
        if (
            not sheets
            or not columns == len(self.announced) == len(self.columns)
            or len(self.capacity) != sheets
        ):
            raise EvidenceError("feasible-columns")
        if (
            self.votes.min() < 0
            or self.capacity.min() < 0
            or min(self.announced) < 0
            or (self.missing or 0) < 0
        ):
            raise EvidenceError("feasible-negative")
        if not 0 <= self.outside <= sheets:
            raise EvidenceError("feasible-outside", outside=self.outside, sheets=sheets)

    @property
    def totals(self) -> tuple[int, ...]:
        """What the sheets add up to, by column."""
        return tuple(self.votes.sum(axis=0).tolist())

    @property
    def residual(self) -> tuple[int, ...]:
        """Announced minus sheets, by column: what stations without a sheet would have had to add."""
        return tuple(a - v for a, v in zip(self.announced, self.totals, strict=True))


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that must hold if announcement and sheets are both true: `least <= most`.

    `what`: `no-fewer` (votes on sheets cannot vanish), `capacity` (stations without a sheet cannot add more
    than their registered voters), `sum` (nor more than the announced total leaves). `column` is None for all.
    """

    what: str
    column: int | None
    least: int
    most: int

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.least <= self.most


def necessary_conditions(found: Comparison) -> tuple[Condition, ...]:
    """The three conditions, cheap enough to check by hand.

    1. no-fewer: the sheets' votes of each column, without the `outside` sheets that have most of it, are at
    most the announced ones. 2. capacity: announced minus sheets is at most what is missing. 3. sum: what all
    columns need beyond the sheets is at most what the announced total leaves for stations without a sheet.
    """
    columns = range(len(found.columns))
    conditions = [
        Condition(
            "no-fewer", c, found.totals[c] - _largest(found.votes[:, c], found.outside), found.announced[c]
        )
        for c in columns
    ]
    if found.missing is not None:
        conditions += [Condition("capacity", c, found.residual[c], found.missing) for c in columns]
    needed = sum(max(r, 0) for r in found.residual)
    left = sum(found.residual) + _largest(found.votes.sum(axis=1), found.outside)
    return (*conditions, Condition("sum", None, needed, left))


@dataclass(frozen=True, slots=True)
class LeastDiffering:
    """The least number of sheets that would have to differ from the ballots for the announcement to hold.

    `sheets` of `of` is a lower bound under the stated assumption; `relaxed` its linear-programming value.
    `column`: the one whose votes on the sheets are more than announced, None if none is. `attained`: whether
    a way to fill everything with just so many was found, which makes it the least number exactly; it
    `needs` that many votes from stations that differ or are missing, which have `room` (None: unknown).
    `assumption`: `largest` or `average` sheets lie outside the announcement; `never`: not even all sheets
    would do, since the announcement has more votes than there are voters.
    """

    sheets: int
    of: int
    relaxed: Fraction
    column: str | None
    outside: int
    assumption: str
    attained: bool = False
    needs: int | None = None
    room: int | None = None

    def chances(self, draws: Sequence[int] = DRAWS) -> tuple[tuple[int, Fraction], ...]:
        """Chance that boxes drawn at random contain none of so many sheets, for each number of draws."""
        return tuple((n, chance_of_none(self.of, self.sheets, n)) for n in draws if n <= self.of)

    def boxes(self, risk: Fraction) -> int | None:
        """Boxes to draw so that this chance is at most `risk`; None if no sheet has to differ."""
        return boxes_to_settle(self.of, self.sheets, risk) if self.sheets else None

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        if not self.sheets:
            return say_in(language, _BOTH), say_in(language, _NOT_BOTH)
        values = {
            "sheets": self.sheets,
            "of": self.of,
            "share": percent(Fraction(self.sheets, self.of), 1, language),
            "outside": self.outside,
            "boxes": self.boxes(Fraction(1, 100)) or 0,
        }
        if self.assumption == "never":
            return say_in(language, _NEVER, **values), say_in(language, _NOT_BOTH)
        assumption = self.assumption if self.outside else "none"
        assumed = say_in(language, _ASSUMED[assumption], **values)
        return (
            say_in(language, _EITHER, assumed=assumed, **values),
            say_in(language, _NOT_EITHER, **values),
        )


def least_differing(found: Comparison, *, average_outside: bool = False) -> LeastDiffering:
    """The least number of sheets that must differ, when such a sheet may have had 0 votes of a column.

    The largest of these bounds. For each column, and for all with more votes than announced together: the
    sheets with most of them, as many as it takes to bring the rest down to the announced total, less those
    `outside` (taken to be the largest, or average ones if `average_outside`). For each column that is
    announced with more than stations without a sheet can add, and for all together: the sheets that can
    hide most more than they have. No smaller set can do, since every sheet contributes at most that; and
    where a condition fails, one does differ. Filling the other columns is then tried exactly; if it works,
    the bound is the answer. `program.solved` finds it where it does not.
    """
    excess = [c for c, residual in enumerate(found.residual) if residual < 0]
    bounds: list[tuple[int, Fraction, int | None]] = [
        (*_bound(found, (c,), average_outside), c) for c in range(len(found.columns))
    ]
    if len(excess) > 1:
        bounds.append((*_bound(found, excess, average_outside), None))
    try:
        bounds += [(*each, None) for each in _room_bounds(found)]
    except EvidenceError:
        everything = len(found.votes)
        return LeastDiffering(
            everything, everything, Fraction(everything), None, found.outside, "never", needs=None
        )
    if not all(condition.holds for condition in necessary_conditions(found)):
        bounds.append((1, Fraction(1), None))
    sheets, relaxed, column = max(bounds, key=lambda bound: bound[0])
    attained, needs, room = False, None, None
    if not average_outside and column is not None:
        attained, needs, room = _fill(found, column, sheets)
    assumption = "average" if average_outside else "largest"
    name = found.columns[column] if sheets and column is not None else None
    return LeastDiffering(
        sheets, len(found.votes), relaxed, name, found.outside, assumption, attained, needs, room
    )


def least_to_change_first(leads: Int64, swing: Int64, missing: int) -> int | None:
    """The least number of sheets that must differ for the first not to lead; None if even all are too few.

    `leads` int64 [sheets]: first minus second; `swing` int64 [sheets]: most by which the true lead can be
    less than the sheet's; `missing`: votes that stations without a sheet give to the second.
    """
    excess = int(leads.sum()) - missing
    return fewest(swing, excess)[0] if int(np.maximum(swing, 0).sum()) >= excess else None


def swing_of_capacity(first: Int64, second: Int64, capacity: Int64) -> Int64:
    """Greatest swing of a sheet: every registered voter had voted for the second."""
    return first - second + capacity


def swing_of_votes(first: Int64) -> Int64:
    """Greatest swing with the turnout as on the sheet: the first's votes were the second's."""
    return 2 * first


def chance_of_none(boxes: int, differing: int, drawn: int) -> Fraction:
    """Chance that `drawn` of `boxes`, at random without replacement, contain none of `differing`. Exact.

    Hypergeometric. Raises EvidenceError for numbers that do not fit in each other.
    """
    if not (0 <= differing <= boxes and 0 <= drawn <= boxes):
        raise EvidenceError("feasible-boxes", differing=differing, drawn=drawn, boxes=boxes)
    few, many = sorted((differing, drawn))
    return Fraction(comb(boxes - many, few), comb(boxes, few))


def boxes_to_settle(boxes: int, differing: int, risk: Fraction) -> int:
    """The fewest boxes to draw at random so that the chance of meeting none that differs is at most `risk`.

    Raises EvidenceError if none differs or the risk is not between 0 and 1.
    """
    if not 0 < differing <= boxes or not 0 < risk < 1:
        raise EvidenceError("feasible-risk")
    low, high = 0, boxes
    while low < high:
        middle = (low + high) // 2
        if chance_of_none(boxes, differing, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low


def _bound(found: Comparison, columns: Sequence[int], average_outside: bool) -> tuple[int, Fraction]:
    """Sheets that must differ for the votes of some columns together, and the same without rounding up."""
    votes = found.votes[:, list(columns)].sum(axis=1)
    excess = -sum(found.residual[c] for c in columns)
    if average_outside:
        n = len(votes)
        _check_exact(found, n)
        return fewest(votes * n, excess * n - found.outside * int(votes.sum()))
    sheets, relaxed = fewest(votes, excess)
    return max(sheets - found.outside, 0), max(relaxed - found.outside, Fraction(0))


def _room_bounds(found: Comparison) -> list[tuple[int, Fraction]]:
    """Sheets that must differ to make room for what is announced beyond the sheets and the stations without.

    Raises EvidenceError where not even all of them make it.
    """
    if found.missing is None:
        return []
    rows = [*found.votes.T, found.votes.sum(axis=1)]
    goals = [*found.residual, sum(found.residual)]
    return [
        fewest(np.maximum(found.capacity - row, 0), goal - found.missing)
        for row, goal in zip(rows, goals, strict=True)
    ]


def fewest(amounts: Int64, goal: int) -> tuple[int, Fraction]:
    """How many of the largest amounts reach the goal, and how many if the last may count in part."""
    if goal <= 0:
        return 0, Fraction(0)
    ordered = np.sort(amounts)[::-1]
    reached = np.cumsum(ordered)
    k = int(np.searchsorted(reached, goal)) + 1
    if k > len(amounts):
        raise EvidenceError("feasible-never")
    before = int(reached[k - 2]) if k > 1 else 0
    return k, k - 1 + Fraction(goal - before, int(ordered[k - 1]))


def _fill(found: Comparison, column: int, sheets: int) -> tuple[bool, int | None, int | None]:
    """Whether everything can be filled with the largest sheets of a column outside or differing."""
    order = np.argsort(-found.votes[:, column], kind="stable")
    out, differing = order[: found.outside], order[found.outside : found.outside + sheets]
    kept = np.array(found.totals) - found.votes[out].sum(axis=0) - found.votes[differing].sum(axis=0)
    needs = [a - k for a, k in zip(found.announced, kept.tolist(), strict=True)]
    if min(needs) < 0:
        return False, None, None
    if found.missing is None:
        return False, sum(needs), None
    room = found.missing + int(found.capacity[differing].sum())
    return sum(needs) <= room, sum(needs), room


def _largest(amounts: Int64, count: int) -> int:
    return int(np.sort(amounts)[len(amounts) - count :].sum())


def _check_exact(found: Comparison, factor: int) -> None:
    if sum(found.totals) * factor >= 2**63:
        raise EvidenceError("feasible-exact", factor=factor)


_EITHER = N_(
    "Either the announced total is wrong or at least {sheets:,} of the {of:,} sheets ({share}) differ "
    "from their ballots, {assumed}."
)
_ASSUMED = {
    "largest": N_("even if the {outside:,} sheets that matter most lay outside the announcement"),
    "average": N_("if {outside:,} average sheets lay outside the announcement"),
    "none": N_("with every sheet within the announcement"),
}
_NOT_EITHER = N_(
    "This does not say which side is right, and a mistake in reading or typing is one way of "
    "differing; {boxes:,} boxes opened at random would meet one that differs with a chance of 99%, if so "
    "many do."
)
_NEVER = N_(
    "Even if all the {of:,} sheets differed from their ballots, the announced total would have more votes "
    "than its stations have voters."
)
_BOTH = N_("The announced total and the sheets can both be true as far as these conditions go.")
_NOT_BOTH = N_(
    "That does not make either of them right; the other conditions and a hand count still can tell."
)
