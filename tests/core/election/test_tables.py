"""A table has one way of being written, so that every reader takes the same bytes for a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.areas import read_areas
from escrutinio.core.election.tables import read_columns, write_table
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Step
from tests.core.election.build import AREAS, STATIONS, VOTES, Day, attachment, counts_at, machines

CENTERS = b'center,area,name\nn1,norte,"School, north"\nn2,norte,"The ""Old"" Mill"\n'
LISTING = b"machine,station\nmachine/1,n1.01\n"

OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CRLF at one line": lambda raw: raw.replace(b"\n", b"\r\n", 1),
    "CR alone": lambda raw: raw.replace(b"\n", b"\r"),
    "no last LF": lambda raw: raw[:-1],
    "blank last line": lambda raw: raw + b"\n",
    "blank first line": lambda raw: b"\n" + raw,
    "needless quotes": lambda raw: raw.replace(b"norte", b'"norte"').replace(b"n1.01", b'"n1.01"'),
    "quotes in the header": lambda raw: b'"' + raw.replace(b",", b'",', 1),
    "a space behind a comma": lambda raw: raw.replace(b",", b", ", 1),
    "another order of the header": lambda raw: (
        b",".join(reversed(raw.split(b"\n")[0].split(b","))) + raw[raw.index(b"\n") :]
    ),
    "a column more": lambda raw: raw.replace(b"\n", b",\n"),
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "nothing": lambda raw: b"",
}
IDS = list(OTHERWISE)


@pytest.mark.parametrize("how", IDS)
def test_areas_written_otherwise_are_refused(how: str) -> None:
    with pytest.raises(DefinitionError):
        read_areas(OTHERWISE[how](AREAS))


@pytest.mark.parametrize("how", [*IDS, "no row", "+100", "0100", "100.0", "-1", "none"])
def test_a_roll_written_otherwise_is_not_in_force_and_is_a_finding(how: str) -> None:
    day = Day()
    number = {"+100": b"+100", "0100": b"0100", "100.0": b"100.0", "-1": b"-1", "none": b"none"}
    if how in number:
        written = STATIONS.replace(b"100", number[how], 1)
    else:
        written = STATIONS.split(b"\n")[0] + b"\n" if how == "no row" else OTHERWISE[how](STATIONS)
    at = day.roll(written, replaces=day.rolled)
    sheet = machines(day).sheet("machine/1", "n1.01", VOTES)
    state = day.state()
    assert counts_at(state, "n1.01") == sheet
    assert [(f.code, f.entries) for f in state.findings if f.code != "roll-changed-late"] == [
        ("roll-unreadable", (at,))
    ]


@pytest.mark.parametrize("how", [*(each for each in IDS if each != "needless quotes"), "needless", "twice"])
def test_centers_written_otherwise_make_the_roll_unreadable(how: str) -> None:
    centers = {
        "needless": CENTERS.replace(b"norte", b'"norte"', 1),
        "twice": CENTERS + b"n1,norte,Again\n",
    }.get(how) or OTHERWISE[how](CENTERS)
    day = Day(stations=None)
    body = t.Roll(day.attach(STATIONS), day.attach(centers), (), "2030-11-01")
    at = day.say(body, "authority/1", "election")
    state = day.state()
    assert len(state.roll) == 0
    assert [(f.code, f.entries) for f in state.findings] == [("roll-unreadable", (at,))]


@pytest.mark.parametrize("declared", [("nowhere",), ("norte", "norte")])
def test_declared_stations_that_cannot_be_make_the_roll_unreadable(declared: tuple[str, ...]) -> None:
    day = Day(stations=None)
    stated = tuple(p.Declared(area, 1) for area in declared)
    day.say(t.Roll(day.attach(STATIONS), None, stated, "2030-11-01"), "authority/1", "election")
    state = day.state()
    assert len(state.roll) == 0
    assert [f.code for f in state.findings] == ["roll-unreadable"]


@pytest.mark.parametrize("how", IDS)
def test_a_listing_written_otherwise_is_a_finding_and_no_step(how: str) -> None:
    day = Day()
    listing = day.attach(OTHERWISE[how](LISTING))
    at = day.say(t.Lifecycle(Step.SHIPPED, (), None, listing), "authority/1", "lot-1")
    state = day.state()
    assert len(state.machines) == 0
    assert [(f.code, f.entries) for f in state.findings] == [("listing-unreadable", (at,))]


def test_centers_and_listings_may_have_no_row() -> None:
    day = Day(stations=None)
    centers, listing = day.attach(b"center,area,name\n"), day.attach(b"machine,station\n")
    day.say(t.Roll(day.attach(STATIONS), centers, (), "2030-11-01"), "authority/1", "election")
    day.say(t.Lifecycle(Step.SHIPPED, (), None, listing), "authority/1", "lot-1")
    state = day.state()
    assert len(state.roll) == 4
    assert state.findings == ()


def test_a_roll_with_quotes_where_they_are_needed_is_read() -> None:
    day = Day(stations=None)
    day.say(t.Roll(day.attach(STATIONS), day.attach(CENTERS), (), "2030-11-01"), "authority/1", "election")
    assert day.state().roll.center_names == {"n1": "School, north", "n2": 'The "Old" Mill'}


def test_a_roll_of_another_size_than_stated_is_missing() -> None:
    day = Day(stations=None)
    named = attachment(STATIONS)
    day.attach(STATIONS)
    stated = p.Attachment(named.digest, named.size + 1, named.media_type)
    day.say(t.Roll(stated, None, (), "2030-11-01"), "authority/1", "election")
    state = day.state()
    assert len(state.roll) == 0
    assert state.attachments_missing == (named.digest,)


_FIELD = st.text(st.sampled_from("ab,\"'\u00f1 \t"), max_size=5)
_ROWS = st.lists(st.tuples(_FIELD, _FIELD, _FIELD), max_size=6)


@given(_ROWS)
def test_what_is_written_is_read_as_it_is(rows: list[tuple[str, str, str]]) -> None:
    raw = write_table(("x", "y", "z"), rows)
    read = [
        row
        for _, columns in read_columns(raw, ("x", "y", "z"), Phrase("it"))
        for row in zip(*columns, strict=True)
    ]
    assert read == rows


@given(_ROWS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), st.sampled_from(["\n", "\r\n"]))
def test_the_same_rows_written_in_any_other_way_are_refused(
    rows: list[tuple[str, str, str]], quoting: int, end: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator=end).writerows([("x", "y", "z"), *rows])  # type: ignore[arg-type]
    with pytest.raises(DefinitionError):
        list(read_columns(out.getvalue().encode(), ("x", "y", "z"), Phrase("it")))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_what_is_read_is_written_alike(raw: bytes) -> None:
    try:
        chunks = list(read_columns(b"x,y\n" + raw, ("x", "y"), Phrase("it")))
    except DefinitionError:
        return
    rows = [row for _, columns in chunks for row in zip(*columns, strict=True)]
    assert write_table(("x", "y"), rows) == b"x,y\n" + raw
