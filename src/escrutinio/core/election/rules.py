"""The rules that look at a whole state and note findings: order, machines, keys, roll, observers, complaints.

None of them changes what counts. `note_rules` asks all of them; each looks at one thing.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.compare import note_comparisons
from escrutinio.core.election.control import deadline
from escrutinio.core.election.findings import Findings
from escrutinio.core.election.sheets import registered_of
from escrutinio.core.election.state import ElectionState, Logged, SheetTable, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import EventKind, Role, Step

LONGEST_PAUSE = 3_600
"""Seconds between two arrival records above which the pause is noted; sheets arrive for some hours."""

_SPOILED = Status.REFUSED


def note_rules(
    state: ElectionState, first_sheet: int | None, root_at: Callable[[int], bytes], notes: Findings
) -> None:
    """Note what every rule sees. `first_sheet` is the index of the first official sheet or zero report."""
    for contest, table in state.tables.items():
        _note_repeats(state, contest, table, notes)
        _note_conflicts(state, contest, table, notes)
        _note_voters(state, contest, table, notes)
        _note_zero_reports(state, contest, table, notes)
        _note_installed(state, contest, table, notes)
        _note_software(state, contest, table, notes)
    _note_steps(state, notes)
    _note_events(state, notes)
    _note_arrivals(state, notes)
    _note_keys(state, notes)
    _note_late_changes(state, first_sheet, notes)
    _note_order(state, notes)
    _note_observers(state, notes)
    _note_complaints(state, notes)
    note_comparisons(state, root_at, notes)


def _note_repeats(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    rows = np.flatnonzero(table.status == Status.DUPLICATE)
    room = notes.room("duplicate", contest)
    for row in rows[:room].tolist():
        basis, station = state.bases[table.basis[row]].code, int(table.station[row])
        first = int(table.index[state.counted[contest, basis][station]])
        entries = [int(table.index[row]), first]
        notes.add("duplicate", entries, station=state.roll.stations[station], contest=contest, first=first)
    if len(rows) > room:
        notes.skip("duplicate", contest, len(rows) - room, table.index[rows[room:]].tolist())


def _note_conflicts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    by_place: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(table.status == Status.PENDING).tolist():
        by_place.setdefault((int(table.basis[row]), int(table.station[row])), []).append(
            int(table.index[row])
        )
    for (basis, station), entries in by_place.items():
        code = state.bases[basis].code
        notes.add("conflict", entries, station=state.roll.stations[station], contest=contest, basis=code)


def _note_voters(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    registered = registered_of(table, state.roll)
    many = (registered >= 0) & (table.voters > registered) & (table.status != _SPOILED)
    for row in np.flatnonzero(many).tolist():
        notes.add(
            "more-voters-than-registered",
            [int(table.index[row])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            voters=table.voters[row],
            registered=registered[row],
        )


def _machine_rows(table: SheetTable, kind: int) -> NDArray[np.int64]:
    return np.flatnonzero((table.kind == kind) & (table.status != _SPOILED))


def _note_zero_reports(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """Where machines say how they started: each sheet's machine, at its station, with all counts at zero."""
    if not any((each.kind == t.ZeroReport.TYPE).any() for each in state.tables.values()) and not len(
        state.machines
    ):
        return
    zeros = _machine_rows(table, t.ZeroReport.TYPE)
    zeros = zeros[~table.counts[zeros].any(axis=1)]
    sheets = _machine_rows(table, t.TallySheet.TYPE)
    span = len(state.roll) + 1
    started, first = np.unique(table.signer[zeros] * np.int64(span) + table.station[zeros], return_index=True)
    wanted = table.signer[sheets] * np.int64(span) + table.station[sheets]
    at = np.searchsorted(started, wanted)
    there = np.zeros(len(sheets), np.bool_)
    there[at < len(started)] = started[at[at < len(started)]] == wanted[at < len(started)]
    for row in sheets[~there].tolist():
        _note_machine("no-zero-report", state, contest, table, row, notes)
    since = table.index[zeros[first[at[there]]]]
    for row, zero in zip(sheets[there].tolist(), since.tolist(), strict=True):
        if zero > table.index[row]:
            station = state.roll.stations[table.station[row]]
            entries = [int(table.index[row]), zero]
            notes.add("out-of-order", entries, station=station, contest=contest, what="zero-report")


def _note_machine(
    code: str, state: ElectionState, contest: str, table: SheetTable, row: int, notes: Findings, *more: int
) -> None:
    notes.add(
        code,
        [int(table.index[row]), *more],
        station=state.roll.stations[table.station[row]],
        contest=contest,
        signer=state.signers[table.signer[row]],
    )


