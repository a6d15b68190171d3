"""Signatures that are known to hold, by the leaf hash of their record: each is checked once, whoever asks.

Who makes a log of its own records has other processes check them while it makes more. What comes of it is a
claim as in `ahead`: of these bytes and this key, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from escrutinio.core.election.bulk.ahead import CLAIM, holds

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Known = Mapping[bytes, bytes]
"""The public key whose signature a record has, by the record's leaf hash (RFC 6962)."""

NOTHING: Known = {}

_TOGETHER = 500


def claims_of(known: Known, leaves: Sequence[bytes]) -> bytes:
    """What is known of records with these leaf hashes, as claims; zeros where it is nothing."""
    nothing = bytes(CLAIM)
    return b"".join([leaf + known[leaf] if leaf in known else nothing for leaf in leaves])


def check(records: Sequence[bytes], public_keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Of these records the leaf hash and the key of those whose signature holds for the key beside them."""
    return [
        (sha256(b"\0" + raw).digest(), key)
        for raw, key in zip(records, public_keys, strict=True)
        if holds(raw, key)
    ]


class Checking:
    """Has an executor check records as they are made, some hundreds at a time; nothing without one."""

    def __init__(self, executor: Executor | None) -> None:
        self._executor = executor
        self._records: list[bytes] = []
        self._keys: list[bytes] = []
        self._waiting: list[Future[list[tuple[bytes, bytes]]]] = []

    def add(self, raw: bytes, public_key: bytes) -> None:
        """Have the signature of a record checked for a key."""
        if self._executor is None:
            return
        self._records.append(raw)
        self._keys.append(public_key)
        if len(self._records) == _TOGETHER:
            self._waiting.append(self._executor.submit(check, self._records, self._keys))
            self._records, self._keys = [], []

    def known(self) -> Known:
        """What was found of all that were added, but for the last few."""
        return dict(found for each in self._waiting for found in each.result())
