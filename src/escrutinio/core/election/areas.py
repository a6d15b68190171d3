"""The tree of areas: a country, its states, their municipalities, and so on to any sensible depth."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.tables import read_columns, write_table
from escrutinio.core.records.text import check_code, check_text

HEADER = ("code", "parent", "level", "name")
MAX_DEPTH = 64
"""Most steps from an area up to the root; a deeper tree is a mistake or an attack."""

_WHAT = Phrase("The area table")

_FEW = 8
"""Areas with anything of their own up to which each is added to those around it by itself."""


class Area(NamedTuple):
    """One row of the area table; the root has no parent."""

    code: str
    parent: str | None
    level: str
    name: str


@dataclass(frozen=True, eq=False)
class AreaTree:
    """A tree of areas, numbered so that every parent stands before its children; the root is number 0.

    `codes`, `levels` (the word for the kind of area, "state") and `names` have one item per area;
    `index` gives the number of a code; `parent` is int32 [areas], -1 for the root; `depth` is int32
    [areas], 0 for the root. `enter` and `leave`, int32 [areas], are positions in a walk of the tree:
    area `j` is `i` or lies in it exactly if `enter[i] <= enter[j] < leave[i]`.
    """

    codes: tuple[str, ...]
    levels: tuple[str, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    parent: NDArray[np.int32]
    depth: NDArray[np.int32]
    enter: NDArray[np.int32]
    leave: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def _children(self) -> tuple[tuple[int, ...], ...]:
        lists: list[list[int]] = [[] for _ in self.codes]
        for child, parent in enumerate(self.parent.tolist()):
            if parent >= 0:
                lists[parent].append(child)
        return tuple(map(tuple, lists))

    def children(self, area: int) -> tuple[int, ...]:
        """The areas right below `area`, in the order of the table."""
        return self._children[area]

    def ancestors(self, area: int) -> tuple[int, ...]:
        """The areas that `area` lies in, the nearest first, the root last; empty for the root."""
        found = []
        while (area := int(self.parent[area])) >= 0:
            found.append(area)
        return tuple(found)

    def path(self, area: int) -> tuple[int, ...]:
        """The way from the root down to `area`, both included."""
        return (*reversed(self.ancestors(area)), area)

    def within(self, area: int, places: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of `places` (area numbers, any shape) are `area` or lie in it."""
        at = self.enter[places]
        inside: NDArray[np.bool_] = (self.enter[area] <= at) & (at < self.leave[area])
        return inside

    def roll_up(self, own: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum int64 [areas, ...] of each area's own over all that lies in it, itself included."""
        some = np.flatnonzero(own.any(axis=tuple(range(1, own.ndim))))
        if len(some) <= _FEW:  # a contest of one town in a country of hundreds
            summed = own.copy()
            for area in some.tolist():
                summed[list(self.ancestors(area))] += own[area]
            return summed
        walked = np.zeros((len(self) + 1, *own.shape[1:]), np.int64)
        walked[self.enter + 1] = own
        np.cumsum(walked, axis=0, out=walked)
        return walked[self.leave] - walked[self.enter]

    def add_up(
        self, places: NDArray[np.int32], values: NDArray[np.integer] | NDArray[np.bool_] | int
    ) -> NDArray[np.int64]:
        """Sum `values` [stations, ...], or one value for each, in every area and all that lies in it.

        `places` int32 [stations] are the areas in which the stations lie.
        """
        given = np.broadcast_to(values, places.shape) if isinstance(values, int) else values
        own = np.zeros((len(self), *given.shape[1:]), np.int64)
        # Column by column, of one type, where there is anything: all else NumPy adds far more slowly.
        for column in np.ndindex(given.shape[1:]):
            figures = given[:, *column]
            some = np.flatnonzero(figures)
            np.add.at(own[:, *column], places[some].astype(np.intp), figures[some].astype(np.int64))
        return self.roll_up(own)


def build_areas(rows: Iterable[Area]) -> AreaTree:
    """Make a tree of `rows` in any order; a row keeps its place unless its parent comes later.

    Raises DefinitionError for a malformed code, level or name, a code given twice, no root or two, a
    parent that is not there, areas that lie in each other, and more than `MAX_DEPTH` steps to the root.
    """
    given = list(rows)
    position: dict[str, int] = {}
    for at, row in enumerate(given):
        try:
            check_code(row.code)
            _check_label(row.level, 64)
            _check_label(row.name, 200)
        except RecordError as error:
            raise DefinitionError("table-line", why=error, table=_WHAT, line=at + 2) from None
        if position.setdefault(row.code, at) != at:
            first = position[row.code] + 2
            raise DefinitionError("area-twice", first=first, table=_WHAT, area=repr(row.code), line=at + 2)
    parents = _parents(given, position)
    order, depths = _parents_first(given, parents)
    number = {at: i for i, at in enumerate(order)}
    parent = [number.get(parents[at], -1) for at in order]
    enter, leave = _walk(parent)
    words = {row.level: row.level for row in given}
    codes = tuple(given[at].code for at in order)
    return AreaTree(
        codes=codes,
        levels=tuple(words[given[at].level] for at in order),
        names=tuple(given[at].name for at in order),
        index={code: i for i, code in enumerate(codes)},
        parent=np.array(parent, np.int32),
        depth=np.array([depths[at] for at in order], np.int32),
        enter=enter,
        leave=leave,
    )


def read_areas(raw: bytes) -> AreaTree:
    """Read the area table, UTF-8 CSV `code,parent,level,name`; the root's parent is empty.

    Raises DefinitionError as `build_areas` and `tables.read_columns` do.
    """
    rows: list[Area] = []
    for _, (codes, parents, levels, names) in read_columns(raw, HEADER, _WHAT):
        rows += map(Area, codes, (parent or None for parent in parents), levels, names)
    return build_areas(rows)


def write_areas(tree: AreaTree) -> bytes:
    """Write the area table in the order of the tree; `read_areas` gives the same tree back."""
    parents = (tree.codes[i] if i >= 0 else "" for i in tree.parent.tolist())
    return write_table(HEADER, zip(tree.codes, parents, tree.levels, tree.names, strict=True))


def _check_label(text: str, limit: int) -> None:
    if not text.strip():
        raise RecordError("label-empty")
    check_text(text, limit)


def _parents(given: list[Area], position: dict[str, int]) -> list[int]:
    """Return the row of each row's parent, -1 for the one root."""
    roots = [at for at, row in enumerate(given) if row.parent is None]
    if not given:
        raise DefinitionError("areas-none", table=_WHAT)
    if not roots:
        raise DefinitionError("areas-root")
    if len(roots) > 1:
        first, second = given[roots[0]].code, given[roots[1]].code
        raise DefinitionError(
            "areas-roots", table=_WHAT, size=len(roots), first=repr(first), second=repr(second)
        )
    for at, row in enumerate(given):
        if row.parent is not None and row.parent not in position:
            raise DefinitionError(
                "area-parent", parent=repr(row.parent[:80]), table=_WHAT, line=at + 2, area=repr(row.code)
            )
    return [-1 if row.parent is None else position[row.parent] for row in given]


def _parents_first(given: list[Area], parents: list[int]) -> tuple[list[int], list[int]]:
    """Return the rows in an order that has parents before children, and each row's depth."""
    order: list[int] = []
    depths = [-1] * len(given)
    for start in range(len(given)):
        chain: list[int] = []
        at = start
        while at >= 0 and depths[at] < 0 and len(chain) <= MAX_DEPTH + 1:
            if at in chain:
                raise DefinitionError(
                    "areas-circle", circle=_circle(given, chain[chain.index(at) :]), table=_WHAT
                )
            chain.append(at)
            at = parents[at]
        above = depths[at] if at >= 0 else -1
        if above + len(chain) > MAX_DEPTH:
            code = given[start].code
            raise DefinitionError("areas-deep", table=_WHAT, area=repr(code), limit=MAX_DEPTH)
        for depth, row in enumerate(reversed(chain), above + 1):
            depths[row] = depth
            order.append(row)
    return order, depths


def _circle(given: list[Area], chain: list[int]) -> str:
    shown = [given[at].code for at in chain[:5]]
    return " in ".join([*shown, "…"] if len(chain) > 5 else [*shown, shown[0]])


def _walk(parent: list[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where a depth-first walk enters each area, and where it leaves it."""
    size = [1] * len(parent)
    for area in range(len(parent) - 1, 0, -1):
        size[parent[area]] += size[area]
    enter = [0] * len(parent)
    cursor = [1] * len(parent)
    for area in range(1, len(parent)):
        above = parent[area]
        enter[area] = cursor[above]
        cursor[above] += size[area]
        cursor[area] = enter[area] + 1
    first = np.array(enter, np.int32)
    return first, first + np.array(size, np.int32)
