"""One test per finding: an honest log has none, and one change brings that one."""

import ast
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

import escrutinio.election
from escrutinio.election.findings import KEEPS, MOST_ENTRIES, RULES, Finding, Findings
from escrutinio.election.state import ElectionState
from escrutinio.log.merkle import leaf_hash, tree_root
from escrutinio.records import parts as p
from escrutinio.records import types as t
from escrutinio.records.codes import (
    Basis,
    Category,
    Channel,
    Decision,
    EventKind,
    LogRole,
    Role,
    StationChangeKind,
    Step,
)
from tests.election.build import DAY, ORIGIN, ROOT, SOFTWARE, Day, attachment, codes

VOTES = (5, 4, 3, 2)
BY_CANDIDATE = (8, 4, 2)


def honest() -> Day:
    """A day on which a machine was programmed, installed, started empty and made its sheet."""
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.enrol("receiver/1", Role.RECEIVER)
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    day.enrol("observer/cano", Role.OBSERVER)
    life(day, Step.PROGRAMMED, software=SOFTWARE)
    life(day, Step.INSTALLED)
    day.zero("machine/1", "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    return day


def life(day: Day, step: Step, station: str | None = "n1.01", software: bytes | None = None) -> int:
    body = t.Lifecycle(step, (p.MachineAt("machine/1", station),), software, None)
    return day.say(body, "authority/1", "lot-1")


def found(state: ElectionState, code: str) -> list[Finding]:
    return [finding for finding in state.findings if finding.code == code]


def head(day: Day, size: int | None = None) -> p.LogHead:
    size = len(day.log) if size is None else size
    return p.LogHead(ORIGIN, size, tree_root(list(map(leaf_hash, day.log[:size]))))


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
        day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n")
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
    day.say(t.Lifecycle(Step.SHIPPED, (), None, listing), "authority/1", "lot-2")
    assert codes(day.state()) == ["bad-record"]


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


@pytest.mark.parametrize(("original", "expected"), [(b"\1" * 32, []), (None, ["copy-unsigned"])])
def test_copy_unsigned(original: bytes | None, expected: list[str]) -> None:
    day = honest()
    day.copy("party/azul/1", "n1.01", VOTES, original=original)
    assert codes(day.state()) == expected


def test_unsigned_copies_are_one_finding() -> None:
    day = honest()
    for station in ("n1.01", "n1.02"):
        day.copy("party/azul/1", station, VOTES)
    (finding,) = found(day.state(), "copy-unsigned")
    assert finding.count == 2


def test_copy_differs() -> None:
    day = honest()
    copy = day.copy("party/azul/1", "n1.01", (5, 4, 2, 3), original=b"\1" * 32)
    (finding,) = day.state().findings
    assert (finding.code, finding.entries[0], finding.station) == ("copy-differs", copy, "n1.01")


def test_official_missing() -> None:
    day = honest()
    day.copy("party/azul/1", "n1.02", VOTES, original=b"\1" * 32)
    (finding,) = day.state().findings
    assert (finding.code, finding.count) == ("official-missing", 1)


@pytest.mark.parametrize(("counts", "expected"), [(VOTES, []), ((5, 4, 3, 1), ["hand-count-differs"])])
def test_hand_count_differs(counts: tuple[int, ...], expected: list[str]) -> None:
    day = honest()
    day.hand_count("board/n1.01", "n1.01", counts)
    assert codes(day.state()) == expected


def bulletin(day: Day, **change: object) -> int:
    stated: dict[str, object] = {
        "number": 1, "basis": Basis.REPORTED, "head": head(day), "counts": BY_CANDIDATE,
        "null": 0, "blank": 0, "stations": 1, **change,
    }  # fmt: skip
    return day.say(t.Bulletin(**stated), "authority/1", "presidente")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda day: {}, None),
        (lambda day: {"counts": (8, 4, 3)}, "counts"),
        (lambda day: {"counts": (8, 4)}, "counts"),
        (lambda day: {"null": 1}, "null"),
        (lambda day: {"blank": 1}, "blank"),
        (lambda day: {"stations": 2}, "stations"),
        (lambda day: {"head": p.LogHead(ORIGIN, len(day.log), b"\0" * 32)}, "root"),
        (lambda day: {"head": p.LogHead("other", len(day.log), b"\0" * 32)}, "origin"),
        (lambda day: {"head": p.LogHead(ORIGIN, len(day.log) + 1, b"\0" * 32)}, "size"),
        (lambda day: {"head": head(day, len(day.log) - 1)}, "counts, stations"),
        (lambda day: {"basis": Basis.RULED}, None),
    ],
)
def test_bulletin_mismatch(change: Callable[[Day], dict[str, object]], differs: str | None) -> None:
    day = honest()
    bulletin(day, **change(day))
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    state = day.state()
    assert [dict(finding.values)["differs"] for finding in state.findings] == ([differs] if differs else [])


