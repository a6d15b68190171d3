"""What people do by mistake with a table of results: each has its exit code and one sentence."""

import gzip
from pathlib import Path

import pytest

from tests.cli.running import escrutinio
from tests.intake.imported import CONFIG

TABLE = "Centro;Mesa;Ana;Bea;Nulos\n101;1;10;5;1\n101;2;7;8;0\n102;1;3;3;2\n"
MAPPING = """
[import.defaults]
file = "t.csv"
delimiter = ";"
station = "{Centro}.{Mesa}"
[[import.sheets]]
contest = "p"
options = { a = "Ana", b = "Bea" }
[[import.roll]]
center = "Centro"
area = "=X"
[[import.areas]]
levels = [{ level = "country", code = "=X", name = "=X" }]
"""
HEADER = TABLE.splitlines()[0] + "\n"
SUM = "Its figures are the sum of 3 rows above, so TOTAL.0 is no station."


def mapped(old: str, new: str) -> str:
    """The mapping with one thing wrong."""
    assert old in MAPPING
    return MAPPING.replace(old, new)


def where(condition: str) -> str:
    """The mapping with a condition on its sheets."""
    return mapped('contest = "p"', f'contest = "p"\nwhere = {condition}')


def cell(text: str) -> str:
    """The table with another cell of votes."""
    return TABLE.replace(";7;", f";{text};")


@pytest.mark.parametrize(
    ("table", "mapping", "sentence"),
    [
        (
            TABLE,
            mapped('";"', '","'),
            "Centro;Mesa;Ana;Bea;Nulos; perhaps the delimiter is ';'.",
        ),
        (TABLE, mapped('delimiter = ";"\n', ""), "t.csv has no column 'Centro': its header is one column"),
        (
            TABLE.replace("101;1", '"101";1'),
            mapped('";"', '","'),
            "a quotation mark is followed by ';'",
        ),
        (TABLE, mapped('";"', '";;"'), "the delimiter is one character, like ',' or ';', not ';;'."),
        (CONFIG, MAPPING, "t.csv has no column 'Centro'; there are: [election]."),
        (TABLE, mapped("t.csv", "../t.csv"), "'../t.csv' lies outside the directory of the configuration"),
        (TABLE, mapped('"Ana"', '"Anna"'), "t.csv has no column 'Anna'; did you mean 'Ana'?"),
        (TABLE, mapped('"Ana"', '"ana"'), "t.csv has no column 'ana'; did you mean 'Ana'?"),
        (TABLE + TABLE, MAPPING, "t.csv, line 5, column Ana ('Ana'): This is not a count."),
        ("", MAPPING, "t.csv is empty."),
        (HEADER, MAPPING, "t.csv has column names and no rows."),
        (gzip.compress(b""), MAPPING, "t.csv has no line 1 with column names."),
        (gzip.compress(TABLE.encode() * 50)[:60], MAPPING, "t.csv cannot be decompressed"),
        (TABLE, mapped('"t.csv"', '"."'), "'.' is not a regular file."),
        (TABLE, mapped("t.csv", "nope.csv"), "There is no file 'nope.csv'; did you mean 't.csv'?"),
        (TABLE.replace("101;2", "1.01E+08;2"), MAPPING, "('1.01E+08.2'): An identifier has letters"),
        (TABLE.replace("101;2", "2024-02-01;2"), MAPPING, "('2024-02-01.2'): This is a date; a spreadsheet"),
        (
            cell("1,234"),
            MAPPING,
            "('1,234'): A count is written in digits alone; if this is a thousands",
        ),
        (
            cell("1 234"),
            MAPPING,
            "('1 234'): A count is written in digits alone; if this is a thousands",
        ),
        (cell("12.0"), MAPPING, "('12.0'): A count has no decimals; if they are always zero in this table"),
        (cell("10%"), MAPPING, "('10%'): This is not a count."),
        (cell("-"), MAPPING, "('-'): This is not a count."),
        (cell("N/A"), MAPPING, "('N/A'): This is not a count."),
        (cell("-3"), MAPPING, "('-3'): A count is never negative."),
        (TABLE + "TOTAL;0;20;16;3\n", MAPPING, SUM),
        (TABLE, where('["101"]'), "where: Expected a table, got a list."),
        (TABLE, where("{ Centro = 101 }"), "where: Expected text, a list or a table, got a whole number."),
        (TABLE, where('{ Zentro = "101" }'), "t.csv has no column 'Zentro'; did you mean 'Centro'?"),
        (
            TABLE,
            where('{ Centro = "999" }'),
            'Centro = "999" holds for none of the rows (3); the column',
        ),
    ],
)
def test_a_table_or_mapping_that_is_wrong(
    table: str | bytes, mapping: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    (tmp_path / "election.toml").write_text(CONFIG + mapping)
    done = escrutinio("publish", tmp_path / "election.toml", "-o", tmp_path / "pub")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("Refused: ") == 1
    assert not (tmp_path / "pub").exists()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"", "t.csv is empty."),
        (gzip.compress(b""), "t.csv is empty."),
        (HEADER.encode(), "t.csv has column names and no rows."),
        (gzip.compress(TABLE.encode() * 50)[:60], "t.csv cannot be decompressed"),
        (b"only words\nand no table\n", "t.csv does not look like a CSV"),
    ],
)
def test_a_file_that_init_can_make_nothing_of(table: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table)
    done = escrutinio("init", tmp_path / "t.csv", "-o", tmp_path / "election.toml", "--yes")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "election.toml").exists()


def test_another_election_into_the_directory_of_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "election.toml").write_text(CONFIG + MAPPING)
    publish = ("publish", tmp_path / "election.toml", "-o")
    assert escrutinio(*publish, tmp_path / "pub").returncode == 0
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "letter.txt").write_text("mine")
    for more in ((), ("--replace",)):
        done = escrutinio(*publish, tmp_path / "own", *more)
        assert done.returncode == 2
        assert "own is not empty and holds no publication; choose another directory." in done.stderr
        assert (tmp_path / "own" / "letter.txt").read_text() == "mine"
    other = (CONFIG + MAPPING).replace('code = "x"', 'code = "y"')
    (tmp_path / "election.toml").write_text(other)
    done = escrutinio(*publish, tmp_path / "pub")
    assert done.returncode == 2
    assert "pub holds another election; choose another directory, or give --replace." in done.stderr


def test_tables_of_two_elections_have_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "election.toml").write_text(CONFIG + MAPPING)
    assert escrutinio("publish", tmp_path / "election.toml", "-o", tmp_path / "pub").returncode == 0
    (tmp_path / "other.csv").write_text("station,Xavier,Yolanda\nA.1,4,5\nA.2,6,7\n")
    done = escrutinio("reconcile", tmp_path / "pub", tmp_path / "other.csv")
    assert done.returncode == 2
    assert "other.csv have no option in common: one has a, b, the other Xavier, Yolanda." in done.stderr


def test_a_configuration_that_would_not_find_its_table_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "t.csv").write_text(TABLE)
    done = escrutinio("init", tmp_path / "sub" / "t.csv", "-o", tmp_path / "election.toml", "--yes")
    assert done.returncode == 2
    assert f"write it there: -o {tmp_path / 'sub' / 'election.toml'}" in done.stderr
    assert not (tmp_path / "election.toml").exists()
