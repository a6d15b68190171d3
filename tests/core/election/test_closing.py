"""What closes enrolment and freezes the roll: a record of the officers, at its index, and nothing else."""

from __future__ import annotations

import pytest

from escrutinio.core.election.findings.calendar import calendar_findings
from escrutinio.core.election.state import Standing
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Closes, LogRole, Role, StationChangeKind
from tests.core.election.build import (
    CLOSES,
    DAY,
    VOTES,
    Day,
    check_words,
    codes,
    counts_at,
    found,
    machines,
)

FROZEN = p.Deadline("roll_frozen", DAY - 50)
OTHER = b"station,center,area,registered\nn1.01,n1,norte,7\n"


def test_one_stolen_machine_key_settles_nothing_early() -> None:
    """A zero report and a sheet, before the others are enrolled: no key is late and no roll is frozen."""
    day = Day(calendar=(CLOSES, FROZEN))
    day.enrol("machine/9", Role.MACHINE, "n2.01", at=CLOSES.at - 9)
    day.zero("machine/9", "n2.01")
    day.zero("machine/9", "no-such-station")
    day.sheet("machine/9", "n2.01", VOTES)
    day.roll(OTHER, replaces=day.rolled)
    day.enrol("machine/1", Role.MACHINE, "n1.01", at=CLOSES.at - 9)
    day.close(Closes.ROLL)
    day.close(Closes.ENROLMENT)
    sheet = day.sheet("machine/1", "n1.01", (1, 1, 1, 1))
    state = day.state()
    assert state.roll.registered.tolist() == [7]
    assert counts_at(state, "n1.01") == sheet
    assert not any(held.late for held in state.keys)
    assert "reported-late" not in [basis.code for basis in state.bases]


def test_the_first_effective_closing_counts() -> None:
    day = Day(officers=2, stations=None)
    for by in ("authority/1", "authority/2"):
        day.roll(OTHER, by)
    waiting = day.close(Closes.ENROLMENT, "authority/1")
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    first = day.close(Closes.ENROLMENT, "authority/2")
    day.enrol("machine/2", Role.MACHINE, "n1.01")
    for by in ("authority/1", "authority/2"):
        day.close(Closes.ENROLMENT, by, at=DAY + 60)
    state = day.state()
    assert state.closed[Closes.ENROLMENT].index == first
    assert [held.key.name for held in state.keys if held.late] == ["machine/2"]
    assert [c.standing for c in state.controls if c.index == waiting] == [Standing.CONSENT]


@pytest.mark.parametrize("by", ["party/azul/1", "machine/1", "importer/x"])
def test_nobody_else_closes_anything(by: str) -> None:
    day = Day(author=AuthorRole.IMPORTER)
    day.enrol("importer/x", Role.IMPORTER)
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    at = day.close(Closes.ENROLMENT, by)
    state = day.state()
    assert state.closed == {}
    assert [f.entries for f in found(state, "key-out-of-scope")] == [(at,)]


def test_the_last_roll_below_the_closing_is_in_force() -> None:
    day = Day()
    second = day.roll(OTHER, replaces=day.rolled)
    day.close(Closes.ROLL)
    late = day.roll(OTHER.replace(b",7", b",8"), replaces=second)
    state = day.state()
    assert state.roll.registered.tolist() == [7]
    assert [(f.code, f.entries) for f in state.findings] == [("roll-changed-late", (late,))]


def test_without_a_closing_the_last_roll_is_in_force_even_after_sheets() -> None:
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", (1, 1, 1, 1))
    late = day.roll(OTHER, replaces=day.rolled)
    state = day.state()
    assert state.roll.registered.tolist() == [7]
    assert counts_at(state, "n1.01") == sheet
    assert [(f.code, f.entries) for f in state.findings] == [("roll-changed-late", (late,))]


def test_without_a_roll_below_the_closing_the_first_readable_one_is_in_force() -> None:
    day = Day(stations=None)
    day.close(Closes.ROLL)
    unreadable = day.roll(OTHER.replace(b"\n", b"\r\n"))
    first = day.roll(OTHER, replaces=unreadable)
    day.roll(OTHER.replace(b",7", b",8"), replaces=first)
    assert day.state().roll.registered.tolist() == [7]


def test_a_change_of_a_station_above_the_closing_changes_nothing() -> None:
    day = Day()
    body = t.StationChange(StationChangeKind.CORRECTED, "n2", 14, None)
    below = day.say(body, "authority/1", "n1.01")
    day.close(Closes.ROLL)
    late = day.say(
        t.StationChange(StationChangeKind.CORRECTED, "n2", 15, None, day.digest(below)),
        "authority/1",
        "n1.01",
    )
    state = day.state()
    assert state.roll.registered[state.roll.index["n1.01"]] == 14
    assert [(f.code, f.entries) for f in state.findings] == [("roll-changed-late", (late,))]


def test_a_refused_sheet_is_no_first_sheet() -> None:
    day = machines(Day())
    day.sheet("machine/1", "s1.01", VOTES)
    day.sheet("machine/1", "n1.01", (5, 4))
    day.sheet("machine/1", "n1.01", VOTES, ballots=99)
    day.zero("machine/1", "n1.01")
    day.roll(OTHER.replace(b",7", b",100"), replaces=day.rolled)
    state = day.state()
    assert state.first_sheet is None
    assert "roll-changed-late" not in codes(state)


@pytest.mark.parametrize("closed", [(), (Closes.ENROLMENT,), (Closes.ROLL,), tuple(Closes)])
@pytest.mark.parametrize("late", [False, True])
def test_what_was_not_closed_before_the_first_sheet(closed: tuple[Closes, ...], late: bool) -> None:
    day = machines(Day(calendar=(CLOSES, p.Deadline("roll_frozen", DAY + 9))))
    if not late:
        for what in closed:
            day.close(what)
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    if late:
        for what in closed:
            day.close(what)
    state = day.state()
    missing = set(Closes) - (set() if late else set(closed))
    notes = [(f.entries, dict(f.values)["what"]) for f in found(state, "not-closed")]
    assert notes == [((sheet,), what.name.lower()) for what in Closes if what in missing]


def test_what_the_calendar_does_not_name_is_not_missed() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", VOTES)
    assert codes(day.state()) == []


def test_a_day_that_passed_without_its_record() -> None:
    day = Day(calendar=(CLOSES, FROZEN))
    assert calendar_findings(day.state(), CLOSES.at) == ()
    (one,) = calendar_findings(day.state(), CLOSES.at + 1)
    assert (one.code, one.values) == ("no-record-in-time", (("what", "enrolment"),))
    both = calendar_findings(day.state(), FROZEN.at + 1)
    assert len(both) == 2
    for finding in both:
        check_words(finding)
    day.close(Closes.ROLL)
    assert [dict(f.values)["what"] for f in calendar_findings(day.state(), DAY)] == ["enrolment"]


def test_the_calendar_asks_nothing_of_a_log_that_is_not_the_authoritys() -> None:
    day = Day(calendar=(CLOSES, FROZEN), role=LogRole.PARTY)
    assert calendar_findings(day.state(), DAY) == ()