def test_a_bulletin_is_held_against_the_log_at_its_size() -> None:
    day = honest()
    bulletin(day)
    day.sheet("machine/1", "n1.01", (9, 4, 3, 2))
    state = day.state()
    assert codes(state) == ["conflict"]
    bulletin(day, number=2)
    assert codes(day.state()) == ["conflict", "bulletin-mismatch"]


def test_a_bulletin_of_an_area() -> None:
    day = honest()
    body = t.Bulletin(1, Basis.REPORTED, head(day), (0, 0, 0), 0, 0, 0)
    day.say(body, "authority/1", "presidente/sur")
    day.say(body, "authority/1", "presidente/este")
    assert [finding.area for finding in day.state().findings] == ["este"]


@pytest.mark.parametrize(
    ("elected", "counts", "differs"),
    [
        (("ana",), BY_CANDIDATE, None),
        (("ana",), (9, 4, 2), "counts"),
        (("blas",), BY_CANDIDATE, "elected"),
        (("nadie",), BY_CANDIDATE, "elected"),
    ],
)
def test_proclamation_mismatch(
    elected: tuple[str, ...], counts: tuple[int, ...], differs: str | None
) -> None:
    day = honest()
    day.say(t.Proclamation(elected, head(day), counts), "authority/1", "presidente")
    values = [dict(finding.values)["differs"] for finding in day.state().findings]
    assert values == ([differs] if differs else [])


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
    assert codes(state) == ["observer-out-of-scope"]
    assert (state.counted["presidente", "copies:observer/cano"] >= 0).any()


@pytest.mark.parametrize(("answered", "expected"), [(True, []), (False, ["complaint-unanswered"])])
def test_complaint_unanswered(answered: bool, expected: list[str]) -> None:
    day = honest()
    body = t.Complaint(Category.COUNT, DAY, b"\1" * 32)
    complaint = sha256(day.log[day.say(body, "party/azul/1", "station/n1.01")]).digest()
    about = complaint if answered else None
    day.say(t.Ruling(about, Decision.DISMISS, None, "art. 1", None), "authority/1", "n1.01/presidente")
    assert codes(day.state()) == expected


def test_a_seed_before_its_commitment_is_out_of_order() -> None:
    day = honest()
    day.say(t.AuditSeed(b"\1" * 32, "314159"), "authority/1", "presidente")
    day.say(t.AuditSample(b"\2" * 32, 1, ("n1.01",)), "authority/1", "presidente")
    assert codes(day.state()) == ["out-of-order", "out-of-order"]


# --- the table of findings ---


def test_every_code_has_a_label_and_a_sentence_in_both_languages() -> None:
    for code, rule in RULES.items():
        for language in ("en", "es"):
            assert rule.label[language], code
            assert rule.sentence[language].endswith("."), code


def test_the_findings_that_keep_a_sheet_from_counting_are_those_of_the_design() -> None:
    assert {
        "bad-signature", "unknown-key", "key-out-of-scope", "station-unknown", "contest-unknown",
        "wrong-option-count", "sum-mismatch", "more-votes-than-registered", "conflict",
    } == KEEPS  # fmt: skip


def test_every_code_of_the_table_is_noted_somewhere() -> None:
    """Every code stands as a literal in a rule, so none of the table is dead."""
    room = Path(str(escrutinio.election.__file__)).parent
    said: set[object] = set()
    for path in room.glob("*.py"):
        if path.name != "finding_table.py":
            said |= {
                node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
            }
    assert set(RULES) <= said


def test_sentences_name_what_they_speak_of() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    bulletin(day, null=3)
    for finding in day.state().findings:
        for language in ("en", "es"):
            sentence = finding.sentence(language)
            assert "{" not in sentence
            assert "presidente" in sentence
    assert "null votes" in found(day.state(), "bulletin-mismatch")[0].sentence("en")
    assert "votos nulos" in found(day.state(), "bulletin-mismatch")[0].sentence("es")


def test_thousands_of_equal_findings_stay_few() -> None:
    notes = Findings()
    for entry in range(MOST_ENTRIES + 500):
        notes.add("duplicate", [entry], contest="presidente", first=0)
    notes.skip("duplicate", "presidente", 7, range(9_000, 9_007))
    findings = notes.sorted()
    assert len(findings) == MOST_ENTRIES + 1
    rest = next(finding for finding in findings if finding.count > 1)
    assert rest.count == 507
    assert "507" in rest.sentence("es")


def test_an_importers_log_says_that_its_copies_have_no_original_and_no_official_sheet() -> None:
    day = Day(role=LogRole.PARTY)
    day.copy("party/azul/1", "n1.01", VOTES)
    assert codes(day.state()) == ["copy-unsigned", "official-missing"]
