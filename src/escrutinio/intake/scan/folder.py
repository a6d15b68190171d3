"""Reading every image of a folder, in parallel and in the order of their paths, whatever lies there.

A folder may change while it is read: what vanished or changed is a row that says so, and what is new is read
the next time. What was read before is not read again while path, size and time, or the digest, are the same.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.intake.scan.decode import read_codes
from escrutinio.intake.scan.images import read_pages, read_regular
from escrutinio.intake.scan.page import Page
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.results import Found, ScanResult, from_line, read_text, whole_files

MAX_RESULTS = 1 << 31
"""Largest file of earlier results that is read, in bytes."""

_AHEAD = 64
"""Files given to the workers before the first of them is answered."""

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
        raise InputError(f"{str(folder)!r} is no folder; give the folder that holds the photos and scans")
    out = {path.resolve() for path in leave_out}
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
        yield from (path for path in files if path.resolve(strict=False) not in out)
        waiting += folders


def read_folder(
    folder: Path,
    files: Iterable[Path],
    *,
    earlier: Earlier | None = None,
    executor: Executor | None = None,
) -> Iterator[Rows]:
    """The rows of each of `files` (as `list_folder` gives them), in their order, read in `executor`'s
    processes where there is one. Raises InputError when a reading process dies, naming the files at fault."""
    before = earlier or Earlier({})
    running: deque[tuple[Path, Rows | Future[Rows]]] = deque()
    for path in files:
        name = path_name(path, folder)
        known = before.unchanged(name, *_stamp(path))
        if known is not None:
            running.append((path, known))
        elif executor is None:
            yield read_file(path, name, before.files.get(name))
            continue
        else:
            running.append((path, executor.submit(_in_worker, path, name, before.files.get(name))))
        while len(running) > _AHEAD or (running and isinstance(running[0][1], tuple)):
            yield _answer(running)
    while running:
        yield _answer(running)


def read_file(path: Path, name: str, earlier: Rows | None = None) -> Rows:
    """The rows of one file. Where its bytes are those of `earlier`, these are taken and not read again."""
    size, modified, digest = *_stamp(path), ""
    rows: list[ScanResult] = []

    def row(page: int, kind: Found, problem: Problem = Problem.NONE, detail: str = "") -> ScanResult:
        return ScanResult(name, size, modified, digest, page, 0, 0, kind, problem, detail)

    number = 0
    try:
        content = read_regular(path)
        size, modified, digest = len(content.data), content.modified, sha256(content.data).hexdigest()
        if earlier is not None and earlier[0].digest == digest:
            return tuple(replace(each, size=size, modified=modified) for each in earlier)
        for page in read_pages(content.data):
            number = page.number
            rows += _read_page(page, row(number, Found.UNREAD))
    except UnreadableError as fault:
        rows.append(row(number + 1, Found.UNREAD, fault.problem, fault.detail))
    if any(each.text for each in rows):
        rows = [replace(each, problem=_ON_PAGE.get(each.problem, each.problem)) for each in rows]
    return tuple(replace(each, number=at, of=len(rows)) for at, each in enumerate(rows, 1))


def read_earlier(path: Path) -> Earlier:
    """The results of an earlier run, of which the last line may have been cut off. Raises InputError."""
    if path.stat().st_size > MAX_RESULTS:
        raise InputError(f"{str(path)!r} is larger than any result of a scan")
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


def _read_page(page: Page, empty: ScanResult) -> list[ScanResult]:
    seen = read_codes(page)
    rows = []
    for code in seen.codes:
        kind, problem, detail, sheet = read_text(code.text)
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
    return rows or [replace(empty, problem=Problem.NO_QR)]


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file, zeros where it cannot be asked."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _answer(running: deque[tuple[Path, Rows | Future[Rows]]]) -> Rows:
    path, waiting = running.popleft()
    if isinstance(waiting, tuple):
        return waiting
    try:
        return waiting.result()
    except BrokenExecutor:
        later = ", ".join(repr(other.name) for other, _ in list(running)[:3])
        raise InputError(
            f"a reading process died at {str(path)!r} or soon after ({later}); move that file away and go on "
            "with --resume"
        ) from None


def _in_worker(path: Path, name: str, earlier: Rows | None) -> Rows:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts speaks to the main process
    return read_file(path, name, earlier)
