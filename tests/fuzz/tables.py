"""The tables that totals need, areas and stations, as their attachments spell them, through both readers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import NamedTuple

from escrutinio.core.election.areas import AreaTree, read_areas
from escrutinio.core.election.roll import read_roll
from tests.core.election.build import AREAS, STATIONS
from tests.fuzz.odd import TEXTS, damaged
from tests.fuzz.subject import Mirrored

_CELLS = (
    "", "norte", "marte", "isla", "n1", "n1.01", '"n1.01"', '"a,b"', '"a""b"', '"a', 'a"', "0", "00", "+1",
    "-1", " 1", "1 ", "1.0", "1e3", "4294967295", "4294967296", "99999999999", "9" * 400, "١", *TEXTS,
)  # fmt: skip
_ENDS = (b"", b"\n", b"\n\n", b"\r\n", b"\r", b" \n", b",\n", b"\x1a", b"\x00")


class Table(NamedTuple):
    """Which table, and its bytes."""

    command: str
    data: bytes


@cache
def _areas() -> AreaTree:
    return read_areas(AREAS)


def _table(random: Random, good: bytes) -> bytes:
    """A table with cells, lines, line ends or bytes changed."""
    rows = [line.split(",") for line in good.decode().splitlines()]
    for _ in range(random.choice((0, 1, 1, 2))):
        row = random.choice(rows)
        at = random.randrange(len(row))
        match random.randrange(8):
            case 0 | 1 | 2:
                row[at] = random.choice(_CELLS)
            case 3:
                del row[at]
                row += [] if row else [""]
            case 4:
                row.insert(at, random.choice(_CELLS))
            case 5:
                rows.insert(random.randrange(len(rows) + 1), list(random.choice(rows)))
            case 6:
                rows.remove(row)
                rows += [] if rows else [[""]]
            case _:
                random.shuffle(rows)
    data = "".join(",".join(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")
    match random.randrange(12):
        case 0:
            return data[:-1] + random.choice(_ENDS)
        case 1:
            return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n")))
        case 2:
            return random.choice((b"\xef\xbb\xbf", b"\n", b" ", b"#\n")) + data
        case 3 | 4:
            return damaged(random, data)
    return data


class Tables(Mirrored[Table]):
    """Area tables and rolls."""

    name = "tables"
    about = "area tables and rolls, Python and JavaScript"
    count = 20_000
    command = "table"

    def make(self, random: Random) -> Table:
        command, good = random.choice((("areas", AREAS), ("stations", STATIONS)))
        return Table(command, _table(random, good))

    def question(self, given: Table) -> Mapping[str, object]:
        return {"kind": given.command, "data": given.data.hex(), "areas": AREAS.hex()}

    def python(self, given: Table) -> object:
        if given.command == "areas":
            tree = read_areas(given.data)
            parents = [tree.codes[at] if at >= 0 else "" for at in tree.parent.tolist()]
            return sorted(map(list, zip(tree.codes, parents, tree.names, strict=True)))
        roll = read_roll(given.data, _areas(), frozen_on="2030-11-01")
        areas = [_areas().codes[at] for at in roll.area.tolist()]
        registered = [None if number < 0 else number for number in roll.registered.tolist()]
        return sorted(map(list, zip(roll.stations, areas, registered, strict=True)), key=lambda row: row[0])

    def kept(self, given: Table) -> bytes:
        return given.command.encode() + b"\n" + given.data
