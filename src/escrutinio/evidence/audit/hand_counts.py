"""Hand counts of the boxes of an audit, as people write them down: what a count has to say, and a table."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from escrutinio.base.errors import InputError
from escrutinio.core.election.state import ContestView
from escrutinio.core.election.tables import write_table
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.rounds import MAX_BOXES

STATION, VALID, VOUCHERS, SALT = "station", "valid", "vouchers", "salt"
_NUMBER = re.compile("[0-9]{1,10}")
_SALT = re.compile("[0-9a-f]{64}")


def columns_of(contest: ContestView) -> tuple[str, ...]:
    """What a count says of a box: every option, every class of other ballots, and how many ballots are valid
    where one may have several marks."""
    return (*contest.options, *contest.classes, *((VALID,) if contest.marks > 1 else ()))


def hand_count(
    audit: AuditRecords, drawn: Mapping[str, int], contest: ContestView, row: Mapping[str, str]
) -> t.HandCount:
    """The count of one box that the audit drew, from cells as `read_counts` gives them; `drawn`: how often it
    drew each box, which is how many single vouchers a count of it has at most. Raises InputError."""
    station, needed = row[STATION], columns_of(contest)
    for box, together in audit.of(contest.code).bound.mixed.items():
        if station in together and station != box:
            raise InputError("count-mixed", station=station, box=box, together=", ".join(together))
    if station not in drawn:
        raise InputError("count-not-drawn", station=repr(station[:80]))
    if lacking := [name for name in needed if name not in row]:
        raise InputError("count-missing", station=station, option=repr(lacking[0]))
    if unknown := [name for name in row if name not in (*needed, STATION, VOUCHERS, SALT)]:
        there = ", ".join(needed)[:200]
        raise InputError("count-option", station=station, option=repr(unknown[0][:80]), known=there)
    counts = tuple(_number(station, row[name]) for name in contest.options)
    classes = tuple(_number(station, row[name]) for name in contest.classes)
    valid = _number(station, row[VALID]) if contest.marks > 1 else None
    if valid is not None and (sum(counts) > contest.marks * valid or max(counts, default=0) > valid):
        raise InputError("count-marks", station=station, valid=valid, marks=contest.marks)
    stated = row.get(VOUCHERS, "")
    vouchers = _number(station, stated) if stated else None
    told = sum(classes) + (sum(counts) if valid is None else valid)
    if vouchers is not None and vouchers < told:
        raise InputError("count-vouchers", station=station, vouchers=vouchers)
    found = told if vouchers is None else vouchers
    if audit.body.method is AuditMethod.BRAVO and found > drawn[station]:
        raise InputError("count-places", station=station, vouchers=found, places=drawn[station])
    digest = audit.logged.entry.digest
    return t.HandCount(
        counts, classes, valid, vouchers=vouchers, audit=digest, salt=_salt(station, row.get(SALT))
    )


def of_its_box(
    audit: AuditRecords, contest: str, station: str, count: t.HandCount
) -> t.HandCount | t.MixedCount:
    """A count as the record of its box: of all stations whose ballots lie there, where there are several."""
    mixed = audit.of(contest).bound.mixed.get(station)
    if mixed is None:
        return count
    others = tuple(name for name in mixed if name != station)
    return t.MixedCount(
        others,
        audit.logged.entry.digest,
        count.counts,
        count.classes,
        count.valid,
        count.vouchers,
        count.salt,
        count.corrects,
    )


def read_counts(raw: bytes, columns: Sequence[str], place: str) -> list[dict[str, str]]:
    """The rows of a CSV table of counts, by column; `place` names the table. Raises InputError otherwise."""
    needed = (STATION, *columns)
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("counts-csv", place=place) from None
    header = rows[0] if rows else []
    rest = [name for name in header if name not in (VOUCHERS, SALT)]
    if sorted(rest) != sorted(needed) or len(set(header)) != len(header):
        raise InputError("counts-header", place=place, columns=",".join((*needed, f"[{VOUCHERS}]")))
    body = [row for row in rows[1:] if row]
    if not 0 < len(body) <= MAX_BOXES or any(len(row) != len(header) for row in body):
        raise InputError("counts-rows", place=place, limit=MAX_BOXES, width=len(header))
    return [dict(zip(header, row, strict=True)) for row in body]


def kept_counts(contest: ContestView, counts: Mapping[str, t.HandCount]) -> bytes:
    """Counts by station with their salts, as a table that `read_counts` reads, until they are opened."""
    rows = []
    for station, count in sorted(counts.items()):
        valid = (count.valid,) if contest.marks > 1 else ()
        numbers = [str(number) for number in (*count.counts, *count.classes, *valid)]
        vouchers = "" if count.vouchers is None else str(count.vouchers)
        rows.append((station, *numbers, vouchers, "" if count.salt is None else count.salt.hex()))
    return write_table((STATION, *columns_of(contest), VOUCHERS, SALT), rows)


def _salt(station: str, text: str | None) -> bytes | None:
    if not text:
        return None
    if not _SALT.fullmatch(text):
        raise InputError("count-salt", station=station)
    return bytes.fromhex(text)


def _number(station: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise InputError("count-form", station=station, value=repr(text[:40]))
    return int(text)
