"""Making a state of what a fold has heard: controls, then sheets, then the count, then the findings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.contests import contest_views
from escrutinio.core.election.control import (
    AttachmentReader,
    SignedControl,
    change_stations,
    deadline,
    empty_roll,
    judge,
    late_keys,
    roll_in_force,
)
from escrutinio.core.election.counting import count, pending_of, rulings_of
from escrutinio.core.election.findings.docket import note_void_ruling
from escrutinio.core.election.findings.entries import note_faults
from escrutinio.core.election.findings.family import RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.sheets import CONTEST_UNKNOWN
from escrutinio.core.election.findings.table import note_all
from escrutinio.core.election.history import machine_table, software_of
from escrutinio.core.election.keys import KeyTable, organisation_of
from escrutinio.core.election.rights import Scopes
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


@dataclass
class Unjudged:
    """What a fold keeps of entries besides columns, until a state is asked for: controls, faults with their
    reason, sheets of contests that the definition lacks, and types that this program does not know."""

    controls: list[SignedControl] = field(default_factory=list)
    faults: list[tuple[int, Fault, str]] = field(default_factory=list)
    unknown_contest: list[tuple[int, Subject]] = field(default_factory=list)
    unknown_types: list[tuple[int, int]] = field(default_factory=list)


def assemble(
    definition: Entry,
    areas: AreaTree,
    size: int,
    keys: KeyTable,
    unjudged: Unjudged,
    gathering: Gathering,
    attachments: AttachmentReader,
    root_at: Callable[[int], bytes],
) -> ElectionState:
    """The state after `size` entries, of which `keys`, `unjudged` and `gathering` are what was read."""
    body = definition.body
    assert isinstance(body, t.Definition)
    notes = Findings()
    note_faults(unjudged.faults, notes)
    for index, about in unjudged.unknown_contest:
        notes.add(CONTEST_UNKNOWN, [index], station=about.station, contest=about.contest)
    signed = [
        SignedControl(0, definition, -1, Standing.EFFECTIVE),
        *sorted(unjudged.controls, key=lambda each: each.index),
    ]
    nowhere = Scopes(keys, areas, empty_roll(), body.author_role)
    rolls = judge((s for s in signed if isinstance(s.entry.body, t.Roll)), nowhere, body.officers_needed)
    first_sheet = gathering.first_official(nowhere)
    effective = [found for logged in rolls if (found := logged.takes_effect(t.Roll))]
    chosen = roll_in_force(effective, areas, attachments, first_sheet, notes)
    scopes = Scopes(keys, areas, chosen.roll, body.author_role)
    controls = judge(signed, scopes, body.officers_needed, notes)
    keys = keys.snapshot(late_keys(keys, controls, deadline(body, "enrolment_closes"), first_sheet))
    roll = change_stations(chosen.roll, controls, first_sheet)
    names, organisation = _organisations(keys)
    # Chunks number digests as they come, which depends on how the log is cut; their own order does not.
    digests = sorted(software_of(controls).union(gathering.digests))
    number = {digest: place for place, digest in enumerate(digests)}
    charter = next((c.takes_effect(t.Charter) for c in controls if c.index == 1), None)
    state = ElectionState(
        election=definition.digest,
        size=size,
        definition=Logged(0, definition),
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
        machines=machine_table(controls, roll, attachments, number, notes),
        tables={},
        bases=(),
        counted={},
        pending={},
        annulled={},
        controls=controls,
        unknown_types=tuple(each for each in sorted(unjudged.unknown_types) if each[1] < UNREAD),
        unread=tuple(each for each in sorted(unjudged.unknown_types) if each[1] >= UNREAD),
        findings=(),
        attachments_needed=tuple(sorted(attachments.needed)),
        attachments_missing=tuple(
            sorted(digest for digest, found in attachments.needed.items() if not found)
        ),
    )
    state = _count(state, gathering, notes)
    note_all(RuleInput(state, first_sheet, root_at), notes)
    return replace(state, findings=notes.sorted())


def _count(state: ElectionState, gathering: Gathering, notes: Findings) -> ElectionState:
    """The state with bases, tables, and what counts."""
    official = state.charter is not None and state.charter.body.role is LogRole.OFFICIAL
    scopes = Scopes(state.keys, state.areas, state.roll, state.definition.body.author_role)
    bases = make_bases(
        gathering,
        state.keys,
        state.organisations,
        state.organisation,
        official,
        ruled=bool(state.records(t.Ruling)),
        late=any(held.late for held in state.keys),
    )
    openings: dict[int, int] = {}
    for logged in state.records(t.ContingencyOpening):
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
            station = state.roll.stations[ruling.station]
            note_void_ruling(ruling.index, station, contest.code, notes)
    return replace(state, tables=tables, bases=bases, counted=counted, pending=pending, annulled=annulled)


def _refused(sheets: Sheets, codes: list[str], code: str) -> dict[int, str]:
    return refused_stations(sheets, codes.index(REPORTED if code == RULED else code))


def _organisations(keys: KeyTable) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Whom each key belongs to, by number of the key."""
    numbers: dict[str, int] = {}
    places = []
    for held in keys:
        places.append(numbers.setdefault(organisation_of(held.key.name), len(numbers)))
    return tuple(numbers), np.array(places, np.int32)
