"""Revocations of keys that watch: a party's or an observer's is revoked with the officers' consents alone.

Else an operator could silence whoever contradicts it. The consents are co-records of as many of the
authority's names as its acts need, above the revocation in the log; the one that completes them revokes the
key, at its index. Of any other key the root's word is enough; and so it is in any log but that of the
authority that wrote the definition, as nobody else's has officers.

What its holder signs afterwards is not kept out of that log: it enters, a finding says of it that the key was
revoked, and it counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Role
from escrutinio.core.records.entry import Entry

WATCHERS = (Role.PARTY, Role.OBSERVER)
"""Whose keys the root does not revoke by itself."""


def consents_needed(body: t.Definition, root: bytes) -> int:
    """Of how many officers, in the log of this root; none unless it is that of the definition's authority."""
    official = body.author_role is AuthorRole.AUTHORITY and body.root_key == root
    return body.officers_needed if official else 0


def heard_when_revoked(body: t.Definition, root: bytes, role: Role | None) -> bool:
    """Whether what a key of this role signs once it is revoked enters the log of this root all the same."""
    return not Revocations(consents_needed(body, root)).silences(role)


class Revoking(NamedTuple):
    """A revocation that waits for consents: where it stands in the log, the key, and who consented so far."""

    at: int
    kid: bytes
    names: frozenset[str] = frozenset()


class Revocations:
    """The revocations that wait for the consents of so many officers; with no officer none waits."""

    def __init__(self, officers: int, waiting: Iterable[tuple[bytes, Revoking]] = ()) -> None:
        self._officers = officers
        self._waiting = dict(waiting)

    def silences(self, role: Role | None) -> bool:
        """Whether what a revoked key of this role signs is kept out of the log; of a key that watches it is
        not, where officers had to consent."""
        return role not in WATCHERS or not self._officers

    def waits(self, index: int, entry: Entry, body: t.Revocation, role: Role | None) -> bool:
        """Whether the revocation of a key of this role has to wait; None for one that is not enrolled."""
        if self.silences(role):
            return False
        self._waiting[entry.digest] = Revoking(index, body.kid)
        return True

    def consent(self, entry: Entry, name: str, role: Role) -> Revoking | None:
        """Hear a co-record; the revocation that has all its consents by it."""
        if not isinstance(entry.body, t.CoRecord) or role is not Role.AUTHORITY:
            return None
        waiting = self._waiting.get(entry.body.record)
        if waiting is None:
            return None
        waiting = waiting._replace(names=waiting.names | {name})
        if len(waiting.names) >= self._officers:
            del self._waiting[entry.body.record]
            return waiting
        self._waiting[entry.body.record] = waiting
        return None

    def copy(self) -> Revocations:
        """The same, to go on apart from this one."""
        return Revocations(self._officers, self._waiting.items())
