"""escrutinio audit papers: what an audit needs on paper."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say
from escrutinio.cli.audit_records import audit_of
from escrutinio.cli.election import Question, asks
from escrutinio.cli.output import print_json


@click.command(
    help=say(
        "Write the papers of an audit as PDF, one in each language: the page of the dice, the boxes to fetch "
        "with their seals, and for each of them a sheet on which two count.\n\n"
        "What the tally sheets say stands on none of them.\n\n"
        "Example: escrutinio audit papers public/miniature --contest presidencia -o papers"
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out."))  # fmt: skip
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), required=True,
              help=say("Directory for the papers."))  # fmt: skip
def papers(question: Question, commitment: str | None, output: Path) -> None:
    from escrutinio.publication.documents.audit_papers import AuditPapers

    opened = question.open()
    audit = audit_of(question, opened, commitment)
    made = AuditPapers.of(opened.state, audit, opened.log.attachment)
    output.mkdir(parents=True, exist_ok=True)
    files = [(output / f"audit-{language}.pdf", made.to_pdf(language)) for language in sorted(languages())]
    write_new(*files)
    if question.as_json:
        print_json({"version": 1, "files": [str(path) for path, _ in files]})
        return
    for path, _ in files:
        click.echo(str(path))
