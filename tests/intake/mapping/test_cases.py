"""Tables in the shapes that authorities publish, with made-up figures: what comes out of each is known.

The tables and mappings stand in tests/data/import; each is published whole.
"""

import csv
import gzip
from pathlib import Path
from shutil import copytree

import pytest

from escrutinio.base.errors import EscrutinioError
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.records.codes import SheetFact
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.types import SheetStatus
from escrutinio.library.reconciling import reconcile
from escrutinio.running.workspace.publish import publish
from tests.intake.imported import CONFIG

CASES = Path(__file__).parents[2] / "data" / "import"
BASIS = "copies:importer/one"
HEAD = CONFIG.partition("[[contest]]")[0]
SIGNERS = "[organisation" + CONFIG.partition("[organisation")[2]


def published(name: str, base: Path, text: str | None = None) -> ElectionState:
    """The election of a case, published."""
    if not (base / "in").exists():
        copytree(CASES, base / "in")
    written = (CASES / f"{name}.toml").read_text() if text is None else text
    beginning = "" if written.startswith("[") else written.partition("\n[")[0] + "\n"
    config = base / "in" / "election.toml"
    config.write_text(beginning + HEAD + SIGNERS + "\n" + written.removeprefix(beginning))
    done = publish(
        config, base / "out", master=SigningKey(bytes(32)), clock=2_011_000_000, progress=lambda *_: None
    )
    return done.state


def counted(state: ElectionState, contest: str = "c") -> dict[str, int]:
    """The votes of each option and the ballots of each class that count, at the root of the areas."""
    view, found = state.contest(contest), totals(state, contest, BASIS)
    area = state.areas.index[view.area]
    votes = dict(zip(view.options, found.options[area].tolist(), strict=True))
    return votes | dict(zip(view.classes, found.classes[area].tolist(), strict=True))


def test_a_row_for_each_station_contest_and_candidate(tmp_path: Path) -> None:
    state = published("long-precincts", tmp_path)
    assert counted(state, "us-senate") == {"able": 996, "baker": 413, "null": 0, "blank": 0}
    assert counted(state, "state-house-1")["cole"] == 811
    assert counted(state, "state-house-2") == {"dunn": 151, "eck": 92, "null": 0, "blank": 0}
    assert state.roll.stations == ("new-south.01-01", "north.01-01", "north.01-02")


def test_keys_that_are_names_in_another_script(tmp_path: Path) -> None:
    state = published("cyrillic-regions", tmp_path)
    assert counted(state) == {"A": 380, "B": 320, "null": 25}
    assert state.roll.stations == (
        "altajskij-kraj.0554",
        "altajskij-kraj.1554",
        "amurskaya-oblast.0007",
        "amurskaya-oblast.0554",
    )
    assert "Амурская область" in state.areas.names


def test_a_fourth_class_of_ballots(tmp_path: Path) -> None:
    state = published("fourth-class", tmp_path)
    assert counted(state) == {"A": 200, "B": 200, "null": 11, "blank": 6, "contested": 7}


def test_a_header_of_several_lines_and_sub_totals(tmp_path: Path) -> None:
    state = published("multi-header", tmp_path)
    assert counted(state) == {"A": 710, "B": 310}
    assert state.roll.stations == ("001", "002")


def test_a_name_over_several_columns_is_not_its_first_in_silence(tmp_path: Path) -> None:
    text = (CASES / "multi-header.toml").read_text().replace("header_lines = [2, 3]", "header_line = 2")
    text = text.replace("Partei A / Zweitstimmen", "Partei A").replace("Wahlberechtigte / Zweitstimmen", "#4")
    with pytest.raises(EscrutinioError, match=r"'Partei A' may stand over several columns.*#7.*say #6"):
        published("multi-header", tmp_path, text)


def test_stations_whose_votes_may_exceed_their_list(tmp_path: Path) -> None:
    state = published("mx-casillas", tmp_path)
    assert counted(state) == {"PAN": 685, "MORENA": 1641, "PT_MORENA": 93, "CNR": 7, "null": 46}
    assert len(state.roll) == 8
    table = state.tables["c"]
    assert sorted(table.supplement.tolist()) == [-1] * 7 + [756]


