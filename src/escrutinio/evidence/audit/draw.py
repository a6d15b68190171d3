"""Draws from a public seed by SHA-256 alone: anybody repeats them with `sha256sum` and long division.

Rivest's consistent sampling, and the weighted draw that audits of boxes use. No random number generator of
any library takes part, so a draw is the same in every language and in ten years' time.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from heapq import heapify, heapreplace
from itertools import accumulate, count, islice

from escrutinio.base.errors import EvidenceError

SEED_DIGITS = 20
"""Least number of decimal digits of a seed: twenty throws of a ten-sided die, more than 2^66 outcomes."""

MOST_DIGITS = 64
"""Most decimal digits of a seed."""

MAX_DRAWS = 1_000_000
"""Most draws of one audit; an election of a million stations would be counted whole before that."""

_SEED = re.compile(rf"[0-9]{{{SEED_DIGITS},{MOST_DIGITS}}}")


def check_seed(seed: str) -> str:
    """Return `seed` if it is 20 to 64 decimal digits. Raises EvidenceError."""
    if not _SEED.fullmatch(seed):
        raise EvidenceError("seed-form", seed=repr(seed[:70]), least=SEED_DIGITS)
    return seed


def numbered_hash(seed: str, number: int) -> int:
    """SHA-256 of the seed, a comma and the decimal number, as an integer below 2^256 (Rivest, 2011)."""
    return int.from_bytes(sha256(f"{seed},{number}".encode()).digest(), "big")


# --- Rivest's consistent sampling ---


def uniform_fraction(text: str) -> str:
    """A decimal fraction in [0, 1) as text: "0." and the digits of SHA-256(text) in reverse, 64 at the
    least."""
    return "0." + f"{int.from_bytes(sha256(text.encode()).digest(), 'big'):064d}"[::-1]


def first_ticket(seed: str, identity: str) -> str:
    """The ticket of an item: a fraction that depends on the seed and its own name alone.

    So whoever knows some of the items draws the same of them as whoever knows all (Rivest, "Consistent
    sampling with replacement", arXiv:1808.10016).
    """
    return uniform_fraction(sha256(seed.encode()).hexdigest() + identity)


def next_ticket(ticket: str) -> str:
    """The ticket that an item gets when it is put back: another fraction, above the one it had."""
    keep = next(place for place in range(2, len(ticket) + 1) if ticket[place : place + 1] != "9")
    for number in count(1):
        following = ticket[:keep] + uniform_fraction(f"{ticket}:{number}")[2:]
        if following > ticket:
            return following
    raise AssertionError("count() does not end")


def consistent_sample(
    identities: Sequence[str], seed: str, take: int, *, replace: bool = False
) -> list[tuple[str, str, int]]:
    """The `take` lowest tickets with their items, lowest first: (ticket, item, how many times drawn so far).

    Without replacement a smaller sample is the beginning of a larger one. Raises EvidenceError where more is
    asked for than there is.
    """
    if len(set(identities)) != len(identities):
        raise EvidenceError("draw-twice")
    if not identities or not 0 <= take <= (MAX_DRAWS if replace else len(identities)):
        raise EvidenceError("draw-too-many", take=take, size=len(identities))
    tickets = [(first_ticket(seed, identity), identity, 1) for identity in identities]
    if not replace:
        return sorted(tickets)[:take]
    heapify(tickets)
    drawn = []
    for _ in range(take):
        ticket, identity, generation = lowest = tickets[0]
        drawn.append(lowest)
        heapreplace(tickets, (next_ticket(ticket), identity, generation + 1))
    return drawn


# --- draws in proportion to weights ---


def weighted_draws(seed: str, weights: Sequence[int], take: int, *, first: int = 1) -> list[int]:
    """Places drawn with replacement in proportion to integer weights, for draws `first`, `first` + 1, …

    Draw i is the place in whose part of the running sum lies k = ⌊H·W / 2^256⌋, H = `numbered_hash`(seed, i)
    and W the sum of all weights. Integers alone; a place is drawn with probability weight/W up to 1/2^256.
    Raises EvidenceError for a weight below zero, a sum of zero, and more draws than `MAX_DRAWS`.
    """
    if not 0 <= take <= MAX_DRAWS - first + 1:
        raise EvidenceError("draw-limit", take=take, limit=MAX_DRAWS)
    if not len(weights) or min(weights) < 0:
        raise EvidenceError("draw-weights")
    ends = list(accumulate(weights))
    if not ends[-1]:
        raise EvidenceError("draw-weightless")
    return [bisect_right(ends, weighted_number(seed, ends[-1], n)) for n in islice(count(first), take)]


def weighted_number(seed: str, total: int, number: int) -> int:
    """Number `number` of a weighted draw, from 0 to `total` - 1: ⌊H·total / 2^256⌋."""
    return numbered_hash(seed, number) * total >> 256
