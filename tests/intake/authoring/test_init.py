"""A suggested configuration: valid TOML that reads the tables it was made from, and says what it rests on."""

import gzip
import tomllib
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.intake.authoring.compose import Tables, read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.heading import Answers
from escrutinio.intake.authoring.init import suggest_config
from escrutinio.intake.mapping.guess import Sketch, sketch
from escrutinio.intake.mapping.sniff import tables_of
from tests.paths import ROOT

REAL = ROOT / "examples" / "venezuela-2024" / "data" / "sheets_v2.cp1252.csv.gz"
OPTIONS = ("EG", "NM", "LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA")


def seen(path: Path) -> Sketch:
    """What the only table of a file seems to be."""
    (table,) = tables_of(path)
    return sketch(table)


def read(path: Path, language: str = "en") -> Tables:
    """What the tables say that the suggested configuration reads."""
    text = suggest_config([path], language, Answers()).text
    base = path if path.is_dir() else path.parent
    return read_tables(read_config(text.encode(), "election.toml", base), base)


def test_the_real_sheets_are_recognised() -> None:
    found = seen(REAL)
    table = found.table.mapping
    assert (table.encoding, table.delimiter, len(found.table.rows)) == ("cp1252", ",", 25_073)
    assert (found.key.expression, found.key.distinct) == ("{CENTRO:09}.{MESA:02}", 25_073)
    assert found.options == OPTIONS
    assert found.totals == {"valid": "VOTOS_VALIDOS", "null": "VOTOS_NULOS"}
    assert [(proof.total, proof.fits, proof.rows) for proof in found.proofs] == [
        ("VOTOS_VALIDOS", 25_073, 25_073)
    ]
    assert [(level.code, level.name) for level in found.areas] == [
        ("{COD_EDO:02}", "EDO"),
        ("{COD_EDO:02}.{COD_MUN:02}", "MUN"),
        ("{COD_EDO:02}.{COD_MUN:02}.{COD_PAR:04}", "PAR"),
    ]


def test_what_is_suggested_for_the_real_sheets_reads_them() -> None:
    tables = read(REAL, "es")
    assert tables.bad == ()
    assert sum(row.counts[0] for row in tables.sheets) == 7_303_480
    assert len(tables.roll) == 25_073
    assert len(tables.areas) == 1 + 24 + 328 + 1_090


@pytest.mark.parametrize(("language", "word"), [("es", "# Las actas"), ("en", "# The tally sheets")])
def test_comments_come_in_both_languages(tmp_path: Path, language: str, word: str) -> None:
    file = tmp_path / "mesas.csv"
    table = "Centro de votación;Nº mesa;Votos válidos;Votos inválidos;Inscritos;Uno, S.A.;Dos\n"
    file.write_text(table + "101;1;5;0;;2;3\n9;2;1;1;30;0;1\n", encoding="utf-8")
    assert word in suggest_config([file], language).text
    assert [(row.station, row.counts, row.classes, row.registered) for row in read(file).sheets] == [
        ("101.1", (2, 3), (0,), None),
        ("009.2", (0, 1), (1,), 30),
    ]


def test_a_key_that_repeats_is_none(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("SECCION,A,B\n1,10,5\n1,7,8\n2,3,3\n")
    with pytest.raises(InputError, match="3 rows, and SECCION has 2 values"):
        suggest_config([file], "en")


def test_a_column_that_breaks_the_sums_is_no_option(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    rows = "\n".join(f"{n},{n},{2 * n},{9 * n},{3 * n}" for n in range(1, 21))
    file.write_text(f"mesa,Uno,Dos,Otros,validos\n{rows}\n")
    found = seen(file)
    assert found.options == ("Uno", "Dos")
    assert found.others == ("Otros",)


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "zip", "csv.gz", "folder"])
def test_a_table_in_any_file_is_the_same(tmp_path: Path, kind: str) -> None:
    text = "mesa,Uno,Dos,nulos\nM-1,10,5,1\nM-2,7,8,0\nM-3,1,30,2\n"
    path = tmp_path / f"in.{kind}"
    match kind:
        case "xlsx":
            pl.read_csv(text.encode()).write_excel(path)
        case "parquet":
            pl.read_csv(text.encode()).write_parquet(path)
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("t.csv", text)
        case "csv.gz":
            path.write_bytes(gzip.compress(text.encode()))
        case _:
            path = tmp_path / "in"
            path.mkdir()
            (path / "a.csv").write_text("".join(text.splitlines(True)[:2]))
            (path / "b.csv").write_text(text.splitlines(True)[0] + "".join(text.splitlines(True)[2:]))
    assert [(row.station, row.counts, row.classes) for row in read(path).sheets] == [
        ("M-1", (10, 5), (1,)),
        ("M-2", (7, 8), (0,)),
        ("M-3", (1, 30), (2,)),
    ]


@example(header=["\x1b", "0"], cell=":")
@given(header=st.lists(st.text(max_size=8), min_size=2, max_size=6, unique=True), cell=st.text(max_size=6))
def test_any_table_gives_valid_toml_or_one_sentence(
    header: list[str], cell: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "t.csv"
    file.write_text(
        "\t".join(header) + "\n" + "\t".join([cell] * len(header)) + "\n", encoding="utf-8", newline=""
    )
    try:
        text = suggest_config([file], "es").text
    except EscrutinioError as error:
        text = f"error = '''{str(error).replace(chr(39), '')}'''"
    assert tomllib.loads(text)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"a,b\n", "column names and no rows"),
        (b"P\0K\0,\0", "save it as UTF-8"),
        (b"PAR1", "cut off|Parquet"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-4], "cannot be decompressed"),
        (b'a,b\n1,"2\n', "breaks the rules of CSV"),
    ],
)
def test_what_is_no_table_of_text_is_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InputError, match=sentence):
        suggest_config([tmp_path / "t.csv"], "en")
