"""The hand counts of an audit: whose count of which box stands, and on which two organisations agree.

Nothing that stands in the log before the first sample enters: whoever counted boxes before the draw could
choose the draw. Every count is blind: its organisation commits to it first, says what it committed to, and
says it only once two have committed. Two counts agree where each was committed to before the other was said;
otherwise one could copy the other's. So whoever commits first and says theirs at once keeps nobody out: two
others are still blind to each other. An organisation has one count of a box, its first; of single vouchers
one after each sample that drew from the box, of all places drawn from it until then. A slip is mended by two
who both sign a correction with the same content, each naming the count that it corrects: so nobody alone can
undo what was agreed.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.definition import NULL
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import ElectionState, Logged, Status
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records import types as t
from escrutinio.core.records.commitments import opened_count
from escrutinio.evidence.audit.boxes import rightful
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
    per station, the index of its first hand count. `ever`: per station, every count on which two agree or
    agreed, with how many samples drew from the box before; the latest first, and of these the corrections."""

    agreed: dict[str, list[Counted]]
    first_entry: dict[str, int]
    ever: dict[str, list[tuple[int, Counted]]]


@dataclass(frozen=True, slots=True)
class Promised:
    """What the log has of counts for one audit and contest beside its hand counts: commitments to counts, and
    counts of boxes with the ballots of several stations, all of them `mixed` by its manifest."""

    commitments: Sequence[Logged[t.CountCommitment]] = ()
    counts: Sequence[Logged[t.MixedCount]] = ()
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def counts_of(
    state: ElectionState,
    contest: str,
    commitment: bytes,
    counters: Iterable[str],
    promised: Promised,
    notes: list[AuditFinding],
    *,
    since: int | None,
    drawn: Mapping[str, Sequence[int]],
) -> BoxCounts:
    """The counts for one audit, by what the log has of it; what does not enter is noted. `since`: the index
    of its first sample, None before there is one. `drawn`: where boxes are counted again after each sample
    that drew from them, the indexes of these samples by station."""
    named = frozenset(map(side_of, counters))
    return _Counts(state, contest, named, notes, since, promised.mixed, drawn).read(commitment, promised)


Turn = tuple[str, int]
"""A station, and how many samples drew from its box before, where it is counted after each of them."""

Mine = tuple[str, Turn]
"""An organisation, and what it counts."""

Content = tuple[Turn, tuple[int, ...], int]
Agreed = dict[Turn, list[Counted]]


@dataclass(frozen=True, slots=True)
class _Said:
    """A count as it stands in the log: of the box of a `station` with what else lies there (`others`), by
    `signer`; the digests of its record, of the one that it `corrects`, and of what it `opens`."""

    signer: str
    station: str
    others: tuple[str, ...]
    count: Counted
    record: bytes
    corrects: bytes | None
    opens: bytes | None


ByContent = dict[Content, list[tuple[Mine, _Said]]]


