"""Reading the same position of many records at once: CBOR as records have it, on NumPy columns.

A `Cursor` stands in every one of some records that lie in one buffer. Each step reads one item in all of
them, in its shortest form, and goes on behind it; a record in which something else stands is no longer
`fine`, and what is read of it from there on means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]
Numbers = NDArray[np.int64]

NOT_STATED = -1

# By the head of an unsigned integer: how many bytes it takes (0 where it is none, or has more than 32 bits,
# which is never usual), how far the four bytes behind the head are shifted to give its value, and the least
# value that is written so.
_SIZE = np.zeros(256, np.intp)
_SIZE[:24], _SIZE[24:27] = 1, (2, 3, 5)
_SHIFT = np.zeros(256, np.int64)
_SHIFT[24:27] = 24, 16, 0
_LEAST = np.full(256, 2**33, np.int64)
_LEAST[24:27] = 24, 2**8, 2**16

_ARRAY, _TEXT = 0x80, 0x60
_DIGEST = b"\x58\x20"

_LETTER, _MARK, _SLASH = 1, 2, 3
_CLASS = np.zeros(256, np.uint8)
_CLASS[np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", np.uint8)] = _LETTER
_CLASS[np.frombuffer(b"._-", np.uint8)] = _MARK
_CLASS[ord("/")] = _SLASH


class Cursor:
    """A place `at` in each of some records of the buffer `data`, and whether all was `fine` up to there.

    Places beyond the buffer read its last byte, which is not to belong to any record.
    """

    __slots__ = ("at", "data", "fine")

    def __init__(self, data: Bytes, at: Places) -> None:
        self.data = data
        self.at = at
        self.fine: Bools = np.ones(len(at), np.bool_)

    def only(self, rows: Places) -> Cursor:
        """A cursor of its own in these of the records."""
        made = Cursor(self.data, self.at[rows])
        made.fine = self.fine[rows]
        return made

    def byte(self) -> Bytes:
        """The byte that stands here, whatever it is."""
        found = self._peek(self.at)
        self.at = self.at + 1
        return found

    def several(self, size: int) -> Bytes:
        """The bytes that stand here, uint8 [records, size]."""
        found = self._peek(self.at[:, None] + np.arange(size))
        self.at = self.at + size
        return found

    def expect(self, wanted: bytes) -> None:
        """Go over these bytes, which all of the records are to have here."""
        found = self.several(len(wanted)) == np.frombuffer(wanted, np.uint8)
        self.fine &= found.all(axis=1)

    def expect_each(self, wanted: Sequence[bytes]) -> None:
        """Go over bytes of which every record is to have its own, none of them empty."""
        sizes = np.fromiter(map(len, wanted), np.intp, len(wanted))
        found = self._peek(ragged(self.at, sizes)) == np.frombuffer(b"".join(wanted), np.uint8)
        self.fine &= np.logical_and.reduceat(found, np.cumsum(sizes) - sizes)
        self.at = self.at + sizes

    def head(self, major: int) -> Numbers:
        """The length, below 65,536, in the head of an array, a text or a byte string."""
        value, self.at = self._uint(self.at, major)
        self.fine &= value < 2**16
        return value

    def number(self) -> Numbers:
        """An unsigned integer of at most 32 bits."""
        value, self.at = self._uint(self.at, 0)
        return value

    def numbers(self, count: int) -> Numbers:
        """As many unsigned integers, int64 [count, records]."""
        at = np.empty((count, len(self.at)), np.intp)
        for step in at:
            step[:] = self.at
            self.at = self.at + _SIZE[self._peek(self.at)]
        return self._uint(at, 0)[0]

    def optional_number(self) -> Numbers:
        """An array of no number or one; -1 where there is none."""
        some = self._some()
        value, after = self._uint(self.at, 0, some)
        self.at = np.where(some, after, self.at)
        return np.where(some, value, NOT_STATED)

    def digest(self) -> Places:
        """Where the 32 bytes of a byte string begin."""
        self.expect(_DIGEST)
        found = self.at
        self.at = found + 32
        return found

    def optional_digest(self) -> Places:
        """Where the 32 bytes of an array of no digest or one begin; -1 where there is none."""
        some = self._some()
        head = self._peek(self.at[:, None] + np.arange(2)) == np.frombuffer(_DIGEST, np.uint8)
        self.fine &= head.all(axis=1) | ~some
        found = np.where(some, self.at + 2, NOT_STATED)
        self.at = np.where(some, self.at + 34, self.at)
        return found

    def path(self, limit: int, codes: int | None = None) -> tuple[Places, Places]:
        """Where a text of codes joined by slashes (`text.check_name`), of at most `limit` bytes, begins, and
        its size; of so many `codes`, if that is given."""
        sizes = self.head(_TEXT)
        self.fine &= (sizes > 0) & (sizes <= limit)
        sizes = np.minimum(np.maximum(sizes, 1), limit)
        found = self.at
        kinds = _CLASS[self._peek(ragged(found, sizes))]
        first = np.cumsum(sizes) - sizes
        slash = kinds == _SLASH
        begins = np.empty(len(kinds), np.bool_)
        begins[0], begins[1:] = True, slash[:-1]
        begins[first] = True
        wrong = (kinds == 0) | (begins & (kinds != _LETTER))
        wrong[first + sizes - 1] |= slash[first + sizes - 1]
        self.fine &= ~np.logical_or.reduceat(wrong, first)
        if codes is not None:
            self.fine &= np.add.reduceat(slash, first, dtype=np.intp) == codes - 1
        self.at = found + sizes
        return found, sizes

    def _some(self) -> Bools:
        """Whether an array of no item or one has one; the cursor stands behind its head afterwards."""
        head = self.byte()
        some: Bools = head == _ARRAY + 1
        self.fine &= some | (head == _ARRAY)
        return some

    def _uint(self, at: Places, major: int, asked: Bools | None = None) -> tuple[Numbers, Places]:
        """Integers at some places, one or more of each record along the last axis, and the places behind.

        Only those `asked` for are to be there, all where it is None.
        """
        head = self._peek(at) - np.uint8(major)
        value = head.astype(np.int64)
        wide = np.flatnonzero(head >= 24)
        if len(wide):
            short = head.ravel()[wide]
            behind = at.ravel()[wide][:, None] + np.arange(1, 5)
            four = self._peek(behind).view(">u4").ravel().astype(np.int64) >> _SHIFT[short]
            value.reshape(-1)[wide] = four
            wrong = wide[four < _LEAST[short]]
            if len(wrong):
                rows = wrong % at.shape[-1]
                self.fine[rows if asked is None else rows[asked[rows]]] = False
        return value, at + _SIZE[head]

    def _peek(self, at: Places) -> Bytes:
        return self.data.take(at, mode="clip")


def ragged(starts: Places, sizes: Places) -> Places:
    """The places of runs that begin at `starts` and have `sizes`, one run after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def texts(data: Bytes, starts: Places, sizes: Places) -> str:
    """ASCII texts that lie in a buffer, one a line."""
    found = data[ragged(starts, sizes + 1)]
    found[np.cumsum(sizes + 1)[:-1] - 1] = ord("\n")
    return found[:-1].tobytes().decode("ascii")
