"""Rendering again: the same bytes as from scratch, and no more work than what changed asks for."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.core.election.findings import finding
from escrutinio.core.records.types import Arrival, Body, Extension, Statement, TallySheet
from escrutinio.publication.site.changes import changes
from escrutinio.publication.site.manifest import MANIFEST, read_manifest
from tests.core.election.build import DAY, Day
from tests.publication.growing import Night, contents, night


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


@pytest.fixture(scope="module")
def whole(mini: Night, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The site at the end of the night, rendered at once."""
    out = tmp_path_factory.mktemp("whole")
    mini.render(len(mini.records), out)
    return contents(out)


def steps(mini: Night, count: int) -> list[int]:
    """Sizes at which the log grows, so that every part of it is new once; the last is all of it."""
    last = len(mini.records)
    return [max(2, last * step // count) for step in range(1, count)] + [last]


def test_the_log_that_grew_gives_the_pages_of_the_whole_log(
    mini: Night, whole: dict[str, bytes], tmp_path: Path
) -> None:
    for size in steps(mini, 6):
        mini.render(size, tmp_path)
    assert contents(tmp_path) == whole


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1_000, 2], ids=["", "more cases than are listed"])
def test_from_any_size_to_any_other_the_pages_are_those_made_from_scratch(
    mini: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(finding, "MOST_ENTRIES", limit)
    sizes = steps(mini, 28)
    scratch = {}
    for size in sizes:
        mini.render(size, tmp_path / str(size))
        scratch[size] = contents(tmp_path / str(size))
    grown = tmp_path / "grown"
    for before, size in [*pairwise(sizes), *pairwise(sizes[::3]), *pairwise(sizes[1::7])]:
        mini.render(before, grown)
        assert contents(grown) == scratch[before]
        mini.render(size, grown)
        assert contents(grown) == scratch[size]


def test_a_page_in_which_nothing_changed_is_not_touched(mini: Night, tmp_path: Path) -> None:
    size = next(at for at, raw in enumerate(mini.records) if at > 60 and mini.state(at + 1).tables)
    mini.render(size, tmp_path)
    files = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    rendering = mini.render(size, tmp_path)
    assert rendering.changed == frozenset()
    assert {path: path.stat().st_ino for path in files if path.name != MANIFEST} == {
        path: inode for path, inode in files.items() if path.name != MANIFEST
    }


def test_a_sheet_changes_its_area_what_lies_above_and_what_is_compared_with_that(mini: Night) -> None:
    state = mini.state(len(mini.records))
    tree, found = state.areas, changes(state)
    table = state.tables["presidencia"]
    row = int(table.index.argmax())
    area, size = int(state.roll.area[table.station[row]]), int(table.index[row]) + 1
    for above in tree.path(area):
        assert found.within[above] >= size
        assert all(found.page[child] >= size for child in tree.children(above))


@pytest.mark.parametrize("kind", [Arrival, Statement])
def test_arrivals_and_statements_change_no_area(mini: Night, kind: type[Body]) -> None:
    state = mini.state(len(mini.records))
    sizes = {logged.index + 1 for logged in state.records(kind)}
    assert sizes
    assert sizes.isdisjoint(changes(state).page.tolist())


def test_an_extension_changes_every_area_that_it_may_move() -> None:
    """Also what lies below the one that it names: pages say from when on results may be there."""
    day = Day()
    index = day.say(Extension(DAY, "late"), "authority/1", "area/isla")
    assert set(changes(day.state()).page.tolist()) == {index + 1}


def test_every_sheet_of_the_log_is_a_change_at_its_size(mini: Night) -> None:
    state = mini.state(len(mini.records))
    for table in state.tables.values():
        for index in table.index[table.kind == TallySheet.TYPE].tolist():
            assert int(changes(mini.state(index + 1)).within[0]) == index + 1


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"key":1}', b"\xff"])
def test_a_damaged_memory_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    assert read_manifest(tmp_path) is None


