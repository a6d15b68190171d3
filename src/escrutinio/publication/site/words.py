"""Sentences and names that templates ask for: they depend on the language and on one record each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from unicodedata import bidirectional, combining, normalize

import msgspec
from markupsafe import Markup, escape

from escrutinio.base.words.catalogue import N_, NN_, Catalogue
from escrutinio.base.words.format import NONE, Format
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.derived.files import sums_of
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.findings.table import ROWS
from escrutinio.core.election.state import Logged
from escrutinio.core.records.codes import SheetFact
from escrutinio.core.records.entry import body_to_plain
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Body, Proclamation, SheetStatus
from escrutinio.publication.documents import code_words, labels
from escrutinio.publication.documents.charts import bar
from escrutinio.publication.site.announced import Announcement
from escrutinio.publication.site.called import called
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.shown import shown
from escrutinio.publication.site.standing import LeftOut, Told, left_out, told_last

MOST_PLAIN = 4_000
"""Most characters of a record's content that the page of the log writes out."""

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_FILE = re.compile(r"[A-Za-z0-9._-]*[0-9_][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?")


@lru_cache(maxsize=1 << 16)
def isolated(text: str) -> Markup:
    """Text from outside, in an element of its own if it has right-to-left letters.

    Isolation keeps such letters from reordering what stands beside them; other text needs none.
    """
    if text.isascii() or not any(bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return escape(text)
    return Markup("<bdi>{}</bdi>").format(text)


def _letters(text: str) -> str:
    """A name as people compare it: without accents, whatever the case."""
    return "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))


class Words:
    """One language's way of naming what the model has."""

    def __init__(self, site: Site, catalogue: Catalogue, form: Format) -> None:
        self.site = site
        self.language = catalogue.language
        self.gettext, self.ngettext = catalogue.gettext, catalogue.ngettext
        self.form = form
        self._called = called(site, self.language)

    # --- names ---

    def name(self, titles: Sequence[Title], otherwise: str) -> Markup:
        """A name from a record, isolated where it must be, marked with its language if it is another."""
        title = choose(titles, self.language, otherwise)
        if title.language in ("", self.language):
            return isolated(title.text)
        return Markup('<bdi lang="{}">{}</bdi>').format(title.language, title.text)

    def plain(self, titles: Sequence[Title], otherwise: str) -> str:
        """The same without markup, for attributes and titles."""
        return choose(titles, self.language, otherwise).text

    def candidate(self, race: Race, number: int) -> Markup:
        """The name of a candidate."""
        return self.name(race.view.candidate_titles[number], race.view.candidates[number])

    def level(self, level: str) -> Markup:
        """The word for a kind of area."""
        return isolated(self.gettext(labels.LEVELS[level]) if level in labels.LEVELS else level)

    def differs(self, race: Race, number: int) -> bool:
        """Whether the code of a candidate says something that its name does not."""
        code = race.view.candidates[number]
        return _letters(self.plain(race.view.candidate_titles[number], code)) != _letters(code)

    def signer(self, name: str) -> Markup:
        """A signer as people know it, with its enrolled name."""
        titles = self.site.names.get(name, ())
        if not titles and name in self.site.roots:
            return self.say("%(name)s (root key)", name=self.name(self.site.roots[name], name))
        if not titles:
            return isolated(name)
        return Markup('{} <span class="muted">({})</span>').format(self.name(titles, name), name)

    def source(self, text: str) -> Markup:
        """Where something was read: an address as a link, a bare file name said to be one, else as text."""
        if _ADDRESS.fullmatch(text):
            return Markup('<a class="hash" href="{}" rel="noreferrer nofollow">{}</a>').format(text, text)
        if _FILE.fullmatch(text):
            message = self.gettext("no public address is recorded, only the name of a stored file: %(name)s")
            return Markup(message) % {"name": Markup('<span class="hash">{}</span>').format(text)}
        return isolated(text)

    def announcement_label(self, found: Announcement) -> Markup:
        """A short heading for a column: the bulletin's number, or the day."""
        if found.official:
            text = self.gettext("Bulletin %(number)s") % {"number": self.form.number(found.number)}
            return Markup("{}").format(text)
        return Markup("{}").format(self.form.day(found.day) if found.day else found.code)

    def announcement_when(self, found: Announcement) -> str:
        """When it was announced: the day, or at which size of the log."""
        if found.day:
            return self.form.day(found.day)
        return self.gettext("the log at %(size)s entries") % {"size": self.form.number(found.size)}

    def announcement_title(self, found: Announcement) -> Markup:
        """Who announced it."""
        if found.official:
            values = {"number": self.form.number(found.number), "signer": self.signer(found.signer)}
            return Markup(self.gettext("Bulletin %(number)s, by %(signer)s")) % values
        return self.name(found.speaker, found.code)

    def elected(self, race: Race, body: Proclamation) -> Markup:
        """The names that a proclamation declares elected."""
        numbers = {code: number for number, code in enumerate(race.view.candidates)}
        names = [
            self.candidate(race, numbers[code]) if code in numbers else isolated(code)
            for code in body.elected
        ]
        return Markup(", ").join(names)

    def classes_of(self, race: Race, short: bool = False) -> list[str]:
        """What the classes of a contest's ballots are called that are not valid; `short`: in the head of a
        column."""
        pairs = zip(race.view.classes, race.view.class_titles, strict=True)
        return [
            self.gettext(labels.SHORT_CLASSES[code])
            if short and not titles and code in labels.SHORT_CLASSES
            else class_name(code, titles, self.language)
            for code, titles in pairs
        ]

    def sums_of(self, race: Race) -> list[tuple[str, str]]:
        """The rows below the candidates' votes: what each is called, and its name in the tables."""
        valid = N_("Valid votes") if race.view.marks == 1 else N_("Valid ballots")
        labels_of = (self.gettext(valid), *self.classes_of(race), self.gettext("All ballots"))
        return list(zip(labels_of, sums_of(race.view), strict=True))

    # --- what counted sheets show; it elects nobody ---

    def shown_by(self, race: Race, area: int) -> Iterator[Markup]:
        """What the counted sheets of each column show, with what they leave out; columns that show the same
        share a sentence."""
        said: dict[Markup, list[Markup]] = {}
        for column in race.columns:
            if column.valid[area]:
                sentence = shown(self, race, column.outcome(area), column.valid[area])
                sentence += self._left_out(left_out(self.site.state, race, column, area))
                said.setdefault(sentence, []).append(self.basis(column))
        for sentence, columns in said.items():
            yield Markup("<b>{}:</b> {}").format(Markup("; ").join(columns), sentence)

    def _left_out(self, found: LeftOut) -> Markup:
        """What totals do not have or may still lose, as a sentence; nothing where it is nothing."""
        parts = [
            self.many(count, messages)
            for count, messages in (
                (found.pending, NN_("%(count)s station is pending", "%(count)s stations are pending")),
                (
                    found.silent,
                    NN_("%(count)s station has no sheet here", "%(count)s stations have no sheet here"),
                ),
                (
                    found.disputed,
                    NN_(
                        "%(count)s counted station is in dispute until a ruling",
                        "%(count)s counted stations are in dispute until a ruling",
                    ),
                ),
            )
            if count
        ]
        return Markup(" {}.").format(Markup(", ").join(parts)) if parts else Markup("")

    def account_says(self, told: Told) -> Markup:
        """The result of an account in one sentence; of one that has both sheets and announcements, that of
        the sheets by name, and the shares of the first two in what it announced last."""
        column, announced = told.account.column, told.account.announced
        if column is None or not announced or told.announced is not None:
            return self._account_shows(told)
        last = told_last(told.account)
        label = self.announcement_label(announced[-1])
        return Markup("{}: {} {}: {}").format(
            self.basis(column), self._account_shows(told), label, self._first_two(last)
        )

    def _account_shows(self, told: Told) -> Markup:
        race, found = told.race, told.outcome
        column = None if told.announced is not None else told.account.column
        if found is not None:
            return shown(
                self, race, found, sum(told.votes or ()) if column is None else column.valid[race.area]
            )
        return self._first_two(told)

    def _first_two(self, told: Told) -> Markup:
        """The shares of the two who have most, and of whoever is equal to the second."""
        shares = [
            Markup("{} {}").format(self.candidate(told.race, number), self.account_share(told, number))
            for number in told.first(2)
        ]
        return Markup("{}.").format(Markup(", ").join(shares))

    def account_share(self, told: Told, number: int) -> str:
        """The share of a candidate in an account, as text."""
        if number in told.percent and (told.votes is None or told.announced is not None):
            return self.form.announced(told.percent[number])
        if told.votes is None or not told.valid:
            return NONE
        return self.form.percent(told.votes[number], told.valid)

    def account_part(self, told: Told, number: int) -> float:
        """The share of a candidate in an account, from 0 to 1, for drawing: of its votes, or as announced."""
        if told.votes is not None and told.valid:
            return told.votes[number] / told.valid
        stated = told.percent.get(number, "")
        return float(stated) / 100 if stated.replace(".", "", 1).isdigit() else 0.0

    def account_bar(self, told: Told, number: int) -> Markup:
        """The same as a bar."""
        return bar(round(self.account_part(told, number) * 10_000), 10_000)

    def basis_head(self, column: Column) -> Markup:
        """A basis as a heading has it."""
        return self.basis(column)

    def findings_counted(self) -> Markup:
        """How many kinds of findings there are, and how many of them keep a sheet from counting."""
        groups = self.site.groups
        kinds = self.many(len(groups), NN_("%(count)s kind of finding", "%(count)s kinds of findings"))
        keeping = sum(1 for group in groups if group.row.keeps)
        if not keeping:
            return self.say("%(kinds)s, none of which keeps a sheet from counting", kinds=kinds)
        said = self.ngettext(
            "%(kinds)s, %(count)s of which keeps a sheet from counting",
            "%(kinds)s, %(count)s of which keep a sheet from counting",
            keeping,
        )
        return Markup(said) % {"kinds": kinds, "count": self.form.number(keeping)}

    def account_rests(self, told: Told) -> Markup:
        """On how many published and signed sheets an account rests, said before its figures."""
        column = told.account.column
        if column is None:
            return self.say(
                "No sheet by station is published with this account: there is only what was announced."
            )
        cover = column.coverage(told.race.area)
        values = {"counted": self.form.number(cover.counted), "all": self.form.number(cover.all)}
        if column.basis.organisation is not None:
            who = self.name(column.basis.titles, column.basis.code)
            if self.site.imported:
                return self.say(
                    "Published: %(counted)s sheets of %(all)s stations, copies that their importer signed.",
                    **values,
                )
            return self.say(
                "Published: %(counted)s sheets of %(all)s stations, as copies that %(who)s signed.",
                who=who,
                **values,
            )
        return self.say(
            "Published: %(counted)s sheets of %(all)s stations, each signed by who made it at the station.",
            **values,
        )

    def beside(self, column: Column, area: int, other: int, candidate: int) -> str:
        """By how many points the share of a candidate differs in an area from that in another."""
        here = column.votes[area][candidate], column.valid[area]
        return self.form.apart(*here, column.votes[other][candidate], column.valid[other])

    def basis(self, column: Column) -> Markup:
        """A basis by name; copies are said to be copies."""
        name = self.name(column.basis.titles, column.basis.code)
        if column.basis.organisation is None or self._says_copies(name):
            return name
        return Markup(self.gettext("Copies, %(organisation)s")) % {"organisation": name}

    def _says_copies(self, name: str) -> bool:
        return name.casefold().startswith(self.gettext("Copies").casefold())

    def figure_called(self, race: Race, what: str) -> str:
        """An announced figure that is of no candidate: a class of the contest's ballots, or a sum."""
        if what in race.view.classes:
            return self.classes_of(race)[race.view.classes.index(what)]
        return self.gettext(labels.FIGURES[what])

    def basis_called(self, code: str) -> Markup:
        """A basis that a record names by its code, as people know it."""
        found = next((basis for basis in self.site.state.bases if basis.code == code), None)
        return isolated(code) if found is None else self.name(found.titles, code)

    def short_basis(self, column: Column) -> str:
        """A basis in as few words as stand beside a figure."""
        name = self.plain(column.basis.titles, column.basis.code)
        if column.basis.organisation is None or self._says_copies(name):
            return name
        return self.gettext("Copies, %(organisation)s") % {"organisation": name}

    def many(self, count: int, messages: tuple[str, str]) -> Markup:
        """A sentence about as many of something."""
        said = self.ngettext(*messages, count)
        return Markup(said) % {"count": self.form.number(count)}

    def names(self, race: Race, numbers: Sequence[int]) -> Markup:
        """Several candidates of a contest."""
        return Markup(", ").join(self.candidate(race, number) for number in numbers)

    def say(self, message: str, **values: object) -> Markup:
        """A sentence with its values, which are escaped where they must be."""
        return Markup(self.gettext(message)) % values

    def pending_reasons(self, race: Race) -> list[tuple[str, int]]:
        """Why stations of the first column are pending, and how many for each reason."""
        if not race.columns:
            return []
        reasons = self.site.state.pending.get((race.code, race.columns[0].basis.code), {})
        counted = Counter(reasons.values())
        return [
            (ROWS[code].label(self.language) if code in ROWS else code, counted[code])
            for code in sorted(counted)
        ]

    def awaiting_third(self, race: Race) -> int:
        """Stations without a sheet in the first column of which two clerks typed the picture differently."""
        state = self.site.state
        rows = state.counted.get((race.code, race.columns[0].basis.code)) if race.columns else None
        differ = {
            logged.entry.about.station
            for logged in state.records(SheetStatus)
            if logged.body.status is SheetFact.TYPINGS_DIFFER and logged.entry.about.contest == race.code
        }
        numbers = (state.roll.index.get(station or "") for station in differ)
        return sum(number is not None and (rows is None or rows[number] < 0) for number in numbers)

    # --- records ---

    def finding_label(self, code: str) -> str:
        """The label of a kind of finding."""
        return ROWS[code].label(self.language)

    def said_of(self, found: Finding) -> str:
        """What a rule noticed, with the names that the pages use."""
        return found.sentence(self.language, self._called)

    def word(self, code: IntEnum) -> str:
        """The word for a numbered code."""
        return self.gettext(code_words.WORDS[type(code)][code])

    def of(self, name: str) -> list[tuple[Logged[Body], Body]]:
        """The records of one type that are not sheets, newest first, with their bodies."""
        found = self.site.by_type.get(name, ())
        return [(logged, logged.body) for logged in reversed(found)]

    def plain_of(self, logged: Logged[Body]) -> str:
        """A record's content as JSON, where it is short enough to be read."""
        encoded = msgspec.json.encode(body_to_plain(logged.entry.body))
        return msgspec.json.format(encoded, indent=2).decode() if len(encoded) <= MOST_PLAIN else ""
