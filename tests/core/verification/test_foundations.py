"""Checks 9 and 10 of what a log begins with, of repeats, and of tables that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole, RevocationReason, Role, Step
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.election.build import ORIGIN, ROOT, STATIONS, VOTES, Day, key, machines
from tests.core.verification.lab import publish

TITLES = (p.Title("en", "Isla"),)


def verified(directory: Path, day: Day) -> Verification:
    return verify_publication(directory, trust=publish(directory, day))


def not_held(found: Verification) -> dict[Check, Outcome]:
    return {answer.check: answer.outcome for answer in found.answers if answer.outcome is not Outcome.HOLDS}


def places(found: Verification, check: Check) -> list[str]:
    return [reason.place for reason in found.answer(check).failures]


def begun(origin: str = ORIGIN, root: str = ROOT, role: LogRole = LogRole.OFFICIAL) -> Day:
    """A log with another charter than it should have."""
    day = Day(charter=False)
    charter = t.Charter(origin, role, TITLES, key(root).public_key, None)
    day.say(charter, ROOT, "election", signing=key(root))
    return day


def test_the_charter_of_another_log_fails(tmp_path: Path) -> None:
    found = verified(tmp_path, begun("log.example/another"))
    assert places(found, Check.RECORDS) == ["entry 1"]
    assert not found.authenticated


def test_an_official_charter_with_another_root_fails(tmp_path: Path) -> None:
    found = verified(tmp_path, begun(root="another/root"))
    assert places(found, Check.RECORDS) == ["entry 1"]


def test_a_log_of_a_party_has_a_root_of_its_own(tmp_path: Path) -> None:
    assert not_held(verified(tmp_path, begun(root="another/root", role=LogRole.PARTY))) == {}


@pytest.mark.parametrize("how", ["an enrolment", "the definition again", "rubbish"])
def test_a_log_without_a_charter_at_entry_1_fails(tmp_path: Path, how: str) -> None:
    day = Day(charter=False)
    if how == "an enrolment":
        day.enrol("machine/1", Role.MACHINE)
    elif how == "rubbish":
        day.log.append(b"\xd2\x84")
    else:
        day.repeat(0)
    assert "entry 1" in places(verified(tmp_path, day), Check.RECORDS)


def test_repeats_are_neither_good_nor_bad(tmp_path: Path) -> None:
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    for index in (0, 1, 2, sheet, sheet):
        day.repeat(index)
    found = verified(tmp_path, day)
    assert not_held(found) == {}
    assert found.answer(Check.RECORDS).count == len(day.log)
    assert found.answer(Check.SIGNATURES).count == len(day.log) - 5


def test_a_bad_entry_is_bad_once(tmp_path: Path) -> None:
    day = machines(Day())
    bad = day.sheet("machine/9", "n1.01", VOTES)
    day.repeat(bad)
    assert places(verified(tmp_path, day), Check.SIGNATURES) == [f"entry {bad}"]


def test_the_root_enrolled_and_revoked_stays_in_force(tmp_path: Path) -> None:
    day = Day()
    day.enrol_all([(ROOT, Role.AUTHORITY, ())])
    day.say(t.Revocation(key(ROOT).kid, RevocationReason.STOLEN), ROOT, "election")
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    assert not_held(verified(tmp_path, day)) == {}


def test_an_enrolled_key_of_small_order_fails_at_its_enrolment(tmp_path: Path) -> None:
    day = Day()
    small = bytes([1]) + bytes(31)
    values = [["machine/1", small, int(Role.MACHINE), [], [], [], bytes(64)]]
    at = day.say_plain(t.Enrolment.TYPE, [values], ROOT, "election")
    found = verified(tmp_path, day)
    assert places(found, Check.SIGNATURES) == [f"entry {at}"]


@pytest.mark.parametrize("what", ["stations", "centers", "listing"])
def test_a_table_that_cannot_be_read_fails_no_check(tmp_path: Path, what: str) -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", VOTES)
    if what == "listing":
        listing = day.attach(b"machine,station\r\n")
        day.say(t.Lifecycle(Step.SHIPPED, (), None, listing), "authority/1", "lot-1")
    else:
        assert day.rolled is not None
        stations = STATIONS[:-1] if what == "stations" else STATIONS
        centers = day.attach(b"center\n") if what == "centers" else None
        body = t.Roll(day.attach(stations), centers, (), "2030-11-01", day.digest(day.rolled))
        day.say(body, "authority/1", "election")
    found = verified(tmp_path, day)
    assert not_held(found) == {}
    assert found.state is not None
    assert {f.code for f in found.state.findings} & {"roll-unreadable", "listing-unreadable"}
