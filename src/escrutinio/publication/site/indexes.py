"""Small JSON files that spare a browser from reading the whole log to find one station.

They are a convenience, like every page: what a browser finds through them it verifies against the log.

    data/areas.json                    {area: {parent, name, level, file, also}}; `file` is how its files are
                                       called, only where that is not its code (`base.file_names`), `also`
                                       what people call it, where the configuration says it
    data/keys.json                     {key id in hex: index of the enrolment}
    data/controls.json                 {type: [log index]} of the records that a part of the log needs:
                                       roll, closing, revocation, co-record
    data/proofs.json                   {"size": of the log, "paths": {index: [hash in Base64, leaf first]}}
                                       of definition, charter and enrolments, which every page needs: their
                                       tile of hashes is ten times as long
    data/log-pages.json                [log index of the first record on each page log/<number>.html]
    data/qr2024.json                   what the QR codes of 2024 count, where the configuration says it
    data/index/areas-of-stations.json  {station: area}, without those that `area_of_code` finds
    data/index/<file>.json             the stations that lie directly in an area, in the order of the roll:
        {"area": area,
         "path": [[area, name, file]], the area and those above it, the outermost first; file as in areas.json
         "centers": {center: name},
         "nodes": {bundle: Base64 of the 16 hashes over 16 entries each}, of the full bundles that "at" speaks
             of, left out where those are many: with a sixteenth of its tile they say what a path needs of it
         "stations": {station: {
            "center": center, left out where it is what stands before the last dot of the station's code
            "registered": number, left out where it is not known,
            "entries": {status: [log index of a sheet, copy, hand count or zero report]},
            "at": [first byte, length of each of them, in log order, in its bundle], where all those are full
            "wide": [number in findings-wide.json of what rests on one of its entries],
            "history": [log index of what else is about the station or a machine meant for it],
            "findings": [[code, [log index], {language: sentence}]]}}}
        where `entries`, `wide`, `history` and `findings` are left out when they have nothing to say
    data/findings-wide.json            [[code, [log index], {language: sentence}, area]] of findings that name
                                       no station; the area is null where it is the whole election
    data/names/words.json              {"common": [word too frequent to look up], "start": [first letters],
                                       "levels": {level of an area: [word for it in a language]}}
    data/names/<first letters>.json    [[center, name]], for each center with a word that begins so,
                                       and the area as a third item where `area_of_code` does not find it

A word of a name is what `words_of` makes of it; its first letters are two, or one if it has no more, and in
the file's name they stand as the hexadecimal digits of their UTF-8.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say_in
from escrutinio.core.election.qr2024_options import QR2024_FILE, format_qr2024_options
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.log.merkle import inclusion_proof, tree_root
from escrutinio.core.log.reader import hash_source
from escrutinio.core.log.tiles import ENTRIES, TILE_WIDTH, TileName, bundle_bounds, split_hashes
from escrutinio.publication.documents.labels import LEVELS
from escrutinio.publication.downloads.part import part_controls
from escrutinio.publication.site.called import called
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.station_findings import StationFindings

START = 2
"""First letters of a word by which centers are filed."""

MOST_OF_A_WORD = 200
"""Centers that may share a word before it is too common to find one by; every center keeps one word."""

MOST_PROVED = 16
"""Entries whose paths are written out: with more the tile would be shorter."""

GROUP = 16
"""Entries of a bundle under one of its hashes that stand in the index of an area."""

MOST_BUNDLES = 4
"""Bundles of an area whose hashes stand in its index: each is 0.5 kB there, and its tile 8 kB."""

Entries = dict[int, dict[str, list[int]]]

KEYS = "data/keys.json"
_STATIONS, _NAMES = "data/index/", "data/names/"
_AREAS_OF_STATIONS = f"{_STATIONS}areas-of-stations.json"

_encode = msgspec.json.Encoder().encode
_WORD = re.compile(r"[^\W_]+")


class Indexes:
    """The indexes of a site by what they depend on; `log` is the log's directory, if it is there."""

    def __init__(self, site: Site, log: Path | None) -> None:
        self.site, self.log = site, log
        self.findings = StationFindings(site.state, {each: called(site, each) for each in languages()})
        self.paths: Mapping[int, str] = {
            area: f"{_STATIONS}{site.files[area]}.json"
            for area, stations in enumerate(site.stations_of)
            if len(stations)
        }
        """The index of each area that has stations, by the area's number."""

    @cached_property
    def history(self) -> Mapping[str, Sequence[int]]:
        """What is in the log about a station besides its bulk entries, and about machines meant for it."""
        return _history(self.site.state)

    def small(self) -> Iterator[tuple[str, bytes]]:
        """Those that nearly every entry changes, or that are made at once."""
        site, state = self.site, self.site.state
        yield "data/areas.json", _encode(self._areas)
        yield "data/controls.json", _encode(part_controls(state))
        yield "data/log-pages.json", _encode([page.records[0].index for page in site.book.pages])
        if self.log is not None:
            yield "data/proofs.json", _encode(_proofs(state, self.log))
        if site.qr2024 is not None:
            yield QR2024_FILE, format_qr2024_options(site.qr2024)
        yield "data/findings-wide.json", _encode(list(self.findings.wide_rows()))

    def of_keys(self) -> tuple[str, bytes]:
        """The one that follows from the enrolments."""
        return KEYS, _encode({held.kid.hex(): held.enrolled for held in self.site.state.keys})

    def of_roll(self) -> Iterator[tuple[str, bytes]]:
        """Those that follow from the roll and what all pages share."""
        tree, roll, areas = self.site.areas, self.site.state.roll, self._areas
        places = zip(roll.stations, (tree.codes[at] for at in roll.area.tolist()), strict=True)
        listed = {station: area for station, area in places if area_of_code(station, areas) != area}
        yield _AREAS_OF_STATIONS, _encode(listed)
        yield from _name_files(self.site)

    @staticmethod
    def is_of_roll(path: str) -> bool:
        """Whether a path is that of one of these."""
        return path == _AREAS_OF_STATIONS or path.startswith(_NAMES)

    def of_stations(self, areas: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        """Those of some areas that have stations."""
        yield from _station_files(self, areas)

    @cached_property
    def _areas(self) -> dict[str, dict[str, object]]:
        site, tree = self.site, self.site.areas
        parents = [None if at < 0 else tree.codes[at] for at in tree.parent.tolist()]
        return {
            code: {"parent": parent, "name": name, "level": level}
            | ({} if file == code else {"file": file})
            | ({"also": site.also[code]} if code in site.also else {})
            for code, parent, name, level, file in zip(
                tree.codes, parents, tree.names, tree.levels, site.files, strict=True
            )
        }


def _proofs(state: ElectionState, log: Path) -> dict[str, object]:
    """The paths by which what every page needs stands in the log."""
    read = hash_source(lambda name: (log / name.path).read_bytes(), state.size)
    needed = sorted({0, 1, *(held.enrolled for held in state.keys)})[:MOST_PROVED]
    paths = {index: inclusion_proof(index, state.size, read) for index in needed if index < state.size}
    return {
        "size": state.size,
        "paths": {index: [b64encode(each).decode() for each in path] for index, path in paths.items()},
    }


def area_of_code(code: str, areas: Container[str]) -> str | None:
    """The area with the longest code that a station's code begins with: most elections number them so."""
    starts = (code[:size] for size in range(len(code), 0, -1))
    return next((start for start in starts if start in areas), None)


class _Places:
    """Where the entries of a log stand in their bundles, of which those that are full never change."""

    def __init__(self, log: Path | None) -> None:
        self._log = log
        self._known: dict[int, list[tuple[int, int]]] = {}
        self._nodes: dict[int, str] = {}

    def of(self, statuses: Mapping[str, Sequence[int]] | None) -> list[int] | None:
        """First byte and length of each entry of a station, in log order; None where one is not known."""
        indices = sorted(index for listed in (statuses or {}).values() for index in listed)
        bounds = [self._bounds(index // TILE_WIDTH) for index in indices]
        if not bounds or not all(bounds):
            return None
        found = (each[index % TILE_WIDTH] for each, index in zip(bounds, indices, strict=True))
        return [number for start, end in found for number in (start, end - start)]

    def nodes(self, indices: Iterable[int]) -> dict[int, str] | None:
        """The hashes of the bundles of these entries, as above; None where they are none or many."""
        bundles = sorted({index // TILE_WIDTH for index in indices})
        if not 0 < len(bundles) <= MOST_BUNDLES:
            return None
        return {bundle: self._nodes.get(bundle) or self._made(bundle) for bundle in bundles}

    def _made(self, bundle: int) -> str:
        hashes = split_hashes((self._log / TileName(0, bundle).path).read_bytes()) if self._log else []
        groups = (hashes[at : at + GROUP] for at in range(0, len(hashes), GROUP))
        self._nodes[bundle] = b64encode(b"".join(map(tree_root, groups))).decode()
        return self._nodes[bundle]

    def _bounds(self, bundle: int) -> list[tuple[int, int]]:
        if bundle not in self._known:
            self._known[bundle] = self._read(bundle)
        return self._known[bundle]

    def _read(self, bundle: int) -> list[tuple[int, int]]:
        if self._log is None:
            return []
        path = self._log / TileName(ENTRIES, bundle).path
        return bundle_bounds(path.read_bytes(), str(path)) if path.is_file() else []


def _station_files(indexes: Indexes, areas: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    site, findings, places = indexes.site, indexes.findings, _Places(indexes.log)
    state, roll, tree = site.state, site.state.roll, site.areas
    wanted = list(areas)
    entries, history = _entries(state, np.isin(roll.area, wanted)), indexes.history
    for area in wanted:
        listed: dict[str, dict[str, object]] = {}
        names = {}
        in_full: list[int] = []
        for at in site.stations_of[area].tolist():
            code, center, registered = roll.stations[at], roll.centers[roll.center[at]], roll.registered[at]
            names[center] = roll.center_names.get(center, "")
            about = {
                "center": None if center == code.rpartition(".")[0] else center,
                "registered": int(registered) if registered >= 0 else None,
                "entries": entries.get(at),
                "at": places.of(entries.get(at)),
                "wide": findings.resting.get(code),
                "history": history.get(code),
                "findings": [findings.row(finding) for finding in findings.named.get(code, ())] or None,
            }
            listed[code] = {name: value for name, value in about.items() if value is not None}
            if about["at"]:
                in_full += chain.from_iterable(entries[at].values())
        code = site.areas.codes[area]
        path = [(tree.codes[at], site.place_names[at], site.files[at]) for at in tree.path(area)]
        nodes = places.nodes(in_full)
        about_area = {"area": code, "path": path, "centers": names} | ({"nodes": nodes} if nodes else {})
        about_area["stations"] = listed
        yield indexes.paths[area], _encode(about_area)


def _entries(state: ElectionState, wanted: NDArray[np.bool_]) -> Entries:
    """The bulk entries of each wanted station (bool [stations]), by its number and their status, in log
    order."""
    statuses = {status.value: status.name.lower() for status in Status}
    found: Entries = {}
    for table in state.tables.values():
        known = np.flatnonzero(table.station >= 0)
        known = known[wanted[table.station[known]]]
        columns = (table.station[known].tolist(), table.index[known].tolist(), table.status[known].tolist())
        for station, index, status in zip(*columns, strict=True):
            found.setdefault(station, {}).setdefault(statuses[status], []).append(index)
    if len(state.tables) > 1:
        for lists in found.values():
            for indices in lists.values():
                indices.sort()
    return found


def _history(state: ElectionState) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for logged in state.controls:
        if (code := logged.entry.about.station) is not None and code in state.roll.index:
            found.setdefault(code, set()).add(logged.index)
    machines = state.machines
    meant: dict[int, set[int]] = {}
    for machine, station in zip(machines.machine.tolist(), machines.station.tolist(), strict=True):
        if station >= 0:
            meant.setdefault(machine, set()).add(station)
    for machine, index in zip(machines.machine.tolist(), machines.index.tolist(), strict=True):
        for station in meant.get(machine, ()):
            found.setdefault(state.roll.stations[station], set()).add(index)
    return {code: sorted(indices) for code, indices in found.items()}


def _name_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The centers by the words of their names, in files so small that a telephone can fetch one a word."""
    roll = site.state.roll
    area_of = _area_of_centers(roll)
    words = {center: words_of(name) for center, name in roll.center_names.items() if center in area_of}
    counted = Counter(word for found in words.values() for word in set(found))
    common = {word for word, count in counted.items() if count > MOST_OF_A_WORD}
    filed: dict[str, list[tuple[str, ...]]] = {}
    for center, found in words.items():
        area = site.areas.codes[area_of[center]]
        row: tuple[str, ...] = (center, roll.center_names[center])
        row = row if area_of_code(center, site.areas.index) == area else (*row, area)
        kept = set(found) - common or set(sorted(found, key=lambda word: (counted[word], word))[:1])
        for start in {word[:START] for word in kept}:
            filed.setdefault(start, []).append(row)
    told = {"common": sorted(common), "start": sorted(filed), "levels": _levels(site)}
    yield f"{_NAMES}words.json", _encode(told)
    for start, rows in filed.items():
        yield f"{_NAMES}{start.encode().hex()}.json", _encode(rows)


def _levels(site: Site) -> dict[str, list[str]]:
    """The words by which people call the kinds of areas that there are, besides their names."""
    return {
        level: sorted(
            {word for each in languages() for word in words_of(say_in(each, LEVELS.get(level, level)))}
        )
        for level in sorted(set(site.areas.levels))
    }


def _area_of_centers(roll: Roll) -> dict[str, int]:
    """The number of the area that each center's first station lies in."""
    found: dict[str, int] = {}
    for center, area in zip(roll.center.tolist(), roll.area.tolist(), strict=True):
        found.setdefault(roll.centers[center], area)
    return found


def words_of(name: str) -> list[str]:
    """The words of a name as people type them: lower case, without accents, letters and digits alone."""
    plain = name.lower()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return _WORD.findall(plain)
