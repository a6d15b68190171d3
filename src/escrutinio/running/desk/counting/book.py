"""The book of an audit board, in the desk's private directory.

    private/desk/counted/countings.json    what each person said of each box, in order; labels, no names
    private/desk/counted/salts.json        the salts of the counts that were committed to, until they are said

Both are on the disk before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, DirectoryLock, directory_mode, make_directories, write_files
from escrutinio.base.inputs import read_input
from escrutinio.base.json_text import NO_JSON
from escrutinio.running.desk.counting.countings import CountedBox, Counting, counted_boxes

COUNTED, COUNTINGS, SALTS = "counted", "countings.json", "salts.json"
MAX_BOOK = 256 * 1024 * 1024

T = TypeVar("T")


class CountingBook:
    """What was said at the desk with this directory; threads may share it, and `desk counts` reads it."""

    def __init__(self, desk: Path) -> None:
        self.directory = desk / COUNTED
        self._lock = Lock()

    def boxes(self) -> dict[tuple[str, str], CountedBox]:
        """Every box of which something was said, by audit and station. Raises InputError for a damaged
        book."""
        return counted_boxes(self._read(COUNTINGS, list[Counting], list))

    def record(self, counting: Counting) -> None:
        """Keep what somebody said. Raises InputError where they may not say it now: they said it already, or
        two agree. Raises LogError where it cannot be written."""
        with self._changing():
            said = self._read(COUNTINGS, list[Counting], list)
            box = counted_boxes(said).get((counting.audit, counting.box), CountedBox()).at(counting.sample)
            if not box.may_count(counting.counter):
                raise InputError("desk-counted", box=counting.box)
            self._write(COUNTINGS, [*said, counting])

    @contextmanager
    def salts(self) -> Iterator[dict[str, str]]:
        """The salts kept here, by audit, box and contest; what is added is kept when the block ends."""
        with self._changing():
            salts = self._read(SALTS, dict[str, str], dict)
            before = dict(salts)
            yield salts
            if salts != before:
                self._write(SALTS, salts)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            make_directories(self.directory, directory_mode(PRIVATE))
            alone = DirectoryLock(self.directory, "desk-busy")
            try:
                yield
            finally:
                alone.release()

    def _read(self, name: str, of: type[T], empty: Callable[[], T]) -> T:
        path = self.directory / name
        if not path.exists():
            return empty()
        try:
            return msgspec.json.decode(read_input(path, MAX_BOOK), type=of)
        except NO_JSON as error:
            raise InputError("journal-form", path=path, why=str(error)) from None

    def _write(self, name: str, content: object) -> None:
        raw = msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
        write_files(self.directory, [(name, raw)], private=True)
