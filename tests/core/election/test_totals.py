"""Sums of the counted sheets, against a sum made one sheet at a time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.core.election.areas import read_areas
from escrutinio.core.election.contests import contest_views
from escrutinio.core.election.roll import Station, read_roll, write_stations
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import REPORTED, RULED, Basis, ElectionState, Status
from escrutinio.core.election.totals import totals, totals_at, totals_by_station
from escrutinio.core.records.codes import Role
from escrutinio.core.records.parts import Declared
from escrutinio.core.records.types import TallySheet
from escrutinio.intake.authoring.config import read_config
from tests.core.election.build import Day

CONFIG = b"""
[election]
code = "atlantida"
kind = "simulation"
title = "Atlantida"
place = "Atlantida"
voting_day = 2031-03-02
author = "Council"
[log]
origin = "atlantida.example"
role = "official"
operator = "Council"
[[contest]]
code = "president"
title = "President"
method = "plurality"
area = "AT"
option_order = ["A1", "B1", "A2"]
[[contest.candidate]]
code = "a"
title = "A"
options = ["A1", "A2"]
[[contest.candidate]]
code = "b"
title = "B"
options = ["B1"]
[[contest]]
code = "north"
title = "Council of the North"
method = "dhondt"
seats = 3
area = "AT1"
[[contest.candidate]]
code = "x"
title = "X"
"""
AREAS = b"""code,parent,level,name
AT,,country,Atlantida
AT1,AT,region,North
AT11,AT1,town,Port
AT12,AT1,town,Hill
AT2,AT,region,South
"""
PLACES = ("AT11", "AT11", "AT12", "AT2", "AT2", "AT")
REGISTERED = (300, None, 200, 500, 100, None)

Row = tuple[int, tuple[int, ...], int, int]
"""Station, votes per option, null, blank."""


def table(options: int, rows: Sequence[Row]) -> SheetTable:
    size = len(rows)

    return SheetTable(
        index=np.arange(10, 10 + size),
        kind=np.full(size, TallySheet.TYPE, np.uint8),
        station=np.array([row[0] for row in rows], np.int32),
        signer=np.zeros(size, np.int32),
        basis=np.zeros(size, np.int16),
        status=np.full(size, Status.COUNTED, np.uint8),
        counts=np.array([row[1] for row in rows], np.uint32).reshape(size, options),
        classes=np.array([row[2:] for row in rows], np.int64).reshape(size, 2),
        valid=np.full(size, -1),
        ballots=np.full(size, -1),
        voters=np.full(size, -1),
        supplement=np.full(size, -1),
        spoilt=np.full(size, -1),
        registered=np.full(size, -1),
        issued_at=np.zeros(size, np.int64),
        form=np.full(size, 255, np.uint8),
        original=np.full(size, -1, np.int32),
        opened=np.full(size, -1, np.int32),
        digest=np.full(size, -1, np.int32),
        record=np.full(size, -1, np.int32),
        selectable=np.ones(size, np.bool_),
        class_codes=("null", "blank"),
    )


def state_of(
    rows: Sequence[Row], declared: tuple[Declared, ...] = (), pending: tuple[int, ...] = ()
) -> ElectionState:
    """A state in which the first row of each station counts in the first contest, of six stations."""
    areas = read_areas(AREAS)
    stations = [
        Station(f"s{i}", "c", place, voters)
        for i, (place, voters) in enumerate(zip(PLACES, REGISTERED, strict=True))
    ]
    roll = read_roll(write_stations(stations), areas, declared=declared, frozen_on="2031-01-01")
    body = read_config(CONFIG).definition_body(bytes(32), areas)
    counted = np.full(len(roll), -1, np.int32)
    for number in reversed(range(len(rows))):
        counted[rows[number][0]] = number
    return replace(
        empty_state(),
        size=10 + len(rows),
        contests=contest_views(body.contests, areas, roll),
        areas=areas,
        roll=roll,
        tables={"president": table(3, rows), "north": table(1, [])},
        bases=(Basis(REPORTED, ()),),
        counted={("president", REPORTED): counted},
        pending={("president", REPORTED): dict.fromkeys(pending, "conflict")},
        annulled={},
    )


@cache
def empty_state() -> ElectionState:
    return Day().state()


ROWS: list[Row] = [
    (0, (10, 20, 30), 1, 2),
    (3, (1, 2, 3), 0, 5),
    (5, (100, 0, 0), 0, 0),
    (1, (7, 7, 7), 7, 7),
]


def test_sums_go_up_the_tree() -> None:
    found = totals(state_of(ROWS), "president", REPORTED)
    assert found.options.tolist() == [[118, 29, 40], [17, 27, 37], [17, 27, 37], [0, 0, 0], [1, 2, 3]]
    assert found.candidates.tolist() == [[158, 29], [54, 27], [54, 27], [0, 0], [4, 2]]
    assert found.null.tolist() == [8, 8, 8, 0, 0]
    assert found.blank.tolist() == [14, 9, 9, 0, 5]
    assert found.valid.tolist() == [187, 81, 81, 0, 6]
    assert found.ballots.tolist() == [209, 98, 98, 0, 11]


def test_totals_say_what_they_stand_on() -> None:
    found = totals(state_of(ROWS, pending=(2,)), "president", REPORTED)
    assert found.stations_in_roll.tolist() == [6, 3, 2, 1, 2]
    assert found.stations_declared.tolist() == [6, 3, 2, 1, 2]
    assert found.stations_counted.tolist() == [4, 2, 2, 0, 1]
    assert found.stations_pending.tolist() == [1, 1, 0, 1, 0]
    assert found.stations_silent.tolist() == [1, 0, 0, 0, 1]
    assert found.registered_in_counted.tolist() == [800, 300, 300, 0, 500]
    assert found.registered_unknown_in_counted.tolist() == [2, 1, 1, 0, 0]


def test_a_station_that_a_ruling_took_out_has_reported() -> None:
    state = state_of(ROWS[1:])
    counted = state.counted["president", REPORTED].copy()
    counted[0] = -1
    ruled = replace(
        state,
        bases=(*state.bases, Basis(RULED, ())),
        counted={**state.counted, ("president", RULED): counted},
        annulled={"president": (0,)},
    )
    found = totals(ruled, "president", RULED)
    assert found.stations_annulled.tolist() == [1, 1, 1, 0, 0]
    assert found.stations_silent.tolist() == [2, 1, 0, 1, 1]
    assert totals(ruled, "president", REPORTED).stations_annulled.tolist() == [0] * 5


def test_declared_stations_stand_above_the_roll() -> None:
    declared = (Declared("AT1", 10), Declared("AT12", 4))
    found = totals(state_of(ROWS, declared), "president", REPORTED)
    assert found.stations_declared.tolist() == [13, 10, 2, 4, 2]
    assert found.stations_silent.tolist() == [9, 8, 0, 4, 1]
    fewer = totals(state_of(ROWS, (Declared("AT", 1),)), "president", REPORTED)
    assert fewer.stations_declared.tolist() == [1, 3, 2, 1, 2]
    assert fewer.stations_silent.tolist() == [2, 1, 0, 1, 1]


def test_a_contest_of_one_region_has_its_stations_only() -> None:
    found = totals(state_of(ROWS, (Declared("AT", 99), Declared("AT1", 10))), "north", REPORTED)
    assert found.stations_in_roll.tolist() == [3, 3, 2, 1, 0]
    assert found.stations_declared.tolist() == [10, 10, 2, 1, 0]
    assert found.stations_counted.tolist() == [0] * 5
    assert found.candidates.tolist() == [[0]] * 5


def test_votes_by_station() -> None:
    votes = totals_by_station(state_of(ROWS), "president", REPORTED)
    assert votes.tolist() == [[40, 20], [14, 7], [-1, -1], [4, 2], [-1, -1], [100, 0]]


def test_sums_at_an_earlier_size() -> None:
    state = state_of(ROWS)
    assert totals_at(state, "president", REPORTED, state.size).options.tolist() == (
        totals(state, "president", REPORTED).options.tolist()
    )
    earlier = totals_at(state, "president", REPORTED, 12)
    assert earlier.options.tolist() == totals(state_of(ROWS[:2]), "president", REPORTED).options.tolist()
    assert earlier.stations_counted[0] == 2
    assert totals_at(state, "president", REPORTED, 0).valid.tolist() == [0] * 5


def test_unknown_codes() -> None:
    for contest, basis in (("presidant", REPORTED), ("president", "copies:nobody")):
        with pytest.raises(KeyError):
            totals(state_of(ROWS), contest, basis)


def test_totals_of_a_log() -> None:
    day = Day()
    for station, counts in (("n1.01", (5, 4, 3, 2)), ("s1.01", (1, 0, 0, 9))):
        day.enrol(f"machine/{station}", Role.MACHINE, station)
        day.sheet(f"machine/{station}", station, counts, 6, 7)
    state = day.state()
    found = totals(state, "presidente", REPORTED)
    assert found.candidates.tolist() == [[9, 4, 11], [8, 4, 2], [1, 0, 9]]
    assert (found.null.tolist(), found.blank.tolist()) == ([12, 6, 6], [14, 7, 7])
    assert found.stations_declared.tolist() == [4, 3, 1]
    assert found.stations_silent.tolist() == [2, 2, 0]
    earlier = totals_at(state, "presidente", REPORTED, state.size - 1)
    assert earlier.candidates.tolist() == [[8, 4, 2], [8, 4, 2], [0, 0, 0]]
    assert totals(state, "consejo", REPORTED).stations_in_roll.tolist() == [3, 3, 0]


counts = st.integers(0, 2**32 - 1)
sheets = st.tuples(st.integers(0, 5), st.tuples(counts, counts, counts), counts, counts)


@given(st.lists(sheets, max_size=12))
def test_sums_are_those_of_single_sheets(rows: list[Row]) -> None:
    state = state_of(rows)
    found = totals(state, "president", REPORTED)
    expected = np.zeros((len(state.areas), 5), np.int64)
    for station, sheet in {row[0]: row for row in reversed(rows)}.items():
        for area in state.areas.path(state.areas.index[PLACES[station]]):
            expected[area] += (*sheet[1], sheet[2], sheet[3])
    assert np.array_equal(np.column_stack((found.options, found.null, found.blank)), expected)
