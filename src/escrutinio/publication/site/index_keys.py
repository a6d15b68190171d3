"""Which indexes of an earlier rendering still hold: what each one of stations or names was made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.tiles import TILE_WIDTH
from escrutinio.publication.site.indexes import KEYS, Indexes
from escrutinio.publication.site.model import Site


@dataclass(frozen=True, slots=True)
class Renewal:
    """Indexes to write, those that are left as they are, and the digests by which the next rendering knows
    what it may leave."""

    files: Iterator[tuple[str, bytes]]
    kept: set[str]
    keys: Mapping[str, str]


def renew_indexes(site: Site, log: Path | None, before: Mapping[str, str], there: Collection[str]) -> Renewal:
    """The indexes of a site whose earlier rendering made them from `before`, by their paths, and has the
    files `there`; `log` is the log's directory, where entries can be looked for. What all pages share is what
    it was."""
    indexes, made = Indexes(site, log), {}
    roll, keys = _of_roll(site.state.roll), _of_keys(site.state)
    now = {path: roll for path in before if indexes.is_of_roll(path)}
    if not now or not _hold(now, before, there):
        made = dict(indexes.of_roll())
        now = dict.fromkeys(made, roll)
    now[KEYS] = keys
    if not _hold({KEYS: keys}, before, there):
        made |= dict([indexes.of_keys()])
    stations = dict(_station_keys(indexes, roll))
    areas = [area for area, path in indexes.paths.items() if not _hold({path: stations[path]}, before, there)]

    def files() -> Iterator[tuple[str, bytes]]:
        yield from indexes.small()
        yield from made.items()
        yield from indexes.of_stations(areas)

    now |= stations
    return Renewal(files(), now.keys() - made.keys() - {indexes.paths[area] for area in areas}, now)


def _hold(now: Mapping[str, str], before: Mapping[str, str], there: Collection[str]) -> bool:
    """Whether these indexes are there as they are to be."""
    return all(before.get(path) == key and path in there for path, key in now.items())


def _station_keys(indexes: Indexes, shared: str) -> Iterator[tuple[str, str]]:
    """For the index of each area a digest of what it is made from: its stations' entries with their status
    and whether their bundles are full, their history and findings."""
    state = indexes.site.state
    spoken = _spoken(indexes)
    rows, edges = _rows(state)
    for area, path in indexes.paths.items():
        found = sha256(f"{shared} {indexes.log is None} {spoken.get(area, '')}\n".encode())
        found.update(rows[edges[area] : edges[area + 1]].tobytes())
        yield path, found.hexdigest()[:16]


def _rows(state: ElectionState) -> tuple[np.ndarray, list[int]]:
    """Bulk entries of stations as int64 [entries, 5] (area, station, entry, status, bundle full), sorted, and
    where each area's begin."""
    full = state.size // TILE_WIDTH
    parts = [np.empty((0, 5), np.int64)]
    for table in state.tables.values():
        known = np.flatnonzero(table.station >= 0)
        station, index = table.station[known], table.index[known]
        columns = (state.roll.area[station], station, index, table.status[known], index // TILE_WIDTH < full)
        parts.append(np.column_stack(columns).astype(np.int64))
    rows = np.concatenate(parts)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    return rows, np.searchsorted(rows[:, 0], np.arange(len(state.areas) + 1)).tolist()


def _spoken(indexes: Indexes) -> dict[int, str]:
    """By area, what is said of its stations besides their bulk entries."""
    roll, findings = indexes.site.state.roll, indexes.findings
    found: dict[int, list[object]] = {}
    for about in (indexes.history, findings.resting, findings.named):
        for station in sorted(about):
            found.setdefault(int(roll.area[roll.index[station]]), []).append((station, about[station]))
    return {area: repr(said) for area, said in found.items()}


def _of_roll(roll: Roll) -> str:
    found = sha256()
    for codes in (roll.stations, roll.centers, roll.center_names, roll.center_names.values()):
        found.update("\n".join(codes).encode() + b"\0")
    for column in (roll.center, roll.area, roll.registered):
        found.update(column.tobytes())
    return found.hexdigest()[:16]


def _of_keys(state: ElectionState) -> str:
    found = sha256(b"".join(held.kid for held in state.keys))
    found.update(np.array([held.enrolled for held in state.keys], np.int64).tobytes())
    return found.hexdigest()[:16]
