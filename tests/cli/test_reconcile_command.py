"""escrutinio reconcile: the real corrections of 2024, a publication's bases, and what it refuses."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from escrutinio.evidence.accounts.differences import DIFFERENT, Kind, Slip
from tests.cli.running import in_process, refused, said
from tests.paths import ROOT

MAP = ROOT / "examples/venezuela-2024/versions.toml"
VERSIONS = ("site-2024-08-01", "later", "--map", MAP)
DOCUMENT = (ROOT / "docs/reconciling.md").read_text()


def plain(*arguments: object) -> dict[str, Any]:
    done = in_process("reconcile", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def versions() -> dict[str, Any]:
    found: dict[str, Any] = plain(*VERSIONS)["contests"][0]["pairs"][0]
    return found


def test_all_145_corrections_are_classified(versions: dict[str, Any]) -> None:
    assert versions["differ"] == sum(versions["kinds"].values()) == 145
    assert len(versions["differences"]) == 145
    # The same three numbers at six stations, and the one cell that the site left empty.
    repeated = [each for each in versions["differences"] if each["kind"] == Kind.REPEATED]
    assert {tuple(figure["left"] for figure in each["figures"])[:2] for each in repeated} == {(173, 160)}
    assert [each["station"] for each in repeated if each["side"] != "left"] == []
    (empty,) = [each for each in versions["differences"] if each["kind"] == Kind.NO_FIGURE]
    assert (empty["station"], empty["figures"][0]["row"]) == ("070203031.01", "EG")


def test_the_document_has_the_counts_that_the_command_gives(versions: dict[str, Any]) -> None:
    table = DOCUMENT.split("## A real case")[1].split("##")[0]
    written = re.findall(r"^\| `([a-z-]+)` \| ([0-9]+) \|$", table, re.MULTILINE)
    assert {kind: int(count) for kind, count in written} == versions["kinds"]


def test_the_document_names_every_kind_slip_and_key(versions: dict[str, Any]) -> None:
    named = set(re.findall(r"`([a-z_-]+)`", DOCUMENT))
    assert {str(code) for code in (*Kind, *Slip)} <= named
    assert _keys(plain(*VERSIONS)) <= named


def _keys(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if not isinstance(value, dict):
        return set()
    # Kinds, slips and sources are named by what they are.
    inside = (_keys(item) for key, item in value.items() if key not in ("kinds", "slips", "against"))
    return set(value).difference(("en", "es")).union(*inside)


def test_it_speaks_both_languages() -> None:
    english, spanish = said("reconcile", *VERSIONS), said("reconcile", *VERSIONS, lang="es")
    assert "0 alike, 145 different" in english
    assert "0 con las mismas cifras, 145 con otras" in spanish
    assert "one row, by 1 40 █" in english
    assert "… and 125 more" in english


def test_one_publication_basis_by_basis(miniature: Path) -> None:
    contests = plain(miniature)["contests"]
    assert [contest["contest"] for contest in contests] == ["presidencia", "consejo-norte"]
    names = [source["name"] for source in contests[0]["sources"]]
    assert names == ["reported", "copies:party/ancla", "copies:party/concha", "paper"]
    head = (miniature / "log" / "checkpoint").read_text().splitlines()
    root = b64decode(head[2]).hex()
    assert contests[0]["sources"][0]["rests_on"] == f"{head[0]}, {head[1]} entries, root {root}"
    assert contests[0]["majority"]["against"]["copies:party/ancla"] == 1


def test_one_publication_is_one_election(miniature: Path) -> None:
    assert plain(miniature)["one_election"] is True
    assert "two elections" not in said("reconcile", miniature)


def test_a_basis_can_be_chosen(miniature: Path) -> None:
    found = plain(f"{miniature}#reported", f"{miniature}#ruled", "--contest", "presidencia")["contests"][0]
    assert [source["name"] for source in found["sources"]] == ["reported", "ruled"]
    assert found["pairs"][0]["kinds"] == {"agree": 10, "only-right": 1, "neither": 1}
    assert "no basis 'copies'; it has: reported" in refused("reconcile", miniature, f"{miniature}#copies")


def test_files_are_written_once(tmp_path: Path) -> None:
    out = [tmp_path / name for name in ("figures.csv", "book.xlsx", "pages")]
    options = ("--csv", out[0], "--xlsx", out[1], "--html", out[2])
    assert in_process("reconcile", *VERSIONS, *options).exit_code == 0
    assert len(out[0].read_text().splitlines()) > 145
    assert out[1].read_bytes().startswith(b"PK")
    assert (out[2] / "es" / "contest-1-1-2-areas.html").is_file()
    done = in_process("reconcile", *VERSIONS, "--csv", out[0])
    assert (done.exit_code, "not overwritten" in done.stderr) == (2, True)


def test_a_table_of_another_election_is_refused(tmp_path: Path, miniature: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("mesa,EG,NM\nZ1,5,4\nZ2,3,2\n")
    table = ROOT / "examples/venezuela-2024/data/corrections_2024_08_01.csv"
    assert "no station in common" in refused("reconcile", table, other)
    assert "no option in common" in refused("reconcile", f"{miniature}#reported", other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", "later", "--map", MAP), "There is no publication, table or source 'nowhere'"),
        (("later", "--map", MAP), "Fewer than two"),
        ((*VERSIONS, "--contest", "alcalde"), "Fewer than two"),
        ((*VERSIONS, "--confirm-zero", "999"), "No source knows a station '999'"),
        ((*VERSIONS, "--registered", "5"), "A roll of 5 voters is smaller"),
        ((*VERSIONS, "--map", "missing.toml"), "There is no file 'missing.toml'"),
    ],
)
def test_bad_use_gets_a_sentence(arguments: tuple[object, ...], message: str) -> None:
    assert message in refused("reconcile", *arguments)


def test_a_bad_row_stops_unless_it_may_be_left_out(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("mesa,EG,NM\nA1,5,4\nA2,3,2\n")
    # The columns look like votes until the last row.
    bad.write_text("mesa,EG,NM\nA1,5,4\nA2,3,99999999999\n")
    assert "bad.csv, line 3, column NM" in refused("reconcile", good, bad)
    found = plain(good, bad, "--skip-bad-rows")["contests"][0]["pairs"][0]
    assert found["kinds"] == {"no-figure": 1, "agree": 1}


def test_kinds_of_the_document_stand_in_the_order_in_which_they_are_tried() -> None:
    table = DOCUMENT.split("## Kinds of difference")[1].split("##")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == [str(kind) for kind in DIFFERENT]


def test_the_later_version_is_what_the_example_imports() -> None:
    sheets = ROOT / "examples/venezuela-2024/data/sheets_v2.cp1252.csv.gz"
    found = plain(sheets, "later", "--map", MAP)["contests"][0]
    assert (found["contest"], found["rows"]) == ("presidente", ["EG", "NM"])
    assert found["pairs"][0]["kinds"] == {"only-left": 24_928, "agree": 145}
    earlier = plain(sheets, "site-2024-08-01", "--map", MAP)["contests"][0]["pairs"][0]
    assert earlier["differ"] == 145


def test_of_many_zero_reports_it_names_ten_and_says_how_many_more(tmp_path: Path) -> None:
    rows = [f"{number},{number % 2 * 7},{number % 2 * 5}" for number in range(27)]
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("\n".join(["mesa,A,B", *rows, ""]))
    found = said("reconcile", tmp_path / "one.csv", tmp_path / "two.csv")
    assert found.count("16, 18 and 4 more") == 2
