"""Announced results beside what the counted sheets add up to: claims by anybody, and official bulletins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property, partial

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.derived.files import shown_bases
from escrutinio.core.election.definition import OTHERS
from escrutinio.core.election.state import REPORTED, RULED, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import Sums, totals, totals_at
from escrutinio.core.records import codes
from escrutinio.core.records.parts import Announced, Title
from escrutinio.core.records.types import Bulletin, Claim

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Item:
    """One announced figure and its counterpart in the sheets.

    `what`: votes, others, unknown, valid, null, blank, ballots, registered or stations; `candidate` is the
    number of a candidate where it is votes, `code` the word of the record where it is unknown. `counted` of
    `whole` is what the sheets have, both None where they do not say.
    """

    what: str
    candidate: int | None
    announced: int | None
    percent: str | None
    counted: int | None
    whole: int | None
    code: str = ""

    @property
    def difference(self) -> int | None:
        """Announced minus counted, where both are numbers."""
        return None if self.announced is None or self.counted is None else self.announced - self.counted

    @property
    def points(self) -> Fraction | None:
        """Announced minus counted share in percentage points, where only a percentage was announced."""
        if self.announced is not None or self.counted is None or not self.whole:
            return None
        if self.percent is None or not _PERCENT.fullmatch(self.percent):
            return None
        return Fraction(self.percent) - Fraction(100 * self.counted, self.whole)


@dataclass(frozen=True)
class Announcement:
    """What somebody announced. `basis` is what it is held against; `official`: a bulletin of the authority.

    `number` and `size` are of a bulletin: which one it is, and of how many entries of the log it speaks.
    `held`: of the sheets that count now, how many the log had then: at that size, or before the entry.
    """

    index: int
    code: str
    speaker: tuple[Title, ...]
    day: str | None
    contest: str
    area: int
    basis: str | None
    covered: str | None
    turnout: str | None
    sources: tuple[str, ...]
    items: tuple[Item, ...]
    signer: str
    official: bool = False
    number: int = 0
    size: int = 0
    held: int | None = None

    def item(self, candidate: int) -> Item | None:
        """The figure of a candidate, if one was announced."""
        return next((item for item in self.items if item.candidate == candidate), None)

    def other(self, what: str) -> Item | None:
        """The figure of another kind, if one was announced."""
        return next((item for item in self.items if item.what == what), None)

    @cached_property
    def valid(self) -> int | None:
        """Valid votes as announced; else the sum of the votes, where every row has a number."""
        if (stated := self.other("valid")) is not None:
            return stated.announced
        votes = [item.announced for item in self.items if item.what in ("votes", "others")]
        numbers = [number for number in votes if number is not None]
        return sum(numbers) if numbers and len(numbers) == len(votes) else None


def announcements(state: ElectionState) -> Iterator[Announcement]:
    """All announced results about contests and areas that the election has, in log order."""
    announced: list[Logged[Claim | Bulletin]] = [*state.records(Claim), *state.records(Bulletin)]
    first = cache(partial(_first_basis, state))
    grown = cache(partial(growth, state))
    for logged in sorted(announced, key=lambda logged: logged.index):
        about = logged.entry.about
        view = next((view for view in state.contests if view.code == about.contest), None)
        area = state.areas.index.get(about.area or (view.area if view else ""))
        if view is None or area is None:
            continue
        if (claim := logged.of(Claim)) is not None:
            found = _claim(claim, view, area, first(view.code))
        elif (bulletin := logged.of(Bulletin)) is not None:
            found = _bulletin(state, bulletin, view, area)
        else:
            continue
        if found.basis is not None:
            size = found.size if found.official else found.index
            held = int(np.searchsorted(grown(view.code, found.basis, area), size))
            found = replace(found, held=held)
        yield found


def growth(state: ElectionState, contest: str, basis: str, area: int) -> NDArray[np.int64]:
    """The log indices, ascending, of the sheets that count now in an area (by its number) and a basis."""
    rows = state.counted.get((contest, basis))
    if rows is None:
        return np.zeros(0, np.int64)
    here = state.areas.within(area, state.roll.area) & (rows >= 0)
    found: NDArray[np.int64] = np.sort(state.tables[contest].index[rows[here]])
    return found


def _first_basis(state: ElectionState, contest: str) -> Sums | None:
    """The totals of the first basis that has anything; claims are held against it."""
    bases = shown_bases(state, contest)
    return totals(state, contest, bases[0].code) if bases else None


def _claim(logged: Logged[Claim], view: ContestView, area: int, found: Sums | None) -> Announcement:
    claim = logged.body
    numbers = {code: number for number, code in enumerate(view.candidates)}
    named = {numbers[row.candidate] for row in claim.rows if row.candidate in numbers}
    items = [_row(row, numbers.get(row.candidate), named, found, area) for row in claim.rows]
    for what in ("valid", "null", "ballots", "registered"):
        if (stated := getattr(claim, what)) is not None:
            items.append(Item(what, None, stated, None, _sum(found, what, area), None))
    return Announcement(
        index=logged.index,
        code=claim.code,
        speaker=claim.speaker,
        day=claim.announced_on,
        contest=view.code,
        area=area,
        basis=None if found is None else found.basis,
        covered=claim.covered,
        turnout=claim.turnout,
        sources=claim.sources,
        items=tuple(items),
        signer=logged.entry.signer,
    )


def _row(row: Announced, candidate: int | None, named: set[int], found: Sums | None, area: int) -> Item:
    counted = whole = None
    if found is not None:
        votes = found.candidates[area].tolist()
        whole = int(found.valid[area])
        if candidate is not None:
            counted = votes[candidate]
        elif row.candidate == OTHERS:
            counted = sum(votes) - sum(votes[number] for number in named)
    what = "votes" if candidate is not None else "others" if row.candidate == OTHERS else "unknown"
    return Item(what, candidate, row.votes, row.percent, counted, whole, row.candidate)


def _sum(found: Sums | None, what: str, area: int) -> int | None:
    if found is None or what == "registered" or (what != "valid" and found.classes_unknown[area]):
        return None
    return int({"valid": found.valid, "null": found.null, "ballots": found.ballots}[what][area])


def _bulletin(state: ElectionState, logged: Logged[Bulletin], view: ContestView, area: int) -> Announcement:
    """A bulletin is held against the log at the size it names, as far as this log has it."""
    bulletin = logged.body
    basis = RULED if bulletin.basis is codes.Basis.RULED else REPORTED
    known = any(found.code == basis for found in state.bases)
    found = totals_at(state, view.code, basis, min(bulletin.head.size, state.size)) if known else None
    votes = found.candidates[area].tolist() if found else [None] * len(view.candidates)
    whole = int(found.valid[area]) if found else None
    items = [
        Item("votes", number, stated, None, counted, whole)
        for number, (stated, counted) in enumerate(zip(bulletin.counts, votes, strict=False))
    ]
    valid = () if bulletin.valid is None else (("valid", bulletin.valid, found.valid if found else None),)
    sums = (
        *valid,
        *(
            (code, stated, found.of_class(code) if found else None)
            for code, stated in zip(view.classes, bulletin.classes, strict=False)
        ),
        ("stations", bulletin.stations, found.stations_counted if found else None),
    )
    for what, stated, column in sums:
        items.append(Item(what, None, stated, None, None if column is None else int(column[area]), None))
    return Announcement(
        index=logged.index,
        code=f"bulletin-{bulletin.number}",
        speaker=(),
        day=None,
        contest=view.code,
        area=area,
        basis=basis if known else None,
        covered=None,
        turnout=None,
        sources=(),
        items=tuple(items),
        signer=logged.entry.signer,
        official=True,
        number=bulletin.number,
        size=bulletin.head.size,
    )
