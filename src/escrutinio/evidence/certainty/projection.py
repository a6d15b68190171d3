"""The readings of `missing_at_random`, for what a log counts; each carries its assumption."""

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals, totals_by_station
from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty.missing_at_random import (
    Projection,
    RandomlyMissing,
    lead_deviation,
    post_stratified,
    randomly_missing,
)
from escrutinio.evidence.certainty.rules import rules_of

CENTER_SIZES = (1, 2, 4, 8)
"""Centers are grouped by their stations in the roll: 1, 2, 3-4, 5-8 and more."""


def if_randomly_missing(state: ElectionState, contest: str, basis: str) -> RandomlyMissing:
    """Chances of reversal if the stations counted were a random sample of all.

    The lead is that of the last who has a place over the first who has none. The bound on a station's lead is
    the largest number of voters, on the list or beyond it, or of ballots, known at any, times the most votes
    that a ballot can give to one of the two. Raises KeyError for codes that the state lacks, EvidenceError
    for no more candidates than places or no sheet.
    """
    view, found = state.contest(contest), totals(state, contest, basis)
    votes = totals_by_station(state, contest, basis)
    counted = votes[votes[:, 0] >= 0]
    seats = view.seats if view.method is Method.PLURALITY else 1
    if len(view.candidates) <= seats or not len(counted):
        raise EvidenceError("projection-candidates", contest=repr(contest), basis=repr(basis))
    sums = counted.sum(axis=0)
    first, second = np.argsort(-sums, kind="stable")[seats - 1 : seats + 1].tolist()
    leads = counted[:, first] - counted[:, second]
    at = state.areas.index[view.area]
    stations = max(int(found.stations_declared[at]), int(found.stations_in_roll[at]))
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    rows = state.counted[contest, basis]
    ballots = ballots_of(state.tables[contest])[rows[rows >= 0]]
    voters = np.where(state.roll.registered >= 0, state.roll.registered + beyond.most, 0)[view.stations]
    rules = rules_of(view)
    bound = max(int(voters.max()), int(ballots.max()), 1) * max(rules.most(first), rules.most(second))
    return randomly_missing(stations, len(leads), int(leads.sum()), bound, lead_deviation(leads))


def if_like_their_neighbours(state: ElectionState, contest: str, basis: str, level: str) -> Projection:
    """Totals if missing voters vote like those counted in the same area of `level` and size of center.

    Stations that are declared but not listed, and those without known registered voters, are taken to have
    the mean of the counted ones of their area; of the former, whose centers are unknown, each size gets its
    share. Cells are numbered by area (in the order of the tree) and then size. Raises KeyError for codes that
    the state lacks, EvidenceError if no area in which the contest is voted on has the level.
    """
    view, found = state.contest(contest), totals(state, contest, basis)
    areas = [
        area
        for area in np.flatnonzero(state.areas.within(state.areas.index[view.area], _all(state))).tolist()
        if state.areas.levels[area] == level
    ]
    if not areas:
        raise EvidenceError("projection-level", contest=repr(contest), level=repr(level))
    number = np.full(len(state.areas), -1, np.int64)
    for at, area in enumerate(areas):
        number[state.areas.within(area, _all(state))] = at
    votes = totals_by_station(state, contest, basis)
    place = number[state.roll.area]
    inside = view.stations & (place >= 0)
    counted = inside & (votes[:, 0] >= 0)
    registered = state.roll.registered
    sizes = np.bincount(state.roll.center, minlength=len(state.roll.centers))[state.roll.center]
    groups = len(CENTER_SIZES) + 1
    cell = place * groups + np.searchsorted(CENTER_SIZES, sizes)

    known = counted & (registered >= 0)
    roll = np.zeros(len(areas) * groups, np.int64)
    np.add.at(roll, cell[known], registered[known])
    mean = _means(roll.reshape(-1, groups).sum(axis=1), np.bincount(place[known], minlength=len(areas)))
    missing = np.zeros_like(roll)
    lacking = inside & ~counted
    np.add.at(missing, cell[lacking], np.where(registered < 0, mean[place], registered)[lacking])
    gap = np.maximum(found.stations_declared - found.stations_in_roll, 0)[areas]
    for at, voters in enumerate((gap * mean).tolist()):
        block = slice(at * groups, (at + 1) * groups)
        missing[block] += _shared(voters, roll[block])
    return post_stratified(votes[counted], registered[counted], cell[counted], missing)


def _means(roll: Int64, stations: Int64) -> Int64:
    """Mean registered voters per station, to the nearest; that of all where an area has none counted."""
    whole = round(int(roll.sum()) / max(int(stations.sum()), 1))
    return np.where(stations > 0, np.rint(roll / np.maximum(stations, 1)), whole).astype(np.int64)


def _shared(voters: int, roll: Int64) -> Int64:
    """Share voters among cells by their roll; what rounding leaves goes to the largest."""
    total = int(roll.sum())
    shared = roll * voters // total if total else np.zeros_like(roll)
    shared[int(np.argmax(roll))] += voters - int(shared.sum())
    return shared


def _all(state: ElectionState) -> NDArray[np.int32]:
    return np.arange(len(state.areas), dtype=np.int32)
