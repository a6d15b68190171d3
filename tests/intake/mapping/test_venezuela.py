"""The real tables of examples/venezuela-2024: the figures that its publishers and others counted."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from escrutinio.intake.mapping.mapping import ImportMapping, parse_mapping
from escrutinio.intake.mapping.rows import Ballot
from escrutinio.intake.mapping.tables import read_areas, read_centers, read_roll, read_sheets
from tests.paths import ROOT

EXAMPLE = ROOT / "examples" / "venezuela-2024"
VOTES = {
    "EG": 7_303_480, "NM": 3_316_142, "LM": 86_225, "JABE": 20_404, "JOBR": 22_097,
    "AE": 51_011, "CF": 12_632, "DC": 10_584, "EM": 26_067, "BERA": 38_620,
}  # fmt: skip


@pytest.fixture(scope="module")
def mapping() -> ImportMapping:
    text = (Path(__file__).parent / "venezuela-2024.toml").read_text(encoding="utf-8")
    return parse_mapping(tomllib.loads(text)["import"])


def test_sheets_and_roll(mapping: ImportMapping) -> None:
    sheets = read_sheets(mapping, EXAMPLE, {"presidente": Ballot(tuple(VOTES), ("null",))})
    assert sheets.bad == ()
    assert len(sheets.rows) == len({row.station for row in sheets.rows}) == 25_073
    sums = map(sum, zip(*(row.counts for row in sheets.rows), strict=True))
    assert dict(zip(VOTES, sums, strict=True)) == VOTES
    assert sum(sum(row.counts) for row in sheets.rows) == 10_887_262
    assert sum(row.classes[0] for row in sheets.rows) == 1_213
    assert {(len(row.classes), row.ballots, row.voters, row.registered) for row in sheets.rows} == {
        (1, None, None, None)
    }

    roll = read_roll(mapping, EXAMPLE)
    assert roll.bad == ()
    stations = {row.station: row for row in roll.rows}
    assert len(stations) == len(roll.rows) == 25_098
    assert sum(row.registered is None for row in roll.rows) == 534
    with_sheet = [stations[row.station] for row in sheets.rows]
    assert sum(row.registered is not None for row in with_sheet) == 24_540
    assert len({row.center for row in with_sheet}) == 13_110
    assert len({row.area for row in with_sheet}) == 1_090
    assert len({row.area[:4] for row in with_sheet}) == 328


def test_areas_and_centers(mapping: ImportMapping) -> None:
    areas = read_areas(mapping, EXAMPLE)
    assert areas.bad == ()
    assert Counter(row.level for row in areas.rows) == {
        "country": 1, "state": 24, "municipality": 328, "parish": 1_090,
    }  # fmt: skip
    assert sum(row.stations_declared or 0 for row in areas.rows) == 30_026
    assert sum(row.level == "parish" and row.lon is None for row in areas.rows) == 12
    seen: set[str | None] = {None}
    for row in areas.rows:
        assert row.parent in seen
        seen.add(row.code)

    centers = read_centers(mapping, EXAMPLE)
    assert centers.bad == ()
    assert len(centers.rows) == 13_115
    assert sum(row.name is None for row in centers.rows) == 109
    assert {row.area for row in centers.rows} <= seen
    assert [source.file for source in centers.sources] == ["data/centers.csv.gz"]
