"""Hypothesis strategies for whatever a codec can carry within bounds, and for whole records."""

import string
from dataclasses import replace
from datetime import UTC, date

from hypothesis import strategies as st

from escrutinio.core.records import codecs as c
from escrutinio.core.records import parts as p
from escrutinio.core.records.attachments import MAX_ATTACHMENT, MEDIA_TYPES
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.codes import Decision
from escrutinio.core.records.types import BY_CODE, Body, Ruling

_PART = st.text(string.ascii_letters + string.digits + "._-", max_size=12).map(lambda rest: "A" + rest)
_PATH = st.lists(_PART, min_size=1, max_size=3).map("/".join)
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters=_BIDI), max_size=40
)

_TEXTS: dict[str, st.SearchStrategy[object]] = {
    "code": _PART,
    "name": _PATH,
    "subject": _PATH,
    "date": st.dates(date(1, 1, 1)).map(date.isoformat),
    "short": _WORDS,
    "long": _WORDS,
    "media-type": st.sampled_from(sorted(MEDIA_TYPES)),
}

SUBJECTS: dict[str, st.SearchStrategy[str]] = {
    "election": st.just("election"),
    "contest": _PART,
    "contest-area": st.lists(_PART, min_size=1, max_size=2).map("/".join),
    "station": _PART,
    "station/contest": st.lists(_PART, min_size=2, max_size=2).map("/".join),
    "matter": st.tuples(st.sampled_from(["station", "area"]), _PART, _PART).map("/".join)
    | _PART.map("contest/{}".format),
    "signer": _PATH,
    "lot": _PART,
    "place": st.just("election") | _PART.map("area/{}".format) | _PART.map("station/{}".format),
    "audit": _PART,
}

NAMES = _PATH
_LIMITS = {"seconds": TIME_LIMIT, "file-size": MAX_ATTACHMENT + 1}


def values(codec: object) -> st.SearchStrategy[object]:
    """Values in Python that `codec` carries."""
    match codec:
        case c.Uint():
            return st.integers(0, _LIMITS.get(codec.cddl, codec.limit) - 1)
        case c.Bytes():
            return st.binary(min_size=codec.size, max_size=codec.size)
        case c.Text():
            return _TEXTS[codec.cddl]
        case c.Code():
            return st.sampled_from(tuple(codec.of.__members__.values()))
        case c.Optional():
            return st.none() | values(codec.item)
        case c.Array():
            return st.lists(
                values(codec.item), min_size=codec.least, max_size=min(codec.most, codec.least + 3)
            ).map(tuple)
        case c.Struct(of=of) if of is p.Fraction or of is p.Bar:
            rest = {name: values(inner) for name, inner in codec.layout[2:]}
            whole = st.integers(1, c.UINT_LIMIT - 1)
            return whole.flatmap(lambda most: st.builds(of, st.integers(0, most), st.just(most), **rest))
        case c.Struct():
            return st.builds(codec.of, **{name: values(inner) for name, inner in codec.layout})
    raise AssertionError(codec)


def bodies(kind: type[Body]) -> st.SearchStrategy[Body]:
    """Bodies of a record type, as they may be written."""
    made = st.builds(kind, **{name: values(codec) for name, codec in kind.LAYOUT})
    return made.map(_complete) if kind is Ruling else made


def _complete(body: Body) -> Body:
    """A ruling with what it rules and nothing else: the sheet, the end, or the act before it."""
    assert isinstance(body, Ruling)
    decision, some = body.decision, bytes(32)
    return replace(
        body,
        sheet=(body.sheet or some) if decision is Decision.SELECT else None,
        until=(body.until or 0) if decision is Decision.STAY else None,
        replaces=(body.replaces or some) if decision is Decision.REVERSE else body.replaces,
    )


ANY_BODY = st.one_of([bodies(kind) for kind in BY_CODE.values()])

# What CBOR can carry and a record may not, beside what it may.
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats()
    | st.binary(max_size=40)
    | st.text(max_size=20)
    | st.integers(0, 40)
    | st.datetimes(timezones=st.just(UTC))
)
ANY_CBOR = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)
