"""Ballots: several marks on one, the classes of those that are not valid, and what a sheet adds up to."""

from dataclasses import replace

import pytest

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis, Contingency, Decision, Form, Role
from tests.core.election.build import (
    COUNCIL,
    ORIGIN,
    PRESIDENT,
    VOTES,
    Day,
    codes,
    counts_at,
    found,
    pending,
    ruling,
)

MARKS, FORM, MORE_VOTES = "marks-mismatch", "wrong-option-count", "more-votes-than-registered"
CLASSES = (
    p.BallotClass("null", ()),
    p.BallotClass("blank", ()),
    p.BallotClass("challenged", ()),
    p.BallotClass("rec", (p.Title("en", "Claimed by an agent"),)),
)


def day_of(marks: int = 1, classes: tuple[p.BallotClass, ...] = CLASSES) -> Day:
    """A day on which the president's ballots may have `marks` marks and be of these classes; a machine at
    n1.01."""
    contest = replace(PRESIDENT, marks=marks, classes=classes)
    day = Day(law=lambda definition: replace(definition, contests=(contest, COUNCIL)))
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    return day


def say(
    day: Day,
    counts: tuple[int, ...] = VOTES,
    classes: tuple[int, ...] = (0, 0, 0, 0),
    valid: int | None = None,
    ballots: int | None = None,
) -> int:
    body = t.TallySheet(counts, classes, valid, ballots)
    return day.say(body, "machine/1", "n1.01/presidente")


# --- classes ---


def test_every_class_adds_up_to_the_ballots() -> None:
    day = day_of()
    sheet = say(day, classes=(1, 2, 3, 4), ballots=sum(VOTES) + 10)
    state = day.state()
    assert counts_at(state, "n1.01") == sheet
    assert state.tables["presidente"].classes.tolist() == [[1, 2, 3, 4]]
    assert state.tables["presidente"].class_codes == ("null", "blank", "challenged", "rec")
    assert codes(state) == []


@pytest.mark.parametrize("place", range(4))
def test_one_ballot_more_of_any_class_no_longer_adds_up(place: int) -> None:
    day = day_of()
    more = tuple(number + (at == place) for at, number in enumerate((1, 2, 3, 4)))
    say(day, classes=more, ballots=sum(VOTES) + 10)
    assert codes(day.state()) == ["sum-mismatch"]


@pytest.mark.parametrize("classes", [(), (0, 0), (0, 0, 0, 0, 0)])
def test_a_sheet_of_other_classes_than_the_contest_has_does_not_count(classes: tuple[int, ...]) -> None:
    day = day_of()
    say(day, classes=classes)
    assert codes(day.state()) == ["wrong-option-count"]


def test_a_copy_whose_classes_were_not_read_counts_and_adds_up_to_nothing() -> None:
    day = day_of()
    body = t.Copy(VOTES, (), ballots=99, form=Form.TABLE, original=bytes(32))
    copy = day.say(body, "party/azul/1", "n1.01/presidente")
    state = day.state()
    assert counts_at(state, "n1.01", "copies:party/azul") == copy
    assert state.tables["presidente"].classes.tolist() == [[-1] * 4]
    assert "sum-mismatch" not in codes(state)


def test_sheets_with_the_same_sum_and_other_classes_differ() -> None:
    day = day_of()
    say(day, classes=(1, 0, 0, 0))
    say(day, classes=(0, 1, 0, 0))
    assert codes(day.state()) == ["conflict"]


def test_a_contest_without_classes_has_valid_ballots_alone() -> None:
    day = day_of(classes=())
    sheet = say(day, classes=(), ballots=sum(VOTES))
    state = day.state()
    assert counts_at(state, "n1.01") == sheet
    assert codes(state) == []


@pytest.mark.parametrize(("classes", "expected"), [((86, 0, 0, 0), []), ((0, 0, 80, 7), [MORE_VOTES])])
def test_ballots_of_every_class_are_held_against_the_list(
    classes: tuple[int, ...], expected: list[str]
) -> None:
    day = day_of()
    say(day, classes=classes)
    assert codes(day.state()) == expected


# --- several marks on a ballot ---


@pytest.mark.parametrize(
    ("marks", "counts", "valid", "expected"),
    [
        (3, (9, 9, 9, 3), 10, []),
        (3, (10, 10, 10, 0), 10, []),
        (3, (1, 0, 0, 0), 10, []),
        (3, (10, 10, 10, 1), 10, [MARKS]),
        (3, (11, 0, 0, 0), 10, [MARKS]),
        (3, (9, 9, 9, 3), None, [FORM]),
        (3, (1, 0, 0, 0), 0, [MARKS]),
        (1, (4, 3, 2, 1), None, []),
        (1, (4, 3, 2, 1), 10, [FORM]),
        (1, (4, 3, 2, 1), 11, [FORM]),
        (4, (2**32 - 1,) * 4, 2**32 - 1, [MORE_VOTES]),
    ],
)
def test_marks_fit_the_valid_ballots(
    marks: int, counts: tuple[int, ...], valid: int | None, expected: list[str]
) -> None:
    day = day_of(marks)
    sheet = say(day, counts, valid=valid)
    state = day.state()
    assert codes(state) == expected
    assert counts_at(state, "n1.01") == (None if expected else sheet)
    assert pending(state) == ({"n1.01": expected[0]} if expected else {})


