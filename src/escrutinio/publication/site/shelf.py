"""What is published beside the pages and shown on them: attached words, and the files of `data/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from escrutinio.base.errors import PublicationError
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.words.catalogue import SOURCE
from escrutinio.core.derived.geometry import GEOMETRY, Geometry, parse_geometry
from escrutinio.core.records.attachments import TEXT, file_name
from escrutinio.core.records.parts import Attachment

MOST_WORDS = 20_000
"""Most bytes of an attached text that a page quotes."""

MAX_DESCRIPTION = 64 * 1024 * 1024


class Listed(msgspec.Struct):
    """A file of `data/` as its description has it; `bytes` is its size, `hash` its digest, both as stated."""

    bytes: int
    hash: str
    path: str = ""
    title: str = ""
    titles: dict[str, str] = {}
    notes: dict[str, str] = {}


class Description(msgspec.Struct):
    """The parts of `datapackage.json` that a page shows."""

    log_size: int | None = None
    descriptions: dict[str, str] = {}
    resources: list[Listed] = []
    sources: list[Listed] = []


@dataclass(frozen=True)
class Shelf:
    """Reads what stands beside the pages, in the publication's directory."""

    directory: Path

    def words(self, attachment: Attachment) -> str | None:
        """An attached plain text, whole and unaltered; None if it is anything else, or not there."""
        if attachment.media_type != TEXT or attachment.size > MOST_WORDS:
            return None
        content = self.attachment(attachment.digest)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None

    def attachment(self, digest: bytes) -> bytes | None:
        """An attachment by its SHA-256; None where it is not there."""
        try:
            content = (self.directory / "attachments" / file_name(digest)).read_bytes()
        except OSError:
            return None
        return content if sha256(content).digest() == digest else None

    def has(self, path: str) -> bool:
        """Whether a file stands in the publication."""
        return (self.directory / path).is_file()

    def geometry(self) -> Geometry | None:
        """Where the areas lie, if `data/` says it. Raises PublicationError or DefinitionError."""
        path = self.directory / "data" / GEOMETRY
        try:
            return parse_geometry(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PublicationError("file-unreadable", path=path, why=error.strerror or str(error)) from None

    def description(self) -> Description:
        """What `data/datapackage.json` lists; nothing where there is none. Raises PublicationError."""
        path = self.directory / "data" / "datapackage.json"
        try:
            if path.stat().st_size > MAX_DESCRIPTION:
                raise PublicationError("fetch-long", path=path, limit=MAX_DESCRIPTION)
            return msgspec.json.decode(path.read_bytes(), type=Description)
        except FileNotFoundError:
            return Description()
        except (OSError, *NO_JSON) as error:
            raise PublicationError("file-unreadable", path=path, why=str(error)) from None


def text_of(texts: Mapping[str, str], language: str, otherwise: str) -> str:
    """The text in a language, else the English one, else `otherwise`."""
    return texts.get(language) or texts.get(SOURCE) or otherwise
