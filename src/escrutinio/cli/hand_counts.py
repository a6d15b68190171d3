"""escrutinio audit record: hand counts of the boxes that an audit drew, entered blind."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import ENGLISH, SPANISH, language, say
from escrutinio.base.words.wording import whole
from escrutinio.cli.audit_records import BOUNDS, bound_option, commitment_of, give
from escrutinio.cli.election import Question, asks
from escrutinio.cli.output import read_text
from escrutinio.cli.sealing import Proposed, Signer, signs


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
    from escrutinio.evidence.audit.hand_counts import hand_count, read_counts
    from escrutinio.evidence.audit.records import read_audit
    from escrutinio.evidence.audit.rounds import drawn_boxes

    digest = commitment_of(commitment)
    if (table is None) is (station is None):
        raise click.UsageError(say("either --station or --csv is needed", "hace falta --station o --csv"))
    opened = question.open()
    if table is not None:
        rows = read_counts(read_text(table), opened.contest.options, str(table))
    else:
        cells = {"station": station or "", "null": str(null or 0), "blank": str(blank or 0)}
        cells |= {} if vouchers is None else {"vouchers": str(vouchers)}
        rows = [cells | _options(options)]
    audit = read_audit(opened.state, opened.contest.code, digest)
    drawn = drawn_boxes(opened.state, audit, question.basis, BOUNDS[bound])
    about = opened.contest.code
    records = [
        Proposed(hand_count(audit, drawn, opened.contest.options, row), f"{row['station']}/{about}")
        for row in rows
    ]
    if len({each.about for each in records}) < len(records):
        raise InputError("box-twice")
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


def _options(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        code, sign, number = each.partition("=")
        if not sign or code in found:
            raise InputError("count-option-form", value=repr(each[:80]))
        found[code] = number
    return found
