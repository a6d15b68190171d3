"""One place's file: a page to read, with records, proofs and a checkpoint inside.

Its form is in docs/verifying-in-the-browser.md. Here its records are verified; what is written in it is held
against them by `publication/downloads/one_place.py`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Annotated

import msgspec

from escrutinio.base.errors import DefinitionError, InputError, LogError, RecordError
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.election.definition import check_contests, check_definition, read_contests
from escrutinio.core.election.keys import KeyTable, why_not_in_force
from escrutinio.core.election.revoking import Revocations, consents_needed
from escrutinio.core.election.rights import Rights
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint, verify_checkpoint
from escrutinio.core.log.merkle import Hash, leaf_hash, verify_inclusion
from escrutinio.core.log.notes import decode_base64
from escrutinio.core.log.trust import Trust
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import Entry, UnknownTypeError, open_record, verify
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import possesses
from escrutinio.core.verification.checks import Outcome

VERSION = 2
MAX_PLACE = 4 * 1024 * 1024
"""Most bytes of a file, for who reads one and who writes one."""

START = b'<!doctype html>\n<html lang="'
_PAYLOAD = re.compile(r'<pre id="place" hidden>([^<]*)</pre>')
_MOST = 2_000

_Index = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file carries: an entry is its index, its record and the hashes of its proof, in base64.

    `contests`: the file of the contests that the definition names, in base64; empty where they stand in it.
    """

    version: int
    language: str
    place: str
    stations: tuple[str, ...]
    trust: str
    cards: str
    contests: str
    checkpoint: str
    entries: tuple[tuple[_Index, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """A file taken apart: its text, what it carries, and that as it is written there."""

    text: str
    payload: Payload
    written: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A record that a key in force signed, and the key; None for the operator's root."""

    index: int
    entry: Entry
    key: EnrolledKey | None


@dataclass(slots=True)
class PlaceVerification:
    """What verifying came to: `steps` by name, each with its outcome and why it is not "holds"; `signed` are
    the records above the charter that hold."""

    steps: dict[str, tuple[Outcome, Exception | None]] = field(default_factory=dict)
    checkpoint: SignedCheckpoint | None = None
    definition: t.Definition | None = None
    signed: list[Placed] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """Fails where any step does, else open where any is."""
        outcomes = {outcome for outcome, _ in self.steps.values()}
        return next(each for each in (Outcome.FAILS, Outcome.OPEN, Outcome.HOLDS) if each in outcomes)


def is_place_file(start: bytes) -> bool:
    """Whether a file begins as one place's does."""
    return start.startswith(START)


def read_place_file(data: bytes) -> PlaceFile:
    """Take a file apart; nothing is verified. Raises LogError."""
    try:
        text = data.decode("utf-8")
        (written,) = _PAYLOAD.findall(text)
        payload = msgspec.json.decode(written.encode(), type=Payload)
    except (ValueError, *NO_JSON):
        raise LogError("place-form") from None
    indices = [index for index, _, _ in payload.entries]
    rises = indices == sorted(set(indices)) and len(indices) <= _MOST
    if payload.version != VERSION or not payload.stations or not rises:
        raise LogError("place-form")
    return PlaceFile(text, payload, written)


def check_size(entries: int, size: int) -> None:
    """Refuse a file of so many entries and bytes that `read_place_file` and its callers would not open.

    Raises InputError.
    """
    if entries > _MOST:
        raise InputError("place-entries", size=entries, limit=_MOST)
    if size > MAX_PLACE:
        raise InputError("place-large", size=size, limit=MAX_PLACE)


def write_payload(
    about: tuple[str, str, tuple[str, ...], str, str, str],
    entries: list[tuple[int, bytes, tuple[Hash, ...]]],
    checkpoint: bytes,
) -> str:
    """What a file carries, as it is written there: in one line, without what a page could take for its own.

    `about` is language, place, stations, copies of the trust file and of `data/qr2024.json`, and the file of
    the contests in base64.
    """
    listed = tuple((index, to_text(raw), tuple(map(to_text, hashes))) for index, raw, hashes in entries)
    payload = Payload(VERSION, *about, checkpoint.decode(), listed)
    written = msgspec.json.encode(payload).decode()
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def to_text(data: bytes) -> str:
    """Bytes as a file carries them."""
    return b64encode(data).decode()


def verify_place(file: PlaceFile, trust: Trust | None) -> PlaceVerification:
    """Verify the records of a file, with a trust file where there is one."""
    found = PlaceVerification()
    try:
        found.checkpoint = parse_checkpoint(file.payload.checkpoint.encode())
        found.steps["checkpoint"] = (Outcome.HOLDS, None)
        records = _records(file.payload, found.checkpoint)
        found.steps["part"] = (Outcome.HOLDS, None)
    except LogError as error:
        found.steps["part" if found.checkpoint else "checkpoint"] = (Outcome.FAILS, error)
        return found
    _trusted(found, records, trust)
    try:
        body = _with_contests(_definition(records.get(0, b"")), file.payload.contests)
        root = _charter(records, found.checkpoint)
    except (DefinitionError, RecordError) as error:
        found.steps["definition"] = (Outcome.FAILS, error)
        return found
    found.definition = body
    found.steps["definition"] = (Outcome.HOLDS, None)
    found.steps["signatures"] = (Outcome.HOLDS, None)
    keys, revocations = KeyTable(), Revocations(consents_needed(body, root))
    election = sha256(records[0]).digest()
    for index, raw in records.items():
        if index < 2:
            continue
        try:
            found.signed.append(_judged(index, raw, keys, revocations, (body, election, root)))
        except UnknownTypeError as error:
            if found.steps["signatures"][0] is not Outcome.FAILS:
                found.steps["signatures"] = (Outcome.OPEN, error)
        except RecordError as error:
            refused = LogError("entry-refused", index=index, why=error)
            found.steps["signatures"] = (Outcome.FAILS, refused)
    return found


def _records(payload: Payload, signed: SignedCheckpoint) -> dict[int, bytes]:
    """The records by their index, each by its proof. Raises LogError."""
    found = {}
    checkpoint = signed.checkpoint
    for index, record, hashes in payload.entries:
        try:
            raw = decode_base64(record)
            proof = [Hash(decode_base64(each)) for each in hashes]
        except ValueError:
            raise LogError("place-form") from None
        try:
            verify_inclusion(leaf_hash(raw), index, checkpoint.size, proof, checkpoint.root)
        except LogError as error:
            raise LogError("entry-refused", index=index, why=error) from None
        found[index] = raw
    return found


def _trusted(found: PlaceVerification, records: dict[int, bytes], trust: Trust | None) -> None:
    """Whose log this is, as far as a trust file says it."""
    if trust is None or found.checkpoint is None:
        found.steps["log-signature"] = found.steps["trust-file"] = (Outcome.OPEN, None)
        return
    try:
        verify_checkpoint(found.checkpoint, trust.policy)
        found.steps["log-signature"] = (Outcome.HOLDS, None)
    except LogError as error:
        found.steps["log-signature"] = (Outcome.FAILS, error)
    digests = [sha256(records.get(index, b"")).digest() for index in (0, 1)]
    named = digests == [trust.definition, trust.charter]
    found.steps["trust-file"] = (Outcome.HOLDS if named else Outcome.FAILS, None)


def _definition(raw: bytes) -> t.Definition:
    """Entry 0, without the table of its areas. Raises RecordError and DefinitionError."""
    entry = open_record(raw)
    if not isinstance(entry.body, t.Definition):
        raise RecordError("record-is-other", type=entry.body.NAME)
    verify(raw, entry.body.root_key)
    check_definition(entry.body)
    return entry.body


def _with_contests(body: t.Definition, carried: str) -> t.Definition:
    """The definition with the contests of its file, where they stand in one. Raises DefinitionError."""
    if body.contests_file is None:
        return body
    digest = body.contests_file.digest
    try:
        data = decode_base64(carried)
    except ValueError:
        data = b""
    if sha256(data).digest() != digest:
        raise DefinitionError("contests-missing", digest=digest.hex())
    contests = read_contests(data)
    check_contests(contests)
    return replace(body, contests=contests)


def _charter(records: dict[int, bytes], signed: SignedCheckpoint) -> bytes:
    """The root key of entry 1. Raises RecordError."""
    entry = open_record(records.get(1, b""))
    body = entry.body
    if not isinstance(body, t.Charter) or entry.election != sha256(records[0]).digest():
        raise RecordError("not-charter")
    if body.origin != signed.checkpoint.origin:
        raise RecordError("not-charter")
    if body.role is LogRole.OFFICIAL and body.root_key != _definition(records[0]).root_key:
        raise RecordError("not-charter")
    verify(records[1], body.root_key)
    return body.root_key


def _judged(
    index: int, raw: bytes, keys: KeyTable, revocations: Revocations, of: tuple[t.Definition, bytes, bytes]
) -> Placed:
    """A record above the charter, by a key in force that may say it; enrolments add the keys that prove
    that their holders have them. Raises RecordError."""
    definition, election, root = of
    entry = open_record(raw)
    if entry.election != election:
        raise RecordError("record-election")
    if entry.kid == key_id(root):
        verify(raw, root)
        if isinstance(entry.body, t.Enrolment):
            given = [key for key in entry.body.keys if possesses(election, key)]
            keys.enrol(given, [key_id(key.public_key) for key in given], index)
        elif isinstance(entry.body, t.Revocation):
            revoked = keys.get(entry.body.kid)
            role = None if revoked is None else revoked.key.role
            if not revocations.waits(index, entry, entry.body, role):
                keys.revoke(entry.body.kid, index)
        elif entry.body.IS_BULK:
            raise RecordError("key-unknown", kid=entry.kid.hex())
        return Placed(index, entry, None)
    held = keys.get(entry.kid)
    in_force = held is not None and (held.revoked is None or index < held.revoked)
    if held is None or not in_force or held.key.name != entry.signer:
        raise why_not_in_force(held, entry.kid, entry.signer, index)
    verify(raw, held.key.public_key)
    if not Rights(definition).may_sign(Role(held.key.role), type(entry.body), held.key.name):
        raise RecordError("key-role")
    if (completed := revocations.consent(entry, held.key.name, held.key.role)) is not None:
        keys.revoke(completed.kid, index)
    return Placed(index, entry, held.key)
