"""From when on results may be public: the calendar, by area, and what the officers extend."""

from __future__ import annotations

import pytest

from escrutinio.base.errors import DefinitionError, InputError
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.embargo import (
    BEARING,
    check_extension,
    check_moments,
    early_records,
    embargo_of,
    latest_moment,
    moments_of,
    public_moments,
)
from escrutinio.core.election.findings.calendar import calendar_findings
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole, Retracted, Role, SheetFact
from escrutinio.core.records.parts import Deadline
from escrutinio.core.records.subjects import Subject, read_subject
from tests.core.election.build import DAY, VOTES, Day, check_words, codes, machines

FROM, SOUTH, LATEST = (
    Deadline("results_public_from", DAY + 100),
    Deadline("results_public_from.sur", DAY + 300),
    Deadline("results_public_latest", DAY + 1_000),
)
CALENDAR = (FROM, SOUTH, LATEST)


def moments(day: Day) -> list[int]:
    """The moments of isla, norte and sur, as seconds after `DAY`."""
    return [int(each) - DAY if each else 0 for each in embargo_of(day.state()).moments]


def extend(day: Day, until: int, place: str = "election", by: str = "authority/1") -> int:
    return day.say(t.Extension(DAY + until, "art. 9: polls closed late"), by, place)


@pytest.mark.parametrize(
    ("calendar", "place", "until", "code"),
    [
        (CALENDAR, "election", 400, ""),
        (CALENDAR, "area/norte", 1_000, ""),
        (CALENDAR, "area/sur", 1_001, "extension-beyond"),
        (CALENDAR, "area/sur", 300, "extension-not-later"),
        (CALENDAR, "area/norte", 100, "extension-not-later"),
        (CALENDAR, "election", 200, ""),  # moves norte alone
        (CALENDAR, "station/n1.01", 400, "extension-no-wait"),
        ((SOUTH, LATEST), "area/norte", 400, "extension-no-wait"),
        ((FROM, SOUTH), "election", 400, "extension-no-latest"),
        ((), "election", 400, "extension-no-wait"),
    ],
)
def test_what_would_move_nothing_is_refused_before_it_is_signed(
    calendar: tuple[Deadline, ...], place: str, until: int, code: str
) -> None:
    """And has no effect where it is signed all the same."""
    day = Day(calendar=calendar)
    about = read_subject(t.Extension.SUBJECT, place)
    if not code:
        check_extension(day.state(), about, DAY + until)
    else:
        with pytest.raises(InputError) as refused:
            check_extension(day.state(), about, DAY + until)
        assert refused.value.code == code
    before = moments(day)
    extend(day, until, place)
    assert (moments(day) == before) is bool(code)
    if not code:
        with pytest.raises(InputError):  # a second time
            check_extension(day.state(), about, DAY + until)


def test_an_area_has_its_own_moment_else_that_of_the_area_around_it() -> None:
    day = Day(calendar=CALENDAR)
    assert moments(day) == [100, 100, 300]
    held = embargo_of(day.state())
    contests = [("presidente", "isla"), ("consejo", "norte")]
    rolls = (day.state().roll,)

    def of(about: Subject) -> int:
        return held.of(about, contests, rolls) - DAY

    assert of(Subject(station="n1.01", contest="presidente")) == 100
    assert of(Subject(station="s1.01", contest="presidente")) == 300
    assert of(Subject(station="no-such-station")) == 300
    assert of(Subject(contest="consejo")) == 100
    assert of(Subject(contest="presidente")) == 300  # totals of the country wait for its last area
    assert of(Subject(contest="presidente", area="norte")) == 100
    assert of(Subject(contest="presidente", area="no-such-area")) == 300


def test_no_moment_in_the_calendar_is_no_wait() -> None:
    day = Day(calendar=(LATEST,))
    extension = extend(day, 500)
    assert moments(day) == [0, 0, 0]
    assert codes(day.state()) == ["extension-without-effect"]
    assert embargo_of(day.state()).beyond == (extension,)


@pytest.mark.parametrize(
    ("place", "until", "expected"),
    [
        ("election", 500, [500, 500, 500]),
        ("area/sur", 500, [100, 100, 500]),
        ("area/norte", 200, [100, 200, 300]),
        ("election", 200, [200, 200, 300]),  # what is later stays so
        ("election", 1_000, [1_000] * 3),
        ("election", 1_001, [100, 100, 300]),  # beyond what the definition allows
        ("election", 50, [100, 100, 300]),  # none is made shorter
        ("area/no-such-area", 500, [100, 100, 300]),
        ("station/n1.01", 500, [100, 100, 300]),
    ],
)
def test_an_extension_moves_to_later_within_the_maximum(place: str, until: int, expected: list[int]) -> None:
    day = Day(calendar=CALENDAR)
    extend(day, until, place)
    assert moments(day) == expected
    idle = expected == [100, 100, 300]
    assert codes(day.state()) == (["extension-without-effect"] if idle else [])


def test_without_a_maximum_nothing_is_extended() -> None:
    day = Day(calendar=(FROM, SOUTH))
    extend(day, 500)
    assert moments(day) == [100, 100, 300]


def test_it_takes_as_many_officers_as_the_definition_says() -> None:
    day = Day(calendar=CALENDAR, officers=2)
    extend(day, 500)
    assert moments(day) == [100, 100, 300]
    extend(day, 500, by="authority/2")
    assert moments(day) == [500, 500, 500]


def test_nobody_else_extends() -> None:
    day = Day(calendar=CALENDAR)
    extend(day, 500, by="party/azul/1")
    assert moments(day) == [100, 100, 300]
    assert codes(day.state()) == ["key-out-of-scope"]


