"""escrutinio report: everything that the evidence methods answer about an election, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import quiet_option, trust_option

if TYPE_CHECKING:
    pass


@click.command(
    help=say(
        "Write the evidence report of the publication at ADDRESS (a directory or an http address): whether "
        "the result is final, announced results as arithmetic, the sides held against each other, what an "
        "audit or a quick count would take, the figures beside models of chance.\n\n"
        "The HTML is one file without scripts that needs no network. The log is verified first; files that "
        "are there already are not overwritten.\n\n"
        "Example: escrutinio report public/venezuela-2024 -o report.html --pdf report.pdf"
    )
)
@click.argument("address")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help=say("HTML file."))  # fmt: skip
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help=say("PDF file."))
@click.option("--lang", "tongue", type=click.Choice(sorted(languages())),
              help=say("Language of the report; by default that of the commands."))  # fmt: skip
@trust_option
@quiet_option
def command(
    address: str, output: Path, pdf: Path | None, tongue: str | None, trust: Path | None, quiet: bool
) -> None:
    log = open_log(address, trust, quiet=quiet)
    from escrutinio.publication.documents.report.report import report_of, to_html
    from escrutinio.publication.documents.report.results import work_out

    with workers() as executor:
        evidence = work_out(log.state, attachments=log.attachment, executor=executor)
    report = report_of(log.state, log.checkpoint, evidence, tongue or language())
    files = [(output, to_html(report).encode())]
    if pdf is not None:
        from escrutinio.publication.documents.report.pdf import to_pdf

        files.append((pdf, to_pdf(report)))
    write_new(*files)
    click.echo("\n".join(str(path) for path, _ in files))
