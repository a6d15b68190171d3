"""Plain tables as accounts: by a mapping file, or by what their columns are called."""

from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]

from escrutinio.base.errors import DefinitionError, EscrutinioError, InputError
from escrutinio.intake.mapping.accounts import (
    AccountMapping,
    guess_mapping,
    read_account,
    read_accounts_file,
)

TABLE = "CENTRO,MESA,A,B,NULOS,RE\n10101001,1,5,4,1,20\n10101001,2,7,,0,30\n110101001,1,0,3,2,\n"
MAPPING = AccountMapping(
    file="t.csv",
    station="{CENTRO:09}.{MESA:02}",
    options={"a": "A", "b": "B"},
    null="NULOS",
    registered="RE",
    areas=("{CENTRO:09:1-2}", "{CENTRO:09:1-4}"),
)


def written(tmp_path: Path, text: str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_a_cell_without_a_figure_is_no_fault(tmp_path: Path) -> None:
    written(tmp_path, TABLE)
    account = read_account(MAPPING, tmp_path, "site")
    source = account.source
    assert account.bad == ()
    assert source.stations == ("010101001.01", "010101001.02", "110101001.01")
    assert source.figures.tolist() == [[5, 4, 1, -1], [7, -1, 0, -1], [0, 3, 2, -1]]
    assert source.places is not None
    assert source.places.registered.tolist() == [20, 30, -1]
    assert [source.places.tree.codes[area] for area in source.places.area.tolist()] == [
        "0101",
        "0101",
        "1101",
    ]
    assert source.places.tree.codes == ("all", "01", "0101", "11", "1101")


def test_two_rows_for_a_station_count_once_if_equal_and_not_at_all_if_not(tmp_path: Path) -> None:
    written(tmp_path, TABLE + "10101001,1,5,4,1,20\n10101001,2,7,1,0,30\n")
    account = read_account(MAPPING, tmp_path, "site")
    assert account.source.stations == ("010101001.01", "110101001.01")
    assert account.conflicts == ("010101001.02",)
    assert account.source.withheld == 1


def test_a_row_that_breaks_a_rule_is_told(tmp_path: Path) -> None:
    written(tmp_path, TABLE + "10101002,1,five,4,1,20\n")
    account = read_account(MAPPING, tmp_path, "site")
    assert [str(row) for row in account.bad] == [
        "t.csv, line 5, column A ('five'), this cell alone: This is not a count."
    ]
    assert len(account.source.stations) == 4  # the figure is not known, the row stays


def test_a_mapping_file(tmp_path: Path) -> None:
    written(tmp_path, TABLE)
    path = written(
        tmp_path,
        '[source.site]\nfile = "t.csv"\nname = "The site"\n'
        'station = "{CENTRO}.{MESA}"\noptions = { a = "A" }\n',
        "map.toml",
    )
    file = read_accounts_file(path)
    source = read_account(file.source["site"], tmp_path, "site").source
    assert source.name == "The site"
    assert source.places is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[source.x]\nfile = 'a.csv'\n", "station"),
        ("[source.x]\nfile = 'a.csv'\nstation = 'S'\noptions = {}\nwhat = 1\n", "what"),
        ("[sources.x]\n", "sources"),
        ("[source.x\n", "is not TOML: "),
    ],
)
def test_a_mapping_file_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EscrutinioError, match=message):
        read_accounts_file(written(tmp_path, text, "map.toml"))


def test_a_mapping_must_map_an_option(tmp_path: Path) -> None:
    written(tmp_path, TABLE)
    with pytest.raises(InputError, match="'site' maps no option"):
        read_account(AccountMapping(file="t.csv", station="MESA", options={}), tmp_path, "site")


def test_a_file_outside_the_directory_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, TABLE)
    (tmp_path / "in").mkdir()
    mapping = AccountMapping(file="../t.csv", station="MESA", options={"a": "A"})
    with pytest.raises(InputError, match="lies outside the directory"):
        read_account(mapping, tmp_path / "in", "site")


