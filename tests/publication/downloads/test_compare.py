"""The second verdict: a figure altered in a workbook, a Parquet file or a NIST report is found."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import polars as pl
import pytest

from escrutinio.base.fetch import open_files
from escrutinio.base.workers import workers
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.publication.downloads.compare import Downloads, compare_downloads

PARQUET = "presidencia/areas-reported.parquet"
NIST = "nist-reported.json.gz"


@pytest.fixture
def public(miniature: Path, tmp_path: Path) -> Path:
    directory = tmp_path / "public"
    shutil.copytree(miniature, directory)
    return directory


def compared(directory: Path) -> Downloads:
    found = verify_publication(directory)
    assert found.of_tables is not None
    return compare_downloads(found.of_tables, found.not_compared, open_files(directory))


def told(directory: Path) -> dict[str, str]:
    """What differs, and how."""
    return {path: str(why) for path, why in compared(directory).differing}


def test_honest_files_hold_the_figures_of_the_log(public: Path) -> None:
    found = compared(public)
    assert found.outcome is Outcome.HOLDS
    assert found.own == ("geometry.geojson",)
    assert {path.rpartition(".")[2] for path in found.same} == {"parquet", "xlsx", "gz"}


@pytest.mark.parametrize("later", [True, False], ids=["before the files", "while they are read"])
def test_files_that_are_published_again_meanwhile_are_not_judged(public: Path, later: bool) -> None:
    """On the night a publisher renews them while somebody verifies."""
    found = verify_publication(public)
    assert found.of_tables is not None
    files, asked = open_files(public), list[str]()
    description = json.loads((public / "data/datapackage.json").read_bytes())
    if later:
        description["escrutinio"]["size"] += 1
    else:
        description["created"] = "2031-01-01T00:00:00Z"
    new = json.dumps(description).encode()

    def fetch(path: str, limit: int) -> bytes | None:
        asked.append(path)
        if path == "data/datapackage.json":
            return new if later or asked.count(path) > 1 else files(path, limit)
        return b"of another size" if path == "data/results.xlsx" else files(path, limit)

    there = compare_downloads(found.of_tables, found.not_compared, fetch)
    assert (there.differing, there.outcome) == ((), Outcome.OPEN)
    assert "results.xlsx" in {path for path, _ in there.unread}
    assert all("published again while they were read" in str(why) for _, why in there.unread)


def test_another_packing_of_the_same_figures_holds(public: Path) -> None:
    """As another version of a library would write them."""
    table = public / "data" / PARQUET
    pl.read_parquet(table).write_parquet(table, compression="lz4")
    packed = public / "data" / "nist-reported-stations.json.gz"
    packed.write_bytes(gzip.compress(gzip.decompress(packed.read_bytes()), 1))
    book = public / "data" / "results.xlsx"
    with ZipFile(book) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with ZipFile(book, "w", ZIP_STORED) as new:
        for name, content in members:
            new.writestr(name, content)
    assert compared(public).outcome is Outcome.HOLDS


def swap_votes(path: Path) -> None:
    frame = pl.read_parquet(path)
    frame.with_columns(pl.col("valid") + 1).write_parquet(path)


def swap_cell(path: Path) -> None:
    with ZipFile(path) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with ZipFile(path, "w") as new:
        for name, content in members:
            new.writestr(name, content.replace(b"<v>1", b"<v>2") if "sheet" in name else content)


def swap_packed(path: Path) -> None:
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content.replace(b'"Count":1', b'"Count":2')))


@pytest.mark.parametrize(
    ("path", "swap"),
    [
        (PARQUET, swap_votes),
        ("results.xlsx", swap_cell),
        (NIST, swap_packed),
        ("nist-reported-stations.json.gz", swap_packed),
    ],
)
def test_an_altered_figure_is_found(public: Path, path: str, swap: object) -> None:
    assert callable(swap)
    before = (public / "data" / path).read_bytes()
    swap(public / "data" / path)
    assert (public / "data" / path).read_bytes() != before
    assert told(public) == {path: "its figures are not those of the log"}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x1f\x8b\x08", b"PK\x03\x04", b"{}"])
def test_what_is_no_such_file_is_said_and_never_a_traceback(public: Path, content: bytes) -> None:
    paths = {PARQUET, "results.xlsx", NIST, "nist-reported-stations.json.gz"}
    for path in paths:
        (public / "data" / path).write_bytes(content)
    assert {each for each, _ in compared(public).differing} == paths


def test_a_missing_one_and_an_added_one(public: Path) -> None:
    (public / "data" / PARQUET).unlink()
    described = public / "data" / "datapackage.json"
    package = json.loads(described.read_bytes())
    package["resources"].append({"path": "official-totals.csv", "bytes": 2, "hash": "sha256:00"})
    described.write_text(json.dumps(package))
    (public / "data" / "official-totals.csv").write_text("a\n")
    assert told(public) == {
        PARQUET: "it is missing",
        "official-totals.csv": "nothing in the log gives such a file",
    }


def test_a_bomb_of_a_file_is_not_unpacked(public: Path) -> None:
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
    (public / "data" / "nist-reported-stations.json.gz").write_bytes(packed.getvalue())
    assert len(compared(public).differing) == 1


def test_without_the_time_of_making_nothing_is_compared(public: Path) -> None:
    described = public / "data" / "datapackage.json"
    package = json.loads(described.read_bytes())
    del package["created"]
    described.write_text(json.dumps(package))
    assert told(public) == {"datapackage.json": "it does not say when the files were made"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda package: package.update(title="Official results"), "'title'"),
        (lambda package: package.update(log_size=7), "'log_size'"),
        (lambda package: package.update(note="certified"), "'note'"),
        (lambda package: package["resources"][0].update(title="Final"), "what it says of"),
    ],
)
def test_what_the_description_says_of_its_own_is_compared(
    public: Path, change: Callable[[dict[str, Any]], None], what: str
) -> None:
    described = public / "data" / "datapackage.json"
    package = json.loads(described.read_bytes())
    change(package)
    described.write_text(json.dumps(package))
    ((path, why),) = compared(public).differing
    assert path == "datapackage.json"
    assert what in str(why)


def test_a_part_of_it_can_be_made_elsewhere(public: Path) -> None:
    found = verify_publication(public)
    assert found.of_tables is not None
    with workers(2) as executor:
        there = compare_downloads(found.of_tables, found.not_compared, open_files(public), executor)
    assert there == compared(public)


def test_what_cannot_be_read_or_states_another_version_is_not_judged(public: Path) -> None:
    (public / "data" / NIST).unlink()
    (public / "data" / NIST).mkdir()
    found = compared(public)
    assert (found.outcome, [path for path, _ in found.unread]) == (Outcome.OPEN, [NIST])
    (public / "data" / NIST).rmdir()
    (public / "data" / NIST).write_bytes(b"{}")
    assert compared(public).outcome is Outcome.FAILS
    described = public / "data" / "datapackage.json"
    package = json.loads(described.read_bytes())
    package["escrutinio"]["tables"] += 1
    described.write_text(json.dumps(package))
    assert compared(public).outcome is Outcome.OPEN
