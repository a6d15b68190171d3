"""Small JSON files that spare a browser from reading the whole log to find one station.

They are a convenience, like every page: what a browser finds through them it verifies against the log.

    data/index/<area>.json             stations of an area with their entries:
                                       [log index, type, contest, signer, status]
    data/index/areas-of-stations.json  {station: area}
    data/areas.json                    {area: {parent, name, level}}
    data/keys.json                     {key id in hex: index of the enrolment}
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from escrutinio.election.state import ElectionState, Status
from escrutinio.publication.site.model import Site
from escrutinio.records.types import BY_CODE

Entries = dict[int, list[tuple[int, str, str, str, str]]]

_encode = msgspec.json.Encoder().encode


def index_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Path and content of every index."""
    state, tree, roll = site.state, site.areas, site.state.roll
    parents = [None if at < 0 else tree.codes[at] for at in tree.parent.tolist()]
    areas = {
        code: {"parent": parent, "name": name, "level": level}
        for code, parent, name, level in zip(tree.codes, parents, tree.names, tree.levels, strict=True)
    }
    yield "data/areas.json", _encode(areas)
    yield "data/keys.json", _encode({held.kid.hex(): held.enrolled for held in state.keys})
    places = [tree.codes[at] for at in roll.area.tolist()]
    yield "data/index/areas-of-stations.json", _encode(dict(zip(roll.stations, places, strict=True)))
    entries = _entries(state)
    centers, registered = roll.center.tolist(), roll.registered.tolist()
    for area, stations in enumerate(site.stations_of):
        if len(stations):
            listed = {
                roll.stations[at]: {
                    "center": roll.centers[centers[at]],
                    "name": roll.center_names.get(roll.centers[centers[at]], ""),
                    "registered": registered[at] if registered[at] >= 0 else None,
                    "entries": entries.get(at, []),
                }
                for at in stations.tolist()
            }
            code = tree.codes[area]
            yield f"data/index/{code}.json", _encode({"area": code, "stations": listed})


def _entries(state: ElectionState) -> Entries:
    """The bulk entries of each station, by its number, in log order."""
    kinds = {code: kind.NAME for code, kind in BY_CODE.items()}
    statuses = {status.value: status.name.lower() for status in Status}
    found: Entries = {}
    for contest, table in state.tables.items():
        known = np.flatnonzero(table.station >= 0)
        for station, index, kind, signer, status in zip(
            table.station[known].tolist(),
            table.index[known].tolist(),
            table.kind[known].tolist(),
            table.signer[known].tolist(),
            table.status[known].tolist(),
            strict=True,
        ):
            row = (index, kinds[kind], contest, state.signers[signer], statuses[status])
            found.setdefault(station, []).append(row)
    if len(state.tables) > 1:
        for rows in found.values():
            rows.sort()
    return found
