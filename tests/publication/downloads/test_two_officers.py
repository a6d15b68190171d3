"""What two officers sign goes along whole with whatever is carried out of a log, so that a court can see that
two of them signed."""

from __future__ import annotations

import pytest

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role, StationChangeKind
from escrutinio.publication.documents.dossier.dossier import base_entries
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


def test_a_dossier_rests_on_what_each_officer_signed(
    acted: tuple[ElectionState, set[int], set[int]],
) -> None:
    state, rolls, _ = acted
    assert rolls <= base_entries(state, [state.size - 1])
