"""The pages: one environment of templates per language and depth, and a list of pages with what each needs.

The same state, configuration, checkpoint and files beside the pages give the same bytes; there is no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NoReturn

from jinja2 import Environment, Template
from markupsafe import Markup

from escrutinio.base.words.catalogue import catalogue, endonyms, languages
from escrutinio.base.words.format import Format
from escrutinio.publication.browser.page_scripts import PAGES as PAGES_WITH_SCRIPTS
from escrutinio.publication.browser.page_scripts import script_of
from escrutinio.publication.documents import labels
from escrutinio.publication.documents.environment import compiled, template_names
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.documents.report.audits import audits_progress
from escrutinio.publication.documents.report.text import (
    certainties,
    chapters,
    standing_sentences,
    voters_left_out,
)
from escrutinio.publication.site.cards import card
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.descriptions import described
from escrutinio.publication.site.feeds import Feeds
from escrutinio.publication.site.frame import Frame, pages_environment
from escrutinio.publication.site.glossary import GLOSSARY
from escrutinio.publication.site.history import before, corrections, history
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.narrow import arranged
from escrutinio.publication.site.navigation import navigation
from escrutinio.publication.site.preview import draw
from escrutinio.publication.site.results import ResultRows
from escrutinio.publication.site.rows import StationTable
from escrutinio.publication.site.rules import RuleWords
from escrutinio.publication.site.rulings import RulingWords
from escrutinio.publication.site.shelf import text_of
from escrutinio.publication.site.standing import drawn, told
from escrutinio.publication.site.words import Words, isolated

PAGES = (
    "index.html",
    "station.html",
    "statements.html",
    "findings.html",
    "evidence.html",
    "log.html",
    "data.html",
    "how-to-verify.html",
    "tour.html",
    *("glossary.html", "history.html", "corrections.html"),
    *("bulletins.html", "audit.html", "observers.html", "machines.html", "complaints.html", "rules.html"),
    "map.html",
    "check.html",
    "verify.html",
)

WORDS = (
    *("announcement_label", "announcement_title", "elected", "shown_by", "pending_reasons"),
    "awaiting_third",
    *("plain_of", "word", "of", "announcement_when", "finding_label", "said_of", "short_basis"),
    *("sums_of", "classes_of", "basis_called", "figure_called"),
    *("account_says", "account_share", "account_rests", "account_bar"),
    *("basis", "basis_head", "findings_counted"),
)

_OF_FORM = ("apart", "signed", "percent", "announced", "points", "size", "span", "day", "moment")
_OF_WORDS = ("name", "plain", "level", "signer", "source", "beside")
_OWN = ("n", "isolated", "digest", "data_link")
"""The filters of the templates: methods of a language's figures and words, and others."""

