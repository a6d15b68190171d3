"""An entry counts once: what stood in the log before has no effect a second time, whatever it was."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.core.election.fold import Fold
from escrutinio.core.election.leaves import Leaves
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from tests.core.election.build import ROOT, VOTES, Day, counts_at, found, full_day, key, machines
from tests.reference.canonical import canonical


def test_a_sheet_repeated_is_no_row_and_no_duplicate() -> None:
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    again = day.repeat(sheet)
    state = day.state()
    assert state.tables["presidente"].index.tolist() == [sheet]
    assert [(f.code, f.entries) for f in state.findings] == [("entry-repeated", (again, sheet))]
    assert counts_at(state, "n1.01") == sheet


def test_a_sheet_refused_first_stays_refused() -> None:
    """Its key was enrolled after it; the same bytes above the enrolment are the same entry."""
    day = Day()
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    again = day.repeat(sheet)
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert [(f.code, f.entries) for f in state.findings] == [
        ("unknown-key", (sheet,)),
        ("entry-repeated", (again, sheet)),
    ]


def test_a_key_that_was_revoked_is_not_enrolled_again_by_repeating() -> None:
    day = Day()
    enrolment = day.enrol("machine/1", Role.MACHINE, "n1.01")
    revocation = day.say(t.Revocation(key("machine/1").kid, RevocationReason.LOST), ROOT, "election")
    again = [day.repeat(enrolment), day.repeat(revocation)]
    state = day.state()
    assert [(held.enrolled, held.revoked) for held in state.keys][-1] == (enrolment, revocation)
    assert sorted(state.repeats) == again
    assert [logged.index for logged in state.controls if logged.index in again] == []


def test_an_enrolment_without_effect_has_none_the_second_time() -> None:
    """The root was not yet in force at entry 1; the same bytes at entry 3 enrol nobody."""
    day = Day(charter=False)
    early = day.enrol("machine/1", Role.MACHINE, "n1.01")
    assert early == 1
    day.repeat(early)
    assert len(day.state().keys) == 0


def test_a_roll_repeated_widens_no_scope() -> None:
    """Admission has rules of its own for rolls: it leaves repeats out too."""
    wide = b"station,center,area,registered\nn1.01,n1,norte,1\n"
    day = Day(stations=None, officers=2)
    first = day.roll(wide, "authority/1")
    day.repeat(first)
    day.enrol("board/norte", Role.BOARD, "norte")
    offered = Day(stations=None, officers=2)
    offered.election = day.election
    offered.manual("board/norte", "n1.01", VOTES)
    assert len(day.fold().state().rolls) == 0
    assert day.fold().admission().judge([offered.log[-1]]) == [None]


@pytest.mark.parametrize("index", range(2, 24))
def test_whatever_is_repeated_changes_nothing_but_a_finding(index: int) -> None:
    day = full_day()
    if index >= len(day.log):
        pytest.skip("the day has fewer entries")
    before = day.state()
    again = day.repeat(index)
    state = day.state()
    assert state.repeats == {again: index}
    assert [f for f in state.findings if f.code != "entry-repeated"] == list(before.findings)
    for (contest, basis), rows in state.counted.items():
        assert rows.tolist() == before.counted[contest, basis].tolist()
    assert [(c.index, c.standing) for c in state.controls] == [(c.index, c.standing) for c in before.controls]
    assert [basis.code for basis in state.bases] == [basis.code for basis in before.bases]


def test_however_the_log_is_cut_repeats_are_the_same() -> None:
    day = full_day()
    for index in (2, 9, 12, 20):
        day.repeat(index)
    whole = canonical(day.state())
    for cut in range(1, len(day.log), 3):
        fold = day.fold(cuts=[cut])
        assert canonical(fold.state()) == whole


def test_a_follower_that_asks_after_every_entry_sees_the_same() -> None:
    day = full_day()
    for index in (3, 12, 3):
        day.repeat(index)
    fold = Fold(day.attachments.get)
    for raw in day.log:
        fold.add([raw])
        fold.state()
    assert canonical(fold.state()) == canonical(day.state())
    assert len(found(day.state(), "entry-repeated")) == 3


@settings(max_examples=200)
@given(st.lists(st.integers(0, 12), max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_repeats_are_found_however_the_hashes_come(values: list[int], cuts: list[int]) -> None:
    """Hashes whose first eight bytes are equal and that differ behind are told apart."""
    hashes = [bytes(8) + sha256(bytes([value])).digest()[8:] for value in values]
    first: dict[bytes, int] = {}
    expected = {i: first[h] for i, h in enumerate(hashes) if first.setdefault(h, i) != i}
    leaves, at = Leaves(), 0
    for cut in [*sorted(min(cut, len(values)) for cut in cuts), len(values)]:
        for index in reversed(range(at, cut)):
            leaves.tell([index], hashes[index])
        leaves.settle()
        at = cut
    assert leaves.repeats == expected
    assert leaves.joined() == b"".join(hashes)