def test_admission_says_when_each_record_may_enter_as_the_fold_does() -> None:
    day = machines(Day(calendar=CALENDAR))
    day.enrol_all([("machine/s", Role.MACHINE, ("s1.01",))])
    before = len(day.log)
    day.zero("machine/1", "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    day.sheet("machine/s", "s1.01", VOTES)
    coming = day.log[before:]
    del day.log[before:]
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    assert admission.judge(coming) == [None] * 3
    assert admission.later(coming) == [0, DAY + 100, DAY + 300]
    size = len(day.log)
    extend(day, 500, "area/norte")
    admission.follow(day.log[size:])
    assert admission.later(coming) == [0, DAY + 500, DAY + 300]
    assert admission.later([b"", b"\xd2\x84", coming[1][:40]]) == [0, 0, 0]


def test_an_extension_holds_for_what_comes_together_with_it() -> None:
    day = machines(Day(calendar=CALENDAR, officers=2))
    size = len(day.log)
    day.sheet("machine/1", "n1.01", VOTES)
    for officer in ("authority/1", "authority/2"):
        day.say(t.Extension(DAY + 500, "art. 9: polls closed late"), officer, "area/norte")
    day.sheet("machine/3", "n1.01", VOTES)
    coming = day.log[size:]
    del day.log[size:]
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    last = DAY + 300  # no roll has two officers' signatures yet, so that nobody knows where the station is
    assert admission.later(coming) == [last, 0, 0, DAY + 500]
    assert admission.later([coming[0], coming[1], coming[3]]) == [last, 0, last]  # one is not enough
    assert admission.later(coming[:1]) == [last]  # nothing of it was taken


def test_what_was_in_the_log_before_an_extension_is_not_early_by_it() -> None:
    """Results of the north were public as the calendar says, and then it is put off: what came before stays,
    and what comes after it is early."""
    day = machines(Day(calendar=CALENDAR))
    day.sheet("machine/1", "n1.01", VOTES)
    extend(day, 500)
    assert calendar_findings(day.state(), DAY + 100) == ()
    [finding] = calendar_findings(day.state(), DAY + 99)
    assert finding.count == 1
    after = day.sheet("machine/3", "n1.01", VOTES)
    [finding] = calendar_findings(day.state(), DAY + 499)
    assert (finding.entries, finding.count) == ((after,), 1)
    assert calendar_findings(day.state(), DAY + 500) == ()


def test_records_and_places_are_asked_about_in_one_way() -> None:
    day = machines(Day(calendar=CALENDAR))
    size = len(day.log)
    day.zero("machine/1", "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    day.say(t.SheetStatus(SheetFact.ILLEGIBLE, None, None), "party/azul/1", "s1.01/presidente")
    day.say(t.Retraction(bytes(32), Retracted.MISREAD), "party/azul/1", "election")
    extend(day, 500, "area/norte")
    state = day.state()
    moments = [DAY + 500, DAY + 300, DAY + 500]
    assert moments_of(state, [*day.log[size:], b"no record"]) == [0, *moments, 0, 0]
    about = public_moments(state)
    assert about(Subject(contest="presidente")) == about(Subject(station="n1.01")) == DAY + 500
    assert about(Subject(station="s1.01")) == about(Subject(area="sur")) == DAY + 300
    assert latest_moment(state.definition.body) == DAY + 1_000
    free = Day(calendar=(LATEST,)).state()
    assert (latest_moment(free.definition.body), public_moments(free)(Subject())) == (0, 0)


def test_results_that_were_cosigned_before_their_moment_are_a_finding() -> None:
    day = machines(Day(calendar=CALENDAR))
    first = day.sheet("machine/1", "n1.01", VOTES)
    day.sheet("machine/3", "n1.01", VOTES)
    state = day.state()
    [finding] = calendar_findings(state, DAY + 99)
    check_words(finding)
    assert (finding.code, finding.entries, finding.count) == ("results-early", (first,), 2)
    assert calendar_findings(state, DAY + 100) == ()


def test_zero_reports_and_incidents_go_on() -> None:
    day = machines(Day(calendar=CALENDAR))
    day.zero("machine/1", "n1.01")
    day.open_for_board("n1.01")
    assert calendar_findings(day.state(), DAY) == ()
    assert (
        not {t.ZeroReport, t.IncidentReport, t.Complaint, t.SealCheck, t.Custody, t.CountCommitment} & BEARING
    )


def test_a_log_of_a_party_is_not_judged_by_the_authoritys_calendar() -> None:
    day = machines(Day(calendar=CALENDAR, role=LogRole.PARTY))
    copy = day.copy("party/azul/1", "n1.01", VOTES)
    assert calendar_findings(day.state(), DAY) == ()
    assert early_records(day.state(), DAY) == [copy]  # which whoever publishes it is told
    assert early_records(day.state(), DAY + 100) == []


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        ((FROM, Deadline("results_public_from.nowhere", DAY)), "calendar-area"),
        ((FROM, Deadline("results_public_latest", DAY)), "calendar-latest"),
        ((SOUTH, Deadline("results_public_latest", DAY + 299)), "calendar-latest"),
        (CALENDAR, ""),
        ((), ""),
    ],
)
def test_moments_that_can_have_no_effect_are_not_written(calendar: tuple[Deadline, ...], code: str) -> None:
    state = Day(calendar=calendar).state()
    if not code:
        check_moments(state.definition.body, state.areas)
        return
    with pytest.raises(DefinitionError) as refused:
        check_moments(state.definition.body, state.areas)
    assert refused.value.code == code
