"""A station's outbox: sealed records that are to reach the log, and what came back, in an SQLite file.

    outbox.sqlite            the records and what became of each
    attachments/<SHA-256>    what they attach

A record is kept as it was sealed and never written again, so that every try sends the same bytes. What a hub
answers counts once it was checked (`delivery`). Several processes may have an outbox open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, InputError, LogError, RecordError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, write_files
from escrutinio.base.sqlite import SqliteFile
from escrutinio.base.words.catalogue import SOURCE, languages
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.entry import Entry, read_record
from escrutinio.core.records.receipt import receipt_code
from escrutinio.core.records.types import ManualSheet, TallySheet, ZeroReport
from escrutinio.running.exchange.parcel import ATTACHMENTS, named_attachments, sent_attachment

FILE = "outbox.sqlite"

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    place INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, raw BLOB NOT NULL, channel INTEGER NOT NULL,
    added INTEGER NOT NULL, printed INTEGER, saved INTEGER, sent INTEGER, public INTEGER, hub TEXT,
    promise BLOB, proof BLOB, by INTEGER, tries INTEGER NOT NULL, due INTEGER NOT NULL, refused TEXT
);
CREATE TABLE IF NOT EXISTS evidence (
    digest BLOB NOT NULL, kind TEXT NOT NULL, content BLOB NOT NULL, moment INTEGER NOT NULL,
    PRIMARY KEY (digest, kind, content)
) WITHOUT ROWID
"""
MOST_KEPT = 64
"""Promises of one record, and paths, that are kept: with a set each ten minutes, those of ten hours."""

_COLUMNS = "raw, channel, added, printed, saved, sent, public, hub, promise, proof, by, tries, due, refused"


class KeptPhrase(msgspec.Struct, frozen=True):
    """What was part of a sentence, in each language of the catalogues."""

    texts: dict[str, str]

    def said_in(self, language: str) -> str:
        """The phrase in a language."""
        return self.texts.get(language) or self.texts[SOURCE]

    def __str__(self) -> str:
        return self.said_in(SOURCE)


class Told(msgspec.Struct, frozen=True):
    """Why something did not go, to be said in any language: a code and its values."""

    code: str
    values: dict[str, str | int | float | KeptPhrase]

    @property
    def error(self) -> EscrutinioError:
        """The refusal."""
        return InputError(self.code, **self.values)


class OutboxSettings(msgspec.Struct, frozen=True):
    """For whom an outbox sends and whom it believes: the election (SHA-256 of its definition, hexadecimal),
    whether it is a real one, its titles and those of its contests by language, the addresses of hubs, the
    trust file, and name and public key of each of the log's
    receivers."""

    election: str
    real: bool
    title: dict[str, str]
    contests: dict[str, dict[str, str]]
    addresses: tuple[str, ...]
    trust: bytes
    receivers: tuple[tuple[str, bytes], ...]


