"""The hand counts of an audit: whose count of which box stands, and on which two organisations agree.

Nothing that stands in the log before the first sample enters: whoever counted boxes before the draw could
choose the draw. Every count is blind: its organisation commits to it first, says what it committed to, and
says it only once two have committed; otherwise one could copy the other's. An organisation has one count of
a box, its first. A slip is mended by two who both sign a correction with the same content, each naming the
count that it corrects: so nobody alone can undo what was agreed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from escrutinio.core.election.definition import NULL
from escrutinio.core.election.keys import side_of
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
    per station, the index of its first hand count. `firsts` and `corrections`: the same as `agreed`, of the
    first counts alone and of the last corrections alone."""

    agreed: dict[str, list[Counted]]
    first_entry: dict[str, int]
    firsts: dict[str, list[Counted]]
    corrections: dict[str, list[Counted]]

    def ever(self, station: str) -> list[Counted]:
        """Every count of a box on which two agree or agreed, the corrections first."""
        return [*self.corrections.get(station, ()), *self.firsts.get(station, ())]


def counts_of(
    state: ElectionState,
    contest: str,
    commitment: bytes,
    counters: Iterable[str],
    committed: Iterable[Logged[t.CountCommitment]],
    notes: list[AuditFinding],
    *,
    since: int | None,
) -> BoxCounts:
    """The hand counts for one audit, by what the log has of it; what does not enter is noted. `since`: the
    index of its first sample, None before there is one."""
    return _Counts(state, contest, frozenset(map(side_of, counters)), notes, since).read(
        commitment, committed
    )


Mine = tuple[str, str]
"""An organisation and a station."""

Content = tuple[str, tuple[int, ...], int]
ByContent = dict[Content, list[Counted]]


class _Counts:
    def __init__(
        self,
        state: ElectionState,
        contest: str,
        named: frozenset[str],
        notes: list[AuditFinding],
        since: int | None,
    ) -> None:
        self._state, self._table = state, state.tables[contest]
        self._view, self._named, self._notes = state.contest(contest), named, notes
        self._since = since
        self._committed: dict[Mine, tuple[int, bytes]] = {}
        self._said: dict[Mine, tuple[int, Counted]] = {}
        self._corrected: dict[Mine, tuple[int, Counted]] = {}
        self._first: dict[str, int] = {}
        self._shown: set[Mine] = set()
        self._open: set[str] = set()
        self._promised: Counter[str] = Counter()

    def read(self, commitment: bytes, committed: Iterable[Logged[t.CountCommitment]]) -> BoxCounts:
        """Promises and counts in the log's order."""
        steps: list[tuple[int, Logged[t.CountCommitment] | int]] = [
            *((logged.index, logged) for logged in committed),
            *((int(self._table.index[row]), row) for row in self._rows(commitment)),
        ]
        for index, step in sorted(steps, key=lambda each: each[0]):
            if isinstance(step, int):
                self._count(index, step)
            else:
                self._commits(index, step)
        said = ((station, count) for (_, station), (_, count) in self._said.items())
        corrected = ((station, count) for (_, station), (_, count) in self._corrected.items())
        firsts, made = _by_content(said), _by_content(corrected)
        return BoxCounts(_agreed(self._standing(made)), self._first, _agreed(firsts), _agreed(made))

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

    def _commits(self, index: int, logged: Logged[t.CountCommitment]) -> None:
        """The first commitment of an organisation to a box, if it comes before any count of it."""
        signer, station = logged.entry.signer, logged.entry.about.station or ""
        mine = side_of(signer), station
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
        elif self._since is None or index < self._since:
            self._notes.append(note("count-before", index, signer=signer, box=station))
        elif station in self._open:
            self._notes.append(note("count-late", index, signer=signer, box=station))
        elif mine in self._committed and self._committed[mine][1] != logged.body.count:
            first = self._committed[mine][0]
            self._notes.append(note("count-committed-again", index, signer=signer, box=station, first=first))
        elif mine not in self._committed:
            self._committed[mine] = index, logged.body.count
            self._promised[station] += 1

    def _count(self, index: int, row: int) -> None:
        table, state = self._table, self._state
        signer, station = state.signers[table.signer[row]], state.roll.stations[table.station[row]]
        mine, count = (side_of(signer), station), self._content(row)
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
            return
        self._first.setdefault(station, index)
        if mine not in self._said:
            if self._opens(row, index, signer, mine):
                self._said[mine] = row, count
                self._open.add(station)
            return
        _, stands = self._corrected.get(mine, self._said[mine])
        values = {"signer": signer, "box": station, "first": stands.index}
        if table.original[row] >= 0 and table.original[row] in self._records(mine):
            self._notes.append(note("count-corrected", index, **values))
            self._corrected[mine] = row, count
        elif (count.figures, count.vouchers) != (stands.figures, stands.vouchers):
            self._notes.append(note("count-again", index, **values))

    def _records(self, mine: Mine) -> tuple[int, ...]:
        """The records that a correction may name: the first of its organisation, and its last."""
        said = (self._said[mine], self._corrected.get(mine, self._said[mine]))
        return tuple(int(self._table.record[row]) for row, _ in said)

    def _opens(self, row: int, index: int, signer: str, mine: Mine) -> bool:
        """Whether a count is what its organisation committed to, once two had committed to theirs."""
        station, found = mine[1], self._committed.get(mine)
        opened, first = int(self._table.opened[row]), None
        if self._since is None or index < self._since:
            code = "count-before"
        elif found is None:
            code = "count-uncommitted"
        elif mine in self._shown or self._promised[station] < AGREEING:
            code = "count-early"
        elif opened < 0 or self._state.digests[opened] != found[1]:
            code, first = "count-differs", found[0]
        else:
            return True
        # Figures that everybody has seen are not blind any more, whoever commits to them later.
        self._shown.add(mine)
        self._notes.append(note(code, index, signer=signer, box=station, first=first))
        return False

    def _standing(self, made: ByContent) -> ByContent:
        """What each organisation says; a correction stands where two make it."""
        standing = []
        for mine, (_, count) in self._said.items():
            _, corrected = self._corrected.get(mine, (0, count))
            together = len(made.get(_content_of(mine[1], corrected), ())) >= AGREEING
            standing.append((mine[1], corrected if together else count))
        return _by_content(standing)

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


def _content_of(station: str, count: Counted) -> Content:
    return station, count.figures, count.vouchers


def _by_content(counts: Iterable[tuple[str, Counted]]) -> ByContent:
    found: ByContent = {}
    for station, count in counts:
        found.setdefault(_content_of(station, count), []).append(count)
    return found


def _agreed(counts: ByContent) -> dict[str, list[Counted]]:
    """Per station the contents that two say."""
    found: dict[str, list[Counted]] = {}
    for (station, *_), same in counts.items():
        if len(same) >= AGREEING:
            found.setdefault(station, []).append(same[0])
    return found
