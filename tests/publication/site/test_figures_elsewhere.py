"""Figures of pages that carry no marks, held against the published tables: maps, bulletins, the curve."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.publication.pages import Page

CONTEST = "presidencia"


def number(text: str) -> int:
    """A whole number as English writes it, with a share behind it or not."""
    found = re.match(r"[\d,]+", text)
    assert found is not None, text
    return int(found[0].replace(",", ""))


def sheets(publication: Path) -> list[dict[str, str]]:
    with (publication / "data" / CONTEST / "sheets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def totals(miniature: Path) -> dict[str, dict[str, dict[str, int]]]:
    """Of the presidency by basis and area: a number by column."""
    results = json.loads((miniature / "data" / "results.json").read_bytes())
    contest = next(each for each in results["contests"] if each["code"] == CONTEST)
    return {
        basis["code"]: {
            area: dict(zip(contest["columns"], row, strict=True)) for area, row in basis["areas"].items()
        }
        for basis in contest["bases"]
    }


def test_the_first_map_says_what_its_basis_has(
    miniature: Path, totals: dict[str, dict[str, dict[str, int]]]
) -> None:
    page = Page((miniature / "en" / "map.html").read_text(encoding="utf-8"))
    table = next(each for each in page.tables if each[0][:2] == ["Area", "Most votes"])
    places = {"Isla Norte": "N", "Isla Centro": "C", "Isla Sur": "S"}
    assert {row[0] for row in table[1:]} == set(places)
    for row in table[1:]:
        cells, found = dict(zip(table[0], row, strict=True)), totals["reported"][places[row[0]]]
        assert number(cells["Valid votes"]) == found["valid"]
        assert cells["Stations counted"].startswith(
            f"{found['stations_counted']}/{found['stations_declared']} "
        )
        for name in ("Ceiba", "Araguaney"):
            assert cells[name] == f"{100 * found[name.lower()] / found['valid']:.1f}%"
        votes = sorted((found["ceiba"], found["araguaney"], found["saman"]), reverse=True)
        assert cells["Margin, points"] == f"+{100 * (votes[0] - votes[1]) / found['valid']:.2f}"


def test_beside_a_bulletin_stands_what_the_log_had_then(miniature: Path) -> None:
    """Added up by another way: from the sheets that count now and stood below the bulletin's size."""
    page = Page((miniature / "en" / "bulletins.html").read_text(encoding="utf-8"))
    beside = [table for table in page.tables if table[0][0] == "Figure" and "The log at" in table[0][2]]
    assert len(beside) >= 2
    columns = {"Ceiba": ("CONCHA", "PERLA"), "Araguaney": ("ANCLA", "REMO"), "Samán": ("RED",)}
    first = beside[0]
    size = number(first[0][2].removeprefix("The log at "))
    counted = [
        row
        for row in sheets(miniature)
        if row["basis"] == "reported" and row["status"] == "counted" and int(row["index"]) < size
    ]
    said = {row[0]: number(row[2]) for row in first[1:] if row[0] in columns}
    assert said == {
        name: sum(int(row[code]) for row in counted for code in codes) for name, codes in columns.items()
    }


def test_the_curve_of_the_count_ends_at_the_totals(
    miniature: Path, totals: dict[str, dict[str, dict[str, int]]]
) -> None:
    page = Page((miniature / "en" / "history.html").read_text(encoding="utf-8"))
    table = next(each for each in page.tables if each[0][0] == "Entries of the log")
    last = dict(zip(table[0], table[-1], strict=True))
    whole = totals["reported"]["TI"]
    assert number(last["Valid votes"]) == whole["valid"]
    for name in ("Ceiba", "Araguaney", "Jabillo"):
        assert number(last[name]) == whole[name.lower()]
