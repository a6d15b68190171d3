"""Hand counts of the boxes of an audit, as people write them down: what a count has to say, and a table."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from escrutinio.base.errors import InputError
from escrutinio.core.records import types as t
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.rounds import MAX_BOXES

_NUMBER = re.compile("[0-9]{1,10}")


def hand_count(
    audit: AuditRecords, drawn: frozenset[str], options: Sequence[str], row: Mapping[str, str]
) -> t.HandCount:
    """The count of one box that the audit drew, from cells as `read_counts` gives them. Raises InputError."""
    station = row["station"]
    if station not in drawn:
        raise InputError("count-not-drawn", station=repr(station[:80]))
    if lacking := [name for name in options if name not in row]:
        raise InputError("count-missing", station=station, option=repr(lacking[0]))
    if unknown := [name for name in row if name not in (*options, "station", "null", "blank", "vouchers")]:
        there = ", ".join(options)[:200]
        raise InputError("count-option", station=station, option=repr(unknown[0][:80]), known=there)
    counts = tuple(_number(station, row[name]) for name in options)
    null, blank = _number(station, row["null"]), _number(station, row["blank"])
    stated = row.get("vouchers", "")
    vouchers = _number(station, stated) if stated else None
    if vouchers is not None and vouchers < sum(counts) + null + blank:
        raise InputError("count-vouchers", station=station, vouchers=vouchers)
    return t.HandCount(counts, (null, blank), vouchers=vouchers, audit=audit.logged.entry.digest)


def read_counts(raw: bytes, options: Sequence[str], place: str) -> list[dict[str, str]]:
    """The rows of a CSV table of counts, by column; `place` names the table. Raises InputError otherwise."""
    needed = ("station", *options, "null", "blank")
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("counts-csv", place=place) from None
    header = rows[0] if rows else []
    if sorted(header) not in (sorted(needed), sorted((*needed, "vouchers"))):
        columns = ",".join((*needed, "[vouchers]"))
        raise InputError("counts-header", place=place, columns=columns)
    body = [row for row in rows[1:] if row]
    if not 0 < len(body) <= MAX_BOXES or any(len(row) != len(header) for row in body):
        raise InputError("counts-rows", place=place, limit=MAX_BOXES, width=len(header))
    return [dict(zip(header, row, strict=True)) for row in body]


def _number(station: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise InputError("count-form", station=station, value=repr(text[:40]))
    return int(text)
