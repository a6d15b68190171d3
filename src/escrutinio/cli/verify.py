"""escrutinio verify: re-do everything from the public files."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.options import quiet_option, trust_file_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_FINDINGS, print_json, progress_bar, read_small

if TYPE_CHECKING:
    from escrutinio.core.election.findings.finding import Finding
    from escrutinio.core.verification.publication import Verification

SHOWN_FAILURES = 20
SEVERITIES = ("note", "warning", "critical")

NAMES = {
    "checkpoint": say("the checkpoint is well formed", "el punto de control está bien formado"),
    "log signature": say("a trusted log key signed it", "lo firmó una clave de registro de confianza"),
    "cosignatures": say("the quorum of witnesses cosigned it", "lo cofirmó el quórum de testigos"),
    "entry bundles": say("every entry bundle can be read", "se lee cada paquete de entradas"),
    "root": say("the entries give the root", "las entradas dan la raíz"),
    "hash tiles": say("every hash tile follows from the entries", "cada mosaico se deduce de las entradas"),
    "definition": say("the log defines an election", "el registro define una elección"),
    "records": say(
        "every entry is a record of this election", "cada entrada es un documento de esta elección"
    ),
    "signatures": say("a key in force signed every record", "una clave vigente firmó cada documento"),
    "trust file": say(
        "definition and charter are the trusted ones", "definición y carta son las de confianza"
    ),
    "offline verifier": say("verify.html is the trusted one", "verify.html es el de confianza"),
    "attachments": say("every attachment is what its record says", "cada anexo es lo que dice su documento"),
    "data computed again": say("the data follow from the log", "los datos se deducen del registro"),
    "data files whole": say("every data file is whole", "cada archivo de datos está íntegro"),
}


@click.command(
    help=say(
        "Verify the publication at ADDRESS (a directory or an http address) from its public files alone.\n\n"
        "Each check is printed with its number, what it looked at and its time; each failure with its place. "
        "Without a trust file got by another way the answer is: consistent; origin not authenticated.\n\n"
        "Exit codes: 0 every check holds, 1 one failed, 2 bad use, 3 --fail-on found such a finding.\n\n"
        "Example: escrutinio verify public/venezuela-2024 --trust trust.toml",
        "Verifica la publicación en ADDRESS (un directorio o una dirección http) solo con sus archivos "
        "públicos.\n\n"
        "Cada comprobación se imprime con su número, lo que miró y su tiempo; cada falla con su lugar. "
        "Sin un "
        "archivo de confianza obtenido por otra vía la respuesta es: consistente; origen no autenticado.\n\n"
        "Códigos de salida: 0 todo se cumple, 1 algo falló, 2 mal uso, 3 --fail-on halló algo así.\n\n"
        "Ejemplo: escrutinio verify public/venezuela-2024 --trust confianza.toml",
    )
)
@click.argument("address")
@trust_file_option
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help=say("Exit 3 for such findings.", "Sale con 3 ante tales hallazgos."),
)
@click.option("--only-log", is_flag=True, help=say("Leave out data/.", "Omite data/."))
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=say("Print JSON (docs/verifying.md).", "Imprime JSON (docs/verifying.md)."),
)
@quiet_option
def command(
    address: str, trust_file: Path | None, fail_on: str | None, only_log: bool, as_json: bool, quiet: bool
) -> None:
    # Loaded before the workers are forked, which then need not load it again.
    from escrutinio.core.log.fingerprint import fingerprint
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.verification.publication import verify_publication

    gc.disable()  # what a run of seconds makes is all kept, so there is no garbage worth looking for
    with workers() as executor, progress_bar(quiet or as_json) as progress:
        trust = None if trust_file is None else parse_trust(read_small(trust_file), str(trust_file))
        result = verify_publication(
            address, trust=trust, executor=executor, progress=progress, only_log=only_log
        )
    short = None if trust is None else fingerprint(trust)
    if as_json:
        print_json(as_plain(result) | {"fingerprint": short})
    else:
        if short is not None:
            named = say("The trust file names the log", "El archivo de confianza nombra el registro")
            click.echo(f"{named} {short}\n")
        print_report(result)
    if not result.ok:
        sys.exit(EXIT_FAILED)
    findings = result.state.findings if result.state is not None else ()
    if fail_on is not None and any(f.row.severity >= SEVERITIES.index(fail_on) for f in findings):
        sys.exit(EXIT_FINDINGS)


def verdict(result: Verification) -> str:
    """The whole answer in one sentence."""
    if not result.ok:
        return say("A check failed.", "Una comprobación falló.")
    if result.authenticated:
        return say("Every check holds; the origin is authenticated.", "Todo se cumple; origen autenticado.")
    return say("Consistent; origin not authenticated.", "Consistente; origen no autenticado.")


def print_report(result: Verification) -> None:
    """Numbered checks, failures with their place, findings by kind and area, and the verdict."""
    for number, check in enumerate(result.checks, 1):
        mark = say("FAILED", "FALLÓ") if check.failures else "ok"
        click.echo(f"{number:>3}  {mark:<7} {check.count:>10,}  {check.seconds:7.2f} s  {NAMES[check.name]}")
        for failure in check.failures[:SHOWN_FAILURES]:
            place = "" if failure.sentence.startswith(failure.place) else f"{failure.place}: "
            click.echo(f"       {place}{failure.sentence}")
        if (hidden := len(check.failures) - SHOWN_FAILURES) > 0:
            click.echo(say(f"       … and {hidden} more", f"       … y {hidden} más"))
    if result.state is not None and result.state.findings:
        click.echo(
            say(
                "\nFindings (what the records show; not failures):",
                "\nHallazgos (lo que muestran los documentos; no son fallas):",
            )
        )
        for (severity, label, area), count in _by_kind(result.state.findings).items():
            click.echo(f"     {count:>7,}  {SEVERITIES[severity]:<9} {label}{f' ({area})' if area else ''}")
    click.echo("\n" + verdict(result))


def _by_kind(findings: tuple[Finding, ...]) -> dict[tuple[int, str, str], int]:
    counts: Counter[tuple[int, str, str]] = Counter()
    for finding in findings:
        label = finding.row.label[language()]
        counts[-int(finding.row.severity), label, finding.area or ""] += finding.count
    return {(-severity, label, area): count for (severity, label, area), count in sorted(counts.items())}


def as_plain(result: Verification) -> dict[str, object]:
    """The report as docs/verifying.md describes it."""
    state, signed = result.state, result.checkpoint
    return {
        "version": 1,
        "ok": result.ok,
        "authenticated": result.authenticated,
        "election": state.election.hex() if state else None,
        "log": signed
        and {
            "origin": signed.checkpoint.origin,
            "size": signed.checkpoint.size,
            "root": signed.checkpoint.root.hex(),
            "witnesses": [{"name": c.witness, "time": c.timestamp} for c in result.cosignatures],
        },
        "checks": [
            {
                "number": number,
                "name": check.name,
                "count": check.count,
                "seconds": round(check.seconds, 3),
                "failures": [{"place": f.place, "sentence": f.sentence} for f in check.failures],
            }
            for number, check in enumerate(result.checks, 1)
        ],
        "findings": [
            {
                "code": finding.code,
                "severity": SEVERITIES[finding.row.severity],
                "keeps_from_counting": finding.row.keeps,
                "count": finding.count,
                "entries": list(finding.entries),
                "station": finding.station,
                "contest": finding.contest,
                "area": finding.area,
                "values": dict(finding.values),
                "sentence": {"en": finding.sentence("en"), "es": finding.sentence("es")},
                "reason": finding.reason,
            }
            for finding in (state.findings if state else ())
        ],
    }
