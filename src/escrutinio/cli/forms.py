"""escrutinio forms: blank forms for boards that count on paper."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.file_names import names_of_codes
from escrutinio.base.words.say import language, say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import json_option, language_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import print_json
from escrutinio.cli.stations import find_station
from escrutinio.cli.thermal import check_escpos, escpos_option, to_thermal_printer
from escrutinio.core.election.choosing import choose_contest
from escrutinio.core.election.places import in_places

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState
    from escrutinio.publication.documents.sheets.forms import FormPrinter
    from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet

MINUTES = ("opening", "counting", "closing")


@click.command(
    help=say(
        "Make the blank forms of STATION as PDF: for each contest that is voted on there a sheet with its "
        "options in the order of the ballot, and the minutes of opening, count and closing. A code on each "
        "form says where it belongs; a form is no record. --paper-stations takes every station that counts "
        "on paper by the definition.\n\n"
        "Examples: escrutinio forms N1.01 --log public/miniature -o forms; escrutinio forms "
        "--paper-stations --log public/miniature --form sheet --language es -o forms"
    )
)
@click.argument("stations", nargs=-1, metavar="STATION...")
@log_option
@click.option("--paper-stations", "on_paper", is_flag=True,
              help=say("Every station that counts on paper by the definition."))  # fmt: skip
@click.option("--contest", help=say("Only the sheet of this contest, by its code."))
@click.option("--form", "kinds", type=click.Choice(("sheet", *MINUTES)), multiple=True,
              help=say("Only forms of this kind; may be repeated."))  # fmt: skip
@click.option("--paper", type=click.Choice(["80mm", "a4"]), default="a4", show_default=True,
              help=say("Paper."))  # fmt: skip
@language_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help=say("Directory for the forms."))
@escpos_option
@trust_option
@json_option
@quiet_option
def command(
    stations: tuple[str, ...], address: str, on_paper: bool, contest: str | None, kinds: tuple[str, ...],
    paper: str, tongue: str | None, output: Path | None, escpos: Path | None, trust: Path | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    if bool(stations) is on_paper:
        raise click.UsageError(say("give one of STATION and --paper-stations"))
    if output is None and escpos is None:
        raise click.UsageError(say("say where the forms go: -o DIRECTORY or --escpos"))
    check_escpos(escpos, paper, output)
    from escrutinio.publication.documents.sheets.forms import FormPrinter
    from escrutinio.publication.documents.sheets.pdf import sheet_pdf

    state = open_log(address, trust, quiet=quiet or as_json).state
    contests = frozenset(
        view.code for view in ([choose_contest(state, contest)] if contest else state.contests)
    )
    numbers = _on_paper(state) if on_paper else [find_station(state, each) for each in stations]
    printer = FormPrinter(state, tongue or language())
    made = chain.from_iterable(_forms(printer, number, contests, kinds) for number in numbers)
    if escpos is not None:
        to_thermal_printer(made, escpos, as_json=as_json)
        return
    names = names_of_codes(state.roll.stations)
    written = []
    directory = output or Path()
    directory.mkdir(parents=True, exist_ok=True)
    for sheet in made:
        path = directory / f"{names[sheet.station]}-{sheet.contest or sheet.form}.pdf"
        write_new((path, sheet_pdf(sheet, paper)), again=True)
        written.append(str(path))
    if as_json:
        print_json({"version": 1, "files": written})
    else:
        click.echo(say("{output}: {forms:,} forms", output=directory, forms=len(written)))


def _on_paper(state: ElectionState) -> list[int]:
    """The numbers of the stations that count on paper."""
    paper = in_places(state.areas, state.roll, state.definition.body.paper)
    return [int(number) for number in paper.nonzero()[0]]


def _forms(
    printer: FormPrinter, station: int, contests: frozenset[str], kinds: tuple[str, ...]
) -> Iterator[PrintedSheet]:
    from escrutinio.intake.scan.form_code import FormKind

    if not kinds or "sheet" in kinds:
        yield from printer.sheets(station, contests)
    for kind in MINUTES:
        if not kinds or kind in kinds:
            yield printer.minutes(station, FormKind(kind))
