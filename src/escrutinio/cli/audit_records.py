"""escrutinio audit commit, draw and record: the records of an audit, to be put in a script or sealed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.cli.election import Opened, Question, asks
from escrutinio.cli.language import ENGLISH, SPANISH, language, say
from escrutinio.cli.output import print_json, read_small
from escrutinio.cli.sealing import Proposed, Signer, script_text, sealed_files, signs, write_new
from escrutinio.evidence.audit.boxes import Bound
from escrutinio.evidence.wording import whole
from escrutinio.records import parts as p
from escrutinio.records import types as t
from escrutinio.records.codecs import word
from escrutinio.records.codes import AuditMethod
from escrutinio.records.errors import InputError

if TYPE_CHECKING:
    from escrutinio.evidence.audit.measure import Procedure
    from escrutinio.evidence.audit.records import AuditRecords

BOUNDS = {bound.value: bound for bound in Bound}
METHODS = {word(method): method for method in AuditMethod}
MAX_BOXES = 10_000
"""Most boxes of one call."""

_DIGEST = re.compile("[0-9a-f]{64}")
_NUMBER = re.compile("[0-9]{1,10}")

bound_option = click.option(
    "--bound",
    type=click.Choice(list(BOUNDS)),
    default=Bound.BALLOTS.value,
    show_default=True,
    help=say(
        "What bounds the vouchers of a box: ballots stated, or registered voters.",
        "Qué acota los comprobantes de una caja: los que indica el acta, o sus electores.",
    ),
)


def percent_of(text: str) -> Fraction:
    """A percentage as a share above 0 and below 1. Raises EvidenceError, InputError."""
    from escrutinio.evidence.audit.ppeb import check_risk_limit
    from escrutinio.evidence.percentages import parse_percentage

    share = parse_percentage(text).value
    check_risk_limit(share)
    return share


def commitment_of(text: str | None) -> bytes | None:
    """The digest of a commitment. Raises InputError unless it is 64 lower-case hexadecimal digits."""
    if text is not None and not _DIGEST.fullmatch(text):
        raise InputError(
            say(
                f"{text[:80]!r} is not a digest of 64 hexadecimal digits",
                f"{text[:80]!r} no es un resumen de 64 cifras hexadecimales",
            )
        )
    return None if text is None else bytes.fromhex(text)


def _give(
    question: Question, opened: Opened, signer: Signer, records: Sequence[Proposed], remarks: dict[str, list[str]]
) -> None:
    """Print the records as entries of a script (or JSON), and seal them where there is a key."""
    files = sealed_files(opened.state, signer, records)
    entries = [record.as_plain(signer.name) for record in records]
    if question.as_json:
        print_json(
            {"version": 1, "entries": entries, "files": [str(file) for file in files], "sentences": remarks}
        )
        return
    click.echo(script_text(entries, remarks[language()]), nl=False)
    for file in files:
        click.echo(say(f"sealed: {file}", f"sellado: {file}"), err=True)


# --- commit ---


@click.command(
    help=say(
        "Write the commitment to an audit: method, risk limit, the log as it stands, and who counts.\n\n"
        "The boxes are the sheets that count now. Two organisations or more have to be named, since a box "
        "is counted once two of them sign the same.\n\n"
        "Example: escrutinio audit commit public/miniature --contest presidencia --as authority/officer-1 "
        "--counts party/ancla --counts observer/faro",
        "Escribe el compromiso de una auditoría: método, límite de riesgo, el registro como está y quién "
        "cuenta.\n\n"
        "Las cajas son las de las actas que cuentan ahora. Hay que nombrar dos organizaciones o más, pues una "
        "caja está contada cuando dos firman lo mismo.\n\n"
        "Ejemplo: escrutinio audit commit public/miniature --contest presidencia --as authority/officer-1 "
        "--counts party/ancla --counts observer/faro",
    )
)
@asks
@click.option("--method", type=click.Choice(list(METHODS)), default="ppeb-betting", show_default=True,
              help=say("How boxes are drawn and risk is measured.",
                       "Cómo se sortea y se mide el riesgo."))  # fmt: skip
@click.option("--risk-limit", default="5", show_default=True,
              help=say("Risk limit in percent.", "Límite de riesgo en por ciento."))  # fmt: skip
@click.option("--counts", "organisations", multiple=True, required=True, metavar="NAME",
              help=say("An organisation that counts; name two or more.",
                       "Una organización que cuenta; nombre dos o más."))  # fmt: skip
@signs
def commit(
    question: Question, method: str, risk_limit: str, organisations: tuple[str, ...], signer: Signer
) -> None:
    from escrutinio.evidence.audit.boxes import audited_basis, boxes_of

    limit = percent_of(risk_limit)
    opened = question.open()
    _check_organisations(opened, organisations)
    basis = question.basis or audited_basis(opened.state, opened.contest.code)
    boxes = whole(len(boxes_of(opened.state, opened.contest.code, basis)), language())
    head = opened.checkpoint
    body = t.AuditCommitment(
        METHODS[method],
        p.Fraction(limit.numerator, limit.denominator),
        p.LogHead(head.origin, head.size, head.root),
        organisations,
    )
    remarks = {
        ENGLISH: [
            f"This fixes what is audited: the {boxes} boxes whose sheets count ({basis}) in a log of "
            f"{head.size} entries.",
            "It says nothing yet of the paper; the seed comes after it, from public dice.",
        ],
        SPANISH: [
            f"Esto fija lo que se audita: las {boxes} cajas cuyas actas cuentan ({basis}) en un registro de "
            f"{head.size} entradas.",
            "Nada dice todavía del papel; la semilla viene después, de dados públicos.",
        ],
    }
    _give(question, opened, signer, [Proposed(body, opened.contest.code)], remarks)


def _check_organisations(opened: Opened, names: tuple[str, ...]) -> None:
    known = set(opened.state.organisations)
    for name in names:
        if name not in known:
            there = ", ".join(sorted(known)[:20])
            raise InputError(
                say(
                    f"the log has no organisation {name[:80]!r}; it has: {there}",
                    f"el registro no tiene la organización {name[:80]!r}; tiene: {there}",
                )
            )
    if len(set(names)) < 2:
        raise InputError(
            say(
                "an audit needs two different organisations that count",
                "una auditoría necesita dos organizaciones distintas que cuenten",
            )
        )


# --- draw ---


@click.command(
    help=say(
        "Draw the boxes of the next round from the seed, and write the records of seed and sample.\n\n"
        "The seed is what the dice showed in public after the commitment: 20 to 64 decimal digits. Once it "
        "is in the log it need not be given. With --xlsx the draw is also written as a workbook whose "
        "formulas make it again.\n\n"
        "Example: escrutinio audit draw public/miniature --contest presidencia --as authority/officer-1",
        "Sortea las cajas de la siguiente ronda con la semilla y escribe los documentos de semilla y "
        "muestra.\n\n"
        "La semilla es lo que mostraron los dados en público después del compromiso: de 20 a 64 cifras "
        "decimales. Una vez en el registro no hace falta darla. Con --xlsx el sorteo se escribe también como "
        "libro cuyas fórmulas lo repiten.\n\n"
        "Ejemplo: escrutinio audit draw public/miniature --contest presidencia --as authority/officer-1",
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out.",
                       "Resumen del compromiso; el último si no se indica."))  # fmt: skip
@click.option("--seed", metavar="DIGITS", help=say("What the dice showed.", "Lo que mostraron los dados."))
@click.option("--take", type=click.IntRange(1, MAX_BOXES),
              help=say("Draws of this round; by default those that end the audit if all boxes agree.",
                       "Extracciones de la ronda; si no, las que la terminan si todo coincide."))  # fmt: skip
@bound_option
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Workbook that makes the draw again.", "Libro que repite el sorteo."))  # fmt: skip
@signs
def draw(
    question: Question,
    commitment: str | None,
    seed: str | None,
    take: int | None,
    bound: str,
    xlsx: Path | None,
    signer: Signer,
) -> None:
    from escrutinio.evidence.audit.records import read_audit

    digest = commitment_of(commitment)
    opened = question.open()
    audit = read_audit(opened.state, opened.contest.code, digest, root_at=opened.root_at)
    used = _seed(audit, seed)
    procedure = procedure_of(opened, audit, question.basis, BOUNDS[bound])
    done = sum(len(sample.stations) for sample in audit.samples)
    count = take or _suggested(opened, audit, procedure, question.basis, BOUNDS[bound])
    drawn = procedure.draw(used, done + count)[done:]
    number = len(audit.samples) + 1
    about, made = opened.contest.code, audit.logged.entry.digest
    records = [Proposed(t.AuditSample(made, number, drawn), about)]
    if audit.seed is None:
        records.insert(0, Proposed(t.AuditSeed(made, used), about))
    if xlsx is not None:
        _write_workbook(xlsx, opened, procedure, used, done + count)
    boxes, different = whole(len(drawn), language()), whole(len(set(drawn)), language())
    remarks = {
        ENGLISH: [
            f"Round {number}: {boxes} draws give {different} different boxes; anybody draws the same from the "
            "seed and the log.",
            "Nobody may choose other boxes, and the draw does not say whether any sheet matches its ballots.",
        ],
        SPANISH: [
            f"Ronda {number}: {boxes} extracciones dan {different} cajas distintas; cualquiera saca las mismas "
            "con la semilla y el registro.",
            "Nadie puede escoger otras cajas, y el sorteo no dice si algún acta coincide con sus papeletas.",
        ],
    }
    _give(question, opened, signer, records, remarks)


def _seed(audit: AuditRecords, given: str | None) -> str:
    """The audit's seed: that in the log, or the one given where it has none yet."""
    from escrutinio.evidence.audit.draw import check_seed

    if given is not None:
        check_seed(given)
    if audit.seed is None and given is None:
        raise InputError(
            say(
                "the log has no seed of this audit yet; --seed gives what the dice showed",
                "el registro aún no tiene la semilla de esta auditoría; --seed da lo que mostraron los dados",
            )
        )
    if audit.seed is not None and given not in (None, audit.seed):
        raise InputError(
            say(
                f"the log has another seed, {audit.seed} in entry {audit.seed_index}; "
                "an audit has one for all its rounds",
                f"el registro tiene otra semilla, {audit.seed} en la entrada {audit.seed_index}; "
                "una auditoría tiene una sola para todas sus rondas",
            )
        )
    seed = audit.seed or given
    assert seed is not None
    return seed


