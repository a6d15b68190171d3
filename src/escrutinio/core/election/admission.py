"""Admission: which records a log takes, judged by who speaks and never by what is said.

Admitted is a well-formed record of a known type, for this election, signed by a key in force (enrolled below
its index in the log, not revoked below it), whose role signs records of this type, of something within
its scope. What it says is judged by the fold, which judges everything here again. Where the roll does not
settle whether a station lies in a scope, the record is admitted.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from contextlib import suppress
from copy import copy
from hashlib import sha256
from itertools import count
from typing import NamedTuple, NoReturn

from escrutinio.base.errors import DefinitionError, EscrutinioError, RecordError
from escrutinio.core.election.acts import Acts
from escrutinio.core.election.bulk.columns import read_columns
from escrutinio.core.election.bulk.known import NOTHING, Known, claims_of
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.election.bulk.signatures import Claims, plainly_acceptable
from escrutinio.core.election.control import ROOT_PLACE, AttachmentReader, Attachments, empty_roll
from escrutinio.core.election.findings.entries import BAD_SIGNATURE, OUT_OF_BOUNDS
from escrutinio.core.election.founding import Foundation, open_charter, open_definition
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.rights import ROOT, Scopes, may_sign
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import Logged, Standing
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import OutOfBoundsError, check_bounds
from escrutinio.core.records.cose import key_id, payload_start, split
from escrutinio.core.records.entry import (
    Entry,
    UnknownTypeError,
    introduced_keys,
    open_frame,
)
from escrutinio.core.records.keys import check_public_key, check_signature, key_is_acceptable
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.subjects import Subject

SETTLING = frozenset({t.Definition.TYPE, t.Charter.TYPE, t.Enrolment.TYPE, t.Revocation.TYPE})
"""The types of the records that settle keys, or are like those that do."""

_OF_CHARTER = {Fault.BAD_SIGNATURE: BAD_SIGNATURE, Fault.OUT_OF_BOUNDS: OUT_OF_BOUNDS}
"""The codes of refusal of a charter that is one but for this."""

_AHEAD = 500
"""Records that are read together before they are judged: their keys may stand in those right before them."""

_NOBODY: tuple[Signer | None, int] = (None, ROOT_PLACE)


class Said(NamedTuple):
    """An entry that settles keys: its record, the place of its key or `ROOT_PLACE`, whether it has effect; of
    an enrolment, the kid of each of its keys, None for one that is not enrolled: the root's own, and one
    whose signatures cannot be checked."""

    entry: Entry
    place: int
    standing: Standing
    kids: tuple[bytes | None, ...] = ()


class _Read(NamedTuple):
    """A bulk record that was read before its turn: of what it speaks, and whose signature holds for it."""

    signer: Signer | None
    about: Subject


class _Holder(NamedTuple):
    """Whom a kid stands for. `key` is None for the root."""

    signer: Signer
    place: int
    key: EnrolledKey | None
    revoked: bool = False


class Admission:
    """Judges records by the entries of a log that it has followed, of which there are `size`.

    `attachments` finds an attachment by its SHA-256: the definition's area table, and the rolls once a key
    for an area speaks of a station. Signatures that are `known` are not checked again. It is what an acceptor
    needs (`log.accept.Admit`); a fold has one too.
    """

    def __init__(self, attachments: Attachments, known: Known = NOTHING) -> None:
        self.size = 0
        self._known = known
        self._attachments = AttachmentReader(attachments)
        self._unreadable: set[bytes] = set()
        self._foundation: Foundation | None = None
        self._holders: MutableMapping[bytes, _Holder] = {}
        self._enrolled = 0
        self._acts = Acts(1)
        self._rolls: tuple[Logged[t.Roll], ...] = ()
        self._seen: MutableMapping[bytes, None] = {}

    def copy(self) -> Admission:
        """The same, to go on apart from this one."""
        made = self._branch()
        made._holders, made._seen = dict(self._holders), dict(self._seen)
        return made

    def _branch(self) -> Admission:
        """One that goes on from here, costs next to nothing, and is let go before this one goes on."""
        made = copy(self)
        made._holders, made._seen = ChainMap({}, self._holders), ChainMap({}, self._seen)
        made._acts = self._acts.copy()
        return made

    @property
    def foundation(self) -> Foundation:
        """What entry 0 settled. Raises DefinitionError while there is none."""
        if self._foundation is None:
            raise DefinitionError("log-empty")
        return self._foundation

    @property
    def rolls(self) -> Sequence[Logged[t.Roll]]:
        """The effective rolls so far, in log order."""
        return self._rolls

    def signer(self, raw: bytes, kind: int) -> tuple[Signer | None, int]:
        """The key in force that the next entry names, and its place. The root signs no bulk records."""
        holder = self._holders.get(_kid(raw))
        if holder is None or holder.revoked or (holder.place == ROOT_PLACE and kind in t.BULK):
            return _NOBODY
        return holder.signer, holder.place

    # --- following a log ---

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
            if kind == t.Roll.TYPE and self._is_new(raw):
                self.size = index
                self._hear_roll(raw)
        self.size = size + len(entries)

    def define(self, raw: bytes) -> None:
        """Take entry 0. Raises DefinitionError if it defines no election."""
        self._found(open_definition(raw, self._attachments))
        self._is_new(raw)
        self.size = 1

    def hear(self, raw: bytes) -> Said | None:
        """Take entry 1, or the next one if it is of a type in `SETTLING`; None where it is a repeat.

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
        if place != ROOT_PLACE or isinstance(entry.body, t.Charter) or self._revokes_root(entry):
            return Said(entry, place, Standing.REFUSED)
        return Said(entry, place, Standing.EFFECTIVE, self._settle(entry))

    def _is_new(self, raw: bytes) -> bool:
        """Whether an entry that bears on keys or rolls stands in the log for the first time; an entry counts
        once, whatever the first one came to."""
        digest = sha256(raw).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = None
        return True

    def _hear_roll(self, raw: bytes) -> None:
        holder = self._holders.get(_kid(raw))
        if holder is None or holder.revoked or holder.place == ROOT_PLACE or holder.key is None:
            return
        with suppress(EntryError):
            entry = open_signed(raw, holder.signer, self.foundation.digest)
            if may_sign(holder.key.role, t.Roll, self.foundation.body.author_role):
                self._publish(self.size, entry, holder.key)

    def _found(self, foundation: Foundation) -> None:
        self._foundation = foundation
        self._acts = Acts(foundation.body.officers_needed)

    def _crown(self, root: bytes) -> None:
        self._holders[key_id(root)] = _Holder(Signer(root, ""), ROOT_PLACE, None)

    def _settle(self, entry: Entry) -> tuple[bytes | None, ...]:
        """Let a record of the root take effect on the keys; the kids of those that it enrols."""
        if isinstance(entry.body, t.Revocation):
            self._revoke(entry.body.kid)
        if not isinstance(entry.body, t.Enrolment):
            return ()
        return self._enrol(entry.body.keys)

    def _enrol(self, keys: Sequence[EnrolledKey]) -> tuple[bytes | None, ...]:
        """Enrol keys that are not yet; their kids, or None (`Said`)."""
        holders = self._holders
        public_keys = [key.public_key for key in keys]
        # As `key_id` has it, for as many keys as there are sheets.
        found = [sha256(public_key).digest()[:8] for public_key in public_keys]
        if (
            len(set(found)) == len(found)
            and holders.keys().isdisjoint(found)
            and plainly_acceptable(public_keys)
        ):
            signers = map(Signer, public_keys, [key.name for key in keys])
            holders.update(zip(found, map(_Holder, signers, count(self._enrolled), keys), strict=True))
            self._enrolled += len(keys)
            return tuple(found)
        kids: list[bytes | None] = []
        for key, kid in zip(keys, found, strict=True):
            holder = holders.get(kid)
            if not key_is_acceptable(key.public_key) or (holder is not None and holder.key is None):
                kids.append(None)  # the root's own key stays the root's, without an enrolment
                continue
            kids.append(kid)
            if holder is None:  # the first enrolment wins
                holders[kid] = _Holder(Signer(key.public_key, key.name), self._enrolled, key)
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
        if self._acts.hear(index, entry, key.name, key.role) is Standing.EFFECTIVE:
            self._rolls += (Logged(index, entry),)

    # --- judging what is offered ---

    def judge(self, records: Sequence[bytes]) -> list[Refusal | None]:
        """Say of records that would come next, in this order, which are refused; nothing changes here.

        Each is judged as if those admitted before it were entries already. The cost is that of the records,
        whatever the length of the log.
        """
        trial = self._branch()
        verdicts: list[Refusal | None] = []
        for start in range(0, len(records), _AHEAD):
            part = records[start : start + _AHEAD]
            ahead = trial._read_ahead(part)
            verdicts += [trial._verdict(raw, ahead.get(place)) for place, raw in enumerate(part)]
        return verdicts

    def _read_ahead(self, records: Sequence[bytes]) -> dict[int, _Read]:
        """Bulk records that are all right if the key that they name stays in force up to them, by place."""
        if self._foundation is None:
            return {}
        kinds = map(kind_of, records)
        signers = [
            self.signer(raw, kind)[0] if kind in t.BULK else None
            for raw, kind in zip(records, kinds, strict=True)
        ]
        claims = None
        if self._known:
            leaves = [sha256(b"\0" + raw).digest() for raw in records]
            claims = Claims(claims_of(self._known, leaves), b"".join(leaves))
        found = read_columns(records, signers, self._foundation.digest, claims=claims)
        if found is None:
            return {}
        columns = zip(found.place.tolist(), found.station, found.contest, strict=True)
        return {
            place: _Read(signers[place], Subject(station, contest)) for place, station, contest in columns
        }

    def _verdict(self, raw: bytes, ahead: _Read | None) -> Refusal | None:
        try:
            if self._foundation is None:
                self._admit_definition(raw)
            elif self.size == 1:
                self._admit_charter(raw)
            else:
                self._admit(raw, self._foundation, ahead)
        except _RefusedError as refused:
            return Refusal(refused.code, refused.why)
        return None

    def _admit_definition(self, raw: bytes) -> None:
        try:
            self.define(raw)
        except DefinitionError as error:
            _refuse("no-definition", error)

    def _admit_charter(self, raw: bytes) -> None:
        try:
            _, root, standing = open_charter(raw, self.foundation)
        except EntryError as error:
            _refuse(_OF_CHARTER.get(error.fault, "no-charter"), error)
        if standing is Standing.REFUSED:
            _refuse("not-entitled", RecordError("charter-root"))
        self._crown(root)
        self._is_new(raw)
        self.size = 2

    def _admit(self, raw: bytes, election: Foundation, ahead: _Read | None) -> None:
        kind = kind_of(raw)
        if ahead is not None and ahead.signer == self.signer(raw, kind)[0]:
            self._check_right(self._holders[_kid(raw)], t.BY_CODE[kind], ahead.about)
        else:
            entry, holder = self._open(raw, election)
            self._check_right(holder, type(entry.body), entry.about)
            self._check_keys(entry)
            settles = holder.place == ROOT_PLACE or isinstance(entry.body, t.Roll)
            if settles and self._is_new(raw):
                if holder.key is not None:
                    self._publish(self.size, entry, holder.key)
                elif not self._revokes_root(entry):
                    self._settle(entry)
        self.size += 1

    def _open(self, raw: bytes, election: Foundation) -> tuple[Entry, _Holder]:
        try:
            frame = split(raw)
        except RecordError as error:
            _refuse("malformed", error)
        try:
            entry = open_frame(raw, frame)
        except UnknownTypeError as error:
            _refuse("unknown-type", error)
        except RecordError as error:
            _refuse("malformed", error)
        if entry.election != election.digest:
            _refuse("other-election", RecordError("entry-election"))
        holder = self._holders.get(frame.kid)
        key = {"kid": frame.kid.hex(), "name": frame.issuer}
        if holder is None or holder.signer.name not in ("", frame.issuer):
            _refuse("not-enrolled", RecordError("key-not-enrolled", **key))
        if holder.revoked:
            _refuse("revoked", RecordError("key-was-revoked", **key))
        try:
            check_signature(holder.signer.public_key, frame.signed, frame.signature)
        except RecordError as error:
            _refuse(BAD_SIGNATURE, error)
        try:
            check_bounds(entry.body, entry.issued_at)
        except OutOfBoundsError as error:
            _refuse(OUT_OF_BOUNDS, error)
        return entry, holder

    def _check_right(self, holder: _Holder, kind: type[t.Body], about: Subject) -> None:
        if holder.place == ROOT_PLACE or holder.key is None:
            if kind not in ROOT:
                _refuse("not-entitled", RecordError("root-key-signs", type=kind.NAME))
            return
        key = holder.key
        if not may_sign(key.role, kind, self.foundation.body.author_role):
            role = key.role.name.lower().replace("_", " ")
            _refuse("not-entitled", RecordError("role-signs", name=key.name, role=role, type=kind.NAME))
        if (key.scope or key.contests) and self._is_outside(key, about):
            place = "/".join(filter(None, (about.station or about.area, about.contest)))
            _refuse("out-of-scope", RecordError("signer-scope", about=place, name=key.name))

    def _is_outside(self, key: EnrolledKey, about: Subject) -> bool:
        """Whether all rolls that know the station, each in force once, say so; without one, what is sure."""
        known = (
            [] if about.station is None else [roll for roll in self._read() if about.station in roll.index]
        )
        areas, author = self.foundation.areas, self.foundation.body.author_role
        scopes = (Scopes(KeyTable(), areas, roll, author) for roll in known or [empty_roll()])
        return all(each.excludes(key, about) for each in scopes)

    def _read(self) -> Iterator[Roll]:
        """The rolls so far that are at hand and can be read."""
        for logged in self._rolls:
            if logged.entry.digest not in self._unreadable:
                try:
                    roll = self._attachments.roll(logged, self.foundation.areas)
                except DefinitionError:  # a finding of the fold; that a file is not at hand may change
                    self._unreadable.add(logged.entry.digest)
                else:
                    if roll is not None:
                        yield roll

    def _check_keys(self, entry: Entry) -> None:
        try:
            for public_key in introduced_keys(entry.body):
                check_public_key(public_key)
        except RecordError as error:
            _refuse("unfit-key", error)


class _RefusedError(Exception):
    def __init__(self, code: str, why: EscrutinioError) -> None:
        super().__init__(code)
        self.code, self.why = code, why


def _refuse(code: str, why: EscrutinioError) -> NoReturn:
    raise _RefusedError(code, why) from None


def kind_of(raw: bytes) -> int:
    """The type that a record has if it is well formed; -1 where it cannot be, or is above 255."""
    try:
        if raw[2] == 0x58 and raw[raw[3] + 5] == 0x58:  # the heads that nearly every record has
            at = raw[3] + 7
        elif (at := payload_start(raw)) < 0:
            return -1
        if raw[at + 1] != t.VERSION:
            return -1
        head = raw[at + 2]
        if head < 0x18:
            return head
        return raw[at + 3] if head == 0x18 else -1
    except IndexError:
        return -1


def _kid(raw: bytes) -> bytes:
    """The kid that a record names if it is well formed."""
    return raw[12:20] if raw[2:3] == b"\x58" else raw[13:21]
