"""Signatures checked ahead: processes of their own read the same log before anybody says who may sign what.

They are forked first of all, before NumPy is loaded and keys are enrolled, and judge nothing. Of an entry
they claim that its signature holds for a public key: for the one that its kid seems to stand for. A claim
names the entry by its leaf hash and has the whole key, so that it is true of those bytes and that key
whatever else the log says; the fold uses it where it comes to the same two, and else checks for itself.
Before that they go through enrolments (`proving`), which the fold would have to do alone.
"""

from __future__ import annotations

import os
import re
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from mmap import mmap
from typing import NoReturn

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]

from escrutinio.core.election.bulk.proving import Read, claim_of, enrolments, reader
from escrutinio.core.log.tiles import ENTRIES, TILE_WIDTH, tile_names
from escrutinio.core.records.cose import SIGNED

CLAIM = 64
"""Bytes of a claim: the entry's leaf hash (RFC 6962), and the public key; zeros where there is none."""

MOST = 1 << 22
"""Entries of the longest log that is read ahead: their claims take up to 256 MiB."""

_UNITS = 8_000
"""Most units of work: the numbers of all of them have room in a pipe."""

_BUNDLES = 2
"""Bundles of a usual unit, some 30 ms of work; the last few have one, so that nobody waits long for them."""

_SHORT_UNITS = 16

_KEYS = re.compile(rb"\x58\x20(.{32})", re.DOTALL)
"""What may be public keys in a record: all byte strings of 32 bytes."""

_NUMBER = 4
_INDEX = 8

Bundles = Callable[[str, int], bytes | None]
"""Reads a file of the log, as `fetch.Fetch`."""


