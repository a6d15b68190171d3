"""Following a log: what its entries have settled so far, of who holds which key and of the rolls."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import count
from typing import NamedTuple

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.acts import Acts
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.election.bulk.proofs import all_possess
from escrutinio.core.election.bulk.signatures import plainly_acceptable
from escrutinio.core.election.control import ROOT_PLACE, AttachmentReader, Attachments
from escrutinio.core.election.founding import Foundation, open_charter, open_definition
from escrutinio.core.election.revoking import Revocations, Revoking, consents_needed
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.state import Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.cose import key_id, payload_start
from escrutinio.core.records.entry import (
    Entry,
    UnknownTypeError,
)
from escrutinio.core.records.keys import key_is_acceptable
from escrutinio.core.records.opening import EntryError, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import possesses

SETTLING = frozenset(
    {t.Definition.TYPE, t.Charter.TYPE, t.Enrolment.TYPE, t.Revocation.TYPE, t.CoRecord.TYPE}
)
"""The types of the records that settle keys, or are like those that do."""

_ACTS = frozenset({t.Roll.TYPE, t.Extension.TYPE})
"""The types of the officers' acts that it hears: what stations there are, and until when results wait."""

_READ = frozenset({(code, body.VERSION) for code, body in t.BY_CODE.items()} | set(t.EARLIER))
"""The types that are known, each with its version."""

_NOBODY: tuple[Signer | None, int] = (None, ROOT_PLACE)


class Said(NamedTuple):
    """An entry that settles keys: its record, the place of its key or `ROOT_PLACE`, whether it has effect,
    None where that is judged later; of an enrolment, the kid of each of its keys, None for one that is not
    enrolled: the root's own, one whose signatures cannot be checked, and one that does not prove that its
    holder has it; of a consent, the revocation that it completes."""

    entry: Entry
    place: int
    standing: Standing | None
    kids: tuple[bytes | None, ...] = ()
    completes: Revoking | None = None


class Holder(NamedTuple):
    """Whom a kid stands for. `key` is None for the root."""

    signer: Signer
    place: int
    key: EnrolledKey | None
    revoked: bool = False


