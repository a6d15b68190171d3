"""escrutinio print: sheets of a log on paper, for an 80 mm roll or A4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.clock import now
from escrutinio.base.file_names import names_of_codes
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.opening import fingerprint_of, open_log, own_trust
from escrutinio.cli.options import json_option, language_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import print_json, progress_bar
from escrutinio.cli.sending import open_outbox
from escrutinio.cli.stations import find_station
from escrutinio.cli.thermal import check_escpos, escpos_option, to_thermal_printer
from escrutinio.core.election.choosing import choose_basis, choose_contest

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState
    from escrutinio.core.records.entry import Entry
    from escrutinio.core.verification.signed_entries import SignedEntry
    from escrutinio.core.verification.verified import VerifiedLog
    from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet
    from escrutinio.publication.documents.sheets.printing import Printer

COPIES = 13
"""Copies of a sheet that a polling station prints: for the board, the authority and the scrutineers."""

_BATCH, _WORTH_WORKERS = 512, 8

_NAMED_BY_TYPE = ("zero-report", "hand-count")
"""What a station prints beside its sheet of the same contest."""


@click.command(
    help=say(
        "Print sheets of STATION as PDF from the publication that --log names (a directory or an http "
        "address): figures, figures in words, lines for signatures, the QR code of the record and the "
        "fingerprint of the log. The log is verified first, and the signature of each sheet again. A sealed "
        "record prints before it is sent (--record), as the law of some countries asks. --zero prints zero "
        "reports, and --escpos writes what a thermal printer takes.\n\n"
        "Copies by parties and observers print as “transcription, not an official sheet”; whatever is of an "
        "election that is not real prints with a mark across the page.\n\n"
        "Examples: escrutinio print N1.01 --log public/miniature --contest presidencia; escrutinio print "
        "--all --log public/miniature --contest presidencia --paper 80mm -o sheets; escrutinio print N1.01 "
        "--log public/miniature --contest presidencia --paper 80mm --escpos /dev/usb/lp0"
    )
)
@click.argument("stations", nargs=-1, metavar="STATION...")
@log_option
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=say("Every station with a sheet that counts."),
)
@click.option(
    "--entry",
    type=click.IntRange(min=0),
    help=say("This entry of the log instead."),
)
@click.option(
    "--record",
    "files",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help=say("A sealed record, or a directory of them, that is still to be sent; may be repeated."),
)
@click.option(
    "--outbox",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=say("The station's outbox, which is told that they were printed."),
)
@click.option(
    "--contest",
    help=say("Code of the contest; may be left out where there is one."),
)
@click.option(
    "--basis",
    help=say(
        "Whose sheets; by default the official ones as reported, with --all those of which there are most."
    ),
)
@click.option(
    "--zero",
    is_flag=True,
    help=say("The zero report of the station instead of its sheet."),
)
@click.option(
    "--paper",
    type=click.Choice(["80mm", "a4"]),
    default="a4",
    show_default=True,
    help=say("Paper."),
)
@click.option(
    "--copy",
    "number",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=say("Which copy of the sheet this is."),
)
@click.option(
    "--copies",
    type=click.IntRange(min=1),
    default=COPIES,
    show_default=True,
    help=say("How many copies there are."),
)
@language_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=say("PDF file of one sheet, directory of several."),
)
@escpos_option
@trust_option
@json_option
@quiet_option
def command(
    stations: tuple[str, ...],
    address: str,
    everything: bool,
    entry: int | None,
    files: tuple[Path, ...],
    outbox: Path | None,
    contest: str | None,
    basis: str | None,
    zero: bool,
    paper: str,
    number: int,
    copies: int,
    tongue: str | None,
    output: Path | None,
    escpos: Path | None,
    trust: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    if (bool(stations), everything, entry is not None, bool(files)).count(True) != 1:
        raise click.UsageError(say("give one of STATION, --all, --entry and --record"))
    if number > copies:
        raise click.UsageError(say("there is no copy {number} of {copies}", number=number, copies=copies))
    if zero and (basis is not None or not (stations or everything)):
        raise click.UsageError(say("--zero goes with STATION or --all, and without --basis"))
    check_escpos(escpos, paper, output)
    if everything and output is None and escpos is None:
        raise click.UsageError(say("--all needs -o DIRECTORY"))
    if outbox is not None and not files:
        raise click.UsageError(say("--outbox goes with --record"))
    from escrutinio.publication.documents.sheets.printing import Printer

    quiet = quiet or as_json
    log = open_log(address, trust, quiet=quiet)
    sealed = _sealed(log, files)
    if entry is not None or sealed:
        chosen = [] if entry is None else [entry]
    else:
        chosen = _chosen(log.state, stations, contest, basis, zero=zero)
    printer = Printer(log.state, fingerprint_of(log.trust or own_trust(log)), tongue or language())
    # One sheet goes to the file named, several into the directory named.
    alone = len(chosen) + len(sealed) == 1 and not everything
    file = output if alone and output is not None and not output.is_dir() else None
    stem_of = _Stems(names_of_codes(log.state.roll.stations))
    written = []
    copy = number, copies
    sheets = (
        (each.entry, printer.sheet(each, copy)) for each in chain(_signed(printer, log, chosen), sealed)
    )
    if escpos is not None:
        to_thermal_printer((sheet for _, sheet in sheets), escpos, as_json=as_json)
        if outbox is not None:
            _tell(outbox, sealed)
        return
    with progress_bar(quiet or not everything) as progress:
        for printed, content in _printed(sheets, paper, len(chosen) + len(sealed)):
            path = file or (output or Path()) / f"{stem_of(printed)}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            # Of several, those that a run which was stopped made already are as good as made now.
            write_new((path, content), again=file is None)
            written.append(str(path))
            progress(say("print"), len(written), len(chosen))
    if outbox is not None:
        _tell(outbox, sealed)
    if as_json:
        print_json({"version": 1, "files": written})
    elif everything:
        click.echo(say("{output}: {sheets:,} sheets", output=output, sheets=len(written)))
    else:
        click.echo("\n".join(written))


def _tell(directory: Path, sealed: list[SignedEntry]) -> None:
    """Tell an outbox what was printed, and the user what it does not have: the paper comes first."""
    outbox = open_outbox(directory)
    digests = [each.entry.digest for each in sealed]
    outbox.printed(digests, now())
    if lacking := sum(outbox.find(digest) is None for digest in digests):
        click.echo(say("Note: ") + say("Not in the outbox yet: {count:,}", count=lacking), err=True)


def _chosen(
    state: ElectionState, stations: tuple[str, ...], contest: str | None, basis: str | None, *, zero: bool
) -> list[int]:
    """The entries to print, of all stations where none is given. Raises InputError, PublicationError."""
    from escrutinio.publication.documents.sheets.printing import (
        counted_entries,
        entry_to_print,
        zero_report_to_print,
        zero_reports,
    )

    code = choose_contest(state, contest).code
    if zero and stations:
        return [zero_report_to_print(state, code, find_station(state, each)) for each in stations]
    if zero:
        return [index for _, index in zero_reports(state, code)]
    if not stations or basis is not None:
        basis = choose_basis(state, code, basis)
    if stations:
        return [entry_to_print(state, code, find_station(state, each), basis) for each in stations]
    return [index for _, index in counted_entries(state, code, basis or "")]


def _sealed(log: VerifiedLog, files: tuple[Path, ...]) -> list[SignedEntry]:
    """Sealed records, each with its place in the log, or the one after its end where it is not there yet.

    Raises LogError where one is not signed by a key in force.
    """
    from escrutinio.core.verification.signed_entries import signed_entry
    from escrutinio.running.exchange.parcel import read_sealed

    if not files:
        return []
    places = ((raw, log.find(raw)) for raw in read_sealed(files)[0])
    return [signed_entry(log.state, log.size if at is None else at, raw) for raw, at in places]


class _Stems:
    """Names the files of one run: after station and contest, with the type of what is no tally sheet, and
    with the record's first digits where another one of the run has that name already."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names, self._given = names, set[str]()

    def __call__(self, entry: Entry) -> str:
        stem = f"{self._names[entry.about.station or '']}-{entry.about.contest}"
        if entry.body.NAME in _NAMED_BY_TYPE:
            stem += f"-{entry.body.NAME}"
        if stem in self._given:
            stem += f"-{entry.digest.hex()[:8]}"
        self._given.add(stem)
        return stem


def _signed(printer: Printer, log: VerifiedLog, entries: list[int]) -> Iterator[SignedEntry]:
    """These entries, in the order of the log."""
    from escrutinio.core.verification.signed_entries import signed_entry

    for index, raw in log.entries_at(entries):
        yield signed_entry(printer.state, index, raw)


def _printed(
    sheets: Iterator[tuple[Entry, PrintedSheet]], paper: str, count: int
) -> Iterator[tuple[Entry, bytes]]:
    """Each record with the PDF of its sheet; many are laid out in parallel, some hundreds at a time."""
    from escrutinio.publication.documents.sheets.pdf import sheet_pdf

    with workers(1 if count < _WORTH_WORKERS else None) as executor:
        while batch := list(islice(sheets, _BATCH)):
            each = map if executor is None else executor.map
            made = each(sheet_pdf, [sheet for _, sheet in batch], [paper] * len(batch))
            yield from zip((entry for entry, _ in batch), made, strict=True)
