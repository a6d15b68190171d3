"""Tables in the shapes that authorities publish: `init`, `publish` and `verify` go through without a hand."""

import csv
import json
import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import copy

import pytest

from tests.cli.running import escrutinio
from tests.paths import ROOT

CASES = ROOT / "tests" / "data" / "import"
EXPECTED = {
    "cyrillic-regions.csv": {"contest": {"A": 380, "B": 320, "null": 25}},
    "fourth-class.csv": {
        "contest": {"A": 200, "B": 200, "blank": 6, "null": 11, "impugnados": 7, "ballots": 424}
    },
    "init-publish.csv": {"contest": {"A": 20, "B": 16, "valid": 36}},
    "long-precincts.csv": {
        "u-s-senate": {"able-a": 996, "baker-b": 413},
        "state-house-1": {"cole-c": 811},
        "state-house-2": {"dunn-d": 151, "eck-e": 92},
    },
    "multi-header.csv": {"Zweitstimmen": {"partei-a": 710, "partei-b": 310}},
    "mx-casillas.csv": {"contest": {"PAN": 685, "MORENA": 1641}},
    "no-null-column-reads.csv": {"contest": {"A": 200, "B": 201}},
    "no-null-column.csv": {"contest": {"A": 200, "B": 200, "null": 5}},
    "prep-annotations.csv": {"contest": {"PAN": 465, "PRI": 311}},
    "totals-row.csv": {"contest": {"smith": 200, "jones": 200}},
    "where-nothing.csv": {"u-s-senate": {"A": 17, "B": 13}, "Sheriff": {"A": 9, "B": 9}},
    "workbook.csv": {"contest": {"adams-r": 2273, "brown-d": 1658, "Scatter": 4}},
    "workbook.xlsx": {"contest": {"adams-r": 2273, "brown-d": 1658, "Scatter": 4}},
}
"""What counts at the root of the areas. A sheet of one case has more votes than registered voters."""


@pytest.mark.parametrize("name", EXPECTED)
def test_a_table_becomes_a_site_that_verifies(name: str, tmp_path: Path) -> None:
    copy(CASES / name, tmp_path / name)
    made = escrutinio("init", tmp_path / name, "-o", tmp_path / "election.toml", "--yes")
    assert made.returncode == 0, made.stderr
    done = escrutinio("publish", tmp_path / "election.toml", "-o", tmp_path / "pub", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["skipped_rows"] == 0
    for contest, figures in EXPECTED[name].items():
        with (tmp_path / "pub" / "data" / contest / "areas-copies-importer-table.csv").open() as file:
            root = next(csv.DictReader(file))
        assert {code: int(root[code]) for code in figures} == figures
    # Origin not authenticated: nobody was told whom to trust.
    assert escrutinio("verify", tmp_path / "pub").returncode == 4


def asked(folder: Path, answers: str) -> str:
    """The configuration that `init` writes for t.csv where a person answers on a terminal."""
    ours, its = pty.openpty()
    os.write(ours, answers.encode())
    done = subprocess.run(
        [sys.executable, "-m", "escrutinio", "init", folder / "t.csv", "-o", folder / "t.toml"],
        stdin=its,
        capture_output=True,
        text=True,
        env={**os.environ, "ESCRUTINIO_LANG": "en"},
        check=False,
        timeout=120,
    )
    os.close(ours)
    os.close(its)
    assert done.returncode == 0, done.stderr
    return (folder / "t.toml").read_text()


def test_on_a_terminal_a_person_says_which_rows_are_sheets_and_what_tells_them_apart(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "seccion,casilla,lugar,A,B\n1,B,plaza,10,20\n1,C,liceo,4,6\n2,B,club,7,1\nTODO,T,todo,21,27\n"
    )
    left_out = tomllib.loads(asked(tmp_path, "T\nP\n2030-01-01\nX\ny\n\n"))
    (sheets,) = left_out["import"]["sheets"]
    assert sheets["skip_last"] == 1
    (tmp_path / "t.toml").unlink()
    kept = tomllib.loads(asked(tmp_path, "T\nP\n2030-01-01\nX\nn\nseccion + nothing\nseccion + casilla\n\n"))
    (sheets,) = kept["import"]["sheets"]
    assert sheets["station"] == "{seccion}.{casilla}"
    assert sheets["confirmed"] == ["TODO.T"]
    assert "skip_last" not in sheets
    assert kept["election"]["place"] == "P"
