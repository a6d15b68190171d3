"""An election day as a script: every record written in TOML, in the order of the log.

    [[entry]]
    id = "accredited"                      # so that later entries can point here
    by = "authority/officer-1"
    at = 2031-05-04T06:00:00-03:00
    type = "accreditation"
    about = "observer/faro"
    says = { titles = {es = "Faro", en = "Lighthouse"}, starts = 2031-05-01T00:00:00Z, … }

`says` has the fields of the record's class (docs/formats.md). Beside the plain forms it may write

    titles = {es = "…", en = "…"}          instead of a list of language and text
    at = 2031-05-04T06:00:00-03:00         instead of seconds
    report = {text = "…"} or {file = "…"}  an attachment, stored and named by its digest
    complaint = "@accredited"              the SHA-256, or where a number is expected the index, of an entry
    head = "@here"                         the log as it stood before this entry
    public_key, proof                      left out in an enrolment: made with the keyring

For many like records an entry has `rows = [[by, about, {…}], …]` instead of `by`, `about` and `says`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records.parts import Attachment, EnrolledKey, LogHead, Title
from escrutinio.core.records.possession import signed_by_key
from escrutinio.core.records.types import BY_NAME, Body
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.mapping.files import load

MAX_ATTACHMENT = 64 * 1024 * 1024
_KNOWN = ("id", "by", "at", "type", "about", "says", "rows")


def play(composer: Composer, script: Mapping[str, object], place: str) -> None:
    """Append every entry of a script. Raises InputError naming the entry at fault."""
    entries = script.get("entry")
    if set(script) != {"entry"} or not isinstance(entries, list):
        raise InputError("script-entries", place=place)
    for number, entry in enumerate(entries, 1):
        try:
            _play_entry(composer, entry)
        except (RecordError, InputError) as error:
            name = entry.get("id") or entry.get("type") if isinstance(entry, dict) else None
            raise InputError("script-entry", place=place, number=number, name=name, why=error) from None


def _play_entry(composer: Composer, entry: object) -> None:
    if not isinstance(entry, dict):
        raise InputError("script-entry-table")
    if unknown := [key for key in entry if key not in _KNOWN]:
        raise InputError("key-not-known", known=", ".join(_KNOWN), name=repr(unknown[0]))
    kind = BY_NAME.get(str(entry.get("type")))
    if kind is None:
        raise InputError("record-type-name", known=", ".join(BY_NAME), name=repr(entry.get("type")))
    at = _seconds(entry["at"]) if "at" in entry else None
    name = entry.get("id")
    for by, about, says in _rows(entry):
        composer.add(_body(composer, kind, says), by=by, about=about, at=at, name=name)
        name = None


def _body(composer: Composer, kind: type[Body], says: object) -> Body:
    if not isinstance(says, dict):
        raise InputError("script-says")
    return kind(**c.read_plain(kind, _resolve_table(composer, kind, says)))


def _resolve_table(composer: Composer, of: type[object], table: dict[str, object]) -> dict[str, object]:
    plan = dict(c.layout(of))
    return {key: _resolve(composer, plan[key], raw) if key in plan else raw for key, raw in table.items()}


def _resolve(composer: Composer, codec: object, raw: object) -> object:
    """Replace the conveniences of a script by the plain form that `codec` reads."""
    match codec, raw:
        case c.Optional(), _:
            return None if raw is None else _resolve(composer, codec.item, raw)
        case c.Array(item=c.Struct(of=of)), dict() if of is Title:
            return [{"language": language, "text": words} for language, words in raw.items()]
        case c.Array(), list():
            return [_resolve(composer, codec.item, item) for item in raw]
        case c.Struct(of=of), dict() if of is Attachment:
            return c.Struct(Attachment).to_plain(_attachment(composer, raw))
        case c.Struct(of=of), "@here" if of is LogHead:
            return c.Struct(LogHead).to_plain(composer.head())
        case c.Struct(of=of), dict():
            table = _resolve_table(composer, of, raw)
            return _key(composer, table) if of is EnrolledKey else table
        case c.Bytes(size=32), str() if raw.startswith("@"):
            return composer.digest_of(raw[1:]).hex()
        case c.Bytes(size=8), str() if raw.startswith("@"):
            return composer.keyring.key(raw[1:]).kid.hex()
        case c.Uint(), str() if raw.startswith("@"):
            return composer.index_of(raw[1:])
        case c.Uint(), datetime():
            return _seconds(raw)
    return raw


def _key(composer: Composer, table: dict[str, object]) -> object:
    """An enrolled key with what its author left out: the public key of that name, and its proof."""
    key = composer.keyring.key(str(table.get("name")))
    table.setdefault("public_key", key.public_key.hex())
    if "proof" in table:
        return table
    said = c.Struct(EnrolledKey).from_plain(table | {"proof": bytes(64).hex()})
    return table | {"proof": key.sign(signed_by_key(composer.election, said)).hex()}


def _attachment(composer: Composer, raw: dict[str, object]) -> Attachment:
    match raw:
        case {"text": str(words), **rest} if not rest.keys() - {"media_type"}:
            return composer.attach(words.encode(), str(rest.get("media_type", "text/plain")))
        case {"file": str(file), "media_type": str(media_type), **rest} if not rest:
            data, _ = load(composer.base_dir, file, MAX_ATTACHMENT)
            return composer.attach(data, media_type)
    raise InputError("script-attachment")


def _rows(entry: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    rows = entry.get("rows")
    if rows is None:
        yield str(entry.get("by", "")), str(entry.get("about", "election")), entry.get("says", {})
        return
    if not isinstance(rows, list) or {"by", "about", "says"} & set(entry):
        raise InputError("script-rows")
    for row in rows:
        if not isinstance(row, list) or len(row) != 3:
            raise InputError("script-row")
        yield str(row[0]), str(row[1]), row[2]


def _seconds(value: object) -> int:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return int(value.timestamp())
    raise InputError("script-time")
