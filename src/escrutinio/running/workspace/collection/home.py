"""Where an organisation's log lives: a private part, which is never published, and a public part.

collection.json        whose log this is
private/               0700: everything below is for the organisation alone
    master.key         encrypted; the log's key, the root and the signing key are derived from it
    store.sqlite       the log's store: what is in it is durable
    keys.json          the keys that the election's own log enrols, to check signed sheets with
    qr2024.json        what the counts in a QR code of 2024 mean, where the publication says it
    originals/         signed records that were found on sheets, by their SHA-256
    not-taken.jsonl    what waits for a person or was refused
public/                the publication: log, data, pages
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from escrutinio.base.beside import new_tree
from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import write_files
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.fold import fold
from escrutinio.core.election.qr2024_options import (
    Qr2024Options,
    format_qr2024_options,
    read_qr2024_options,
)
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.notes import KeyType, NoteSigner, VerifierKey
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.store import LogStore
from escrutinio.core.log.writer import LogWriter, Refusal
from escrutinio.core.records.attachments import MAX_ATTACHMENT, digest_of, file_name
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Title
from escrutinio.intake.authoring.keyring import LOG, ROOT, Keyring
from escrutinio.running.workspace.collection.beginning import Beginning, Organisation, beginning
from escrutinio.running.workspace.collection.sheets import Collected, NotTaken

SETTINGS = "collection.json"
MAX_SETTINGS = 64 * 1024
MAX_KEYS = 256 * 1024 * 1024

"""Finds an attachment by its SHA-256."""


class CollectionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`collection.json`."""

    election: str
    origin: str
    organisation: str
    titles: dict[str, str]


class KnownKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the election's own log: its owner's name and the public key, in hexadecimal."""

    name: str
    public_key: str


@dataclass(frozen=True)
class Collection:
    """An organisation's log in a directory; made by `create`, found by `open_collection`."""

    directory: Path
    settings: CollectionTable

    @property
    def public(self) -> Path:
        """The publication."""
        return self.directory / "public"

    @property
    def private(self) -> Path:
        """What is never published."""
        return self.directory / "private"

    @property
    def organisation(self) -> Organisation:
        """Whose log it is."""
        titles = tuple(Title(language, text) for language, text in self.settings.titles.items())
        return Organisation(self.settings.organisation, titles, self.role)

    @property
    def role(self) -> LogRole:
        """Whether it is a party's or an observer's."""
        observes = self.settings.organisation.startswith("observer/")
        return LogRole.OBSERVER if observes else LogRole.PARTY

    def keyring(self, passphrase: str) -> Keyring:
        """Its keys. Raises RecordError for a wrong passphrase."""
        _, master = read_key_file(self.private / "master.key", passphrase)
        return Keyring(master, self.settings.origin)

    def verifier(self, keyring: Keyring) -> VerifierKey:
        """The log's public key as a C2SP verifier key."""
        return self._signer(keyring).verifier

    def attachment(self, digest: bytes) -> bytes | None:
        """An attachment of its publication, None if it is not there or not what its name says."""
        return _file(self.public / "attachments", digest)

    def state(self) -> ElectionState:
        """What its public log says. Raises LogError where there is none yet."""
        reader = open_log(self.public / "log")
        with closing(LogStore(self.private / "store.sqlite")) as store:
            size = store.head("public").size
        if size == 0:
            raise LogError(f"The log in {self.public} has no entry yet.")
        return fold([list(read_entries(reader, size))], self.attachment)

    @contextmanager
    def writer(self, keyring: Keyring, clock: int) -> Iterator[LogWriter]:
        """The log's one writer; raises LogError while another one is at work, or where histories differ."""
        directory = self.public / "log"
        directory.mkdir(parents=True, exist_ok=True)
        with (
            closing(LogStore(self.private / "store.sqlite")) as store,
            LogWriter(directory, store, self._signer(keyring), clock=lambda: clock) as writer,
        ):
            yield writer

    def _signer(self, keyring: Keyring) -> NoteSigner:
        return NoteSigner(self.settings.origin, KeyType.ED25519, keyring.seed(LOG))

    def finish(self, keyring: Keyring, clock: int) -> None:
        """Make public what an interrupted run left durable. Raises LogError."""
        with self.writer(keyring, clock) as writer:
            writer.publish()

    def append(self, sheets: Sequence[Collected], keyring: Keyring, clock: int) -> int:
        """Sign sheets as copies and append them; how many entries are new. Raises LogError.

        When it returns they are durable and public in the log; the pages are for the caller to renew.
        """
        originals = {digest_of(sheet.raw): sheet.raw for sheet in sheets if sheet.raw is not None}
        write_files(
            self.private / "originals", [(f"{digest.hex()}.cose", raw) for digest, raw in originals.items()]
        )
        records = list(self.records(sheets, keyring, clock))
        with self.writer(keyring, clock) as writer:
            receipts = writer.append(records)
        refused = [receipt.reason for receipt in receipts if isinstance(receipt, Refusal)]
        if refused:
            raise LogError(f"The log refused a copy: {refused[0]}")
        return sum(not receipt.duplicate for receipt in receipts if not isinstance(receipt, Refusal))

    def records(self, sheets: Sequence[Collected], keyring: Keyring, clock: int) -> Iterator[bytes]:
        """Sheets as signed copies, not yet in any log."""
        key, name = keyring.key(self.settings.organisation), self.settings.organisation
        election = bytes.fromhex(self.settings.election)
        for sheet in sheets:
            yield seal(
                sheet.copy(), key=key, signer=name, subject=sheet.subject, election=election, issued_at=clock
            )

    def known_keys(self) -> Mapping[bytes, KnownKey]:
        """The keys of the election's own log, by key id, as they were when this log began."""
        path = self.private / "keys.json"
        try:
            if path.stat().st_size > MAX_KEYS:
                raise InputError(f"{path} is longer than {MAX_KEYS:,} bytes")
            table = msgspec.json.decode(path.read_bytes(), type=dict[str, KnownKey])
            return {bytes.fromhex(kid): key for kid, key in table.items()}
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None
        except (msgspec.DecodeError, ValueError) as error:
            raise InputError(f"{path} is no list of keys: {error}") from None

    def qr2024(self) -> Qr2024Options | None:
        """What the counts in a QR code of 2024 mean, None where the publication did not say it."""
        try:
            return read_qr2024_options((self.private / "qr2024.json").read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{self.private / 'qr2024.json'} cannot be read: {error.strerror}") from None

    def remember(self, not_taken: Sequence[NotTaken], settled: frozenset[str]) -> None:
        """Keep what was not taken, once each, without the stations that are `settled` now."""
        kept = [one for one in self.waiting() if one.station not in settled or not one.station]
        lines = dict.fromkeys(msgspec.json.encode(one) for one in (*kept, *not_taken))
        write_files(self.private, [("not-taken.jsonl", b"".join(line + b"\n" for line in lines))])

    def waiting(self) -> tuple[NotTaken, ...]:
        """What was not taken so far."""
        try:
            lines = (self.private / "not-taken.jsonl").read_bytes().splitlines()
            return tuple(msgspec.json.decode(line, type=NotTaken) for line in lines)
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError) as error:
            raise InputError(f"{self.private / 'not-taken.jsonl'} cannot be read: {error}") from None


