"""A party's or an observer's collection: a workspace whose log holds the copies of sheets that it collected.

Its private part has besides what every workspace has (`workspace.py`):

private/
    keys.json          the keys that the election's own log enrols, to check signed sheets with
    signer             where the organisation's key is, if it has one of its own: a file, or a token's address
    qr2024.json        what the counts in a QR code of 2024 mean, where the publication says it
    originals/         signed records that were found on sheets, by their SHA-256
    not-taken.jsonl    what waits for a person or was refused
    pictures/          the pictures that were taken in (`shelf.py`)
    scanned.jsonl      what their codes say

Where it was begun `sealed`, or was sealed later (`sealing.py`), all that may name people stands there in
sealed boxes (`cabinet.py`); what the election's log publishes anyway stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from nacl.public import PrivateKey

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import write_files
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.keys import HeldKey
from escrutinio.core.election.qr2024_options import (
    Qr2024Options,
    format_qr2024_options,
    read_qr2024_options,
)
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.accept import refused
from escrutinio.core.log.store import Receipt
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.body import Body
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import KeyHolder, SigningKey
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.keyring import ROOT, Keyring
from escrutinio.intake.authoring.signing import key_heard
from escrutinio.publication.browser.verifier import named_verifier, verifier_files
from escrutinio.running.workspace.cabinet import Cabinet, box_key_file, boxed_file, opener_of
from escrutinio.running.workspace.collection.beginning import Organisation, beginning
from escrutinio.running.workspace.collection.sheets import Collected, NotTaken, Said
from escrutinio.running.workspace.log_keys import keep_key
from escrutinio.running.workspace.workspace import Workspace, begin, open_workspace

KEYS, SIGNER = "keys.json", "signer"
ORIGINALS, NOT_TAKEN = "originals", "not-taken.jsonl"
MAX_KEYS = 256 * 1024 * 1024


class KnownKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the election's own log, as it stood there: its owner's name, the public key in hexadecimal,
    the role, the stations or areas and contests that it is for (none: all), and whether it was revoked."""

    name: str
    public_key: str
    role: int
    scope: tuple[str, ...]
    contests: tuple[str, ...]
    revoked: bool

    @property
    def key(self) -> EnrolledKey:
        """The key as it was enrolled, without what people call its owner."""
        public_key = bytes.fromhex(self.public_key)
        return EnrolledKey(self.name, public_key, Role(self.role), self.scope, self.contests, ())


def known_key(held: HeldKey) -> KnownKey:
    """What a collection keeps of a key."""
    key = held.key
    revoked = held.revoked is not None
    return KnownKey(key.name, key.public_key.hex(), int(key.role), key.scope, key.contests, revoked)


class CopiesRefusedError(LogError):
    """The log refused some of the copies; `added` of the others are new in it."""

    def __init__(self, why: LogError, added: int) -> None:
        super().__init__(why.code, **why.values)
        self.added = added


