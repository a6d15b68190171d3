"""Making a state of what a fold has heard: controls, then sheets, then the count, then the findings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.contests import contest_views
from escrutinio.core.election.control import (
    AttachmentReader,
    SignedControl,
    change_stations,
    closings,
    empty_roll,
    judge,
    late_keys,
    roll_in_force,
)
from escrutinio.core.election.counting import count, pending_of, rulings_of
from escrutinio.core.election.findings.docket import note_awaited, note_void_ruling
from escrutinio.core.election.findings.entries import (
    KEY_OUT_OF_SCOPE,
    note_after_revocation,
    note_faults,
    note_repeats,
)
from escrutinio.core.election.findings.family import RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.sheets import CONTEST_UNKNOWN
from escrutinio.core.election.findings.table import note_all
from escrutinio.core.election.founding import Foundation
from escrutinio.core.election.history import machine_table, software_of
from escrutinio.core.election.keys import KeyTable, organisation_of
from escrutinio.core.election.places import Beyond, in_places
from escrutinio.core.election.retractions import judge_retractions, retracted_digests, without_retracted
from escrutinio.core.election.rights import Rights, Scopes
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
from escrutinio.core.election.state import (
    REPORTED,
    RULED,
    ElectionState,
    Logged,
    Standing,
    depended_on,
)
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, Closes, LogRole
from escrutinio.core.records.entry import UNREAD
from escrutinio.core.records.opening import Fault
from escrutinio.core.records.subjects import Subject


@dataclass
class Unjudged:
    """What a fold keeps of entries besides columns, until a state is asked for: controls, faults with their
    reason, sheets of contests that the definition lacks, types that this program does not know,
    enrolments of the root's own key, with the name that they give it, the revocations that waited for
    consents and were `completed` by them, and the entries `after_revocation`, each with the place of its key:
    they are faults as well, until these are noted."""

    controls: list[SignedControl] = field(default_factory=list)
    faults: list[tuple[int, Fault, str]] = field(default_factory=list)
    unknown_contest: list[tuple[int, Subject]] = field(default_factory=list)
    unknown_types: list[tuple[int, int]] = field(default_factory=list)
    of_root: list[tuple[int, str]] = field(default_factory=list)
    completed: set[int] = field(default_factory=set)
    after_revocation: dict[int, int] = field(default_factory=dict)

    def drop(self, entries: Collection[int]) -> None:
        """Leave out these entries."""
        self.controls = [each for each in self.controls if each.index not in entries]
        self.faults = [each for each in self.faults if each[0] not in entries]
        self.unknown_contest = [each for each in self.unknown_contest if each[0] not in entries]
        self.unknown_types = [each for each in self.unknown_types if each[0] not in entries]


def assemble(
    known: Foundation,
    rights: Rights,
    size: int,
    keys: KeyTable,
    unjudged: Unjudged,
    gathering: Gathering,
    attachments: AttachmentReader,
    root_at: Callable[[int], bytes],
    repeats: Mapping[int, int],
) -> ElectionState:
    """The state after `size` entries of the election that is `known`, of which `keys`, `unjudged` and
    `gathering` are what was read once, and `repeats` those that stood before, each with the first."""
    definition, body, areas = known.entry, known.body, known.areas
    notes = Findings()
    marked = {
        index: unjudged.after_revocation[index]
        for index, fault, _ in unjudged.faults
        if fault is Fault.UNKNOWN_KEY and index in unjudged.after_revocation
    }
    note_faults((each for each in unjudged.faults if each[0] not in marked), notes)
    note_repeats(repeats, notes)
    for index, name in unjudged.of_root:
        notes.add(KEY_OUT_OF_SCOPE, [index], signer=name)
    for index, about in unjudged.unknown_contest:
        notes.add(CONTEST_UNKNOWN, [index], station=about.station, contest=about.contest)
    signed = [
        SignedControl(0, definition, -1, Standing.EFFECTIVE),
        *(
            replace(each, settled=Standing.EFFECTIVE) if each.index in unjudged.completed else each
            for each in sorted(unjudged.controls, key=lambda each: each.index)
        ),
    ]
    nowhere = Scopes(keys, areas, empty_roll(), rights)
    framing = (each for each in signed if isinstance(each.entry.body, t.Roll | t.Closing))
    frame = judge(framing, nowhere)
    closed = closings(frame)
    rolls = tuple(found for logged in frame if (found := logged.takes_effect(t.Roll)))
    in_force = roll_in_force(rolls, areas, attachments, closed.get(Closes.ROLL), notes)
    scopes = Scopes(keys, areas, in_force, rights)
    controls = judge(signed, scopes, notes)
    note_after_revocation(keys, marked, controls, notes)
    keys = keys.snapshot(late_keys(keys, controls, closed.get(Closes.ENROLMENT)))
    roll = change_stations(in_force, controls, closed.get(Closes.ROLL))
    names, organisation = _organisations(keys)
    # Chunks number digests as they come, which depends on how the log is cut; their own order does not.
    digests = sorted(software_of(controls).union(gathering.digests, _named_rows(controls)))
    number = {digest: place for place, digest in enumerate(digests)}
    charter = next((c.takes_effect(t.Charter) for c in controls if c.index == 1), None)
    state = ElectionState(
        election=definition.digest,
        size=size,
        definition=Logged(0, definition),
        contests=contest_views(known.contests, areas, roll),
        charter=charter,
        areas=areas,
        roll=roll,
        rolls=rolls,
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
        repeats=dict(sorted(repeats.items())),
        retracted={},
        unknown_types=tuple(each for each in sorted(unjudged.unknown_types) if each[1] < UNREAD),
        unread=tuple(each for each in sorted(unjudged.unknown_types) if each[1] >= UNREAD),
        findings=(),
        attachments_needed=(),
        attachments_missing=(),
    )
    needed = tuple(sorted(depended_on(body, controls)))
    missing = tuple(digest for digest in needed if not attachments.found.get(digest))
    state = replace(state, attachments_needed=needed, attachments_missing=missing)
    state = _count(state, rights, gathering, notes)
    note_all(RuleInput(state, root_at), notes)
    return replace(state, findings=notes.sorted())


def _count(state: ElectionState, rights: Rights, gathering: Gathering, notes: Findings) -> ElectionState:
    """The state with bases, tables, and what counts."""
    official = state.charter is not None and state.charter.body.role is LogRole.OFFICIAL
    scopes = Scopes(state.keys, state.areas, state.roll, rights)
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
    body = state.definition.body
    paper = in_places(state.areas, state.roll, body.paper)
    beyond = Beyond.of(state.areas, state.roll, body.supplements)
    named = any(logged.body.sheet for logged in state.records(t.Ruling)) or bool(state.records(t.Retraction))
    stations = state.roll.index
    places = np.array([stations.get(code, -1) for code in gathering.stations], np.int32)
    digests = np.array([*(number[each] for each in gathering.digests), -1], np.int32)
    known = state.keys, state.roll, places, digests, scopes, bases
    audits = (each for each in state.records(t.AuditCommitment) if each.body.method is AuditMethod.BRAVO)
    singles = np.array([number.get(each.entry.digest, -2) for each in audits], np.int32)
    placing = Placing(*known, *who, openings, number, paper, beyond, named, singles)
    made = {contest.code: make_sheets(contest, gathering, placing) for contest in state.contests}
    tables = {code: sheets.table for code, sheets in made.items()}
    taken_back = judge_retractions(state.controls, tables, state.signers, state.digests)
    retracted = {each.entry: each.logged.index for each in taken_back if each.entry is not None}
    counted, pending, annulled = {}, {}, {}
    codes = [basis.code for basis in bases]
    for contest in state.contests:
        sheets = made[contest.code]
        note_refusals(sheets, contest, gathering, placing, notes)
        table = sheets.table
        rulings = rulings_of(state, rights, contest.code)
        counting = count(table, codes, len(state.roll), state.signers, rulings, state.size, retracted)
        tables[contest.code] = with_status(table, counting.status)
        annulled[contest.code] = tuple(counting.annulled)
        for code in codes:
            counted[contest.code, code] = counting.counted[code]
            pending[contest.code, code] = pending_of(counting, _refused(sheets, codes, code), code)
        for ruling in counting.void:
            note_void_ruling(ruling.index, ruling.place, contest.code, notes)
        for ruling, waiting in counting.awaited:
            note_awaited(ruling.index, ruling.decision, waiting, contest.code, notes)
    return replace(
        state,
        tables=tables,
        bases=bases,
        counted=counted,
        pending=pending,
        annulled=annulled,
        controls=without_retracted(state.controls, retracted) if retracted else state.controls,
        retracted=retracted,
    )


def _named_rows(controls: Sequence[Logged[t.Body]]) -> set[bytes]:
    """The digests of the sheets that rulings select, of the rulings that order others, and of what is taken
    back."""
    found = retracted_digests(controls)
    for logged in controls:
        if (ruling := logged.takes_effect(t.Ruling)) is not None:
            found.update(filter(None, (ruling.body.sheet, ruling.entry.digest)))
    return found


def _refused(sheets: Sheets, codes: list[str], code: str) -> dict[int, str]:
    return refused_stations(sheets, codes.index(REPORTED if code == RULED else code))


def _organisations(keys: KeyTable) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Whom each key belongs to, by number of the key."""
    names = [held.key.name for held in keys]
    whose = [organisation_of(name) if name.count("/") > 1 else name for name in names]
    numbers = {name: place for place, name in enumerate(dict.fromkeys(whose))}
    return tuple(numbers), np.fromiter(map(numbers.__getitem__, whose), np.int32, len(whose))
