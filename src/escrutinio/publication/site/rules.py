"""What the law asks in this election, in words: how each contest is decided, who may rule, who votes beyond
the list. Every rule stands with the article that the definition gives for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from escrutinio.base.words.catalogue import N_, NN_
from escrutinio.base.words.titles import class_name
from escrutinio.core.election.definition import HALF
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method, Role, Ties
from escrutinio.core.records.parts import Article, Bar, Supplement, Win
from escrutinio.core.records.types import BY_CODE, Lots, NextRound
from escrutinio.publication.documents import labels
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.words import Words, isolated

_SHARED = {
    Method.DHONDT: N_("The votes of each list are divided by 1, 2, 3, …; the highest quotients have a seat."),
    Method.SAINTE_LAGUE: N_(
        "The votes of each list are divided by 1, 3, 5, …; the highest quotients have a seat."
    ),
    Method.HARE: N_(
        "A list has a seat for each whole quota, which is the votes divided by the seats; "
        "what remains goes to the largest remainders."
    ),
    Method.DROOP: N_(
        "A list has a seat for each whole quota, which is the votes divided by one more than the seats, "
        "rounded down, and one; what remains goes to the largest remainders."
    ),
}

RULES = {
    "method": N_("How it is decided"),
    "seats": N_("Seats"),
    "marks": N_("Marks on a ballot"),
    "wins": N_("To win the first round"),
    "threshold": N_("To take part in the seats"),
    "quorum": N_("For the vote to be valid"),
    "ties": N_("Where votes are equal"),
    "classes": N_("Other ballots"),
    "counting": N_("The count"),
    "supplement": N_("Beyond the list"),
    "rulings": N_("Rulings"),
    "officers": N_("Officers"),
    "calendar": N_("The calendar"),
    "other": N_("Other rules"),
}
"""What each rule that an article can stand beside is called."""

_OFFICERS = NN_(
    "Acts of the authority need %(count)s officer.", "Acts of the authority need %(count)s officers."
)
_COURT = NN_("a court, with %(count)s of its members", "a court, with %(count)s of its members agreeing")
_AUTHORITY = NN_("the authority, with %(count)s officer", "the authority, with %(count)s officers")


@dataclass(frozen=True)
class Rule:
    """A rule in words, what it is called, and the article of the law beside it, empty where none is given."""

    label: str
    says: Markup
    article: str


@dataclass(frozen=True)
class Beyond:
    """Voters beyond the list: what the law allows, and what counted sheets state of them.

    `used` voters at `stations`, in the contest and basis where most sheets state it."""

    supplements: tuple[Supplement, ...]
    used: int
    stations: int
    unstated: int


class RuleWords:
    """The rules of an election in one language."""

    def __init__(self, site: Site, words: Words) -> None:
        self._site = site
        self._words = words
        self._say, self._form = words.say, words.form

    # --- contests ---

    def contest(self, race: Race) -> Iterator[Rule]:
        """The rules of a contest, in the order in which they are asked, then its articles of no rule here."""
        said = set()
        for rule in self._of_contest(race):
            said.add(rule.label)
            yield rule
        for article in race.view.articles:
            label = self._words.gettext(RULES[article.rule])
            if label not in said:
                yield Rule(label, Markup(""), article.text)

    def _of_contest(self, race: Race) -> Iterator[Rule]:
        view = race.view
        yield self._rule(view, "method", self._method(view))
        if view.seats > 1:
            yield self._rule(view, "seats", self._form.number(view.seats))
        if view.marks > 1:
            yield self._rule(
                view,
                "marks",
                self._say(
                    "A ballot may mark up to %(marks)s options; it stays one ballot.",
                    marks=self._form.number(view.marks),
                ),
            )
        if view.method is Method.TWO_ROUND:
            yield self._rule(view, "wins", self._wins(view))
        if view.threshold is not None:
            bar = self.bar(view, view.threshold)
            yield self._rule(view, "threshold", self._say("Lists with %(bar)s take part.", bar=bar))
        if view.quorum is not None:
            share = self._share(view.quorum)
            asked = self._say("Ballots of %(share)s of the registered voters are needed.", share=share)
            yield self._rule(view, "quorum", asked)
        yield self._rule(view, "ties", self._ties(race))
        if view.classes:
            named = ", ".join(self._classes(view))
            yield self._rule(
                view, "classes", self._say("Counted apart from valid votes: %(classes)s.", classes=named)
            )

    def rounds_briefly(self, race: Race) -> Iterator[Markup]:
        """That there is a first round or a second one, and where."""
        if race.view.first is not None:
            yield self._say("This is a second round.")
        for logged in self._site.state.records(NextRound, race.code):
            origin = isolated(logged.body.origin)
            yield self._say("A second round is called; its log is %(origin)s.", origin=origin)

    def rounds(self, race: Race) -> Iterator[Markup]:
        """How a contest is bound to its first round, or to a second one."""
        first = race.view.first
        if first is not None:
            yield self._say(
                "This is the second round of %(contest)s, of the election whose definition has the "
                "SHA-256 %(digest)s.",
                contest=isolated(first.contest),
                digest=_hash(first.election),
            )
        for logged in self._site.state.records(NextRound, race.code):
            body: NextRound = logged.body
            yield self._say(
                "A second round is called (entry %(entry)s): its log is %(origin)s, its definition has the "
                "SHA-256 %(digest)s.",
                entry=self._form.number(logged.index),
                origin=isolated(body.origin),
                digest=_hash(body.definition),
            )

    def quorum(self, race: Race, column: Column) -> Markup:
        """Whether as many came as the law asks for; nothing where it asks for no number."""
        bar = race.view.quorum
        if bar is None:
            return Markup("")
        found = column.outcome(race.area).quorum
        share = self._share(bar)
        if found is None:
            return self._say(
                "Whether ballots of %(share)s of the registered voters are there cannot be told: these are "
                "not known everywhere.",
                share=share,
            )
        if found:
            return self._say(
                "The counted ballots are those of %(share)s of the registered voters, which the vote needs.",
                share=share,
            )
        cover = column.coverage(race.area)
        if cover.counted < cover.all:
            return self._say(
                "The counted ballots are not yet those of %(share)s of the registered voters, which the "
                "vote needs.",
                share=share,
            )
        return self._say(
            "The counted ballots are not those of %(share)s of the registered voters, which the vote needs.",
            share=share,
        )

    def bar(self, view: ContestView, bar: Bar) -> Markup:
        """A share and what it is a share of."""
        if not bar.beside:
            return self._say("%(share)s of the valid votes", share=self._share(bar))
        named = self._classes(view)
        beside = ", ".join(named[each] for each in bar.beside)
        return self._say(
            "%(share)s of the valid votes and these ballots together: %(classes)s",
            share=self._share(bar),
            classes=beside,
        )

    def _share(self, bar: Bar) -> Markup:
        share = self._exactly(bar)
        return self._say("more than %(share)s" if bar.more else "at least %(share)s", share=share)

    def _exactly(self, bar: Bar) -> str:
        """A share as a law writes it: a percentage without digits that say nothing, else a fraction."""
        hundredths, rest = divmod(100 * bar.numerator, bar.denominator)
        if not rest:
            return self._form.whole_percent(hundredths)
        for digits in (1, 2):
            if rest * 10**digits % bar.denominator == 0:
                return self._form.percent(bar.numerator, bar.denominator, digits)
        return f"{self._form.number(bar.numerator)}/{self._form.number(bar.denominator)}"

    def _method(self, view: ContestView) -> Markup:
        match view.method:
            case Method.PLURALITY if view.seats == 1:
                return self._say("Whoever has the most votes has the seat.")
            case Method.PLURALITY:
                return self._say(
                    "The %(seats)s with most votes have a seat each.", seats=self._form.number(view.seats)
                )
            case Method.TWO_ROUND:
                return self._say(
                    "Where nobody has what wins the first round, "
                    "the two with most votes meet in a second one."
                )
            case _:
                label = self._words.gettext(labels.METHODS[view.method])
                shared = self._words.gettext(_SHARED[view.method])
                return Markup("{}. {}").format(label[:1].upper() + label[1:], shared)

    def _wins(self, view: ContestView) -> Markup:
        ways = [self._win(view, win) for win in view.wins or (Win(HALF),)]
        if len(ways) == 1:
            return Markup("{}.").format(ways[0])
        return self._say("Either of these: %(ways)s.", ways=Markup("; ").join(ways))

    def _win(self, view: ContestView, win: Win) -> Markup:
        share = self.bar(view, win.share)
        if win.lead is None:
            return share
        if win.lead.beside == win.share.beside:
            return self._say(
                "%(share)s, with a lead over the second of %(lead)s of the same",
                share=share,
                lead=self._share(win.lead),
            )
        return self._say(
            "%(share)s, with a lead over the second of %(lead)s", share=share, lead=self.bar(view, win.lead)
        )

    def _ties(self, race: Race) -> Markup:
        view = race.view
        if view.ties is Ties.OPEN:
            return self._say("The definition gives nothing that decides; the seat stays open.")
        if view.ties is Ties.ORDER:
            return self._say("The law gives an order: %(names)s.", names=self._words.names(race, view.order))
        drawings = self._site.state.records(Lots, view.code)
        if not drawings:
            return self._say("Lots are drawn, and the drawing is recorded; none is in the log.")
        logged = drawings[-1]
        number = {code: at for at, code in enumerate(view.candidates)}
        among, drawn = (
            self._words.names(race, [number[code] for code in codes if code in number])
            for codes in (logged.body.among, logged.body.drawn)
        )
        return self._say(
            "Lots are drawn. Entry %(entry)s, by %(who)s: among %(among)s the lots drew %(drawn)s.",
            entry=self._form.number(logged.index),
            who=self._words.signer(logged.entry.signer),
            among=among,
            drawn=drawn,
        )

    def _classes(self, view: ContestView) -> list[str]:
        pairs = zip(view.classes, view.class_titles, strict=True)
        return [class_name(code, titles, self._words.language) for code, titles in pairs]

    def _rule(self, view: ContestView, rule: str, says: Markup | str) -> Rule:
        beside = _article(view.articles, rule) or _article(self._site.body.articles, rule)
        return Rule(self._words.gettext(RULES[rule]), Markup(says), beside)

    # --- the election ---

    def articles(self) -> Iterator[Rule]:
        """The articles of the definition that stand beside no rule of a contest, nor of the officers."""
        articles = self._site.body.articles
        beside = [*(rule for race in self._site.races for rule in self.contest(race)), *self.powers()]
        shown = {(rule.label, rule.article) for rule in beside}
        for article in articles:
            label = self._words.gettext(RULES[article.rule])
            if (label, _article(articles, article.rule)) not in shown:
                yield Rule(label, Markup(""), article.text)

    def powers(self) -> Iterator[Rule]:
        """Who may do what, and with how many: officers, and whoever has a power of their own."""
        body, many = self._site.body, self._words.many
        officers = many(body.officers_needed, _OFFICERS)
        yield Rule(self._words.gettext(RULES["officers"]), officers, _article(body.articles, "officers"))
        for power in body.powers:
            kind = BY_CODE.get(power.act)
            label = str(power.act) if kind is None else self._words.gettext(labels.RECORDS[kind.NAME])
            says = many(power.needed, _COURT if power.role is Role.COURT else _AUTHORITY)
            yield Rule(label, says, "")

    def beyond(self) -> Beyond:
        """Voters beyond the list."""
        best = Beyond(self._site.body.supplements, 0, 0, 0)
        for race in self._site.races:
            table = self._site.state.tables[race.code]
            for column in race.columns[:1]:
                rows = self._site.state.counted[race.code, column.basis.code]
                stated = table.supplement[rows[rows >= 0]]
                told = np.maximum(stated, 0)
                found = Beyond(
                    best.supplements, int(told.sum()), int((stated > 0).sum()), int((stated < 0).sum())
                )
                if found.used > best.used:
                    best = found
        return best


def _article(articles: Sequence[Article], rule: str) -> str:
    return "; ".join(article.text for article in articles if article.rule == rule)


def _hash(digest: bytes) -> Markup:
    return Markup('<span class="hash">{}</span>').format(digest.hex())
