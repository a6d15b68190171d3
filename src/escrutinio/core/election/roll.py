"""The roll: which stations there are, where, and how many voters are registered at each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.tables import Judged, check_codes, read_columns, write_table
from escrutinio.core.records.parts import Declared
from escrutinio.core.records.text import check_date, check_text

STATIONS_HEADER = ("station", "center", "area", "registered")
CENTERS_HEADER = ("center", "area", "name")
UNKNOWN = -1
"""What stands in `Roll.registered` where the number of registered voters is not known."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


class Station(NamedTuple):
    """One row of the station table; `registered` is None where unknown."""

    station: str
    center: str
    area: str
    registered: int | None


class Center(NamedTuple):
    """One row of the center table; `name` is empty where unknown."""

    center: str
    area: str
    name: str


@dataclass(frozen=True, eq=False)
class Roll:
    """Stations in the order of their codes, with what is known of each.

    `index` gives a station's number. Per station: `center` int32, index into `centers` (codes in
    order); `area` int32, index into the area tree; `registered` int64 voters, -1 where unknown.
    `center_names` has the names that are known, by code. `declared` is the number of stations that the
    authority states for an area, by area code; it may be more than the roll lists. `frozen_on` is a day.
    """

    stations: tuple[str, ...]
    index: Mapping[str, int]
    centers: tuple[str, ...]
    center: NDArray[np.int32]
    area: NDArray[np.int32]
    registered: NDArray[np.int64]
    center_names: Mapping[str, str]
    declared: Mapping[str, int]
    frozen_on: str

    def __len__(self) -> int:
        return len(self.stations)


def read_roll(
    stations: bytes,
    areas: AreaTree,
    *,
    centers: bytes | None = None,
    declared: Sequence[Declared] = (),
    frozen_on: str,
) -> Roll:
    """Read a roll from its tables: UTF-8 CSV `station,center,area,registered` and `center,area,name`.

    `registered` is empty where unknown. Rows may stand in any order. Raises DefinitionError, naming the
    line, for a malformed code or number, a station or center given twice, an area that the tree lacks,
    a table without rows, and whatever `tables.read_columns` refuses; and for a `declared` area that the
    tree lacks or that is given twice.
    """
    try:
        check_date(frozen_on)
    except RecordError as error:
        raise DefinitionError("roll-frozen", why=error) from None
    codes, columns = _read_stations(stations, areas)
    order = _sorted(codes)
    if order is not None:
        codes = [codes[i] for i in order]
    index = dict(zip(codes, range(len(codes)), strict=True))
    if len(index) != len(codes):
        twice = next(a for a, b in pairwise(codes) if a == b)
        raise DefinitionError("station-twice", station=repr(twice))
    center_codes, center, area, registered = columns
    ranked = sorted(center_codes)
    rank = {code: i for i, code in enumerate(ranked)}
    places = np.array([rank[code] for code in center_codes], np.int32)
    pick = slice(None) if order is None else order
    return Roll(
        stations=tuple(codes),
        index=index,
        centers=tuple(ranked),
        center=places[center][pick],
        area=area[pick].astype(np.int32),
        registered=registered[pick],
        center_names={} if centers is None else _read_centers(centers, areas),
        declared=_declared(declared, areas),
        frozen_on=frozen_on,
    )


def write_stations(rows: Iterable[Station]) -> bytes:
    """Write the station table, sorted by station; the same rows in any order give the same bytes."""
    ordered = sorted(rows, key=attrgetter("station"))
    return write_table(
        STATIONS_HEADER,
        ((s, c, a, "" if registered is None else str(registered)) for s, c, a, registered in ordered),
    )


def write_centers(rows: Iterable[Center]) -> bytes:
    """Write the center table, sorted by center; the same rows in any order give the same bytes."""
    return write_table(CENTERS_HEADER, sorted(rows, key=attrgetter("center")))


Columns = tuple[dict[str, int], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _read_stations(raw: bytes, areas: AreaTree) -> tuple[list[str], Columns]:
    """Return station codes as they stand, the number of each center code, and center, area, registered."""
    what = Phrase("The station table")
    codes: list[str] = []
    centers = Judged(lambda _: len(centers))
    judged = (centers, Judged(lambda code: _area(code, areas)), Judged(_count))
    parts: tuple[list[NDArray[np.int64]], ...] = ([], [], [])
    for line, (stations, *rest) in read_columns(raw, STATIONS_HEADER, what):
        check_codes(stations, line, what)
        check_codes(rest[0], line, what)
        codes += stations
        for column, judge, part in zip(rest, judged, parts, strict=True):
            part.append(judge.read(column, line, what))
    if not codes:
        raise DefinitionError("roll-empty", table=what)
    center, area, registered = map(np.concatenate, parts)
    return codes, (centers, center, area, registered)


def _sorted(codes: list[str]) -> NDArray[np.int64] | None:
    """Return the rows in the order of their codes; None where they stand in it already."""
    if all(map(str.__le__, codes, codes[1:])):
        return None
    return np.array(sorted(range(len(codes)), key=codes.__getitem__), np.int64)


def _area(code: str, areas: AreaTree) -> int:
    try:
        return areas.index[code]
    except KeyError:
        raise DefinitionError("area-unknown", area=repr(code[:80])) from None


def _count(text: str) -> int:
    if not text:
        return UNKNOWN
    if not _NUMBER.fullmatch(text) or int(text) >= 2**32:
        raise DefinitionError("voters-form", value=repr(text[:40]))
    return int(text)


def _read_centers(raw: bytes, areas: AreaTree) -> dict[str, str]:
    """Return the names that the center table knows, by center."""
    what = Phrase("The center table")
    names: dict[str, str] = {}
    place = Judged(lambda area: _area(area, areas))
    label = Judged(lambda name: len(check_text(name, 200)))
    for line, (centers, where, called) in read_columns(raw, CENTERS_HEADER, what):
        check_codes(centers, line, what)
        place.read(where, line, what)
        label.read(called, line, what)
        for at, (center, name) in enumerate(zip(centers, called, strict=True)):
            if center in names:
                raise DefinitionError("center-twice", center=repr(center), line=line + at, table=what)
            names[center] = name
    return {center: name for center, name in names.items() if name.strip()}


def _declared(rows: Sequence[Declared], areas: AreaTree) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        _area(row.area, areas)
        if row.area in found:
            raise DefinitionError("declared-area", area=repr(row.area))
        found[row.area] = row.stations
    return found
