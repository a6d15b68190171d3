"""Counts of the paper beside the official sheets, and audits whose records do not hold together.

What is asked of an audit's records is asked of them alone; which boxes its seed draws, and what their counts
come to, is `evidence.audit`'s.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.counting import reported_rows, rows_differing, same_votes
from escrutinio.core.election.findings.family import CRITICAL, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState, Logged, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod
from escrutinio.core.records.commitments import digits_digest, opened_count

FAMILY = Family("audits")

HAND_COUNT_DIFFERS = FAMILY.finding(
    "hand-count-differs",
    CRITICAL,
    "Hand count differs from official sheet | For station {station} and contest {contest}, the hand "
    "count by {signer} and the official sheet differ.",
)

HAND_COUNT_CHANGED = FAMILY.finding(
    "hand-count-changed",
    WARNING,
    "Hand count changed without saying so | For station {station} and contest {contest}, entry {entry}, by "
    "{signer}, gives another hand count than entry {first} of the same signer and does not name it as "
    "corrected.",
)

HAND_COUNT_NOT_AS_COMMITTED = FAMILY.finding(
    "hand-count-not-as-committed",
    CRITICAL,
    "Hand count that is not the one committed to | For station {station} and contest {contest}, the hand "
    "count in entry {entry}, by {signer}, is not the one that entry {first} committed to.",
)

AUDIT_SIGNER = FAMILY.finding(
    "audit-signer",
    WARNING,
    "Audit record by somebody whom the audit does not name | Entry {entry}, by {signer}, is about the audit "
    "of contest {contest} whose commitment (entry {first}) does not name the signer for that.",
)

AUDIT_DIGITS_DIFFER = FAMILY.finding(
    "audit-digits-differ",
    CRITICAL,
    "Digits that are not those committed to | The digits of the seed in entry {entry}, by {signer}, are not "
    "those that entry {first} committed to.",
)

AUDIT_REPEATED = FAMILY.finding(
    "audit-repeated",
    WARNING,
    "Audit repeated without saying so | Entry {entry}, by {signer}, commits to an audit of contest {contest} "
    "and does not name the one of the same organisation before it (entry {first}).",
)

FAMILY.words(
    OUT_OF_ORDER,
    "what",
    {
        "commitment": N_("commitment of the audit"),
        "seed": N_("seed of the audit"),
        "digits": N_("commitments of all who throw digits of the seed"),
    },
)


@FAMILY.contest_rule
def _hand_counts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    whole = (table.kind == t.HandCount.TYPE) & (table.basis >= 0)  # not of single vouchers
    rows = np.flatnonzero(whole & (table.status != Status.REFUSED))
    official = reported_rows(state, contest)
    for row, other in rows_differing(table, rows, official[table.station[rows]]):
        notes.add(
            HAND_COUNT_DIFFERS,
            [int(table.index[row]), int(table.index[other])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            signer=state.signers[table.signer[row]],
        )


@FAMILY.contest_rule
def _changed_counts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """A signer's hand counts of one box in one audit, each beside the one before that it would have to name;
    of single vouchers each round has its own, which opens what was committed to."""
    mine = (table.kind == t.HandCount.TYPE) & (table.status != Status.REFUSED)
    mine &= (table.basis >= 0) | (table.opened < 0)

    def of(row: int) -> tuple[int, int, int]:
        return int(table.station[row]), int(table.signer[row]), int(table.digest[row])

    changed: list[tuple[int, int]] = []
    for _, group in groupby(sorted(np.flatnonzero(mine).tolist(), key=lambda row: (of(row), row)), key=of):
        before, *later = group
        for row in later:
            pair = np.array([row]), np.array([before])
            same = bool(same_votes(table, *pair)[0]) and table.ballots[row] == table.ballots[before]
            if not same and not 0 <= table.original[row] == table.record[before]:
                changed.append((row, before))
            elif not same:
                before = row
    for row, before in sorted(changed):
        notes.add(
            HAND_COUNT_CHANGED,
            [int(table.index[row]), int(table.index[before])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            signer=state.signers[table.signer[row]],
            first=int(table.index[before]),
        )


@FAMILY.contest_rule
def _committed_counts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """Counts of a box, of one station or several, with another content than their side first committed to; of
    single vouchers, which are counted after each sample, than it ever did before."""
    audits = state.records(t.AuditCommitment)
    single = {each.entry.digest for each in audits if each.body.method is AuditMethod.BRAVO}
    promised: dict[tuple[str, str, bytes], list[Logged[t.CountCommitment]]] = {}
    for logged in state.records(t.CountCommitment, contest):
        organisation, station = side_of(logged.entry.signer), logged.entry.about.station or ""
        promised.setdefault((organisation, station, logged.body.commitment), []).append(logged)
    if not promised:
        return
    rows = (table.kind == t.HandCount.TYPE) & (table.status != Status.REFUSED) & (table.digest >= 0)
    said: list[tuple[int, str, str, bytes, bytes | None]] = []
    for row in np.flatnonzero(rows & (table.original < 0)).tolist():
        station, signer = state.roll.stations[table.station[row]], state.signers[table.signer[row]]
        opened = None if table.opened[row] < 0 else state.digests[table.opened[row]]
        said.append((int(table.index[row]), signer, station, state.digests[table.digest[row]], opened))
    for mixed in state.records(t.MixedCount, contest):
        if mixed.body.corrects is None:
            box, body = mixed.entry.about.station or "", mixed.body
            said.append((mixed.index, mixed.entry.signer, box, body.commitment, opened_count(body)))
    for index, signer, station, commitment, opened in sorted(said, key=lambda each: each[0]):
        mine = promised.get((side_of(signer), station, commitment), ())
        before = [each for each in mine if each.index < index]
        meant = before if commitment in single else before[:1]
        if meant and opened not in [each.body.count for each in meant]:
            found = meant[-1]
            notes.add(
                HAND_COUNT_NOT_AS_COMMITTED,
                [index, found.index],
                station=station,
                contest=contest,
                signer=signer,
                first=found.index,
            )


Step = t.DigitsCommitment | t.AuditSeed | t.AuditSample | t.AuditResult | t.CountCommitment | t.MixedCount
_STEPS = (t.DigitsCommitment, t.AuditSeed, t.AuditSample, t.AuditResult, t.CountCommitment, t.MixedCount)


@dataclass(eq=False)
class _Seen:
    """What the log has of an audit up to some entry: its commitment, who committed to digits (the index and
    the digest), and whether a seed stands already."""

    audit: Logged[t.AuditCommitment]
    digits: dict[str, tuple[int, bytes]]
    seeded: bool = False

    @property
    def throwers(self) -> Sequence[str]:
        return [side_of(name) for name in self.audit.body.throwers]

    def named(self, signer: str, body: Step) -> bool:
        """Whether the commitment names this signer for that, or it is the one who committed."""
        mine, by = side_of(signer), side_of(self.audit.entry.signer)
        counters = [side_of(name) for name in self.audit.body.counters]
        if isinstance(body, t.DigitsCommitment):
            return mine in self.throwers
        if isinstance(body, t.CountCommitment | t.MixedCount):
            return mine in counters
        if isinstance(body, t.AuditSeed):
            other = None if body.instead_of is None else side_of(body.instead_of)
            if other is None:
                return mine in self.throwers
            # Dice thrown in public: all whom the commitment names may state how they fell.
            return other in self.throwers and mine != other and mine in (by, *self.throwers, *counters)
        return mine in (by, *self.throwers, *counters)


@FAMILY.rule
def _steps(given: RuleInput, notes: Findings) -> None:
    """A commitment before its digits, digits before what is drawn with them, effective or not; each by whom
    the commitment names."""
    seen: dict[bytes, _Seen] = {}
    for logged in given.state.controls:
        body, contest = logged.body, logged.entry.about.contest
        if (audit := logged.of(t.AuditCommitment)) is not None:
            seen[logged.entry.digest] = _Seen(audit, {})
        elif isinstance(body, _STEPS):
            found = seen.get(body.commitment)
            if found is None:
                what = "seed" if isinstance(body, t.AuditSample) else "commitment"
                notes.add(OUT_OF_ORDER, [logged.index], contest=contest, what=what)
                continue
            _one_step(found, logged, body, notes)


def _one_step(found: _Seen, logged: Logged[t.Body], body: Step, notes: Findings) -> None:
    index, signer, contest = logged.index, logged.entry.signer, logged.entry.about.contest
    if not found.named(signer, body):
        entries = [index, found.audit.index]
        notes.add(AUDIT_SIGNER, entries, contest=contest, signer=signer, first=found.audit.index)
    elif isinstance(body, t.DigitsCommitment):
        found.digits.setdefault(side_of(signer), (index, body.digits))
    elif isinstance(body, t.AuditSeed):
        _opened_digits(found, logged, body, notes)
    elif isinstance(body, t.AuditSample) and not found.seeded:
        notes.add(OUT_OF_ORDER, [index], contest=contest, what="seed")


def _opened_digits(found: _Seen, logged: Logged[t.Body], body: t.AuditSeed, notes: Findings) -> None:
    index, signer = logged.index, logged.entry.signer
    committed = found.digits.get(side_of(signer))
    if len(found.throwers) > 1 and not found.seeded and not set(found.throwers) <= set(found.digits):
        notes.add(OUT_OF_ORDER, [index], contest=logged.entry.about.contest, what="digits")
    elif committed is not None and body.instead_of is None and _differ(body, committed[1]):
        notes.add(AUDIT_DIGITS_DIFFER, [index, committed[0]], signer=signer, first=committed[0])
    found.seeded = True


def _differ(body: t.AuditSeed, digest: bytes) -> bool:
    return body.salt is None or digits_digest(body.salt, body.digits) != digest


@FAMILY.rule
def _repeated(given: RuleInput, notes: Findings) -> None:
    """A later audit of the same organisation names the one before of any of its contests."""
    latest: dict[tuple[str, str | None], Logged[t.AuditCommitment]] = {}
    for logged in given.state.records(t.AuditCommitment):
        signer, contest = logged.entry.signer, logged.entry.about.contest
        mine = side_of(signer)
        contests = (contest, *(each.contest for each in logged.body.beside or ()))
        before = [latest[mine, each] for each in contests if (mine, each) in latest]
        last = max(before, key=lambda each: each.index, default=None)
        if last is not None and logged.body.follows != last.entry.digest:
            entries = [logged.index, last.index]
            notes.add(AUDIT_REPEATED, entries, contest=contest, signer=signer, first=last.index)
        latest.update(dict.fromkeys(((mine, each) for each in contests), logged))
