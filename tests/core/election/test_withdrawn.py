"""A withdrawal ends its signer's own claim on an attachment, and nobody else's."""

from __future__ import annotations

from hashlib import sha256

import pytest

from escrutinio.core.records.attachments import TEXT, attachment_of
from escrutinio.core.records.codes import Category, Removal, Role
from escrutinio.core.records.types import IncidentReport, Withdrawal
from tests.core.election.build import AREAS, DAY, STATIONS, Day, machines

WORDS = b"what was seen"


def report(day: Day, by: str, content: bytes = WORDS) -> None:
    attached = (attachment_of(content, TEXT),)
    day.attachments[attached[0].digest] = content
    day.say(IncidentReport(Category.COUNT, DAY, attached), by, "station/n1.01")


def withdraw(day: Day, by: str, content: bytes = WORDS) -> None:
    day.say(Withdrawal(sha256(content).digest(), Removal.PERSONAL_DATA), by, "election")


def test_a_signer_withdraws_what_it_named() -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    withdraw(day, "observer/faro")
    assert day.state().withdrawn == {sha256(WORDS).digest()}


@pytest.mark.parametrize("by", ["party/azul/1", "authority/1"])
def test_nobody_withdraws_what_another_named(by: str) -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    withdraw(day, by)
    assert day.state().withdrawn == frozenset()


def test_a_file_stays_while_anybody_who_named_it_has_not_withdrawn_it() -> None:
    day = machines(Day())
    day.enrol("observer/faro", Role.OBSERVER)
    report(day, "observer/faro")
    report(day, "party/azul/1")
    withdraw(day, "party/azul/1")
    assert day.state().withdrawn == frozenset()
    withdraw(day, "observer/faro")
    assert day.state().withdrawn == {sha256(WORDS).digest()}


@pytest.mark.parametrize("content", [AREAS, STATIONS])
@pytest.mark.parametrize("by", ["authority/1", "party/azul/1"])
def test_what_totals_need_is_never_withdrawn(content: bytes, by: str) -> None:
    day = machines(Day())
    withdraw(day, by, content)
    state = day.state()
    assert state.withdrawn == frozenset()
    assert state.attachments_missing == ()
