"""escrutinio scan: the sheets in a folder of photos, scans and PDF files."""

from __future__ import annotations

import io
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from escrutinio.base.beside import alone, held, new_file, refusal, unfinished
from escrutinio.base.cells import csv_bytes
from escrutinio.base.cores import cores
from escrutinio.base.errors import InputError, PublicationError
from escrutinio.base.files import write_all
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.base.words.wording import whole
from escrutinio.cli.options import quiet_option
from escrutinio.cli.output import print_json, progress_bar
from escrutinio.intake.scan.folder import Earlier, list_folder, read_earlier, read_folder
from escrutinio.intake.scan.problems import Problem, explain
from escrutinio.intake.scan.results import ZERO, Found, ScanResult, as_line, group_sheets

SHOWN = 20


@click.command(
    help=say(
        "Read all photos, scans and PDF pages in FOLDER and below it, and write what the QR codes on them "
        "say as JSON lines (docs/reading-sheets.md). Nothing is uploaded, and no image is copied: only its "
        "SHA-256 is kept.\n\n"
        "An interrupted run, or a folder to which images were added, is gone on with by --resume.\n\n"
        "Examples: escrutinio scan photos; escrutinio scan photos --out sheets.jsonl --report unread.csv "
        "--resume"
    )
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sheets.jsonl"),
    show_default=True,
    help=say("Where the rows go."),
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help=say("What could not be read and why: a .csv or .json file."),
)
@click.option(
    "--workers",
    "count",
    type=click.IntRange(1, 256),
    help=say("Processes; by default one per core."),
)
@click.option(
    "--resume",
    is_flag=True,
    help=say("Go on from what --out holds."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Print the summary as JSON."))
@quiet_option
def command(
    folder: Path, out: Path, report: Path | None, count: int | None, resume: bool, as_json: bool, quiet: bool
) -> None:  # fmt: skip
    if report is not None and report.suffix not in (".csv", ".json"):
        raise InputError("report-name")
    if out.exists() and not resume:
        raise InputError("scan-there", path=out)
    if report is not None and report.exists() and not resume:
        raise InputError("scan-report-there", path=report)
    with _alone(out), progress_bar(quiet or as_json) as progress:
        earlier = read_earlier(out) if out.exists() else None
        files = list(
            list_folder(folder, [each for each in (out, report, unfinished(out), held(out)) if each])
        )
        started = time.perf_counter()
        found: list[ScanResult] = []
        # What was read stands in the file at once, so that an interrupted run loses nothing.
        with _journal(out, earlier) as journal:
            read = read_folder(folder, files, earlier=earlier, count=count or cores())
            for done, rows in enumerate(read, 1):
                if earlier is None or earlier.files.get(rows[0].path) != rows:
                    _add(journal, out, b"".join(map(as_line, rows)))
                found += rows
                progress(say("read"), done, len(files))
        seconds = time.perf_counter() - started
    _write(out, map(as_line, found))
    if report is not None:
        _write(report, [_report(found, report.suffix)])
    summary = _summary(found, len(files), seconds)
    if as_json:
        print_json(summary)
    else:
        _print(found, summary, out)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Let nobody else write the result meanwhile. Raises PublicationError where somebody does."""
    try:
        with alone(out):
            yield
    except BlockingIOError as error:
        raise refusal(out, error) from None


@contextmanager
def _journal(out: Path, earlier: Earlier | None) -> Iterator[io.FileIO]:
    """The result file to append to, its cut-off last line taken away; gone where nothing came into it."""
    if earlier is not None:
        _write(out, (as_line(row) for rows in earlier.files.values() for row in rows))
    with out.open("ab", buffering=0) as journal:
        try:
            yield journal
        except BaseException:
            if os.fstat(journal.fileno()).st_size == 0:
                out.unlink(missing_ok=True)
            raise


def _add(journal: io.FileIO, out: Path, lines: bytes) -> None:
    """Add what was read of a file. Raises PublicationError; what stood there before stays."""
    try:
        write_all(journal.fileno(), lines)
    except OSError as error:
        why = error.strerror or str(error)
        raise PublicationError("scan-not-written", why=why, path=out) from None  # fmt: skip


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file at once or not at all. Raises PublicationError."""
    try:
        with new_file(path, replace=True) as file:
            file.writelines(lines)
    except OSError as error:
        raise refusal(path, error) from None


def _unread(found: Sequence[ScanResult]) -> list[ScanResult]:
    return [row for row in found if row.sheet is None]


def _report(found: Sequence[ScanResult], suffix: str) -> bytes:
    """What could not be read, as docs/reading-sheets.md describes it: with a sentence in each language."""
    tongues = sorted(languages())
    columns = ("path", "page", "problem", *(f"sentence_{each}" for each in tongues), "sha256")
    rows: list[tuple[str | int, ...]] = []
    for row in _unread(found):
        said = (explain(row.problem, row.detail, each) for each in tongues)
        rows.append((row.path, row.page, row.problem.value, *said, row.digest))
    if suffix == ".json":
        plain = [dict(zip(columns, row, strict=True)) for row in rows]
        return json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"
    return csv_bytes(columns, rows)


def _summary(found: Sequence[ScanResult], files: int, seconds: float) -> dict[str, object]:
    """The run in figures, as docs/reading-sheets.md describes them."""
    sheets = group_sheets(found)
    kinds = Counter(each.first.kind for each in sheets)
    problems = Counter(row.problem.value for row in _unread(found))
    return {
        "version": 1,
        "files": files,
        "sheets": len(sheets),
        "records": kinds[Found.RECORD],
        "qr2024": kinds[Found.QR2024],
        "images": sum(len(each.images) for each in sheets),
        "cut_off": sum(each.first.problem is Problem.CUT_OFF for each in sheets),
        "zero": sum(each.first.sheet.zero for each in sheets if each.first.sheet is not None),
        "not_real": sum(each.first.sheet.real is False for each in sheets if each.first.sheet is not None),
        "unread": dict(sorted(problems.items())),
        "seconds": round(seconds, 3),
    }


def _print(found: Sequence[ScanResult], summary: dict[str, object], out: Path) -> None:
    lang = language()

    def number(name: str) -> str:
        value = summary[name]
        return whole(value, lang) if isinstance(value, int) else str(value)

    click.echo(
        say(
            "{sheets:,} sheets on {images:,} images of {files:,} files ({seconds:.2f} s); rows in {out}",
            sheets=summary["sheets"],
            images=summary["images"],
            files=summary["files"],
            seconds=summary["seconds"],
            out=out,
        )
    )
    click.echo(
        say(
            "  {records:,} with a signed record (escrutinio check tells whether it holds)\n"
            "  {unsigned:,} in the unsigned format of 2024",
            records=summary["records"],
            unsigned=summary["qr2024"],
        )
    )
    if summary["not_real"]:
        click.echo(
            say("  {sheets:,} say themselves that they are of no real election", sheets=summary["not_real"])
        )
    if summary["cut_off"]:
        click.echo(f"  {number('cut_off')}: {explain(Problem.CUT_OFF, '', lang)}")
    if summary["zero"]:
        click.echo(f"  {number('zero')}: {say(*ZERO)}")
    unread = _unread(found)
    for problem, times in Counter(row.problem for row in unread).most_common():
        rows = [row for row in unread if row.problem is problem]
        detail = rows[0].detail if len(rows) == 1 else ""
        why = explain(problem, detail, lang)
        click.echo(say("{times:,} not read: {why}", times=times, why=why))
        names = [row.path + (f" ({row.page})" if row.page > 1 else "") for row in rows]
        click.echo("  " + ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else ""))
