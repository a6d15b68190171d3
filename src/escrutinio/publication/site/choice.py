"""The first pages of a directory: the choice of a language, and the list of the publications in a demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from escrutinio.base.tree import write_pages
from escrutinio.base.words.catalogue import catalogue, endonyms, languages
from escrutinio.base.words.format import Format
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import ElectionState
from escrutinio.publication.browser.files import assets
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.frame import pages_environment


@dataclass(frozen=True)
class Choice:
    """One thing to go to: its title, what must be said of it, and links (target, label)."""

    title: str
    notices: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Panel:
    """The page in one language; a page has one panel for each."""

    lang: str
    endonym: str
    heading: str
    notices: tuple[str, ...]
    text: str
    entries: tuple[Choice, ...]


def language_choice(context: Context) -> str:
    """The page at the root of a publication: what it is, in every language it speaks."""
    body = context.site.body
    panels = []
    for language in context.languages:
        say = catalogue(language).gettext
        text = say("Votes, sheets and announced results, each with the signed record it comes from.")
        links = (
            (f"{language}/index.html", say("Results")),
            (f"{language}/tour.html", say("A tour in four steps")),
            (f"{language}/how-to-verify.html", say("How to verify it yourself")),
        )
        title = choose(body.titles, language, body.code).text
        day = Format(language).day(body.voting_day)
        entry = Choice(f"{choose(body.place, language, '').text} · {day}", (), links)
        panels.append(
            Panel(
                language, endonyms()[language], title, notices(context.site.state, language), text, (entry,)
            )
        )
    return _page(panels)


def render_demo_index(publications: Sequence[tuple[str, ElectionState]], out: Path) -> None:
    """Write `index.html` and its style sheet into `out`, where each publication has a directory.

    `publications`: the name of each one's directory and its state. Raises PublicationError.
    """
    panels = []
    for language in languages():
        say = catalogue(language).gettext
        entries = []
        for directory, state in publications:
            body = state.definition.body
            at = f"{directory}/{language}"
            links = (
                (f"{at}/tour.html", say("Start the tour")),
                (f"{at}/index.html", say("Results")),
                (f"{at}/how-to-verify.html", say("How to verify it yourself")),
            )
            title = choose(body.titles, language, body.code).text
            entries.append(Choice(title, notices(state, language), links))
        heading = say("Election results that nobody has to trust")
        text = say(
            "Each publication below is a signed public log, the results that follow from it, "
            "and all that anybody needs to check them."
        )
        panels.append(Panel(language, endonyms()[language], heading, (), text, tuple(entries)))
    looks = [(path, content) for path, content in assets() if not path.endswith((".js", ".txt"))]
    write_pages(out, iter([*looks, ("index.html", _page(panels).encode())]))


def _page(panels: Sequence[Panel]) -> str:
    template = pages_environment().get_template("choose.html")
    languages = [panel.lang for panel in panels]
    return template.render(panels=panels, languages=languages, heading=panels[0].heading)
