"""Making the pages: one environment of templates per language, and a list of pages with what each needs.

The same state, configuration, checkpoint and files beside the pages give the same bytes; there is no clock.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from escrutinio.election.config import ElectionConfig
from escrutinio.election.state import ElectionState
from escrutinio.log.checkpoint import SignedCheckpoint
from escrutinio.log.trust import Trust
from escrutinio.publication.site import labels
from escrutinio.publication.site.charts import bar, strip, tally_mark
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.format import LANGUAGES, Format
from escrutinio.publication.site.i18n import ENDONYMS, catalogue
from escrutinio.publication.site.indexes import index_files
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.rows import StationTable
from escrutinio.publication.site.shelf import Shelf, text_of, write_pages
from escrutinio.publication.site.words import Words
from escrutinio.records.types import Proclamation

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)

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
) -> None:
    """Write the pages, their assets and the browser's indexes into `out`.

    `out` already holds `attachments/` and `data/` of the same state: words and downloads are read from
    there. `progress` hears ("site", pages done, pages in all). Raises PublicationError where something
    cannot be written, and for a language that the site does not speak.
    """
    shelf = Shelf(out)
    site = Site(state, config, shelf)
    context = Context(site, shelf, checkpoint, trust, tuple(languages))
    total = len(languages) * (len(site.areas) + len(PAGES))
    done = 0

    def pages() -> Iterator[tuple[str, bytes]]:
        nonlocal done
        yield from assets()
        yield from index_files(site)
        yield "index.html", context.language_choice(_environment()).encode()
        for language in languages:
            for path, page in _Pages(context, language):
                yield f"{language}/{path}", page.encode()
                done += 1
                if done % 100 == 0:
                    progress("site", done, total)

    write_pages(out, pages())
    progress("site", total, total)


def assets() -> Iterator[tuple[str, bytes]]:
    """Style sheets, scripts and the sign, as paths below the publication and their content."""
    yield from _below(files(__package__).joinpath("assets"), "assets")


def _below(directory: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for child in sorted(directory.iterdir(), key=lambda each: each.name):
        if child.is_dir():
            yield from _below(child, f"{path}/{child.name}")
        elif child.name.endswith((".css", ".js", ".svg")):
            yield f"{path}/{child.name}", child.read_bytes()


def _environment() -> Environment:
    """Jinja as every page uses it: everything is escaped, and a name that is not there is an error."""
    templates = files(__package__).joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda name: templates.joinpath(name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"csp": CSP, "tally_mark": tally_mark(), "bar": bar, "strip": strip}
    return environment


PAGES = (
    "index.html",
    "station.html",
    "statements.html",
    "findings.html",
    "log.html",
    "data.html",
    "how-to-verify.html",
    "tour.html",
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
        self.environment = _environment()
        self._install()
        self.tables = {
            race.code: StationTable(self.site, race, self.form, self._labels(race), self.catalogue.gettext)
            for race in self.site.races
        }

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield "index.html", self._render("home.html", "index.html")
        for path in PAGES[1:]:
            yield path, self._render(path, path)
        template = self.environment.get_template("area.html")
        for area, code in enumerate(self.site.areas.codes):
            if area or len(self.site.stations_of[area]):
                path = f"areas/{code}.html"
                races = tuple(self.site.races_in(area))
                found = self.site.findings_in.get(area)
                yield path, template.render(path=path, up="../../", area=area, races=races, found=found)

    def _render(self, template: str, path: str) -> str:
        return self.environment.get_template(template).render(path=path, up="../")

    def _labels(self, race: Race) -> dict[str, str]:
        return {
            column.basis.code: self.words.plain(column.basis.titles, column.basis.code)
            for column in race.columns
        }

    def _install(self) -> None:
        """Give the templates their filters and names in this language."""
        environment, words, form, say = self.environment, self.words, self.form, self.catalogue.gettext
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            say, self.catalogue.ngettext, newstyle=True
        )
        environment.filters |= {
            "n": form.number,
            "signed": form.signed,
            "percent": form.percent,
            "announced": form.announced,
            "points": form.points,
            "size": form.size,
            "day": form.day,
            "moment": form.moment,
            "name": words.name,
            "plain": words.plain,
            "signer": words.signer,
            "source": words.source,
            "level": self._level,
            "digest": lambda text: text.removeprefix("sha256:"),
            "data_link": lambda path: Markup('<a href="../data/{}">{}</a>').format(path, path),
        }
        translated = {
            "methods": labels.METHODS,
            "severities": labels.SEVERITIES,
            "standings": labels.STANDINGS,
            "records": labels.RECORDS,
            "figures": labels.FIGURES,
        }
        for name, table in translated.items():
            environment.globals[name] = {key: say(text) if text else "" for key, text in table.items()}
        environment.globals |= {
            "lang": self.language,
            "languages": self.context.languages,
            "endonyms": ENDONYMS,
            "navigation": self._navigation(),
            "kind_label": say(labels.KINDS[self.site.body.kind]) if self.site.fictional else "",
            "log_role": self.context.log_role(say),
            "outcomes_of": lambda race, area: [column.outcome(area) for column in race.columns],
            "race_covers": self._covers,
            "tables": self.tables if hasattr(self, "tables") else {},
            "text_of": lambda texts, otherwise: text_of(texts, self.language, otherwise),
            "proclamations": self._proclamations,
            **{
                name: getattr(words, name)
                for name in (
                    "announcement_label",
                    "announcement_title",
                    "elected",
                    "shown_by",
                    "pending_reasons",
                    "plain_of",
                )
            },
            **self.context.names(),
        }
