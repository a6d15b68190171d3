"""The geographic units of a NIST SP 1500-100 report: areas, centers and stations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import Raw
from msgspec.json import encode
from numpy.typing import NDArray

from escrutinio.core.election.state import Basis, ElectionState
from escrutinio.core.election.totals import by_area, declared_stations

_TYPES = {
    "borough": "borough",
    "city": "city",
    "ciudad": "city",
    "country": "country",
    "county": "county",
    "estado": "state",
    "municipality": "municipality",
    "municipio": "municipality",
    "país": "country",
    "state": "state",
    "town": "town",
    "township": "township",
    "village": "village",
    "ward": "ward",
}
"""Levels of the area tree that NIST has a word for; every other level is "other", named."""

_CODE = "*"
"""Stands for a station's code, and is none."""


@dataclass(frozen=True, eq=False)
class Units:
    """The units of a report as its objects or their JSON, and whether every station declared is counted."""

    nodes: Sequence[dict[str, object] | Raw]
    complete: bool


def area_units(state: ElectionState, basis: Basis) -> Units:
    """All areas, each with the areas right below it."""
    tree = state.areas
    below = [[f"area-{tree.codes[child]}" for child in tree.children(at)] for at in range(len(tree))]
    return _units(state, basis, below, [])


def station_units(state: ElectionState, basis: Basis) -> Units:
    """All areas, the centers in them and the stations in those, each with what is right below it.

    A center stands in the area of its first station.
    """
    roll, tree = state.roll, state.areas
    below = [[f"area-{tree.codes[child]}" for child in tree.children(at)] for at in range(len(tree))]
    centers: dict[int, list[int]] = {}
    for station, center in enumerate(roll.center.tolist()):
        centers.setdefault(center, []).append(station)
    nodes: list[dict[str, object] | Raw] = []
    for center, stations in centers.items():
        code = roll.centers[center]
        below[roll.area[stations[0]]].append(f"center-{code}")
        node = _unit(f"center-{code}", "polling-place", roll.center_names.get(code) or code)
        node["ComposingGpUnitIds"] = [f"station-{roll.stations[at]}" for at in stations]
        nodes.append(node)
    nodes += _stations(state, basis)
    return _units(state, basis, below, nodes)


def _stations(state: ElectionState, basis: Basis) -> Iterator[Raw]:
    """The stations, as JSON already: there are tens of thousands, and no code has a letter to escape."""
    roll, complete = state.roll, _complete(state, basis).tolist()
    one = encode(_unit(f"station-{_CODE}", "precinct", _CODE)).decode().removesuffix("}")
    around = one.split(_CODE)
    for code, registered, reported in zip(roll.stations, roll.registered.tolist(), complete, strict=True):
        voters = f',"VotersRegistered":{registered}' if registered >= 0 else ""
        counted = f'"SubUnitsReported":{int(reported)},"TotalSubUnits":1{voters}'
        yield Raw(f"{code.join(around)},{counted}}}".encode())


def _units(
    state: ElectionState, basis: Basis, below: list[list[str]], lower: Sequence[dict[str, object] | Raw]
) -> Units:
    """Put the areas before the lower units.

    Sub-units are stations; one has reported when a sheet counts in every contest it votes in. Registered
    voters are stated where they are known for all stations that there are.
    """
    tree, roll = state.areas, state.roll
    reported = by_area(state, _complete(state, basis))
    listed = by_area(state, np.ones(len(roll), np.bool_))
    total = _declared(state, listed)
    unknown = by_area(state, roll.registered < 0)
    registered = by_area(state, np.maximum(roll.registered, 0))
    nodes: list[dict[str, object] | Raw] = []
    for at, code in enumerate(tree.codes):
        level = tree.levels[at]
        node = _unit(f"area-{code}", _TYPES.get(level.casefold(), ""), tree.names[at], level)
        node |= {"SubUnitsReported": int(reported[at]), "TotalSubUnits": int(total[at])}
        if below[at]:
            node["ComposingGpUnitIds"] = below[at]
        if not unknown[at] and listed[at] == total[at]:
            node["VotersRegistered"] = int(registered[at])
        nodes.append(node)
    return Units([*nodes, *lower], bool(reported[0] == total[0]))


def _complete(state: ElectionState, basis: Basis) -> NDArray[np.bool_]:
    """Which stations of the roll have a counted sheet in every contest that they vote in."""
    complete = np.ones(len(state.roll), np.bool_)
    for contest in state.contests:
        rows = state.counted.get((contest.code, basis.code))
        counted = np.zeros(len(complete), np.bool_) if rows is None else rows >= 0
        complete &= counted | ~contest.stations
    return complete


def _declared(state: ElectionState, listed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stations there are in each area: as declared for any contest, at the least those of the roll."""
    if not state.roll.declared:
        return listed
    declared = (declared_stations(state, contest) for contest in state.contests)
    most: NDArray[np.int64] = np.maximum.reduce([listed, *declared])
    return most


def _unit(unit: str, kind: str, name: str, level: str = "") -> dict[str, object]:
    node: dict[str, object] = {
        "@type": "ElectionResults.ReportingUnit",
        "@id": unit,
        "Type": kind or "other",
        "Name": {
            "@type": "ElectionResults.InternationalizedText",
            "Text": [{"@type": "ElectionResults.LanguageString", "Language": "und", "Content": name}],
        },
        "ExternalIdentifier": [
            {
                "@type": "ElectionResults.ExternalIdentifier",
                "Type": "local-level",
                "Value": unit.split("-", 1)[1],
            }
        ],
    }
    if not kind:
        node["OtherType"] = level
    return node
