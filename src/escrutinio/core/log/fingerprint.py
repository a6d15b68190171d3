"""The fingerprint of a log: thirty digits that fit on a printed sheet and can be read out over a telephone.

It stands for the definition, the charter and the log's keys with their origin, and for nothing else: not for
the witnesses or the quorum, nor for what the log holds.
"""

from __future__ import annotations

import re
from hashlib import sha256

from escrutinio.base.errors import LogError
from escrutinio.core.log.trust import Trust, parse_trust

DIGITS = 30
GROUP = 5

_DOMAIN = b"escrutinio/log-fingerprint/v1\n"
_BETWEEN = re.compile(r"[\s.,·-]")
_MOST = 200


def fingerprint(trust: Trust) -> str:
    """Six groups of five digits, such as `40718 22093 …`, of the log that a trust file names (docs/log.md).

    SHA-256 over a domain separator, the digests of definition and charter, and the verifier keys of the
    logs in the order of their bytes; the digest as a big-endian number modulo 10^30, which keeps 99.6 bits.

    What that withstands: finding another log with the fingerprint of this one takes about 2^99 hashes.
    Making two logs that share one takes about 2^50, which is within reach of a state, and only the makers of
    the log can try it; whoever needs protection from them compares the trust file's SHA-256 digests in full.
    That a log shows the same entries to everybody, no fingerprint says: witnesses do.
    """
    keys = sorted(str(log.key).encode() for log in trust.policy.logs)
    stated = _DOMAIN + trust.definition + trust.charter + b"".join(key + b"\n" for key in keys)
    digits = f"{int.from_bytes(sha256(stated).digest(), 'big') % 10**DIGITS:0{DIGITS}}"
    return " ".join(digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))


def trust_of_digits(digits: str, copy: bytes | None, name: str = "trust.toml") -> Trust:
    """The publication's own copy of its trust file, taken where its fingerprint is the digits given.

    The digits came by another way; the copy did not. They stand for definition, charter and log keys: what
    the copy says of witnesses, quorum and verifier is the publisher's own word. Spaces, dashes and points
    between digits mean nothing. Raises LogError where that are no thirty digits, for a copy that is missing
    or malformed, and where it is of another log.
    """
    if copy is None:
        checked(digits)
        raise LogError("fingerprint-no-copy", name=name)
    trust = parse_trust(copy, name)
    check_digits(digits, trust)
    return trust


def checked(digits: str) -> str:
    """Thirty digits, without what stands between them. Raises LogError where it is anything else."""
    plain = _BETWEEN.sub("", digits[:_MOST])
    if len(digits) > _MOST or len(plain) != DIGITS or not (plain.isascii() and plain.isdecimal()):
        raise LogError("fingerprint-form", count=DIGITS)
    return plain


def check_digits(digits: str, trust: Trust) -> None:
    """Raise LogError where a trust file does not name the log of these digits."""
    if checked(digits) != fingerprint(trust).replace(" ", ""):
        raise LogError("fingerprint-other")
