"""`data/datapackage.json`: a Frictionless Data Package (version 1) that says what every file of `data/` is.

It lists each file's size and SHA-256, each table's columns in every language, and the sources.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from escrutinio.base.words.catalogue import N_, SOURCE
from escrutinio.base.words.say import say_in_all
from escrutinio.core.derived.cells import free_names
from escrutinio.core.derived.files import SHEET, STATED, contest_directories, sums_of
from escrutinio.core.derived.version import MEMBER, statement
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.parts import Title
from escrutinio.publication.downloads.codebook import codebook

_PROFILE = {"csv": "tabular-data-resource"}
_MEDIA = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gz": "application/gzip",
}
LICENCES = N_("Facts of a public election; no licence is stated by their publishers.")
INVENTED = N_("Not real: figures of a drill or a simulation.")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the election was imported from: its name, SHA-256, size in bytes, and where it is from."""

    file: str
    sha256: bytes
    size: int
    notes: tuple[Title, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of `data/`: path below it, kind in the codebook, size in bytes, SHA-256, header of a CSV."""

    path: str
    kind: str
    size: int
    sha256: bytes
    header: tuple[str, ...]


def resource(path: str, kind: str, content: bytes) -> Resource:
    """Describe a file by its content."""
    header = content.split(b"\n", 1)[0].decode().split(",") if path.endswith(".csv") else ()
    return Resource(path, kind, len(content), sha256(content).digest(), tuple(header))


def datapackage(
    state: ElectionState, resources: Sequence[Resource], sources: Sequence[Source], generated_at: int
) -> bytes:
    """Write the description; `generated_at` in seconds since 1970-01-01 UTC."""
    body = state.definition.body
    # A table of a contest lies in its directory.
    classes = {at: class_columns(state.contest(code)) for code, at in contest_directories(state).items()}
    terms = LICENCES if body.kind is Kind.REAL else INVENTED
    package = {
        "profile": "data-package",
        "name": f"escrutinio-{body.code}".lower(),
        "title": body.titles[0].text,
        "titles": {title.language: title.text for title in body.titles},
        "description": terms,
        "descriptions": say_in_all(terms),
        "created": datetime.fromtimestamp(generated_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "election": state.election.hex(),
        "log_size": state.size,
        "sources": [_source(source) for source in sources],
        MEMBER: statement(state.size),
        "resources": [_resource(found, classes.get(found.path.partition("/")[0], ())) for found in resources],
    }
    return msgspec.json.format(msgspec.json.encode(package), indent=1) + b"\n"


def class_columns(contest: ContestView) -> frozenset[str]:
    """What the columns of a contest's classes of other ballots are called, in all its tables."""
    return frozenset((*sums_of(contest)[1:-1], *free_names(contest.classes, SHEET + STATED)))


def _source(source: Source) -> dict[str, object]:
    return {
        "title": source.file,
        "bytes": source.size,
        "hash": f"sha256:{source.sha256.hex()}",
        "notes": {title.language: title.text for title in source.notes},
    }


def _resource(found: Resource, classes: Collection[str]) -> dict[str, object]:
    ending = found.path.rpartition(".")[2]
    kind = codebook()[found.kind]
    node: dict[str, object] = {
        "name": found.path.lower().replace("/", "-"),
        "path": found.path,
        "profile": _PROFILE.get(ending, "data-resource"),
        "format": ending,
        "mediatype": _MEDIA[ending],
        "title": kind.message,
        "titles": kind.meanings(),
        "bytes": found.size,
        "hash": f"sha256:{found.sha256.hex()}",
    }
    if not found.header:
        return node
    return node | {
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": column.type,
                    "description": column.meanings()[SOURCE],
                    "descriptions": column.meanings(),
                }
                for column in kind.columns(found.header, classes)
            ],
            "missingValues": [""],
        },
    }
