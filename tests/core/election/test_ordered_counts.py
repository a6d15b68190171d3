"""Rulings that order a recount or a repeated vote: what they wait for, and the sheet that follows them."""

from dataclasses import replace

import pytest

from escrutinio.core.election.counting import counted_at
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision, Role
from tests.core.election.build import VOTES, Day, codes, counts_at, found, machines, manual, pending, ruling

OTHER = (4, 4, 3, 2)
ORDERS = (Decision.RECOUNT, Decision.REPEAT)


def counted_day() -> Day:
    """Two machines that have counted, and boards of n1.01 and n1.02."""
    day = machines(Day())
    for station in ("n1.01", "n1.02"):
        day.enrol(f"board/{station}", Role.BOARD, station)
    day.sheet("machine/1", "n1.01", VOTES)
    day.sheet("machine/2", "n1.02", VOTES)
    return day


def order(
    day: Day,
    decision: Decision = Decision.RECOUNT,
    about: str = "station/n1.01/presidente",
    replaces: int | None = None,
) -> int:
    before = None if replaces is None else day.digest(replaces)
    body = t.Ruling(None, decision, None, None, "art. 1", None, before)
    return day.say(body, "authority/1", about)


def again(day: Day, ordered: int, station: str = "n1.01", counts: tuple[int, ...] = OTHER) -> int:
    """The board's sheet that follows a ruling."""
    body = manual(counts, ruling=day.digest(ordered))
    return day.say(body, f"board/{station}", f"{station}/presidente")


@pytest.mark.parametrize("decision", ORDERS)
def test_what_is_ordered_is_awaited_and_what_was_reported_stands_beside(decision: Decision) -> None:
    day = counted_day()
    ordered = order(day, decision)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert counts_at(state, "n1.01") is not None
    assert (pending(state), pending(state, "ruled")) == ({}, {"n1.01": "count-awaited"})
    (finding,) = state.findings
    assert (finding.code, finding.entries, finding.count) == ("count-awaited", (ordered,), 1)
    words = {Decision.RECOUNT: "un recuento", Decision.REPEAT: "repetir la votación"}
    assert words[decision] in finding.sentence("es")


@pytest.mark.parametrize("decision", ORDERS)
def test_the_sheet_that_follows_it_counts_as_ruled_alone(decision: Decision) -> None:
    day = counted_day()
    sheet = again(day, order(day, decision))
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == sheet
    assert counts_at(state, "n1.01") not in (sheet, None)
    assert pending(state, "ruled") == {}
    assert codes(state) == []


def test_a_sheet_that_names_no_ruling_or_another_one_is_not_the_one_awaited() -> None:
    day = counted_day()
    first = order(day)
    day.open_for_board("n1.01")
    day.manual("board/n1.01", "n1.01", VOTES)
    second = order(day, Decision.REPEAT, replaces=first)
    again(day, first)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert [f.entries for f in found(state, "count-awaited")] == [(second,)]


def test_a_sheet_below_the_ruling_that_it_names_is_not_the_one_awaited() -> None:
    day = counted_day()
    again(day, order(day))
    day.log[-2:] = day.log[:-3:-1]
    assert counts_at(day.state(), "n1.01", "ruled") is None


def test_an_order_about_an_area_waits_for_each_of_its_stations() -> None:
    day = counted_day()
    ordered = order(day, about="area/norte/presidente")
    assert [f.count for f in found(day.state(), "count-awaited")] == [3]
    sheet = again(day, ordered)
    state = day.state()
    assert [f.count for f in found(state, "count-awaited")] == [2]
    assert counts_at(state, "n1.01", "ruled") == sheet
    assert pending(state, "ruled") == {"n1.02": "count-awaited", "n2.01": "count-awaited"}


def test_an_order_about_a_contest_waits_for_all_that_vote_in_it() -> None:
    day = counted_day()
    order(day, about="contest/presidente")
    assert [f.count for f in found(day.state(), "count-awaited")] == [4]


@pytest.mark.parametrize("decision", [Decision.ANNUL, Decision.UPHOLD, Decision.DISMISS, Decision.SELECT])
def test_what_a_later_ruling_settles_is_no_longer_awaited(decision: Decision) -> None:
    day = counted_day()
    sheet = day.log.index(day.log[-2])
    order(day, about="area/norte/presidente")
    ruling(day, decision, sheet if decision is Decision.SELECT else None)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == (None if decision is Decision.ANNUL else sheet)
    assert pending(state, "ruled") == {"n1.02": "count-awaited", "n2.01": "count-awaited"}
    assert [f.count for f in found(state, "count-awaited")] == [2]


def test_a_station_awaited_twice_waits_for_the_later_order() -> None:
    day = counted_day()
    wide = order(day, about="area/norte/presidente")
    narrow = order(day, Decision.REPEAT)
    state = day.state()
    assert [(f.entries, f.count) for f in found(state, "count-awaited")] == [((wide,), 2), ((narrow,), 1)]
    again(day, wide)
    assert counts_at(day.state(), "n1.01", "ruled") is None
    sheet = again(day, narrow)
    assert counts_at(day.state(), "n1.01", "ruled") == sheet


def test_two_counts_that_differ_leave_the_station_pending() -> None:
    day = counted_day()
    ordered = order(day)
    day.enrol("board/n1.01/b", Role.BOARD, "n1.01")
    first = again(day, ordered)
    body = manual((3, 4, 3, 2), ruling=day.digest(ordered))
    second = day.say(body, "board/n1.01/b", "n1.01/presidente")
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert pending(state, "ruled") == {"n1.01": "conflict"}
    assert [(f.code, f.entries) for f in state.findings] == [("conflict", (first, second))]


def test_the_same_count_said_again_is_one() -> None:
    day = counted_day()
    ordered = order(day)
    first, second = again(day, ordered), again(day, ordered)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == first
    assert [(f.code, f.entries) for f in state.findings] == [("duplicate", (second, first))]


def test_a_count_that_does_not_add_up_is_not_the_one_awaited() -> None:
    day = counted_day()
    ordered = order(day)
    body = replace(manual(OTHER, ruling=day.digest(ordered)), ballots=99)
    day.say(body, "board/n1.01", "n1.01/presidente")
    state = day.state()
    assert codes(state) == ["count-awaited", "sum-mismatch"]
    assert pending(state, "ruled") == {"n1.01": "count-awaited"}


def test_the_count_at_an_earlier_size_is_that_of_then() -> None:
    day = counted_day()
    ordered = order(day)
    sheet = again(day, ordered)
    state = day.state()
    row = state.roll.index["n1.01"]
    assert counted_at(state, "presidente", "ruled", sheet)[row] == -1
    assert counted_at(state, "presidente", "ruled", sheet + 1)[row] >= 0
    assert counted_at(state, "presidente", "ruled", ordered)[row] >= 0


def test_what_is_cut_into_parts_is_judged_alike() -> None:
    day = counted_day()
    again(day, order(day, about="area/norte/presidente"))
    whole = day.state()
    for cut in range(1, len(day.log)):
        state = day.fold(cuts=[cut]).state()
        assert state.findings == whole.findings
        assert pending(state, "ruled") == pending(whole, "ruled")
