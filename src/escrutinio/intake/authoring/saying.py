"""What a record says as people write it: its fields, with the conveniences of docs/script.md."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_text
from escrutinio.base.toml import read_toml
from escrutinio.core.records import codecs as c
from escrutinio.core.records.attachments import MAX_ATTACHMENT
from escrutinio.core.records.parts import Attachment, EnrolledKey, LogHead, Title
from escrutinio.core.records.types import Body
from escrutinio.intake.mapping.files import load

ABOUT = "about"
MAX_VALUE = 65_536

S = TypeVar("S")


class AtHand(Protocol):
    """What an author can point to: entries by a name, keys, the log as it stands, files below `base_dir`."""

    @property
    def base_dir(self) -> Path:
        """The directory of the files to attach."""

    def attach(self, data: bytes, media_type: str) -> Attachment:
        """Keep a file and give what a record says of it."""

    def head(self) -> LogHead:
        """The log before the record."""

    def digest_of(self, name: str) -> bytes:
        """SHA-256 of an entry. Raises InputError."""

    def index_of(self, name: str) -> int:
        """Index of an entry. Raises InputError."""

    def kid_of(self, name: str) -> bytes:
        """The key in force of a signer. Raises InputError."""

    def enrolled_key(self, table: dict[str, object]) -> object:
        """An enrolled key with what its author left out."""


def read_says(at_hand: AtHand, kind: type[Body], says: object) -> Body:
    """The body of a record from the table that its author wrote. Raises InputError, RecordError."""
    if not isinstance(says, dict):
        raise InputError("script-says")
    return kind(**c.read_plain(kind, _resolve_table(at_hand, kind, says)))


def _resolve_table(at_hand: AtHand, of: type[object], table: dict[str, object]) -> dict[str, object]:
    plan = dict(c.layout(of))
    return {key: _resolve(at_hand, plan[key], raw) if key in plan else raw for key, raw in table.items()}


def _resolve(at_hand: AtHand, codec: object, raw: object) -> object:
    """Replace the conveniences of a script by the plain form that `codec` reads."""
    match codec, raw:
        case c.Optional(), _:
            return None if raw is None else _resolve(at_hand, codec.item, raw)
        case c.Array(item=c.Struct(of=of)), dict() if of is Title:
            return [{"language": language, "text": words} for language, words in raw.items()]
        case c.Array(), list():
            return [_resolve(at_hand, codec.item, item) for item in raw]
        case c.Struct(of=of), dict() if of is Attachment:
            return c.Struct(Attachment).to_plain(_attachment(at_hand, raw))
        case c.Struct(of=of), "@here" if of is LogHead:
            return c.Struct(LogHead).to_plain(at_hand.head())
        case c.Struct(of=of), dict():
            table = _resolve_table(at_hand, of, raw)
            return at_hand.enrolled_key(table) if of is EnrolledKey else table
        case c.Bytes(size=32), str() if raw.startswith("@"):
            return at_hand.digest_of(raw[1:]).hex()
        case c.Bytes(size=8), str() if raw.startswith("@"):
            return at_hand.kid_of(raw[1:]).hex()
        case c.Uint(), str() if raw.startswith("@"):
            return at_hand.index_of(raw[1:])
        case c.Uint(), datetime():
            return seconds_of(raw)
    return raw


def _attachment(at_hand: AtHand, raw: dict[str, object]) -> Attachment:
    match raw:
        case {"text": str(words), **rest} if not rest.keys() - {"media_type"}:
            return at_hand.attach(words.encode(), str(rest.get("media_type", "text/plain")))
        case {"file": str(file), "media_type": str(media_type), **rest} if not rest:
            data, _ = load(at_hand.base_dir, file, MAX_ATTACHMENT)
            return at_hand.attach(data, media_type)
    raise InputError("script-attachment")


def seconds_of(value: object) -> int:
    """Seconds since 1970 of a moment with its offset from UTC. Raises InputError."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return int(value.timestamp())
    raise InputError("script-time")


def field_of(kind: type[Body], text: str) -> tuple[str, object]:
    """A field from FIELD=VALUE: texts and codes as they stand, all else as TOML writes it. Raises
    InputError."""
    name, separator, value = text.partition("=")
    plan = dict(kind.LAYOUT)
    if not separator or name not in plan:
        raise InputError("sign-field", text=repr(text[:80]), known=", ".join(plan))
    return name, _value(plan[name], value)


def _value(codec: object, text: str) -> object:
    """A value as it stands in a cell or an argument."""
    while isinstance(codec, c.Optional | c.Trailing):
        codec = codec.item
    if isinstance(codec, c.Text | c.Code | c.Bytes):
        return text
    try:
        found = read_toml(f"value = {text}".encode(), text, error=InputError, max_bytes=MAX_VALUE)
    except InputError:
        return text
    return found["value"] if len(found) == 1 else text


Say: TypeAlias = "Callable[[type[Body], str, object], S]"


def read_rows(speak: Say[S], kind: type[Body], content: bytes, path: Path) -> list[S]:
    """What `speak` makes of each row of a CSV with a column a field, and the column `about`.

    An empty cell says nothing. Raises InputError that lists the bad rows; then nothing of it is to be used.
    """
    reader = csv.DictReader(io.StringIO(as_text(content, str(path)).decode(errors="replace"), newline=""))
    plan = dict(kind.LAYOUT)
    try:
        columns, rows = list(reader.fieldnames or ()), [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError("sign-table", path=path, why=str(error)) from None
    if unknown := [each for each in columns if each != ABOUT and each not in plan]:
        raise InputError("sign-column", name=repr(str(unknown[0])[:80]), known=", ".join((ABOUT, *plan)))
    made, bad = [], []
    for line, row in rows:
        said = {name: _value(plan[name], cell) for name, cell in row.items() if name in plan and cell}
        try:
            if None in row or None in row.values():
                raise InputError("row-cells", size=_cells(row), width=len(columns))
            made.append(speak(kind, row.get(ABOUT) or "election", said))
        except (InputError, RecordError) as error:
            bad.append(InputError("at-line", place=path.name, line=line, why=error))
    if bad:
        raise InputError("sign-rows", path=path, count=len(bad), first=bad[0])
    if not made:
        raise InputError("sign-no-rows", path=path)
    return made


def _cells(row: dict[str | None, object]) -> int:
    more = row.get(None, [])
    return sum(value is not None for name, value in row.items() if name is not None) + len(
        more if isinstance(more, list) else []
    )