@dataclass(frozen=True)
class Collection:
    """An organisation's workspace; made by `create`, found by `open_collection`.

    `holder` is the organisation's own key, where it has one; else it is derived, as the root and the log's.
    `opener` opens what is sealed of its private part (`unlocked`).
    """

    workspace: Workspace
    holder: KeyHolder | None = None
    opener: PrivateKey | None = None

    def unlocked(self, keyring: Keyring) -> Collection:
        """The same, for who may read what is sealed. Raises InputError where it is sealed for other keys."""
        return replace(self, opener=self.files.opened(keyring).key)

    @property
    def files(self) -> Cabinet:
        """The files of the private part."""
        return Cabinet(self.private, self.opener)

    def signed_with(self, holder: KeyHolder) -> Collection:
        """The same, where this key signs what the organisation says."""
        return replace(self, holder=holder)

    def signer(self) -> str:
        """Where the organisation's own key is: a file, or a token's address; empty where it is derived."""
        return (self.files.read(SIGNER) or b"").decode(errors="replace").strip()

    @property
    def public(self) -> Path:
        """The publication."""
        return self.workspace.public

    @property
    def private(self) -> Path:
        """What is never published."""
        return self.workspace.private

    @property
    def name(self) -> str:
        """The organisation's name as it signs."""
        return self.workspace.settings.operator

    def keyring(self, passphrase: str) -> Keyring:
        """Its keys. Raises RecordError for a wrong passphrase."""
        return self.workspace.keyring(passphrase)

    def open(self) -> VerifiedLog:
        """Its log, verified. Raises LogError where there is none yet."""
        return self.workspace.open()

    def append(
        self,
        sheets: Sequence[Collected],
        keyring: Keyring,
        clock: int,
        log: VerifiedLog | None = None,
        facts: Sequence[Said] = (),
    ) -> int:
        """Sign sheets as copies, and what is said of them, and append that; how many entries are new.

        With `log`, the collection's own as it was verified, what it settles is not read again.

        When it returns they are durable and public in the log; the pages are for the caller to renew. Raises
        LogError when the log cannot be written, and CopiesRefusedError when it refuses a copy: the others are
        public all the same.
        """
        originals = {digest_of(sheet.raw): sheet.raw for sheet in sheets if sheet.raw is not None}
        self.files.below(ORIGINALS).write((f"{digest.hex()}.cose", raw) for digest, raw in originals.items())
        notes = {digest_of(note): note for said in facts if (note := said.note) is not None}
        write_files(self.public / "attachments", [(file_name(d), note) for d, note in sorted(notes.items())])
        records = list(self.records(sheets, keyring, clock))
        digests = {sheet.subject: digest_of(record) for sheet, record in zip(sheets, records, strict=True)}
        bodies = [(said.status(digests.get(said.subject)), said.subject) for said in facts]
        records += self._sealed(bodies, keyring, clock)
        answers = self.workspace.add(records, keyring, clock, log)
        added = sum(not answer.duplicate for answer in answers if isinstance(answer, Receipt))
        if why := refused(answers):
            raise CopiesRefusedError(why, added)
        return added

    def records(self, sheets: Sequence[Collected], keyring: Keyring, clock: int) -> Iterator[bytes]:
        """Sheets as signed copies, not yet in any log."""
        return self._sealed(((sheet.copy(), sheet.subject) for sheet in sheets), keyring, clock)

    def _sealed(self, bodies: Iterable[tuple[Body, str]], keyring: Keyring, clock: int) -> Iterator[bytes]:
        key, election = self.holder or keyring.key(self.name), bytes.fromhex(self.workspace.settings.election)
        for body, subject in bodies:
            yield seal(body, key=key, signer=self.name, subject=subject, election=election, issued_at=clock)

    def trust(self, keyring: Keyring) -> Trust:
        """The trust file to hand out."""
        verifiers = verifier_files(self.public, named_verifier(self.public))
        return self.workspace.trust(keyring, verifier_html=verifiers.digest)

    def known_keys(self) -> Mapping[bytes, KnownKey]:
        """The keys of the election's own log, by key id, as they were when it was last read."""
        path = self.private / KEYS
        try:
            if path.stat().st_size > MAX_KEYS:
                raise InputError("fetch-long", path=path, limit=MAX_KEYS)
            table = msgspec.json.decode(path.read_bytes(), type=dict[str, KnownKey])
            return {bytes.fromhex(kid): key for kid, key in table.items()}
        except OSError as error:
            raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None
        except (ValueError, *NO_JSON) as error:
            raise InputError("keys-form", path=path, why=str(error)) from None

    def qr2024(self) -> Qr2024Options | None:
        """What the counts in a QR code of 2024 mean, None where the publication did not say it."""
        try:
            return read_qr2024_options((self.private / "qr2024.json").read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                "file-unreadable", path=self.private / "qr2024.json", why=error.strerror or str(error)
            ) from None

    def remember(self, not_taken: Sequence[NotTaken], settled: frozenset[str]) -> None:
        """Keep what was not taken, once each, without the stations that are `settled` now."""
        kept = [one for one in self.waiting() if one.station not in settled or not one.station]
        lines = dict.fromkeys(msgspec.json.encode(one) for one in (*kept, *not_taken))
        self.files.write([(NOT_TAKEN, b"".join(line + b"\n" for line in lines))])

    def waiting(self) -> tuple[NotTaken, ...]:
        """What was not taken so far."""
        try:
            lines = (self.files.read(NOT_TAKEN) or b"").splitlines()
            return tuple(msgspec.json.decode(line, type=NotTaken) for line in lines)
        except NO_JSON as error:
            raise InputError("file-unreadable", why=str(error), path=self.files.place(NOT_TAKEN)) from None


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
    holder: KeyHolder | None = None,
    signer: str = "",
    sealed: bool = True,
    until_public: bool = False,
) -> Collection:
    """Make an organisation's log in a directory that does not exist or is empty.

    `state`, `attachments` and `qr2024` (the content of its `data/qr2024.json`) are those of a publication of
    the election; `holder` the organisation's key, which is at `signer`: the one that the election's log
    enrols under its name, so that whoever reads both knows that they are one's. Without, one is made.
    `sealed`: the private part is sealed at rest, for the keys that the passphrase opens; `until_public`:
    copies wait for the moment from which results may be public. Raises InputError, RecordError or LogError,
    and then leaves nothing behind.
    """
    titles = {title.language: title.text for title in organisation.titles}
    master = SigningKey.generate()
    keyring = Keyring(master, origin)
    key: KeyHolder = keyring.key(organisation.name)
    if holder is not None:
        key_heard(state, holder, organisation.name)
        key = holder
    first = beginning(
        state, attachments, organisation, origin=origin, root=keyring.key(ROOT), key=key, clock=clock
    )
    known = {held.kid.hex(): known_key(held) for held in state.keys}
    private = [(KEYS, msgspec.json.encode(known))]
    if sealed:
        private.append(box_key_file(keyring))
    if signer:
        kept = SIGNER, signer.encode() + b"\n"
        private.append(boxed_file(keyring, *kept) if sealed else kept)
    if qr2024 is not None:
        private.append(("qr2024.json", format_qr2024_options(read_qr2024_options(qr2024))))
    workspace = begin(
        directory,
        first,
        role=organisation.role,
        operator=organisation.name,
        origin=origin,
        titles=titles,
        keyring=keyring,
        clock=clock,
        private=private,
        until_public=until_public,
        key_file=keep_key(organisation.name, master, passphrase),
    )
    return Collection(workspace, holder, opener_of(keyring))


def open_collection(directory: Path) -> Collection:
    """Find an organisation's workspace. Raises InputError where there is none, or one of another role."""
    workspace = open_workspace(directory)
    Organisation(workspace.settings.operator, (), workspace.role)
    return Collection(workspace)