def test_words_instead_of_figures(tmp_path: Path) -> None:
    state = published("prep-annotations", tmp_path)
    assert counted(state) == {
        "PAN": 465,
        "PRI": 311,
        "PRD": 59,
        "C_PAN_PRD": 17,
        "IND": 6,
        "NR": 3,
        "null": 35,
    }
    facts = {(said.entry.subject, said.body.status) for said in state.records(SheetStatus)}
    assert facts == {
        ("010338C0100/c", SheetFact.ILLEGIBLE),
        ("010339B0100/c", SheetFact.INCONSISTENT),
        ("010340B0100/c", SheetFact.NOT_INSTALLED),
        ("010343B0100/c", SheetFact.INCONSISTENT),
    }


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_workbook_with_title_rows_totals_and_notes(form: str, tmp_path: Path) -> None:
    state = published(f"workbook-{form}", tmp_path)
    assert counted(state) == {"adams": 2273, "brown": 1658, "scatter": 4}
    assert state.roll.stations == ("alton", "hart-s-location", "new-durham-ward-1")


def test_a_condition_that_no_row_meets(tmp_path: Path) -> None:
    text = """
[[contest]]
code = "c"
title = "C"
method = "plurality"
area = "X"
candidate = [{ code = "A", title = "A" }, { code = "B", title = "B" }]
[import.defaults]
file = "where-nothing.csv"
station = "st"
[[import.sheets]]
contest = "c"
where = { office = "US Senate" }
options = { A = "A", B = "B" }
[[import.roll]]
center = "st"
area = "=X"
[[import.areas]]
levels = [{ level = "country", code = "=X", name = "=X" }]
"""
    with pytest.raises(EscrutinioError) as caught:
        published("", tmp_path, text)
    said = 'where-nothing.csv: The condition office = "US Senate" holds for none of the rows (3); '
    assert str(caught.value) == said + "the column holds: U.S. Senate, Sheriff"
    areas = text.replace("levels = [", 'where = { office = { like = "Z*" } }\nlevels = [')
    with pytest.raises(EscrutinioError, match=r'office = \{ like = "Z\*" \} holds for none'):
        published("", tmp_path, areas)


NULLS = """
[[contest]]
code = "c"
title = "C"
method = "plurality"
area = "X"
class = [{ code = "null" }]
candidate = [{ code = "A", title = "A" }, { code = "B", title = "B" }]
[import.defaults]
file = "no-null-column.csv"
station = "st"
[[import.sheets]]
contest = "c"
options = { A = "A", B = "B" }
null = "nulls"
[[import.roll]]
center = "st"
area = "=X"
[[import.areas]]
levels = [{ level = "country", code = "=X", name = "=X" }]
"""
MAP = """
[source.reads]
file = "in/no-null-column-reads.csv"
station = "st"
options = { A = "A", B = "B" }
"""


@pytest.mark.filterwarnings("ignore::escrutinio.library.opening.OriginWarning")
def test_what_has_no_column_is_not_known_in_a_record_and_in_a_comparison(tmp_path: Path) -> None:
    published("", tmp_path, NULLS)
    reads = NULLS.replace('null = "nulls"\n', "").replace("column.csv", "column-reads.csv")
    state = published("", tmp_path / "reads", reads)
    assert state.tables["c"].classes.tolist() == [[-1], [-1], [-1]]
    data = tmp_path / "reads" / "out" / "data"
    with (data / "c" / "sheets.csv").open() as file:
        assert {row["null"] for row in csv.DictReader(file)} == {""}
    report = gzip.decompress((data / "nist.json.gz").read_bytes()).replace(b" ", b"")
    assert b'"BallotCounts"' in report
    assert b'"BallotsRejected":0' not in report
    (tmp_path / "map.toml").write_text(MAP)
    log = str(tmp_path / "out")
    for other in (str(tmp_path / "reads" / "out"), "reads"):
        found = reconcile(log, other, map_file=tmp_path / "map.toml")
        (accounts,) = found.contests
        (pair,) = accounts.pairs
        assert [accounts.joined.stations[each.station] for each in pair.differences] == ["3"]
