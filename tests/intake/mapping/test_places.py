"""Roll, centers and areas through their mapping, and mappings that are malformed."""

from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.mapping.rows import AreaRow, CenterRow, RollRow
from escrutinio.intake.mapping.tables import read_areas, read_centers, read_roll
from tests.intake.made import SHEETS, mapping

ROLL = """
[[roll]]
file = "a.csv"
station = "S"
center = "{S:1-2}"
area = "{S:1-1}"
registered = "R"
[[roll]]
file = "b.csv"
station = "S"
center = "C"
area = "=1"
"""


def written(base: Path, **files: str) -> Path:
    for name, text in files.items():
        (base / f"{name}.csv").write_text(text)
    return base


def test_the_roll_is_the_union_of_its_tables(tmp_path: Path) -> None:
    found = read_roll(
        mapping(ROLL), written(tmp_path, a="S,R\n111,40\n112,\n112,7\n112,\n", b="S,C\n111,11\n113,11\n")
    )
    assert found.rows == (
        RollRow("111", "11", "1", 40),
        RollRow("112", "11", "1", 7),
        RollRow("113", "11", "1", None),
    )
    assert found.bad == ()
    assert [source.file for source in found.sources] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("a", "b", "column", "value"),
    [
        ("111,40\n111,41\n", "", "R", "41"),
        ("111,40\n", "111,12\n", "C", "12"),
        ("211,40\n", "211,21\n", "", "1"),
    ],
)
def test_a_station_that_contradicts_itself_is_a_bad_row(
    tmp_path: Path, a: str, b: str, column: str, value: str
) -> None:
    found = read_roll(mapping(ROLL), written(tmp_path, a="S,R\n" + a, b="S,C\n113,11\n" + b))
    (bad,) = found.bad
    assert (bad.column, bad.value) == (column, value)
    assert "in a.csv, line 2" in str(bad.why)
    assert [row.registered for row in found.rows] == [40, None]


def test_centers_may_lack_a_name(tmp_path: Path) -> None:
    text = '[[centers]]\nfile = "a.csv"\ncenter = "C"\narea = "=1"\nname = "N"\n'
    found = read_centers(
        mapping(text), written(tmp_path, a='C,N\n11,"School ""One"""\n12,\n13,a\u202eb\n14,' + "é" * 101)
    )
    assert found.rows[0] == CenterRow("11", "1", 'School "One"')
    assert found.rows[1:] == tuple(CenterRow(code, "1", None) for code in ("12", "13", "14"))
    assert all(bad.kept for bad in found.bad)
    assert [(bad.line, bad.column) for bad in found.bad] == [(4, "N"), (5, "N")]


AREAS = """
[[areas]]
file = "a.csv"
levels = [
  { level = "country", code = "=X", name = "=Xland" },
  { level = "state", code = "{P:1-1}", name = "SN", stations_declared = "D" },
  { level = "parish", code = "P", name = "{PN} {{{SN}}}", lon = "LON", lat = "LAT" },
]
"""
AREA_HEADER = "P,PN,SN,D,LON,LAT\n"


def test_areas_are_read_level_by_level_parents_first(tmp_path: Path) -> None:
    table = AREA_HEADER + "11,a,one,,-66.5,10\n12,b,one,30,,\n21,c,two,5,0,-0.25\n"
    found = read_areas(mapping(AREAS), written(tmp_path, a=table))
    assert found.rows == (
        AreaRow("X", None, "country", "Xland", None, None, None),
        AreaRow("1", "X", "state", "one", 30, None, None),
        AreaRow("11", "1", "parish", "a {one}", None, "-66.5", "10"),
        AreaRow("12", "1", "parish", "b {one}", None, None, None),
        AreaRow("2", "X", "state", "two", 5, None, None),
        AreaRow("21", "2", "parish", "c {two}", None, "0", "-0.25"),
    )
    assert found.bad == ()


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("12,b,uno,,,", "SN", "The area 1 has another name, 'one', in a.csv, line 2"),
        ("12,b,one,31,,", "D", "The area 1 has another stations_declared, '30'"),
        ("12,,one,,,", "PN", "neighbours"),
        ("12,b,one,,181,", "LON", "degrees between -180 and 180"),
        ("12,b,one,,,-90.1", "LAT", "degrees between -90 and 90"),
        ("12,b,one,,nan,", "LON", "degrees"),
        ("1,b,one,,,", "P", "its own parent"),
        ("X,b,one,,,", "P", "its own parent"),
    ],
)
def test_an_area_that_does_not_hold_is_a_bad_row(tmp_path: Path, row: str, column: str, reason: str) -> None:
    found = read_areas(mapping(AREAS), written(tmp_path, a=AREA_HEADER + "11,a,one,30,,\n" + row))
    (bad,) = found.bad
    assert (bad.line, bad.column) == (3, column)
    assert reason in str(bad.why)


def test_an_area_under_two_parents_is_a_bad_row(tmp_path: Path) -> None:
    text = '[[areas]]\nfile = "a.csv"\nlevels = [{ level = "town", code = "C", parent = "P", name = "C" }]\n'
    found = read_areas(mapping(text), written(tmp_path, a="C,P\n1,8\n1,9\n"))
    assert [row.parent for row in found.rows] == ["8"]
    assert [str(bad.why) for bad in found.bad] == ["The area 1 has another parent, '8', in a.csv, line 2."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            SHEETS.replace("options", "optoins"),
            "[import], sheets 1 has an unknown key 'optoins'; did you mean 'options'?",
        ),
        (
            SHEETS.replace("[[sheets]]", "[[sheet]]"),
            "[import] has an unknown key 'sheet'; did you mean 'sheets'?",
        ),
        (SHEETS.replace("[[sheets]]", "[sheets]"), "[import], sheets: Expected a list, got a table"),
        (SHEETS.replace('contest = "mayor"', ""), "[import], sheets 1 lacks the key 'contest'"),
        (SHEETS.replace('"t.csv"', "7"), "[import], sheets 1, file: Expected text, got a whole number"),
        (SHEETS + 'delimiter = ";;"', "[import], sheets 1: the delimiter is one character"),
        (SHEETS + "header_line = 0", "[import], sheets 1: header_line counts from 1"),
        (SHEETS + 'decimals = "round"', "[import], sheets 1, decimals: invalid enum value 'round'"),
        (
            AREAS.replace("lon =", "long ="),
            "[import], areas 1, levels 3 has an unknown key 'long'; did you mean 'lon'?",
        ),
    ],
)
def test_a_malformed_mapping_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        mapping(text)
    assert sentence in str(caught.value)
