"""Who counts where: duplicates, conflicts, boards, copies, paper and rulings."""

import pytest

from escrutinio.core.election.state import Standing, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuthorRole,
    Decision,
    LogRole,
    Role,
)
from tests.core.election.build import DAY, Day, board, codes, counts_at, machines, pending, ruling, statuses


def test_a_machine_sheet_counts() -> None:
    day = machines(Day())
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2), 1, 0, ballots=15)
    state = day.state()
    assert counts_at(state, "n1.01") == index
    assert counts_at(state, "n1.02") is None
    assert state.tables["presidente"].counts.tolist() == [[5, 4, 3, 2]]
    assert not state.findings
    assert [basis.code for basis in state.bases] == ["reported"]


def test_the_same_content_again_is_a_duplicate_of_the_lowest_index() -> None:
    day = machines(Day())
    first = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    again = day.say(t.TallySheet((5, 4, 3, 2), (0, 0)), "machine/3", "n1.01/presidente", at=DAY + 9)
    state = day.state()
    assert counts_at(state, "n1.01") == first
    assert statuses(state) == [Status.COUNTED, Status.DUPLICATE]
    assert [(f.code, f.entries) for f in state.findings] == [("duplicate", (again, first))]


@pytest.mark.parametrize("other", [((5, 4, 3, 3), 0, 0), ((5, 4, 3, 2), 1, 0), ((5, 4, 3, 2), 0, 1)])
def test_other_content_is_a_conflict_and_neither_counts(other: tuple[tuple[int, ...], int, int]) -> None:
    day = machines(Day())
    entries = (day.sheet("machine/1", "n1.01", (5, 4, 3, 2)), day.sheet("machine/3", "n1.01", *other))
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert pending(state) == {"n1.01": "conflict"}
    assert statuses(state) == [Status.PENDING] * 2
    assert [(f.code, f.entries) for f in state.findings] == [("conflict", entries)]


def test_contests_do_not_mix() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/1", "n1.01", (8, 6), contest="consejo")
    state = day.state()
    assert state.tables["consejo"].counts.tolist() == [[8, 6]]
    assert not state.findings


def test_a_station_outside_the_contests_area_is_unknown_there() -> None:
    day = Day()
    day.enrol("machine/9", Role.MACHINE, "s1.01")
    day.sheet("machine/9", "s1.01", (8, 6), contest="consejo")
    assert codes(day.state()) == ["station-unknown"]


# --- boards ---


def test_a_boards_sheet_counts_after_an_opening_where_no_machine_spoke() -> None:
    day = board(Day())
    day.open_for_board("n1.01")
    index = day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    assert counts_at(day.state(), "n1.01") == index


def test_a_boards_sheet_without_an_opening_below_it_does_not_count() -> None:
    day = board(Day())
    day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    day.open_for_board("n1.01")
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert codes(state) == ["key-out-of-scope"]


def test_a_boards_sheet_cannot_block_a_machines() -> None:
    day = machines(board(Day()))
    day.open_for_board("n1.01")
    day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") == index
    assert statuses(state) == [Status.EVIDENCE, Status.COUNTED]
    assert not state.findings


def test_a_boards_sheet_does_not_settle_a_conflict() -> None:
    day = machines(board(Day()))
    day.open_for_board("n1.01")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/3", "n1.01", (5, 4, 3, 1))
    day.manual("board/n1.01", "n1.01", (5, 4, 3, 2))
    assert pending(day.state()) == {"n1.01": "conflict"}


# --- copies and paper ---


def test_each_organisation_has_a_basis_of_its_own() -> None:
    day = Day()
    day.enrol_all([("party/azul/2", Role.PARTY, ()), ("party/rojo", Role.PARTY, ())])
    mine, _, theirs = (
        day.copy(by, "n1.01", (5, 4, 3, n))
        for by, n in (("party/azul/1", 2), ("party/azul/2", 2), ("party/rojo", 9))
    )
    state = day.state()
    assert [basis.code for basis in state.bases] == ["reported", "copies:party/azul", "copies:party/rojo"]
    assert counts_at(state, "n1.01", "copies:party/azul") == mine
    assert counts_at(state, "n1.01", "copies:party/rojo") == theirs
    assert statuses(state) == [Status.COUNTED, Status.DUPLICATE, Status.COUNTED]


