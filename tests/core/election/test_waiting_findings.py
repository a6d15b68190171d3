"""Records with results beside their moments: which came before it, and whether as many came as waited."""

from __future__ import annotations

import pytest

from escrutinio.core.election.findings.calendar import calendar_findings
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Channel, LogRole, Role
from escrutinio.core.records.parts import Arrived, Deadline
from tests.core.election.build import DAY, VOTES, Day, check_words, codes, found, machines, tally

FROM, LATEST = DAY + 1_000, DAY + 5_000
BY = FROM + 600
CALENDAR = (Deadline("results_public_from", FROM), Deadline("results_public_latest", LATEST))


def receiving(role: LogRole = LogRole.OFFICIAL) -> Day:
    day = machines(Day(calendar=CALENDAR, role=role))
    day.enrol("receiver/1", Role.RECEIVER)
    return day


def waits(day: Day, count: int, at: int = 600, refused: int = 0, by: int = BY) -> int:
    return day.say(t.WaitingSet(count, bytes(32), by, refused), "receiver/1", "election", at=DAY + at)


def arrive(day: Day, first: int, *seconds: int, at: int) -> int:
    """An arrival record of the entries from `first` on, so many seconds each after it was issued."""
    arrived = tuple(Arrived(Channel.NETWORK, each) for each in seconds)
    return day.say(t.Arrival(first, arrived, ()), "receiver/1", "election", at=DAY + at)


def sheets(day: Day, count: int) -> int:
    """Sheets that say the same at different times; the index of the first."""
    return min([day.sheet("machine/1", "n1.01", VOTES) for _ in range(count)])


def fewer(day: Day, seconds: int = BY + 1) -> list[Finding]:
    codes = ("fewer-than-waited", "waited-came-later")
    noted = [each for each in calendar_findings(day.state(), seconds) if each.code in codes]
    for each in noted:
        check_words(each)
    return noted


def figures(day: Day) -> dict[str, str]:
    (finding,) = fewer(day)
    return {name: value for name, value in finding.values if name != "signer"}


def test_as_many_came_as_waited() -> None:
    day = receiving()
    waits(day, 2)
    first = sheets(day, 2)
    arrive(day, first, 30, 30, at=1_001)
    assert fewer(day) == []


def test_one_that_was_dropped_is_a_difference_whatever_came_later() -> None:
    day = receiving()
    said = waits(day, 3)
    first = sheets(day, 2)
    day.say(
        tally(VOTES), "machine/1", "n1.01/presidente", at=DAY + 700
    )  # signed after what waited was counted
    arrive(day, first, 30, 30, 500, at=1_300)
    assert figures(day) == {"waiting": "3", "refusals": "0", "came": "2", "again": "0"}
    (finding,) = fewer(day)
    assert (finding.code, finding.entries) == ("fewer-than-waited", (said,))
    assert fewer(day, BY) == []  # nobody says that its time has passed


@pytest.mark.parametrize(("count", "code"), [(3, "waited-came-later"), (4, "fewer-than-waited")])
def test_what_was_sent_again_after_a_loss_makes_up_for_no_more_than_it_is(count: int, code: str) -> None:
    day = receiving()
    waits(day, count)
    first = sheets(day, 3)
    arrive(day, first, 30, 1_200, 1_200, at=1_300)
    assert figures(day) == {"waiting": str(count), "refusals": "0", "came": "1", "again": "2"}
    assert [each.code for each in fewer(day)] == [code]


def test_what_no_arrival_record_tells_of_may_have_waited() -> None:
    day = receiving()
    waits(day, 2)
    arrive(day, sheets(day, 2), 30, 0, at=1_001)  # the second by a clock that was ahead
    sheets(day, 1)
    assert fewer(day) == []


def test_what_stood_in_the_log_before_is_none_of_them() -> None:
    day = receiving()
    sheets(day, 2)
    waits(day, 2)
    assert figures(day)["came"] == "0"


def test_what_the_receiver_says_was_refused_does_not_lack() -> None:
    day = receiving()
    waits(day, 3, refused=1)
    sheets(day, 2)
    waits(day, 0, at=1_200, refused=2, by=DAY + 1_200)
    assert fewer(day) == []


def test_a_count_that_is_less_than_before_hides_none() -> None:
    day = receiving()
    first = waits(day, 5)
    waits(day, 2, at=1_200)
    sheets(day, 2)
    (finding,) = fewer(day)
    assert (finding.entries, dict(finding.values)["waiting"]) == ((first,), "5")


def test_an_extension_moves_the_time_with_the_moment() -> None:
    day = receiving()
    waits(day, 1)
    day.say(t.Extension(LATEST, "art. 9: polls closed late"), "authority/1", "election")
    assert fewer(day) == []
    assert len(fewer(day, BY + LATEST - FROM + 1)) == 1


@pytest.mark.parametrize("role", [LogRole.PARTY, LogRole.OBSERVER])
def test_others_answer_for_what_they_publish(role: LogRole) -> None:
    day = receiving(role)
    first = sheets(day, 1)
    waits(day, 2)
    arrive(day, first, 30, at=500)
    assert calendar_findings(day.state(), BY + 1) == ()
    assert codes(day.state()) == []


def test_only_a_receiver_says_what_waits() -> None:
    day = receiving()
    day.say(t.WaitingSet(9, bytes(32), BY, 0), "authority/1", "election")
    assert fewer(day) == []
    assert codes(day.state()) == ["key-out-of-scope"]


# --- early ---


def taken_early(day: Day) -> list[tuple[tuple[int, ...], int]]:
    noted = found(day.state(), "results-taken-early")
    for each in noted:
        check_words(each)
    return [(each.entries, each.count) for each in noted]


def test_what_a_receiver_says_came_before_its_moment_stays_a_finding() -> None:
    day = receiving()
    first = sheets(day, 2)
    arrival = arrive(day, first, 30, 30, at=999)
    assert taken_early(day) == [((first, arrival), 2)]
    assert [each.code for each in calendar_findings(day.state(), FROM - 1)] == ["results-early"]
    assert calendar_findings(day.state(), BY) == ()  # the witnesses' times say nothing of it any more


def test_all_that_stands_below_what_it_tells_of_was_there() -> None:
    day = receiving()
    first = sheets(day, 1)
    zero = day.zero("machine/1", "n1.01")
    arrival = arrive(day, zero, 30, at=999)
    sheets(day, 1)  # above it
    assert taken_early(day) == [((first, arrival), 1)]


def test_at_the_moment_and_by_a_record_of_what_is_not_there_yet_it_is_none() -> None:
    day = receiving()
    first = sheets(day, 1)
    arrive(day, first, 30, at=1_000)
    arrive(day, first, 30, 30, 30, at=500)  # of entries above itself
    assert taken_early(day) == []


def test_an_extension_makes_nothing_early_that_came_before_it() -> None:
    day = receiving()
    first = sheets(day, 1)
    day.say(t.Extension(LATEST, "art. 9: polls closed late"), "authority/1", "election")
    arrive(day, first, 30, at=1_001)
    assert taken_early(day) == []
    assert [each.code for each in calendar_findings(day.state(), FROM + 1)] == []
    late = sheets(day, 1)
    arrival = arrive(day, late, 30, at=1_002)
    assert taken_early(day) == [((late, arrival), 1)]
