"""What an earlier rendering of the site was made from: which of its pages still hold.

`site.json`, beside the pages, is a memory and no evidence: where it is missing, damaged or of other software,
everything is rendered again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from escrutinio import __version__
from escrutinio.base.json_text import NO_JSON
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.changes import fingerprints, inside_of
from escrutinio.publication.site.context import Context

MANIFEST = "site.json"
MAX_MANIFEST = 64 * 1024 * 1024

SOURCES = ("escrutinio.base", "escrutinio.core", "escrutinio.evidence", "escrutinio.publication")
"""The rooms whose files decide what stands on a page."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`key` is a digest of what all pages share, `size` and `root` the log's; `areas`, `log` and `indexes`
    give for each area, each page of the log's records, and each index of stations or names by its path, a
    digest of what else it depends on."""

    key: str
    size: int
    root: str
    areas: dict[str, str]
    log: dict[str, str]
    indexes: dict[str, str]

    def with_areas(self, before: Manifest, left: Collection[str]) -> Manifest:
        """The same, where the pages of some areas are left as they were before."""
        areas = self.areas | {code: before.areas[code] for code in left}
        return msgspec.structs.replace(self, areas=areas)

    def with_indexes(self, indexes: Mapping[str, str]) -> Manifest:
        """The same, with what the indexes were made from."""
        return msgspec.structs.replace(self, indexes=dict(sorted(indexes.items())))


def manifest_of(context: Context, shown: Presentation) -> Manifest:
    """What a rendering of this is made from."""
    checkpoint = context.checkpoint.checkpoint
    book = context.site.book
    return Manifest(
        key=_shared(context, shown),
        size=context.site.state.size,
        root=checkpoint.root.hex(),
        areas=dict(zip(context.site.areas.codes, fingerprints(context.site, context.changes), strict=True)),
        log={page.path: _short(repr([(r.index, r.standing) for r in page.records])) for page in book.pages},
        indexes={},
    )


def read_manifest(out: Path) -> Manifest | None:
    """The manifest of the rendering in a directory; None where there is none that can be read."""
    path = out / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST:
            return None
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, *NO_JSON):
        return None


def stale(before: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """The names whose digest is not what it was."""
    return frozenset(name for name, digest in now.items() if before.get(name) != digest)


def same_inside(before: Manifest, now: Manifest, area: str) -> bool:
    """Whether nothing changed in an area, which both know, whatever changed around it."""
    return inside_of(before.areas[area]) == inside_of(now.areas[area])


def _shared(context: Context, shown: Presentation) -> str:
    """A digest of everything that stands on pages of areas and does not come from single entries."""
    site, state = context.site, context.site.state
    shared = (
        __version__,
        _software(),
        context.languages,
        shown,
        state.election,
        None if state.charter is None else state.charter.entry.digest,
        [logged.entry.digest for logged in state.rolls],
        sorted(site.names.items()),
        site.without_official,
        [(race.code, [column.basis for column in race.columns]) for race in site.races],
    )
    return sha256(repr(shared).encode()).hexdigest()


def _software() -> str:
    """A digest of the templates, styles, scripts, catalogues and modules that make the pages."""
    found = sha256()
    for room in SOURCES:
        for path, content in _sources(files(room), f"{room}/"):
            found.update(f"{path} {len(content)}\n".encode())
            found.update(content)
    return found.hexdigest()


def _sources(directory: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for child in sorted(directory.iterdir(), key=lambda each: each.name):
        if child.is_dir():
            if child.name != "__pycache__":
                yield from _sources(child, f"{path}{child.name}/")
        elif child.name.endswith((".css", ".html", ".js", ".po", ".py", ".svg")):
            yield path + child.name, child.read_bytes()


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
