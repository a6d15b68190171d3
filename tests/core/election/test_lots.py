"""Lots: which ties a drawing breaks, and what is noted of one that breaks none."""

import pytest

from escrutinio.core.election.outcome import Drawing, drawn_lots
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Ties
from tests.core.election.build import Day, codes, machines
from tests.core.election.test_laws import president


def drawn(day: Day, among: tuple[str, ...], first: tuple[str, ...], contest: str = "presidente") -> int:
    return day.say(t.Lots(among, first, ()), "authority/1", contest)


def lots_day(**parts: object) -> Day:
    day = machines(Day(law=president(ties=Ties.LOTS, **parts)))
    day.sheet("machine/1", "n1.01", (5, 5, 0, 2))
    return day


def test_lots_among_those_who_are_tied_are_no_finding() -> None:
    day = lots_day()
    drawn(day, ("ana", "blas"), ("blas",))
    assert codes(day.state()) == []


def test_lots_among_more_than_are_tied_order_those_who_are() -> None:
    day = lots_day()
    drawn(day, ("ana", "blas", "carla"), ("carla", "blas"))
    assert codes(day.state()) == []
    assert drawn_lots(day.state(), "presidente") == Drawing((2, 1), (0, 1, 2))


def test_lots_among_fewer_than_are_tied_break_nothing() -> None:
    day = machines(Day(law=president(ties=Ties.LOTS)))
    day.sheet("machine/1", "n1.01", (3, 5, 2, 5))
    drawn(day, ("ana", "blas"), ("blas",))
    assert [dict(note.values)["why"] for note in day.state().findings] == ["not-tied"]


@pytest.mark.parametrize(
    ("among", "first", "why"),
    [
        (("ana", "carla"), ("carla",), "not-tied"),
        (("ana", "blas", "carla"), ("carla",), "few"),
        (("ana", "faro"), ("faro",), "nobody"),
        (("ana", "blas"), ("carla",), "others"),
    ],
)
def test_lots_that_name_somebody_who_is_not_tied_are_a_finding(
    among: tuple[str, ...], first: tuple[str, ...], why: str
) -> None:
    day = lots_day()
    index = drawn(day, among, first)
    (note,) = day.state().findings
    assert (note.code, note.entries, dict(note.values)["why"]) == ("lots-without-tie", (index,), why)


def test_lots_where_the_law_gives_none_are_a_finding_and_so_where_nobody_is_tied() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 5, 0, 2))
    drawn(day, ("ana", "blas"), ("ana",))
    assert [dict(note.values)["why"] for note in day.state().findings] == ["law"]
    day = lots_day()
    day.sheet("machine/2", "n1.02", (1, 0, 0, 0))
    drawn(day, ("ana", "blas"), ("ana",))
    assert [dict(note.values)["why"] for note in day.state().findings] == ["not-tied"]


def test_a_drawing_that_replaces_another_is_the_one_that_is_looked_at() -> None:
    day = lots_day()
    first = drawn(day, ("ana", "carla"), ("carla",))
    day.say(t.Lots(("ana", "blas"), ("ana",), (), day.digest(first)), "authority/1", "presidente")
    assert codes(day.state()) == []
