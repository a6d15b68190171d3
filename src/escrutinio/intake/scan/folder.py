"""Reading every image of a folder, in parallel and in the order of their paths, whatever lies there.

Files are read by children (`base/limited`): one that asks for too much, or ends its reader, is a row that
says so, and the next file is read. A folder may change while it is read: what vanished or changed is a row
that says so, and what is new is read the next time. What was read before is not read again while path, size
and time, or the digest, are the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.limited import LeftError, Limits, Readers
from escrutinio.intake.scan.problems import Problem, UnreadableError, of_left
from escrutinio.intake.scan.results import Found, ScanResult, from_line, read_text, whole_files

if TYPE_CHECKING:
    from escrutinio.intake.scan.page import Page

MAX_RESULTS = 1 << 31
"""Largest file of earlier results that is read, in bytes."""

IMAGE = Limits(memory=2 << 30, seconds=30, part=5)
"""What an image or PDF file may take; a part is a page."""

_AHEAD = 64
"""Files waiting for a reader before the first of them is answered."""

_ON_PAGE = {Problem.NO_QR: Problem.NO_QR_ON_PAGE}

Rows = tuple[ScanResult, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run read, by path."""

    files: Mapping[str, Rows]

    def unchanged(self, path: str, size: int, modified: int) -> Rows | None:
        """The rows of a file that has the same size and time; a problem of reading it is no result."""
        rows = self.files.get(path)
        if rows is None or rows[0].digest == "" or (rows[0].size, rows[0].modified) != (size, modified):
            return None
        return rows


def list_folder(folder: Path, leave_out: Collection[Path] = ()) -> Iterator[Path]:
    """Everything in a folder and below it that is no folder, in the order of the paths; links are listed, not
    followed. A folder that cannot be listed is listed itself. Raises InputError where there is no folder."""
    if not folder.is_dir():
        raise InputError("scan-no-folder", folder=repr(str(folder)))
    out = {real_path(path) for path in leave_out}
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError:
            yield place
            continue
        folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        files = [Path(entry.path) for entry in reversed(entries) if not entry.is_dir(follow_symlinks=False)]
        yield from (path for path in files if real_path(path) not in out)
        waiting += folders


def read_folder(
    folder: Path,
    files: Iterable[Path],
    *,
    earlier: Earlier | None = None,
    count: int = 1,
    limits: Limits = IMAGE,
) -> Iterator[Rows]:
    """The rows of each of `files` (as `list_folder` gives them), in their order, read by `count` children."""
    before = earlier or Earlier({})
    running: deque[Rows | Future[Rows]] = deque()
    readers, threads = Readers(limits), ThreadPoolExecutor(count)
    try:
        for path in files:
            name = path_name(path, folder)
            known = before.unchanged(name, *_stamp(path))
            if known is None:
                running.append(threads.submit(read_file, path, name, readers, before.files.get(name)))
            else:
                running.append(known)
            while len(running) > _AHEAD or (running and isinstance(running[0], tuple)):
                yield _answer(running)
        while running:
            yield _answer(running)
    finally:
        readers.stop()  # before the threads, which wait for what is being read
        threads.shutdown(cancel_futures=True)


def read_contents(
    contents: Iterable[tuple[str, Callable[[], bytes]]], *, count: int = 1, limits: Limits = IMAGE
) -> Iterator[Rows]:
    """The rows of files that are in no folder, in their order: of each its name, and what gives its bytes,
    which is called when a child is free. Where that raises InputError, a row without a digest says so."""
    running: deque[Rows | Future[Rows]] = deque()
    readers, threads = Readers(limits), ThreadPoolExecutor(count)
    try:
        for name, content in contents:
            running.append(threads.submit(_read_content, name, content, readers))
            while len(running) > _AHEAD:
                yield _answer(running)
        while running:
            yield _answer(running)
    finally:
        readers.stop()
        threads.shutdown(cancel_futures=True)


def _read_content(name: str, content: Callable[[], bytes], readers: Readers) -> Rows:
    head = ScanResult(name, 0, 0, "", 0, 0, 0, Found.UNREAD)
    try:
        data = content()
    except InputError as error:
        said = replace(head, page=1, problem=Problem.NOT_READABLE, detail=str(error))
        return (replace(said, number=1, of=1),)
    head = replace(head, size=len(data), digest=sha256(data).hexdigest())
    return _rows(readers.parts(_pages, data, head), head, None)


