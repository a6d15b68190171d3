"""Proof of possession: each key that is enrolled has signed its own enrolment, for this election and no
other.

Without it an operator could enrol somebody else's key under a name of its own, and take over what that key
signs. What is signed can be no record's, which begins with the context of COSE.
"""

from __future__ import annotations

from dataclasses import replace

from escrutinio.base.errors import RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records.cbor import encode
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import POSSESSION
from escrutinio.core.records.keys import KeyHolder, check_signature
from escrutinio.core.records.parts import EnrolledKey, Title


def signed_by_key(election: bytes, key: EnrolledKey) -> bytes:
    """What the holder of a key signs: the context, then the CBOR of the election's 32 bytes and all positions
    of the enrolled key but the last, in one array."""
    values = [codec.encode(getattr(key, name)) for name, codec in c.layout(EnrolledKey)[:-1]]
    return POSSESSION + encode([election, *values])


def enrolled(
    key: KeyHolder,
    election: bytes,
    name: str,
    role: Role,
    *,
    scope: tuple[str, ...] = (),
    contests: tuple[str, ...] = (),
    titles: tuple[Title, ...] = (),
) -> EnrolledKey:
    """What an enrolment says of `key`, with its proof. Raises RecordError where it does not fit the
    formats."""
    said = EnrolledKey(name, key.public_key, role, scope, contests, titles)
    return replace(said, proof=key.sign(signed_by_key(election, said)))


def check_possession(election: bytes, key: EnrolledKey) -> None:
    """Raise RecordError unless the key has signed its enrolment in this election."""
    if len(key.proof) != 64:
        raise RecordError("no-possession", name=repr(key.name))
    check_signature(key.public_key, signed_by_key(election, key), key.proof)


def possesses(election: bytes, key: EnrolledKey) -> bool:
    """Whether an enrolment may take effect on a key: it proves that its holder has it, or is of the version
    before, which had no proof (a writer of a log admits no such enrolment any more)."""
    if not key.proof:
        return True
    try:
        check_possession(election, key)
    except RecordError:
        return False
    return True
