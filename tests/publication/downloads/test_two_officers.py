"""What two officers sign goes along whole with whatever is carried out of a log, so that a court can see that
two of them signed."""

from __future__ import annotations

import pytest

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Closes, Decision, Role, StationChangeKind
from escrutinio.publication.documents.dossier.dossier import base_entries, own_entries
from escrutinio.publication.downloads.part import part_entries
from tests.core.election.build import STATIONS, VOTES, Day

OFFICERS = ("authority/1", "authority/2")


@pytest.fixture(scope="module")
def acted() -> tuple[ElectionState, set[int], set[int]]:
    """A day of two officers; the entries by which they put a roll in force, and changed a station."""
    day = Day(officers=2, stations=None)
    rolls = {day.roll(STATIONS, by) for by in OFFICERS}
    change = t.StationChange(StationChangeKind.CORRECTED, "norte", 30, None)
    changes = {day.say(change, by, "n1.01") for by in OFFICERS}
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    return day.state(), rolls, changes


def test_the_part_of_an_area_has_what_each_officer_signed(
    acted: tuple[ElectionState, set[int], set[int]],
) -> None:
    state, rolls, changes = acted
    assert rolls | changes <= set(part_entries(state, "norte"))


def test_a_dossier_has_closings_and_the_rulings_about_all_of_a_contest() -> None:
    """With both officers' signatures; what is ruled about another area is not of this station."""
    day = Day(officers=2, stations=None)
    for by in OFFICERS:
        day.roll(STATIONS, by)
    closed = {day.say(t.Closing(Closes.ROLL, "art. 8"), by, "election") for by in OFFICERS}
    stay = t.Ruling(None, Decision.STAY, None, 2_000_000_000, "art. 9", None)
    here = {day.say(stay, by, "contest/presidente") for by in OFFICERS}
    there = {day.say(stay, by, "area/sur/presidente") for by in OFFICERS}
    state = day.state()
    own = own_entries(state, state.roll.index["n1.01"])
    assert here <= own
    assert not there & own
    assert closed <= base_entries(state, own)


def test_a_dossier_rests_on_what_each_officer_signed(
    acted: tuple[ElectionState, set[int], set[int]],
) -> None:
    state, rolls, _ = acted
    assert rolls <= base_entries(state, [state.size - 1])
