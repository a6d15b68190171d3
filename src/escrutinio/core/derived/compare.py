"""Holding the published `data/` against what the log gives, and saying exactly where they differ.

What the log gives is compared byte for byte. The other files (Parquet, NIST) are held against the digests
in `datapackage.json`, which says that they are whole, not that they are right.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import zip_longest

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, EscrutinioError
from escrutinio.base.words.catalogue import NN_
from escrutinio.base.words.say import Phrase, PhraseOfMany, Said
from escrutinio.core.derived.files import derived_files
from escrutinio.core.derived.geometry import GEOMETRY, Geometry, parse_geometry
from escrutinio.core.election.state import ElectionState

Read = Callable[[str], bytes | None]
"""Gives the content of a file by its path below `data/`, None where there is none."""

DATAPACKAGE = "datapackage.json"
MAX_RESOURCES = 100_000
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,3}")
_OF_PAGES = re.compile(
    r"(areas|controls|keys|proofs|log-pages|findings-wide|qr2024)\.json|(index|names)/[A-Za-z0-9._-]{1,200}\.json"
)
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where a file is not as it should be.

    `line` counts from 1; 0 stands for the file as a whole. `column` is the name of the column of a CSV
    file, else empty. `expected` and `found` are in words, or as they stand, shortened for reading.
    """

    line: int
    column: str
    expected: str | Said
    found: str | Said

    def said(self, path: str) -> Phrase:
        """Where it is, what was expected and what was found, in one sentence."""
        values: dict[str, object] = {
            "path": f"data/{path}",
            "expected": self.expected,
            "found": self.found,
        }
        if self.column:
            values |= {"line": self.line, "column": self.column}
            return Phrase(
                "{path}, line {line:,}, column {column}: expected {expected}, found {found}.", **values
            )
        if self.line:
            return Phrase(
                "{path}, line {line:,}: expected {expected}, found {found}.", line=self.line, **values
            )
        return Phrase("{path}: expected {expected}, found {found}.", **values)


_THE_FILE = Phrase("the file")
_NONE = Phrase("nothing")
_BYTES = NN_("{count:,} byte", "{count:,} bytes")


@dataclass(frozen=True, slots=True)
class FileCheck:
    """How one file of `data/` came out: `rows` that were compared and are equal, and the first difference."""

    path: str
    rows: int
    difference: Difference | None

    @property
    def why(self) -> Phrase:
        """Where the file differs. Raises ValueError where it does not."""
        if self.difference is None:
            raise ValueError(self.path)
        return self.difference.said(self.path)


def compare_derived(state: ElectionState, read: Read) -> Iterator[FileCheck]:
    """Recompute every derived file and compare it with the published one, one after the other.

    Shapes of areas are the publication's own; the figures that stand beside them are recomputed.
    """
    geometry: Geometry | None = None
    if (raw := read(GEOMETRY)) is not None:
        try:
            geometry = parse_geometry(raw)
            geometry.check(state.areas, GEOMETRY)
        except DefinitionError as error:
            geometry = None
            yield _whole(GEOMETRY, Phrase("shapes of the election's areas"), error.as_kind(EscrutinioError))
    for file in derived_files(state, geometry):
        yield compare_file(file.path, file.content(), read(file.path))


def compare_file(path: str, expected: bytes, found: bytes | None) -> FileCheck:
    """Compare one file of lines; a CSV file's header is not counted as a row."""
    header = 1 if path.endswith(".csv") else 0
    if found is None:
        return FileCheck(path, 0, Difference(0, "", _THE_FILE, _NONE))
    if found == expected:
        return FileCheck(path, expected.count(b"\n") - header, None)
    lines = zip_longest(BytesIO(expected), BytesIO(found))
    at, (wanted, got) = next((n, pair) for n, pair in enumerate(lines) if pair[0] != pair[1])
    names = _cells(expected.split(b"\n", 1)[0]) if header and at else []
    return FileCheck(path, max(0, at - header), _difference(at + 1, names, wanted, got))


