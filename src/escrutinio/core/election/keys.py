"""The keys of an election: who was enrolled where in the log, and until where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import NamedTuple

from escrutinio.base.errors import RecordError
from escrutinio.core.records.parts import EnrolledKey


class HeldKey(NamedTuple):
    """An enrolled key. In force from above log index `enrolled` to below `revoked` (None: to the end).

    `place` is its number in the order of enrolment, which is its number in `ElectionState.signers`.
    `late`: a machine key enrolled after enrolment closed; `consented`: the index from which its sheets
    have the consents that a late key needs, None without them. A tuple, since an election has one for each of
    its machines, and they are made before any sheet can be read.
    """

    place: int
    key: EnrolledKey
    kid: bytes
    enrolled: int
    revoked: int | None = None
    late: bool = False
    consented: int | None = None


@dataclass
class KeyTable:
    """All keys ever enrolled, in order; the first enrolment of a kid wins."""

    _keys: list[HeldKey] = field(default_factory=list)
    _by_kid: dict[bytes, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[HeldKey]:
        return iter(self._keys)

    def __getitem__(self, place: int) -> HeldKey:
        return self._keys[place]

    def get(self, kid: bytes) -> HeldKey | None:
        """The key that this kid stands for, whether in force or not."""
        place = self._by_kid.get(kid)
        return None if place is None else self._keys[place]

    def enrol(self, keys: Sequence[EnrolledKey], kids: Sequence[bytes], index: int) -> None:
        """Enrol keys, each with its kid, at a log index; one whose kid was enrolled before changes none."""
        if len(set(kids)) < len(kids) or not self._by_kid.keys().isdisjoint(kids):
            found = dict(zip(reversed(kids), reversed(keys), strict=True))
            fresh = [kid for kid in dict.fromkeys(kids) if kid not in self._by_kid]
            keys, kids = [found[kid] for kid in fresh], fresh
        place = len(self._keys)
        self._by_kid.update(zip(kids, count(place)))
        self._keys.extend(map(HeldKey, count(place), keys, kids, repeat(index)))

    def revoke(self, kid: bytes, index: int) -> bool:
        """Revoke a key at a log index; False where there is none or it was revoked before."""
        held = self.get(kid)
        if held is None or held.revoked is not None:
            return False
        self._keys[held.place] = held._replace(revoked=index)
        return True

    def snapshot(self, late: dict[int, tuple[bool, int | None]]) -> "KeyTable":
        """A copy in which the keys at these places have (`late`, `consented`); this table stays as it is."""
        keys = self._keys.copy()
        for place, (is_late, consented) in late.items():
            keys[place] = keys[place]._replace(late=is_late, consented=consented)
        return KeyTable(keys, self._by_kid.copy())


def why_not_in_force(held: HeldKey | None, kid: bytes, signer: str, index: int) -> RecordError:
    """Why no key in force at a log index is the one that a record names; `held`: what its kid stands for."""
    if held is None:
        return RecordError("key-unknown", kid=kid.hex())
    if held.key.name == signer and held.revoked is not None and held.revoked <= index:
        return RecordError("key-revoked", kid=kid.hex(), index=held.revoked)
    return RecordError("key-not-then", kid=kid.hex(), signer=signer)


def organisation_of(name: str) -> str:
    """Whom a signer belongs to: the name up to its second slash (`party/azul/s012` to `party/azul`)."""
    return "/".join(name.split("/", 2)[:2])


_AUTHORITY = "authority"


def side_of(name: str) -> str:
    """Whose word a record of an audit is: the organisation of its signer; all officers of the authority are
    one, so that two of them neither count a box nor throw a seed as if they were two."""
    found = organisation_of(name)
    return _AUTHORITY if found.startswith(f"{_AUTHORITY}/") else found
