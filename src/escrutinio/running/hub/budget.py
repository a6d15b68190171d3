"""How much a key may send: a bucket of tokens that fills by the second, from which only what was
authenticated takes. Whoever sends bytes in another's name takes nothing from it."""

from __future__ import annotations

from collections.abc import Callable

MOST_KEYS = 200_000
"""Buckets that are remembered; beyond them those that are full again go, which changes nothing."""


class Budgets:
    """One bucket a key: `burst` tokens, `rate` more each second; `clock` in seconds, of any origin."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: dict[bytes, tuple[float, float]] = {}

    def has(self, kid: bytes, count: int = 1) -> bool:
        """Whether a key may send as many records now; a full bucket lets a batch of any size through."""
        left = self._now(kid)
        return left >= min(count, self._burst)

    def take(self, kid: bytes, count: int = 1) -> None:
        """A key has sent this many records, authenticated; what it had too few of it waits for."""
        if len(self._left) >= MOST_KEYS:
            self._left = {each: was for each, was in self._left.items() if self._now(each) < self._burst}
        self._left[kid] = (self._now(kid) - count, self._clock())

    def seconds(self, kid: bytes) -> int:
        """Seconds until the key may send a record again, rounded up."""
        return max(0, -int(-(1 - self._now(kid)) // self._rate))

    def _now(self, kid: bytes) -> float:
        found = self._left.get(kid)
        if found is None:
            return float(self._burst)
        left, moment = found
        return min(float(self._burst), left + (self._clock() - moment) * self._rate)
