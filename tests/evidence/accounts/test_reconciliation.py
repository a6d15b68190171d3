"""Reconciliation of bases: what agrees, what differs and for whom, and whether it matters."""

import numpy as np
import pytest

from escrutinio.core.records.codes import Role
from escrutinio.evidence.accounts.reconciliation import Meeting, Reconciliation, reconcile, reconcile_all
from tests.core.election.build import Day

COPIES = "copies:party/azul"
ALL = (
    b"station,center,area,registered\n"
    b"n1.01,n1,norte,100\nn1.02,n1,norte,100\nn2.01,n2,norte,100\ns1.01,s1,sur,50\n"
)


def day_with(sheets: dict[str, tuple[int, ...]], copies: dict[str, tuple[int, ...]]) -> Day:
    day = Day()
    day.roll(ALL)
    day.enrol("machine/1", Role.MACHINE)
    for station, counts in sheets.items():
        day.sheet("machine/1", station, counts)
    for station, counts in copies.items():
        day.copy("party/azul/1", station, counts)
    return day


def held(sheets: dict[str, tuple[int, ...]], copies: dict[str, tuple[int, ...]]) -> Reconciliation:
    return reconcile(day_with(sheets, copies).state(), "presidente", "reported", COPIES)


def test_every_meeting() -> None:
    found = held(
        {"n1.01": (50, 10, 5, 0), "n1.02": (40, 10, 0, 0), "s1.01": (9, 1, 0, 0)},
        {"n1.01": (50, 10, 5, 0), "n1.02": (38, 10, 0, 2), "n2.01": (7, 8, 0, 0)},
    )
    assert found.meetings.kind.tolist() == [
        Meeting.AGREE, Meeting.DIFFER, Meeting.ONLY_RIGHT, Meeting.ONLY_LEFT,
    ]  # fmt: skip
    assert [found.meetings.count(kind) for kind in Meeting] == [0, 1, 1, 1, 1]
    assert found.meetings.differing.tolist() == [1]
    assert found.meetings.difference.tolist() == [[-2, 0, 0, 2, 0, 0]]
    assert found.difference.tolist() == [[-2, 0, 2]]
    # The whole, then north and south.
    assert found.net.tolist() == [[-2, 0, 2], [-2, 0, 2], [0, 0, 0]]
    assert found.extra.tolist() == [[7, 8, 0], [7, 8, 0], [0, 0, 0]]
    assert found.lacking.tolist() == [[9, 1, 0], [0, 0, 0], [9, 1, 0]]
    assert found.differ.tolist() == [1, 1, 0]
    assert found.outcome_left.margin == 104 - 21
    assert found.outcome_replaced.margin == 102 - 21
    assert found.outcome_joined.margin == 109 - 29
    assert not found.changes_order
    text = found.sentences("en")[0]
    assert "ana -2, carla +2" in text
    assert "1 agree and 1 differ" in text


def test_whether_it_matters() -> None:
    # Without n1.02: 59 against 11 + 100 of its voters.
    could = held(
        {"n1.01": (50, 10, 0, 0), "n1.02": (40, 10, 0, 0), "s1.01": (9, 1, 0, 0)}, {"n1.02": (39, 11, 0, 0)}
    )
    assert not could.differing.irreversible
    assert "voters enough" in could.sentences("en")[0]
    # Without s1.01: 150 against 5 and 50 voters; with n2.01, which nobody has, 100 more.
    stands = held(
        {"n1.01": (80, 0, 0, 0), "n1.02": (70, 5, 0, 0), "s1.01": (9, 1, 0, 0)}, {"s1.01": (1, 9, 0, 0)}
    )
    assert stands.differing.irreversible
    assert stands.differing.outstanding.capacity == 50
    assert stands.open_stations.outstanding.capacity == 150
    assert not stands.open_stations.irreversible
    assert "stays" in stands.sentences("en")[0]
    changes = held({"n1.01": (50, 40, 0, 0)}, {"n1.01": (40, 50, 0, 0)})
    assert changes.changes_order
    assert "another one" in changes.sentences("en")[0]
    assert "otro" in changes.sentences("es")[0]


def test_null_votes_alone_differ_without_a_net_effect() -> None:
    day = day_with({"n1.01": (50, 40, 0, 0)}, {})
    day.copy("party/azul/1", "n1.01", (50, 40, 0, 0), 3)
    found = reconcile(day.state(), "presidente", "reported", COPIES)
    assert found.differ[0] == 1
    assert found.meetings.difference.tolist() == [[0, 0, 0, 0, 3, 0]]
    assert not found.net.any()


def test_nothing_official_at_all() -> None:
    (found,) = reconcile_all(day_with({}, {"n1.01": (5, 4, 0, 0)}).state(), "presidente", "reported")
    assert (found.right, found.only_right[0], found.agree[0]) == (COPIES, 1, 0)
    assert found.outcome_joined.margin == 1
    assert "Nothing differs" in found.sentences("en")[0]


def test_hand_counts_and_copies_against_official() -> None:
    day = day_with({"n1.01": (50, 40, 0, 0)}, {"n1.01": (50, 40, 0, 0)})
    day.enrol("party/rojo/1", Role.PARTY)
    for party in ("party/azul/1", "party/rojo/1"):
        day.hand_count(party, "n1.01", (49, 41, 0, 0))
    found = {each.right: each for each in reconcile_all(day.state(), "presidente", "reported")}
    assert found[COPIES].agree[0] == 1
    assert found["paper"].difference.tolist() == [[-1, 1, 0]]


def test_unknown_codes() -> None:
    state = day_with({"n1.01": (5, 4, 0, 0)}, {}).state()
    with pytest.raises(KeyError):
        reconcile(state, "presidente", "reported", "copies:nobody")
    with pytest.raises(KeyError):
        reconcile(state, "alcalde", "reported", "reported")


def test_a_basis_agrees_with_itself() -> None:
    state = day_with({"n1.01": (5, 4, 0, 0), "s1.01": (1, 1, 1, 1)}, {}).state()
    found = reconcile(state, "presidente", "reported", "reported")
    assert (found.agree[0], found.differ[0], int(np.abs(found.net).sum())) == (2, 0, 0)
