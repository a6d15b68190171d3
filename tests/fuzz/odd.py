"""Values that readers disagree about: numbers at the ends of their ranges, texts of rare characters, bytes
that are no UTF-8, and CBOR that nobody may write."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from random import Random

NUMBERS = (
    *range(14), 22, 23, 24, 25, 31, 32, 35, 36, 37, 38, 39, 40, 63, 64, 100, 127, 128, 129, 200, 254, 255,
    256, 257, 65_535, 65_536, 2**28, 2**28 + 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**40,
    253_402_300_799, 253_402_300_800, 2**52, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1,
)  # fmt: skip

TEXTS = (
    "", " ", "a", "a ", " a", "a\n", "\x00", "\t", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u061c",
    "\u1680", "\u200b", "\u200e", "\u2028", "\u2029", "\u202e", "\u2066", "\u3000", "\ufeff", "\ufeffabc",
    "\ufffd", "\ufffe", "\uffff", "\U000e0001", "\U0001f5f3", "\U0010ffff", "e\u0301", "é", "ñ", "ß", "İ",
    "ſ", "K", "ａ", "Ａ", "٣", "９", "½", "²", "a" * 64, "a" * 65, "a" * 128, "a" * 129, "a" * 200, "a" * 201,
    "é" * 100, "é" * 101, "a" * 2_000, "a" * 2_001, "x" * 23, "x" * 24, "constructor", "__proto__",
    "toString", "hasOwnProperty", "length", "election", "ELECTION", "a/b", "a//b", "/a", "a/", "a/b/c", "-a",
    ".a", "_a", "A-Z", "area/x", "station/x", "0", "00", "-0", "+1", "1e3", "1.0", "0x1", "1_0", "null",
    "2024-02-29", "2023-02-29", "2100-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01",
    "2024-1-01", "2024-00-01", "2024-13-01", "2024-06-31", "20240101", "2024-W01-1", "2024-01-01\n",
    "２０２４-01-01", "text/csv", "text/html", "TEXT/CSV", "image/png;q=1", "https://a.example/", "http://",
    "javascript:0", "=1+1", "@a", "33.3", "33.333333333333333", "100.0", ".5", "5.", "-1.0",
)  # fmt: skip

BYTES = (
    b"", b"\x00", bytes(7), bytes(8), bytes(9), bytes(31), bytes(32), bytes(33), b"\xff" * 32,
    b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"\xc3\x28", b"\xed\xa0\x80", b"\xc0\x80",
    b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xf0\x82\x82\xac",
)  # fmt: skip

_TAGGED_TIME_BOMBS = (
    b"\xd8\x23\x78\x24" + b"(?i)[\x00-z]" + b"(a|a)*" * 4,
    b"\xd8\x24\x78\x40" + b"From: a\n" * 8,
    b"\xc4\x82\x1b" + b"\x7f" + b"\xff" * 7 + b"\x01",
    b"\xc2\x59\x01\x00" + b"\xff" * 256,
    b"\xd8\x1c\x81\xd8\x1d\x00",
    b"\xd9\x01\x02\x81\x01",
    b"\xc0\x6a2024-01-01",
    b"\xc1\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00",
)
"""Tags that a library may read by itself: regular expressions, MIME messages, huge numbers, references."""

FORBIDDEN = (
    b"\xf4", b"\xf5", b"\xf6", b"\xf7", b"\xe0", b"\xf8\x20", b"\xf8\xff", b"\xf9\x3c\x00",
    b"\xfa\x3f\x80\x00\x00", b"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00", b"\xf9\x7e\x00", b"\xff", b"\x1c",
    b"\x1f", b"\x20", b"\x3b" + b"\xff" * 8, b"\xa0", b"\xa1\x01\x02", b"\xa2\x01\x02\x01\x03",
    b"\x7f\x61a\xff", b"\x5f\x41a\xff", b"\x9f\xff", b"\xbf\xff", b"\x63\xed\xa0\x80", b"\x62\xc0\x80",
    b"\x61\xff", b"\x64\xf4\x90\x80\x80", b"\x81" * 20 + b"\x00", b"\xd8\x18\x41\x00", b"\xd9\xd9\xf7\x05",
    b"\x9b" + b"\xff" * 8, b"\x5b" + b"\xff" * 8, b"\x9a\x00\xff\xff\xff", *_TAGGED_TIME_BOMBS,
)  # fmt: skip
"""Items of CBOR that stand in no record."""

_SIZES = (1, 2, 4, 8)


class Item(bytes):
    """CBOR already written, whatever it is."""


def head(major: int, number: int, form: int | None = None) -> bytes:
    """The head of an item; `form` 0 to 4 takes 0, 1, 2, 4 or 8 bytes for the number, else the fewest."""
    if form is None:
        form = 0 if number < 24 else next(i for i, size in enumerate(_SIZES, 1) if number < 1 << 8 * size)
    if form == 0:
        return bytes(((major << 5) | min(number, 23),))
    size = _SIZES[form - 1]
    return bytes(((major << 5) | (23 + form),)) + (number % (1 << 8 * size)).to_bytes(size, "big")


class Writer:
    """Writes CBOR; one head in `1 / share` in a way that is not allowed."""

    def __init__(self, random: Random, share: float) -> None:
        self._random, self._share = random, share

    def item(self, value: object) -> bytes:
        """A value in CBOR."""
        match value:
            case Item():
                return bytes(value)
            case bool() | None:
                return {True: b"\xf5", False: b"\xf4", None: b"\xf6"}[value]
            case int():
                return self.head(0, value) if value >= 0 else self.head(1, -1 - value)
            case float():
                return b"\xfb" + struct.pack(">d", value)
            case bytes():
                return self.head(2, len(value)) + value
            case str():
                text = value.encode("utf-8", "surrogatepass")
                return self.head(3, len(text)) + text
            case dict():
                pairs = (self.item(key) + self.item(item) for key, item in value.items())
                return self.head(5, len(value)) + b"".join(pairs)
            case list() | tuple():
                return self.head(4, len(value)) + b"".join(map(self.item, value))
        raise TypeError(value)

    def head(self, major: int, number: int) -> bytes:
        """The head of an item."""
        if self._random.random() >= self._share:
            return head(major, number)
        match self._random.randrange(6):
            case 0 | 1:
                return head(major, number, self._random.randrange(1, 5))
            case 2:
                return bytes(((major << 5) | self._random.choice((28, 29, 30, 31)),))
            case 3:
                return head(major, self._random.choice(NUMBERS))
            case 4:
                return head(self._random.randrange(8), number)
            case _:
                return head(major, max(0, number + self._random.choice((-1, 1))))


def value(random: Random, depth: int = 0) -> object:
    """Something that may stand where another thing is expected."""
    match random.randrange(12):
        case 0 | 1 | 2:
            return random.choice(NUMBERS)
        case 3:
            return -1 - random.choice(NUMBERS)
        case 4 | 5:
            return random.choice(TEXTS)
        case 6:
            return random.choice(TEXTS) + random.choice(TEXTS)
        case 7:
            return random.choice(BYTES)
        case 8:
            return [value(random, depth + 1) for _ in range(random.randrange(4))] if depth < 3 else []
        case 9:
            return [random.choice(NUMBERS)] * random.choice(
                (0, 1, 2, 16, 17, 256, 257, 1_000, 1_001, 4_096, 4_097)
            )
        case 10:
            return random.choice(({}, {1: 2}, {"a": []}, 1.5, float("nan"), float("inf")))
        case _:
            return Item(random.choice(FORBIDDEN))


def altered(random: Random, items: Sequence[object]) -> list[object]:
    """A list with one thing in it, at any depth, changed, left out, doubled, added, or moved."""
    copy = _copied(items)
    places = list(_lists(copy))
    at = random.choice([each for each in places if each] or places)
    if not at:
        return [*copy, value(random)]
    place = random.randrange(len(at))
    old = at[place]
    match random.randrange(8):
        case 0 | 1 | 2:
            at[place] = value(random)
        case 3:
            del at[place]
        case 4:
            at.insert(place, old)
        case 5:
            at.append(value(random))
        case 6:
            random.shuffle(at)
        case _ if type(old) is int:
            at[place] = max(0, old + random.choice((-1, 1, 2**31, 2**32, 2**53)))
        case _:
            at[place] = random.choice(NUMBERS)
    return copy


def _copied(items: Sequence[object]) -> list[object]:
    return [_copied(item) if isinstance(item, list | tuple) else item for item in items]


def _lists(items: list[object]) -> list[list[object]]:
    return [items, *(found for item in items if isinstance(item, list) for found in _lists(item))]


def damaged(random: Random, data: bytes, pieces: Sequence[bytes] = ()) -> bytes:
    """Bytes with a few of them changed, lost, doubled or added; `pieces` are added too."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at = random.randrange(len(found) + 1)
        match random.randrange(8 if pieces else 7):
            case 0 | 1 if found:
                found[random.randrange(len(found))] ^= 1 << random.randrange(8)
            case 2 if found:
                found[random.randrange(len(found))] = random.choice(
                    b"\x00\t\n\r \x7f\x80\xc0\xff\"'\\+,-=[]{}#"
                )
            case 3:
                found[at:at] = random.randbytes(random.randrange(1, 5))
            case 4:
                del found[at : at + random.randrange(1, 20)]
            case 5:
                found[at:at] = found[random.randrange(len(found) + 1) :][: random.randrange(1, 400)]
            case 6 if random.random() < 0.3:
                del found[at:]
            case _ if pieces:
                found[at:at] = random.choice(pieces)
    return bytes(found)
