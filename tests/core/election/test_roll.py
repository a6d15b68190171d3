"""The roll: stations, centers and registered voters from their tables."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import Area, build_areas
from escrutinio.core.election.roll import (
    UNKNOWN,
    Center,
    Roll,
    Station,
    read_roll,
    write_centers,
    write_stations,
)
from escrutinio.core.records.parts import Declared

AREAS = build_areas([Area("AT", None, "country", "Atlantida"), Area("AT1", "AT", "region", "North")])
STATIONS = """station,center,area,registered
001.01,001,AT1,350
001.02,001,AT1,
002.01,002,AT,0
"""
CENTERS = """center,area,name
001,AT1,"School ""Añil"", old"
002,AT,
"""


def read(stations: str = STATIONS, centers: str = CENTERS, declared: tuple[Declared, ...] = ()) -> Roll:
    return read_roll(
        stations.encode(), AREAS, centers=centers.encode(), declared=declared, frozen_on="2031-02-01"
    )


def test_a_roll_says_where_stations_are_and_how_many_vote_there() -> None:
    roll = read(declared=(Declared("AT1", 4),))
    assert roll.stations == ("001.01", "001.02", "002.01")
    assert roll.index == {"001.01": 0, "001.02": 1, "002.01": 2}
    assert roll.centers == ("001", "002")
    assert roll.center.tolist() == [0, 0, 1]
    assert roll.area.tolist() == [1, 1, 0]
    assert roll.registered.tolist() == [350, UNKNOWN, 0]
    assert roll.center_names == {"001": 'School "Añil", old'}
    assert roll.declared == {"AT1": 4}
    assert [str(each.dtype) for each in (roll.center, roll.area, roll.registered)] == [
        "int32",
        "int32",
        "int64",
    ]


stations = st.builds(
    Station,
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True),
    st.sampled_from(["c2", "C1", "c10"]),
    st.sampled_from(AREAS.codes),
    st.none() | st.integers(0, 2**32 - 1),
)


rolls = st.lists(stations, min_size=1, max_size=30, unique_by=lambda row: row.station)


@given(rolls, st.randoms(use_true_random=False))
def test_rows_in_any_order_are_the_same_roll(rows: list[Station], random: Random) -> None:
    head, *body = write_stations(rows).splitlines(keepends=True)
    random.shuffle(body)
    roll = read_roll(head + b"".join(body), AREAS, frozen_on="2031-02-01")
    back = [
        Station(code, roll.centers[roll.center[i]], AREAS.codes[roll.area[i]], None if voters < 0 else voters)
        for i, (code, voters) in enumerate(zip(roll.stations, roll.registered.tolist(), strict=True))
    ]
    assert back == sorted(rows, key=lambda row: row.station)
    assert [roll.index[code] for code in roll.stations] == list(range(len(roll)))


def test_writers_sort() -> None:
    rows = [Station("b", "2", "AT", None), Station("a", "1", "AT", 7)]
    assert write_stations(rows) == b"station,center,area,registered\na,1,AT,7\nb,2,AT,\n"
    centers = [Center("2", "AT", ""), Center("1", "AT", "One, two")]
    assert write_centers(centers) == b'center,area,name\n1,AT,"One, two"\n2,AT,\n'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("001.02,", "001.01,", "The station table has the station '001.01' twice"),
        ("001.02,", "001/02,", "The station table, line 3: '001/02' is not a code"),
        ("002.01,002,", "002.01,,", "The station table, line 4: '' is not a code"),
        (",AT1,350", ",AT9,350", "The station table, line 2: There is no area 'AT9'"),
        ("350", "-1", "The station table, line 2: '-1' is not a number of voters"),
        ("350", "3.5", "'3.5' is not a number of voters"),
        ("350", "1_000", "'1_000' is not a number of voters"),
        ("350", "٣", "'٣' is not a number of voters"),
        ("350", " 350", "' 350' is not a number of voters"),
        ("350", "4294967296", "'4294967296' is not a number of voters"),
        (",registered", "", "begins with 'station,center,area', where"),
        ("AT1,350", "AT1", "has 3 fields in line 2, not 4"),
    ],
)
def test_a_station_table_with_one_fault_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(stations=STATIONS.replace(old, new, 1))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("002,AT,", "001,AT,", "The center table has the center '001' twice, again in line 3"),
        ("002,AT,", "002,AT7,", "The center table, line 3: There is no area 'AT7'"),
        ("Añil", "A\u2028il", "The center table, line 2: The text has the character U+2028"),
    ],
)
def test_a_center_table_with_one_fault_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(centers=CENTERS.replace(old, new, 1))
    assert reason in str(caught.value)


def test_what_is_declared_must_be_declared_once_for_areas_that_exist() -> None:
    with pytest.raises(DefinitionError, match="no area 'AT9'"):
        read(declared=(Declared("AT9", 1),))
    with pytest.raises(
        DefinitionError, match="declares the stations of 'AT', which is no area, or is declared twice"
    ):
        read(declared=(Declared("AT", 1), Declared("AT", 1)))


def test_a_roll_has_stations_and_a_day() -> None:
    with pytest.raises(DefinitionError, match="has no station"):
        read(stations="station,center,area,registered\n")
    with pytest.raises(DefinitionError, match="The day the roll was frozen: '1 Feb' is not a day"):
        read_roll(STATIONS.encode(), AREAS, frozen_on="1 Feb")


def test_the_fault_named_is_in_the_right_line_of_a_long_table() -> None:
    rows = [f"s{i},c,AT,{i}\n" for i in range(3_000)]
    rows[2_345] = "s2345,c,AT,many\n"
    with pytest.raises(DefinitionError, match="line 2347: 'many' is not a number"):
        read(stations="station,center,area,registered\n" + "".join(rows))
