"""The formats written out from the classes: docs/formats.cddl (RFC 8610) and the tables of docs/formats.md.

python -m escrutinio.core.records.cddl              prints the CDDL
python -m escrutinio.core.records.cddl --markdown   prints the tables
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from enum import IntEnum

from escrutinio.core.records import codecs as c
from escrutinio.core.records.attachments import MAX_ATTACHMENT, MEDIA_TYPES
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.entry import UNREAD
from escrutinio.core.records.subjects import FORMS
from escrutinio.core.records.types import BY_CODE, EARLIER, Body, Definition

_FRAME = """\
; Escrutinio: the records. Written by `python -m escrutinio.core.records.cddl`; docs/formats.md explains it.
; On top of what CDDL can say, a record has exactly one encoding: definite lengths, shortest form, nothing
; after the end, map keys in the order written here, at most 65,535 bytes. What is marked "bound" is asked
; last, after the signature: a record that is beyond a bound is not malformed.

record = #6.18([
  bytes .cbor protected,
  {},  ; unprotected
  bytes .cbor payload,
  bytes .size 64,  ; signature
])

protected = {
  1 => -8,       ; alg: EdDSA, here Ed25519 only
  3 => 60,       ; content type: application/cbor
  4 => kid,      ; first 8 bytes of SHA-256(public key)
  15 => {        ; CWT claims
    1 => name,     ; iss: the signer's enrolled name
    2 => subject,  ; sub: what the record speaks of
  },
}

election = digest  ; SHA-256 of the definition record
"""

_UNREAD = f"""\
; A type that a later version may have, or a later version of a type. One below {UNREAD} looks alike and
; may change keys or totals: a reader that does not know it judges no total.
unread = [
  1..{c.UINT_LIMIT - 1},  ; version
  {UNREAD}..{c.UINT_LIMIT - 1},  ; type
  election,
  seconds,  ; issued-at
  * item,
]