def test_copies_of_one_organisation_that_differ_conflict_in_its_basis_alone() -> None:
    day = machines(Day())
    official = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 1))
    state = day.state()
    assert counts_at(state, "n1.01") == official
    assert pending(state, "copies:party/azul") == {"n1.01": "conflict"}


def test_an_imported_election_has_copies_and_no_official_basis() -> None:
    day = Day(role=LogRole.IMPORTER, author=AuthorRole.IMPORTER)
    day.enrol("importer", Role.IMPORTER)
    index = day.copy("importer", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert [basis.code for basis in state.bases] == ["copies:importer"]
    assert counts_at(state, "n1.01", "copies:importer") == index


def test_a_hand_count_counts_when_two_organisations_agree() -> None:
    day = Day()
    day.enrol_all([("observer/cano/1", Role.OBSERVER, ()), ("party/azul/2", Role.PARTY, ())])
    first = day.hand_count("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.hand_count("party/azul/2", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") is None
    day.hand_count("observer/cano/1", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") == first


def test_two_keys_of_the_authority_are_one_side_of_the_paper() -> None:
    day = Day()
    day.enrol_all([(f"authority/count/{n}", Role.OBSERVER, ()) for n in (1, 2)])
    day.enrol("authority/other", Role.OBSERVER)
    first = day.hand_count("authority/count/1", "n1.01", (5, 4, 3, 2))
    for by in ("authority/count/2", "authority/other"):
        day.hand_count(by, "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") is None
    day.hand_count("party/azul/1", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") == first


def test_two_pairs_that_differ_leave_the_paper_pending() -> None:
    day = Day()
    names = [f"party/{name}" for name in ("a", "b", "c", "d")]
    day.enrol_all([(name, Role.PARTY, ()) for name in names])
    for number, name in enumerate(names):
        day.hand_count(name, "n1.01", (5, 4, 3, number // 2))
    assert pending(day.state(), "paper") == {"n1.01": "conflict"}


# --- rulings ---


def in_conflict() -> tuple[Day, int]:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    return day, day.sheet("machine/3", "n1.01", (5, 4, 3, 1))


def test_a_ruling_selects_and_the_reported_basis_stays() -> None:
    day, second = in_conflict()
    ruling(day, Decision.SELECT, second)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == second
    assert counts_at(state, "n1.01") is None
    assert pending(state) == {"n1.01": "conflict"}
    assert pending(state, "ruled") == {}


def test_a_ruling_annuls_and_is_neither_counted_nor_pending() -> None:
    day, _ = in_conflict()
    ruling(day, Decision.ANNUL)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert pending(state, "ruled") == {}
    assert state.annulled["presidente"] == (state.roll.index["n1.01"],)


def test_the_last_ruling_holds() -> None:
    day = machines(Day())
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    first = ruling(day, Decision.ANNUL)
    ruling(day, Decision.DISMISS, replaces=first)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == index
    assert state.annulled["presidente"] == ()


@pytest.mark.parametrize("wrong", ["later", "other station", "nothing"])
def test_a_ruling_that_selects_no_sheet_below_it_has_no_effect(wrong: str) -> None:
    day, second = in_conflict()
    other = day.sheet("machine/2", "n1.02", (1, 1, 1, 1))
    later = day.sheet("machine/1", "n1.01", (9, 9, 9, 9))
    if wrong == "later":
        ruling(day, Decision.SELECT, later)
        day.log[-2:] = day.log[:-3:-1]
    else:
        ruling(day, Decision.SELECT, {"other station": other, "nothing": 0}[wrong])
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert "out-of-order" in codes(state)
    assert second in state.tables["presidente"].index


def test_a_party_cannot_rule() -> None:
    day, second = in_conflict()
    index = ruling(day, Decision.SELECT, second, by="party/azul/1")
    state = day.state()
    assert "ruled" not in [basis.code for basis in state.bases]
    assert [f.entries for f in state.findings if f.code == "key-out-of-scope"] == [(index,)]
    assert next(c for c in state.controls if c.index == index).standing is Standing.REFUSED
