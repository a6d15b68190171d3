"""Checks 12 and 13: the tables in `data/` follow from the log, and every file is as it is described."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.derived.compare import (
    DATAPACKAGE,
    FileCheck,
    check_members,
    check_resource,
    compare_derived,
    listed,
    of_pages,
)
from escrutinio.core.derived.version import KNOWN, Stated, stated
from escrutinio.core.election.state import ElectionState
from escrutinio.core.verification.beside import Data
from escrutinio.core.verification.checks import Answer, Check, Running

MAX_DATA_FILE = 2**31
"""Greatest size of a file of `data/` that is read, in bytes."""

SHOWN_FILES = 6


@dataclass
class DataFiles:
    """The files of `data/`, each read once: what was compared and what is held against its digest are the
    same bytes. `unreadable` says which could not be read, and why."""

    fetch: Fetch
    unreadable: dict[str, LogError] = field(default_factory=dict)
    _seen: dict[str, tuple[int, str] | None] = field(default_factory=dict)
    _package: bytes | None = None

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where it is missing or could not be read."""
        content = None
        try:
            content = self.fetch(f"data/{path}", MAX_DATA_FILE)
        except LogError as error:
            self.unreadable[path] = error
        self._seen[path] = None if content is None else (len(content), sha256(content).hexdigest())
        return content

    def package(self) -> bytes | None:
        """`datapackage.json`, read once."""
        if DATAPACKAGE not in self._seen:
            self._package = self.read(DATAPACKAGE)
        return self._package

    def stated(self) -> Stated:
        """What the description says of the version and size of the tables: a claim, which proves nothing."""
        return stated(self.package())

    def seen(self, path: str) -> tuple[int, str] | None:
        """Size and SHA-256 (hex) of the bytes that were read of a file; reads it where it was not yet."""
        if path not in self._seen:
            self.read(path)
        return self._seen[path]

    def was_replaced(self) -> bool:
        """Whether the tables were published again since they began to be read."""
        before = self._seen.get(DATAPACKAGE)
        try:
            now = self.fetch(f"data/{DATAPACKAGE}", MAX_DATA_FILE)
        except LogError:
            return False
        return now is not None and before is not None and sha256(now).hexdigest() != before[1]


def check_data(
    files: DataFiles, state: ElectionState | None, why: Said, size: int, there: Iterable[str] = ()
) -> Data:
    """Checks 12 and 13: the tables in `data/` follow from the log, and every file is as it is described.

    `state` is the one after as many entries as the tables state; without it `why` says what is missing.
    `size` is the log's; `there` the paths of all files below `data/`, where that can be seen.
    """
    running = Running(Check.TABLES)
    compared: set[str] = set()
    if state is None:
        running.leave_open("data", why)
    else:
        differing = []
        for file in compare_derived(state, files.read):
            compared.add(file.path)
            running.count += file.rows
            if file.difference is not None:
                differing.append(file)
        if state.size < size:
            running.note = Phrase(
                "The tables are of the first {first:,} of {size:,} entries.", first=state.size, size=size
            )
        _tell(running, differing, files)
    tables = running.done()
    whole, others = _check_whole(files, state)
    known = compared.union(others, {DATAPACKAGE})
    unlisted = tuple(path for path in there if path not in known and not of_pages(path))
    if unlisted:
        shown = ", ".join(unlisted[:SHOWN_FILES]) + (", …" if len(unlisted) > SHOWN_FILES else "")
        note = Phrase(
            "Files that the description does not list, and nobody vouches for: {shown}.", shown=shown
        )
        whole = replace(whole, note=note)
    not_compared = tuple(path for path in others if path not in compared)
    return Data((tables, whole), not_compared, state, unlisted)


def _tell(running: Running, differing: Iterable[FileCheck], files: DataFiles) -> None:
    """A table that differs fails the check, unless something else explains it that a server cannot choose."""
    differing = list(differing)
    version = files.stated().version
    for file in differing:
        place, error = f"data/{file.path}", files.unreadable.get(file.path)
        if isinstance(error, FileUnreadableError):
            running.leave_open(place, error)
        elif error is not None:
            running.fail(place, error)
        elif version != KNOWN:
            running.leave_open(
                place,
                Phrase(
                    "{why} The tables state {version}, and this program makes {known}: it cannot say whether "
                    "they are right.",
                    why=file.why,
                    version=version,
                    known=KNOWN,
                ),
            )
        else:
            running.fail(place, file.why)
    if running.failures and files.was_replaced():
        running.failures, running.unjudged = [], []
        why = Phrase("The tables were published again while they were read; verify once more.")
        running.leave_open(f"data/{DATAPACKAGE}", why)


def _check_whole(files: DataFiles, state: ElectionState | None) -> tuple[Answer, list[str]]:
    """Check 13, and the files that the description lists."""
    running = Running(Check.DATA_FILES)
    package, place = files.package(), f"data/{DATAPACKAGE}"
    if isinstance(error := files.unreadable.get(DATAPACKAGE), FileUnreadableError):
        running.leave_open(place, error)
        return running.done(), []
    resources = listed(package)
    if isinstance(resources, FileCheck):
        running.fail(place, resources.why)
        return running.done(), []
    running.count = len(resources)
    for why in [] if state is None else check_members(package, state):
        running.fail(place, why)
    for resource in resources:
        found = check_resource(resource, files.seen(resource.path))
        if isinstance(error := files.unreadable.get(resource.path), FileUnreadableError):
            running.leave_open(f"data/{resource.path}", error)
        elif found.difference is not None:
            running.fail(f"data/{resource.path}", found.why)
    if running.failures and files.was_replaced():
        running.failures, running.unjudged = [], []
        again = Phrase("The files were published again while they were read; verify once more.")
        running.leave_open(place, again)
    return running.done(), [resource.path for resource in resources]
