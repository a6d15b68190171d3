"""Bringing an organisation's log up to the election's own: keys, roll, and what changed the ballot since.

A party begins its log when it can, often before machines are enrolled or the roll is frozen. What it needs of
the election's log is carried over again as it stands, and the keys of the machines are read anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.core.election.state import attachments_of
from escrutinio.core.log.accept import refused
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import seal
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.records.types import Enrolment, Revocation
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.keyring import ROOT, Keyring
from escrutinio.intake.authoring.requests import batches
from escrutinio.running.workspace.collection.beginning import carried_over, content_of, signers_of
from escrutinio.running.workspace.collection.collection import KEYS, Collection, known_key


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many keys the election's log has, how many of them are new here, how many records came over, and
    how many keys are revoked here now since they are there."""

    keys: int
    new_keys: int
    records: int
    revoked: int


def refresh(
    collection: Collection, own: VerifiedLog, official: VerifiedLog, keyring: Keyring, clock: int
) -> Refreshed:
    """Take over what the election's log, as it was verified, has and this one has not.

    Raises InputError for another election, LogError where the log cannot be written; nothing is lost then.
    """
    if official.state.election != own.state.election:
        raise InputError("refresh-other-election", address=official.address)
    carried = [one for one in carried_over(official.state) if own.find(one.entry.raw) is None]
    known = {held.kid for held in own.state.keys}
    keys = tuple(held.key for held in signers_of(official.state, carried) if held.kid not in known)
    for digest in dict.fromkeys(each.digest for one in carried for each in attachments_of(one.entry.body)):
        content = content_of(official.attachment, digest)
        write_files(collection.public / "attachments", [(file_name(digest), content)])
    enrolments = [
        seal(
            Enrolment(batch),
            key=keyring.key(ROOT),
            signer=f"{collection.name}/root",
            subject=ELECTION,
            election=own.state.election,
            issued_at=clock,
        )
        for batch in batches(keys)
    ]
    revocations = [
        seal(
            body,
            key=keyring.key(ROOT),
            signer=f"{collection.name}/root",
            subject=ELECTION,
            election=own.state.election,
            issued_at=clock,
        )
        for body in revoked_since(collection, own, official, keys)
    ]
    # What a key signed while it was in force comes first.
    answers = collection.workspace.add(
        [*enrolments, *(one.entry.raw for one in carried), *revocations], keyring, clock, own
    )
    if why := refused(answers):
        raise why
    table = {held.kid.hex(): known_key(held) for held in official.state.keys}
    new = len(table.keys() - {kid.hex() for kid in collection.known_keys()})
    write_files(collection.private, [(KEYS, msgspec.json.encode(table))], private=True)
    return Refreshed(len(table), new, len(carried), len(revocations))


def revoked_since(
    collection: Collection, own: VerifiedLog, official: VerifiedLog, new: Sequence[EnrolledKey]
) -> Iterator[Revocation]:
    """What revokes here the keys that the election's log has revoked, for the reason that it gives.

    The organisation's own key is not among them: nobody else decides who speaks in its log.
    """
    bodies = (logged.entry.body for logged in official.state.controls)
    said = {body.kid: body for body in bodies if isinstance(body, Revocation)}
    here = {held.kid for held in own.state.keys if held.revoked is None} | {
        key_id(key.public_key) for key in new
    }
    for held in official.state.keys:
        if held.revoked is None or held.kid not in here or held.key.name == collection.name:
            continue
        if (body := said.get(held.kid)) is not None:
            yield body
