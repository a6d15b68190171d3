"""A withdrawal ends its signer's own claim on an attachment, and nobody else's."""

from __future__ import annotations

from hashlib import sha256

import pytest

from escrutinio.core.records.attachments import TEXT, attachment_of
from escrutinio.core.records.codes import AuthorRole, Category, Removal, Role, Step
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import (
    Enrolment,
    IncidentDisclosure,
    IncidentReport,
    Lifecycle,
    RemovalRequest,
    Roll,
    Statement,
    Withdrawal,
)
from tests.core.election.build import AREAS, DAY, ROOT, STATIONS, Day, key, machines

WORDS = b"what was seen"
GONE = sha256(WORDS).digest()
CENTERS = b"center,area,name\nn1,norte,School\n"
LISTING = b"machine,station\nmachine/1,n1.01\n"


def report(day: Day, by: str, content: bytes = WORDS) -> None:
    attached = (attachment_of(content, TEXT),)
    day.attachments[attached[0].digest] = content
    day.say(IncidentReport(Category.COUNT, DAY, attached), by, "station/n1.01")


def withdraw(day: Day, by: str, content: bytes = WORDS) -> int:
    return day.say(Withdrawal(sha256(content).digest(), Removal.PERSONAL_DATA), by, "election")


def test_a_signer_withdraws_what_it_named() -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    withdraw(day, "observer/faro")
    assert day.state().withdrawn == {sha256(WORDS).digest()}


@pytest.mark.parametrize("by", ["party/azul/1", "authority/1", "observer/otro"])
def test_nobody_withdraws_what_another_named(by: str) -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    day.enrol("observer/otro", Role.OBSERVER)
    report(day, "observer/faro")
    at = withdraw(day, by)
    state = day.state()
    assert state.withdrawn == frozenset()
    assert [(f.code, f.entries) for f in state.findings] == [("withdrawal-of-others", (at,))]


@pytest.mark.parametrize("by", ["party/azul/1", "authority/1"])
def test_naming_a_rivals_file_gives_no_right_over_it(by: str) -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    if by == "authority/1":
        body = IncidentDisclosure(Category.COUNT, DAY, None, (attachment_of(WORDS, TEXT),))
        day.say(body, by, "election")
    else:
        report(day, by)
    withdraw(day, by)
    state = day.state()
    assert state.withdrawn == frozenset()
    assert [logged.entry.signer for logged, named in state.claims if named.digest == GONE] == [
        "observer/faro"
    ]


def test_a_file_stays_while_anybody_who_named_it_has_not_withdrawn_it() -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    report(day, "party/azul/1")
    withdraw(day, "party/azul/1")
    assert day.state().withdrawn == frozenset()
    withdraw(day, "observer/faro")
    assert day.state().withdrawn == {GONE}


def test_a_withdrawal_ends_what_stands_below_it_alone() -> None:
    day = machines(Day())
    at = withdraw(day, "party/azul/1")
    report(day, "party/azul/1")
    state = day.state()
    assert state.withdrawn == frozenset()
    assert [(f.code, f.entries) for f in state.findings] == [("withdrawal-of-others", (at,))]
    withdraw(day, "party/azul/1")
    assert day.state().withdrawn == {GONE}
    report(day, "party/azul/1")
    assert day.state().withdrawn == frozenset(), "who names it again claims it again"


def test_another_key_of_the_same_name_ends_the_claim_and_another_name_does_not() -> None:
    day = machines(Day())
    second = day.held("party/azul/1", Role.PARTY, signing=key("another"))
    day.say(Enrolment((second,)), ROOT, "election")
    day.enrol("party/azul/2", Role.PARTY)
    report(day, "party/azul/1")
    withdraw(day, "party/azul/2")
    assert day.state().withdrawn == frozenset()
    day.say(Withdrawal(GONE, Removal.ERROR), "party/azul/1", "election", signing=key("another"))
    assert day.state().withdrawn == {GONE}


def test_who_may_not_say_it_claims_nothing_and_keeps_nothing() -> None:
    day = machines(Day())
    day.enrol("press/x", Role.PRESS)
    day.enrol("party/sur", Role.PARTY, "sur")
    report(day, "party/azul/1")
    report(day, "press/x")
    report(day, "party/sur")
    withdraw(day, "party/azul/1")
    state = day.state()
    assert state.withdrawn == {GONE}
    assert GONE not in {named.digest for _, named in state.claims}


def test_a_withdrawal_by_who_may_not_withdraw_ends_nothing() -> None:
    day = machines(Day())
    day.enrol("press/x", Role.PRESS)
    words = attachment_of(WORDS, TEXT)
    day.attachments[words.digest] = WORDS
    day.say(Statement("one", (Title("en", "Press"),), None, words, "a page", None), "press/x", "election")
    withdraw(day, "press/x")
    assert day.state().withdrawn == frozenset()


@pytest.mark.parametrize(
    "content", [AREAS, STATIONS, CENTERS, LISTING], ids=["areas", "roll", "centers", "list"]
)
@pytest.mark.parametrize("by", ["authority/1", "party/azul/1", "importer/x", "observer/faro"])
@pytest.mark.parametrize("names", [False, True])
def test_what_totals_need_is_never_withdrawn(content: bytes, by: str, names: bool) -> None:
    day = Day(author=AuthorRole.IMPORTER, stations=None)
    day.enrol("observer/faro", Role.OBSERVER)
    day.enrol("importer/x", Role.IMPORTER)
    day.say(Roll(day.attach(STATIONS), day.attach(CENTERS), (), "2030-11-01"), "authority/1", "election")
    day.say(Lifecycle(Step.SHIPPED, (), None, day.attach(LISTING)), "authority/1", "lot-1")
    if names and by in ("party/azul/1", "observer/faro"):
        report(day, by, content)
    withdraw(day, by, content)
    state = day.state()
    assert state.withdrawn == frozenset()
    assert state.attachments_missing == ()
    assert sha256(content).digest() in state.attachments_needed
    assert sha256(content).digest() in {named.digest for _, named in state.claims}
    del day.attachments[sha256(content).digest()]
    if content != AREAS:
        assert day.state().attachments_missing == (sha256(content).digest(),)


def test_a_roll_that_never_took_effect_may_be_withdrawn() -> None:
    day = Day(officers=2, stations=None)
    day.roll(STATIONS, "authority/1")
    withdraw(day, "authority/1", STATIONS)
    assert day.state().withdrawn == {sha256(STATIONS).digest()}


def test_a_request_to_remove_removes_nothing() -> None:
    day = machines(Day(officers=2))
    report(day, "party/azul/1")
    body = RemovalRequest(GONE, Removal.COURT_ORDER, "court order 12")
    day.say(body, "authority/1", "election")
    at = day.say(body, "authority/2", "election")
    state = day.state()
    assert state.withdrawn == frozenset()
    # The roll of these days has one officer, and waits.
    noted = [(f.code, f.entries) for f in state.findings if f.code != "act-waiting"]
    assert noted == [("removal-requested", (at,))]
    withdraw(day, "party/azul/1")
    assert day.state().withdrawn == {GONE}
