"""Making a state of what a fold has heard: controls, then sheets, then the count, then the findings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.control import (
    Shelf,
    Spoken,
    change_stations,
    deadline,
    empty_roll,
    judge,
    late_keys,
    roll_in_force,
)
from escrutinio.core.election.counting import count, pending_of, rulings_of
from escrutinio.core.election.definition import contest_views
from escrutinio.core.election.findings import Findings
from escrutinio.core.election.history import machine_table, software_of
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.rights import Scopes
from escrutinio.core.election.rules import note_rules
from escrutinio.core.election.sheets import (
    Gathering,
    Placing,
    Sheets,
    make_bases,
    make_sheets,
    note_refusals,
    refused_stations,
    with_status,
)
from escrutinio.core.election.state import REPORTED, RULED, ElectionState, Logged, SheetTable, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.entry import UNREAD, Entry
from escrutinio.core.records.opening import Fault
from escrutinio.core.records.subjects import Subject

FAULTS = {
    Fault.MALFORMED: "bad-record",
    Fault.UNKNOWN_KEY: "unknown-key",
    Fault.BAD_SIGNATURE: "bad-signature",
}


@dataclass
class Heard:
    """What a fold keeps of entries besides columns: controls, faults with their reason, sheets of
    contests that the definition lacks, and types that this program does not know, by entry."""

    spoken: list[Spoken] = field(default_factory=list)
    faults: list[tuple[int, Fault, str]] = field(default_factory=list)
    strangers: list[tuple[int, Subject]] = field(default_factory=list)
    unknown: list[tuple[int, int]] = field(default_factory=list)


def assemble(
    definition: Entry,
    areas: AreaTree,
    size: int,
    keys: KeyTable,
    heard: Heard,
    gathering: Gathering,
    shelf: Shelf,
    root_at: Callable[[int], bytes],
) -> ElectionState:
    """The state after `size` entries, of which `keys`, `heard` and `gathering` are what was read."""
    body = definition.body
    assert isinstance(body, t.Definition)
    notes = Findings()
    _note_faults(heard, notes)
    spoken = [
        Spoken(0, definition, -1, Standing.EFFECTIVE),
        *sorted(heard.spoken, key=lambda said: said.index),
    ]
    nowhere = Scopes(keys, areas, empty_roll(), body.author_role)
    rolls = judge((s for s in spoken if isinstance(s.entry.body, t.Roll)), nowhere, body.officers_needed)
    first_sheet = gathering.first_official(nowhere)
    effective = [logged for logged in rolls if logged.standing is Standing.EFFECTIVE]
    chosen = roll_in_force(effective, areas, shelf, first_sheet, notes)
    scopes = Scopes(keys, areas, chosen.roll, body.author_role)
    controls = judge(spoken, scopes, body.officers_needed, notes)
    keys = keys.snapshot(late_keys(keys, controls, deadline(body, "enrolment_closes"), first_sheet))
    roll = change_stations(chosen.roll, controls, first_sheet)
    names, organisation = _organisations(keys)
    # Chunks number digests as they come, which depends on how the log is cut; their own order does not.
    digests = sorted(software_of(controls).union(gathering.digests))
    number = {digest: place for place, digest in enumerate(digests)}
    charter = next((c for c in controls if c.index == 1 and isinstance(c.entry.body, t.Charter)), None)
    if charter is not None and charter.standing is not Standing.EFFECTIVE:
        charter = None
    state = ElectionState(
        election=definition.digest,
        size=size,
        definition=controls[0],
        contests=contest_views(body, areas, roll),
        charter=charter,
        areas=areas,
        roll=roll,
        rolls=chosen.history,
        keys=keys,
        signers=tuple(held.key.name for held in keys),
        organisations=names,
        organisation=organisation,
        digests=tuple(number),
        machines=machine_table(controls, roll, shelf, number, notes),
        tables={},
        bases=(),
        counted={},
        pending={},
        annulled={},
        controls=controls,
        unknown_types=tuple(each for each in sorted(heard.unknown) if each[1] < UNREAD),
        unread=tuple(each for each in sorted(heard.unknown) if each[1] >= UNREAD),
        findings=(),
        attachments_needed=tuple(sorted(shelf.needed)),
        attachments_missing=tuple(sorted(digest for digest, found in shelf.needed.items() if not found)),
    )
    state = _count(state, gathering, notes)
    note_rules(state, first_sheet, root_at, notes)
    return replace(state, findings=notes.sorted())


def _count(state: ElectionState, gathering: Gathering, notes: Findings) -> ElectionState:
    """The state with bases, tables, and what counts."""
    official = state.charter is not None and _role(state.charter) is LogRole.OFFICIAL
    scopes = Scopes(state.keys, state.areas, state.roll, state.body().author_role)
    bases = make_bases(
        gathering,
        state.keys,
        state.organisations,
        state.organisation,
        official,
        ruled=bool(state.rulings()),
        late=any(held.late for held in state.keys),
    )
    openings: dict[int, int] = {}
    for logged, _ in state.records(t.ContingencyOpening):
        openings.setdefault(state.roll.index.get(logged.entry.about.station or "", -1), logged.index)
    number = {digest: place for place, digest in enumerate(state.digests)}
    who = state.organisations, state.organisation
    placing = Placing(state.keys, state.roll, scopes, bases, *who, openings, number)
    tables: dict[str, SheetTable] = {}
    counted, pending, annulled = {}, {}, {}
    codes = [basis.code for basis in bases]
    for contest in state.contests:
        sheets = make_sheets(contest, gathering, placing)
        note_refusals(sheets, contest, gathering, placing, notes)
        table = sheets.table
        counting = count(
            table, codes, len(state.roll), state.organisation, rulings_of(state, contest.code), state.size
        )
        tables[contest.code] = with_status(table, counting.status)
        annulled[contest.code] = tuple(counting.annulled)
        for code in codes:
            counted[contest.code, code] = counting.counted[code]
            pending[contest.code, code] = pending_of(counting, _refused(sheets, codes, code), code)
        for ruling in counting.void:
            notes.add(
                "out-of-order",
                [ruling.index],
                station=state.roll.stations[ruling.station],
                contest=contest.code,
                what="selected",
            )
    return replace(state, tables=tables, bases=bases, counted=counted, pending=pending, annulled=annulled)


def _refused(sheets: Sheets, codes: list[str], code: str) -> dict[int, str]:
    return refused_stations(sheets, codes.index(REPORTED if code == RULED else code))


def _role(charter: Logged) -> LogRole:
    body = charter.entry.body
    assert isinstance(body, t.Charter)
    return body.role


def _organisations(keys: KeyTable) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Whom each key belongs to: its name up to the second slash (`party/azul/s012` to `party/azul`)."""
    numbers: dict[str, int] = {}
    places = []
    for held in keys:
        name = held.key.name
        name = name if name.count("/") < 2 else "/".join(name.split("/", 2)[:2])
        places.append(numbers.setdefault(name, len(numbers)))
    return tuple(numbers), np.array(places, np.int32)


def _note_faults(heard: Heard, notes: Findings) -> None:
    for index, fault, reason in sorted(heard.faults, key=lambda each: each[0]):
        notes.add(FAULTS[fault], [index], reason=reason)
    for index, about in heard.strangers:
        notes.add("contest-unknown", [index], station=about.station, contest=about.contest)