WEIGHT = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a page for its own weight, which is known once it is made."""

STILL = frozenset({"station.html", "check.html", "verify.html", "tour.html"})
"""Pages on which a reader is at work, and which therefore are not refreshed under their hands."""


def has_preview(context: Context, area: int) -> bool:
    """Whether an area's page has a picture for messengers: the whole, and its first parts.

    A page can name it only by the whole address of the publication.
    """
    return context.address is not None and int(context.site.areas.depth[area]) <= 1


def has_embed(site: Site, area: int) -> bool:
    """Whether there is a result card of an area: the whole, its first parts, and whatever votes by itself."""
    return int(site.areas.depth[area]) <= 1 or any(race.area == area for race in site.races)


def area_files(context: Context, language: str, area: int) -> Iterator[str]:
    """The files that an area has in one language, as paths below the publication."""
    name = context.site.files[area]
    yield f"{language}/areas/{name}.html"
    yield f"{language}/areas/{name}.xml"
    if has_preview(context, area):
        yield f"{language}/areas/{name}.png"
    if has_embed(context.site, area):
        yield f"embed/{language}/{name}.html"


def weighed(page: str) -> str:
    """A page that says how many thousand bytes it has, rounded up."""
    return page.replace(WEIGHT, str(-(-len(page.encode()) // 1000)))


def prepare(part: int = 0, parts: int = 1) -> bytes:
    """Read the catalogues and compile the templates, or one of some parts of them, in a process that makes
    pages once there is a state; what was compiled, for `learn` in the others."""
    for language in languages():
        catalogue(language)
    made = pages_environment()
    made.install_gettext_callables(str, _one_or_many, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= dict.fromkeys((*_OF_FORM, *_OF_WORDS, *_OWN), _not_yet)
    for name in template_names(__package__)[part::parts]:
        made.get_template(name)
    return compiled()


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _not_yet(*_given: object) -> NoReturn:
    """A filter without language or site: a compiler that would work out a constant with it leaves it be."""
    raise TypeError


class Pages:
    """All pages of one language."""

    def __init__(self, context: Context, language: str) -> None:
        self.context = context
        self.site = context.site
        self.language = language
        self.form = Format(language, self.site.utc_offset)
        self.catalogue = catalogue(language)
        self.words = Words(self.site, self.catalogue, self.form)
        self.results = {race.code: ResultRows(self.site, race, self.words) for race in self.site.races}
        self.stations = {
            race.code: StationTable(self.site, race, self.form, self._labels(race), self.catalogue.gettext)
            for race in self.site.races
        }
        self.feeds = Feeds(context, self.words)
        self.rulings = RulingWords(self.site, self.words)
        self.notices = notices(self.site.state, language)

    def fixed(self) -> Iterator[tuple[str, bytes]]:
        """The pages that are made every time, as (path below the publication, content)."""
        top = self._environment(up="../", here="", areas="areas/")
        for path in PAGES:
            said: dict[str, object] = {"path": path, "live": None if path in STILL else ""}
            match path:
                case "index.html":
                    said["voters_left_out"] = voters_left_out(self.language)
                    said["certain"] = standing_sentences(self.context.evidence, self.language)
                    said["certainties"] = certainties(self.context.evidence, self.language)
                    said["told"] = accounts = [told(account) for account in self.site.accounts]
                    said["drawn"] = drawn(accounts)
                    said["silenced"] = list(self.rulings.silenced())
                    said["preview"] = self.site.files[0]
                    said["feed"] = f"areas/{self.site.files[0]}"
                case "evidence.html":
                    said["chapters"] = chapters(self.context.evidence, self.language)
                case "audit.html":
                    said["progress"] = audits_progress(self.context.evidence, self.language)
                case "history.html":
                    state = self.site.state
                    said["grown"] = [(race, history(state, race)) for race in self.site.races]
                    said["before"] = [(race, before(self.site, race)) for race in self.site.races]
                case "corrections.html":
                    said["corrected"] = corrections(self.site.state)
                case "data.html":
                    said |= self.context.of_data()
                case "bulletins.html":
                    said["voters_left_out"] = voters_left_out(self.language)
                    said["certainties"] = certainties(self.context.evidence, self.language)
            page = top.get_template("home.html" if path == "index.html" else path).render(said)
            yield f"{self.language}/{path}", weighed(arranged(page)).encode()

    def of_area(self, area: int) -> Iterator[tuple[str, bytes]]:
        """The page of an area by its number, and what goes with it, as `area_files` lists them."""
        code, name = self.site.areas.codes[area], self.site.files[area]
        size = int(self.context.changes.page[area])
        races = self.site.races_in(area)
        said = {
            "path": f"areas/{name}.html",
            "area": area,
            "races": races,
            "found": self.site.findings_in.get(area),
            "stations_of": self.stations,
            "script": "area.html",
            "changed_at": size,
            "live": code,
            "feed": name,
            "preview": name if has_preview(self.context, area) else None,
        }
        below = f"{self.language}/areas/{name}"
        yield f"{below}.html", self._template("area").render(said).encode()
        yield f"{below}.xml", self.feeds.feed(area)
        if has_preview(self.context, area):
            yield f"{below}.png", draw(card(self.context, self.words, area))
        if has_embed(self.site, area):
            within = int(self.context.changes.within[area])
            accounts = [told(account) for account in self.site.accounts if account.race.area == area]
            shown = {"area": area, "races": races, "changed_at": within, "notices": self.notices}
            card_page = self._template("embed").render(shown, told=accounts)
            yield f"embed/{self.language}/{name}.html", card_page.encode()

    def of_log(self, number: int) -> tuple[str, bytes]:
        """The page of the log's records with this number, from 1 on."""
        page = self.site.book.pages[number - 1]
        text = self._template("entries").render(path=page.path, page=page, changed_at=0)
        return f"{self.language}/{page.path}", text.encode()

    def _counted_share(self) -> str:
        """How much of the first contest is counted, with what parts it from what follows."""
        race = next((race for race in self.site.races if race.columns), None)
        if race is None:
            return ""
        cover = race.columns[0].coverage(race.area)
        share = self.form.percent(cover.counted, cover.all, 1)
        return self.catalogue.gettext("%(share)s of the stations") % {"share": share} + " · "

    @cache  # noqa: B019 (lives as long as the pages of one rendering)
    def _template(self, name: str) -> Template:
        where = {
            "area": {"up": "../../", "here": "../", "areas": ""},
            "entries": {"up": "../../", "here": "../", "areas": "../areas/"},
            "embed": {"up": "../../", "here": f"../../{self.language}/", "areas": "areas/"},
        }
        found = self._environment(**where[name]).get_template(f"{name}.html")
        found.globals = dict(found.globals)  # each page copies them, and a chain of mappings copies slowly
        return found

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
        made, words, form, say = pages_environment(), self.words, self.form, self.catalogue.gettext
        made.install_gettext_callables(  # type: ignore[attr-defined]
            say, self.catalogue.ngettext, newstyle=True
        )
        made.filters |= {name: getattr(form, name) for name in _OF_FORM}
        made.filters |= {name: getattr(words, name) for name in _OF_WORDS}
        made.filters |= dict(zip(_OWN, (form.number, isolated, _digest, _data_link), strict=True))
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
            "weight": WEIGHT,
            "description_of": lambda path, place: described(path, place, say),
            "embeds": frozenset(
                name for area, name in enumerate(self.site.files) if has_embed(self.site, area)
            ),
            "address": self.context.address,
            "changed_at": None,
            "live": None,
            "feed": None,
            "preview": None,
            "script": None,
            "endonyms": endonyms(),
            "page_scripts": {page: script_of(page, self.language) for page in PAGES_WITH_SCRIPTS},
            "navigation": navigation(say, PAGES),
            "pages": frozenset(PAGES),
            "kind_label": _said(say, labels.KINDS[self.site.body.kind]),
            "kind_notice": _said(say, labels.KIND_NOTICES[self.site.body.kind]),
            "log_role": say(labels.LOG_ROLES[role]) if role is not None else "–",
            "glossary": GLOSSARY,
            "rules": RuleWords(self.site, words),
            "rulings": self.rulings,
            "text_of": lambda texts, otherwise: text_of(texts, self.language, otherwise),
            "results_of": self.results,
            "counted_share": self._counted_share(),
            "_": cache(lambda message: Markup(say(message) % {})),
            **_sentences(say, self.catalogue.ngettext),
        }
        # What thousands of pages use is made once here: to import it in each costs as much as a small page.
        made.globals |= {"frame": Frame(made), "m": made.get_template("macros.html").module}
        return made


def _sentences(
    say: Callable[[str], str], count: Callable[[str, str, int], str]
) -> dict[str, Callable[..., Markup]]:
    """What `trans` calls, as Jinja makes it, but for the look-up of each sentence every time."""
    known = cache(lambda message: Markup(say(message)))
    return {
        "gettext": lambda message, /, **values: known(message) % values,
        "ngettext": lambda one, many, num, /, **values: (
            Markup(count(one, many, num)) % {"num": num, **values}
        ),
    }


def _said(say: Callable[[str], str], text: str) -> str:
    """Translate, except the empty message, which in a catalogue is its header."""
    return say(text) if text else ""


def _digest(text: str) -> str:
    """A digest without the name of its algorithm, which the table's head has."""
    return text.removeprefix("sha256:")


def _data_link(path: str) -> Markup:
    return Markup('<a href="../data/{}">{}</a>').format(path, path)
