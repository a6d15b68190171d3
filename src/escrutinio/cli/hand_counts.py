"""escrutinio audit record: hand counts of the boxes that an audit drew, entered blind."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import ENGLISH, SPANISH, language, say
from escrutinio.base.words.wording import whole
from escrutinio.cli.audit_records import BOUNDS, MAX_BOXES, bound_option, commitment_of, give
from escrutinio.cli.election import Opened, Question, asks
from escrutinio.cli.output import read_small
from escrutinio.cli.sealing import Proposed, Signer, signs
from escrutinio.core.records import types as t

if TYPE_CHECKING:
    from escrutinio.evidence.audit.boxes import Bound
    from escrutinio.evidence.audit.records import AuditRecords

_NUMBER = re.compile("[0-9]{1,10}")


@click.command(
    help=say(
        "Write hand counts of boxes that an audit drew. What the sheet says is not shown: the count is "
        "entered blind.\n\n"
        "One box with --station and an --option CODE=NUMBER for each option, or many with --csv FILE, whose "
        "columns are station, every option, null, blank and vouchers.\n\n"
        "Example: escrutinio audit record public/miniature --contest presidencia --as observer/faro --csv "
        "counts.csv",
        "Escribe conteos a mano de cajas que una auditoría sorteó. No se muestra lo que dice el acta: el "
        "conteo se ingresa a ciegas.\n\n"
        "Una caja con --station y un --option CODE=NÚMERO por cada opción, o muchas con --csv FILE, cuyas "
        "columnas son station, cada opción, null, blank y vouchers.\n\n"
        "Ejemplo: escrutinio audit record public/miniature --contest presidencia --as observer/faro --csv "
        "conteos.csv",
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out.",
                       "Resumen del compromiso; el último si no se indica."))  # fmt: skip
@click.option("--station", help=say("Code of the box's station.", "Código de la mesa de la caja."))
@click.option("--option", "options", multiple=True, metavar="CODE=NUMBER",
              help=say("Vouchers for an option.", "Comprobantes de una opción."))  # fmt: skip
@click.option("--null", "null", type=click.IntRange(0), help=say("Null vouchers.", "Comprobantes nulos."))
@click.option("--blank", type=click.IntRange(0), help=say("Blank vouchers.", "Comprobantes en blanco."))
@click.option("--vouchers", type=click.IntRange(0),
              help=say("All vouchers in the box.", "Todos los comprobantes de la caja."))  # fmt: skip
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Counts of many boxes.", "Conteos de muchas cajas."))  # fmt: skip
@bound_option
@signs
def record(
    question: Question,
    commitment: str | None,
    station: str | None,
    options: tuple[str, ...],
    null: int | None,
    blank: int | None,
    vouchers: int | None,
    table: Path | None,
    bound: str,
    signer: Signer,
) -> None:
    digest = commitment_of(commitment)
    if (table is None) is (station is None):
        raise click.UsageError(say("either --station or --csv is needed", "hace falta --station o --csv"))
    opened = question.open()
    if table is not None:
        rows = _read_counts(table, opened.contest.options)
    else:
        cells = {"station": station or "", "null": str(null or 0), "blank": str(blank or 0)}
        cells |= {} if vouchers is None else {"vouchers": str(vouchers)}
        rows = [cells | _options(options)]
    audit, drawn = _drawn(opened, digest, question.basis, BOUNDS[bound])
    records = [_hand_count(opened, audit, drawn, row) for row in rows]
    if len({each.about for each in records}) < len(records):
        raise InputError(say("a box stands twice in the table", "una caja está dos veces en la tabla"))
    boxes = whole(len(records), language())
    remarks = {
        ENGLISH: [
            f"Boxes counted by hand: {boxes}; each enters once two organisations that the commitment names "
            "sign the same.",
            "They were not compared with any sheet here, and a difference of a few votes is usual.",
        ],
        SPANISH: [
            f"Cajas contadas a mano: {boxes}; cada una entra cuando dos organizaciones que el compromiso "
            "nombra firman lo mismo.",
            "Aquí no se compararon con ningún acta, y una diferencia de pocos votos es usual.",
        ],
    }
    give(question, opened, signer, records, remarks)


def _drawn(
    opened: Opened, digest: bytes | None, basis: str | None, bound: Bound
) -> tuple[AuditRecords, frozenset[str]]:
    """The audit and every box that its samples in the log name or its seed draws for them."""
    from escrutinio.evidence.audit.records import read_audit
    from escrutinio.evidence.audit.status import audit_status

    audit = read_audit(opened.state, opened.contest.code, digest)
    stands = audit_status(
        opened.state, opened.contest.code, audit.logged.entry.digest, basis=basis, bound=bound
    )
    return audit, frozenset(name for each in stands.rounds for name in each.drawn)


def _hand_count(opened: Opened, audit: AuditRecords, drawn: frozenset[str], row: dict[str, str]) -> Proposed:
    station = row["station"]
    if station not in drawn:
        raise InputError(
            say(
                f"the audit drew no box {station[:80]!r}, so a count of it does not enter",
                f"la auditoría no sorteó la caja {station[:80]!r}: un conteo de ella no entra",
            )
        )
    names = opened.contest.options
    if lacking := [name for name in names if name not in row]:
        raise InputError(
            say(
                f"box {station}: the count of {lacking[0]!r} is missing; every option needs one, even zero",
                f"caja {station}: falta la cuenta de {lacking[0]!r}; cada opción necesita una, aun el cero",
            )
        )
    if unknown := [name for name in row if name not in (*names, "station", "null", "blank", "vouchers")]:
        there = ", ".join(names)[:200]
        raise InputError(
            say(
                f"box {station}: there is no option {unknown[0][:80]!r}; there are: {there}",
                f"caja {station}: no hay opción {unknown[0][:80]!r}; hay: {there}",
            )
        )
    counts = tuple(_number(station, row[name]) for name in names)
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
    body = t.HandCount(counts, null, blank, vouchers, audit.logged.entry.digest)
    return Proposed(body, f"{station}/{opened.contest.code}")


def _number(station: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise InputError(
            say(
                f"box {station}: {text[:40]!r} is not a number of vouchers",
                f"caja {station}: {text[:40]!r} no es un número de comprobantes",
            )
        )
    return int(text)


def _options(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        code, sign, number = each.partition("=")
        if not sign or code in found:
            raise InputError(
                say(
                    f"{each[:80]!r} is not CODE=NUMBER, each option once",
                    f"{each[:80]!r} no es CODE=NÚMERO, cada opción una vez",
                )
            )
        found[code] = number
    return found


def _read_counts(path: Path, options: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table of counts. Raises InputError for anything else."""
    needed = ("station", *options, "null", "blank")
    try:
        rows = list(csv.reader(io.StringIO(read_small(path).decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _wrong(path, "this is not a CSV table in UTF-8", "esto no es una tabla CSV en UTF-8") from None
    header = rows[0] if rows else []
    if sorted(header) not in (sorted(needed), sorted((*needed, "vouchers"))):
        columns = ",".join((*needed, "[vouchers]"))
        raise _wrong(path, f"its first line should be {columns}", f"su primera línea debería ser {columns}")
    body = [row for row in rows[1:] if row]
    if not 0 < len(body) <= MAX_BOXES or any(len(row) != len(header) for row in body):
        raise _wrong(
            path,
            f"it needs 1 to {MAX_BOXES:,} rows of {len(header)} cells",
            f"necesita de 1 a {MAX_BOXES:,} filas de {len(header)} celdas",
        )
    return [dict(zip(header, row, strict=True)) for row in body]


def _wrong(path: Path, english: str, spanish: str) -> InputError:
    return InputError(f"{path}: {say(english, spanish)}")
