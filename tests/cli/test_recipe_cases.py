"""Files in the shapes that recipes know: `init`, `publish` and `verify` go through without a hand."""

import csv
import re
from pathlib import Path

import pytest

from tests.cli.running import escrutinio
from tests.intake.recipe_cases import EXPECTED, placed
from tests.paths import ROOT


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_a_known_shape_becomes_a_site_that_verifies(name: str, tmp_path: Path) -> None:
    path = placed(name, tmp_path)
    config = (path if path.is_dir() else path.parent) / "election.toml"
    made = escrutinio("init", path, "-o", config, "--yes")
    assert made.returncode == 0, made.stderr
    assert f"the recipe {name} is used" in made.stderr
    done = escrutinio("publish", config, "-o", tmp_path / "pub")
    assert done.returncode == 0, done.stderr
    for contest, figures in EXPECTED[name].items():
        with (tmp_path / "pub" / "data" / contest / "areas-copies-importer-table.csv").open() as file:
            root = next(csv.DictReader(file))
        assert {code: int(root[code]) for code in figures} == figures
    # Origin not authenticated: nobody was told whom to trust.
    assert escrutinio("verify", tmp_path / "pub").returncode == 4


def test_the_recipes_are_listed() -> None:
    said = escrutinio("init", "--recipes").stdout
    assert [line.split()[0] for line in said.splitlines()] == sorted(EXPECTED)
    assert "mx-ine-prep      INE's preliminary results, PREP (Mexico)" in said


def test_the_page_lists_them_and_says_what_init_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == sorted(EXPECTED)
    placed("openelections", tmp_path)
    monkeypatch.chdir(tmp_path)
    command, *answer = page.split("```console\n")[1].split("```")[0].splitlines()
    assert escrutinio(*command.removeprefix("$ escrutinio ").split()).stderr.splitlines() == answer