def read_file(path: Path, name: str, readers: Readers, earlier: Rows | None = None) -> Rows:
    """The rows of one file. Where its bytes are those of `earlier`, these are taken and not read again."""
    head = ScanResult(name, *_stamp(path), "", 0, 0, 0, Found.UNREAD)
    known = earlier[0].digest if earlier is not None else ""
    return _rows(readers.parts(_parts, path, head, known), head, earlier)


def _rows(parts: Iterator[ScanResult | list[ScanResult]], head: ScanResult, earlier: Rows | None) -> Rows:
    """What a child says of a file, part by part, numbered; `head` is what is known of it before."""
    rows: list[ScanResult] = []
    known = earlier[0].digest if earlier is not None else ""
    page = 0
    try:
        for part in parts:
            if isinstance(part, ScanResult):
                head = part
                if earlier is not None and head.digest == known:
                    return tuple(replace(each, size=head.size, modified=head.modified) for each in earlier)
            else:
                page, rows = part[-1].page, rows + part
    except (UnreadableError, LeftError) as error:
        fault = of_left(error) if isinstance(error, LeftError) else error
        rows.append(replace(head, page=page + 1, problem=fault.problem, detail=fault.detail))
    if any(each.text for each in rows):
        rows = [replace(each, problem=_ON_PAGE.get(each.problem, each.problem)) for each in rows]
    return tuple(replace(each, number=at, of=len(rows)) for at, each in enumerate(rows, 1))


def read_earlier(path: Path) -> Earlier:
    """The results of an earlier run, of which the last line may have been cut off. Raises InputError."""
    if not path.is_file():
        raise InputError("input-not-regular", path=repr(str(path)))
    if path.stat().st_size > MAX_RESULTS:
        raise InputError("scan-result-large", path=repr(str(path)))
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.endswith(b"\n"):
                rows.append(from_line(line, f"{path}, line {number},"))
    return Earlier({found[0].path: tuple(found) for found in whole_files(rows)})


def path_name(path: Path, folder: Path) -> str:
    """The path below the folder as results name it: `/` between parts, printable, bytes that are no text
    written as `\\xNN`."""
    name = path.relative_to(folder).as_posix() if path != folder else "."
    plain = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in plain)


def _parts(path: Path, head: ScanResult, known: str) -> Iterator[ScanResult | list[ScanResult]]:
    """In a child: first the row's beginning, with the size and digest of what is read; then page after page.

    Nothing more follows where the digest is the one `known`.
    """
    # The decoders load longer than a page takes to read, and only the children need them.
    from escrutinio.intake.scan.regular import read_regular

    content = read_regular(path)
    digest = sha256(content.data).hexdigest()
    head = replace(head, size=len(content.data), modified=content.modified, digest=digest)
    yield head
    if digest != known:
        yield from _pages(content.data, head)


def _pages(data: bytes, head: ScanResult) -> Iterator[ScanResult | list[ScanResult]]:
    """In a child: page after page."""
    from escrutinio.intake.scan.images import read_pages

    for page in read_pages(data):
        yield _read_page(page, replace(head, page=page.number))


def _read_page(page: Page, empty: ScanResult) -> list[ScanResult]:
    from escrutinio.intake.scan.decode import read_codes

    seen = read_codes(page)
    rows = []
    for code in seen.codes:
        kind, problem, detail, sheet = read_text(code.text)
        if problem is Problem.NONE and page.cut:
            problem, detail = Problem.CUT_OFF, page.cut
        rows.append(
            replace(
                empty,
                kind=kind,
                problem=problem,
                detail=detail,
                attempt=code.attempt,
                corners=code.corners,
                text=code.text,
                sheet=sheet,
            )
        )
    if seen.unread:
        rows.append(replace(empty, problem=Problem.DAMAGED_QR, detail=str(seen.unread)))
    if not rows and page.cut:
        return [replace(empty, problem=Problem.DAMAGED_IMAGE, detail=page.cut)]
    return rows or [replace(empty, problem=Problem.NO_QR)]


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file, zeros where it cannot be asked."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _answer(running: deque[Rows | Future[Rows]]) -> Rows:
    waiting = running.popleft()
    return waiting if isinstance(waiting, tuple) else waiting.result()
