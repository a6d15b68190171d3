"""A quick count read off the log: the sheets of the sampled tables in one basis."""

from collections import Counter

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals_by_station
from escrutinio.evidence.quickcount.design import Design, Plan
from escrutinio.evidence.quickcount.estimate import Arrival, QuickCount, Sample, estimate


def quick_count(plan: Plan, state: ElectionState, contest: str, basis: str) -> QuickCount:
    """Estimate a contest from the tables that `plan` draws, as far as their sheets count in `basis`.

    Raises KeyError for codes that the state does not have, EvidenceError where the roll lacks a table of
    the plan.
    """
    drawn = plan.sample()
    if lost := [station for station in drawn if station not in state.roll.index]:
        raise EvidenceError("sample-station", station=repr(lost[0]))
    rows = np.array([state.roll.index[station] for station in drawn])
    view, votes = state.contest(contest), totals_by_station(state, contest, basis)[rows]
    beyond, roll = (
        Beyond.of(state.areas, state.roll, state.definition.body.supplements),
        state.roll.registered,
    )
    bounded = (roll >= 0) & ~beyond.unbounded
    unit, stratum, population = _units(plan, drawn)
    obtained = votes[:, 0] >= 0
    return estimate(
        Sample(
            candidates=view.candidates,
            votes=votes,
            obtained=obtained,
            most=np.where(bounded, (roll + beyond.most) * view.marks, -1)[rows],
            unit=unit,
            stratum=stratum,
            population=population,
        ),
        _arrival(plan, drawn, obtained.tolist()),
    )


def _arrival(plan: Plan, drawn: tuple[str, ...], obtained: list[bool]) -> tuple[Arrival, ...]:
    """What came in by stratum of the frame, also where the draw did not go by strata, in order of codes."""
    stratum = {unit.station: unit.stratum for unit in plan.frame}
    sizes = Counter(stratum[station] for station in drawn)
    came = Counter(stratum[station] for station, here in zip(drawn, obtained, strict=True) if here)
    return tuple(Arrival(code, sizes[code], came[code]) for code in sorted(sizes))


def _units(plan: Plan, drawn: tuple[str, ...]) -> tuple[Int64, Int64, Int64]:
    """Number the units drawn and their strata: unit [tables], stratum [units], population [strata]."""
    known = {unit.station: unit for unit in plan.frame}
    tables = len(drawn)
    match plan.design:
        case Design.SIMPLE:
            return np.arange(tables), np.zeros(tables, np.int64), np.array([len(plan.frame)])
        case Design.CLUSTERS:
            number = {code: i for i, code in enumerate(dict.fromkeys(known[s].center for s in drawn))}
            unit = np.array([number[known[station].center] for station in drawn])
            return unit, np.zeros(len(number), np.int64), np.array([plan.units])
        case Design.STRATIFIED:
            sizes = Counter(unit.stratum for unit in plan.frame)
            at = {code: i for i, code in enumerate(sorted(sizes))}
            stratum = np.array([at[known[station].stratum] for station in drawn])
            return np.arange(tables), stratum, np.array([sizes[code] for code in at])