def create(
    directory: Path,
    state: ElectionState,
    attachments: Attachments,
    organisation: Organisation,
    *,
    origin: str,
    passphrase: str,
    clock: int,
    qr2024: bytes | None = None,
) -> Collection:
    """Make an organisation's log in a directory that does not exist or is empty.

    `state`, `attachments` and `qr2024` (the content of its `data/qr2024.json`) are those of a publication of
    the election. Raises InputError, RecordError or LogError, and then leaves nothing behind: all is made
    beside the directory and moved into its place when it is whole.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(f"{directory} is not empty; choose another directory")
    titles = {title.language: title.text for title in organisation.titles}
    settings = CollectionTable(
        election=state.election.hex(), origin=origin, organisation=organisation.name, titles=titles
    )
    master = SigningKey.generate()
    keyring = Keyring(master, origin)
    key = keyring.key(organisation.name)
    first = beginning(state, organisation, origin=origin, root=keyring.key(ROOT), key=key, clock=clock)
    found = list(_contents(first, attachments))
    known = {held.kid.hex(): KnownKey(held.key.name, held.key.public_key.hex()) for held in state.keys}
    private = [("keys.json", msgspec.json.encode(known))]
    if qr2024 is not None:
        private.append(("qr2024.json", format_qr2024_options(read_qr2024_options(qr2024))))
    with new_tree(directory) as staging:
        made = Collection(staging, settings)
        made.private.mkdir(mode=0o700)
        (made.private / "originals").mkdir()
        write_key_file(made.private / "master.key", organisation.name, master, passphrase)
        write_files(made.private, private)
        write_files(made.public / "attachments", found)
        with made.writer(keyring, clock) as writer:
            refused = [one.reason for one in writer.append(list(first.records)) if isinstance(one, Refusal)]
        if refused:
            raise LogError(f"The log refused one of its first records: {refused[0]}")
        write_files(made.directory, [(SETTINGS, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")])
    return Collection(directory, settings)


def open_collection(directory: Path) -> Collection:
    """Find an organisation's log. Raises InputError where there is none, or a damaged one."""
    path = directory / SETTINGS
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SETTINGS + 1)
    except FileNotFoundError:
        raise InputError(f"{directory} holds no collection; make one with: escrutinio collect init") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    try:
        settings = msgspec.json.decode(raw[:MAX_SETTINGS], type=CollectionTable)
        well_formed = len(bytes.fromhex(settings.election)) == 32
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(f"{path} is not what a collection says of itself: {error}") from None
    if not well_formed:
        raise InputError(f"{path} does not name an election by 64 hexadecimal digits")
    collection = Collection(directory, settings)
    Organisation(settings.organisation, (), collection.role)
    return collection


def _contents(first: Beginning, attachments: Attachments) -> Iterator[tuple[str, bytes]]:
    for digest in first.attachments:
        content = attachments(digest)
        if content is None:
            raise InputError(f"the publication lacks the attachment {digest.hex()}, which its roll needs")
        yield file_name(digest), content


def _file(directory: Path, digest: bytes) -> bytes | None:
    path = directory / file_name(digest)
    try:
        if os.path.getsize(path) > MAX_ATTACHMENT:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return content if digest_of(content) == digest else None
