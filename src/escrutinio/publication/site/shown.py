"""What counted sheets show under the method of a contest, in words. It elects nobody, and names nobody by the
order of the list: who is equal is named together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from markupsafe import Markup

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import Format
from escrutinio.core.election.outcome import Filled, Outcome
from escrutinio.core.records.codes import Method, Ties
from escrutinio.publication.site.model import Race

SHARED_BY: Mapping[Method, str] = {
    Method.DHONDT: N_("D'Hondt"),
    Method.SAINTE_LAGUE: N_("Sainte-Laguë"),
    Method.HARE: N_("largest remainders (Hare)"),
    Method.DROOP: N_("largest remainders (Droop)"),
}


class Speaker(Protocol):
    """What these sentences need of a language's way of naming."""

    @property
    def form(self) -> Format:
        """How figures are written."""

    def gettext(self, message: str) -> str:
        """A fixed text in the language."""

    def say(self, message: str, **values: object) -> Markup:
        """A sentence with its values."""

    def candidate(self, race: Race, number: int) -> Markup:
        """The name of a candidate."""

    def names(self, race: Race, numbers: Sequence[int]) -> Markup:
        """Several candidates of a contest."""


def shown(words: Speaker, race: Race, found: Outcome, valid: int) -> Markup:
    """One or more sentences. `valid`: the valid ballots, which shares are of."""
    if not found.valid:
        return words.say("Nobody has a vote yet.")
    said = []
    if race.lists:
        said += _seats(words, race, found)
    elif found.runoff is not None:
        said += _runoff(words, race, found.runoff)
    elif race.view.seats > 1:
        said += _several(words, race, found)
    else:
        said += _order(words, race, found, valid)
        if race.view.method is Method.TWO_ROUND and any(found.seats.certain):
            said.append(words.say("That is what the first round asks for."))
    if found.quorum is False:
        said.append(words.say("The ballots that the vote needs to be valid are not there."))
    return Markup(" ").join(said)


def _order(words: Speaker, race: Race, found: Outcome, valid: int) -> list[Markup]:
    first = found.ranks[0].candidates
    if len(first) > 1:
        equal = words.say("%(names)s have the same number of votes.", names=words.names(race, first))
        return [equal, *_ties(words, race, found.seats)]
    if found.margin is None:
        return [words.say("%(name)s stands alone.", name=words.candidate(race, first[0]))]
    return [
        words.say(
            "%(name)s has the most votes, %(share)s of the valid ones: %(margin)s more than %(second)s.",
            name=words.candidate(race, first[0]),
            share=words.form.percent(found.ranks[0].votes, valid),
            margin=words.form.number(found.margin),
            second=words.names(race, found.ranks[1].candidates),
        )
    ]


def _several(words: Speaker, race: Race, found: Outcome) -> list[Markup]:
    """Several seats for those with most votes."""
    seats, said = found.seats, []
    having = tuple(number for number, places in enumerate(seats.certain) if places)
    if having:
        said.append(
            words.say(
                "Of %(seats)s seats, those with most votes have one each: %(names)s.",
                seats=words.form.number(race.view.seats),
                names=words.names(race, having),
            )
        )
    if seats.open:
        said.append(
            words.say(
                "%(open)s of %(seats)s seats are open: %(names)s have the same number of votes.",
                open=words.form.number(seats.open),
                seats=words.form.number(race.view.seats),
                names=words.names(race, seats.tied),
            )
        )
    return said + _ties(words, race, seats)


def _runoff(words: Speaker, race: Race, runoff: Filled) -> list[Markup]:
    nobody = words.say("No candidate has what wins the first round.")
    if runoff.open:
        equal = words.say(
            "%(names)s are equal for a place in the second.", names=words.names(race, runoff.tied)
        )
        return [nobody, equal, *_ties(words, race, runoff)]
    going = tuple(number for number, places in enumerate(runoff.certain) if places)
    two = words.say("The two with most votes are %(names)s.", names=words.names(race, going))
    return [nobody, two, *_ties(words, race, runoff)]


def _seats(words: Speaker, race: Race, found: Outcome) -> list[Markup]:
    """Seats shared among lists."""
    method = words.gettext(SHARED_BY[race.view.method])
    bar = race.view.threshold
    if bar is not None and len(found.below_threshold) == len(race.view.candidates):
        return [
            words.say(
                "No list reaches %(share)s of the votes that count for it, "
                "so nobody takes part in the seats.",
                share=words.form.percent(bar.numerator, bar.denominator),
            )
        ]
    listed = [
        Markup("{} {}").format(words.candidate(race, number), words.form.number(seats))
        for number, seats in enumerate(found.seats.certain)
        if seats
    ]
    said = []
    if listed:
        names = Markup(", ").join(listed)
        said.append(words.say("Seats by %(method)s: %(names)s.", method=method, names=names))
    if found.seats.open:
        said.append(
            words.say(
                "By %(method)s %(open)s of %(seats)s seats are open: %(names)s have equal claims.",
                method=method,
                open=words.form.number(found.seats.open),
                seats=words.form.number(race.view.seats),
                names=words.names(race, found.seats.tied),
            )
        )
    return said + _ties(words, race, found.seats)


def _ties(words: Speaker, race: Race, filled: Filled) -> list[Markup]:
    """What broke a tie, or what would."""
    if filled.broken:
        names, among = words.names(race, filled.broken), words.names(race, filled.among)
        if race.view.ties is Ties.ORDER:
            return [
                words.say(
                    "Equal were %(among)s; the order that the law gives decides for %(names)s.",
                    among=among,
                    names=names,
                )
            ]
        return [words.say("Equal were %(among)s; lots were drawn for %(names)s.", among=among, names=names)]
    if filled.open and race.view.ties is Ties.LOTS:
        return [words.say("Lots decide; no drawing among them is in the log.")]
    return []