def test_the_finding_says_marks_and_ballots() -> None:
    day = day_of(3)
    say(day, (1_200, 0, 0, 0), valid=10)
    (finding,) = found(day.state(), MARKS)
    assert {"votes": "1200", "valid": "10"}.items() <= dict(finding.values).items()
    assert "marks: 1,200; valid ballots: 10." in finding.sentence("en")
    assert "marcas: 1.200; boletas válidas: 10." in finding.sentence("es")


def test_ballots_are_held_against_the_list_and_marks_are_not() -> None:
    day = day_of(3)
    sheet = say(day, (90, 90, 60, 30), (5, 5, 0, 0), valid=90, ballots=100)
    state = day.state()
    assert counts_at(state, "n1.01") == sheet, "270 marks of 100 voters"
    assert codes(state) == []
    say(day, (90, 90, 60, 30), (5, 6, 0, 0), valid=90, ballots=101)
    assert codes(day.state()) == [MORE_VOTES]


def test_sheets_of_the_same_marks_on_other_ballots_differ() -> None:
    day = day_of(3)
    say(day, valid=10)
    say(day, valid=11)
    assert codes(day.state()) == ["conflict"]


def test_hand_counts_agree_on_valid_ballots_too() -> None:
    day = day_of(3)
    day.enrol("observer/cano", Role.OBSERVER)
    about = "n1.01/presidente"
    day.say(t.HandCount(VOTES, (0,) * 4, 10), "party/azul/1", about)
    day.say(t.HandCount(VOTES, (0,) * 4, 11), "observer/cano", about)
    assert counts_at(day.state(), "n1.01", "paper") is None
    agreed = day.say(t.HandCount(VOTES, (0,) * 4, 10), "observer/cano", about)
    assert agreed
    assert counts_at(day.state(), "n1.01", "paper") is not None


def test_the_totals_add_valid_ballots_apart_from_marks() -> None:
    day = day_of(3)
    say(day, (9, 9, 9, 3), (1, 2, 3, 4), valid=10)
    state = day.state()
    assert announced(day, state, (18, 9, 3), (1, 2, 3, 4), 10) == []
    assert announced(day, state, (18, 9, 3), (1, 2, 3, 4), 30) == ["valid"]
    assert announced(day, state, (18, 9, 3), (1, 2, 4, 3), 10) == ["classes"]
    assert announced(day, state, (18, 9, 3), (1, 2, 3, 4), None) == ["valid"]


def test_a_bulletin_states_valid_ballots_only_beside_several_marks() -> None:
    day = day_of(1)
    say(day, (4, 3, 2, 1), (1, 2, 3, 4))
    state = day.state()
    assert announced(day, state, (6, 3, 1), (1, 2, 3, 4), None) == []
    assert announced(day, state, (6, 3, 1), (1, 2, 3, 4), 10) == ["valid"]


def test_no_ruling_selects_a_sheet_that_does_not_say_its_valid_ballots() -> None:
    for valid, chosen in ((None, False), (9, True)):
        day = day_of(3)
        sheet = say(day, (9, 9, 9, 3), valid=valid)
        ruling(day, Decision.SELECT, sheet)
        assert counts_at(day.state(), "n1.01", "ruled") == (sheet if chosen else None)


def announced(
    day: Day, state: ElectionState, counts: tuple[int, ...], classes: tuple[int, ...], valid: int | None
) -> list[str]:
    """In what a bulletin of these totals differs from the log; its root aside."""
    head = p.LogHead(ORIGIN, state.size, bytes(32))
    bulletin = t.Bulletin(len(day.log), Basis.REPORTED, head, counts, classes, valid, 1)
    day.say(bulletin, "authority/1", "presidente")
    (finding,) = found(day.state(), "bulletin-mismatch")[-1:]
    return [each for each in dict(finding.values)["differs"].split(", ") if each != "root"]


# --- places that count on paper ---


@pytest.mark.parametrize(
    ("paper", "fine"),
    [(("n1.01",), True), (("norte",), True), (("isla",), True), (("sur",), False), ((), False)],
)
def test_a_board_counts_where_the_law_counts_on_paper(paper: tuple[str, ...], fine: bool) -> None:
    day = Day(law=lambda definition: replace(definition, paper=paper))
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    sheet = day.manual("board/n1.01", "n1.01", VOTES)
    state = day.state()
    assert counts_at(state, "n1.01") == (sheet if fine else None)
    assert codes(state) == ([] if fine else ["key-out-of-scope"])


@pytest.mark.parametrize(("other", "counts"), [(VOTES, True), (VOTES[::-1], False)])
def test_a_centre_types_for_boards_of_its_areas_and_replaces_none(
    other: tuple[int, ...], counts: bool
) -> None:
    day = Day(law=lambda definition: replace(definition, paper=("isla",)))
    day.enrol("board/digitising-norte", Role.BOARD, "norte")
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    first = day.manual("board/digitising-norte", "n1.01", VOTES)
    day.manual("board/n1.01", "n1.01", other)
    elsewhere = day.manual("board/digitising-norte", "s1.01", VOTES)
    state = day.state()
    assert counts_at(state, "n1.01") == (first if counts else None)
    assert ("conflict" in codes(state)) is not counts
    assert [finding.entries for finding in found(state, "key-out-of-scope")] == [(elsewhere,)]


def test_a_paper_count_elsewhere_still_waits_for_its_opening() -> None:
    day = Day(law=lambda definition: replace(definition, paper=("sur",)))
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    day.say(t.ContingencyOpening(Contingency.NO_POWER), "authority/1", "n1.01")
    sheet = day.manual("board/n1.01", "n1.01", VOTES)
    assert counts_at(day.state(), "n1.01") == sheet