def procedure_of(opened: Opened, audit: AuditRecords, basis: str | None, bound: Bound) -> Procedure:
    """How this audit draws and measures, over the boxes that it committed to. Raises EvidenceError."""
    from escrutinio.evidence.audit.assertions import assertions_of
    from escrutinio.evidence.audit.boxes import audited_basis, boxes_of, centers_of
    from escrutinio.evidence.audit.measure import Bravo, Hot, Ppeb, Srs

    state, view = opened.state, opened.contest
    chosen = basis or audited_basis(state, view.code, audit.organisation)
    boxes = boxes_of(state, view.code, chosen, size=audit.sheets_below, bound=bound)
    found = assertions_of(view.method, view.seats, view.threshold, boxes.totals)
    match audit.body.method:
        case AuditMethod.PPEB_BETTING:
            return Ppeb(boxes, found)
        case AuditMethod.SRS_ALPHA:
            return Srs(boxes, found)
        case AuditMethod.BRAVO:
            return Bravo(boxes, found)
        case AuditMethod.HOT_AUDIT:
            return Hot(boxes, found, centers_of(state, view.code))


def _suggested(
    opened: Opened, audit: AuditRecords, procedure: Procedure, basis: str | None, bound: Bound
) -> int:
    """How many draws would end the audit if all boxes agreed. Raises InputError where none can be said."""
    from escrutinio.evidence.audit.status import audit_status

    if audit.body.method is AuditMethod.HOT_AUDIT:
        return len(procedure.boxes)
    if audit.samples:
        stands = audit_status(
            opened.state, opened.contest.code, audit.logged.entry.digest, basis=basis, bound=bound
        )
        more = stands.more
    else:
        limit = audit.body.risk_limit
        more = procedure.measure((), {}, Fraction(limit.numerator, limit.denominator)).more
    if not more or more > MAX_BOXES:
        raise InputError(
            say(
                "no number of draws ends this audit by itself; --take says how many to draw",
                "ningún número de extracciones termina por sí solo esta auditoría; --take dice cuántas sacar",
            )
            if more != 0
            else say("the audit may stop at its risk limit", "la auditoría puede terminar en su límite de riesgo")
        )
    return more