item = uint53 / bytes / text / [* item]
"""

_SCALARS = {
    "bit": "0..1",
    "uint8": "0..255",
    "count": f"0..{c.COUNT_LIMIT - 1}",
    "uint53": f"0..{c.UINT_LIMIT - 1}",
    "seconds": f"0..{TIME_LIMIT - 1}  ; since 1970-01-01 UTC, before the year 10000; bound",
    "file-size": f"0..{MAX_ATTACHMENT}  ; bytes; bound",
    "media-type": " / ".join(f'"{each}"' for each in sorted(MEDIA_TYPES)) + "  ; bound",
    "part": f"0..{c.UINT_LIMIT - 1}  ; at most the whole; bound",
    "whole": f"1..{c.UINT_LIMIT - 1}  ; bound",
    "digest": "bytes .size 32  ; SHA-256",
    "key": "bytes .size 32  ; Ed25519 public key",
    "kid": "bytes .size 8",
    "signature": "bytes .size 64  ; Ed25519",
    "salt": "bytes .size 32  ; random",
    "code": 'text .regexp "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"',
    "name": 'text .regexp "[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*"  ; at most 64 bytes',
    "subject": 'text .regexp "[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*"  ; at most 137 bytes',
    "date": 'text .regexp "[0-9]{4}-[0-9]{2}-[0-9]{2}"  ; a day of the calendar',
    "short": "text .size (0..200)  ; no control or bidi characters",
    "long": "text .size (0..2000)  ; no control or bidi characters",
}


def cddl() -> str:
    """The text of docs/formats.cddl."""
    bodies = [*BY_CODE.values(), *EARLIER.values()]
    rules = ["payload = " + "\n  / ".join([*(body.NAME for body in bodies), "unread"]) + "\n"]
    rules += [_record_rule(body) for body in bodies]
    rules += [_array_rule(c.cddl_name(part.__name__), [], c.layout(part)) for part in parts()]
    rules += [_list_rule(numbers) for numbers in lists()]
    rules += [_UNREAD, "".join(f"{name} = {rule}\n" for name, rule in _SCALARS.items())]
    return _FRAME + "\n" + "\n".join(rules)


def markdown() -> str:
    """The tables between the markers of docs/formats.md: records, parts and lists, with every position."""
    sections = ["### Records"]
    for code, body in BY_CODE.items():
        sections += _section(f"{code} {body.NAME}", body)
        sections += [
            part
            for (kind, version), before in EARLIER.items()
            if kind == code
            for part in _section(f"{code} {body.NAME}, version {version}", before)
        ]
    sections.append("### Parts")
    for part in parts():
        sections.append(f"#### {c.cddl_name(part.__name__)}\n\n{_about(part)}")
        sections.append(_table(c.layout(part), 0))
    sections.append("### Lists")
    rows = [f"| {c.cddl_name(of.__name__)} | {_words(of)} |" for of in lists()]
    sections.append("\n".join(["| list | numbers |", "| --- | --- |", *rows]))
    return "\n\n".join(sections) + "\n"


def _section(title: str, body: type[Body]) -> list[str]:
    about = f"{_about(body)}\n\nVersion {body.VERSION}. Subject: {FORMS[body.SUBJECT]}."
    return [f"#### {title}\n\n{about}", _table(body.LAYOUT, 4)]


def parts() -> tuple[type[object], ...]:
    """The classes that records are made of, in the order in which they first appear."""
    found = (codec.of for codec in _codecs() if isinstance(codec, c.Struct))
    return tuple(dict.fromkeys(found))


def lists() -> tuple[type[IntEnum], ...]:
    """The lists of numbered words, in the order in which they first appear."""
    found = (codec.of for codec in _codecs() if isinstance(codec, c.Code))
    return tuple(dict.fromkeys(found))


def _codecs() -> Iterator[object]:
    bodies = (*BY_CODE.values(), *EARLIER.values())
    return _inside(codec for body in bodies for _, codec in body.LAYOUT)


def _inside(codecs: Iterable[object]) -> Iterator[object]:
    for codec in codecs:
        yield codec
        if isinstance(codec, c.Optional | c.Array):
            yield from _inside([codec.item])
        elif isinstance(codec, c.Struct):
            yield from _inside(inner for _, inner in codec.layout)


def _record_rule(body: type[Body]) -> str:
    election = "bytes .size 0" if body is Definition else "election"
    head = [
        (str(body.VERSION), "version"),
        (str(body.TYPE), "type"),
        (election, "election"),
        ("seconds", "issued-at"),
    ]
    return _array_rule(body.NAME, head, body.LAYOUT)


def _array_rule(name: str, head: list[tuple[str, str]], layout: c.Layout) -> str:
    # The names stand in comments: as member keys some validators take them for the rules of that name.
    items = head + [(codec.cddl, _dashed(field)) for field, codec in layout]
    return (
        f"{name} = [\n"
        + "".join(f"  {shape},  ; {field}".removesuffix(f"  ; {shape}") + "\n" for shape, field in items)
        + "]\n"
    )


def _list_rule(of: type[IntEnum]) -> str:
    members = " /\n".join(f"  {int(member)}" for member in of).split("\n")
    words = "".join(f"{line}  ; {c.word(member)}\n" for line, member in zip(members, of, strict=True))
    return f"{c.cddl_name(of.__name__)} =\n{words}"


def _table(layout: c.Layout, first: int) -> str:
    rows = [f"| {at} | {_dashed(name)} | `{codec.cddl}` |" for at, (name, codec) in enumerate(layout, first)]
    return "\n".join(["| position | is | shape |", "| --- | --- | --- |", *rows])


def _words(of: type[IntEnum]) -> str:
    return ", ".join(f"{int(member)} {c.word(member)}" for member in of)


def _about(of: type[object]) -> str:
    return inspect.getdoc(of) or ""


def _dashed(name: str) -> str:
    return name.replace("_", "-")


if __name__ == "__main__":
    sys.stdout.write(markdown() if "--markdown" in sys.argv[1:] else cddl())
