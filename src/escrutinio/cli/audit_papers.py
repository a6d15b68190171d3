"""escrutinio audit papers: what an audit needs on paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say
from escrutinio.cli.audit_records import audit_of
from escrutinio.cli.election import Question, asks
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.evidence.audit.standing import AuditStatus


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
    from escrutinio.evidence.audit.boxes import centers_of, seals_of
    from escrutinio.evidence.audit.status import audit_status, frame_of
    from escrutinio.publication.documents.audit_papers import AuditPapers

    opened = question.open()
    audit = audit_of(question, opened, commitment)
    state = opened.state
    digest = audit.logged.entry.digest
    found = audit_status(state, audit.contest, digest, attachments=opened.log.attachment)
    parts = frame_of(state, audit).parts
    centers = {
        name: center
        for contest in parts
        for center, names in centers_of(state, contest).items()
        for name in names
    }
    manifests = dict.fromkeys((audit.body.manifest, *(each.manifest for each in audit.body.beside or ())))
    seals: dict[str, str] = {}
    for each in manifests:
        seals |= seals_of(state, each, opened.log.attachment)
    made = AuditPapers(
        definition=state.definition.body,
        contests=[state.contest(code) for code in parts],
        audit=found,
        throws=audit.throws,
        seals=seals,
        centers=centers,
        boxes=_to_fetch(found),
        mixed={box: names for part in audit.parts for box, names in part.bound.mixed.items()},
        inside={code: part.place.keys() for code, part in parts.items()},
    )
    output.mkdir(parents=True, exist_ok=True)
    files = [(output / f"audit-{language}.pdf", made.to_pdf(language)) for language in sorted(languages())]
    write_new(*files)
    if question.as_json:
        print_json({"version": 1, "files": [str(path) for path, _ in files]})
        return
    for path, _ in files:
        click.echo(str(path))


def _to_fetch(found: AuditStatus) -> Sequence[str]:
    """The boxes of the last round that await a count; all of them, where none does."""
    last = found.rounds[-1] if found.rounds else None
    return () if last is None else last.awaiting or tuple(dict.fromkeys(last.drawn))
