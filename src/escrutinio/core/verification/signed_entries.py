"""Entries of a log one by one, each with the key that signed it and where that key came into the log."""

from __future__ import annotations

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError, RecordError
from escrutinio.core.election.keys import HeldKey, why_not_in_force
from escrutinio.core.election.revoking import heard_when_revoked
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import key_id, split
from escrutinio.core.records.entry import Entry, open_frame
from escrutinio.core.records.keys import check_signature


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry whose signature was checked: its index, the record, the 32-byte public key.

    `introduced`: the entry that brought the key into the log (0 or 1 for a root key); `role`: what the key
    was enrolled for, None for a root key.
    """

    index: int
    entry: Entry
    key: bytes
    introduced: int
    role: Role | None


def signed_entry(state: ElectionState, index: int, raw: bytes) -> SignedEntry:
    """Open an entry and check its signature by the key that the log had for it.

    Raises LogError where the record is malformed, of another election, or not signed by a key in force; that
    of a party or an observer is heard on where officers had to consent to its revocation.
    """
    try:
        frame = split(raw)
        entry = open_frame(raw, frame)
        key, introduced, role = _key(state, entry, index)
        check_signature(key, frame.signed, frame.signature)
    except RecordError as error:
        raise LogError("entry-refused", index=index, why=error) from None
    if entry.election not in (b"", state.election):
        raise LogError("entry-other-election", index=index)
    return SignedEntry(index, entry, key, introduced, role)


def _is_heard(state: ElectionState, held: HeldKey, index: int) -> bool:
    root = None if state.charter is None else state.charter.body.root_key
    there = root is not None and held.enrolled < index
    return there and heard_when_revoked(state.definition.body, root or b"", held.key.role)


def _key(state: ElectionState, entry: Entry, index: int) -> tuple[bytes, int, Role | None]:
    held = state.keys.get(entry.kid)
    if held is not None:
        in_force = held.enrolled < index and (held.revoked is None or index < held.revoked)
        if not (in_force or _is_heard(state, held, index)) or held.key.name != entry.signer:
            raise why_not_in_force(held, entry.kid, entry.signer, index)
        return held.key.public_key, held.enrolled, held.key.role
    roots = [(state.definition.body.root_key, 0)]
    if state.charter is not None:
        roots.append((state.charter.body.root_key, 1))
    for key, introduced in roots:
        if key_id(key) == entry.kid:
            return key, introduced, None
    raise why_not_in_force(None, entry.kid, entry.signer, index)
