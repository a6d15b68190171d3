"""Every record type at every end of every field: least, most, longest, emptiest, strangest, within bounds.

for what, body in extreme_bodies(Claim): ...      # one field at an end, the others ordinary
for subject in subjects("place"): ...             # of things that exist and of some that do not
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import cbor2

from escrutinio.core.records import codecs as c
from escrutinio.core.records import parts as p
from escrutinio.core.records.attachments import MAX_ATTACHMENT, MEDIA_TYPES
from escrutinio.core.records.body import Body
from escrutinio.core.records.bounds import TIME_LIMIT

Known = Mapping[str, object]
"""Ordinary values by the CDDL name of their shape, as an election has them."""

_MOSTS = {"seconds": TIME_LIMIT - 1, "file-size": MAX_ATTACHMENT}
_ROOM = 60_000
"""Bytes of a record that one long array may fill."""

STRANGE = (
    "</title><script>alert(1)</script>\"'",
    "{count} {0} %s %(n)d {{ 7 * 7 }}",
    "\u0301\u200b\ufeff\U0001f5f3\U000e0041\uffff",
    "=HYPERLINK(1)",
    "-1",
    " ",
)
FIGURES = ("0", "0.0", "100", "999.999999", "1e9", "NaN", "-5", "51,2", "33.3333333333333", "٣٣", "")
"""Texts for a percentage, in all of which somebody may announce one."""
CODES = ("0", "9" * 64, "others", "null", "A-._z", "constructor")
NAMES = ("x", "a/b/c/d/e", "Z" * 64)
DAYS = ("0001-01-01", "9999-12-31")


def ordinary(codec: object, known: Known) -> Any:
    """A value that nothing is strange about."""
    match codec:
        case c.Uint() | c.Bytes() | c.Text():
            return known[codec.cddl]
        case c.Code():
            return codec.decode(0)
        case c.Optional() | c.Trailing():
            return None
        case c.Counts():
            return known["counts"]
        case c.Array():
            return tuple(ordinary(codec.item, known) for _ in range(max(1, codec.least)))
        case c.Struct():
            return known.get(codec.cddl) or codec.of(
                **{name: ordinary(inner, known) for name, inner in codec.layout}
            )
    raise AssertionError(codec)


def extremes(codec: object, known: Known) -> Iterator[tuple[str, Any]]:
    """Values at the ends of what a shape can have, each with a word for it."""
    match codec:
        case c.Uint():
            most = _MOSTS.get(codec.cddl, codec.limit - 1)
            yield from ((f"{value}", value) for value in (0, 1, most))
        case c.Bytes():
            yield from (("zeros", bytes(codec.size)), ("ones", b"\xff" * codec.size))
        case c.Text():
            yield from ((f"{text[:20]!r}", text) for text in _texts(codec))
        case c.Code():
            yield from ((each.name, each) for each in codec.of)
        case c.Optional() | c.Trailing():
            yield "none", None
            yield "some", ordinary(codec.item, known)
            yield from extremes(codec.item, known)
        case c.Array():
            yield from _arrays(codec, known)
        case c.Struct():
            yield from _structs(codec, known)


def _texts(codec: c.Text) -> tuple[str, ...]:
    kinds = {"code": CODES, "name": NAMES, "date": DAYS, "media-type": tuple(sorted(MEDIA_TYPES))}
    if codec.cddl in kinds:
        return kinds[codec.cddl]
    longest = "Ñ" * (100 if codec.cddl == "short" else 1_000)
    return ("", longest, *STRANGE, *FIGURES)


def _arrays(codec: c.Array[Any], known: Known) -> Iterator[tuple[str, Any]]:
    if codec.least == 0:
        yield "none", ()
    for what, item in extremes(codec.item, known):
        yield f"one {what}", (item,) * max(1, codec.least)
    item = ordinary(codec.item, known)
    yield "two alike", (item,) * 2
    yield "longest", tuple(_many(item, min(codec.most, _ROOM // _size(codec.item, item))))


def _many(item: Any, count: int) -> Iterator[Any]:
    """So many items; where they have a code, each with another one."""
    for number in range(count):
        if isinstance(item, str):
            yield f"{item[:30]}{number}"
        else:
            yield item


def _size(codec: Any, item: Any) -> int:
    return len(cbor2.dumps(codec.encode(item))) + (6 if isinstance(item, str) else 0)


def _structs(codec: c.Struct[Any], known: Known) -> Iterator[tuple[str, Any]]:
    usual = ordinary(codec, known)
    for name, inner in codec.layout:
        for what, value in extremes(inner, known):
            changed = replace(usual, **{name: value})
            if isinstance(changed, p.Fraction):
                changed = _within(changed)
            yield f"{name} {what}", changed


def _within(share: p.Fraction) -> p.Fraction:
    whole = max(share.denominator, 1)
    return p.Fraction(min(share.numerator, whole), whole)


def extreme_bodies(kind: type[Body], known: Known) -> Iterator[tuple[str, Body]]:
    """Bodies of a type, each with one field at an end; then with all fields at their first and last end."""
    usual: dict[str, Any] = {name: ordinary(codec, known) for name, codec in kind.LAYOUT}
    found = {name: list(extremes(codec, known)) for name, codec in kind.LAYOUT}
    for name, values in found.items():
        for what, value in values:
            yield f"{kind.NAME}.{name}: {what}", kind(**{**usual, name: value})
    for end, at in {"first": 0, "last": -1}.items():
        every = {name: values[at][1] for name, values in found.items()}
        yield f"{kind.NAME}: all at the {end} end", kind(**{**every, **_short(every, usual)})


def _short(every: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """The long ones but one, as usual again: a record has 65,535 bytes."""
    long = [name for name, value in every.items() if isinstance(value, tuple) and len(value) > 100]
    return {name: usual[name] for name in long[1:]}


def subjects(form: str) -> tuple[str, ...]:
    """Subjects of a form, in the small election of the tests."""
    return _SUBJECTS[form]


_LONG = "9" * 60
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "election": ("election",),
    "contest": ("presidente", "consejo", "nada", _LONG),
    "contest-area": (
        "presidente", "presidente/norte", "presidente/marte", "nada", "nada/norte", "consejo/sur",
    ),
    "station": ("n1.01", "nowhere", _LONG),
    "station/contest": (
        "n1.01/presidente", "n1.01/consejo", "s1.01/consejo", "nowhere/presidente", "n1.01/nada",
        f"{_LONG}/{_LONG}",
    ),
    "matter": (
        "contest/presidente", "station/n1.01/presidente", "area/norte/presidente", "area/sur/consejo",
        "station/nowhere/presidente", "area/marte/presidente", "contest/nada",
        f"station/{_LONG[:59]}/{_LONG}",
    ),
    "signer": ("observer/1", "nobody", "a/b/c", "Z" * 64),
    "lot": ("lot-1", _LONG),
    "place": ("election", "area/norte", "area/marte", "station/n1.01", "station/nowhere", f"station/{_LONG}"),
    "audit": ("audit-1", _LONG),
}  # fmt: skip
