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
    public_key                             left out in an enrolment: taken from the keyring

For many like records an entry has `rows = [[by, about, {…}], …]` instead of `by`, `about` and `says`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from escrutinio.intake.files import load
from escrutinio.intake.keyring import ROOT, Keyring
from escrutinio.log.merkle import leaf_hash
from escrutinio.log.tiles import Frontier
from escrutinio.records import codecs as c
from escrutinio.records.attachments import attachment_of
from escrutinio.records.entry import seal
from escrutinio.records.errors import InputError, RecordError
from escrutinio.records.parts import Attachment, EnrolledKey, LogHead, Title
from escrutinio.records.types import BY_NAME, Body

MAX_ATTACHMENT = 64 * 1024 * 1024


class Composer:
    """Seals records one after another and keeps what later ones may point to.

    `records` in log order, `attachments` by digest; `clock` gives `issued_at` where an author gives none.
    """

    def __init__(self, keyring: Keyring, origin: str, clock: int, base_dir: Path) -> None:
        self.records: list[bytes] = []
        self.attachments: dict[bytes, bytes] = {}
        self.election = b""
        self.clock = clock
        self._keyring = keyring
        self._origin = origin
        self._base_dir = base_dir
        self._frontier = Frontier(0, ())
        self._hashed = 0
        self._named: dict[str, int] = {}

    def attach(self, data: bytes, media_type: str) -> Attachment:
        """Keep `data` as an attachment and return what a record says of it."""
        attachment = attachment_of(data, media_type)
        self.attachments[attachment.digest] = data
        return attachment

    def add(self, body: Body, *, by: str, about: str, at: int | None = None, name: str | None = None) -> int:
        """Seal `body`, append it and return its index. `by` "root" is signed with the root key."""
        key = self._keyring.key(by)
        signer = "authority/root" if by == ROOT else by
        raw = seal(
            body,
            key=key,
            signer=signer,
            subject=about,
            election=self.election,
            issued_at=self.clock if at is None else at,
        )
        self.records.append(raw)
        index = len(self.records) - 1
        if index == 0:
            self.election = sha256(raw).digest()
        if name is not None:
            if name in self._named:
                raise InputError(f"two entries have the id {name!r}")
            self._named[name] = index
        return index

    def digest_of(self, name: str) -> bytes:
        """SHA-256 of the record that was added under `name`."""
        return sha256(self.records[self._index(name)]).digest()

    def head(self) -> LogHead:
        """The log as far as it has been composed."""
        fresh = self.records[self._hashed :]
        self._frontier, _ = self._frontier.extend(b"".join(map(leaf_hash, fresh)))
        self._hashed = len(self.records)
        return LogHead(self._origin, self._hashed, self._frontier.root)

    def play(self, script: Mapping[str, object], place: str) -> None:
        """Append every entry of a script. Raises InputError naming the entry at fault."""
        entries = script.get("entry")
        if set(script) != {"entry"} or not isinstance(entries, list):
            raise InputError(f"{place} must hold [[entry]] tables and nothing else")
        for number, entry in enumerate(entries, 1):
            try:
                self._play_entry(entry)
            except (RecordError, InputError) as error:
                name = entry.get("id") or entry.get("type") if isinstance(entry, dict) else None
                raise InputError(f"{place}, entry {number} ({name}): {error}") from None

    def _play_entry(self, entry: object) -> None:
        if not isinstance(entry, dict):
            raise InputError("an entry is a table")
        known = {"id", "by", "at", "type", "about", "says", "rows", "note"}
        if unknown := [key for key in entry if key not in known]:
            raise InputError(f"the key {unknown[0]!r} is not known; known are: {', '.join(sorted(known))}")
        kind = BY_NAME.get(str(entry.get("type")))
        if kind is None:
            raise InputError(f"{entry.get('type')!r} is not a record type; known are: {', '.join(BY_NAME)}")
        at = _seconds(entry["at"]) if "at" in entry else None
        name = entry.get("id")
        for by, about, says in _rows(entry):
            body = kind(**self._fields(kind, says))
            self.add(body, by=by, about=about, at=at, name=name)
            name = None

    def _fields(self, kind: type[object], says: object) -> dict[str, object]:
        if not isinstance(says, dict):
            raise InputError("what a record says is a table")
        plan = dict(c.layout(kind))
        ready = {
            key: self._resolve(plan[key], value) if key in plan else value for key, value in says.items()
        }
        return c.read_plain(kind, ready)

    def _resolve(self, codec: object, raw: object) -> object:
        """Replace the conveniences of a script by the plain form that `codec` reads."""
        match codec, raw:
            case c.Optional(), _:
                return None if raw is None else self._resolve(codec.item, raw)
            case c.Array(item=c.Struct(of=of)), dict() if of is Title:
                return [{"language": language, "text": words} for language, words in raw.items()]
            case c.Array(), list():
                return [self._resolve(codec.item, item) for item in raw]
            case c.Struct(of=of), dict() if of is Attachment:
                return c.Struct(Attachment).to_plain(self._attachment(raw))
            case c.Struct(of=of), "@here" if of is LogHead:
                return c.Struct(LogHead).to_plain(self.head())
            case c.Struct(of=of), dict():
                plan = dict(c.layout(of))
                ready = {
                    key: self._resolve(plan[key], value) if key in plan else value
                    for key, value in raw.items()
                }
                if of is EnrolledKey and "public_key" not in ready:
                    ready["public_key"] = self._keyring.key(str(raw.get("name"))).public_key.hex()
                return ready
            case c.Bytes(size=32), str() if raw.startswith("@"):
                return self.digest_of(raw[1:]).hex()
            case c.Bytes(size=8), str() if raw.startswith("@"):
                return self._keyring.key(raw[1:]).kid.hex()
            case c.Uint(), str() if raw.startswith("@"):
                return self._index(raw[1:])
            case c.Uint(), datetime():
                return _seconds(raw)
        return raw

    def _attachment(self, raw: dict[str, object]) -> Attachment:
        match raw:
            case {"text": str(words), **rest} if not rest:
                return self.attach(words.encode(), "text/plain")
            case {"file": str(file), "media_type": str(media_type), **rest} if not rest:
                data, _ = load(self._base_dir, file, MAX_ATTACHMENT)
                return self.attach(data, media_type)
        raise InputError('an attachment is {text = "…"} or {file = "…", media_type = "…"}')

    def _index(self, name: str) -> int:
        if name not in self._named:
            raise InputError(f"no entry before this one has the id {name!r}")
        return self._named[name]


def _rows(entry: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    rows = entry.get("rows")
    if rows is None:
        yield str(entry.get("by", "")), str(entry.get("about", "election")), entry.get("says", {})
        return
    if not isinstance(rows, list) or {"by", "about", "says"} & set(entry):
        raise InputError("rows = [[by, about, {…}], …] stands instead of by, about and says")
    for row in rows:
        if not isinstance(row, list) or len(row) != 3:
            raise InputError("each of the rows is [by, about, {…}]")
        yield str(row[0]), str(row[1]), row[2]


def _seconds(value: object) -> int:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return int(value.timestamp())
    raise InputError("a time is written with its date and zone, as in 2031-05-04T06:00:00-03:00")


Progress = Callable[[int, int], None]