class _Counts:
    def __init__(
        self,
        state: ElectionState,
        contest: str,
        named: frozenset[str],
        notes: list[AuditFinding],
        since: int | None,
        mixed: Mapping[str, tuple[str, ...]],
        drawn: Mapping[str, Sequence[int]],
    ) -> None:
        self._state, self._table = state, state.tables[contest]
        self._view, self._named, self._notes = state.contest(contest), named, notes
        self._since, self._mixed, self._drawn = since, mixed, drawn
        self._box = {name: box for box, names in mixed.items() for name in names}
        self._committed: dict[Mine, tuple[int, bytes]] = {}
        self._said: dict[Mine, _Said] = {}
        self._corrected: dict[Mine, _Said] = {}
        self._first: dict[str, int] = {}
        self._shown: set[Mine] = set()
        self._open: set[Turn] = set()
        self._promised: Counter[Turn] = Counter()

    def _turn(self, station: str, index: int) -> Turn:
        return station, bisect_left(self._drawn.get(station, ()), index)

    def read(self, commitment: bytes, promised: Promised) -> BoxCounts:
        """Promises and counts in the log's order."""
        steps: list[tuple[int, Logged[t.CountCommitment] | _Said]] = [
            *((logged.index, logged) for logged in promised.commitments),
            *((each.count.index, each) for each in map(self._of_row, self._rows(commitment))),
            *((each.count.index, each) for each in map(self._of_mixed, promised.counts) if each is not None),
        ]
        for index, step in sorted(steps, key=lambda each: each[0]):
            if isinstance(step, _Said):
                self._count(index, step)
            else:
                self._commits(index, step)
        made = _by_content(self._corrected)
        firsts, corrections = self._blind(_by_content(self._said)), _two(made)
        ever: dict[str, list[tuple[int, Counted]]] = {}
        for turn in sorted(corrections.keys() | firsts.keys(), reverse=True):
            both = [*corrections.get(turn, ()), *firsts.get(turn, ())]
            ever.setdefault(turn[0], []).extend((turn[1], each) for each in both)
        standing = {
            mine: said
            for mine, said in self._corrected.items()
            if len(made[_content(mine, said)]) >= AGREEING
        }
        unchanged = {mine: said for mine, said in self._said.items() if mine not in standing}
        agreed = _merged(_two(_by_content(standing)), self._blind(_by_content(unchanged)))
        latest: dict[str, list[Counted]] = {}
        for station, many in sorted(agreed, reverse=True):
            latest.setdefault(station, agreed[station, many])
        return BoxCounts(latest, self._first, ever)

    def _rows(self, commitment: bytes) -> list[int]:
        """The rows that are hand counts for this commitment and stand at a station of the roll. One with more
        ballots than could vote there is refused as a sheet would be; here it is what an audit looks for."""
        try:
            digest = self._state.digests.index(commitment)
        except ValueError:
            return []
        table = self._table
        mine = (table.kind == t.HandCount.TYPE) & (table.digest == digest)
        mine &= ((table.status != Status.REFUSED) | self._over()) & (table.station >= 0)
        rows: list[int] = np.flatnonzero(mine).tolist()
        return rows

    def _over(self) -> NDArray[np.bool_]:
        """Which rows by a key that may count there have more ballots than could vote at their station."""
        table, state = self._table, self._state
        beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
        most = table.registered_at(state.roll) + beyond.allowed(table.station, table.supplement)
        over: NDArray[np.bool_] = (table.registered_at(state.roll) >= 0) & (ballots_of(table) > most)
        return over & rightful(state, self._view.code, state.roll)

    def _of_row(self, row: int) -> _Said:
        table, state = self._table, self._state

        def digest(number: int) -> bytes | None:
            return None if number < 0 else state.digests[number]

        return _Said(
            state.signers[table.signer[row]],
            state.roll.stations[table.station[row]],
            (),
            self._counted_in(row),
            state.digests[int(table.record[row])],
            digest(int(table.original[row])),
            digest(int(table.opened[row])),
        )

    def _of_mixed(self, logged: Logged[t.MixedCount]) -> _Said | None:
        """A count of a mixed box; None for one whose figures do not fit the contest."""
        body, view = logged.body, self._view
        votes = np.array([body.counts], np.int64)
        fits = len(body.counts) == len(view.options) and len(body.classes) == len(view.classes)
        if fits and body.valid is not None:
            # No more marks than these ballots can have, all together and for one option.
            fits = sum(body.counts) <= view.marks * body.valid and max(body.counts, default=0) <= body.valid
        if not fits or (body.valid is None) is (view.marks > 1):
            box, signer = logged.entry.about.station or "", logged.entry.signer
            self._notes.append(note("count-form", logged.index, signer=signer, box=box))
            return None
        valid = int(votes.sum()) if body.valid is None else body.valid
        found = by_candidate(view, votes)[0].tolist()
        count = self._counted(found, list(body.classes), valid, body.vouchers, logged.index)
        return _Said(
            logged.entry.signer,
            logged.entry.about.station or "",
            body.others,
            count,
            logged.entry.digest,
            body.corrects,
            opened_count(body),
        )

    def _commits(self, index: int, logged: Logged[t.CountCommitment]) -> None:
        """The first commitment of an organisation to a box, if it comes before any count of it."""
        signer, station = logged.entry.signer, logged.entry.about.station or ""
        turn = self._turn(station, index)
        mine = side_of(signer), turn
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
        elif self._since is None or index < self._since:
            self._notes.append(note("count-before", index, signer=signer, box=station))
        elif mine in self._committed and self._committed[mine][1] != logged.body.count:
            first = self._committed[mine][0]
            self._notes.append(note("count-committed-again", index, signer=signer, box=station, first=first))
        elif mine not in self._committed:
            if turn in self._open:
                self._notes.append(note("count-late", index, signer=signer, box=station))
            self._committed[mine] = index, logged.body.count
            self._promised[turn] += 1

    def _count(self, index: int, said: _Said) -> None:
        signer, station, count = said.signer, said.station, said.count
        mine = self._meant(side_of(signer), said, index)
        if mine[0] not in self._named:
            self._notes.append(note("not-named", index, signer=signer))
            return
        if sorted((station, *said.others)) != sorted(self._mixed.get(station, (station,))) or (
            station in self._box and station not in self._mixed
        ):
            box = self._box.get(station, station)
            together = ", ".join(self._mixed.get(box, (box,)))
            self._notes.append(note("count-other-box", index, signer=signer, box=station, together=together))
            self._shown.add((mine[0], self._turn(box, index)))
            return
        self._first.setdefault(station, index)
        if mine not in self._said:
            if self._opens(said, index, mine):
                self._said[mine] = said
                self._open.add(mine[1])
            return
        stands = self._corrected.get(mine, self._said[mine])
        values = {"signer": signer, "box": station, "first": stands.count.index}
        if said.corrects is not None and said.corrects in (self._said[mine].record, stands.record):
            self._notes.append(note("count-corrected", index, **values))
            self._corrected[mine] = said
        elif (count.figures, count.vouchers) != (stands.count.figures, stands.count.vouchers):
            self._notes.append(note("count-again", index, **values))

    def _meant(self, side: str, said: _Said, index: int) -> Mine:
        """What a count is of: what is counted now, or before where it corrects what was said then."""
        station, now = self._turn(said.station, index)
        if said.corrects is not None:
            for before in range(now + 1):
                mine = side, (station, before)
                if mine in self._said and said.corrects in (
                    self._said[mine].record,
                    self._corrected.get(mine, self._said[mine]).record,
                ):
                    return mine
        return side, (station, now)

    def _opens(self, said: _Said, index: int, mine: Mine) -> bool:
        """Whether a count is what its organisation committed to, once two had committed to theirs."""
        turn, found = mine[1], self._committed.get(mine)
        first = None
        if self._since is None or index < self._since:
            code = "count-before"
        elif found is None:
            code = "count-uncommitted"
        elif mine in self._shown or self._promised[turn] < AGREEING:
            code = "count-early"
        elif said.opens != found[1]:
            code, first = "count-differs", found[0]
        else:
            return True
        # Figures that everybody has seen are not blind any more, whoever commits to them later.
        self._shown.add(mine)
        self._notes.append(note(code, index, signer=said.signer, box=said.station, first=first))
        return False

    def _blind(self, counts: ByContent) -> Agreed:
        """What is counted, with the contents that two say of whom neither had seen what the other said."""
        found: Agreed = {}
        for (turn, *_), same in counts.items():
            spans = [(self._committed[mine][0], said.count.index) for mine, said in same]
            if any(max(one[0], two[0]) < min(one[1], two[1]) for one, two in combinations(spans, 2)):
                found.setdefault(turn, []).append(same[0][1].count)
        return found

    def _counted_in(self, row: int) -> Counted:
        table = self._table
        votes = by_candidate(self._view, table.counts[row : row + 1])[0].tolist()
        classes, valid = np.maximum(table.classes[row], 0).tolist(), int(valid_of(table)[row])
        return self._counted(votes, classes, valid, int(table.ballots[row]), int(table.index[row]))

    def _counted(
        self, votes: list[int], classes: list[int], valid: int, stated: int | None, index: int
    ) -> Counted:
        told, codes = valid + sum(classes), self._view.classes
        vouchers = max(told, -1 if stated is None else stated)
        # Vouchers that the count states beyond those it tells apart are counted with the null ones.
        if NULL in codes:
            classes[codes.index(NULL)] += vouchers - told
        return Counted(tuple(votes), tuple(classes), valid, vouchers, index)


def _content(mine: Mine, said: _Said) -> Content:
    return mine[1], said.count.figures, said.count.vouchers


def _by_content(counts: Mapping[Mine, _Said]) -> ByContent:
    found: ByContent = {}
    for mine, said in counts.items():
        found.setdefault(_content(mine, said), []).append((mine, said))
    return found


def _two(counts: ByContent) -> Agreed:
    """What is counted, with the contents that two say."""
    found: Agreed = {}
    for (turn, *_), same in counts.items():
        if len(same) >= AGREEING:
            found.setdefault(turn, []).append(same[0][1].count)
    return found


def _merged(one: Agreed, two: Agreed) -> Agreed:
    """Both together, each content of what is counted once."""
    found = {turn: list(counts) for turn, counts in one.items()}
    for turn, counts in two.items():
        there = found.setdefault(turn, [])
        said = {(each.figures, each.vouchers) for each in there}
        there += [each for each in counts if (each.figures, each.vouchers) not in said]
    return found