def _write_workbook(path: Path, opened: Opened, procedure: Procedure, seed: str, draws: int) -> None:
    from escrutinio.evidence.audit.measure import Ppeb
    from escrutinio.publication.audit_sheet import AuditSheet, audit_workbook

    if not isinstance(procedure, Ppeb):
        raise InputError(
            say(
                "the workbook makes the weighted draw again, which this audit does not use",
                "el libro repite el sorteo ponderado, que esta auditoría no usa",
            )
        )
    sheet = AuditSheet(procedure.boxes, procedure.assertions, opened.contest.candidates, seed, draws)
    write_new(path, audit_workbook(sheet, language()))


# --- record ---


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
    audit, drawn = _drawn(opened, digest, question.basis)
    records = [_hand_count(opened, audit, drawn, row) for row in rows]
    if len({each.about for each in records}) < len(records):
        raise InputError(say("a box stands twice in the table", "una caja está dos veces en la tabla"))
    boxes = whole(len(records), language())
    remarks = {
        ENGLISH: [
            f"Hand counts of {boxes} boxes; each enters once two organisations that the commitment names sign "
            "the same.",
            "They were not compared with any sheet here, and a difference of a few votes is usual.",
        ],
        SPANISH: [
            f"Conteos a mano de {boxes} cajas; cada uno entra cuando dos organizaciones que el compromiso "
            "nombra firman lo mismo.",
            "Aquí no se compararon con ningún acta, y una diferencia de pocos votos es usual.",
        ],
    }
    _give(question, opened, signer, records, remarks)


