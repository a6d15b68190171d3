"""From when on results may be public: the calendar's `results_public_from`, and the officers' extensions.

An area has the moment of `results_public_from.<area>`, else that of the area around it, else that of
`results_public_from`; none where the calendar has none of these. An extension by the officers moves an area,
or all of them, to a later moment, never beyond `results_public_latest`; a calendar without that date allows
none. It never begins a wait where the calendar has none, and never ends one sooner.

What a record says of a place includes all that lies in it: totals of the country wait for its last area.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records import types as t
from escrutinio.core.records.subjects import Subject

FROM, LATEST = "results_public_from", "results_public_latest"

BEARING: frozenset[type[t.Body]] = frozenset(
    {
        t.TallySheet,
        t.ManualSheet,
        t.Copy,
        t.HandCount,
        t.MixedCount,
        t.Bulletin,
        t.Proclamation,
        t.Claim,
        t.Statement,
        t.AuditMinutes,
        t.AuditResult,
        t.Lots,
        t.NextRound,
    }
)
"""The records that say how people voted or what follows from that: counts, what is announced of them, how an
audit of them ended, and what only a result can call for. A statement is words that nobody here can read, so
it waits too. Everything else goes on in the open: zero reports, openings, incidents, seals, complaints,
custody, and commitments, whose figures are hidden by their salt."""

BEARING_TYPES = frozenset(body.TYPE for body in BEARING)


@dataclass(frozen=True, slots=True)
class Embargo:
    """From when on results of each area may be public.

    `moments` int64 [areas], in seconds since 1970-01-01 UTC; 0 where the calendar has no such moment.
    `moved` are the log indices of the extensions that have an effect, `beyond` of those that have none.
    """

    areas: AreaTree
    moments: NDArray[np.int64]
    moved: tuple[int, ...]
    beyond: tuple[int, ...]

    @property
    def last(self) -> int:
        """The moment of the last area; 0 for no embargo at all."""
        return int(self.moments.max(initial=0))

    def of_area(self, area: int) -> int:
        """The moment from which on totals of an area (its number) may be public: that of the last area in
        it."""
        every = np.arange(len(self.areas), dtype=np.int32)
        return int(self.moments[self.areas.within(area, every)].max(initial=0))

    def of(self, about: Subject, contests: Iterable[tuple[str, str]], rolls: Iterable[Roll]) -> int:
        """The moment of a record of a type in `BEARING` that speaks of this.

        `contests` are codes with the areas that vote; `rolls` those of which one may know the station. What
        cannot be placed has the last moment of all.
        """
        index = self.areas.index
        if about.station is not None:
            found = [
                int(self.moments[roll.area[roll.index[about.station]]])
                for roll in rolls
                if about.station in roll.index
            ]
            return max(found, default=self.last)
        area = about.area
        if area is None and about.contest is not None:
            area = next((where for code, where in contests if code == about.contest), None)
        return self.last if area is None or area not in index else self.of_area(index[area])


def has_embargo(definition: t.Definition) -> bool:
    """Whether the calendar has a moment from which results may be public, of any area."""
    return any(day.code == FROM or day.code.startswith(f"{FROM}.") for day in definition.calendar)


def check_moments(definition: t.Definition, areas: AreaTree) -> None:
    """Refuse moments that can have no effect, with DefinitionError: of an area that there is not, and a
    maximum before one of them. A definition that has them all the same is read, without that effect."""
    days = {day.code: day.at for day in definition.calendar}
    named = {code: code.removeprefix(f"{FROM}.") for code in days if code.startswith(f"{FROM}.")}
    for code, area in named.items():
        if area not in areas.index:
            raise DefinitionError("calendar-area", code=code, area=area)
    for code in (FROM, *named):
        if LATEST in days and days.get(code, 0) > days[LATEST]:
            raise DefinitionError("calendar-latest", code=code, latest=LATEST)


def embargo(definition: t.Definition, areas: AreaTree, extensions: Iterable[Logged[t.Extension]]) -> Embargo:
    """The moments after the effective extensions of a log, in log order."""
    moments = np.zeros(len(areas), np.int64)
    days = {day.code: day.at for day in definition.calendar}
    general, latest = days.get(FROM, 0), days.get(LATEST, 0)
    for area, name in enumerate(areas.codes):
        own, parent = days.get(f"{FROM}.{name}"), int(areas.parent[area])
        moments[area] = own if own is not None else general if parent < 0 else moments[parent]
    every = np.arange(len(areas), dtype=np.int32)
    moved, beyond = [], []
    for logged in extensions:
        code, until = logged.entry.about.area, logged.body.until
        where = moments > 0
        if code is not None:
            where &= areas.within(areas.index[code], every) if code in areas.index else np.False_
        where &= moments < until
        if until <= latest and where.any():
            moments = np.where(where, until, moments)
            moved.append(logged.index)
        else:
            beyond.append(logged.index)
    return Embargo(areas, moments, tuple(moved), tuple(beyond))


def embargo_of(state: ElectionState) -> Embargo:
    """The embargo after all entries of a log."""
    extensions = tuple(each for each in state.records(t.Extension) if each.entry.about.station is None)
    return embargo(state.definition.body, state.areas, extensions)
