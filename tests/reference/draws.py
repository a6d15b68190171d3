"""Draws of other systems from a public seed, to repeat theirs; ours are in `evidence.audit.draw`.

R. Rivest, sampler.py (2011), as Colorado uses it; `cryptorandom` (Stark and Ottoboni).
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.draw import numbered_hash


def rivest_numbers(seed: str, total: int, *, replace: bool = True, first: int = 1) -> Iterator[int]:
    """Numbers from 1 to `total` in the order drawn: 1 + hash mod `total`, for hashes `first`, `first` + 1, …

    Without replacement a number drawn before is left out, and the draw ends with the last number. Source:
    R. Rivest, sampler.py (2011), as Colorado uses it; the bias of the remainder is below total/2^256.
    """
    _check_total(total)
    seen: set[int] = set()
    for number in count(first):
        if not replace and len(seen) == total:
            return
        drawn = 1 + numbered_hash(seed, number) % total
        if replace or drawn not in seen:
            seen.add(drawn)
            yield drawn


def cryptorandom_hash(seed: int | str, number: int) -> bytes:
    """Hash `number` (0, 1, …) of the generator of `cryptorandom` (Stark and Ottoboni): seed, comma, that
    many zero bytes."""
    return sha256(f"{seed},".encode() + bytes(number)).digest()


def cryptorandom_numbers(seed: int | str, low: int, high: int, *, first: int = 0) -> Iterator[int]:
    """Integers from `low` to `high` - 1: `low` + hash mod (`high` - `low`), for hashes `first`, `first` + 1,
    …"""
    _check_total(high - low)
    for number in count(first):
        yield low + int.from_bytes(cryptorandom_hash(seed, number), "big") % (high - low)


def cryptorandom_below(seed: int | str, below: int, *, first: int = 0) -> int:
    """An integer from 0 to `below` - 1 without bias: the low bits of the first hash in which they are small
    enough."""
    _check_total(below)
    mask = (1 << (below - 1).bit_length()) - 1
    for number in count(first):
        if (drawn := int.from_bytes(cryptorandom_hash(seed, number), "big") & mask) < below:
            return drawn
    raise AssertionError("count() does not end")


def trim_ticket(ticket: str, digits: int) -> str:
    """Shorten a ticket to `digits` digits after its leading nines."""
    nines = len(ticket[2:]) - len(ticket[2:].lstrip("9"))
    return ticket[: 2 + nines + digits]


def _check_total(total: int) -> None:
    if total < 1:
        raise EvidenceError("there is nothing to draw from")
