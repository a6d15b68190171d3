"""The hand counts of an audit: whose count of which box stands, and on which two organisations agree.

An organisation has one count of a box, its first; another one takes its place only if it names what it
corrects. Where anybody commits to a count of a box, all who count that box have to, before its first count is
said, and to say what they committed to: otherwise one organisation could copy the other's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from escrutinio.core.election.definition import NULL
from escrutinio.core.election.keys import organisation_of
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import ElectionState, Logged, Status
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records import types as t
from escrutinio.evidence.audit.notes import AuditFinding, note

AGREEING = 2
"""How many named organisations must sign equal hand counts."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A hand count: `votes` per candidate, other ballots by `classes`, `valid` ballots, all `vouchers`,
    `index` of its entry."""

    votes: tuple[int, ...]
    classes: tuple[int, ...]
    valid: int
    vouchers: int
    index: int

    @property
    def figures(self) -> tuple[int, ...]:
        """Votes, other ballots and valid ballots, as assertions take them."""
        return (*self.votes, *self.classes, self.valid)


@dataclass(frozen=True, slots=True)
class BoxCounts:
    """What was counted. `agreed`: per station, the counts on which two organisations agree; `first_entry`:
    per station, the index of its first hand count."""

    agreed: dict[str, list[Counted]]
    first_entry: dict[str, int]


def counts_of(
    state: ElectionState,
    contest: str,
    commitment: bytes,
    counters: Iterable[str],
    committed: Iterable[Logged[t.CountCommitment]],
    notes: list[AuditFinding],
) -> BoxCounts:
    """The hand counts for one audit, by what the log has of it; what does not enter is noted."""
    return _Counts(state, contest, frozenset(map(organisation_of, counters)), notes).read(
        commitment, committed
    )


class _Counts:
    def __init__(
        self, state: ElectionState, contest: str, named: frozenset[str], notes: list[AuditFinding]
    ) -> None:
        self._state, self._table = state, state.tables[contest]
        self._view, self._named, self._notes = state.contest(contest), named, notes
        self._standing: dict[tuple[str, str], tuple[int, Counted]] = {}
        self._committed: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._first: dict[str, int] = {}
        self._blind: set[str] = set()

    def read(self, commitment: bytes, committed: Iterable[Logged[t.CountCommitment]]) -> BoxCounts:
        table, rows = self._table, self._rows(commitment)
        for row in rows:
            station = self._state.roll.stations[table.station[row]]
            if organisation_of(self._state.signers[table.signer[row]]) in self._named:
                self._first.setdefault(station, int(table.index[row]))
        for logged in committed:
            self._commits(logged)
        for row in rows:
            self._count(row)
        who: dict[tuple[str, tuple[int, ...], int], list[Counted]] = {}
        for (_, station), (_, count) in self._standing.items():
            who.setdefault((station, count.figures, count.vouchers), []).append(count)
        agreed: dict[str, list[Counted]] = {}
        for (station, *_), counts in who.items():
            if len(counts) >= AGREEING:
                agreed.setdefault(station, []).append(counts[0])
        return BoxCounts(agreed, self._first)

    def _rows(self, commitment: bytes) -> list[int]:
        """The rows that are hand counts for this commitment and stand at a station of the roll."""
        try:
            digest = self._state.digests.index(commitment)
        except ValueError:
            return []
        table = self._table
        mine = (table.kind == t.HandCount.TYPE) & (table.digest == digest)
        mine &= (table.status != Status.REFUSED) & (table.station >= 0)
        rows: list[int] = np.flatnonzero(mine).tolist()
        return rows

    def _commits(self, logged: Logged[t.CountCommitment]) -> None:
        """The first commitment of an organisation to a box, if it comes before any count of it."""
        index, signer, station = logged.index, logged.entry.signer, logged.entry.about.station or ""
        mine = organisation_of(signer), station
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
            return
        self._blind.add(station)
        if index > self._first.get(station, index):
            self._notes.append(note("count-late", index, signer=signer, box=station))
        elif mine in self._committed and self._committed[mine][1] != logged.body.count:
            first = self._committed[mine][0]
            self._notes.append(note("count-committed-again", index, signer=signer, box=station, first=first))
        else:
            self._committed.setdefault(mine, (index, logged.body.count))

    def _count(self, row: int) -> None:
        table, state = self._table, self._state
        signer, index = state.signers[table.signer[row]], int(table.index[row])
        station, count = state.roll.stations[table.station[row]], self._content(row)
        mine = organisation_of(signer), station
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
        elif mine not in self._standing:
            if self._opens(row, index, signer, station):
                self._standing[mine] = row, count
        else:
            before, stands = self._standing[mine]
            if (count.figures, count.vouchers) == (stands.figures, stands.vouchers):
                return
            values = {"signer": signer, "box": station, "first": stands.index}
            if 0 <= table.original[row] == table.record[before]:
                self._notes.append(note("count-corrected", index, **values))
                self._standing[mine] = row, count
            else:
                self._notes.append(note("count-again", index, **values))

    def _opens(self, row: int, index: int, signer: str, station: str) -> bool:
        """Whether a count is what its organisation committed to; of a box of which nobody did, any is."""
        if station not in self._blind:
            return True
        found = self._committed.get((organisation_of(signer), station))
        if found is None:
            self._notes.append(note("count-uncommitted", index, signer=signer, box=station))
            return False
        opened = int(self._table.opened[row])
        if opened < 0 or self._state.digests[opened] != found[1]:
            self._notes.append(note("count-differs", index, signer=signer, box=station, first=found[0]))
            return False
        return True

    def _content(self, row: int) -> Counted:
        table, codes = self._table, self._view.classes
        votes = tuple(by_candidate(self._view, table.counts[row : row + 1])[0].tolist())
        classes, valid = np.maximum(table.classes[row], 0).tolist(), int(valid_of(table)[row])
        told = valid + sum(classes)
        vouchers = max(told, int(table.ballots[row]))
        # Vouchers that the count states beyond those it tells apart are counted with the null ones.
        if NULL in codes:
            classes[codes.index(NULL)] += vouchers - told
        return Counted(votes, tuple(classes), valid, vouchers, int(table.index[row]))