def test_columns_that_speak_for_themselves(tmp_path: Path) -> None:
    mapping = guess_mapping(written(tmp_path, TABLE.replace(",RE", ",REGISTRADOS")))
    assert mapping.station == "{CENTRO:09}.{MESA}"
    assert mapping.options == {"A": "A", "B": "B"}
    assert (mapping.null, mapping.registered) == ("NULOS", "REGISTRADOS")


def test_columns_that_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no columns that look like stations and votes"):
        guess_mapping(written(tmp_path, "x,y\na,b\nc,d\n"))


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    written(tmp_path, TABLE)
    mapping = AccountMapping(file="t.csv", station="MESAS", options={"a": "A"})
    with pytest.raises((InputError, DefinitionError), match=r"no column 'MESAS'; did you mean 'MESA'\?"):
        read_account(mapping, tmp_path, "site")


def test_workbooks_and_parquet_files_speak_for_themselves_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"centro": [10101001, 110101001], "mesa": [1, 2], "EG": [5, 4], "NM": [3, 2]})
    frame.write_excel(tmp_path / "t.xlsx")
    frame.write_parquet(tmp_path / "t.parquet")
    for name in ("t.xlsx", "t.parquet"):
        mapping = guess_mapping(tmp_path / name)
        source = read_account(mapping, tmp_path, name).source
        assert source.stations == ("010101001.1", "110101001.2")
        assert source.options == ("EG", "NM")
        digest = sha256((tmp_path / name).read_bytes()).hexdigest()
        assert source.rests_on == f"{name}, SHA-256 {digest}"


def test_a_header_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    with Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["mesa", "EG", "EG"])
        sheet.write_row(1, 0, ["1", "2", "3"])
    with pytest.raises(InputError, match="column name twice"):
        guess_mapping(tmp_path / "t.xlsx")


LONG = """precinct,candidate,votes
1,"Able, Ann",10
1,Baker,4
1,Over Votes,1
2,Baker,7
2,"Able, Ann",0
3,"Able, Ann",2
3,Over Votes,0
"""


def test_a_row_for_each_station_and_option(tmp_path: Path) -> None:
    written(tmp_path, LONG + "4,Baker,3\n4,Baker,5\n")
    path = written(
        tmp_path,
        """[source.county]
file = "t.csv"
station = "precinct"
votes = "votes"
option = { column = "candidate", is = { "Able, Ann" = "a", Baker = "b", "Over Votes" = "null" } }
""",
        "map.toml",
    )
    account = read_account(read_accounts_file(path).source["county"], tmp_path, "county")
    source = account.source
    assert (source.stations, source.options) == (("1", "2", "3"), ("a", "b"))
    assert source.figures.tolist() == [[10, 4, 1, -1], [0, 7, -1, -1], [2, -1, 0, -1]]
    assert source.left_at == account.conflicts == ("4",)  # two figures of one option
    path.write_text(path.read_text() + 'missing = "none"\n')
    source = read_account(read_accounts_file(path).source["county"], tmp_path, "county").source
    assert source.figures.tolist()[2] == [2, 0, 0, -1]


def test_a_long_table_of_one_contest_speaks_for_itself(tmp_path: Path) -> None:
    path = written(tmp_path, LONG)
    source = read_account(guess_mapping(path), tmp_path, "county").source
    assert source.options == ("Able, Ann", "Baker")
    assert source.figures.sum(axis=0).tolist()[0] == 12


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ('option = "candidate"', "both option and votes"),
        ('option = "candidate"\nvotes = "votes"\noptions = { a = "votes" }', "one column each, or"),
    ],
)
def test_a_table_is_wide_or_long(tmp_path: Path, fields: str, sentence: str) -> None:
    text = f'[source.x]\nfile = "t.csv"\nstation = "precinct"\n{fields}\n'
    with pytest.raises(EscrutinioError, match=sentence):
        read_accounts_file(written(tmp_path, text, "map.toml"))
