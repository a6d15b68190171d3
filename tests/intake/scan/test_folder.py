"""A folder is read in order, in parallel, again and again, whatever happens to it meanwhile."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError
from escrutinio.intake.scan.folder import Earlier, Rows, list_folder, path_name, read_earlier, read_folder
from escrutinio.intake.scan.problems import Problem
from escrutinio.intake.scan.results import Found, as_line
from tests.intake.scan.made import QR2024, code, file, text_of


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three sheets in two folders, a letter and a photo of something else."""
    photos = tmp_path / "photos"
    (photos / "b").mkdir(parents=True)
    (photos / "2.png").write_bytes(file(code(text_of(2))))
    (photos / "10.png").write_bytes(file(code(QR2024)))
    (photos / "b" / "1.jpg").write_bytes(file(code(text_of(1)), "JPEG"))
    (photos / "b" / "menu.png").write_bytes(file(code("https://example.org/menu")))
    (photos / "letter.txt").write_text("Dear all")
    return photos


def read(folder: Path, earlier: Earlier | None = None) -> list[Rows]:
    return list(read_folder(folder, list_folder(folder), earlier=earlier))


def kinds(rows: list[Rows]) -> list[tuple[str, Found, Problem]]:
    return [(row.path, row.kind, row.problem) for found in rows for row in found]


WANTED = [
    ("10.png", Found.QR2024, Problem.NONE),
    ("2.png", Found.RECORD, Problem.NONE),
    ("letter.txt", Found.UNREAD, Problem.NOT_AN_IMAGE),
    ("b/1.jpg", Found.RECORD, Problem.NONE),
    ("b/menu.png", Found.OTHER, Problem.NOT_A_SHEET),
]


def test_every_file_gives_its_rows_in_order(photos: Path) -> None:
    assert kinds(read(photos)) == WANTED


def test_processes_give_the_same_rows(photos: Path) -> None:
    files = list(list_folder(photos)) * 20  # more than are given out at once
    alone = list(read_folder(photos, files))
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as executor:
        assert list(read_folder(photos, files, executor=executor)) == alone


def test_links_pipes_and_folders_without_entry_are_named(photos: Path) -> None:
    (photos / "a-link.png").symlink_to(photos / "2.png")
    (photos / "around").symlink_to(photos)
    os.mkfifo(photos / "a-pipe")
    found = {path: problem for path, _, problem in kinds(read(photos))}
    assert [found[name] for name in ("a-link.png", "around", "a-pipe")] == [Problem.NOT_A_FILE] * 3
    assert len(found) == len(WANTED) + 3


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        list(list_folder(tmp_path / "none"))


def test_the_results_themselves_are_left_out(photos: Path) -> None:
    out = photos / "sheets.jsonl"
    out.write_text("{}")
    assert out not in list(list_folder(photos, [out]))


def test_files_that_vanish_or_come_while_reading(photos: Path) -> None:
    files = list(list_folder(photos))
    (photos / "2.png").unlink()
    (photos / "new.png").write_bytes(file(code(text_of(9))))
    first = list(read_folder(photos, files))
    assert ("2.png", Found.UNREAD, Problem.VANISHED) in kinds(first)
    again = read(photos, Earlier({rows[0].path: rows for rows in first}))
    assert ("new.png", Found.RECORD, Problem.NONE) in kinds(again)
    assert "2.png" not in [rows[0].path for rows in again]


def marked(rows: list[Rows]) -> Earlier:
    """Earlier results that can be told from new ones."""
    return Earlier({each[0].path: tuple(replace(row, attempt="earlier") for row in each) for each in rows})


def taken_over(rows: list[Rows]) -> set[str]:
    return {row.path for found in rows for row in found if row.attempt == "earlier"}


def test_only_what_is_new_or_changed_is_read_again(photos: Path) -> None:
    earlier = marked(read(photos))
    everything = set(earlier.files)
    assert taken_over(read(photos, earlier)) == everything
    os.utime(photos / "2.png", ns=(1, 1))  # touched: the same bytes
    (photos / "10.png").write_bytes(file(code(text_of(4))))
    assert taken_over(read(photos, earlier)) == everything - {"10.png"}


def test_a_file_that_could_not_be_opened_is_tried_again(photos: Path) -> None:
    rows = read(photos)
    unread = tuple(replace(row, digest="", problem=Problem.CHANGED, attempt="earlier") for row in rows[0])
    earlier = Earlier({unread[0].path: unread})
    assert kinds(read(photos, earlier)) == WANTED


def test_results_that_were_cut_off_are_gone_on_with(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets.jsonl"
    lines = [as_line(row) for rows in read(photos) for row in rows]
    out.write_bytes(b"".join(lines[:3]) + lines[3][:50])
    assert set(read_earlier(out).files) == {"10.png", "2.png", "letter.txt"}
    out.write_bytes(b"".join(lines[:3]) + b"{}\n")
    with pytest.raises(InputError, match="line 4"):
        read_earlier(out)


def test_names_that_are_no_text_or_no_line_are_written_out(tmp_path: Path) -> None:
    for name in (b"caf\xe9.png", b"two\nlines.png"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    names = [path_name(path, tmp_path) for path in list_folder(tmp_path)]
    assert sorted(names) == ["caf\\xe9.png", "two\\nlines.png"]
    assert {rows[0].problem for rows in read(tmp_path)} == {Problem.NOT_AN_IMAGE}


def test_a_folder_that_goes_away_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "a"
    gone.mkdir()
    listing = list_folder(tmp_path)
    (tmp_path / "0.txt").write_text("x")
    assert next(listing).name == "0.txt"
    shutil.rmtree(gone)
    assert list(listing) == [gone]


def test_a_dying_process_is_told_with_the_file(photos: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as executor:
        executor.submit(os._exit, 1)
        with pytest.raises(InputError, match=r"a reading process died at .*--resume"):
            list(read_folder(photos, list_folder(photos), executor=executor))
