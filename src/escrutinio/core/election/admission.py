"""Admission: which records a log takes, judged by who speaks and never by what is said.

Admitted is a well-formed record of a known type, for this election, signed by a key in force (enrolled below
its index in the log, not revoked below it), whose role signs records of this type, of something within
its scope. A party's or an observer's key that officers had to agree to revoke is heard on, so that nobody is
silenced by it: the fold marks what it signs, and counts none of it. What a record says is judged by the fold,
which judges everything here again. Where the roll does not
settle whether a station lies in a scope, the record is admitted.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from copy import copy
from hashlib import sha256
from typing import NamedTuple, NoReturn

from escrutinio.base.errors import DefinitionError, EscrutinioError, RecordError
from escrutinio.core.election.bulk.columns import read_columns
from escrutinio.core.election.bulk.known import NOTHING, Known, claims_of
from escrutinio.core.election.bulk.proofs import all_possess
from escrutinio.core.election.bulk.signatures import Claims
from escrutinio.core.election.control import ROOT_PLACE, Attachments, empty_roll
from escrutinio.core.election.embargo import embargo, has_embargo
from escrutinio.core.election.findings.entries import BAD_SIGNATURE, OUT_OF_BOUNDS
from escrutinio.core.election.following import Following, Holder, kid_of, kind_of
from escrutinio.core.election.founding import Foundation, open_charter
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.rights import ROOT, Scopes
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import Standing
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import OutOfBoundsError, check_bounds
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import (
    Entry,
    UnknownTypeError,
    introduced_keys,
    open_frame,
)
from escrutinio.core.records.keys import check_public_key, check_signature
from escrutinio.core.records.opening import EntryError, Fault, Signer
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import check_possession
from escrutinio.core.records.subjects import Subject

_OF_CHARTER = {Fault.BAD_SIGNATURE: BAD_SIGNATURE, Fault.OUT_OF_BOUNDS: OUT_OF_BOUNDS}
"""The codes of refusal of a charter that is one but for this."""

_AHEAD = 500
"""Records that are read together before they are judged: their keys may stand in those right before them."""


class _Read(NamedTuple):
    """A bulk record that was read before its turn: of what it speaks, and whose signature holds for it."""

    signer: Signer | None
    about: Subject


class Admission(Following):
    """Judges records by the entries of a log that it has followed.

    `attachments` finds an attachment by its SHA-256: the definition's area table, and the rolls once a key
    for an area speaks of a station. Signatures that are `known` are not checked again. It is what an acceptor
    needs (`log.accept.Admit`); a fold has one too.
    """

    def __init__(self, attachments: Attachments, known: Known = NOTHING) -> None:
        super().__init__(attachments)
        self._known = known
        self._unreadable: set[bytes] = set()

    def copy(self) -> Admission:
        """The same, to go on apart from this one."""
        made = self._branch()
        made._holders, made._seen = dict(self._holders), dict(self._seen)
        return made

    def later(self, records: Sequence[bytes]) -> list[int]:
        """From when on each record may enter the log, in seconds since 1970-01-01 UTC; 0 for at once. As in
        `judge` those before it count as entries: an extension holds for what comes together with it."""
        if self._foundation is None or not has_embargo(self._foundation.body):
            return [0] * len(records)
        body, areas = self._foundation.body, self._foundation.areas
        contests = [(each.code, each.area) for each in self._foundation.contests]
        rolls, held = list(self._read()), embargo(body, areas, self._extensions)
        if t.Extension.TYPE not in map(kind_of, records):
            return [held.of_record(raw, contests, rolls) for raw in records]
        trial, moments = self._branch(), list[int]()
        for raw in records:
            moments.append(held.of_record(raw, contests, rolls))
            before = trial._extensions
            if not moments[-1] and trial._verdict(raw, None) is None and trial._extensions is not before:
                held = embargo(body, areas, trial._extensions)
        return moments

    def _branch(self) -> Admission:
        """One that goes on from here, costs next to nothing, and is let go before this one goes on."""
        made = copy(self)
        made._holders, made._seen = ChainMap({}, self._holders), ChainMap({}, self._seen)
        made._acts = None if self._acts is None else self._acts.copy()
        made._revocations = self._revocations.copy()
        return made

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
            self._check_right(self._holders[kid_of(raw)], t.BY_CODE[kind], ahead.about)
        else:
            entry, holder = self._open(raw, election)
            self._check_right(holder, type(entry.body), entry.about)
            self._check_keys(entry)
            settles = not holder.revoked and (
                holder.place == ROOT_PLACE or isinstance(entry.body, t.Roll | t.Extension | t.CoRecord)
            )
            if settles and self._is_new(raw):
                if isinstance(entry.body, t.CoRecord):
                    self._consent(entry)
                elif holder.key is not None:
                    self._publish(self.size, entry, holder.key)
                elif not self._revokes_root(entry):
                    self._settle(self.size, entry, proved=True)
        self.size += 1

    def _open(self, raw: bytes, election: Foundation) -> tuple[Entry, Holder]:
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
        if holder.revoked and (holder.key is None or self._revocations.silences(holder.key.role)):
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

    def _check_right(self, holder: Holder, kind: type[t.Body], about: Subject) -> None:
        if holder.place == ROOT_PLACE or holder.key is None:
            if kind not in ROOT:
                _refuse("not-entitled", RecordError("root-key-signs", type=kind.NAME))
            return
        key = holder.key
        if not self.rights.may_sign(key.role, kind, key.name):
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
        areas, rights = self.foundation.areas, self.rights
        scopes = (Scopes(KeyTable(), areas, roll, rights) for roll in known or [empty_roll()])
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
            if isinstance(entry.body, t.Enrolment):
                self._check_possession(entry.body.keys)
        except RecordError as error:
            _refuse("unfit-key", error)

    def _check_possession(self, keys: Sequence[EnrolledKey]) -> None:
        election = self.foundation.digest
        if all(key.proof for key in keys) and all_possess(election, keys):
            return
        for key in keys:
            check_possession(election, key)


class _RefusedError(Exception):
    def __init__(self, code: str, why: EscrutinioError) -> None:
        super().__init__(code)
        self.code, self.why = code, why


def _refuse(code: str, why: EscrutinioError) -> NoReturn:
    raise _RefusedError(code, why) from None
