"""The second verdict: XLSX, Parquet and NIST computed again from the log, and held against what is published.

The first verdict (`core/verification`) compares the tables byte for byte. These files hold the same figures
in forms whose bytes may depend on the version of a library: their content is compared where the bytes differ.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from zipfile import BadZipFile, ZipFile

import polars as pl

from escrutinio.base.errors import EscrutinioError, FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.limited import LeftError, Limits, Readers
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.derived.compare import DATAPACKAGE
from escrutinio.core.derived.geometry import GEOMETRY
from escrutinio.core.derived.version import KNOWN, MEMBER, stated
from escrutinio.core.election.state import ElectionState
from escrutinio.core.verification.checks import Outcome
from escrutinio.publication.downloads.data import data_files, skipped_rows, start_largest
from escrutinio.publication.downloads.datapackage import datapackage, resource

MAX_FILE = 2**31
PARQUET = Limits(memory=4 << 30, seconds=120)
"""What comparing one Parquet file may take."""

OWN = frozenset({GEOMETRY, "qr2024.json", "skipped.csv"})
"""What a publisher adds of its own: nothing in the log says what it must be."""

_CHOSEN = frozenset({"created", "sources", "resources", MEMBER})
"""Members of the description that the publisher chooses, or that are compared one by one."""
_PACKED = frozenset({"bytes", "hash"})
"""What the description says of a file's bytes: of them checks 12 and 13 say all."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """How the files beside the tables came out: which hold the figures of the log, which differ and how,
    which say something that no log says, and which could not be read, and why.

    `judged`: whether this program makes the version that the publication states; where it does not, a file
    that differs may be right.
    """

    same: tuple[str, ...]
    differing: tuple[tuple[str, Said], ...]
    own: tuple[str, ...]
    unread: tuple[tuple[str, Said], ...] = ()
    judged: bool = True

    @property
    def outcome(self) -> Outcome:
        """Whether every file that can be computed again holds the figures of the log."""
        if self.differing and self.judged:
            return Outcome.FAILS
        return Outcome.OPEN if self.differing or self.unread else Outcome.HOLDS


def compare_downloads(
    state: ElectionState, paths: Iterable[str], fetch: Fetch, executor: Executor | None = None
) -> Downloads:
    """Compute these files of `data/` again, and compare; and what `datapackage.json` says of all of them.

    `executor` makes a part of them elsewhere.
    """
    asked = dict.fromkeys(paths)
    own = tuple(path for path in asked if path in OWN)
    try:
        raw = fetch(f"data/{DATAPACKAGE}", MAX_FILE)
    except LogError as error:
        return Downloads((), (), own, ((DATAPACKAGE, error.as_kind(EscrutinioError)),))
    package, created = _described(raw)
    if package is None or created is None:
        return Downloads((), ((DATAPACKAGE, Phrase("it does not say when the files were made")),), own)
    made: dict[str, bytes] = {}
    resources = [
        resource(GEOMETRY, "geometry", b""),
        resource("skipped.csv", "skipped", skipped_rows(())),
    ]
    for path, kind, content in data_files(state, created, largest=start_largest(state, created, executor)):
        resources.append(resource(path, kind, content))
        if path in asked:
            made[path] = content
    same, differing, unread = [], [], []
    for path in asked:
        if path in OWN:
            continue
        try:
            why: Said | None = _difference(path, made.get(path), fetch(f"data/{path}", MAX_FILE))
        except FileUnreadableError as error:
            unread.append((path, error.as_kind(EscrutinioError)))
            continue
        except LogError as error:
            why = error.as_kind(EscrutinioError)
        if why is None:
            same.append(path)
        else:
            differing.append((path, why))
    if why := _package_difference(package, json.loads(datapackage(state, resources, (), created))):
        differing.append((DATAPACKAGE, why))
    if differing and _was_replaced(raw, state, fetch):
        again = Phrase("The files were published again while they were read; verify once more.")
        return Downloads(tuple(same), (), own, (*unread, *((path, again) for path, _ in differing)))
    judged = stated(raw).version == KNOWN
    return Downloads(tuple(same), tuple(differing), own, tuple(unread), judged)


def _was_replaced(raw: bytes | None, state: ElectionState, fetch: Fetch) -> bool:
    """Whether other files were published since the state was chosen, which is the one that they stated: the
    description is of another size, or is no longer what it was."""
    if stated(raw).size not in (None, state.size):
        return True
    try:
        return fetch(f"data/{DATAPACKAGE}", MAX_FILE) != raw
    except LogError:
        return False


def _described(raw: bytes | None) -> tuple[dict[str, object] | None, int | None]:
    """The description, and when the files say that they were made, in seconds since 1970: workbook and
    reports repeat it."""
    try:
        package = json.loads(raw or b"{}")
        return package, int(datetime.fromisoformat(package["created"]).timestamp())
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None, None


def _package_difference(found: dict[str, object], made: dict[str, object]) -> Phrase | None:
    """What the description says otherwise than this program would, in a clause; None where nothing."""
    for name in sorted({*found, *made} - _CHOSEN):
        if found.get(name) != made.get(name):
            return Phrase("its member {name} does not follow from the log", name=repr(name[:40]))
    listed = found.get("resources")
    wanted = {node["path"]: node for node in _nodes(made.get("resources"))}
    for node in _nodes(listed):
        expected = wanted.get(node.get("path"))
        if expected is not None and _words(node) != _words(expected):
            return Phrase("what it says of {path} is not what that file is", path=expected["path"])
    return None


def _nodes(resources: object) -> list[dict[str, object]]:
    return [node for node in resources if isinstance(node, dict)] if isinstance(resources, list) else []


def _words(node: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in node.items() if name not in _PACKED}


def _difference(path: str, made: bytes | None, found: bytes | None) -> Phrase | None:
    """How a file differs from what the log gives, in a clause; None where it does not."""
    if made is None:
        return Phrase("nothing in the log gives such a file")
    if found is None:
        return Phrase("it is missing")
    if found == made:
        return None
    try:
        if path.endswith(".parquet"):
            with Readers(PARQUET) as readers:  # whoever serves a copy wrote it
                equal = readers.call(_same_frames, found, made)
        elif path.endswith(".gz"):
            equal = _unpacked(found, len(gzip.decompress(made))) == gzip.decompress(made)
        elif path.endswith(".xlsx"):
            equal = _members(found, made)
        else:
            equal = False
    except (OSError, EOFError, BadZipFile, ValueError, LeftError):
        return Phrase("it cannot be read as what its name says")
    return None if equal else Phrase("its figures are not those of the log")


def _same_frames(found: bytes, made: bytes) -> bool:
    """In a child: whether two Parquet files hold the same table; a file that is none raises."""
    return pl.read_parquet(io.BytesIO(found)).equals(pl.read_parquet(io.BytesIO(made)))


def _unpacked(data: bytes, size: int) -> bytes:
    """At most one byte more than `size` of what was packed: a file that grows beyond it differs anyway."""
    with gzip.open(io.BytesIO(data)) as file:
        return file.read(size + 1)


def _members(found: bytes, made: bytes) -> bool:
    """Whether two archives have the same members with the same content."""
    with ZipFile(io.BytesIO(found)) as one, ZipFile(io.BytesIO(made)) as other:
        if one.namelist() != other.namelist():
            return False
        for name in other.namelist():
            expected = other.read(name)
            with one.open(name) as member:
                if member.read(len(expected) + 1) != expected:
                    return False
        return True
