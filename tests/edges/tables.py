"""Edges of tables: rolls, areas and machine lists in every spelling but the one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    LogRole,
    Step,
)
from escrutinio.core.records.entry import open_record
from tests.core.election.build import (
    AREAS,
    ORIGIN,
    PRESIDENT,
    ROOT,
    STATIONS,
    Day,
    attachment,
    key,
)
from tests.edges.edge import (
    ATTACHMENTS,
    BOTH,
    BROWSER,
    EDGES,
    FINE,
    NEITHER,
    PYTHON,
    Edge,
    edge,
    sheets,
)

TABLES: dict[str, tuple[str, str, bytes]] = {
    "byte-order-mark": (PYTHON, "A table begins with its header.", b"\xef\xbb\xbf" + STATIONS),
    "plus": (PYTHON, "Numbers have no sign.", STATIONS.replace(b",100\n", b",+100\n", 1)),
    "zero-first": (BOTH, "Numbers have no leading zero.", STATIONS.replace(b",100\n", b",0100\n", 1)),
    "blank-line": (PYTHON, "No line is blank.", STATIONS + b"\n"),
    "no-row": (PYTHON, "A roll has a station.", STATIONS[: STATIONS.index(b"\n") + 1]),
    "crlf": (BROWSER, "Lines end in LF.", STATIONS.replace(b"\n", b"\r\n")),
    "quoted": (BROWSER, "Only what needs quotes has them.", STATIONS.replace(b"n1.01", b'"n1.01"', 1)),
    "no-last-line-end": (BROWSER, "The last line ends in LF too.", STATIONS[:-1]),
    "twice": (BOTH, "A station stands once.", STATIONS + STATIONS[STATIONS.index(b"\n") + 1 :]),
    "not-utf8": (BOTH, "Tables are UTF-8.", STATIONS.replace(b"n1.01", b"n1\xff01", 1)),
}


def malformed_roll(table: bytes, centers: bytes | None = None, declared: str = "norte") -> Day:
    """A day on which a second roll cannot be read, so that the first stays in force."""
    day = Day()
    body = t.Roll(
        day.attach(table),
        None if centers is None else day.attach(centers),
        (p.Declared(declared, 3),),
        "2030-11-01",
        day.digest(day.rolled or 0),
    )
    day.say(body, "authority/1", "election")
    sheets(day)
    return day


def _table(name: str) -> Callable[[], Edge]:
    right, because, table = TABLES[name]
    said = f"{because} A roll of which a part cannot be read is none; check 9 holds."
    return lambda: Edge(malformed_roll(table), right, said)


EDGES |= {f"roll-{name}": _table(name) for name in TABLES}
CHANGED = STATIONS.replace(b",100\n", b",1\n")


@edge
def roll_with_malformed_centers() -> Edge:
    day = malformed_roll(CHANGED, centers=b"center,area,name\nn1,nowhere,Norte\n")
    return Edge(day, NEITHER, "A roll whose centers cannot be read is none; check 9 holds.")


@edge
def roll_that_declares_no_area() -> Edge:
    day = malformed_roll(CHANGED, declared="nowhere")
    return Edge(
        day, NEITHER, "A roll that declares stations of an area that there is not is none; check 9 holds."
    )


@edge
def roll_with_quoted_center_names() -> Edge:
    day = Day()
    centers = day.attach(b'center,area,name\nn1,norte,"Norte, ""1"""\nn2,norte,\n')
    body = t.Roll(day.attach(CHANGED), centers, (), "2030-11-01", day.digest(day.rolled or 0))
    day.say(body, "authority/1", "election")
    sheets(day)
    return Edge(day, BOTH, "A name with a comma and quotes is quoted, and the roll is in force.")


@edge
def areas_in_a_circle() -> Edge:
    table = AREAS + b"a,b,state,A\nb,a,state,B\n"
    return Edge(_with_areas(table), PYTHON, "Areas are one tree.", {8: "fails"})


@edge
def areas_without_a_name() -> Edge:
    table = AREAS + b"este,isla,state,\n"
    return Edge(_with_areas(table), PYTHON, "Every area has a level and a name.", {8: "fails"})


@edge
def two_contests_of_one_code() -> Edge:
    day = defined(contests=(PRESIDENT, PRESIDENT))
    return Edge(day, PYTHON, "The parts of a definition do not contradict each other.", {8: "fails"})


def defined(**changes: Any) -> Day:
    """A log of two entries whose definition has these parts otherwise."""
    day = Day(charter=False)
    body = day_body(day)
    day.log.clear()
    day.election = b""
    day.say(replace(body, **changes), ROOT, "election")
    day.election = day.digest(0)
    day.say(t.Charter(ORIGIN, LogRole.OFFICIAL, body.titles, key(ROOT).public_key, None), ROOT, "election")
    return day


def day_body(day: Day) -> t.Definition:
    body = open_record(day.log[0]).body
    assert isinstance(body, t.Definition)
    return body


def _with_areas(table: bytes) -> Day:
    """A log whose definition names another table of areas."""
    day = defined(areas=attachment(table))
    day.attach(table)
    return day


@edge
def malformed_listing() -> Edge:
    day = Day()
    sheets(day)
    listing = day.attach(b"machine,station\r\nmachine/1,n1.01\r\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-1")
    return Edge(day, BROWSER, "A machine list that cannot be read is a finding; check 9 holds.")


@edge
def missing_listing() -> Edge:
    day = Day()
    sheets(day)
    listing = day.attach(b"machine,station\nmachine/1,n1.01\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-1")
    path = f"{ATTACHMENTS}/{listing.digest.hex()}"
    because = "A machine list of an act in force is a file that is needed."
    return Edge(day, PYTHON, because, FINE | {11: "fails"}, {path: None})
