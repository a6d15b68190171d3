"""Files that records named and that may be sent therefore, and those that came and whose record did not yet:
both bounded for each key, so that whoever names much pushes out what they named themselves and no more."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from escrutinio.base.errors import InputError

MOST_NAMED = 10_000
"""Files that a key may have named that have not come; its oldest are forgotten."""

MOST_NAMED_IN_ALL = 200_000
"""The same of all keys together: beyond it, the oldest of the key that named most is forgotten."""

MOST_FILES, MOST_BYTES = 5_000, 512 * 1024 * 1024
"""Files of a key that came and whose record did not yet, and their bytes. Two of the longest fit."""

LEFT_AFTER = 3_600
"""Seconds after which a file whose record never came is cleared, and counts no longer."""


class Wanted:
    """What is wanted, by key. The keeper's thread names, those that answer requests take: any thread may ask.
    `clock` in seconds, of any origin."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._sizes: dict[bytes, dict[bytes, int]] = {}  # by digest, by key
        self._named: dict[bytes, dict[bytes, None]] = {}  # by key, oldest first; so the next one
        self._come: dict[bytes, dict[bytes, tuple[int, float]]] = {}
        self._bytes: dict[bytes, int] = {}
        self._count = 0

    def name(self, kid: bytes, digest: bytes, size: int) -> None:
        """An authentic record of a key names a file of a size, which is not there."""
        with self._lock:
            sizes = self._sizes.setdefault(digest, {})
            if kid not in sizes:
                self._named.setdefault(kid, {})[digest] = None
                self._count += 1
            sizes[kid] = size
            if len(self._named.get(kid, ())) > MOST_NAMED:
                self._push_out(kid)
            elif self._count > MOST_NAMED_IN_ALL:
                self._push_out(max(self._named, key=lambda each: len(self._named[each])))

    def size(self, digest: bytes) -> int | None:
        """The size of a file that a record named, the longest where several said different ones (the digest
        decides); None where none did. Raises InputError where none of their keys may send more."""
        with self._lock:
            sizes = self._sizes.get(digest)
            if not sizes:
                return None
            self._charged(digest, 0)
            return max(sizes.values())

    def take(self, digest: bytes, length: int) -> None:
        """A file comes: it counts for each key that named it and may send more, until its record comes.
        Raises InputError where none of them may, or none is left."""
        with self._lock:
            if digest not in self._sizes:
                raise InputError("hub-attachment-unnamed", name=digest.hex())
            moment = self._clock()
            for kid in self._charged(digest, length):
                if digest not in self._come.get(kid, {}):
                    self._unname(kid, digest)
                    self._come.setdefault(kid, {})[digest] = length, moment
                    self._bytes[kid] = self._bytes.get(kid, 0) + length

    def settle(self, digest: bytes) -> None:
        """The record of a file came: it is wanted no longer, and counts for nobody."""
        with self._lock:
            for kid in self._sizes.pop(digest, {}):
                self._forget(kid, digest)

    def expire(self) -> None:
        """Let files count no longer whose record did not come in time."""
        with self._lock:
            before = self._clock() - LEFT_AFTER
            old = [
                (kid, digest)
                for kid, files in self._come.items()
                for digest, (_, moment) in files.items()
                if moment <= before
            ]
            for kid, digest in old:
                self._let_go(kid, digest)

    def _charged(self, digest: bytes, length: int) -> list[bytes]:
        """The keys that a file counts for, with what they have; InputError for none."""
        fit = []
        for kid in self._sizes[digest]:
            files = self._come.get(kid, {})
            held = self._bytes.get(kid, 0)
            if digest in files or (len(files) < MOST_FILES and held + length <= MOST_BYTES):
                fit.append(kid)
            else:
                why = InputError("hub-key-files", kid=kid.hex(), count=len(files), size=held)
        if not fit:
            raise why
        return fit

    def _push_out(self, kid: bytes) -> None:
        self._let_go(kid, next(iter(self._named[kid])))

    def _let_go(self, kid: bytes, digest: bytes) -> None:
        sizes = self._sizes[digest]
        del sizes[kid]
        if not sizes:
            del self._sizes[digest]
        self._forget(kid, digest)

    def _forget(self, kid: bytes, digest: bytes) -> None:
        if digest in self._named.get(kid, {}):
            self._unname(kid, digest)
            return
        self._bytes[kid] -= self._come[kid].pop(digest)[0]
        if not self._come[kid]:
            del self._come[kid], self._bytes[kid]

    def _unname(self, kid: bytes, digest: bytes) -> None:
        del self._named[kid][digest]
        if not self._named[kid]:
            del self._named[kid]
        self._count -= 1
