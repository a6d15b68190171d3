"""What a mapping can say of a table: marks, conditions, sums, cut text, codes, headers, many files."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError, EscrutinioError
from escrutinio.core.records.codes import SheetFact
from escrutinio.core.records.text import check_code
from escrutinio.intake.mapping.mapping import nearest
from escrutinio.intake.mapping.rows import Ballot, Imported, SheetRow
from escrutinio.intake.mapping.slugs import slug
from escrutinio.intake.mapping.spool import Block, Spool
from escrutinio.intake.mapping.tables import opened_files, read_areas, read_roll, read_sheets
from tests.intake.made import mapping, workbook, zipped

CONTESTS = {"c": Ballot(("A", "B"), ("null",)), "d": Ballot(("A",), ("null", "blank"))}
USUAL = """
[defaults]
file = "t.csv"
station = "S"
[[sheets]]
contest = "c"
options = { A = "A", B = "B" }
"""


def read(base: Path, table: str, text: str = USUAL, more: str = "") -> Imported[SheetRow]:
    (base / "t.csv").write_text(table)
    return read_sheets(mapping(text + more), base, CONTESTS)


def votes(found: Imported[SheetRow]) -> list[tuple[str, tuple[int, ...]]]:
    return [(row.station, row.counts) for row in found.rows]


def test_marks_say_none_unknown_or_what_is_the_matter(tmp_path: Path) -> None:
    marks = (
        'null = "N"\nmarks = { "-" = "none", NA = "unknown", Ilegible = "illegible", X = "not-installed" }\n'
    )
    found = read(
        tmp_path, "S,A,B,N\n1,5,-,-\n2,5,1,NA\n3,Ilegible,4,Ilegible\n4,X,X,X\n5,NA,3,0\n", more=marks
    )
    assert [(row.station, row.counts, row.classes) for row in found.rows] == [
        ("1", (5, 0), (0,)),
        ("2", (5, 1), ()),
        ("3", (0, 4), ()),
    ]
    assert [(fact.station, fact.fact, fact.words) for fact in found.facts] == [
        ("3", SheetFact.ILLEGIBLE, "A: Ilegible\nN: Ilegible"),
        ("4", SheetFact.NOT_INSTALLED, "A: X\nB: X"),
    ]
    (bad,) = found.bad
    assert str(bad).endswith("('NA'): The votes here are not known, so the sheet has no count to record.")


def test_a_mark_of_one_column_alone(tmp_path: Path) -> None:
    more = 'registered = { column = "L", marks = { "0" = "unknown" } }\n'
    found = read(tmp_path, "S,A,B,L\n1,5,0,0\n2,5,0,9\n", more=more)
    assert [row.registered for row in found.rows] == [None, 9]


def test_a_station_without_any_figure_has_no_sheet(tmp_path: Path) -> None:
    assert votes(read(tmp_path, "S,A,B\n1,,\n2,1,2\n")) == [("2", (1, 2))]
    assert read(tmp_path, "S,A,B\n1,,\n").rows == ()


@pytest.mark.parametrize(
    ("condition", "stations"),
    [
        ('"x"', "13"),
        ('["x", "y"]', "123"),
        ('{ not = "x" }', "245"),
        ('{ not = ["x", ""] }', "25"),
        ("{ empty = true }", "4"),
        ("{ empty = false }", "1235"),
        ('{ like = "y*" }', "25"),
        ('{ like = ["?", "*z"] }', "1235"),
        ('{ unlike = "y?*" }', "1234"),
        ('{ not = "x", empty = false, like = "?" }', "2"),
    ],
)
def test_conditions(tmp_path: Path, condition: str, stations: str) -> None:
    table = "S,K,A,B\n1,x,1,1\n2,y,1,1\n3, x ,1,1\n4,,1,1\n5,yz,1,1\n"
    found = read(tmp_path, table, more=f"where = {{ K = {condition} }}\n")
    assert "".join(row.station for row in found.rows) == stations


def test_columns_are_added_up(tmp_path: Path) -> None:
    text = USUAL.replace('B = "B"', 'B = ["B", "C"]') + 'null = ["N", "I"]\n'
    found = read(tmp_path, "S,A,B,C,N,I\n1,5,1,2,3,4\n2,5,1,2,3,\n", text)
    assert [(row.counts, row.classes) for row in found.rows] == [((5, 3), (7,)), ((5, 3), ())]


def test_thousands_where_the_mapping_says_so(tmp_path: Path) -> None:
    more = 'delimiter = ";"\nthousands = "."\n'
    found = read(tmp_path, "S;A;B\n1;1.234.567;12\n2;1.23;12\n", more=more)
    assert votes(found) == [("1", (1_234_567, 12))]
    assert [bad.value for bad in found.bad] == ["1.23"]
    with pytest.raises(DefinitionError, match="a dot cannot part both"):
        mapping(USUAL + 'thousands = "."\ndecimals = "zero"\n')


def test_the_state_of_a_sheet(tmp_path: Path) -> None:
    status = (
        'status = { column = "E", is = { ok = "ordinary", wait = "pending", void = "annulled", '
        'shut = "not-installed", odd = "challenged" } }\n'
    )
    table = "S,E,A,B\n1,ok,1,1\n2,wait,0,0\n3,void,9,9\n4,shut,,\n5,odd,2,2\n6,,3,3\n7,new,4,4\n"
    found = read(tmp_path, table, more=status)
    assert [row.station for row in found.rows] == ["1", "5", "6"]
    assert [(fact.station, fact.fact, fact.words) for fact in found.facts] == [
        ("3", SheetFact.ANNULLED, "void"),
        ("4", SheetFact.NOT_INSTALLED, "shut"),
        ("5", SheetFact.CHALLENGED, "odd"),
    ]
    assert "The status of a sheet is not listed" in str(found.bad[0])


@pytest.mark.parametrize(
    ("field", "content", "expected"),
    [
        ("{S:2-}", "AB12", "B12"),
        ("{S|digits}", "№ 5-7", "57"),
        ("{S|digits:04}", "№ ٥7", "0057"),
        ("{S|before -}", "12-3-x", "12"),
        ("{S|after ' - '}", "Place - 7", "7"),
        ("{S|before -:1-2}", "123-x", "12"),
        ("{S|after -|code}", "x-Ñandú", "nandu"),
        ("{S|code 8}", "Santa Cruz de la Sierra", "san-78ca"),
        ("#1", "7", "7"),
        ("{#1:03}", "7", "007"),
    ],
)
def test_text_is_cut(tmp_path: Path, field: str, content: str, expected: str) -> None:
    found = read(tmp_path, f"S,A,B\n{content},1,1\n", USUAL.replace('"S"', f'"{field}"'))
    assert [str(bad) for bad in found.bad] == []
    assert [row.station for row in found.rows] == [expected]


@pytest.mark.parametrize(
    ("field", "content", "reason"),
    [
        ("{S:5-}", "AB12", "no character 5"),
        ("{S|digits}", "none", "no digits"),
        ("{S|before -}", "12", "'-' does not stand there"),
        ("{S|code}", "—", "no letter and no digit"),
    ],
)
def test_text_that_cannot_be_cut(tmp_path: Path, field: str, content: str, reason: str) -> None:
    (bad,) = read(tmp_path, f"S,A,B\n{content},1,1\n", USUAL.replace('"S"', f'"{field}"')).bad
    assert reason in str(bad)


@pytest.mark.parametrize("field", ["{S|}", "{S|before}", "{S|code 3}", "{S|digits 4}", "{S:0-}", "{|code}"])
def test_a_malformed_filter_is_refused(tmp_path: Path, field: str) -> None:
    with pytest.raises(DefinitionError, match=r"should read like"):
        read(tmp_path, "S,A,B\n1,1,1\n", USUAL.replace('"S"', f'"{field}"'))


def test_two_names_never_share_a_code_in_silence(tmp_path: Path) -> None:
    found = read(tmp_path, "S,A,B\nSt. John,1,1\nSt John,1,1\n", USUAL.replace('"S"', '"{S|code}"'))
    assert [row.station for row in found.rows] == ["st-john"]
    assert "would have the code st-john, as 'St. John' has" in str(found.bad[0])


@given(name=st.text(min_size=1, max_size=80))
@example(name="000000000¨ÆÞÞÞ:000000")
@example(name="Ñuñoa de los Ángeles, 1.ª circunscripción")
def test_a_name_has_one_code_that_records_take(name: str) -> None:
    code = slug(name)
    assert {slug(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {code}
    assert code == "" or check_code(code) == code
    assert len(code) <= 24


def test_a_table_of_codes(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("name,code\nAlpha,01\nBeta,02\n")
    codes = '[codes.places]\nfile = "codes.csv"\nfrom = "name"\nto = "code"\nis = { Gamma = "03" }\n'
    text = USUAL.replace('"S"', '"{S|places}"') + codes
    found = read(tmp_path, "S,A,B\nBeta,1,1\nGamma,1,1\nDelta,1,1\n", text)
    assert [row.station for row in found.rows] == ["02", "03"]
    assert "table of codes places does not list this" in str(found.bad[0])
    assert [source.file for source in found.sources] == ["t.csv", "codes.csv"]
    with pytest.raises(DefinitionError, match="no filter place and no table of codes of that name"):
        read(tmp_path, "S,A,B\n1,1,1\n", text.replace("|places", "|place"))


LONG = """
[[sheets]]
file = "t.csv"
contest = "c"
station = "S"
option = { column = "O", is = { a = "A", b = "B", spoilt = "null", all = "ballots" } }
votes = "V"
"""


def test_other_figures_of_a_long_table(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "S,O,V\n1,a,3\n1,b,2\n1,spoilt,1\n1,all,6\n", LONG).rows
    assert (row.counts, row.classes, row.ballots, row.line) == ((3, 2), (1,), 6, 2)


def test_a_long_table_never_makes_a_zero_of_what_is_not_there(tmp_path: Path) -> None:
    table = "S,O,V\n1,a,3\n2,a,1\n2,b,1\n3,a,1\n3,b,x\n"
    found = read(tmp_path, table, LONG)
    assert votes(found) == [("2", (1, 1))]
    assert sorted(bad.line for bad in found.bad) == [2, 6]
    assert "has no row for: B" in str(found.bad[1])
    found = read(tmp_path, table, LONG, 'missing = "none"\n')
    assert votes(found) == [("1", (3, 0)), ("2", (1, 1))]


def test_rows_of_one_option_are_added_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = "S,O,K,V\n1,a,early,3\n1,a,day,4\n1,b,day,1\n"
    assert "This option stands twice" in str(read(tmp_path, table, LONG).bad[0])
    assert votes(read(tmp_path, table, LONG, 'repeated = "add"\n')) == [("1", (7, 1))]


def test_an_option_that_is_not_listed_is_a_bad_row(tmp_path: Path) -> None:
    found = read(tmp_path, "S,O,V\n1,a,3\n1,c,4\n1,b,1\n", LONG)
    assert "no option and no other figure of the contest 'c'" in str(found.bad[0])
    assert found.rows == ()


def test_a_contest_out_of_a_column_with_options_listed_once(tmp_path: Path) -> None:
    text = USUAL.replace('contest = "c"', 'contest = { column = "K", is = { one = "c", two = "d" } }')
    found = read(tmp_path, "S,K,A,B\n1,one,1,2\n1,two,3,\n2,other,1,1\n", text)
    assert [(row.contest, row.counts) for row in found.rows] == [("c", (1, 2)), ("d", (3,))]


def test_many_files_of_one_shape_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name in ("b", "a"):
        (tmp_path / "d" / f"{name}.csv").write_text(f"S,A,B\n{name},1,1\n")
    found = read(tmp_path, "", USUAL.replace('"t.csv"', '"d/*.csv"'))
    assert [(row.source, row.station) for row in found.rows] == [("d/a.csv", "a"), ("d/b.csv", "b")]
    assert len(found.sources) == 2
    (tmp_path / "t.zip").write_bytes(zipped(a_csv=b"S,A,B\n1,1,1\n", b_csv=b"B,A,S\n3,2,1\n", c_txt=b""))
    found = read(tmp_path, "", USUAL.replace('"t.csv"', '"t.zip"') + 'member = "*.csv"\n')
    assert votes(found) == [("1", (1, 1)), ("1", (2, 3))]
    for fault in ('"e/*.csv"', '"d/*.tsv"', '"*/a.csv"', '"../*.csv"'):
        with pytest.raises(EscrutinioError, match=r"[Tt]here is no file|stands in the name|outside"):
            read(tmp_path, "", USUAL.replace('"t.csv"', fault))


def test_a_sheet_of_a_workbook_is_read_once(tmp_path: Path) -> None:
    rows: list[list[object]] = [["S", "A", "B"], *([f"s{number}", number, 1] for number in range(3_000))]
    (tmp_path / "t.csv").write_bytes(workbook(rows))
    tables = mapping(
        USUAL
        + '[[roll]]\ncenter = "S"\narea = "=X"\n'
        + '[[areas]]\nlevels = [{ level = "l", code = "=X", name = "=X" }]\n'
    )
    with opened_files(tables, tmp_path) as files:
        assert len(read_areas(tables, tmp_path, files).rows) == 1
        (tmp_path / "t.csv").unlink()
        assert len(read_roll(tables, tmp_path, files).rows) == 3_000
        assert len(read_sheets(tables, tmp_path, CONTESTS, files).rows) == 3_000


def test_the_last_rows_can_be_left_out(tmp_path: Path) -> None:
    assert votes(read(tmp_path, "S,A,B\n1,1,1\nTotal,1,1\nnote,,\n", more="skip_last = 2\n")) == [
        ("1", (1, 1))
    ]


def test_cells_beyond_the_header_that_hold_nothing(tmp_path: Path) -> None:
    assert votes(read(tmp_path, "S,A,B\n1,1,1,,\n")) == [("1", (1, 1))]


def test_a_header_alone_is_no_sheet_yet_and_a_roll_of_nobody_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, "S,A,B\n").rows == ()
    tables = mapping('[[roll]]\nfile = "t.csv"\nstation = "S"\ncenter = "S"\narea = "=X"\n')
    with pytest.raises(EscrutinioError, match="column names and no rows"):
        read_roll(tables, tmp_path)


@pytest.mark.parametrize(
    ("table", "text", "sentence"),
    [
        ("S,A,B\n1,1,1\n", USUAL.replace('station = "S"', 'stations = "S"'), "did you mean 'station'?"),
        ('"S";"A";"B"\n"1";"1";"1"\n', USUAL, "perhaps the delimiter is ';'."),
        ("S,A,a b\n1,1,1\n", USUAL.replace('B = "B"', 'B = "A B"'), "did you mean 'a b'?"),
        ("S,O,V\nq,1,1\n", LONG.replace('contest = "c"', 'contest = { column = "S", is = { x = "c" } }'),
         "no sheet came of them"),
        ("S,A,B\n1,1,1\n", USUAL + 'marks = { "-" = "nothing" }\n', "the mark '-' means one of none, "),
        ("S,A,B\n1,1,1\n", USUAL + 'where = { S = { nott = "1" } }\n', "did you mean 'not'?"),
        ("S,A,B\n1,1,1\n", USUAL + 'option = "A"\n', "has both option and votes"),
    ],
)  # fmt: skip
def test_one_fault_is_one_sentence(tmp_path: Path, table: str, text: str, sentence: str) -> None:
    with pytest.raises(EscrutinioError) as caught:
        read(tmp_path, table, text)
    assert sentence in str(caught.value)


def test_names_of_columns_are_said_whole() -> None:
    long = "Votes for the list that has a name of more than sixty characters, as many have"
    assert long in str(nearest(long.upper(), [long]))


def test_what_was_kept_is_given_again_and_its_source_is_asked_once() -> None:
    asked = []

    def source() -> Iterator[Block]:
        for number in range(3):
            asked.append(number)
            yield [(number, [str(number)])]

    spool = Spool(source())
    first = spool.blocks()
    assert next(first) == [(0, ["0"])]
    assert [block[0][0] for block in spool.blocks()] == [0, 1, 2]
    assert [block[0][0] for block in first] == [1, 2]
    assert asked == [0, 1, 2]
    spool.close()
