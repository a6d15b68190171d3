"""Blank forms for polling boards that count on paper: the sheet of a contest, and the minutes of a station.

They are laid out as printed sheets are, by the same template, with boxes where a board writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_also
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.contests import with_contests
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.parts import Contest
from escrutinio.core.records.types import Definition
from escrutinio.intake.scan.form_code import FormKind, FormPlace, form_place
from escrutinio.publication.documents.labels import KIND_NOTICES
from escrutinio.publication.documents.marks import not_real, watermarks
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.sheets.printed_sheet import (
    Place,
    PrintedSheet,
    Row,
    figures,
    lines_to_sign,
    rows_of,
    whereabouts,
)
from escrutinio.publication.documents.sheets.printing import place_of

BLANK = N_("Blank form")

KINDS: dict[FormKind, str] = {
    FormKind.SHEET: N_("Manual tally sheet"),
    FormKind.OPENING: N_("Minutes of the opening"),
    FormKind.COUNTING: N_("Minutes of the count"),
    FormKind.CLOSING: N_("Minutes of the closing"),
}

_FIELDS: dict[FormKind, tuple[str, ...]] = {
    FormKind.OPENING: (
        N_("Time"),
        N_("Members of the board present"),
        N_("Scrutineers present"),
        N_("Ballots received"),
        N_("Seal of the empty box"),
        N_("Voters on the list, as counted in the notebook"),
    ),
    FormKind.COUNTING: (
        N_("Time at which the count began"),
        N_("Seal found on the box"),
        N_("Ballots in the box"),
        N_("Ballots by the notebook"),
        N_("Times that the count was repeated"),
        N_("Time at which the count ended"),
    ),
    FormKind.CLOSING: (
        N_("Time at which voting ended"),
        N_("Voters by the notebook"),
        N_("Voters beyond the list"),
        N_("Spoilt ballots, replaced"),
        N_("Ballots left over"),
        N_("Seal of the box after the count"),
        N_("Copies of the sheet handed out"),
    ),
}
"""What each of the minutes has boxes for."""


@dataclass(frozen=True)
class FormPrinter:
    """Makes the forms of one election in one language."""

    state: ElectionState
    language: str

    def sheets(self, station: int, contests: Collection[str]) -> Iterator[PrintedSheet]:
        """The blank sheet of each of these contests that is voted on at a station (its number)."""
        definition = with_contests(self.state)
        for contest in definition.contests:
            if contest.code in contests and self.state.contest(contest.code).stations[station]:
                yield self._sheet(definition, contest, station)

    def minutes(self, station: int, kind: FormKind) -> PrintedSheet:
        """The minutes of a station."""
        say = Tongue(self.language)
        code = form_place(self.state.election, kind, self.state.roll.stations[station])
        summary = tuple((say(label), None) for label in _FIELDS[kind])
        place = place_of(self.state, station)
        return self._form(with_contests(self.state), code, "", place, (), summary)

    def _sheet(self, definition: Definition, contest: Contest, station: int) -> PrintedSheet:
        place = place_of(self.state, station)
        code = form_place(
            self.state.election, FormKind.SHEET, self.state.roll.stations[station], contest.code
        )
        rows = rows_of(contest, (None,) * len(contest.options), self.language)
        title = choose(contest.titles, self.language, contest.code).text
        return self._form(definition, code, title, place, rows, _summary(contest, place, self.language))

    def _form(
        self,
        definition: Definition,
        code: FormPlace,
        contest: str,
        place: Place,
        rows: tuple[Row, ...],
        summary: tuple[tuple[str, int | None], ...],
    ) -> PrintedSheet:
        say = Tongue(self.language)
        election = choose(definition.titles, self.language, definition.code).text
        where = choose(definition.place, self.language, "").text
        not_real_at_all = definition.kind is not Kind.REAL
        return PrintedSheet(
            language=self.language,
            kind=say(KINDS[code.form]),
            heading=(election, f"{where} · {figures(self.language).day(definition.voting_day)}", contest),
            station=code.station,
            contest=code.contest,
            whereabouts=whereabouts(place, say),
            copy=None,
            watermarks=watermarks(definition.kind, self.language),
            notices=(
                " · ".join(say_also(self.language, BLANK)),
                *((not_real(self.language), say(KIND_NOTICES[definition.kind])) if not_real_at_all else ()),
            ),
            rows=rows,
            summary=summary,
            signatures=lines_to_sign(say, machine=False),
            provenance=((say("Code of the form"), code.text),),
            qr=code.qr,
            form=code.form.value,
        )


def _summary(contest: Contest, place: Place, language: str) -> tuple[tuple[str, int | None], ...]:
    """What a board adds up and reads off its notebook; the roll's figure stands there already."""
    say = Tongue(language)
    labels = [
        say("Valid votes") if contest.marks == 1 else say("Valid ballots"),
        *(class_name(each.code, each.titles, language) for each in contest.classes),
        say("Total of these"),
        say("Voters by the notebook"),
        say("Voters beyond the list"),
        say("Spoilt ballots, replaced"),
    ]
    blank: tuple[tuple[str, int | None], ...] = tuple((label, None) for label in labels)
    known = () if place.registered is None else ((say("Registered voters (roll)"), place.registered),)
    return (*blank, *known)
