"""Reading a TOML file strictly, with refusals in the words of the file, and writing values of one."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

import msgspec

from escrutinio.base.errors import DefinitionError, EscrutinioError
from escrutinio.base.inputs import as_text
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import Phrase

T = TypeVar("T", bound=msgspec.Struct)

MAX_BYTES = 4 * 1024**2
"""Most bytes of a configuration file."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_PLACE = re.compile(r"(.*?)(?: - at `(?:key in )?\$(.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_WORDS = {
    "`array`": N_("a list"),
    "`object`": N_("a table"),
    "`str`": N_("text"),
    "`str | object`": N_("text, or a table with a text per language"),
    "`str | object | array`": N_("text, a list or a table"),
    "`int`": N_("a whole number"),
    "`float`": N_("a number with a decimal point"),
    "`bool`": N_("true or false"),
    "`date`": N_("a day"),
    "`datetime`": N_("a day with a time"),
    "`time`": N_("a time"),
}
_EXAMPLES = {
    "`date`": N_("a day such as 2024-07-28"),
    "`datetime`": N_("a time with its offset, such as 2024-07-28T18:00:00-04:00"),
}


def read_toml(
    raw: bytes,
    file: str,
    *,
    error: type[EscrutinioError] = DefinitionError,
    max_bytes: int = MAX_BYTES,
    byte_order_mark: bool = True,
) -> dict[str, object]:
    """Parse a TOML file; with `byte_order_mark` one that is saved in any of the ways of `inputs.as_text`.

    Raises `error`, with the line, if it is longer than `max_bytes`, not UTF-8 or not TOML.
    """
    if len(raw) > max_bytes:
        raise error("bytes-many", path=file, size=len(raw), limit=max_bytes)
    if byte_order_mark:
        raw = as_text(raw, file, error=error)
    try:
        return tomllib.loads(raw.decode())
    except UnicodeDecodeError as found:
        line = raw.count(b"\n", 0, found.start) + 1
        raise error("file-utf8", path=file, line=line) from None
    except tomllib.TOMLDecodeError as found:
        raise error("toml-form", path=file, why=_fault(str(found))) from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise error("toml-number", path=file) from None
    except RecursionError:
        raise error("toml-deep", path=file) from None


def convert(
    tables: Mapping[str, object], kind: type[T], file: str, *, error: type[EscrutinioError] = DefinitionError
) -> T:
    """Read parsed TOML into the struct `kind`, which forbids what it does not declare.

    Raises `error` for an unknown key, naming its table and the nearest known key, for a missing one, and for
    a value of another type than declared.
    """
    try:
        return msgspec.convert(tables, kind)
    except msgspec.ValidationError as found:
        raise _refused(str(found), kind, file, error) from None


def inline(value: object) -> str:
    """A text, number, truth value, list or table in one line of TOML; what is None in a table is left out.

    Raises TypeError for anything else.
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quote(value)
        case int():
            return str(value)
        case Mapping():
            pairs = (f"{_key(name)} = {inline(item)}" for name, item in value.items() if item is not None)
            return f"{{ {', '.join(pairs)} }}"
        case list() | tuple():
            return f"[{', '.join(map(inline, value))}]"
        case _:
            raise TypeError(f"TOML has no place here for {type(value).__name__}")


def quote(text: str) -> str:
    """A text as a basic string of TOML; what cannot be printed is written as its number."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else quote(name)


_PARSED = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


def _fault(said: str) -> Phrase:
    """Where a text is no TOML, and what Python says of it, in its words."""
    found = _PARSED.fullmatch(said)
    if found is None:
        return Phrase("at its end, “{detail}”", detail=said.removesuffix(" (at end of document)"))
    detail, line, column = found.groups()
    values = {"line": int(line), "column": int(column), "detail": detail}
    return Phrase("line {line:,}, column {column:,}, “{detail}”", **values)


def nearest(name: str, known: Iterable[str]) -> Phrase:
    """Return the end of a sentence that refuses `name`: the nearest of the known names, or all of them."""
    names = list(known)
    if close := difflib.get_close_matches(name[:64], names, n=1):
        return Phrase("did you mean {name}?", name=repr(close[0]))
    return Phrase("known are: {names}.", names=f"{', '.join(names[:30])}{', …' if len(names) > 30 else ''}")


def _refused(
    message: str, kind: type[msgspec.Struct], file: str, error: type[EscrutinioError]
) -> EscrutinioError:
    match = _PLACE.fullmatch(message)
    assert match is not None  # it takes any text
    said, path = match[1], match[2] or ""
    where = _where(path)
    place = f"{file}, {where}" if where else file
    if unknown := _UNKNOWN.fullmatch(said):
        known = _struct_at(kind, path).__struct_encode_fields__
        return error(
            "toml-key-unknown", place=place, key=repr(unknown[1][:64]), nearest=nearest(unknown[1], known)
        )
    if missing := _MISSING.fullmatch(said):
        return error("toml-key-missing", place=place, key=repr(missing[1]))
    wanted, _, found = said.replace(" | null`", "`").partition(", got ")
    wanted = wanted.removeprefix("Expected ")
    if found in _WORDS:
        plain = _EXAMPLES.get(wanted) or _WORDS.get(wanted)
        return error(
            "toml-type", place=place, wanted=Phrase(plain) if plain else wanted, found=Phrase(_WORDS[found])
        )
    return error("toml-value", place=place, why=f"{said[:1].lower()}{said[1:]}")


def _where(path: str) -> str:
    """Say the path `.contest[0].candidate[1]` as `contest 1, candidate 2`."""
    steps: list[str] = []
    for name, number in _STEP.findall(path):
        if name:
            steps.append(name)
        elif number != "...":
            steps[-1] += f" {int(number) + 1}"
    return ", ".join(steps)


def _struct_at(kind: type[msgspec.Struct], path: str) -> type[msgspec.Struct]:
    """Return the struct at a path: each step goes to a field's type, or to that of a container's items."""
    found: object = kind
    for name, number in _STEP.findall(path):
        if name:
            fields = msgspec.structs.fields(_plain(found))  # type: ignore[arg-type]
            found = next(field.type for field in fields if field.encode_name == name)
        elif number:
            found = [item for item in get_args(_plain(found)) if item is not ...][-1]
    struct = _plain(found)
    assert isinstance(struct, type)
    assert issubclass(struct, msgspec.Struct)
    return struct


def _plain(hint: object) -> object:
    """Take annotations and `None` off a type; of several, the one that has keys."""
    while get_origin(hint) in (Annotated, Union, UnionType):
        items = [item for item in get_args(hint) if item is not type(None)]
        hint = next((item for item in items if _is_struct(item)), items[0])
    return hint


def _is_struct(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)
