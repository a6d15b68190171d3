"""Making the pages: one environment of templates per language, and a list of pages with what each needs.

The same state, configuration, checkpoint and files beside the pages give the same bytes; there is no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from escrutinio.election.config import ElectionConfig
from escrutinio.election.state import ElectionState
from escrutinio.log.checkpoint import SignedCheckpoint
from escrutinio.log.trust import Trust
from escrutinio.publication.evidence.results import work_out
from escrutinio.publication.evidence.text import certainties, chapters
from escrutinio.publication.site import labels
from escrutinio.publication.site.choice import language_choice
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.environment import environment
from escrutinio.publication.site.format import LANGUAGES, Format
from escrutinio.publication.site.i18n import ENDONYMS, N_, catalogue
from escrutinio.publication.site.indexes import index_files
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.rows import StationTable
from escrutinio.publication.site.shelf import Shelf, assets, text_of, write_pages
from escrutinio.publication.site.words import Words, isolated

Progress = Callable[[str, int, int], None]


def render_site(
    state: ElectionState,
    config: ElectionConfig,
    out: Path,
    *,
    checkpoint: SignedCheckpoint,
    trust: Trust,
    progress: Progress,
    languages: Sequence[str] = LANGUAGES,
    executor: Executor | None = None,
) -> None:
    """Write the pages, their assets and the browser's indexes into `out`.

    `out` already holds `attachments/` and `data/` of the same state: words and downloads are read from
    there. `progress` hears ("site", pages done, pages in all). Raises PublicationError where something
    cannot be written, and for a language that the site does not speak. `executor` works out the evidence.
    """
    shelf = Shelf(out)
    site = Site(state, config, shelf)
    evidence = work_out(state, executor=executor)
    context = Context(site, shelf, checkpoint, trust, tuple(languages), evidence)
    total = len(languages) * (len(site.areas) + len(PAGES))
    done = 0

    def pages() -> Iterator[tuple[str, bytes]]:
        nonlocal done
        yield from assets()
        yield from index_files(site)
        yield "index.html", language_choice(context).encode()
        for language in languages:
            for path, page in _Pages(context, language):
                yield f"{language}/{path}", page.encode()
                done += 1
                if done % 100 == 0:
                    progress("site", done, total)

    write_pages(out, pages())
    progress("site", total, total)


EVIDENCE = "evidence.html"
PAGES = (
    "index.html",
    "station.html",
    "statements.html",
    "findings.html",
    EVIDENCE,
    "log.html",
    "data.html",
    "how-to-verify.html",
    "tour.html",
)

NAVIGATION = (
    ("index.html", N_("Results")),
    ("statements.html", N_("Statements")),
    ("findings.html", N_("Findings")),
    (EVIDENCE, N_("Evidence")),
    ("log.html", N_("Log")),
    ("data.html", N_("Data")),
    ("how-to-verify.html", N_("How to verify")),
    ("tour.html", N_("Tour")),
)

WORDS = (
    *("announcement_label", "announcement_title", "differs", "elected", "shown_by", "pending_reasons"),
    "plain_of",
)


class _Pages:
    """All pages of one language, as (path below the language, HTML)."""

    def __init__(self, context: Context, language: str) -> None:
        self.context = context
        self.site = context.site
        self.language = language
        self.form = Format(language)
        self.catalogue = catalogue(language)
        self.words = Words(self.site, self.catalogue, self.form)
        self.tables = {
            race.code: StationTable(self.site, race, self.form, self._labels(race), self.catalogue.gettext)
            for race in self.site.races
        }

    def __iter__(self) -> Iterator[tuple[str, str]]:
        top = self._environment(up="../", here="", areas="areas/")
        yield (
            "index.html",
            top.get_template("home.html").render(
                path="index.html", certainties=certainties(self.context.evidence, self.language)
            ),
        )
        for path in PAGES[1:]:
            found = chapters(self.context.evidence, self.language) if path == EVIDENCE else ()
            yield path, top.get_template(path).render(path=path, chapters=found)
        below = self._environment(up="../../", here="../", areas="").get_template("area.html")
        for area, code in enumerate(self.site.areas.codes):
            path = f"areas/{code}.html"
            races = tuple(self.site.races_in(area))
            findings = self.site.findings_in.get(area)
            yield path, below.render(path=path, area=area, races=races, found=findings, tables=self.tables)

    def _labels(self, race: Race) -> dict[str, str]:
        return {
            column.basis.code: self.words.plain(column.basis.titles, column.basis.code)
            for column in race.columns
        }

    def _environment(self, *, up: str, here: str, areas: str) -> Environment:
        """The templates with their filters and names in this language.

        `up`, `here` and `areas` lead from a page to the publication, to the language's pages and to its
        areas. They are the same for all pages of an environment, so that macros are made once for them all.
        """
        made, words, form, say = environment(), self.words, self.form, self.catalogue.gettext
        made.install_gettext_callables(  # type: ignore[attr-defined]
            say, self.catalogue.ngettext, newstyle=True
        )
        for name in ("signed", "percent", "announced", "points", "size", "day", "moment"):
            made.filters[name] = getattr(form, name)
        for name in ("name", "plain", "level", "signer", "source"):
            made.filters[name] = getattr(words, name)
        made.filters |= {"n": form.number, "isolated": isolated}
        made.filters |= {"digest": _digest, "data_link": _data_link}
        for name, table in labels.TABLES.items():
            made.globals[name] = {code: _said(say, text) for code, text in table.items()}
        for name in WORDS:
            made.globals[name] = getattr(words, name)
        role = self.context.log_role
        made.globals |= {
            **self.context.names(),
            "up": up,
            "here": here,
            "areas": areas,
            "lang": self.language,
            "endonyms": ENDONYMS,
            "navigation": [(path, say(label)) for path, label in NAVIGATION],
            "kind_label": _said(say, labels.KINDS[self.site.body.kind]),
            "kind_notice": _said(say, labels.KIND_NOTICES[self.site.body.kind]),
            "log_role": say(labels.LOG_ROLES[role]) if role is not None else "–",
            "text_of": lambda texts, otherwise: text_of(texts, self.language, otherwise),
        }
        return made


def _said(say: Callable[[str], str], text: str) -> str:
    """Translate, except the empty message, which in a catalogue is its header."""
    return say(text) if text else ""


def _digest(text: str) -> str:
    """A digest without the name of its algorithm, which the table's head has."""
    return text.removeprefix("sha256:")


def _data_link(path: str) -> Markup:
    return Markup('<a href="../data/{}">{}</a>').format(path, path)
