"""The keys of an election: who was enrolled where in the log, and until where."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from escrutinio.core.records.parts import EnrolledKey


@dataclass(frozen=True, slots=True)
class HeldKey:
    """An enrolled key. In force from above log index `enrolled` to below `revoked` (None: to the end).

    `place` is its number in the order of enrolment, which is its number in `ElectionState.signers`.
    `late`: a machine key enrolled after enrolment closed; `consented`: the index from which its sheets
    have the consents that a late key needs, None without them.
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

    def enrol(self, key: EnrolledKey, kid: bytes, index: int) -> HeldKey | None:
        """Enrol a key at a log index; None, changing nothing, where its kid was enrolled before."""
        place = self._by_kid.setdefault(kid, len(self._keys))
        if place < len(self._keys):
            return None
        self._keys.append(HeldKey(place, key, kid, index))
        return self._keys[place]

    def revoke(self, kid: bytes, index: int) -> bool:
        """Revoke a key at a log index; False where there is none or it was revoked before."""
        held = self.get(kid)
        if held is None or held.revoked is not None:
            return False
        self._keys[held.place] = replace(held, revoked=index)
        return True

    def snapshot(self, late: dict[int, tuple[bool, int | None]]) -> "KeyTable":
        """A copy in which the keys at these places have (`late`, `consented`); this table stays as it is."""
        keys = self._keys.copy()
        for place, (is_late, consented) in late.items():
            keys[place] = replace(keys[place], late=is_late, consented=consented)
        return KeyTable(keys, self._by_kid.copy())


def organisation_of(name: str) -> str:
    """Whom a signer belongs to: the name up to its second slash (`party/azul/s012` to `party/azul`)."""
    return "/".join(name.split("/", 2)[:2])
