"""Announced results put to the tests: their own arithmetic, round percentages, the sheets at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import announced, percent, whole
from escrutinio.core.election.definition import OTHERS
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import ContestView, ElectionState, Logged
from escrutinio.core.election.totals import totals, totals_by_station
from escrutinio.core.records import types as t
from escrutinio.evidence.certainty.announcements import announced_result, announced_roll
from escrutinio.evidence.certainty.certificates import coverage
from escrutinio.evidence.certainty.outstanding import SmallRollError
from escrutinio.evidence.certainty.percentages import (
    Agreement,
    Percentage,
    Rounding,
    agreements,
    parse_percentage,
    read_percentage,
    stations_outside,
    stations_outside_range,
)
from escrutinio.evidence.claims.claim_counts import MOST_COUNTS, MOST_VOTES, CountTest, look_for_percentages
from escrutinio.evidence.claims.feasibility import (
    Comparison,
    Condition,
    LeastDiffering,
    least_differing,
    least_to_change_first,
    necessary_conditions,
    swing_of_capacity,
    swing_of_votes,
)
from escrutinio.evidence.claims.program import solved

NULL = "null"
"""The column of null votes in a comparison."""


@dataclass(frozen=True, slots=True)
class OwnArithmetic:
    """One announced figure beside what the announcement's other figures make of it.

    `what`: `percent` (of a candidate), `valid` (the sum of the rows), `ballots` (valid and null), `turnout`
    (ballots by covered share and roll). `computed` is a share for percent and turnout. `modes`: the roundings
    with which it prints as announced, all of them for whole numbers that are equal.
    """

    what: str
    candidate: str
    announced: str
    computed: Fraction
    modes: tuple[Rounding, ...]

    @property
    def holds(self) -> bool:
        """Whether it agrees under some usual way of rounding."""
        return bool(self.modes)

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        share = self.what in ("percent", "turnout")
        values = {
            "what": say_in(language, _WHAT[self.what], candidate=self.candidate),
            "announced": announced(self.announced, language)
            if share
            else whole(int(self.announced), language),
            "computed": percent(self.computed, 3, language) if share else whole(int(self.computed), language),
        }
        found = say_in(language, _AGREES if self.holds else _DIFFERS, **values)
        return found, say_in(language, _NOT_ARITHMETIC)


@dataclass(frozen=True, eq=False)
class AgainstSheets:
    """An announced result held against the sheets of a basis.

    `least`: fewest differing sheets when as many stations lie outside as the announced share allows at most;
    `nominal`: when exactly that share was covered; `none_outside`: when all sheets are within; `average`:
    when average sheets lie outside. `assumed_capacity`: what was taken for the `unknown_capacity` sheets
    whose registered voters are not known, the largest number at any sheet.
    """

    basis: str
    comparison: Comparison
    conditions: tuple[Condition, ...]
    least: LeastDiffering
    nominal: LeastDiffering
    none_outside: LeastDiffering
    average: LeastDiffering
    unknown_capacity: int
    assumed_capacity: int

    @property
    def contradicts(self) -> bool:
        """Whether some necessary condition fails: the announcement and all sheets cannot both be true."""
        return not all(condition.holds for condition in self.conditions)

    def by_program(self) -> AgainstSheets:
        """The same with the least numbers that an integer program shows. Raises as `program.solved` does."""
        whole = replace(self.comparison, outside=0)
        nominal = replace(self.comparison, outside=self.nominal.outside)
        return replace(
            self,
            least=solved(self.comparison, self.least),
            nominal=solved(nominal, self.nominal),
            none_outside=solved(whole, self.none_outside),
        )

    def reversals(self) -> list[tuple[str, int | None]]:
        """How many sheets would have to differ for their first candidate not to lead, by what may differ.

        Code and number (None: all are too few) for votes up to the registered voters or with the turnout
        as it is, and stations without a sheet adding all their voters to the second or nothing. Empty for
        fewer than two candidates.
        """
        compared = self.comparison
        order = sorted(
            (at for at, name in enumerate(compared.columns) if name != NULL),
            key=lambda at: (-compared.totals[at], at),
        )
        if len(order) < 2:
            return []
        first, second = compared.votes[:, order[0]], compared.votes[:, order[1]]
        swings = {
            "registered": swing_of_capacity(first, second, compared.capacity),
            "turnout": swing_of_votes(first),
        }
        missing = {} if compared.missing is None else {"missing": compared.missing}
        return [
            (f"{swing}_{name}", least_to_change_first(first - second, most, against))
            for swing, most in swings.items()
            for name, against in {**missing, "counted": 0}.items()
        ]


@dataclass(frozen=True, slots=True)
class Odd:
    """A figure of an announcement that no test can use, so that it is left out of all of them.

    `what`: `percent` (of a candidate), `turnout` or `covered`, where the text `announced` is no percentage or
    the share covered is above 100 %; `registered`, where the stations at hand have more voters.
    """

    what: str
    candidate: str
    announced: str

    def sentence(self, language: str) -> str:
        """What it is and why it is left out, in a language. Raises KeyError for an unknown language."""
        what = say_in(language, _WHAT[self.what], candidate=self.candidate)
        return say_in(language, _ODD, what=what, announced=repr(self.announced))


@dataclass(frozen=True, eq=False)
class ClaimStudy:
    """What can be tested of an announced result; None where it does not give the figures for it. `odd`:
    figures that no test can use."""

    index: int
    code: str
    contest: str
    arithmetic: tuple[OwnArithmetic, ...]
    counts: CountTest | None
    sheets: AgainstSheets | None
    odd: tuple[Odd, ...] = ()


def study_claim(
    state: ElectionState, claim: Logged[t.Claim], basis: str | None, *, registered: int | None = None
) -> ClaimStudy:
    """Put an announced result to every test that its figures allow; `basis` names the sheets, if any.

    `registered`: voters on the whole roll; what the claim says, or `announced_roll`, if None. Raises
    EvidenceError as `announced_result` does and for a roll given here that is too small, KeyError for a basis
    that is not there.
    """
    announced, view = announced_result(state, claim)
    body, odd = _usable(announced)
    said = announced_roll(state, view.code)
    roll = registered or body.registered or (None if said is None else said.voters)
    votes = [row.votes for row in body.rows if row.votes is not None]
    # A sum of some candidates' votes says nothing of percentages of the whole.
    complete = len(votes) == len(body.rows) and _is_whole(body, view)
    # The votes of several marks are no whole that percentages are usually of.
    one = view.marks == 1
    testable = complete and one and 1 < len(votes) <= MOST_COUNTS and 0 < sum(votes) <= MOST_VOTES
    sheets = None
    if basis is not None and len(votes) == len(body.rows) > 0:
        try:
            sheets = against_sheets(state, claim, body, basis, roll)
        except SmallRollError:
            if registered is not None:
                raise
            odd.append(Odd("registered", "", str(roll)))
            sheets, roll = against_sheets(state, claim, body, basis, None), None
    return ClaimStudy(
        claim.index,
        body.code,
        view.code,
        own_arithmetic(body, roll, view, complete=complete),
        look_for_percentages(votes) if testable else None,
        sheets,
        tuple(odd),
    )


def _usable(claim: t.Claim) -> tuple[t.Claim, list[Odd]]:
    """The announcement without the texts that are no percentages, and these."""
    odd = [
        Odd("percent", row.candidate, row.percent)
        for row in claim.rows
        if row.percent is not None and read_percentage(row.percent) is None
    ]
    rows = tuple(
        replace(row, percent=None) if Odd("percent", row.candidate, row.percent or "") in odd else row
        for row in claim.rows
    )
    if claim.covered is not None:
        covered = read_percentage(claim.covered)
        if covered is None or covered.value > 1:
            odd.append(Odd("covered", "", claim.covered))
            claim = replace(claim, covered=None)
    if claim.turnout is not None and read_percentage(claim.turnout) is None:
        odd.append(Odd("turnout", "", claim.turnout))
        claim = replace(claim, turnout=None)
    return replace(claim, rows=rows), odd


def own_arithmetic(
    claim: t.Claim, registered: int | None, contest: ContestView, *, complete: bool
) -> tuple[OwnArithmetic, ...]:
    """Hold an announcement's figures against each other; `complete`: its rows cover every candidate.

    Where a ballot has several marks, the votes say only how many valid ballots there are at least, and
    percentages may be of these or of all votes. Its texts are percentages, which `study_claim` makes sure of.
    Raises EvidenceError for one that is none.
    """
    votes = [row.votes or 0 for row in claim.rows]
    one = contest.marks == 1
    valid = claim.valid if claim.valid is not None else sum(votes) if complete and one else None
    bases = [base for base in (valid, None if one or not complete else sum(votes)) if base]
    found = [
        _share("percent", row.candidate, row.percent, *(Fraction(row.votes, base) for base in bases))
        for row in claim.rows
        if row.percent is not None and row.votes is not None and bases
    ]
    if complete and one and claim.valid is not None:
        found.append(_number("valid", claim.valid, sum(votes)))
    if claim.ballots is not None and claim.valid is not None and claim.null is not None:
        said = claim.valid + claim.null
        # Ballots of other classes, of which announcements say nothing, may be what is more than these.
        if set(contest.classes) <= {NULL} or claim.ballots < said:
            found.append(_number("ballots", claim.ballots, said))
    ballots = claim.ballots if claim.ballots is not None else valid
    if claim.turnout is not None and claim.covered is not None and registered and ballots is not None:
        covered = parse_percentage(claim.covered).value
        if covered:
            found.append(_share("turnout", "", claim.turnout, ballots / (covered * registered)))
    return tuple(found)


def against_sheets(
    state: ElectionState, claim: Logged[t.Claim], body: t.Claim, basis: str, registered: int | None
) -> AgainstSheets | None:
    """Hold an announced result, of which `body` has what is usable, against the sheets of a basis; None where
    that has no sheet in its area.

    Raises EvidenceError for a covered share above 100 % and as `announced_result` and `coverage` do.
    """
    _, view = announced_result(state, claim)
    area = state.areas.index[claim.entry.about.area or view.area]
    by_station = totals_by_station(state, view.code, basis)
    here = (by_station[:, 0] >= 0) & state.areas.within(area, state.roll.area)
    if not here.any():
        return None
    votes = by_station[here]
    rows = state.counted[view.code, basis][here]
    named = {row.candidate: row.votes or 0 for row in body.rows}
    number = {code: at for at, code in enumerate(view.candidates)}
    columns = {code: votes[:, number[code]] for code in named if code in number}
    if OTHERS in named:
        columns[OTHERS] = votes.sum(axis=1) - sum(columns.values())
    announced = {code: named[code] for code in columns}
    table = state.tables[view.code]
    null = table.classes[rows, view.classes.index(NULL)] if NULL in view.classes else None
    # Of sheets that do not say their null ballots nothing follows for an announced number of them.
    if body.null is not None and null is not None and (null >= 0).all():
        columns[NULL], announced[NULL] = null, body.null
    if not columns:
        return None
    ballots, roll = ballots_of(table)[rows], state.roll.registered[here]
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    # As many as the law lets vote there, whatever the sheet says of it: it is the sheet that may be wrong.
    stations_here = table.station[rows]
    unknown = (roll < 0) | beyond.unbounded[stations_here]
    listed = roll + beyond.most[stations_here]
    most = max(int(np.where(unknown, 0, listed).max()), int(ballots.max()))
    # A sheet may hide any result that its voters allow, with all their marks.
    capacity = view.marks * np.maximum(np.where(unknown, most, listed), ballots)
    national = area == state.areas.index[view.area]
    lacking = coverage(state, view.code, basis, registered=registered if national else None, disputed=())
    found = totals(state, view.code, basis)
    stations = max(int(found.stations_declared[area]), int(found.stations_in_roll[area]))
    nominal, widest = 0, 0
    if body.covered is not None:
        covered = parse_percentage(body.covered)
        nominal, widest = (
            stations_outside(stations, covered.value),
            stations_outside_range(stations, covered)[1],
        )

    left = lacking.outstanding(area).capacity

    def compared(outside: int) -> Comparison:
        return Comparison(
            tuple(columns), np.column_stack([*columns.values()]), tuple(announced.values()), capacity,
            None if left is None else view.marks * left, min(outside, len(votes)),
        )  # fmt: skip

    comparison = compared(widest)
    return AgainstSheets(
        basis=basis,
        comparison=comparison,
        conditions=necessary_conditions(comparison),
        least=least_differing(comparison),
        nominal=least_differing(compared(nominal)),
        none_outside=least_differing(compared(0)),
        average=least_differing(comparison, average_outside=True),
        unknown_capacity=int(unknown.sum()),
        assumed_capacity=most,
    )


def claims_beside_each_other(
    state: ElectionState, contest: str
) -> dict[str, tuple[tuple[Agreement, tuple[str, str]], ...]]:
    """By candidate, every two announced percentages about the whole contest, with the codes of their claims.

    A text that is no percentage stands beside none; `study_claim` names it as odd.
    """
    view = state.contest(contest)
    said: dict[str, list[tuple[Percentage, str]]] = {}
    for logged in state.records(t.Claim, contest):
        if logged.entry.about.area in (None, view.area):
            for row in logged.body.rows:
                figure = None if row.percent is None else read_percentage(row.percent)
                if figure is not None:
                    said.setdefault(row.candidate, []).append((figure, logged.body.code))
    found = {}
    for candidate, figures in said.items():
        names = [(a, b) for at, (_, a) in enumerate(figures) for _, b in figures[at + 1 :]]
        pairs = agreements([figure for figure, _ in figures])
        if pairs:
            found[candidate] = tuple(zip(pairs, names, strict=True))
    return found


def _is_whole(claim: t.Claim, contest: ContestView) -> bool:
    named = {row.candidate for row in claim.rows}
    return OTHERS in named or named >= set(contest.candidates)


def _share(what: str, candidate: str, announced: str, *computed: Fraction) -> OwnArithmetic:
    """A percentage beside what other figures give; of several bases the first with which it agrees."""
    figure, found = parse_percentage(announced), []
    for each in computed:
        modes = tuple(mode for mode in Rounding if figure.prints(each, mode))
        found.append(OwnArithmetic(what, candidate, announced, each, modes))
    return next((each for each in found if each.holds), found[0])


def _number(what: str, announced: int, computed: int) -> OwnArithmetic:
    return OwnArithmetic(
        what, "", str(announced), Fraction(computed), tuple(Rounding) if announced == computed else ()
    )


_WHAT = {
    "percent": N_("the percentage of {candidate}"),
    "valid": N_("the valid votes"),
    "ballots": N_("all the ballots"),
    "turnout": N_("the turnout"),
    "covered": N_("the share that it stands on"),
    "registered": N_("the registered voters"),
}
_ODD = N_("Announced for {what}: {announced}, which no test can use; it is left out of all of them.")
_AGREES = N_(
    "Announced for {what}: {announced}; the announcement's other figures give {computed}, which agrees."
)
_DIFFERS = N_(
    "Announced for {what}: {announced}; the announcement's other figures give {computed}, which differs."
)
_NOT_ARITHMETIC = N_(
    "This compares an announcement with itself, not with the sheets; a slip of an outlet's typing is common."
)
