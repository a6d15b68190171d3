"""Recipes for files that authorities publish: `init` knows each by its header, and what it writes reads them.

tests/cli/test_recipe_cases.py publishes and verifies them.
"""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from escrutinio.base.errors import InputError
from escrutinio.intake.authoring.compose import Tables, read_tables
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from escrutinio.intake.authoring.init import suggest_config
from escrutinio.intake.authoring.recipes import recipes
from tests.intake.recipe_cases import DATA, EXPECTED, placed

ALL = pl.lit(True)
SUMS = {
    "bo-oep": (",", 0, pl.col("Elección").str.starts_with("Pres"), {"SOL": "SOL", "luna-mar": "LUNA - MAR"}),
    "de-kerg": (";", 5, pl.col("3") == "1", {"partei-blau": "21", "partei-grau": "25"}),
    "mx-ine-computos": ("|", 0, ALL, {"AZUL": "AZUL", "ROJO": "ROJO", "null": "VOTOS NULOS"}),
    "mx-ine-prep": ("|", 5, pl.col("CONTABILIZADA") == "1", {"AZUL": "AZUL", "VERDE": "VERDE"}),
    "pe-onpe": (";", 0, pl.col("DESCRIP_ESTADO_ACTA").str.contains("^C"), {"1": "VOTOS_P1", "2": "VOTOS_P2"}),
    "pl-pkw": (";", 0, ALL, {"adamczyk-zmyslona": "ADAMCZYK Zmyślona", "baran-zmyslony": "BARAN Zmyślony"}),
    "py-trep": (",", 0, ALL, {"lista-1": "Lista 1", "uncounted": "No Computados"}),
    "tn-isie": (",", 0, ALL, {"candidat-un": "Candidat Un", "blank": "Bulletins blancs"}),
}
"""How Polars reads the wide tables and which rows count: delimiter, lines above, filter, column by option."""
ROWS = {
    "br-bu": (";", pl.col("DS_CARGO_PERGUNTA") == "Presidente", "NM_VOTAVEL", "QT_VOTOS", {"77-ana": "ANA"}),
    "ca-polls": (
        ",",
        pl.col("^Electoral District Number.*$") == "99001",
        "Candidate’s Family Name/Nom de famille du candidat",
        "Candidate Poll Votes Count/Votes du candidat pour le bureau",
        {"ann-able": "Able", "bo-baker": "Baker"},
    ),
    "openelections": (
        ",",
        (pl.col("office") == "Governor") & (pl.col("precinct") != "Total"),
        "candidate",
        "votes",
        {"ann-able": "Ann Able", "Write-ins": "Write-ins"},
    ),
}
"""The same of the long ones: delimiter, filter, column of the option, of its votes, words by option."""


def read(path: Path) -> tuple[ElectionConfig, Tables]:
    """The configuration that `init` writes, and what it reads."""
    made = suggest_config([path], "en")
    base = path if path.is_dir() else path.parent
    config = read_config(made.text.encode(), "election.toml", base)
    return config, read_tables(config, base)


def counted(config: ElectionConfig, tables: Tables) -> dict[str, Counter[str]]:
    """The sums of all sheets, by contest and by option or class of ballots."""
    codes = {each.code: [option.code for option in each.options] for each in config.contests}
    classes = {each.code: [one.code for one in each.classes] for each in config.contests}
    found: dict[str, Counter[str]] = {code: Counter() for code in codes}
    for row in tables.sheets:
        found[row.contest].update(dict(zip(codes[row.contest], row.counts, strict=True)))
        found[row.contest].update(dict(zip(classes[row.contest], row.classes, strict=False)))
    return found


def test_each_recipe_has_its_rows() -> None:
    assert set(recipes()) == set(EXPECTED) == set(SUMS) | set(ROWS)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recipe_is_known_by_its_header_and_reads_what_it_is_for(name: str, tmp_path: Path) -> None:
    path = placed(name, tmp_path)
    assert any(f"the recipe {name} is used" in line for line in suggest_config([path], "en").said)
    config, tables = read(path)
    assert tables.bad == ()
    found = counted(config, tables)
    wanted = EXPECTED[name]
    assert {code: {key: each[key] for key in wanted[code]} for code, each in found.items()} == wanted


@pytest.mark.parametrize("name", SUMS)
def test_a_plain_sum_of_columns_says_the_same(name: str, tmp_path: Path) -> None:
    delimiter, above, rows, columns = SUMS[name]
    table = pl.read_csv(
        DATA / f"{name}.csv",
        separator=delimiter,
        skip_rows=above,
        has_header=name != "de-kerg",
        infer_schema=False,
    )
    if name == "de-kerg":  # its columns by number
        table.columns = [str(number) for number in range(1, table.width + 1)]
    table = table.filter(rows)
    sums = {each: table[column].cast(pl.Int64, strict=False).sum() for each, column in columns.items()}
    first = counted(*read(placed(name, tmp_path)))
    assert any({each: found[each] for each in sums} == sums for found in first.values())


@pytest.mark.parametrize("name", ROWS)
def test_a_plain_sum_of_rows_says_the_same(name: str, tmp_path: Path) -> None:
    delimiter, rows, option, votes, words = ROWS[name]
    path = DATA / name / "*.csv" if (DATA / name).is_dir() else DATA / f"{name}.csv"
    table = pl.read_csv(path, separator=delimiter, infer_schema=False).filter(rows)
    numbers = pl.col(votes).str.replace(",", "").cast(pl.Int64)
    sums = {
        each: table.filter(pl.col(option) == text).select(numbers.sum()).item()
        for each, text in words.items()
    }
    found = counted(*read(placed(name, tmp_path)))
    assert any({each: one[each] for each in sums} == sums for one in found.values())


def test_a_recipe_can_be_named_or_none_be_wanted(tmp_path: Path) -> None:
    path = placed("mx-ine-computos", tmp_path)
    assert "recipe" not in " ".join(suggest_config([path], "en", recipe="none").said)
    with pytest.raises(InputError, match=r"^There is no recipe 'mx-ine-computo': did you mean 'mx-ine-comp"):
        suggest_config([path], "en", recipe="mx-ine-computo")
    with pytest.raises(
        InputError, match=r"^The recipe 'tn-isie' is not for this table: it lacks the columns C"
    ):
        suggest_config([path], "en", recipe="tn-isie")


def test_a_header_that_lacks_a_column_is_not_of_the_recipe(tmp_path: Path) -> None:
    path = placed("mx-ine-computos", tmp_path)
    path.write_text(path.read_text().replace("LISTA_NOMINAL", "LISTA", 1))
    assert "recipe" not in " ".join(suggest_config([path], "en").said)


def test_files_of_one_shape_that_no_name_means_are_refused(tmp_path: Path) -> None:
    folder = placed("ca-polls", tmp_path)
    for file in sorted(folder.iterdir())[:1]:
        file.write_bytes(file.read_bytes().decode().replace(",", ";").encode())
    with pytest.raises(InputError, match="cannot be read together"):
        suggest_config([folder], "en")
