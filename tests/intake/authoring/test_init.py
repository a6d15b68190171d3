"""A suggested configuration: valid TOML that reads the table it was made from."""

import gzip
import tomllib
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.intake.authoring.init import suggest_config
from escrutinio.intake.mapping.mapping import parse_mapping
from escrutinio.intake.mapping.rows import Ballot
from escrutinio.intake.mapping.sniff import sketch
from escrutinio.intake.mapping.tables import read_areas, read_roll, read_sheets
from tests.paths import ROOT

REAL = ROOT / "examples" / "venezuela-2024" / "data" / "sheets_v2.cp1252.csv.gz"
OPTIONS = ("EG", "NM", "LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA")


def test_the_real_sheets_are_recognised() -> None:
    seen = sketch(REAL)
    assert (seen.encoding, seen.delimiter, seen.rows) == ("cp1252", ",", 25_073)
    assert seen.center is not None
    assert seen.station is not None
    assert (seen.center.name, seen.center.longest, seen.station.name, seen.station.longest) == (
        "CENTRO",
        9,
        "MESA",
        2,
    )
    assert seen.options == OPTIONS
    assert seen.totals == {"valid": "VOTOS_VALIDOS", "null": "VOTOS_NULOS"}
    assert seen.adds_up == 25_073
    assert [(code.name, name) for code, name in seen.areas] == [
        ("COD_EDO", "EDO"),
        ("COD_MUN", "MUN"),
        ("COD_PAR", "PAR"),
    ]


def ballot(contest: dict[str, Any]) -> Ballot:
    """What the suggested contest has on a ballot."""
    rows = ("candidate", "class")
    options, classes = (tuple(row["code"] for row in contest.get(name, ())) for name in rows)
    return Ballot(options, classes or ("null", "blank"))


def test_what_is_suggested_for_the_real_sheets_reads_them() -> None:
    config = tomllib.loads(suggest_config(REAL, "es"))
    mapping = parse_mapping(config["import"])
    contest = config["contest"][0]
    sheets = read_sheets(mapping, REAL.parent, {contest["code"]: ballot(contest)})
    roll = read_roll(mapping, REAL.parent)
    areas = read_areas(mapping, REAL.parent)
    assert sheets.bad == roll.bad == areas.bad == ()
    assert sum(row.counts[0] for row in sheets.rows) == 7_303_480
    assert len(roll.rows) == 25_073
    assert len(areas.rows) == 1 + 24 + 328 + 1_090
    assert {row.area for row in roll.rows} <= {row.code for row in areas.rows}


@pytest.mark.parametrize(("lang", "word"), [("es", "# Las actas"), ("en", "# The tally sheets")])
def test_comments_come_in_both_languages(tmp_path: Path, lang: Literal["es", "en"], word: str) -> None:
    file = tmp_path / "mesas.csv"
    table = "Centro de votación;Nº mesa;Votos válidos;Votos inválidos;Inscritos;Uno, S.A.;Dos\n"
    file.write_text(table + "101;1;5;0;;2;3\n9;2;1;1;30;0;1\n", encoding="utf-8")
    text = suggest_config(file, lang)
    assert word in text
    mapping = parse_mapping(tomllib.loads(text)["import"])
    contest = tomllib.loads(text)["contest"][0]
    sheets = read_sheets(mapping, tmp_path, {contest["code"]: ballot(contest)})
    assert [(row.station, row.counts, row.classes, row.registered) for row in sheets.rows] == [
        ("101.1", (2, 3), (0,), None),
        ("009.2", (0, 1), (1,), 30),
    ]


@given(header=st.lists(st.text(max_size=8), min_size=2, max_size=6, unique=True), cell=st.text(max_size=6))
def test_any_table_gives_valid_toml_or_one_sentence(
    header: list[str], cell: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "t.csv"
    file.write_text(
        "\t".join(header) + "\n" + "\t".join([cell] * len(header)) + "\n", encoding="utf-8", newline=""
    )
    try:
        text = suggest_config(file, "es")
    except EscrutinioError as error:
        text = f"error = '''{str(error).replace(chr(39), '')}'''"
    assert tomllib.loads(text)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no comma, semicolon, tab or bar"),
        (b"a,b\n", "column names and no rows"),
        (b"a,a\n1,2\n", "a column name twice"),
        (b"P\0K\0,\0", "save it as UTF-8"),
        (b"PAR1", "a Parquet file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-4], "cannot be decompressed"),
        (b'a,b\n1,"2\n', "breaks the rules of CSV"),
    ],
)
def test_what_is_no_table_of_text_is_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InputError, match=sentence):
        suggest_config(tmp_path / "t.csv", "es")