def _drawn(opened: Opened, digest: bytes | None, basis: str | None) -> tuple[AuditRecords, frozenset[str]]:
    """The audit and every box that its samples in the log name or its seed draws for them."""
    from escrutinio.evidence.audit.records import read_audit
    from escrutinio.evidence.audit.status import audit_status

    audit = read_audit(opened.state, opened.contest.code, digest)
    stands = audit_status(opened.state, opened.contest.code, audit.logged.entry.digest, basis=basis)
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
                f"box {station}: the count of {lacking[0]!r} is missing; every option needs one, zero included",
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
    wrong: Callable[[str, str], InputError] = lambda en, es: InputError(f"{path}: " + say(en, es))  # noqa: E731
    try:
        rows = list(csv.reader(io.StringIO(read_small(path).decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise wrong("this is not a CSV table in UTF-8", "esto no es una tabla CSV en UTF-8") from None
    header = rows[0] if rows else []
    if sorted(header) not in (sorted(needed), sorted((*needed, "vouchers"))):
        columns = ",".join((*needed, "[vouchers]"))
        raise wrong(f"its first line should be {columns}", f"su primera línea debería ser {columns}")
    body = [row for row in rows[1:] if row]
    if not 0 < len(body) <= MAX_BOXES or any(len(row) != len(header) for row in body):
        raise wrong(
            f"it needs 1 to {MAX_BOXES:,} rows of {len(header)} cells",
            f"necesita de 1 a {MAX_BOXES:,} filas de {len(header)} celdas",
        )
    return [dict(zip(header, row, strict=True)) for row in body]
