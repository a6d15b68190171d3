"""What is published of a table adds up to what Polars makes of the same file, wide and long."""

import random
from pathlib import Path

import polars as pl

from escrutinio.core.election.totals import totals
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.mapping.mapping import parse_mapping
from escrutinio.intake.mapping.rows import Ballot
from escrutinio.intake.mapping.tables import read_sheets
from escrutinio.running.workspace.publish import publish
from tests.intake.imported import CONFIG

OPTIONS, CLASSES = ("a", "b"), ("null", "blank")
IMPORT = """
[import.defaults]
file = "t.csv"
station = "mesa"
registered = "electores"
marks = { NA = "none" }
where = { tipo = { not = "resumen" } }
[[import.sheets]]
contest = "p"
options = { a = ["a1", "a2"], b = "b" }
null = "nulos"
blank = "blancos"
[[import.roll]]
center = "mesa"
area = "{depto}.{distrito}"
[[import.areas]]
levels = [
  { level = "country", code = "=X", name = "=X" },
  { level = "depto", code = "{depto}", name = "depto" },
  { level = "distrito", code = "{depto}.{distrito}", name = "distrito" },
]
"""


def made_table(stations: int) -> pl.DataFrame:
    """Stations in districts that count anew in each department, some figures not there, and sums."""
    chance = random.Random(14)
    rows = []
    for number in range(stations):
        votes = [chance.randrange(90) for _ in range(3)] + [chance.randrange(6) for _ in range(2)]
        place = f"D{number % 5}", f"{number % 7:02}"
        cells = ["NA" if chance.random() < 0.03 else str(count) for count in votes]
        rows.append([f"{number:05}", *place, "mesa", *cells, "400"])
        if number % 50 == 49:
            rows.append([f"total-{number}", *place, "resumen", *["9999"] * 5, "20000"])
    names = ["mesa", "depto", "distrito", "tipo", "a1", "a2", "b", "nulos", "blancos", "electores"]
    return pl.DataFrame(rows, schema=names, orient="row")


def by_polars(frame: pl.DataFrame) -> dict[str, list[int]]:
    """The figures of every area, by its code: a, b, null, blank."""
    number = {name: pl.col(name).replace("NA", "0").cast(pl.Int64) for name in frame.columns[4:9]}
    figures = frame.filter(pl.col("tipo") != "resumen").select(
        country=pl.lit("X"),
        depto="depto",
        distrito=pl.concat_str("depto", "distrito", separator="."),
        a=number["a1"] + number["a2"],
        b=number["b"],
        null=number["nulos"],
        blank=number["blancos"],
    )
    found = {}
    for level in ("country", "depto", "distrito"):
        for code, *sums in figures.group_by(level).agg(pl.col(*OPTIONS, *CLASSES).sum()).iter_rows():
            found[code] = sums
    return found


def test_every_total_of_every_area_is_that_of_polars(tmp_path: Path) -> None:
    frame = made_table(600)
    frame.write_csv(tmp_path / "t.csv")
    (tmp_path / "election.toml").write_text(CONFIG + IMPORT)
    state = publish(
        tmp_path / "election.toml",
        tmp_path / "out",
        master=SigningKey(bytes(32)),
        clock=2_011_000_000,
        progress=lambda *_: None,
    ).state
    found = totals(state, "p", "copies:importer/one")
    expected = by_polars(frame)
    assert set(state.areas.codes) == set(expected)
    for code, at in state.areas.index.items():
        assert [*found.options[at].tolist(), *found.classes[at].tolist()] == expected[code], code


def test_a_long_table_says_the_same_as_the_wide_one(tmp_path: Path) -> None:
    frame = made_table(600).filter(pl.col("tipo") == "mesa")
    long = frame.unpivot(
        ["a1", "b", "nulos", "blancos"], index=["mesa"], variable_name="que", value_name="votos"
    )
    long.sample(fraction=1, shuffle=True, seed=3).write_csv(tmp_path / "t.csv")
    mapping = parse_mapping(
        {
            "sheets": [
                {
                    "file": "t.csv",
                    "contest": "p",
                    "station": "mesa",
                    "votes": "votos",
                    "marks": {"NA": "none"},
                    "option": {
                        "column": "que",
                        "is": {"a1": "a", "b": "b", "nulos": "null", "blancos": "blank"},
                    },
                }
            ]
        }
    )
    rows = read_sheets(mapping, tmp_path, {"p": Ballot(OPTIONS, CLASSES)}).rows
    sums = [sum(column) for column in zip(*((*row.counts, *row.classes) for row in rows), strict=True)]
    number = pl.col("votos").replace("NA", "0").cast(pl.Int64)
    expected = dict(long.group_by("que").agg(number.sum()).iter_rows())
    assert len(rows) == 600
    assert sums == [expected[name] for name in ("a1", "b", "nulos", "blancos")]
