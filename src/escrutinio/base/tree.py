"""Writing pages into a directory that may hold an earlier rendering: what is the same is left alone.

A page is written beside its place and renamed into it, so that it is there whole, old or new. Pages are
derived: they are not forced to disk one by one, since losing them loses nothing. Everybody may read them,
whatever mask the process runs under.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from escrutinio.base.errors import PublicationError
from escrutinio.base.files import (
    PUBLIC,
    TEMPORARY,
    directory_mode,
    make_directories,
    opener,
    set_mode,
    write_all,
)

_public = opener(PUBLIC)


class PageWriter:
    """Writes files below `out`; `paths` are all that were given, `written` counts those that changed.

    `fresh`: there are no pages yet, so that none needs to be compared or replaced, and nobody reads them.
    """

    def __init__(self, out: Path, *, fresh: bool = False) -> None:
        self._out = str(out)
        self._fresh = fresh
        self._made: set[str] = set()
        self.paths: list[str] = []
        self.written = 0

    def write(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Write each (path below `out`, content) that is not there already. Raises PublicationError."""
        for relative, content in pages:
            path = f"{self._out}/{relative}"
            self.paths.append(relative)
            try:
                if self._fresh or not _holds(path, content):
                    self._replace(path, content)
                    self.written += 1
            except OSError as error:
                raise PublicationError(
                    "file-not-written", path=path, why=error.strerror or str(error)
                ) from None

    def _replace(self, path: str, content: bytes) -> None:
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            make_directories(parent, directory_mode(PUBLIC))
            self._made.add(parent)
        beside = path if self._fresh else path + TEMPORARY
        with open(beside, "wb", buffering=0, opener=_public) as file:
            write_all(file.fileno(), content)
        if not self._fresh:
            os.replace(beside, path)


def _holds(path: str, content: bytes) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            same = os.fstat(file.fileno()).st_size == len(content) and file.readall() == content
            if same:
                set_mode(file.fileno(), PUBLIC)
            return same
    except FileNotFoundError:
        return False


def write_pages(out: Path, pages: Iterable[tuple[str, bytes]]) -> int:
    """Write files (path below `out`, content); return how many. Raises PublicationError."""
    writer = PageWriter(out)
    writer.write(pages)
    return len(writer.paths)


def files_below(out: Path, roots: Iterable[str]) -> set[str]:
    """The files in these directories below `out`, as paths with slashes."""
    found: set[str] = set()
    before = len(os.path.join(out, ""))
    for root in roots:
        for where, _, names in os.walk(out / root):
            below = Path(where[before:]).as_posix()
            found.update(f"{below}/{name}" for name in names)
    return found


def remove(out: Path, paths: Collection[str]) -> None:
    """Remove files of an earlier rendering, and the directories that they leave empty."""
    parents = set()
    try:
        for path in paths:
            (out / path).unlink(missing_ok=True)
            parents.add((out / path).parent)
        for parent in sorted(parents, key=lambda each: -len(each.parts)):
            if not any(parent.iterdir()):
                parent.rmdir()
    except OSError as error:
        raise PublicationError(
            "file-not-removed", why=error.strerror or str(error), path=error.filename
        ) from None
