"""Kinds of difference between two sheets of one station: what the figures look like, never why.

Every kind is defined by whole numbers alone, so that another implementation finds the same ones; the whole
list, in the order in which it is tried, stands in docs/reconciling.md. The kinds are symmetric: exchanging
the two sides changes which side is named and nothing else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64

NO_FIGURE = -1
"""Stands in place of a figure that a source does not give."""

REPEATED_AT_LEAST = 3
"""At so many differing stations one side has the same figures in every row."""


class Slip(StrEnum):
    """How two different figures of one row relate to each other; the first that applies."""

    NO_FIGURE = "no-figure"
    """One side gives no figure where the other gives one."""
    OFF_BY_ONE = "off-by-one"
    """They differ by 1."""
    ZERO = "zero"
    """One of them is 0."""
    DOUBLED_DIGIT = "doubled-digit"
    """The longer one is the other with one digit more, and that digit stands in the other too: 11 for 1."""
    LOST_DIGIT = "lost-digit"
    """The longer one is the other with one digit more, which the other does not have: 9 for 29."""
    LOST_DIGITS = "lost-digits"
    """The shorter one is how the other begins or ends, two or more digits being left out: 9 for 259."""
    TRANSPOSED = "transposed-digits"
    """Two neighbouring digits have changed places: 127 for 172."""
    POWER_OF_TEN = "power-of-ten"
    """They differ by 10, 100, 1,000, …"""
    ONE_DIGIT = "one-digit"
    """As many digits, one of which differs."""
    OTHER = "other"
    """None of these."""


class Kind(StrEnum):
    """What two sources have for one station; the first that applies, in this order."""

    NEITHER = "neither"
    """No sheet in either."""
    ONLY_LEFT = "only-left"
    """A sheet on the left side alone."""
    ONLY_RIGHT = "only-right"
    """A sheet on the right side alone."""
    AGREE = "agree"
    """Every figure that both give is the same."""
    NO_FIGURE = "no-figure"
    """One side lacks the figure of an option that the other gives."""
    ALL_ZERO = "all-zero"
    """One side has no vote at all, in no option and neither null nor blank, and the other has some."""
    NULL_BLANK = "null-blank"
    """Every option is the same; null or blank votes differ."""
    REPEATED = "repeated-figures"
    """One side has these figures, two or more of them not zero, at three or more of the stations that
    differ."""
    SWAPPED = "swapped-rows"
    """Two options differ, and each has the figure of the other."""
    SHIFTED = "shifted-rows"
    """Three or more neighbouring rows hold what the other side has one row above (or below)."""
    REORDERED = "reordered-rows"
    """Three or more options differ, and both sides have the same figures in another order."""
    OTHER_STATION = "other-station"
    """Two or more options differ, and one side has, row by row, what the other has at exactly one other
    station; three or more figures are not zero."""
    SAME_OFFSET = "same-offset"
    """Two or more options differ, all by the same number."""
    MOVED = "moved-votes"
    """Two or more options differ, and they add up to the same."""
    OFF_BY_ONE = "off-by-one"
    """One option differs, by 1; as all kinds down to `one-row`, named for the slip in that row."""
    ZERO_ROW = "zero-row"
    DOUBLED_DIGIT = "doubled-digit"
    LOST_DIGIT = "lost-digit"
    LOST_DIGITS = "lost-digits"
    TRANSPOSED = "transposed-digits"
    POWER_OF_TEN = "power-of-ten"
    ONE_DIGIT = "one-digit"
    ONE_ROW = "one-row"
    """One option differs, in none of these ways."""
    EVERY_ROW = "every-row"
    """Every option differs that is not zero on both sides, and there are two or more of them."""
    SEVERAL_ROWS = "several-rows"
    """Two or more options differ, in none of these ways."""


KINDS = tuple(Kind)
NUMBER = {kind: number for number, kind in enumerate(KINDS)}
"""The place of each kind in `KINDS`, as arrays hold it."""
DIFFERENT = KINDS[KINDS.index(Kind.NO_FIGURE) :]
"""The kinds of stations that both sources have and that differ."""

_OF_ONE_ROW = {
    Slip.OFF_BY_ONE: Kind.OFF_BY_ONE,
    Slip.ZERO: Kind.ZERO_ROW,
    Slip.DOUBLED_DIGIT: Kind.DOUBLED_DIGIT,
    Slip.LOST_DIGIT: Kind.LOST_DIGIT,
    Slip.LOST_DIGITS: Kind.LOST_DIGITS,
    Slip.TRANSPOSED: Kind.TRANSPOSED,
    Slip.POWER_OF_TEN: Kind.POWER_OF_TEN,
    Slip.ONE_DIGIT: Kind.ONE_DIGIT,
    Slip.OTHER: Kind.ONE_ROW,
}


class Side(StrEnum):
    """One of the two sources compared."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that differs: `row` counts the options from 0, then the classes of other ballots. A figure
    that a side does not give is -1."""

    row: int
    left: int
    right: int
    slip: Slip

    @property
    def difference(self) -> int | None:
        """Right minus left; None where a side gives no figure."""
        return None if NO_FIGURE in (self.left, self.right) else self.right - self.left


@dataclass(frozen=True, slots=True)
class Difference:
    """A station that two sources have and that differs.

    `station` counts the stations compared. `side`: the one that has no vote, lacks a figure, repeats its
    figures or has those of the station `other`; None where a kind names no side.
    """

    station: int
    kind: Kind
    figures: tuple[Figure, ...]
    side: Side | None = None
    other: int | None = None


def slip_of(left: int, right: int) -> Slip:
    """How two different figures relate. Raises ValueError where they are equal or negative but -1."""
    if left == right or min(left, right) < NO_FIGURE:
        raise ValueError("two different figures are needed")
    small, large = sorted((left, right))
    short, long = str(small), str(large)
    if small == NO_FIGURE:
        return Slip.NO_FIGURE
    if large - small == 1:
        return Slip.OFF_BY_ONE
    if small == 0:
        return Slip.ZERO
    if len(long) == len(short) + 1:
        added = [digit for at, digit in enumerate(long) if long[:at] + long[at + 1 :] == short]
        if added:
            return Slip.DOUBLED_DIGIT if any(digit in short for digit in added) else Slip.LOST_DIGIT
    elif len(long) > len(short) and (long.startswith(short) or long.endswith(short)):
        return Slip.LOST_DIGITS
    changed = [at for at, (one, other) in enumerate(zip(short, long, strict=False)) if one != other]
    same_length = len(short) == len(long)
    if same_length and len(changed) == 2 and changed[1] == changed[0] + 1:
        first, second = changed
        if (short[first], short[second]) == (long[second], long[first]):
            return Slip.TRANSPOSED
    if str(large - small).rstrip("0") == "1":
        return Slip.POWER_OF_TEN
    return Slip.ONE_DIGIT if same_length and len(changed) == 1 else Slip.OTHER


def classify(left: Int64, right: Int64, both: NDArray[np.bool_], options: int) -> tuple[Difference, ...]:
    """The stations that differ, of those that `both` sources have, in their order.

    `left`, `right`: int64 [stations, options + classes], votes by option, then other ballots by class, -1 for
    a figure that is not given. Classes are compared where both sides give them.
    """
    unequal = left != right
    unequal[:, options:] &= (left[:, options:] != NO_FIGURE) & (right[:, options:] != NO_FIGURE)
    found = np.flatnonzero(both & unequal.any(axis=1)).tolist()
    sides = (_Figures(left, both, found, options), _Figures(right, both, found, options))
    return tuple(_difference(station, np.flatnonzero(unequal[station]).tolist(), sides) for station in found)


class _Figures:
    """The figures of one side, with what has to be looked up among all its stations."""

    def __init__(
        self, figures: Int64, both: NDArray[np.bool_], differing: Sequence[int], options: int
    ) -> None:
        self.figures = figures
        self.votes = np.ascontiguousarray(figures[:, :options])
        self._keys: list[bytes] = [row.tobytes() for row in self.votes]
        self._repeated = Counter(self._keys[station] for station in differing)
        self._at: dict[bytes, list[int]] = {}
        for station in np.flatnonzero(figures.max(axis=1) > 0).tolist():
            self._at.setdefault(self._keys[station], []).append(station)

    def key(self, station: int) -> bytes:
        return self._keys[station]

    def repeats(self, station: int) -> bool:
        """Whether the figures of a station stand at many of the stations that differ."""
        often = self._repeated[self._keys[station]] >= REPEATED_AT_LEAST
        return often and int((self.votes[station] > 0).sum()) >= 2

    def only_at(self, key: bytes, station: int) -> int | None:
        """The one other station that has these figures, of which three or more are not zero."""
        found = self._at.get(key, [])
        if len(found) != 1 or found[0] == station or int((self.votes[found[0]] > 0).sum()) < 3:
            return None
        return found[0]


def _difference(station: int, rows: list[int], sides: tuple[_Figures, _Figures]) -> Difference:
    left, right = (side.figures[station].tolist() for side in sides)
    figures = tuple(Figure(row, left[row], right[row], slip_of(left[row], right[row])) for row in rows)
    options = [row for row in rows if row < sides[0].votes.shape[1]]
    kind, side, other = _kind(station, left, right, options, figures, sides)
    return Difference(station, kind, figures, side, other)


def _kind(
    station: int,
    left: list[int],
    right: list[int],
    rows: list[int],
    figures: Sequence[Figure],
    sides: tuple[_Figures, _Figures],
) -> tuple[Kind, Side | None, int | None]:
    """Try the kinds in their order; `rows` are the options that differ."""
    for side, mine in ((Side.LEFT, left), (Side.RIGHT, right)):
        if any(mine[row] == NO_FIGURE for row in rows):
            return Kind.NO_FIGURE, side, None
    for side, mine in ((Side.LEFT, left), (Side.RIGHT, right)):
        if max(mine) <= 0:
            return Kind.ALL_ZERO, side, None
    if not rows:
        return Kind.NULL_BLANK, None, None
    for side, table in zip(Side, sides, strict=True):
        if table.repeats(station):
            return Kind.REPEATED, side, None
    if exchanged := _exchanged(left, right, rows):
        return exchanged, None, None
    if len(rows) == 1:
        return _OF_ONE_ROW[figures[0].slip], None, None
    for at, side in enumerate(Side):
        if (other := sides[1 - at].only_at(sides[at].key(station), station)) is not None:
            return Kind.OTHER_STATION, side, other
    offsets = [right[row] - left[row] for row in rows]
    if len(set(offsets)) == 1:
        return Kind.SAME_OFFSET, None, None
    if sum(offsets) == 0:
        return Kind.MOVED, None, None
    voted = sum(1 for one, another in zip(left[:-2], right[:-2], strict=True) if one or another)
    return (Kind.EVERY_ROW if len(rows) == voted else Kind.SEVERAL_ROWS), None, None


def _exchanged(left: list[int], right: list[int], rows: list[int]) -> Kind | None:
    """Whether the same figures stand in other rows."""
    if len(rows) == 2 and left[rows[0]] == right[rows[1]] and left[rows[1]] == right[rows[0]]:
        return Kind.SWAPPED
    if len(rows) < 3:
        return None
    block = slice(rows[0], rows[-1] + 1)
    mine, theirs = left[block], right[block]
    for above, below in ((mine, theirs), (theirs, mine)):
        if above[:-1] == below[1:] and sum(1 for figure in above[:-1] if figure) >= 2:
            return Kind.SHIFTED
    if sorted(left[row] for row in rows) == sorted(right[row] for row in rows):
        return Kind.REORDERED
    return None
