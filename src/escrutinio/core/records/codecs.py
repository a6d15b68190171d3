"""The few shapes that a field of a payload can have, each with its way in and out.

A codec knows four directions. `encode` and `decode` go to and from what CBOR carries (unsigned
integers, byte strings, text, arrays: docs/formats.md, "Payload"); `to_plain` and `from_plain` go to and
from what JSON and TOML carry (bytes as hexadecimal, codes by their name). It also writes its own line
of CDDL (RFC 8610). `decode` and `from_plain` raise RecordError with the reason alone; whoever calls them
adds the place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields
from enum import IntEnum
from functools import cached_property
from typing import Generic, Protocol, TypeAlias, TypeVar, dataclass_transform

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records import text as _text

T = TypeVar("T")
V = TypeVar("V")
E = TypeVar("E", bound=IntEnum)

COUNT_LIMIT = 2**32
UINT_LIMIT = 2**53


Layout: TypeAlias = "tuple[tuple[str, Codec[object]], ...]"


class Codec(Protocol[T]):
    """The way of one field between Python, CBOR and JSON."""

    @property
    def cddl(self) -> str: ...

    def encode(self, value: T) -> object: ...
    def decode(self, raw: object) -> T: ...
    def to_plain(self, value: T) -> object: ...
    def from_plain(self, raw: object) -> T: ...


@dataclass(frozen=True)
class Uint:
    """An unsigned integer below `limit` (2^53 by default, so that JavaScript reads it exactly)."""

    cddl: str = "uint53"
    limit: int = UINT_LIMIT

    def encode(self, value: int) -> object:
        return self.decode(value)

    def decode(self, raw: object) -> int:
        if type(raw) is not int:
            raise RecordError("want-number")
        if not 0 <= raw < self.limit:
            raise RecordError("want-below", limit=self.limit)
        return raw

    to_plain = decode
    from_plain = decode


@dataclass(frozen=True)
class Bytes:
    """A byte string of exactly `size` bytes."""

    size: int
    cddl: str

    def encode(self, value: bytes) -> object:
        return self.decode(value)

    def decode(self, raw: object) -> bytes:
        if type(raw) is not bytes or len(raw) != self.size:
            raise RecordError("want-bytes", size=self.size)
        return raw

    def to_plain(self, value: bytes) -> object:
        return value.hex()

    def from_plain(self, raw: object) -> bytes:
        if type(raw) is not str:
            raise RecordError("want-hex", size=self.size)
        try:
            value = bytes.fromhex(raw)
        except ValueError:
            raise RecordError("not-hex") from None
        if len(raw) != 2 * self.size:  # fromhex skips spaces
            raise RecordError("want-hex", size=self.size)
        return value


@dataclass(frozen=True)
class Text:
    """UTF-8 text that passes `check` (length, characters)."""

    check: Callable[[str], str]
    cddl: str

    def encode(self, value: str) -> object:
        return self.decode(value)

    def decode(self, raw: object) -> str:
        if type(raw) is not str:
            raise RecordError("want-text")
        return self.check(raw)

    to_plain = decode
    from_plain = decode


@dataclass(frozen=True)
class Code(Generic[E]):
    """One of a list of numbered words; JSON and TOML use the word."""

    of: type[E]

    @property
    def cddl(self) -> str:
        return cddl_name(self.of.__name__)

    def encode(self, value: E) -> object:
        return int(value)

    def decode(self, raw: object) -> E:
        if type(raw) is not int:
            raise RecordError("want-number")
        try:
            return self.of(raw)
        except ValueError:
            raise RecordError("want-word-number", raw=raw, list=self.cddl) from None

    def to_plain(self, value: E) -> object:
        return word(value)

    def from_plain(self, raw: object) -> E:
        for member in self.of:
            if word(member) == raw:
                return member
        words = ", ".join(word(member) for member in self.of)
        shown = repr(raw[:80]) if type(raw) is str else repr(raw)[:80]
        raise RecordError("want-known", value=shown, words=words)


@dataclass(frozen=True)
class Optional(Generic[T]):
    """Zero or one item: an array that is empty or holds the value; None in Python and JSON."""

    item: Codec[T]

    @property
    def cddl(self) -> str:
        return f"[? {self.item.cddl}]"

    def encode(self, value: T | None) -> object:
        return [] if value is None else [self.item.encode(value)]

    def decode(self, raw: object) -> T | None:
        if type(raw) is not list or len(raw) > 1:
            raise RecordError("want-optional")
        return self.item.decode(raw[0]) if raw else None

    def to_plain(self, value: T | None) -> object:
        return None if value is None else self.item.to_plain(value)

    def from_plain(self, raw: object) -> T | None:
        return None if raw is None else self.item.from_plain(raw)


@dataclass(frozen=True)
class Trailing(Optional[T]):
    """A last position that stands in the array only where it has a value; None in Python and JSON elsewhere.

    Whoever writes or reads the positions of a record leaves it out or misses it; a value goes as itself.
    """

    @property
    def cddl(self) -> str:
        return f"? {self.item.cddl}"

    def encode(self, value: T | None) -> object:
        assert value is not None  # `seal` leaves the position out
        return self.item.encode(value)

    def decode(self, raw: object) -> T | None:
        return self.item.decode(raw)


@dataclass(frozen=True)
class Array(Generic[T]):
    """From `least` to `most` items of one shape; a tuple in Python."""

    item: Codec[T]
    least: int = 0
    most: int = 65_535

    @property
    def cddl(self) -> str:
        most = "" if self.most == 65_535 else self.most
        least = "" if self.least == 0 else self.least
        return f"[{least}*{most} {self.item.cddl}]"

    def encode(self, value: tuple[T, ...]) -> object:
        self._bound(len(value))
        return [self.item.encode(item) for item in value]

    def decode(self, raw: object) -> tuple[T, ...]:
        return self._each(raw, self.item.decode)

    def to_plain(self, value: tuple[T, ...]) -> object:
        return [self.item.to_plain(item) for item in value]

    def from_plain(self, raw: object) -> tuple[T, ...]:
        return self._each(raw, self.item.from_plain)

    def _each(self, raw: object, read: Callable[[object], T]) -> tuple[T, ...]:
        if type(raw) is not list:
            raise RecordError("want-array")
        self._bound(len(raw))
        items = []
        for place, item in enumerate(raw):
            try:
                items.append(read(item))
            except RecordError as error:
                raise RecordError("at-item", place=place, why=error) from None
        return tuple(items)

    def _bound(self, size: int) -> None:
        if not self.least <= size <= self.most:
            raise RecordError("want-items", size=size, least=self.least, most=self.most)


class Counts(Array[int]):
    """An array of counts; as `Array(COUNT)`, but fast, since every sheet has one."""

    def encode(self, value: tuple[int, ...]) -> object:
        return list(self.decode(list(value)))

    def decode(self, raw: object) -> tuple[int, ...]:
        if type(raw) is list and 1 <= len(raw) <= self.most and set(map(type, raw)) == {int}:
            counts: list[int] = raw
            if min(counts) >= 0 and max(counts) < COUNT_LIMIT:
                return tuple(counts)
        return super().decode(raw)

    from_plain = decode


@dataclass(frozen=True)
class Struct(Generic[T]):
    """An array of fixed positions, as the dataclass `of` declares them with `put`."""

    of: type[T]

    @property
    def cddl(self) -> str:
        return cddl_name(self.of.__name__)

    @cached_property
    def layout(self) -> Layout:
        return layout(self.of)

    def encode(self, value: T) -> object:
        return [within(name, codec.encode, getattr(value, name)) for name, codec in self.layout]

    def decode(self, raw: object) -> T:
        if type(raw) is not list or len(raw) != len(self.layout):
            raise RecordError("want-positions", size=len(self.layout))
        items = [
            within(name, codec.decode, item) for (name, codec), item in zip(self.layout, raw, strict=True)
        ]
        return self.of(*items)

    def to_plain(self, value: T) -> object:
        return {name: codec.to_plain(getattr(value, name)) for name, codec in self.layout}

    def from_plain(self, raw: object) -> T:
        return self.of(**read_plain(self.of, raw))


def put(codec: Codec[T], *, default: object = MISSING, kw_only: bool = False) -> T:
    """Declare a dataclass field whose bytes follow `codec`; its position is its place in the class.

    `default` and `kw_only` serve authors only; bytes always carry every position.
    """
    options: dict[str, object] = {"kw_only": kw_only}
    if default is not MISSING:
        options["default"] = default
    return field(metadata={"codec": codec}, **options)  # type: ignore[call-overload,no-any-return]


@dataclass_transform(frozen_default=True, field_specifiers=(put,))
def part(cls: type[T]) -> type[T]:
    """Make a class whose fields are declared with `put` a frozen dataclass."""
    return dataclass(frozen=True, slots=True)(cls)


def layout(of: type[object]) -> Layout:
    """The positions of a dataclass made with `put`: name and codec, in order."""
    return tuple((f.name, f.metadata["codec"]) for f in fields(of))  # type: ignore[arg-type]


def read_plain(of: type[object], raw: object) -> dict[str, object]:
    """The fields of `of` from a JSON or TOML table; unknown and missing keys are refused."""
    if not isinstance(raw, dict):
        raise RecordError("want-table")
    known: dict[str, Field[object]] = {f.name: f for f in fields(of)}  # type: ignore[arg-type]
    if unknown := [key for key in raw if key not in known]:
        names = ", ".join(known)
        raise RecordError("key-not-known", name=repr(str(unknown[0])[:80]), known=names)
    values: dict[str, object] = {}
    for name, declared in known.items():
        codec = declared.metadata["codec"]
        if name in raw:
            values[name] = within(name, codec.from_plain, raw[name])
        elif declared.default is not MISSING:
            values[name] = declared.default
        elif isinstance(codec, Optional):
            values[name] = None
        elif isinstance(codec, Array) and codec.least == 0:
            values[name] = ()
        else:
            raise RecordError("key-missing", name=repr(name))
    return values


def word(member: IntEnum) -> str:
    """The word by which JSON, TOML and people know a code (`QUALITY_CHECKED` is `quality-checked`)."""
    return member.name.lower().replace("_", "-")


def cddl_name(name: str) -> str:
    """`TallySheet` as CDDL writes it: `tally-sheet`."""
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


def within(place: str, read: Callable[[V], T], raw: V) -> T:
    """`read(raw)`, with the place named in its refusal."""
    try:
        return read(raw)
    except RecordError as error:
        raise RecordError("at-place", place=place, why=error) from None


UINT = Uint()
COUNT = Uint("count", COUNT_LIMIT)
TIME = Uint("seconds")
COUNTS = Counts(COUNT, 1, 4_096)
DIGEST = Bytes(32, "digest")
KEY = Bytes(32, "key")
KID = Bytes(8, "kid")
SIGNATURE = Bytes(64, "signature")
SALT = Bytes(32, "salt")
CODE = Text(_text.check_code, "code")
NAME = Text(_text.check_name, "name")
DATE = Text(_text.check_date, "date")
SHORT = Text(lambda value: _text.check_text(value, 200), "short")
LONG = Text(lambda value: _text.check_text(value, 2_000), "long")
