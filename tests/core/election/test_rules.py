"""One test per finding: an honest log has none, and one change brings that one."""

from hashlib import sha256

import pytest

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    Category,
    Channel,
    Decision,
    EventKind,
    Role,
    StationChangeKind,
    Step,
)
from tests.core.election.build import DAY, ROOT, VOTES, Day, attachment, codes, honest, life


def test_an_honest_day_has_no_findings() -> None:
    assert codes(honest().state()) == []


# --- what keeps a sheet from counting ---


def flip(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def test_bad_signature() -> None:
    day = honest()
    day.log[-1] = flip(day.log[-1], len(day.log[-1]) - 40)
    assert codes(day.state()) == ["bad-signature"]


def test_bad_signature_of_a_control() -> None:
    day = honest()
    index = life(day, Step.RETURNED)
    day.log[index] = flip(day.log[index], len(day.log[index]) - 40)
    assert codes(day.state()) == ["bad-signature"]


def test_bad_record() -> None:
    day = honest()
    day.log.append(day.log[-1] + b"\0")
    assert codes(day.state()) == ["bad-record"]


def test_unknown_key() -> None:
    day = honest()
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["unknown-key"]


def test_key_out_of_scope() -> None:
    day = honest()
    day.sheet("machine/1", "n1.02", VOTES)
    assert codes(day.state()) == ["key-out-of-scope"]


def test_station_unknown() -> None:
    day = honest()
    day.enrol("machine/2", Role.MACHINE)
    day.sheet("machine/2", "n9.01", VOTES)
    (finding,) = day.state().findings
    assert (finding.code, finding.station) == ("station-unknown", "n9.01")


def test_contest_unknown() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", VOTES, contest="alcalde")
    (finding,) = day.state().findings
    assert (finding.code, finding.contest) == ("contest-unknown", "alcalde")


def spare() -> Day:
    """An honest day, and one machine more for station n1.02."""
    day = honest()
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    life(day, Step.INSTALLED)
    body = t.Lifecycle(Step.INSTALLED, (p.MachineAt("machine/2", "n1.02"),), None, None)
    day.say(body, "authority/1", "lot-2")
    day.zero("machine/2", "n1.02")
    return day


def test_wrong_option_count() -> None:
    day = spare()
    day.sheet("machine/2", "n1.02", (*VOTES, 0))
    state = day.state()
    assert codes(state) == ["wrong-option-count"]
    assert state.pending["presidente", "reported"] == {state.roll.index["n1.02"]: "wrong-option-count"}


@pytest.mark.parametrize(("ballots", "expected"), [(16, []), (15, ["sum-mismatch"]), (None, [])])
def test_sum_mismatch(ballots: int | None, expected: list[str]) -> None:
    day = spare()
    day.sheet("machine/2", "n1.02", VOTES, 1, 1, ballots=ballots)
    assert codes(day.state()) == expected


@pytest.mark.parametrize(("null", "expected"), [(86, []), (87, ["more-votes-than-registered"])])
def test_more_votes_than_registered(null: int, expected: list[str]) -> None:
    day = spare()
    day.sheet("machine/2", "n1.02", VOTES, null)
    assert codes(day.state()) == expected


def test_more_votes_than_a_copy_itself_states_where_the_roll_knows_nothing() -> None:
    day = Day()
    day.copy("party/azul/1", "n2.01", VOTES, registered=13)
    assert "more-votes-than-registered" in codes(day.state())


def test_conflict() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    assert codes(day.state()) == ["conflict"]


# --- findings that change nothing ---


def test_duplicate() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", VOTES)
    assert codes(day.state()) == ["duplicate"]


@pytest.mark.parametrize(("voters", "expected"), [(100, []), (101, ["more-voters-than-registered"])])
def test_more_voters_than_registered(voters: int, expected: list[str]) -> None:
    day = honest()
    day.enrol("board/n1.02", Role.BOARD, "n1.02")
    day.open_for_board("n1.02")
    day.manual("board/n1.02", "n1.02", VOTES, voters)
    assert codes(day.state()) == expected


def test_roll_changed_late() -> None:
    day = honest()
    day.say(t.StationChange(StationChangeKind.RELOCATED, "n2", None, None), "authority/1", "n1.02")
    assert codes(day.state()) == ["roll-changed-late"]


@pytest.mark.parametrize("second", [False, True])
def test_a_second_roll_after_the_calendars_freeze(second: bool) -> None:
    day = Day(calendar=(p.Deadline("roll_frozen", DAY - 9),))
    if second:
        day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n", replaces=day.rolled)
    assert codes(day.state()) == ["roll-changed-late"] * second


def test_no_zero_report() -> None:
    day = spare()
    day.log.pop()
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["no-zero-report"]


def test_a_zero_report_that_is_not_zero() -> None:
    day = spare()
    day.log.pop()
    day.zero("machine/2", "n1.02", (0, 0, 1, 0))
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["no-zero-report"]


def test_a_zero_report_after_the_sheet_is_out_of_order() -> None:
    day = spare()
    day.log.pop()
    sheet = day.sheet("machine/2", "n1.02", VOTES)
    zero = day.zero("machine/2", "n1.02")
    (finding,) = day.state().findings
    assert (finding.code, finding.entries) == ("out-of-order", (sheet, zero))


def test_zero_reports_are_not_asked_of_an_election_without_any() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    assert codes(day.state()) == []


def test_not_installed() -> None:
    day = honest()
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    day.zero("machine/2", "n1.02")
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["not-installed"]


@pytest.mark.parametrize("step", [Step.REPLACED, Step.RETURNED])
def test_a_machine_taken_away_is_not_installed(step: Step) -> None:
    day = spare()
    body = t.Lifecycle(step, (p.MachineAt("machine/2", None),), None, None)
    day.say(body, "authority/1", "lot-2")
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["not-installed"]


def test_installed_at_another_station() -> None:
    day = spare()
    body = t.Lifecycle(Step.INSTALLED, (p.MachineAt("machine/2", "n2.01"),), None, None)
    day.say(body, "authority/1", "lot-2")
    day.sheet("machine/2", "n1.02", VOTES)
    assert codes(day.state()) == ["not-installed"]


def test_machines_listed_in_an_attachment() -> None:
    day = honest()
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    listing = day.attach(b"machine,station\nmachine/2,n1.02\nmachine/3,\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-2")
    day.zero("machine/2", "n1.02")
    day.sheet("machine/2", "n1.02", VOTES)
    state = day.state()
    assert codes(state) == []
    rows = state.machine_history(state.roll.index["n1.02"])
    assert [state.machines.machines[m] for m in state.machines.machine[rows]] == ["machine/2"]


def test_a_machine_list_that_cannot_be_read() -> None:
    day = honest()
    listing = day.attach(b"machine,station\nmachine 2,n1.02\n")
    at = day.say(t.Lifecycle(Step.SHIPPED, (), None, listing), "authority/1", "lot-2")
    assert [(f.code, f.entries) for f in day.state().findings] == [("listing-unreadable", (at,))]


def test_software_mismatch() -> None:
    day = honest()
    zero = day.zero("machine/1", "n1.01", software=sha256(b"other").digest())
    (finding,) = day.state().findings
    assert (finding.code, finding.entries[0]) == ("software-mismatch", zero)


def test_software_programmed_later_is_not_asked() -> None:
    day = honest()
    life(day, Step.RETURNED)
    life(day, Step.PROGRAMMED, software=sha256(b"other").digest())
    assert codes(day.state()) == []


@pytest.mark.parametrize(("intact", "expected"), [(1, []), (0, ["seal-broken"])])
def test_seal_broken(intact: int, expected: list[str]) -> None:
    day = honest()
    day.say(t.SealCheck("A-17", intact), "board/n1.01", "n1.01")
    assert codes(day.state()) == expected


def test_a_life_that_goes_back_is_out_of_order() -> None:
    day = honest()
    life(day, Step.SEALED)
    assert codes(day.state()) == ["out-of-order"]


def event(day: Day, kind: EventKind, at: int) -> int:
    return day.say(t.MachineEvent(kind, at, 0), "machine/1", "n1.01")


@pytest.mark.parametrize(("sent", "expected"), [(11, []), (9, ["stated-transmission-before-print"])])
def test_stated_transmission_before_print(sent: int, expected: list[str]) -> None:
    day = honest()
    event(day, EventKind.TRANSMITTED, DAY + sent)
    event(day, EventKind.PRINTED, DAY + 10)
    assert codes(day.state()) == expected


@pytest.mark.parametrize(("again", "expected"), [(True, []), (False, ["gap-in-transmission"])])
def test_gap_in_transmission_of_a_station(again: bool, expected: list[str]) -> None:
    day = honest()
    event(day, EventKind.TRANSMISSION_FAILED, DAY)
    if again:
        event(day, EventKind.TRANSMITTED, DAY + 60)
    assert codes(day.state()) == expected


@pytest.mark.parametrize(("pause", "expected"), [(3_600, []), (3_601, ["gap-in-transmission"])])
def test_gap_in_transmission_of_the_receiver(pause: int, expected: list[str]) -> None:
    day = honest()
    for at in (DAY, DAY + pause):
        body = t.Arrival(2, (p.Arrived(Channel.NETWORK, 1),), ())
        day.say(body, "receiver/1", "election", at=at)
    assert codes(day.state()) == expected


@pytest.mark.parametrize(("second", "expected"), [(b"one", []), (b"two", ["policy-changed"])])
def test_policy_changed(second: bytes, expected: list[str]) -> None:
    day = honest()
    for content in (b"one", second):
        day.say(t.WitnessPolicy(attachment(content, "text/plain")), ROOT, "election")
    assert codes(day.state()) == expected


@pytest.mark.parametrize(
    ("place", "at", "expected"),
    [
        ("station/n1.01", DAY, []),
        ("election", DAY, []),
        ("station/s1.01", DAY, ["observer-out-of-scope"]),
        ("area/isla", DAY, ["observer-out-of-scope"]),
        ("station/n1.01", DAY + 100, ["observer-out-of-scope"]),
    ],
)
def test_observer_out_of_scope(place: str, at: int, expected: list[str]) -> None:
    day = honest()
    granted = t.Accreditation((p.Title("es", "Cano"),), ("norte",), (), DAY - 99, DAY + 99)
    day.say(granted, "authority/1", "observer/cano")
    body = t.IncidentReport(Category.ACCESS, DAY, ())
    day.say(body, "observer/cano", place, at=at)
    assert codes(day.state()) == expected


def test_an_observers_copy_outside_its_accreditation_counts_all_the_same() -> None:
    day = honest()
    granted = t.Accreditation((p.Title("es", "Cano"),), ("sur",), (), DAY - 99, DAY + 99)
    day.say(granted, "authority/1", "observer/cano")
    day.copy("observer/cano", "n1.01", VOTES, original=b"\1" * 32)
    state = day.state()
    assert codes(state) == ["copy-original-absent", "observer-out-of-scope"]
    assert (state.counted["presidente", "copies:observer/cano"] >= 0).any()


@pytest.mark.parametrize(("answered", "expected"), [(True, []), (False, ["complaint-unanswered"])])
def test_complaint_unanswered(answered: bool, expected: list[str]) -> None:
    day = honest()
    filed = t.Complaint(Category.COUNT, DAY, b"\1" * 32)
    complaint = sha256(day.log[day.say(filed, "party/azul/1", "station/n1.01")]).digest()
    about = complaint if answered else None
    day.say(
        t.Ruling(about, Decision.DISMISS, None, None, "art. 1", None),
        "authority/1",
        "station/n1.01/presidente",
    )
    assert codes(day.state()) == expected


def test_a_seed_before_its_commitment_is_out_of_order() -> None:
    day = honest()
    day.say(t.AuditSeed(b"\1" * 32, "314159"), "authority/1", "presidente")
    day.say(t.AuditSample(b"\2" * 32, 1, (p.Box("n1.01"),)), "authority/1", "presidente")
    assert codes(day.state()) == ["out-of-order", "out-of-order"]