class LastTry(msgspec.Struct, frozen=True):
    """The last round of sending: when, when the next one is due (seconds since 1970), and the address that
    did not answer with why, if one did not."""

    moment: int
    next: int
    why: Told | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A record of an outbox: its bytes and channel; when it was added, printed, saved to a medium, received
    by `hub` and found public (seconds since 1970; None for not yet); promise and proof, both checked; by when
    it was promised; how often it was tried in vain, when it is due again, and why it was not taken."""

    raw: bytes
    channel: Channel
    added: int
    printed: int | None
    saved: int | None
    sent: int | None
    public: int | None
    hub: str | None
    promise: bytes | None
    proof: bytes | None
    by: int | None
    tries: int
    due: int
    refused: Told | None

    @property
    def digest(self) -> bytes:
        """SHA-256 of the record."""
        return sha256(self.raw).digest()

    @property
    def entry(self) -> Entry:
        """The record, opened."""
        return read_record(self.raw)

    @property
    def code(self) -> str | None:
        """The receipt code, once the record was received."""
        return None if self.sent is None and self.public is None else receipt_code(self.digest)

    def overdue(self, moment: int) -> bool:
        """Whether it was promised to be public by now and is not, as far as the outbox knows."""
        return self.public is None and self.by is not None and self.by < moment


class Outbox(SqliteFile):
    """The outbox in a directory; one object must not be used by two threads at once.

    Raises LogError where the file cannot be used, InputError where there is none and none is to be made.
    """

    def __init__(self, directory: Path, *, make: bool = False) -> None:
        self.directory = directory
        if make:
            make_directories(directory, directory_mode(PRIVATE))
        elif not (directory / FILE).is_file():
            raise InputError("outbox-none", directory=directory)
        super().__init__(directory / FILE, _SCHEMA, _VERSION, ahead=True)

    # --- settings ---

    def _setting(self, name: str) -> bytes | None:
        with self._told():
            row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def _set(self, name: str, value: object) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, msgspec.json.encode(value))
            )

    @property
    def settings(self) -> OutboxSettings:
        """For whom it sends. Raises InputError where that was never said."""
        found = self._setting("settings")
        if found is None:
            raise InputError("outbox-none", directory=self.directory)
        return msgspec.json.decode(found, type=OutboxSettings)

    def configure(self, settings: OutboxSettings) -> None:
        """Say for whom it sends, or say it anew. Raises InputError for another election than it has."""
        if (found := self._setting("settings")) is not None:
            earlier = msgspec.json.decode(found, type=OutboxSettings).election
            if earlier != settings.election:
                raise InputError("outbox-election", given=settings.election, held=earlier)
        self._set("settings", settings)

    @property
    def last_try(self) -> LastTry | None:
        """The last round; None before the first."""
        found = self._setting("last-try")
        return None if found is None else msgspec.json.decode(found, type=LastTry)

    def note_try(self, said: LastTry) -> None:
        """Note a round."""
        self._set("last-try", said)

    # --- what is to be sent ---

    def add(
        self,
        records: Sequence[bytes],
        attachments: Mapping[bytes, bytes],
        channel: Channel,
        moment: int,
        *,
        second: bool = False,
    ) -> int:
        """Take records in, durably, with what they attach; how many are new. All or none.

        Raises InputError for a record of another election, and, unless `second`, for a sheet or report that
        its signer already gave of the same station and contest in other bytes: a sheet is signed once.
        """
        election = bytes.fromhex(self.settings.election)
        opened = [_opened(raw, election) for raw in records]
        write_files(
            self.directory / ATTACHMENTS,
            ((file_name(digest), content) for digest, content in attachments.items()),
            private=True,
        )
        with self._transaction():
            held = {each.digest: each.entry for each in self._read("ORDER BY place")}
            new = [entry for entry in dict.fromkeys(opened) if entry.digest not in held]
            said = {_about(entry): entry for entry in held.values() if _once(entry)}
            for entry in new:
                if _once(entry) and not second and (earlier := said.get(_about(entry))) is not None:
                    raise InputError(
                        "outbox-second", signer=entry.signer, type=entry.body.NAME, subject=entry.subject,
                        given=entry.digest.hex(), held=earlier.digest.hex(),
                    )  # fmt: skip
                said[_about(entry)] = entry
            self._db.executemany(
                "INSERT INTO record (digest, raw, channel, added, tries, due) VALUES (?, ?, ?, ?, 0, 0)",
                [(entry.digest, entry.raw, int(channel), moment) for entry in new],
            )
        return len(new)

    def whole(self, records: Iterable[Held]) -> tuple[list[Held], dict[bytes, bytes], list[InputError]]:
        """The records whose attachments are all here, these by digest, and a refusal for each other one."""
        found, contents, lacking = list[Held](), dict[bytes, bytes](), list[InputError]()
        for each in records:
            attached = {one: sent_attachment(self.directory, one) for one in named_attachments(each.raw)}
            missing = next((one for one, content in attached.items() if content is None), None)
            if missing is not None:
                lacking.append(InputError("parcel-lacks", path=self.directory, name=file_name(missing)))
                continue
            found.append(each)
            contents |= {one: content for one, content in attached.items() if content is not None}
        return found, contents, lacking

    @property
    def size(self) -> int:
        """How many records it holds."""
        with self._told():
            return int(self._db.execute("SELECT count(*) FROM record").fetchone()[0])

    # --- what is held ---

    def held(self) -> list[Held]:
        """All records, as they were added. Raises LogError for one that is damaged."""
        with self._told():
            return self._read("ORDER BY place")

    def find(self, digest: bytes) -> Held | None:
        """The record with this SHA-256; None where the outbox does not have it."""
        with self._told():
            return next(iter(self._read("WHERE digest = ?", digest)), None)

    def _read(self, where: str, *values: object) -> list[Held]:
        found = []
        for row in self._db.execute(f"SELECT digest, {_COLUMNS} FROM record {where}", values):
            digest, raw, channel, added, printed, saved, sent, public, *rest = row
            hub, promise, proof, by, tries, due, refused = rest
            if sha256(raw).digest() != digest:
                raise LogError("outbox-damaged", directory=self.directory, digest=bytes(digest).hex())
            told = None if refused is None else msgspec.json.decode(refused, type=Told)
            marks = added, printed, saved, sent, public
            found.append(Held(raw, Channel(channel), *marks, hub, promise, proof, by, tries, due, told))
        return found

    # --- what became of it ---

    def printed(self, digests: Iterable[bytes], moment: int) -> int:
        """Note that records were printed; of how many that was not known."""
        return self._mark("printed", digests, moment)

    def saved(self, digests: Iterable[bytes], moment: int) -> int:
        """Note that records were saved to a medium; of how many that was not known."""
        return self._mark("saved", digests, moment)

    def _mark(self, column: str, digests: Iterable[bytes], moment: int) -> int:
        command = f"UPDATE record SET {column} = ? WHERE digest = ? AND {column} IS NULL"
        with self._transaction():
            return sum(self._db.execute(command, (moment, each)).rowcount for each in digests)

    def received(self, digest: bytes, hub: str, promise: bytes, by: int | None, moment: int) -> None:
        """A hub has a record, and promised it, which was checked. What it promised first stays, and what it
        promised otherwise is kept beside it."""
        with self._transaction():
            if promise:
                self._keep(digest, "promise", promise, moment)
            self._db.execute(
                "UPDATE record SET sent = coalesce(sent, ?), hub = ?, promise = coalesce(promise, ?), "
                "by = coalesce(by, ?), refused = NULL, tries = 0 WHERE digest = ?",
                (moment, hub, promise or None, by, digest),
            )

    def keep_promise(self, digest: bytes, promise: bytes, moment: int) -> None:
        """Keep a promise, which was checked, of a record that a hub has."""
        with self._transaction():
            self._keep(digest, "promise", promise, moment)

    def keep_path(self, digest: bytes, path: bytes, moment: int) -> None:
        """Keep the path of a promise among what waited at a moment, which was checked."""
        with self._transaction():
            self._keep(digest, "path", path, moment)

    def _keep(self, digest: bytes, kind: str, content: bytes, moment: int) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO evidence SELECT ?, ?, ?, ? "
            "WHERE (SELECT count(*) FROM evidence WHERE digest = ? AND kind = ?) < ?",
            (digest, kind, content, moment, digest, kind, MOST_KEPT),
        )

    def promises(self, digest: bytes) -> list[bytes]:
        """Every promise of a record, the first one first."""
        first = None if (held := self.find(digest)) is None else held.promise
        kept = [content for content, _ in self._kept(digest, "promise")]
        return list(dict.fromkeys([first, *kept] if first else kept))

    def paths(self, digest: bytes) -> list[tuple[bytes, int]]:
        """Every path of a record's promises, with the moment at which it waited; the latest last."""
        return self._kept(digest, "path")

    def _kept(self, digest: bytes, kind: str) -> list[tuple[bytes, int]]:
        query = "SELECT content, moment FROM evidence WHERE digest = ? AND kind = ? ORDER BY moment, content"
        with self._told():
            return [(bytes(row[0]), int(row[1])) for row in self._db.execute(query, (digest, kind))]

    def proved(self, digest: bytes, proof: bytes, moment: int) -> None:
        """A record is public: its proof, which was checked."""
        with self._transaction():
            self._db.execute(
                "UPDATE record SET proof = ?, public = ?, sent = coalesce(sent, ?), refused = NULL "
                "WHERE digest = ? AND proof IS NULL",
                (proof, moment, moment, digest),
            )

    def turned_down(self, digest: bytes, why: EscrutinioError, due: int) -> None:
        """A record did not go through: why, and when it is due again."""
        told = msgspec.json.encode(told_of(why)).decode()
        with self._transaction():
            self._db.execute(
                "UPDATE record SET refused = ?, due = ?, tries = tries + 1 WHERE digest = ?",
                (told, due, digest),
            )


def told_of(why: EscrutinioError) -> Told:
    """A refusal, to be kept."""

    def kept(value: object) -> str | int | float | KeptPhrase:
        said_in = getattr(value, "said_in", None)
        if said_in is not None:
            return KeptPhrase({each: said_in(each) for each in languages()})
        return value if isinstance(value, int | float) else str(value)

    return Told(why.code, {name: kept(value) for name, value in why.values.items() if value is not None})


def _opened(raw: bytes, election: bytes) -> Entry:
    try:
        entry = read_record(raw)
    except RecordError as error:
        raise InputError("outbox-no-record", digest=sha256(raw).hexdigest(), why=error) from None
    if (entry.election or entry.digest) != election:
        raise InputError(
            "outbox-other-election", digest=entry.digest.hex(), election=entry.election.hex()
        )  # fmt: skip
    return entry


def _about(entry: Entry) -> tuple[int, str, str]:
    return entry.body.TYPE, entry.signer, entry.subject


def _once(entry: Entry) -> bool:
    """Whether its signer says this once of a station and contest: a manual sheet that a ruling orders is
    another one."""
    match entry.body:
        case ManualSheet():
            return entry.body.ruling is None
        case TallySheet() | ZeroReport():
            return True
    return False