class Following:
    """The keys and rolls after the entries of a log that were taken, of which there are `size`.

    `attachments` finds an attachment by its SHA-256: the definition's area table.
    """

    def __init__(self, attachments: Attachments) -> None:
        self.size = 0
        self._attachments = AttachmentReader(attachments)
        self._foundation: Foundation | None = None
        self._holders: MutableMapping[bytes, Holder] = {}
        self._enrolled = 0
        self._rights: Rights | None = None
        self._acts: Acts | None = None
        self._revocations = Revocations(1)
        self._rolls: tuple[Logged[t.Roll], ...] = ()
        self._extensions: tuple[Logged[t.Extension], ...] = ()
        self._seen: MutableMapping[bytes, None] = {}

    @property
    def foundation(self) -> Foundation:
        """What entry 0 settled. Raises DefinitionError while there is none."""
        if self._foundation is None:
            raise DefinitionError("log-empty")
        return self._foundation

    @property
    def rights(self) -> Rights:
        """Who may sign what. Raises DefinitionError while there is no entry 0."""
        if self._rights is None:
            raise DefinitionError("log-empty")
        return self._rights

    @property
    def rolls(self) -> Sequence[Logged[t.Roll]]:
        """The effective rolls so far, in log order."""
        return self._rolls

    def signer(self, raw: bytes, kind: int) -> tuple[Signer | None, int]:
        """The key in force that the next entry names, and its place. The root signs no bulk records."""
        holder = self._holders.get(kid_of(raw))
        if holder is None or holder.revoked or (holder.place == ROOT_PLACE and kind in t.BULK):
            return _NOBODY
        return holder.signer, holder.place

    def after_revocation(self, raw: bytes) -> tuple[Entry, int] | None:
        """The record that the next entry is, and the place of its key, where that is one that was revoked and
        that is heard on (`Revocations.silences`), and its signature holds; else None."""
        holder = self._holders.get(kid_of(raw))
        if holder is None or not holder.revoked or holder.key is None:
            return None
        if self._revocations.silences(holder.key.role):
            return None
        with suppress(EntryError, UnknownTypeError):
            return open_signed(raw, holder.signer, self.foundation.digest), holder.place
        return None

    def follow(self, entries: Iterable[bytes]) -> bool:
        """Take the next entries of the log, admitted or not; whether a key, scope or roll changed by them.

        Raises DefinitionError if entry 0 defines no election.
        """
        changed = False
        for raw in entries:
            kind = kind_of(raw)
            changed |= self.size < 2 or kind in SETTLING or kind == t.Roll.TYPE
            if self._foundation is None:
                self.define(raw)
            elif self.size == 1 or kind in SETTLING:
                with suppress(EntryError):
                    self.hear(raw)
            else:
                self.pass_over([(raw, kind)])
        return changed

    def pass_over(self, entries: Sequence[tuple[bytes, int]]) -> None:
        """Take the next entries, each with its type, none of which is in `SETTLING`."""
        size = self.size
        for index, (raw, kind) in enumerate(entries, size):
            if kind in _ACTS and self._is_new(raw):
                self.size = index
                self._hear_act(raw)
        self.size = size + len(entries)

    def define(self, raw: bytes) -> None:
        """Take entry 0. Raises DefinitionError if it defines no election."""
        self._found(open_definition(raw, self._attachments))
        self._is_new(raw)
        self.size = 1

    def hear(self, raw: bytes, *, claimed: bool = False) -> Said | None:
        """Take entry 1, or the next one if it is of a type in `SETTLING`; None where it is a repeat.

        `claimed`: it was found out ahead that all proofs of these bytes hold in this election (`proving`).
        Raises EntryError, the entry being taken, where it is no record of this election by a key in force.
        """
        index, kind, election = self.size, kind_of(raw), self.foundation
        self.size += 1
        if not self._is_new(raw):
            return None
        if index == 1 and kind == t.Charter.TYPE:
            entry, root, standing = open_charter(raw, election)
            if standing is Standing.EFFECTIVE:
                self._crown(root)
            return Said(entry, ROOT_PLACE, standing)
        signer, place = self.signer(raw, kind)
        entry = open_enrolment(raw, signer, election.digest)
        if isinstance(entry.body, t.CoRecord):
            return Said(entry, place, None, completes=self._consent(entry))
        if place != ROOT_PLACE or isinstance(entry.body, t.Charter) or self._revokes_root(entry):
            return Said(entry, place, Standing.REFUSED)
        kids = self._settle(index, entry, claimed=claimed)
        return Said(entry, place, Standing.EFFECTIVE if kids is not None else Standing.WAITING, kids or ())

    def _is_new(self, raw: bytes) -> bool:
        """Whether an entry that bears on keys or rolls stands in the log for the first time; an entry counts
        once, whatever the first one came to."""
        digest = sha256(raw).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = None
        return True

    def _hear_act(self, raw: bytes) -> None:
        holder = self._holders.get(kid_of(raw))
        if holder is None or holder.revoked or holder.place == ROOT_PLACE or holder.key is None:
            return
        with suppress(EntryError):
            entry = open_signed(raw, holder.signer, self.foundation.digest)
            if self.rights.may_sign(holder.key.role, type(entry.body)):
                self._publish(self.size, entry, holder.key)

    def _found(self, foundation: Foundation) -> None:
        self._foundation = foundation
        self._rights = Rights(foundation.body)
        self._acts = Acts(self._rights)

    def _crown(self, root: bytes) -> None:
        self._holders[key_id(root)] = Holder(Signer(root, ""), ROOT_PLACE, None)
        self._revocations = Revocations(consents_needed(self.foundation.body, root))

    def _settle(
        self, index: int, entry: Entry, *, proved: bool = False, claimed: bool = False
    ) -> tuple[bytes | None, ...] | None:
        """Let a record of the root take effect on the keys; the kids of those that it enrols, None for a
        revocation that waits for consents. `proved`: it is known that they prove that their holders have
        them; `claimed` as in `hear`."""
        body = entry.body
        if isinstance(body, t.Revocation):
            holder = self._holders.get(body.kid)
            role = None if holder is None or holder.key is None else holder.key.role
            if self._revocations.waits(index, entry, body, role):
                return None
            self._revoke(body.kid)
        return self._enrol(body.keys, proved, claimed) if isinstance(body, t.Enrolment) else ()

    def _consent(self, entry: Entry) -> Revoking | None:
        """Let a co-record take effect on the keys; the revocation that it completes."""
        holder = self._holders.get(entry.kid)
        if holder is None or holder.key is None:
            return None
        completed = self._revocations.consent(entry, holder.key.name, holder.key.role)
        if completed is not None:
            self._revoke(completed.kid)
        return completed

    def _enrol(self, keys: Sequence[EnrolledKey], proved: bool, claimed: bool) -> tuple[bytes | None, ...]:
        """Enrol keys that are not yet; their kids, or None (`Said`)."""
        holders, election = self._holders, self.foundation.digest
        public_keys = [key.public_key for key in keys]
        # As `key_id` has it, for as many keys as there are sheets.
        found = [sha256(public_key).digest()[:8] for public_key in public_keys]
        if (
            len(set(found)) == len(found)
            and holders.keys().isdisjoint(found)
            and plainly_acceptable(public_keys)
            and (proved or all_possess(election, keys, claimed=claimed))
        ):
            signers = map(Signer, public_keys, [key.name for key in keys])
            holders.update(zip(found, map(Holder, signers, count(self._enrolled), keys), strict=True))
            self._enrolled += len(keys)
            return tuple(found)
        kids: list[bytes | None] = []
        for key, kid in zip(keys, found, strict=True):
            holder = holders.get(kid)
            of_root = holder is not None and holder.key is None
            if of_root or not key_is_acceptable(key.public_key) or not possesses(election, key):
                kids.append(None)  # the root's own key stays the root's, without an enrolment
                continue
            kids.append(kid)
            if holder is None:  # the first enrolment wins
                holders[kid] = Holder(Signer(key.public_key, key.name), self._enrolled, key)
                self._enrolled += 1
        return tuple(kids)

    def _revoke(self, kid: bytes) -> None:
        holder = self._holders.get(kid)
        if holder is not None:
            self._holders[kid] = holder._replace(revoked=True)

    def _revokes_root(self, entry: Entry) -> bool:
        """Whether it would revoke the root's own key, which is the root's as long as there is the log."""
        holder = self._holders.get(entry.body.kid) if isinstance(entry.body, t.Revocation) else None
        return holder is not None and holder.key is None

    def _publish(self, index: int, entry: Entry, key: EnrolledKey) -> None:
        acts = self._acts
        if acts is not None and acts.hear(index, entry, key.name, key.role) is Standing.EFFECTIVE:
            if isinstance(entry.body, t.Roll):
                self._rolls += (Logged(index, entry),)
            else:
                self._extensions += (Logged(index, entry),)


def kind_of(raw: bytes) -> int:
    """The type that a record has if it is well formed; -1 where it cannot be, or is not known in its
    version."""
    try:
        if raw[2] == 0x58 and raw[raw[3] + 5] == 0x58:  # the heads that nearly every record has
            at = raw[3] + 7
        elif (at := payload_start(raw)) < 0:
            return -1
        head = raw[at + 2]
        kind = head if head < 0x18 else raw[at + 3] if head == 0x18 else -1
        return kind if (kind, raw[at + 1]) in _READ else -1
    except IndexError:
        return -1


def kid_of(raw: bytes) -> bytes:
    """The kid that a record names if it is well formed."""
    return raw[12:20] if raw[2:3] == b"\x58" else raw[13:21]