class Ahead:
    """What processes find out ahead of a fold about a log of `size` entries.

    The entries are cut into units, of which `stops` has the ends. Every process takes the next unit that
    nobody has taken, the one that folds among them (`take`), once it has nothing else to do. That a process
    ends early costs nothing but its help.
    """

    def __init__(self, size: int, *, unit: int | None = None) -> None:
        self.stops = _stops(size) if unit is None else [*range(unit, size, unit), size]
        self.size = size
        self._claims = mmap(-1, max(size, 1) * CLAIM)
        self._proved = mmap(-1, max(size, 1) * CLAIM)
        self._fold_at = mmap(-1, _INDEX)
        self._queue, queue = os.pipe()
        self._done, self._tell = os.pipe()
        os.set_blocking(self._done, False)
        with os.fdopen(queue, "wb") as file:
            file.write(b"".join(n.to_bytes(_NUMBER, "big") for n in range(len(self.stops))))
        self.helpers: list[int] = []
        """The processes at work."""
        self._handed_back: set[int] = set()
        self._at_work = True
        self._reached = 0

    # --- for the fold ---

    def claims(self, start: int, stop: int) -> bytes:
        """The claims about entries from `start` on and below `stop`, `CLAIM` bytes each; zeros for none."""
        return self._claims[start * CLAIM : stop * CLAIM]

    def proves(self, index: int, leaf: bytes, election: bytes) -> bool:
        """Whether another process found that all proofs of an enrolment hold, by its leaf hash and the digest
        of the election. Nobody begins any more with what does not come after `index`."""
        if index >= self.size:
            return False
        found = self._proved[index * CLAIM : (index + 1) * CLAIM] == leaf + election
        self._fold_at[:] = index.to_bytes(_INDEX, "big")
        return found

    def is_done(self, unit: int) -> bool:
        """Whether another process has gone through a unit."""
        return unit in self._handed_back

    def take(self, last: int) -> int | None:
        """Take the next unit, to go through it here; None where all up to the `last` one are taken."""
        if self._reached > last:
            return None
        number = os.read(self._queue, _NUMBER)
        self._reached = int.from_bytes(number, "big") + 1 if number else len(self.stops)
        return self._reached - 1 if number else None

    def listen(self, *, wait: bool = False) -> bool:
        """Hear what others have gone through by now; with `wait` until there is something. False where
        nobody is at work any more."""
        if self._at_work and wait:
            ready = select.poll()  # a `select` takes no descriptor above 1,023
            ready.register(self._done, select.POLLIN)
            ready.poll()
        while self._at_work:
            try:
                told = os.read(self._done, 4096)
            except BlockingIOError:
                break
            self._at_work = bool(told)
            for at in range(0, len(told), _NUMBER):
                unit = int.from_bytes(told[at : at + _NUMBER], "big")
                self._handed_back.add(unit)
                self._reached = max(self._reached, unit + 1)
        return self._at_work

    # --- the processes ---

    def start(self, fetch: Bundles, count: int) -> None:
        """Fork `count` helpers, which read the log's files with `fetch`; to be called once."""
        for number in range(count):
            child = os.fork()
            if child == 0:
                self._help(fetch, number, count)
            self.helpers.append(child)
        os.close(self._tell)

    def end(self) -> None:
        """Nobody needs them any more."""
        for helper in self.helpers:
            with suppress(ProcessLookupError):
                os.kill(helper, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(helper, 0)
        self.helpers = []
        os.close(self._queue)
        os.close(self._done)
        self._claims.close()
        self._proved.close()
        self._fold_at.close()

    def _help(self, fetch: Bundles, number: int, count: int) -> NoReturn:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the parent to answer
            os.close(self._done)  # so that a helper without a parent ends when it tells of a unit
            read = reader(fetch)
            self._prove(read, number, count)
            self._go_through(_Checking(read, self.size))
        finally:
            os._exit(0)

    def _prove(self, read: Read, number: int, count: int) -> None:
        """Go through every `count`th enrolment, until the fold has come to it."""
        for place, (index, raw) in enumerate(enrolments(read, self.size)):
            if index <= int.from_bytes(self._fold_at[:], "big"):
                return
            if place % count == number and (claim := claim_of(raw)):
                self._proved[index * CLAIM : (index + 1) * CLAIM] = claim

    def _go_through(self, checking: _Checking) -> None:
        while number := os.read(self._queue, _NUMBER):
            unit = int.from_bytes(number, "big")
            start, stop = self.stops[unit - 1] if unit else 0, self.stops[unit]
            for index, claim in checking.claims(start, stop):
                self._claims[index * CLAIM : (index + 1) * CLAIM] = claim
            os.write(self._tell, number)


class _Checking:
    """Reads the entries of a log in order and checks signatures by what may be the keys in it."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._bundles = tile_names(size, ENTRIES)
        self._at = 0
        self._bundle: Sequence[bytes] = ()
        self._keys: dict[bytes, bytes] = {}

    def claims(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Claims about entries of these, each with its index. Later calls must ask for later entries."""
        while self._at < stop:
            if not self._bundle:
                self._bundle = self._read(next(self._bundles))
            skip = min(max(start - self._at, 0), len(self._bundle))
            here = self._bundle[: stop - self._at]
            for index, raw in enumerate(here, self._at):
                if (key := self._keys.get(raw[12:20])) is None:
                    self._learn(index, raw)
                elif index >= self._at + skip and holds(raw, key):
                    yield index, sha256(b"\0" + raw).digest() + key
            self._at += len(here)
            self._bundle = self._bundle[len(here) :]

    def _learn(self, index: int, raw: bytes) -> None:
        """Keys enter the log by records of the root, whose own key stands in the first two."""
        if index < 2:
            return
        for key in _KEYS.findall(raw):
            self._keys.setdefault(sha256(key).digest()[:8], key)


def holds(raw: bytes, key: bytes) -> bool:
    """Whether the signature of a record holds for a key of 32 bytes, if its heads are the usual ones.

    `columns` finds out whether they are, and looks at key and signature as `keys.check_signature` does.
    """
    if len(raw) <= CLAIM or len(key) != 32:
        return False
    after = 4 + raw[3]
    message = b"".join((raw[-64:], SIGNED, raw[2:after], b"\x40", raw[after + 1 : -66]))
    held: bool = lib.crypto_sign_open(ffi.NULL, ffi.NULL, message, len(message), key) == 0
    return held


def _stops(size: int) -> list[int]:
    bundles = -(-size // TILE_WIDTH)
    each = max(_BUNDLES, bundles // _UNITS)
    whole = max(0, bundles - _SHORT_UNITS) // each * each
    ends = [*range(each, whole + 1, each), *range(whole + 1, bundles + 1)]
    return [min(end * TILE_WIDTH, size) for end in ends]


@contextmanager
def ahead_of(size: int, fetch: Bundles, helpers: int) -> Iterator[Ahead]:
    """So many processes at work ahead of a fold, until the block is left."""
    ahead = Ahead(size)
    try:
        ahead.start(fetch, helpers)
        yield ahead
    finally:
        ahead.end()
