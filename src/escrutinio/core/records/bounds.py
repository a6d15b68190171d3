"""Bounds: what a well-formed record may not state all the same, since nobody could show or keep it.

Times lie before the year 10000, an attachment is of a known media type and at most 256 MiB, a share is a part
of one, a ruling has what it rules. They are asked last, after the signature, so that a record from before
they existed is told apart from one that is forged: it has no effect, and fails no verification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from escrutinio.base.errors import RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records import parts as p
from escrutinio.core.records.attachments import check_attachment
from escrutinio.core.records.body import Body
from escrutinio.core.records.codes import Decision
from escrutinio.core.records.types.dispute import Ruling

TIME_LIMIT = 253_402_300_800
"""The first second of the year 10000 (UTC): calendars of computers end before it."""

_Check = Callable[[Any], None]


class OutOfBoundsError(RecordError):
    """A record is well formed, and states what no record may."""


def check_bounds(body: Body, issued_at: int) -> None:
    """Raise OutOfBoundsError, with the place, where a record goes beyond what one may state."""
    check_time(issued_at)
    for name, check in _of(body):
        try:
            check(getattr(body, name))
        except RecordError as error:
            raise OutOfBoundsError("at-place", why=error, place=f"{body.NAME}.{name}") from None
    if isinstance(body, Ruling):
        _check_ruling(body)


def check_time(seconds: int) -> None:
    """Raise OutOfBoundsError for a time that no record may state."""
    if seconds >= TIME_LIMIT:
        raise OutOfBoundsError("bound-time", seconds=seconds)


_PLANS: dict[int, tuple[tuple[str, _Check], ...]] = {}


def _of(body: Body) -> tuple[tuple[str, _Check], ...]:
    """The bounded positions of a type of record, found once."""
    if body.TYPE not in _PLANS:
        _PLANS[body.TYPE] = tuple(_bounded(body.LAYOUT))
    return _PLANS[body.TYPE]


def _bounded(layout: c.Layout) -> Iterable[tuple[str, _Check]]:
    """The positions that have a bound somewhere in them."""
    for name, codec in layout:
        check = _check_of(codec)
        if check is not None:
            yield name, check


def _check_of(codec: object) -> _Check | None:
    """What asks the bounds of a value of this shape; None where it has none."""
    match codec:
        case c.Uint() if codec == c.TIME:
            return check_time
        case c.Struct(of=p.Attachment):
            return check_attachment
        case c.Struct(of=of) if of is p.Fraction or of is p.Bar:
            return _check_fraction
        case c.Struct():
            return _of_struct(tuple(_bounded(codec.layout)))
        case c.Optional() | c.Trailing() | c.Array():
            inner = _check_of(codec.item)
            return None if inner is None else _of_each(inner, many=isinstance(codec, c.Array))
    return None


def _of_struct(parts: tuple[tuple[str, _Check], ...]) -> _Check | None:
    def check(value: object) -> None:
        for name, inner in parts:
            c.within(name, inner, getattr(value, name))

    return check if parts else None


def _of_each(inner: _Check, *, many: bool) -> _Check:
    def check(value: Any) -> None:
        if many:
            for place, item in enumerate(value):
                c.within(f"item {place}", inner, item)
        elif value is not None:
            inner(value)

    return check


def _check_ruling(body: Ruling) -> None:
    """A ruling has what it rules: the sheet that it selects, the end of a stay, the act that it reverses."""
    decision = body.decision
    if (body.sheet is not None) is not (decision is Decision.SELECT):
        raise OutOfBoundsError("ruling-sheet")
    if (body.until is not None) is not (decision is Decision.STAY):
        raise OutOfBoundsError("ruling-until")
    if decision is Decision.REVERSE and body.replaces is None:
        raise OutOfBoundsError("ruling-reverses")


def _check_fraction(share: p.Fraction | p.Bar) -> None:
    if share.denominator < 1 or share.numerator > share.denominator:
        raise OutOfBoundsError("bound-fraction", numerator=share.numerator, denominator=share.denominator)