def test_a_killed_rendering_is_made_good(mini: Night, whole: dict[str, bytes], tmp_path: Path) -> None:
    for path, content in whole.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / MANIFEST).unlink()  # as it is while pages are being written
    (tmp_path / "es/areas/TI.html").write_bytes(b"half")
    (tmp_path / "es/areas/TI.html.tmp").write_bytes(b"half")
    assert mini.render(len(mini.records), tmp_path).changed is None
    assert contents(tmp_path) == whole


def test_a_missing_page_comes_back_and_a_strange_one_goes(
    mini: Night, whole: dict[str, bytes], tmp_path: Path
) -> None:
    size = len(mini.records)
    mini.render(size, tmp_path)
    for page in ("es/areas/TI.html", "es/areas/TI.xml", "embed/es/TI.html", "es/log/1.html"):
        (tmp_path / page).unlink()
    for strange in ("es/areas/gone.html", "es/old/page.html", "assets/js/old.js", "data/index/gone.json"):
        (tmp_path / strange).parent.mkdir(exist_ok=True)
        (tmp_path / strange).write_text("old")
    (tmp_path / "mine.txt").write_text("not of the site")
    rendering = mini.render(size, tmp_path)
    assert rendering.removed == 4
    assert contents(tmp_path) == {**whole, "mine.txt": b"not of the site"}
    assert not (tmp_path / "es/old").exists()


def test_another_choice_of_languages_leaves_nothing_of_the_old(mini: Night, tmp_path: Path) -> None:
    mini.render(5, tmp_path)
    mini.render(5, tmp_path, languages=("en",))
    assert not (tmp_path / "es").exists()
    assert not (tmp_path / "embed/es").exists()
    assert (tmp_path / "en/index.html").is_file()


def test_the_footer_says_since_when_an_area_is_as_it_is(mini: Night, tmp_path: Path) -> None:
    size = len(mini.records)
    mini.render(size, tmp_path)
    page = changes(mini.state(size)).page.tolist()
    for code, last in zip(mini.state(size).areas.codes, page, strict=True):
        text = (tmp_path / f"es/areas/{code}.html").read_text()
        assert f"por última vez con {last} entradas" in text
        assert mini.checkpoint(size).checkpoint.root.hex() not in text
    assert mini.checkpoint(size).checkpoint.root.hex() in (tmp_path / "es/index.html").read_text()


def test_what_cannot_be_written_is_said(mini: Night, tmp_path: Path) -> None:
    (tmp_path / "es").write_text("a file where a directory must be")
    with pytest.raises(PublicationError, match="cannot be written"):
        mini.render(5, tmp_path)


def test_nobody_writes_on_after_a_rendering_that_failed(mini: Night, tmp_path: Path) -> None:
    def fail() -> None:
        raise PublicationError("file-not-written", path="data", why="no space left")

    size = len(mini.records)
    with ThreadPoolExecutor(2) as executor:
        with pytest.raises(PublicationError, match="no space left"):
            mini.render(size, tmp_path, executor=executor, meanwhile=fail)
        left = contents(tmp_path)
    assert contents(tmp_path) == left
    mini.render(size, tmp_path)


@pytest.mark.parametrize("records", ["two", "before the first sheet", "all"])
def test_no_heading_of_a_page_stands_alone(mini: Night, tmp_path: Path, records: str) -> None:
    """On the night there are pages before there is anything to say."""
    last = mini.state(len(mini.records))
    first = min(int(table.index.min()) for table in last.tables.values() if len(table))
    mini.render({"two": 2, "before the first sheet": first, "all": last.size}[records], tmp_path)
    alone = re.compile(r"<section[^>]*>\s*<h2[^>]*>[^<]*</h2>\s*</section>|<h([23])[^>]*>[^<]*</h\1>\s*<h\1")
    found = {
        path.name: match[0][:80]
        for path in tmp_path.rglob("*.html")
        if (match := alone.search(path.read_text("utf-8")))
    }
    assert found == {}
