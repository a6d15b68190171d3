"""The evidence report of an election: one file that can be read, printed and handed on without a network.

The HTML carries its own style and no script. `to_pdf` of the module `pdf` sets the same report as PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from escrutinio.base.words.format import Format
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Checkpoint
from escrutinio.publication.browser.files import scheme
from escrutinio.publication.documents.environment import environment
from escrutinio.publication.documents.marks import watermarks
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.documents.report.document import Chapter, Tongue, alone
from escrutinio.publication.documents.report.results import ContestEvidence
from escrutinio.publication.documents.report.text import chapters


@dataclass(frozen=True, slots=True)
class Report:
    """A report in one language: what it is of, what must be said of that, the mark across each page
    of what is not real, what it rests on, its chapters."""

    language: str
    heading: str
    title: str
    place: str
    lead: str
    notices: tuple[str, ...]
    watermarks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    method: str
    contents: str
    again: tuple[str, str]


def report_of(
    state: ElectionState, checkpoint: Checkpoint, evidence: Sequence[ContestEvidence], language: str
) -> Report:
    """The report of what the methods answer about a state, which is that of `checkpoint`.

    Raises PublicationError for a language that the site does not speak.
    """
    say, form, body = Tongue(language), Format(language), state.definition.body
    place = choose(body.place, language, "").text
    day = form.day(body.voting_day)
    return Report(
        language=language,
        heading=say("Evidence report"),
        title=choose(body.titles, language, body.code).text,
        place=f"{place} · {day}" if place else day,
        lead=say(
            "What the figures in one public log show, and what they cannot. Each method is named, "
            "and each answer says what it is not. Nothing here says who is right."
        ),
        notices=notices(state, language),
        watermarks=watermarks(body.kind, language),
        facts=(
            (say("Log"), checkpoint.origin),
            (say("Entries"), form.number(checkpoint.size)),
            (say("Root"), checkpoint.root.hex()),
            (say("Definition"), state.election.hex()),
        ),
        chapters=tuple(alone(chapter, say) for chapter in chapters(tuple(evidence), language)),
        method=say("Method"),
        contents=say("Contents"),
        again=(
            say("Whoever has this log gets the same report from it:"),
            "escrutinio report",
        ),
    )


def to_html(report: Report) -> str:
    """The report as one HTML file; texts from records are escaped."""
    style = Markup(scheme())  # ours: nothing of a record is in it
    return environment().get_template("report.html").render(report=report, scheme=style)
