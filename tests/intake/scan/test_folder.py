"""A folder is read in order, in parallel, again and again, whatever happens to it meanwhile."""

import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Limits
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
    assert list(read_folder(photos, files, count=2)) == alone


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


# What a sender may do to a reader: each ends the file, and the next one is read.
LAUGHS = 11
LEFT = (Problem.TOO_LONG, Problem.TOO_MUCH_MEMORY, Problem.READER_DIED)
"""What may be said of it: a library that gets no memory may die without a word."""


def pdf(*objects: bytes) -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalogue."""
    body, places = b"%PDF-1.5\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%b>>stream\n%b\nendstream" % (len(packed), more, packed)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</XObject<</F %d 0 R>>>>>>"


def one_page(content: bytes, *others: bytes) -> bytes:
    """A page that finds the first of `others` by the name F."""
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, PAGE % (4, 5), content, *others)


def forms(first: int) -> list[bytes]:
    """Objects from this number on: a form that draws ten of the next, and so on."""
    box = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]"
    inner = [
        stream(b"/F Do " * 10, b"%b/Resources<</XObject<</F %d 0 R>>>>" % (box, number))
        for number in range(first + 1, first + 1 + LAUGHS)
    ]
    return [*inner, stream(b"0 0 600 800 re f", box)]


def forms_in_forms() -> bytes:
    """A page of some KB that draws more forms than anybody waits for."""
    return one_page(stream(b"/F Do"), *forms(5))


def a_sheet_and_forms_in_forms() -> bytes:
    """A page with a code, and one that no machine ever has drawn, however fast it is."""
    drawn = code(text_of(1))
    shape = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
    image = stream(drawn.tobytes(), shape % drawn.size)
    pages = b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>"
    content = stream(b"400 0 0 400 100 200 cm /F Do"), stream(b"/F Do")
    head = b"<</Type/Catalog/Pages 2 0 R>>", pages, PAGE % (5, 7), PAGE % (6, 8)
    return pdf(*head, *content, image, *forms(8))


def many_scans() -> bytes:
    """A JPEG of some hundred KB whose last scan stands there thousands of times."""
    out = BytesIO()
    Image.new("L", (6_000, 6_000)).save(out, "JPEG", progressive=True, quality=5)
    content = out.getvalue()
    scan = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + scan * 3_000 + content[-2:]


@pytest.mark.parametrize(
    ("made", "limits"),
    [(forms_in_forms, Limits(512 << 20, 4)), (many_scans, Limits(1 << 30, 2))],
    ids=["forms in forms", "a scan 3,000 times"],
)
@pytest.mark.one_in(2)
def test_a_file_that_costs_too_much_is_left_and_the_next_one_read(
    photos: Path, made: Callable[[], bytes], limits: Limits
) -> None:
    (photos / "1.bin").write_bytes(made())
    rows = list(read_folder(photos, list_folder(photos), limits=limits))
    (left,) = rows[0]
    assert left.path == "1.bin"
    assert left.digest
    assert left.problem in LEFT
    assert kinds(rows[1:]) == WANTED


def test_pages_that_were_read_before_the_reader_was_stopped_are_kept(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(a_sheet_and_forms_in_forms())
    (rows,) = read_folder(tmp_path, list_folder(tmp_path), limits=Limits(512 << 20, 60))
    assert [(row.page, row.kind) for row in rows] == [(1, Found.RECORD), (2, Found.UNREAD)]
    assert (rows[0].problem, rows[1].problem in LEFT) == (Problem.NONE, True)


def test_what_an_interrupted_reading_leaves_is_no_process(photos: Path) -> None:
    before = children()
    rows = read_folder(photos, list_folder(photos), count=2)
    next(rows)
    assert children() > before
    del rows
    assert children() == before


def children() -> set[str]:
    """The processes that this one has started and not yet seen end; those of other tests among them."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {number for each in listed for number in each.read_text().split()}
