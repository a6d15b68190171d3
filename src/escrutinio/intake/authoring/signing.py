"""Signing for a log that stands: a record is checked as that log will check it, before anybody sends it.

Whoever signs has a key of their own, which the log has in force under their name. What they say may point to
the log's entries by their number ("@12"), and to the log as it stands ("@here").
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.election.acts import Acts, Awaiting
from escrutinio.core.election.choosing import choose_contest
from escrutinio.core.election.control import acts_in
from escrutinio.core.election.embargo import check_extension
from escrutinio.core.election.keys import HeldKey
from escrutinio.core.election.revoking import WATCHERS
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.attachments import attachment_of, digest_of, file_name
from escrutinio.core.records.entry import Entry, open_record, seal
from escrutinio.core.records.keys import KeyHolder
from escrutinio.core.records.parts import Attachment, LogHead
from escrutinio.core.records.subjects import Subject
from escrutinio.core.records.types import Body, Extension
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.saying import read_says

NOTHING_BESIDE: Mapping[bytes, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Sealed:
    """A signed record, and what it still waits for: None where it takes effect as soon as it stands in the
    log."""

    entry: Entry
    waits: Awaiting | None

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.entry.raw


class Writing:
    """What an author writes for a log that stands, before anybody signs it (`saying.AtHand`).

    `attachments` are the files that it names, by digest.
    """

    def __init__(self, log: VerifiedLog, base_dir: Path) -> None:
        self._log = log
        self._acts: Acts = acts_in(log.state)
        self.base_dir = base_dir
        self.attachments: dict[bytes, bytes] = {}

    def body_of(self, kind: type[Body], about: str, says: object) -> Body:
        """A record's body from what its author wrote. Raises InputError or RecordError.

        An act whose matter has one in force names it as replaced, unless its author names one.
        """
        return self._acts.naming(read_says(self, kind, says), about)

    def attach(self, data: bytes, media_type: str) -> Attachment:
        """Keep a file and give what a record says of it."""
        made = attachment_of(data, media_type)
        self.attachments[made.digest] = data
        return made

    def head(self) -> LogHead:
        """The log as it was verified."""
        head = self._log.checkpoint
        return LogHead(head.origin, head.size, head.root)

    def digest_of(self, name: str) -> bytes:
        """SHA-256 of the entry with this number. Raises InputError."""
        return digest_of(self._log.entry(self.index_of(name)))

    def index_of(self, name: str) -> int:
        """The number of an entry as it is written. Raises InputError."""
        if not (name.isascii() and name.isdigit() and len(name) <= 16):
            raise InputError("entry-form", what=repr(name[:80]))
        if int(name) >= self._log.size:
            raise InputError("entry-none", size=self._log.size, what=name)
        return int(name)

    def kid_of(self, name: str) -> bytes:
        """The one key in force under a name. Raises InputError where there is none, or more than one."""
        found = [held.kid for held in self._log.state.keys if held.key.name == name and held.revoked is None]
        if len(found) != 1:
            raise InputError("key-of-name", name=repr(name[:80]), count=len(found))
        return found[0]

    def enrolled_key(self, table: dict[str, object]) -> object:
        """A key to enrol proves that its holder has it: nothing of it can be filled in here."""
        if "proof" not in table:
            raise RecordError("no-possession", name=repr(str(table.get("name"))[:80]))
        return table


class Signing(Writing):
    """Seals records one after another, each as if those before it stood in the log already.

    `attachments` are the files that they name, by digest.
    """

    def __init__(self, log: VerifiedLog, key: KeyHolder, name: str, base_dir: Path, clock: int) -> None:
        """Raises InputError where the log has no such key under this name, or it is revoked for good."""
        super().__init__(log, base_dir)
        self._key, self._name, self._clock = key, name, clock
        self._held = None if _is_root(log, key) else key_heard(log.state, key, name)
        self._admission = log.folding.admission()

    # --- sealing ---

    def say(self, kind: type[Body], about: str, says: object, at: int | None = None) -> Sealed:
        """Seal what an author wrote. Raises InputError or RecordError, also for what the log would refuse.

        An act whose matter has one in force names it as replaced, unless its author names one.
        """
        return self._seal(self.body_of(kind, about, says), about, at)

    def say_the_same(
        self, entry: Entry, beside: Mapping[bytes, bytes] = NOTHING_BESIDE, at: int | None = None
    ) -> Sealed:
        """Seal what another signer said, word for word; `beside` are files that came with it, by digest.

        Raises InputError or RecordError, also for a record of the other that the log would refuse.
        """
        if self._log.find(entry.raw) is None:
            self._hear_other(entry)
        for waits in self._acts.awaiting():
            if (waits.subject, waits.body) == (entry.subject, entry.body) and self._name in waits.names:
                raise InputError("act-signed-already", name=self._name)
        for attachment in attachments_of(entry.body):
            content = beside.get(attachment.digest) or self._log.attachment(attachment.digest)
            if content is None:
                raise InputError("attachment-not-here", name=file_name(attachment.digest))
            self.attachments[attachment.digest] = content
        return self._seal(entry.body, entry.subject, at)

    def _seal(self, body: Body, about: str, at: int | None) -> Sealed:
        raw = seal(
            body,
            key=self._key,
            signer=self._name,
            subject=about,
            election=self._log.state.election,
            issued_at=self._clock if at is None else at,
        )
        [refused] = self._admission.judge([raw])
        if isinstance(refused, Refusal):
            raise refused.why
        entry = open_record(raw)
        self._check_place(entry.about)
        if isinstance(body, Extension):
            check_extension(self._log.state, entry.about, body.until)
        self._hear(entry)
        self._admission.follow([raw])
        return Sealed(entry, self._waits(entry))

    def _check_place(self, about: Subject) -> None:
        """Raise InputError for an area or a contest that the definition does not have, which nothing can give
        it later: the log would take the record, and it would have no effect."""
        state = self._log.state
        if about.contest is not None:
            choose_contest(state, about.contest)
        if about.area is not None and about.area not in state.areas.index:
            raise InputError("sign-area", area=repr(about.area[:80]))

    def _hear(self, entry: Entry) -> None:
        if self._held is None or self._held.revoked is not None:
            return
        key = self._held.key
        current = self._acts.in_force(entry.body, entry.subject)
        standing = self._acts.hear(self._admission.size, entry, key.name, key.role)
        if standing is Standing.OVERRULED:
            raise InputError("act-would-be-overruled", entry=None if current is None else current.index)
        if standing is Standing.SUPERSEDED:
            raise InputError("act-would-be-behind", entry="–" if current is None else current.index)

    def _hear_other(self, entry: Entry) -> None:
        """Take in what another signed and nobody can see in the log yet: as if it stood there."""
        [refused] = self._admission.judge([entry.raw])
        if isinstance(refused, Refusal):
            raise refused.why
        held = self._log.state.keys.get(entry.kid)
        if held is not None and held.revoked is None:
            self._acts.hear(self._admission.size, entry, held.key.name, held.key.role)
        self._admission.follow([entry.raw])

    def _waits(self, entry: Entry) -> Awaiting | None:
        same = (entry.subject, entry.body)
        waiting = (each for each in self._acts.awaiting() if (each.subject, each.body) == same)
        return next(waiting, None)

    @property
    def held(self) -> HeldKey | None:
        """The key as the log has it; None for its root."""
        return self._held

    @property
    def revoked(self) -> bool:
        """Whether the key is a party's or an observer's that was revoked: what it signs enters, and is
        marked."""
        return self._held is not None and self._held.revoked is not None


def key_heard(state: ElectionState, key: KeyHolder, name: str) -> HeldKey:
    """The key as the log has it: in force, or of a party or an observer, whose records still enter once it is
    revoked. Raises InputError where it is not enrolled under this name, or is heard no more."""
    held = state.keys.get(key.kid)
    if held is None or held.key.name != name or (held.revoked is not None and held.key.role not in WATCHERS):
        raise InputError("key-to-enrol", kid=key.kid.hex(), name=name)
    return held


def _is_root(log: VerifiedLog, key: KeyHolder) -> bool:
    charter = log.state.charter
    return charter is not None and charter.body.root_key == key.public_key
