"""A record beyond a bound: refused by who writes a log, without effect in one that has it, no fault."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.fold import fold
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import MAX_ATTACHMENT
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.codes import Category, Decision, Role
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import decode_payload
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import verify_publication
from tests.core.election.build import (
    DAY,
    ROOT,
    STATIONS,
    VOTES,
    Day,
    counts_at,
    found,
    key,
    machines,
)
from tests.core.verification.lab import publish

BIG = 2**53 - 1
PICTURE = sha256(b"a picture").digest()


def report(day: Day, size: int, media_type: str = "image/png") -> int:
    values = [int(Category.ACCESS), DAY, [[PICTURE, size, media_type]]]
    return day.say_plain(t.IncidentReport.TYPE, values, "party/azul/1", "station/n1.01")


def late_sheet(day: Day) -> int:
    values = [list(VOTES), [0, 0], [], [], [], [], []]
    return day.say_plain(t.TallySheet.TYPE, values, "machine/1", "n1.01/presidente", at=TIME_LIMIT)


def late_roll(day: Day) -> int:
    table = day.attach(STATIONS.replace(b",100", b",7"))
    listed = [table.digest, table.size, table.media_type]
    return day.say_plain(t.Roll.TYPE, [listed, [], [], "2030-11-01"], "authority/1", "election", at=BIG)


def late_enrolment(day: Day) -> int:
    held = day.held("machine/9", Role.MACHINE, ("n1.01",))
    listed = [held.name, held.public_key, int(held.role), ["n1.01"], [], [], held.proof]
    return day.say_plain(t.Enrolment.TYPE, [[listed]], ROOT, "election", at=BIG)


def late_revocation(day: Day) -> int:
    return day.say_plain(t.Revocation.TYPE, [key("machine/1").kid, 0, ""], ROOT, "election", at=BIG)


def late_ruling(day: Day) -> int:
    return rules(day, Decision.ANNUL, at=BIG)


def rules(day: Day, decision: Decision, at: int = DAY) -> int:
    """A ruling that names no sheet, no end and no act."""
    values = [[], int(decision), [], [], "art. 1", []]
    return day.say_plain(t.Ruling.TYPE, values, "authority/1", "station/n1.01/presidente", at=at)


def unknown_type(day: Day) -> int:
    return day.say_plain(90, [], "machine/1", "election", at=BIG)


CASES: dict[str, Callable[[Day], int]] = {
    "a file of 2^28 + 1 bytes": lambda day: report(day, MAX_ATTACHMENT + 1),
    "a file of 2^52 bytes": lambda day: report(day, 2**52),
    "a file of another type": lambda day: report(day, 9, "text/html"),
    "a sheet of the year 10000": late_sheet,
    "a roll": late_roll,
    "an enrolment": late_enrolment,
    "a revocation": late_revocation,
    "a ruling": late_ruling,
    "a ruling that selects no sheet": lambda day: rules(day, Decision.SELECT),
    "a stay without an end": lambda day: rules(day, Decision.STAY),
    "a reversal of nothing": lambda day: rules(day, Decision.REVERSE),
}


@pytest.mark.parametrize("case", CASES)
def test_admission_refuses_it(case: str) -> None:
    day = machines(Day())
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    (verdict,) = admission.judge([day.log[CASES[case](day)]])
    assert verdict is not None
    assert verdict.code == "out-of-bounds"


def test_the_last_second_and_the_largest_file_are_admitted() -> None:
    day = machines(Day())
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    values = [list(VOTES), [0, 0], [], [], [], [], []]
    last = day.say_plain(t.TallySheet.TYPE, values, "machine/1", "n1.01/presidente", at=TIME_LIMIT - 1)
    assert admission.judge([day.log[last], day.log[report(day, MAX_ATTACHMENT)]]) == [None, None]


@pytest.mark.parametrize("case", [*CASES, "a type that nobody knows"])
def test_in_a_log_it_has_no_effect_and_is_a_finding(case: str) -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", VOTES)
    before = day.state()
    at = CASES.get(case, unknown_type)(day)
    state = day.state()
    assert [finding.entries for finding in found(state, "out-of-bounds")] == [(at,)]
    assert state.unknown_types == ()
    assert (state.controls, len(state.keys)) == (before.controls, len(before.keys))
    assert state.roll.registered.tolist() == before.roll.registered.tolist()
    assert counts_at(state, "n1.01") == counts_at(before, "n1.01")
    assert [f.code for f in state.findings if f.code != "out-of-bounds"] == [f.code for f in before.findings]


@pytest.mark.parametrize("case", CASES)
def test_no_check_of_the_log_fails_for_it(case: str, tmp_path: Path) -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", VOTES)
    at = CASES[case](day)
    CASES[case](day)
    verified = verify_publication(tmp_path, trust=publish(tmp_path, day))
    assert verified.outcome is Outcome.HOLDS
    note = str(verified.answer(Check.RECORDS).note)
    assert f"the first of them is entry {at}." in note


def test_a_definition_beyond_a_bound_defines_no_election() -> None:
    day = Day()
    values = decode_payload(split(day.log[0]).payload)
    day.election, values[15] = b"", [["voting", BIG]]
    day.log = [day.log[day.say_plain(t.Definition.TYPE, values[4:], ROOT, "election")]]
    with pytest.raises(DefinitionError, match="beyond the year 9999"):
        fold([day.log], day.attachments.get)
    (verdict,) = Admission(day.attachments.get).judge(day.log)
    assert verdict is not None
    assert "beyond the year 9999" in str(verdict.why)


def test_a_charter_beyond_a_bound_is_none() -> None:
    day = Day(charter=False)
    values: list[object] = ["log.example/isla", 0, [["es", "Isla"]], key(ROOT).public_key, []]
    at = day.say_plain(t.Charter.TYPE, values, ROOT, "election", at=BIG)
    assert at == 1
    state = day.state()
    assert state.charter is None
    assert [finding.entries for finding in found(state, "out-of-bounds")] == [(1,)]
    admission = Admission(day.attachments.get)
    admission.follow(day.log[:1])
    (verdict,) = admission.judge([day.log[1]])
    assert verdict is not None
    assert verdict.code == "out-of-bounds"
