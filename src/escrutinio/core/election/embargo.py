"""From when on results may be public: the calendar's `results_public_from`, and the officers' extensions.

An area has the moment of `results_public_from.<area>`, else that of the area around it, else that of
`results_public_from`; none where the calendar has none of these. An extension by the officers moves an area,
or all of them, to a later moment, never beyond `results_public_latest`; a calendar without that date allows
none. It never begins a wait where the calendar has none, and never ends one sooner.

What a record says of a place includes all that lies in it: totals of the country wait for its last area.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.clock import moment_text
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, InputError, RecordError
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.following import kind_of
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.cose import split
from escrutinio.core.records.subjects import Subject, read_subject

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
        t.SheetStatus,
        t.Retraction,
    }
)
"""The records that say how people voted or what follows from that: counts, what is announced of them, how an
audit of them ended, and what only a result can call for. A statement is words that nobody here can read, so
it waits too; a sheet's status may have the sheet's picture with it; and what is taken back is a copy or a
claim, which waits, and which it would name by a digest that the contents can be tried against. Everything
else goes on in the open: zero reports, openings, incidents, seals, complaints, custody, and commitments,
whose figures are hidden by their salt."""

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

    def of_record(self, raw: bytes, contests: Iterable[tuple[str, str]], rolls: Iterable[Roll]) -> int:
        """The moment of a record that came; 0 for one without results, and for what admission refuses."""
        kind = kind_of(raw)
        if kind not in BEARING_TYPES:
            return 0
        try:
            about = read_subject(t.BY_CODE[kind].SUBJECT, split(raw).subject)
        except RecordError:
            return 0
        return self.of(about, contests, rolls)


def has_embargo(definition: t.Definition) -> bool:
    """Whether the calendar has a moment from which results may be public, of any area."""
    return latest_moment(definition) > 0


def latest_moment(definition: t.Definition) -> int:
    """A moment from which on nothing waits, whatever officers say, in seconds since 1970; 0 where the
    calendar lets nothing wait."""
    days = _days(definition)
    begins = [at for code, at in days.items() if code == FROM or code.startswith(f"{FROM}.")]
    return max(*begins, days.get(LATEST, 0), 0) if begins else 0


def check_moments(definition: t.Definition, areas: AreaTree) -> None:
    """Refuse moments that can have no effect, with DefinitionError: of an area that there is not, and a
    maximum before one of them. A definition that has them all the same is read, without that effect."""
    days = _days(definition)
    named = {code: code.removeprefix(f"{FROM}.") for code in days if code.startswith(f"{FROM}.")}
    for code, area in named.items():
        if area not in areas.index:
            raise DefinitionError("calendar-area", code=code, area=area)
    for code in (FROM, *named):
        if LATEST in days and days.get(code, 0) > days[LATEST]:
            raise DefinitionError("calendar-latest", code=code, latest=LATEST)


def embargo(definition: t.Definition, areas: AreaTree, extensions: Iterable[Logged[t.Extension]]) -> Embargo:
    """The moments after the effective extensions of a log, in log order."""
    *_, last = _stages(definition, areas, extensions)
    return last


def _stages(
    definition: t.Definition, areas: AreaTree, extensions: Iterable[Logged[t.Extension]]
) -> Iterator[Embargo]:
    """The embargo by the calendar alone, then after each effective extension, in log order."""
    moments = np.zeros(len(areas), np.int64)
    days = _days(definition)
    general, latest = days.get(FROM, 0), days.get(LATEST, 0)
    for area, name in enumerate(areas.codes):
        own, parent = days.get(f"{FROM}.{name}"), int(areas.parent[area])
        moments[area] = own if own is not None else general if parent < 0 else moments[parent]
    every = np.arange(len(areas), dtype=np.int32)
    moved: tuple[int, ...] = ()
    beyond: tuple[int, ...] = ()
    yield Embargo(areas, moments, moved, beyond)
    for logged in extensions:
        code, until = logged.entry.about.area, logged.body.until
        where = moments > 0
        if code is not None:
            where &= areas.within(areas.index[code], every) if code in areas.index else np.False_
        where &= moments < until
        if until <= latest and where.any():
            moments = np.where(where, until, moments)
            moved += (logged.index,)
        else:
            beyond += (logged.index,)
        yield Embargo(areas, moments, moved, beyond)


def check_extension(state: ElectionState, about: Subject, until: int) -> None:
    """Refuse an extension that would move no moment if it came next, with InputError: who signs it would
    believe that results wait, and they would not."""
    held, latest = embargo_of(state), _days(state.definition.body).get(LATEST, 0)
    where = held.moments > 0
    if about.area is not None:
        area = state.areas.index.get(about.area)
        where &= area is not None and state.areas.within(area, np.arange(len(where), dtype=np.int32))
    if about.station is not None or not where.any():
        raise InputError("extension-no-wait")
    if until > latest:
        code = "extension-beyond" if latest else "extension-no-latest"
        raise InputError(code, until=moment_text(until), latest=moment_text(latest))
    if (first := int(held.moments[where].min())) >= until:
        raise InputError("extension-not-later", until=moment_text(until), moment=moment_text(first))


def _days(definition: t.Definition) -> dict[str, int]:
    return {day.code: day.at for day in definition.calendar}


def _extensions(state: ElectionState) -> tuple[Logged[t.Extension], ...]:
    return tuple(each for each in state.records(t.Extension) if each.entry.about.station is None)


def embargo_of(state: ElectionState) -> Embargo:
    """The embargo after all entries of a log."""
    return embargo(state.definition.body, state.areas, _extensions(state))


@dataclass(frozen=True, eq=False, slots=True)
class Bearing:
    """The records with results of a log, in log order: `index`, when they were `issued` (their signer's
    time), and from which `moment` on, by the extensions below each, they may be public; 0 for none. int64."""

    index: NDArray[np.int64]
    issued: NDArray[np.int64]
    moment: NDArray[np.int64]


def bearing_records(state: ElectionState) -> Bearing:
    """The records with results that stand in a log. An extension moves what comes after it; what was in the
    log before had its moment already."""
    contests = [(view.code, view.area) for view in state.contests]
    parts = [np.empty((0, 3), np.int64)]
    for start, end, held in embargoes_of(state):
        found = [
            (logged.index, logged.entry.issued_at, held.of(logged.entry.about, contests, (state.roll,)))
            for logged in state.controls
            if start <= logged.index < end
            and type(logged.body) in BEARING
            and logged.standing is not Standing.REFUSED
        ]
        parts.append(np.array(found, np.int64).reshape(-1, 3))
        until = np.append(held.moments[state.roll.area], held.last)  # the last: stations that no roll has
        for table in state.tables.values():
            rows = np.isin(table.kind, list(BEARING_TYPES)) & (table.index >= start) & (table.index < end)
            columns = table.index[rows], table.issued_at[rows], until[table.station[rows]]
            parts.append(np.stack(columns, axis=1).astype(np.int64))
    every = np.concatenate(parts)
    every = every[np.argsort(every[:, 0], kind="stable")]
    return Bearing(every[:, 0], every[:, 1], every[:, 2])


def early_records(state: ElectionState, seconds: int) -> list[int]:
    """The indices, in order, of records with results that were to wait beyond a moment, in seconds since
    1970, and stand in the log."""
    if latest_moment(state.definition.body) <= seconds:
        return []
    found = bearing_records(state)
    early: list[int] = found.index[found.moment > seconds].tolist()
    return early


def embargoes_of(state: ElectionState) -> Iterator[tuple[int, int, Embargo]]:
    """The embargo that entries were held to, by what stood below them: the first index and the one after the
    last for which it was that one."""
    stages = _stages(state.definition.body, state.areas, _extensions(state))
    moved = {stage.moved[-1] + 1 if stage.moved else 0: stage for stage in stages}
    for start, end in pairwise([*moved, state.size]):
        yield start, end, moved[start]


def public_moments(state: ElectionState) -> Callable[[Subject], int]:
    """Says from when on results of a station, a contest or an area may be public, by a log's calendar and its
    extensions, in seconds since 1970-01-01 UTC; 0 where they need not wait."""
    held, contests = embargo_of(state), [(view.code, view.area) for view in state.contests]
    return lambda about: held.of(about, contests, (state.roll,))


def moments_of(state: ElectionState, records: Iterable[bytes]) -> list[int]:
    """From when on each record may be public, as `public_moments` has it; 0 for one without results."""
    held, contests = embargo_of(state), [(view.code, view.area) for view in state.contests]
    return [held.of_record(raw, contests, (state.roll,)) for raw in records]
