"""escrutinio verify: re-do everything from the public files."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, said_in_all, say
from escrutinio.base.workers import workers
from escrutinio.cli.memory import remember
from escrutinio.cli.opening import given_digits, verify_ahead
from escrutinio.cli.options import quiet_option, trust_file_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_FINDINGS, EXIT_OPEN, print_json
from escrutinio.core.verification.checks import Answer, Check, Outcome
from escrutinio.core.verification.verdict import verdict

if TYPE_CHECKING:
    from escrutinio.core.election.findings.finding import Finding
    from escrutinio.core.verification.pages import PageFigures
    from escrutinio.core.verification.publication import Verification
    from escrutinio.publication.downloads.compare import Downloads

SHOWN_FAILURES = 20
SHOWN_FILES = 6
SEVERITIES = ("note", "warning", "critical")

NAMES = {
    Check.CHECKPOINT: say("the checkpoint is well formed"),
    Check.LOG_SIGNATURE: say("a trusted log key signed it"),
    Check.COSIGNATURES: say("the quorum of witnesses cosigned it"),
    Check.ENTRY_BUNDLES: say("every entry bundle can be read"),
    Check.ROOT: say("the entries give the root"),
    Check.HASH_TILES: say("every hash tile follows from the entries"),
    Check.TRUST_FILE: say("definition and charter are the trusted ones"),
    Check.DEFINITION: say("the log defines an election"),
    Check.RECORDS: say("every entry is a record of this election"),
    Check.SIGNATURES: say("a key in force signed every record"),
    Check.ATTACHMENTS: say("every attachment is what its record says"),
    Check.TABLES: say("the tables follow from the log"),
    Check.DATA_FILES: say("every data file is whole"),
    Check.OFFLINE_VERIFIER: say("verify.html is the trusted one"),
    Check.EARLIER: say("the log extends what was seen of it"),
}

NEED_NOT_BE = frozenset({Check.COSIGNATURES, Check.OFFLINE_VERIFIER, Check.EARLIER})
MARKS = {
    Outcome.HOLDS: "ok",
    Outcome.FAILS: say("FAILED"),
    Outcome.OPEN: say("open"),
}


@click.command(
    help=say(
        "Verify the publication at ADDRESS (a directory or an http address) from its public files alone, or "
        "the file of one place that escrutinio extract or a station's page made.\n\n"
        "Each check is printed with its number, what it looked at and its time; each failure with its place. "
        "A check that cannot be made here is open, which is not the same as holding: without a trust file "
        "got by another way nobody can say whose log this is, and the answer is: consistent; origin not "
        "authenticated.\n\n"
        "Exit codes: 0 every check holds, 1 one failed, 4 none failed and one is open, 2 bad use, 3 "
        "--fail-on found such a finding.\n\n"
        "Example: escrutinio verify public/venezuela-2024 --trust trust.toml"
    )
)
@click.argument("address")
@trust_file_option
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help=say("Exit 3 for such findings."),
)
@click.option(
    "--no-downloads",
    is_flag=True,
    help=say("Do not compute XLSX, Parquet and NIST again."),
)
@click.option("--only-log", is_flag=True, help=say("Leave out data/."))
@click.option(
    "--cluster",
    "scheduler",
    metavar="ADDRESS",
    help=say("Share the work with the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786."),
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=say("Print JSON (docs/verifying.md)."),
)
@quiet_option
def command(
    address: str,
    trust_file: Path | None,
    fail_on: str | None,
    no_downloads: bool,
    only_log: bool,
    scheduler: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    if Path(address).is_file():
        from escrutinio.cli.place import as_page, verify_page

        if as_page(Path(address)):
            sys.exit(verify_page(Path(address), trust_file, as_json=as_json))
    gc.disable()  # what a run of seconds makes is all kept, so there is no garbage worth looking for
    trust, result = verify_ahead(
        address, trust_file, only_log=only_log, quiet=quiet or as_json, scheduler=scheduler
    )
    compared = None if only_log or no_downloads else _compared(address, result)
    from escrutinio.core.log.fingerprint import fingerprint

    pages = None if only_log else compared_pages(address, result)
    remember(result)
    short = None if trust is None else fingerprint(trust)
    if as_json:
        print_json(as_plain(result, compared, pages) | {"fingerprint": short})
    else:
        if short is not None:
            named = say("The trust file names the log")
            click.echo(f"{named} {short}")
            if trust_file is None and given_digits() is not None:
                click.echo(
                    say(
                        "The digits vouch for definition, charter and log keys; witnesses, quorum and "
                        "verify.html are those of the publication's own copy of its trust file."
                    )
                )
            click.echo()
        print_report(result, compared, pages)
    outcomes = {result.outcome, *(each.outcome for each in (compared, pages) if each is not None)}
    if Outcome.FAILS in outcomes:
        sys.exit(EXIT_FAILED)
    if Outcome.OPEN in outcomes:
        sys.exit(EXIT_OPEN)
    if fail_on is not None and any(f.row.severity >= SEVERITIES.index(fail_on) for f in result.findings):
        sys.exit(EXIT_FINDINGS)


def _compared(address: str, result: Verification) -> Downloads | None:
    """The second verdict, where the first could be given of the tables: else these have nothing to follow.

    None too where what writes these files is not installed: they are then named as not compared.
    """
    from escrutinio.base.fetch import open_files

    if result.of_tables is None:
        return None
    try:
        from escrutinio.publication.downloads.compare import compare_downloads
    except ImportError:
        return None
    with workers() as executor:
        return compare_downloads(result.of_tables, result.not_compared, open_files(address), executor)


def compared_pages(address: str | Path, result: Verification) -> PageFigures | None:
    """The third verdict: the figures of the pages; None where there are no tables to hold them against."""
    from escrutinio.base.fetch import open_files
    from escrutinio.core.verification.pages import compare_pages

    if result.of_tables is None:
        return None
    return compare_pages(address, result.of_tables, open_files(address), result.state)


def pages_verdict(pages: PageFigures | None) -> str:
    """What became of the pages, in one sentence, and where they differ."""
    if pages is None:
        return say("Pages: not compared; there are no tables to hold them against.")
    reasons = (*pages.differing, *pages.unread)
    if not pages.figures and not reasons and not pages.later:
        return say("Pages: not compared; this publication has none whose figures are marked.")
    text = say(
        "Pages: {figures:,} figures of {pages:,} pages were held against the tables; {differing:,} differ.",
        figures=pages.figures,
        pages=pages.pages,
        differing=len(pages.differing),
    )
    if pages.later:
        text += say(
            " Pages made after the tables, of a log that has grown since, and not judged: {later:,}.",
            later=pages.later,
        )
    shown = [f"       {reason.said_in(language())}" for reason in reasons[:SHOWN_FAILURES]]
    return "\n".join([text, *shown])


def downloads_verdict(result: Verification, compared: Downloads | None) -> str:
    """What became of the files beside the tables, in one sentence; empty where there are none."""
    if compared is None:
        if not result.not_compared:
            return ""
        return say(
            "Downloads: {count:,} files are as datapackage.json lists them, and not compared here: {shown}",
            count=len(result.not_compared),
            shown=_few(result.not_compared),
        )
    own = _few(compared.own) or "–"
    lines = [
        f"       data/{path}: {why.said_in(language())}"
        for path, why in (*compared.differing, *compared.unread)[:SHOWN_FAILURES]
    ]
    if not compared.judged:
        lines.append(
            say("       They state another version than this program makes: what differs may be right.")
        )
    text = say(
        "Downloads computed again: {same:,} hold the figures of the log, "
        "{differing:,} do not; the publisher's own, which no log gives: {own}",
        same=len(compared.same),
        differing=len(compared.differing),
        own=own,
    )
    return "\n".join([text, *lines])


def _few(paths: Sequence[str]) -> str:
    return ", ".join(paths[:SHOWN_FILES]) + (", …" if len(paths) > SHOWN_FILES else "")


def print_report(
    result: Verification, compared: Downloads | None = None, pages: PageFigures | None = None
) -> None:
    """Numbered checks, failures with their place, findings by kind and area, and the verdict."""
    for answer in result.answers:
        name = NAMES[answer.check]
        if answer.check in result.left_out:
            click.echo(f"{answer.check:>3}  {say('left out'):<27} {name}")
            continue
        mark = "–" if _not_asked(answer) else MARKS[answer.outcome]
        click.echo(f"{answer.check:>3}  {mark:<7} {answer.count:>10,}  {answer.seconds:5.2f} s  {name}")
        if answer.note:
            click.echo(f"       {answer.note.said_in(language())}")
        reasons = (*answer.failures, *answer.unjudged)
        for reason in reasons[:SHOWN_FAILURES]:
            click.echo(f"       {reason.said_in(language())}")
        if (hidden := len(reasons) - SHOWN_FAILURES) > 0:
            click.echo(say("       … and {hidden} more", hidden=hidden))
    if result.findings:
        click.echo(say("\nFindings (what the records show; not failures):"))
        for (severity, label, area), count in _by_kind(result.findings).items():
            click.echo(f"     {count:>7,}  {SEVERITIES[severity]:<9} {label}{f' ({area})' if area else ''}")
    if downloads := downloads_verdict(result, compared):
        click.echo("\n" + downloads)
    if not result.left_out:
        click.echo("\n" + pages_verdict(pages))
    said = verdict(result, language())
    if compared is not None and compared.outcome is Outcome.FAILS:
        said += say(" Downloads differ from the log.")
    if pages is not None and pages.outcome is Outcome.FAILS:
        said += say(" Pages show figures that are not those of the tables.")
    click.echo("\n" + said)


def _not_asked(answer: Answer) -> bool:
    """Whether a check holds because there was nothing to look at, such as a cosignature that is asked for."""
    return answer.check in NEED_NOT_BE and answer.outcome is Outcome.HOLDS and not answer.count


def _by_kind(findings: tuple[Finding, ...]) -> dict[tuple[int, str, str], int]:
    counts: Counter[tuple[int, str, str]] = Counter()
    for finding in findings:
        label = finding.row.label(language())
        counts[-int(finding.row.severity), label, finding.area or ""] += finding.count
    return {(-severity, label, area): count for (severity, label, area), count in sorted(counts.items())}


def as_plain(
    result: Verification, compared: Downloads | None = None, pages: PageFigures | None = None
) -> dict[str, object]:
    """The report as docs/verifying.md describes it."""
    state, signed = result.state, result.signed
    return {
        "version": 3,
        "outcome": result.outcome.value,
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
                "number": int(answer.check),
                "name": answer.check.code,
                "outcome": "left-out" if answer.check in result.left_out else answer.outcome.value,
                "count": answer.count,
                "seconds": round(answer.seconds, 3),
                "note": answer.note and said_in_all(answer.note),
                "failures": [reason.plain() for reason in answer.failures],
                "unjudged": [reason.plain() for reason in answer.unjudged],
            }
            for answer in result.answers
        ],
        "not_compared": list(result.not_compared if compared is None else compared.own),
        "attachments": {
            name: [reason.plain() for reason in found]
            for name, found in (
                ("missing", result.attachments.missing if result.attachments else ()),
                ("differing", result.attachments.differing if result.attachments else ()),
            )
        },
        "downloads": compared
        and {
            "same": list(compared.same),
            "differing": [{"path": path, "why": said_in_all(why)} for path, why in compared.differing],
            "unread": [{"path": path, "why": said_in_all(why)} for path, why in compared.unread],
            "judged": compared.judged,
        },
        "pages": pages
        and {
            "figures": pages.figures,
            "pages": pages.pages,
            "differing": [reason.plain() for reason in pages.differing],
            "unread": [reason.plain() for reason in pages.unread],
            "later": pages.later,
        },
        "unlisted": list(result.unlisted),
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
                "sentence": {each: finding.sentence(each) for each in sorted(languages())},
                "reason": finding.reason,
            }
            for finding in result.findings
        ],
    }
