"""Hand counts of the boxes of an audit, as people write them down: what a count has to say, and a table."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
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
        raise InputError(
            say(
                f"the audit drew no box {station[:80]!r}, so a count of it does not enter",
                f"la auditoría no sorteó la caja {station[:80]!r}: un conteo de ella no entra",
            )
        )
    if lacking := [name for name in options if name not in row]:
        raise InputError(
            say(
                f"box {station}: the count of {lacking[0]!r} is missing; every option needs one, even zero",
                f"caja {station}: falta la cuenta de {lacking[0]!r}; cada opción necesita una, aun el cero",
            )
        )
    if unknown := [name for name in row if name not in (*options, "station", "null", "blank", "vouchers")]:
        there = ", ".join(options)[:200]
        raise InputError(
            say(
                f"box {station}: there is no option {unknown[0][:80]!r}; there are: {there}",
                f"caja {station}: no hay opción {unknown[0][:80]!r}; hay: {there}",
            )
        )
    counts = tuple(_number(station, row[name]) for name in options)
    null, blank = _number(station, row["null"]), _number(station, row["blank"])
    stated = row.get("vouchers", "")
    vouchers = _number(station, stated) if stated else None
    if vouchers is not None and vouchers < sum(counts) + null + blank:
        raise InputError(
            say(
                f"box {station}: {vouchers:,} vouchers are fewer than the ones counted apart",
                f"caja {station}: {vouchers:,} comprobantes son menos que los contados por separado",
            )
        )
    return t.HandCount(counts, null, blank, vouchers, audit.logged.entry.digest)


def read_counts(raw: bytes, options: Sequence[str], place: str) -> list[dict[str, str]]:
    """The rows of a CSV table of counts, by column; `place` names the table. Raises InputError otherwise."""
    needed = ("station", *options, "null", "blank")
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _wrong(place, "this is not a CSV table in UTF-8", "esto no es una tabla CSV en UTF-8") from None
    header = rows[0] if rows else []
    if sorted(header) not in (sorted(needed), sorted((*needed, "vouchers"))):
        columns = ",".join((*needed, "[vouchers]"))
        raise _wrong(place, f"its first line should be {columns}", f"su primera línea debería ser {columns}")
    body = [row for row in rows[1:] if row]
    if not 0 < len(body) <= MAX_BOXES or any(len(row) != len(header) for row in body):
        raise _wrong(
            place,
            f"it needs 1 to {MAX_BOXES:,} rows of {len(header)} cells",
            f"necesita de 1 a {MAX_BOXES:,} filas de {len(header)} celdas",
        )
    return [dict(zip(header, row, strict=True)) for row in body]


def _number(station: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise InputError(
            say(
                f"box {station}: {text[:40]!r} is not a number of vouchers",
                f"caja {station}: {text[:40]!r} no es un número de comprobantes",
            )
        )
    return int(text)


def _wrong(place: str, english: str, spanish: str) -> InputError:
    return InputError(f"{place}: {say(english, spanish)}")