def _difference(line: int, names: list[str], wanted: bytes | None, got: bytes | None) -> Difference:
    """Where two lines differ: in one cell, if they have as many cells as the header has names."""
    if wanted is None or got is None:
        return Difference(line, "", _line(wanted), _line(got))
    left, right = _cells(wanted), _cells(got)
    if len(left) == len(right) == len(names):
        for name, one, other in zip(names, left, right, strict=True):
            if one != other:
                return Difference(line, name, _shown(one), _shown(other))
    if wanted.rstrip(b"\n") == got.rstrip(b"\n"):
        return Difference(line, "", Phrase("a line break at its end"), _NONE)
    return Difference(line, "", _line(wanted), _line(got))


def _line(raw: bytes | None) -> str | Said:
    return Phrase("the end of the file") if raw is None else _shown(raw.decode(errors="replace").rstrip("\n"))


def _shown(text: str) -> str:
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return json.dumps(short, ensure_ascii=not short.isprintable())


def _cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode(errors="replace")], strict=True), [])
    except csv.Error:
        return []


@dataclass(frozen=True, slots=True)
class Resource:
    """A file as `datapackage.json` lists it: path below `data/`, size in bytes, SHA-256 in hexadecimal."""

    path: str
    size: int
    digest: str


def listed(package: bytes | None) -> list[Resource] | FileCheck:
    """The files that `datapackage.json` lists; where it is missing or malformed, what is wrong with it."""
    if package is None:
        return _whole(DATAPACKAGE, _THE_FILE, _NONE)
    try:
        read = json.loads(package)
    except json.JSONDecodeError as error:
        at = Phrase(
            "text that is no JSON from line {line:,}, column {column:,} on",
            line=error.lineno,
            column=error.colno,
        )
        return _no_description(at)
    except (ValueError, RecursionError):  # no UTF-8, a number of too many digits, too deep
        return _no_description(Phrase("what is no JSON"))
    return _resources(read)


def _no_description(found: Said) -> FileCheck:
    return _whole(DATAPACKAGE, Phrase("a Data Package description"), found)


def _resources(package: object) -> list[Resource] | FileCheck:
    """Each resource; or what is wrong with the list."""
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not 0 < len(resources) <= MAX_RESOURCES:
        return _no_description(Phrase("no list of resources"))
    found: dict[str, Resource] = {}
    for number, resource in enumerate(resources, 1):
        if not isinstance(resource, dict):
            return _no_description(Phrase("resource {number:,} that is not an object", number=number))
        path, size, digest = (resource.get(name) for name in ("path", "bytes", "hash"))
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            return _no_description(Phrase("resource {number:,} with no path below data/", number=number))
        if type(size) is not int or not isinstance(digest, str):
            return _no_description(Phrase("{path} without its bytes and hash", path=path))
        if path in found:
            return _no_description(Phrase("{path} twice", path=path))
        found[path] = Resource(path, size, digest.removeprefix("sha256:"))
    return list(found.values())


def check_members(package: bytes | None, state: ElectionState) -> list[Phrase]:
    """What a readable description says wrongly of the election and the log that its tables are of."""
    found = json.loads(package or b"{}")
    wanted: dict[str, object] = {"election": state.election.hex(), "log_size": state.size}
    return [
        Phrase(
            "{path} states {value} as {name}; the log gives {expected}.",
            path=f"data/{DATAPACKAGE}",
            value=_shown(str(found[name])),
            name=name,
            expected=expected,
        )
        for name, expected in wanted.items()
        if name in found and (type(found[name]) is not type(expected) or found[name] != expected)
    ]


def of_pages(path: str) -> bool:
    """Whether a file below `data/` is one of those that the pages read: no check looks at pages or these."""
    return bool(_OF_PAGES.fullmatch(path))


def check_resource(resource: Resource, found: tuple[int, str] | None) -> FileCheck:
    """Hold a file (size and SHA-256 in hexadecimal, None where there is none) against its description."""
    path = resource.path
    if found is None:
        return _whole(path, _THE_FILE, _NONE)
    size, digest = found
    if size != resource.size:
        return _whole(path, *(PhraseOfMany(count, *_BYTES) for count in (resource.size, size)))
    if digest != resource.digest:
        return _whole(path, f"SHA-256 {_shown(resource.digest)}", f'"{digest}"')
    return FileCheck(path, 0, None)


def _whole(path: str, expected: str | Said, found: str | Said) -> FileCheck:
    return FileCheck(path, 0, Difference(0, "", expected, found))
