"""Since when the page of each area says what it says: sizes of the log, told by the log alone.

A sheet, copy, hand count or zero report bears on the area of its station and on all above it; an area's
page also compares it with its parent, so that it changes with the parent too. A few records bear on every
area: they settle names, keys, rolls or which bases there are. Anything else bears on the place that its
subject names, if it names one; arrivals, statements and the steps of audits bear on no area.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records import types as t
from escrutinio.publication.site.model import FindingsIn, Site

EVERYWHERE = (t.Definition, t.Charter, t.Enrolment, t.CoRecord, t.Roll, t.NominationChange, t.Extension)
"""What bears on every area: keys may be judged late by it, options renamed, stations moved, results
of what lies in an area put off."""


_AROUND = " "


@dataclass(frozen=True, eq=False)
class Changes:
    """Sizes of the log, int64 [areas], at which something last changed.

    `within`: in the area or below it; `page`: that, or in its parent. Both are one more than the index of
    the entry that changed it.
    """

    within: NDArray[np.int64]
    page: NDArray[np.int64]


def changes(state: ElectionState) -> Changes:
    """When each area last changed. Depends on the order and content of the log only."""
    within = np.full(len(state.areas), _everywhere(state), np.int64)
    for table in state.tables.values():
        known = table.station >= 0
        np.maximum.at(within, state.roll.area[table.station[known]], table.index[known] + 1)
    for logged in state.controls:
        if (area := _place(state, logged)) is not None:
            within[area] = max(within[area], logged.index + 1)
    parents = state.areas.parent
    for area in range(len(within) - 1, 0, -1):  # parents stand before their children
        within[parents[area]] = max(within[parents[area]], within[area])
    page = within.copy()
    page[1:] = np.maximum(within[1:], within[parents[1:]])
    return Changes(within, page)


def _everywhere(state: ElectionState) -> int:
    """One more than the index of the last entry that bears on every area."""
    found = [logged.index for logged in state.controls if isinstance(logged.body, EVERYWHERE)]
    rulings = [logged.index for logged in state.records(t.Ruling)]
    found += rulings[:1]  # the first one makes a basis; the others bear on their stations
    for table in state.tables.values():
        for column in (table.kind, table.basis):
            _, first = np.unique(column, return_index=True)
            found += table.index[first].tolist()  # a kind of sheet, or a basis, that was not there before
    return 1 + max(found, default=0)


def _place(state: ElectionState, logged: Logged[t.Body]) -> int | None:
    """The area that a control record's subject names, or that its station lies in."""
    about = logged.entry.about
    if about.station is not None and about.station in state.roll.index:
        return int(state.roll.area[state.roll.index[about.station]])
    if about.area is not None:
        return state.areas.index.get(about.area)
    if isinstance(logged.body, t.Claim | t.Bulletin | t.Proclamation) and about.contest is not None:
        contest = next((view for view in state.contests if view.code == about.contest), None)
        return None if contest is None else state.areas.index[contest.area]
    return None


def fingerprints(site: Site, found: Changes) -> Iterator[str]:
    """For each area what its page depends on besides what all pages share: 16 hex digits of what happened in
    it, and the size of the log at which something last changed in it or around it.

    Findings are taken in whole: one may come or go with an entry about another place, where there are
    more cases than are listed one by one.
    """
    for area, (within, page) in enumerate(zip(found.within.tolist(), found.page.tolist(), strict=True)):
        inside = site.findings_in.get(area)
        said = f"{within} {'' if inside is None else _said(inside)}"
        yield f"{sha256(said.encode()).hexdigest()[:16]}{_AROUND}{page}"


def inside_of(fingerprint: str) -> str:
    """Of a fingerprint what comes from the area itself, and not from the one around it."""
    return fingerprint.partition(_AROUND)[0]


def _said(inside: FindingsIn) -> str:
    return f"{inside.listed!r} {sorted(inside.cases.items())!r}"


def issued_at(state: ElectionState, size: int) -> int:
    """When the last of the first `size` entries was issued, as its signer states it, in seconds since 1970.

    The definition's time where that entry is not readable.
    """
    index = size - 1
    indices, moments = state.issued
    row = int(np.searchsorted(indices, index))
    if row < len(indices) and indices[row] == index:
        return int(moments[row])
    at = bisect_left(state.controls, index, key=lambda logged: logged.index)
    found = at < len(state.controls) and state.controls[at].index == index
    return (state.controls[at] if found else state.definition).entry.issued_at
