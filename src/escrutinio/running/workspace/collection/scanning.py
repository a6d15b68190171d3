"""What the codes on the pictures of a collection say, read in memory and kept with them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from escrutinio.base.progress import Progress, silent
from escrutinio.base.words.say import say
from escrutinio.intake.scan.folder import read_contents
from escrutinio.intake.scan.problems import Problem
from escrutinio.intake.scan.results import Found, ScanResult, as_line, from_line, whole_files
from escrutinio.running.workspace.cabinet import BOXES, Cabinet
from escrutinio.running.workspace.collection.shelf import PictureShelf

SCANNED = "scanned.jsonl"
"""Rows of a scan (docs/reading-sheets.md), in the private part."""


def scan_kept(files: Cabinet, *, count: int, progress: Progress = silent) -> list[ScanResult]:
    """Read the pictures that were not read yet, by `count` children; all rows. What was read of a picture
    stands there before the next one does. Raises InputError, LogError."""
    shelf, rows = PictureShelf(files), _whole(files)
    done = {row.digest for row in rows}
    left = [one for one in shelf.pictures() if one.digest not in done]
    contents = ((one.source, partial(shelf.content_of, one)) for one in left)
    for number, found in enumerate(read_contents(contents, count=count), 1):
        if found[0].digest:  # else it could not be opened, which is said, and tried again the next time
            files.append(SCANNED, [as_line(row).removesuffix(b"\n") for row in found])
        rows += found
        progress(say("read"), number, len(left))
    return rows


def scanned_rows(files: Cabinet) -> list[ScanResult]:
    """The rows of every picture that was read. Raises InputError."""
    lines, _ = files.lines(SCANNED)
    place = files.place(SCANNED, BOXES)
    return [from_line(line, f"{place}:{number}") for number, line in enumerate(lines, 1)]


def left_to_type(files: Cabinet) -> dict[Path, frozenset[int]]:
    """The pages whose sheet no code gave, by what results call the file; of a picture that was not read yet,
    all."""
    rows = scanned_rows(files)
    read = {row.digest for row in rows}
    found: dict[Path, set[int]] = {}
    for row in rows:
        if row.kind is Found.UNREAD or row.problem is Problem.FORM:
            found.setdefault(Path(row.path), set()).add(row.page)
    pictures = PictureShelf(files).pictures()
    found |= {Path(one.source): set() for one in pictures if one.digest not in read}
    return {path: frozenset(pages) for path, pages in found.items()}


def _whole(files: Cabinet) -> list[ScanResult]:
    """The rows of pictures that were read to their end; what a run left that was stopped is taken away."""
    _, cut = files.lines(SCANNED)
    rows = scanned_rows(files)
    whole = [row for each in whole_files(rows) for row in each]
    if cut or len(whole) != len(rows):
        files.rewrite(SCANNED, [as_line(row).removesuffix(b"\n") for row in whole])
    return whole
