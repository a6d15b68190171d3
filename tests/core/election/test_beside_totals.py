"""Records that never change keys or totals, and acts that only speak of others: who says them, and that the
count is the same with them as without."""

from collections.abc import Callable

import pytest

from escrutinio.core.election.admission import Admission
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Removal, Role, Seal, SheetFact
from escrutinio.core.records.entry import UNREAD
from tests.core.election.build import DAY, VOTES, Day, codes, machines

ABOUT = "n1.01/presidente"
Saying = Callable[[Day, str], int]


def sheet_status(day: Day, by: str) -> int:
    return day.say(t.SheetStatus(SheetFact.ANNULLED, day.digest(len(day.log) - 1), None), by, ABOUT)


def custody(day: Day, by: str) -> int:
    return day.say(t.Custody("box-7", "A-113", Seal.OPENED, DAY, ()), by, "n1.01")


def checklist(day: Day, by: str) -> int:
    points = day.attach(b"point,text\nlight,Is there light?\n")
    return day.say(t.Checklist(points, ("light",), ()), by, "n1.01")


def visit(day: Day, by: str) -> int:
    return day.say(t.Visit(DAY, DAY + 600, ()), by, "n1.01")


def next_round(day: Day, by: str) -> int:
    return day.say(t.NextRound(bytes(32), "log.example/isla-2"), by, "presidente")


def extension(day: Day, by: str) -> int:
    return day.say(t.Extension(DAY + 60, "art. 9"), by, "area/norte")


def removal_request(day: Day, by: str) -> int:
    return day.say(t.RemovalRequest(bytes(32), Removal.COURT_ORDER, "art. 3"), by, "election")


def promise(day: Day, by: str) -> int:
    return day.say(t.Promise(bytes(32), DAY + 60), by, "election")


def waiting_set(day: Day, by: str) -> int:
    return day.say(t.WaitingSet(3, bytes(32), DAY + 60, 0), by, "election")


def manifest(day: Day, by: str) -> int:
    boxes = day.attach(b"station,box,seal,bound\nn1.01,7,A-113,100\n")
    return day.say(t.BallotManifest(boxes), by, "presidente")


def mixed_count(day: Day, by: str) -> int:
    body = t.MixedCount(("n1.02",), bytes(32), (9, 8, 7, 6), (0, 0))
    return day.say(body, by, "n1.01/presidente")


SIGNERS = {
    Role.AUTHORITY: "authority/1",
    Role.RECEIVER: "receiver/1",
    Role.MACHINE: "machine/1",
    Role.BOARD: "board/n1.01",
    Role.PARTY: "party/azul/1",
    Role.OBSERVER: "observer/cano",
    Role.PRESS: "press/diario",
    Role.COURT: "court/corte/1",
}
OFFICE, WATCH = {Role.AUTHORITY, Role.BOARD}, {Role.PARTY, Role.OBSERVER}
CASES: dict[str, tuple[type[t.Body], Saying, set[Role]]] = {
    "sheet status": (t.SheetStatus, sheet_status, OFFICE | WATCH),
    "custody": (t.Custody, custody, OFFICE),
    "checklist": (t.Checklist, checklist, OFFICE | WATCH),
    "visit": (t.Visit, visit, WATCH),
    "next round": (t.NextRound, next_round, {Role.AUTHORITY}),
    "extension": (t.Extension, extension, {Role.AUTHORITY}),
    "removal request": (t.RemovalRequest, removal_request, {Role.AUTHORITY}),
    "mixed count": (t.MixedCount, mixed_count, OFFICE | WATCH),
    "promise": (t.Promise, promise, {Role.RECEIVER}),
    "waiting set": (t.WaitingSet, waiting_set, {Role.RECEIVER}),
    "manifest": (t.BallotManifest, manifest, OFFICE),
}


def counted_day() -> Day:
    """A day with a key of every role, and a sheet."""
    day = machines(Day())
    others = {
        name: role for role, name in SIGNERS.items() if role not in (Role.AUTHORITY, Role.MACHINE, Role.PARTY)
    }
    day.enrol_all([(name, role, ()) for name, role in others.items()])
    day.sheet("machine/1", "n1.01", VOTES)
    return day


def count_of(state: ElectionState) -> object:
    """What a log comes to: keys, and what counts or waits of every contest and basis."""
    keys = [(held.key, held.enrolled, held.revoked) for held in state.keys]
    counted = {name: rows.tolist() for name, rows in state.counted.items()}
    return keys, counted, state.pending, state.annulled, state.roll.registered.tolist()


def test_every_type_from_128_on_is_among_these() -> None:
    assert {code for code in t.BY_CODE if code >= UNREAD} == {
        kind.TYPE for kind, _, _ in CASES.values() if kind.TYPE >= UNREAD
    }


@pytest.mark.parametrize("role", SIGNERS)
@pytest.mark.parametrize("name", CASES)
def test_whoever_may_says_it_and_it_changes_no_count(name: str, role: Role) -> None:
    _, say, entitled = CASES[name]
    day = counted_day()
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    before = count_of(day.state())
    said = say(day, SIGNERS[role])
    state = day.state()
    assert count_of(state) == before
    assert ("key-out-of-scope" in codes(state)) is (role not in entitled)
    (refusal,) = admission.judge([day.log[said]])
    assert (refusal is None) is (role in entitled)


def test_what_is_said_of_a_sheet_does_not_make_it_so() -> None:
    """`annulled` is what somebody saw; only a ruling annuls."""
    day = counted_day()
    for by in ("authority/1", "board/n1.01", "party/azul/1"):
        sheet_status(day, by)
    state = day.state()
    assert codes(state) == []
    assert state.annulled["presidente"] == ()
    assert [logged.body.status for logged in state.records(t.SheetStatus)] == [SheetFact.ANNULLED] * 3


def test_a_seal_outside_the_scope_of_its_keeper_is_no_record_of_theirs() -> None:
    day = counted_day()
    day.enrol("board/n1.02", Role.BOARD, "n1.02")
    index = day.say(t.Custody("box-7", "A-113", Seal.OPENED, DAY, ()), "board/n1.02", "n1.01")
    assert [(f.code, f.entries) for f in day.state().findings] == [("key-out-of-scope", (index,))]