def _last_steps(
    state: ElectionState, steps: NDArray[np.int64], table: SheetTable, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each row, the last of these rows of `state.machines` about its machine below it, or -1."""
    machines = state.machines
    number = {name: place for place, name in enumerate(machines.machines)}
    by_signer = np.array([number.get(name, -1) for name in state.signers], np.int64)
    span = np.int64(state.size + 1)
    keys = machines.machine[steps] * span + machines.index[steps]
    wanted = by_signer[table.signer[rows]]
    at = np.searchsorted(keys, wanted * span + table.index[rows]) - 1
    found = np.full(len(rows), -1, np.int64)
    fine = (at >= 0) & (wanted >= 0)
    fine[fine] = machines.machine[steps[at[fine]]] == wanted[fine]
    found[fine] = steps[at[fine]]
    return found


def _note_installed(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """Where installations are recorded: one is the last step before a sheet, at its station."""
    machines = state.machines
    if not (machines.step == Step.INSTALLED).any():
        return
    rows = _machine_rows(table, t.TallySheet.TYPE)
    last = _last_steps(state, np.arange(len(machines)), table, rows)
    here = (machines.station[last] == table.station[rows]) | (machines.station[last] < 0)
    for row in rows[(last < 0) | (machines.step[last] != Step.INSTALLED) | ~here].tolist():
        _note_machine("not-installed", state, contest, table, row, notes)


def _note_software(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    machines = state.machines
    programmed = np.flatnonzero((machines.step == Step.PROGRAMMED) & (machines.software >= 0))
    rows = _machine_rows(table, t.ZeroReport.TYPE)
    if not len(programmed) or not len(rows):
        return
    last = _last_steps(state, programmed, table, rows)
    other = (last >= 0) & (machines.software[last] != table.digest[rows])
    for row, step in zip(rows[other].tolist(), last[other].tolist(), strict=True):
        _note_machine("software-mismatch", state, contest, table, row, notes, int(machines.index[step]))


def _note_steps(state: ElectionState, notes: Findings) -> None:
    """A machine's life goes forward, unless it was replaced or returned."""
    machines = state.machines
    back = (machines.machine[1:] == machines.machine[:-1]) & (machines.step[1:] < machines.step[:-1])
    back &= machines.step[:-1] < Step.REPLACED
    for row in np.flatnonzero(back).tolist():
        what = word(Step(int(machines.step[row + 1])))
        entries = [int(machines.index[row]), int(machines.index[row + 1])]
        notes.add("out-of-order", entries, what=what, machine=machines.machines[machines.machine[row]])


def _note_events(state: ElectionState, notes: Findings) -> None:
    """Seals that were not intact; what machines state about printing and transmitting."""
    for logged, seal in state.records(t.SealCheck):
        if not seal.intact:
            notes.add("seal-broken", [logged.index], station=logged.entry.about.station, seal=seal.seal)
    events: dict[tuple[str | None, bytes], list[tuple[Logged, t.MachineEvent]]] = {}
    for logged, event in state.records(t.MachineEvent):
        events.setdefault((logged.entry.about.station, logged.entry.kid), []).append((logged, event))
    for (station, _), said in events.items():
        printed = next((each for each in said if each[1].event is EventKind.PRINTED), None)
        sent = [each for each in said if each[1].event is EventKind.TRANSMITTED]
        if printed and sent and (early := printed[1].at - sent[0][1].at) > 0:
            entries = [sent[0][0].index, printed[0].index]
            notes.add("stated-transmission-before-print", entries, station=station, seconds=early)
        failed = [logged.index for logged, event in said if event.event is EventKind.TRANSMISSION_FAILED]
        if failed and not (sent and sent[-1][0].index > failed[-1]):
            notes.add("gap-in-transmission", failed, station=station, seconds="–")


def _note_arrivals(state: ElectionState, notes: Findings) -> None:
    """Pauses of more than `LONGEST_PAUSE` between one arrival record and the next, by their own clock."""
    before: Logged | None = None
    for logged, _ in state.records(t.Arrival):
        pause = 0 if before is None else logged.entry.issued_at - before.entry.issued_at
        if before is not None and pause > LONGEST_PAUSE:
            notes.add("gap-in-transmission", [before.index, logged.index], seconds=pause)
        before = logged


def _note_keys(state: ElectionState, notes: Findings) -> None:
    signers = np.concatenate([table.signer for table in state.tables.values()])
    index = np.concatenate([table.index for table in state.tables.values()])
    spoken = [(held.place, c.index) for c in state.controls if (held := state.keys.get(c.entry.kid))]
    signers = np.concatenate([signers, np.array([place for place, _ in spoken], np.int32)])
    index = np.concatenate([index, np.array([at for _, at in spoken], np.int64)])
    order = np.lexsort((index, signers))
    signers, index = signers[order], index[order]
    late: dict[int, list[int]] = {}
    for held in state.keys:
        if held.late:
            late.setdefault(held.enrolled, []).append(held.place)
        if held.revoked is None:
            continue
        first, last = np.searchsorted(signers, [held.place, held.place + 1])
        mine = index[first:last]
        mine = mine[mine < held.revoked]
        if len(mine):
            notes.add(
                "key-later-revoked",
                [held.revoked, *mine.tolist()],
                count=len(mine),
                signer=held.key.name,
                revocation=held.revoked,
            )
    for enrolment, places in late.items():
        consent = state.keys[places[0]].consented
        notes.add("late-key", [enrolment], count=len(places), consent="–" if consent is None else consent)


def _note_late_changes(state: ElectionState, first_sheet: int | None, notes: Findings) -> None:
    """Rolls after the first one, and changes of stations, that state a time after the calendar's
    `roll_frozen`, or stand after the first official sheet; and a first roll that stands after it."""
    frozen = deadline(state.body(), "roll_frozen")
    changes = [*state.rolls, *(logged for logged, _ in state.records(t.StationChange))]
    for number, logged in enumerate(changes):
        stated = frozen is not None and logged.entry.issued_at > frozen and (number > 0 or not state.rolls)
        if stated or (first_sheet is not None and logged.index > first_sheet):
            notes.add("roll-changed-late", [logged.index], station=logged.entry.about.station)


def _note_order(state: ElectionState, notes: Findings) -> None:
    """Records that belong in another order: the charter first, an audit's commitment before its seed."""
    if state.size > 1 and not any(
        c.index == 1 and isinstance(c.entry.body, t.Charter) for c in state.controls
    ):
        notes.add("out-of-order", [1], what="charter")
    below: set[bytes] = set()
    seeded: set[bytes] = set()
    policy: tuple[int, bytes] | None = None
    for logged in state.controls:
        body = logged.entry.body
        if isinstance(body, t.AuditCommitment):
            below.add(logged.entry.digest)
        elif isinstance(body, t.AuditSeed):
            seeded.add(body.commitment)
            if body.commitment not in below:
                notes.add(
                    "out-of-order", [logged.index], contest=logged.entry.about.contest, what="commitment"
                )
        elif isinstance(body, t.AuditSample) and body.commitment not in seeded:
            notes.add("out-of-order", [logged.index], contest=logged.entry.about.contest, what="seed")
    for logged, stated in state.records(t.WitnessPolicy):
        if policy is not None and stated.policy.digest != policy[1]:
            notes.add("policy-changed", [logged.index, policy[0]], first=policy[0])
        policy = logged.index, stated.policy.digest


def _note_observers(state: ElectionState, notes: Findings) -> None:
    """What accredited observers say outside every accreditation that stood below it."""
    granted = list(state.records(t.Accreditation))
    if not granted:
        return
    for index, signer, contest, station, area, when in _observed(state):
        mine = [
            body
            for logged, body in granted
            if f"{signer}/".startswith(f"{logged.entry.subject}/") and logged.index < index
        ]
        if mine and not any(_accredited(state, body, contest, area, when) for body in mine):
            notes.add("observer-out-of-scope", [index], station=station, contest=contest, signer=signer)


def _observed(state: ElectionState) -> Iterator[tuple[int, str, str | None, str | None, int | None, int]]:
    """Index, signer, contest, station, area and time of everything that observers say of a place."""
    observing = np.array([held.key.role is Role.OBSERVER for held in state.keys], np.bool_)
    for contest, table in state.tables.items():
        for row in np.flatnonzero(observing[table.signer] & (table.station >= 0)).tolist():
            station = int(table.station[row])
            index, when, area = (
                int(table.index[row]),
                int(table.issued_at[row]),
                int(state.roll.area[station]),
            )
            signer = state.signers[table.signer[row]]
            yield index, signer, contest, state.roll.stations[station], area, when
    for logged in state.controls:
        entry, about = logged.entry, logged.entry.about
        held = state.keys.get(entry.kid)
        if held is None or held.key.role is not Role.OBSERVER:
            continue
        if not isinstance(entry.body, t.IncidentReport | t.ObservationReport | t.Complaint):
            continue
        place = state.roll.index.get(about.station or "")
        within = state.areas.index.get(about.area or "") if place is None else int(state.roll.area[place])
        yield logged.index, entry.signer, about.contest, about.station, within, entry.issued_at


def _accredited(
    state: ElectionState, body: t.Accreditation, contest: str | None, area: int | None, when: int
) -> bool:
    if not body.starts <= when <= body.ends or (contest and body.contests and contest not in body.contests):
        return False
    if area is None or not body.areas:
        return True
    return any(state.areas.codes[above] in body.areas for above in state.areas.path(area))


def _note_complaints(state: ElectionState, notes: Findings) -> None:
    answered = {body.complaint for _, body in state.records(t.Ruling)}
    for logged, _ in state.records(t.Complaint):
        if logged.entry.digest not in answered:
            about = logged.entry.about
            notes.add("complaint-unanswered", [logged.index], station=about.station, area=about.area)
