"""The tests of irreversibility: what the counted votes show, held against the worst that can still come.

R ballots are outstanding, and each may hold anything that a ballot of the contest can, or stay away. Every
test is `left > constant + slope × R` between whole numbers, with the worst single ballot as slope, so that
anybody can check it with a pencil. All are sufficient. For plurality and for two rounds they are necessary as
well where a ballot has one mark: the worst for every condition at once is that all of R go to the same
candidate, so that one win of several that holds in the worst case holds in all. (Against somebody who stands
alone, what is worst depends on the base, so that several wins are then only sufficient.) With several marks
the tests stay necessary for plurality and where nobody wins the first round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from escrutinio.core.election.definition import HALF
from escrutinio.core.election.outcome import Drawing, Filled, Outcome, decide
from escrutinio.core.records.codes import Ties
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.certainty.inequality import Inequality, Statement, longer
from escrutinio.evidence.certainty.rules import Rules


@dataclass(frozen=True, slots=True)
class Case:
    """Votes of a contest by candidate, other ballots by class, and lots that were drawn, under its rules."""

    rules: Rules
    votes: tuple[int, ...]
    classes: tuple[int, ...]
    lots: Drawing

    def decided(self) -> Outcome:
        """What the method gives."""
        return decide(self.rules, self.votes, self.classes, self.lots)

    def base(self, bar: Bar) -> int:
        """The votes that a share is of."""
        return sum(self.votes) + sum(self.classes[each] for each in bar.beside)

    def against(self, bar: Bar, candidate: int) -> int:
        """By how much one ballot without a vote for a candidate can raise the base of a share."""
        return max(self.rules.others(candidate, len(self.votes)), int(bool(bar.beside)))

    def favours(self, one: int, other: int, *, equal: bool) -> bool:
        """Whether a tie of two, of whom the first has the place, goes to the first: by the law's order
        always; by lots only where claims are `equal` now, since other votes ask for other lots."""
        if self.rules.ties is Ties.ORDER:
            return self.rules.order.index(one) < self.rules.order.index(other)
        return self.rules.ties is Ties.LOTS and equal

    def rank(self, candidate: int) -> tuple[int, int]:
        """Sorts candidates by votes, most first; equal ones by the law's order, or else by the list's."""
        order = self.rules.order
        return -self.votes[candidate], order.index(candidate) if order else candidate

    def leaders(self, among: Iterable[int]) -> list[int]:
        """Of some candidates the first; and those of whom one ballot can hold more votes than of all before
        them. The others are behind one of these whatever comes."""
        found: list[int] = []
        for each in sorted(among, key=self.rank):
            if all(self.rules.most(each) > self.rules.most(before) for before in found):
                found.append(each)
        return found

    def alone(self, candidate: int) -> int | None:
        """The candidate, unless others have as many votes and only the order of the list is between them."""
        if self.rules.ties is not Ties.ORDER and self.votes.count(self.votes[candidate]) > 1:
            return None
        return candidate

    def above(self, candidate: int, bar: Bar) -> Inequality:
        """A candidate has a share whatever comes: all of R are for others, or other ballots of the base."""
        n, d = bar.numerator, bar.denominator
        left, slope = d * self.votes[candidate], n * self.against(bar, candidate)
        return Inequality("above-share", left, n * self.base(bar), slope, not bar.more, candidate)

    def below(self, candidate: int, bar: Bar) -> Inequality:
        """A candidate has not the share whatever comes: all of R are for it."""
        n, d = bar.numerator, bar.denominator
        right, slope = d * self.votes[candidate], (d - n) * self.rules.most(candidate)
        return Inequality(
            "below-share", n * self.base(bar), right, slope, bool(bar.more), self.alone(candidate)
        )

    def margin(self, one: int, other: int) -> Inequality:
        """One stays ahead of another: all of R are for the other."""
        left = self.votes[one] - self.votes[other]
        favoured = self.favours(one, other, equal=not left)
        names = self.alone(one), self.alone(other)
        return Inequality("margin", left, 0, self.rules.most(other), favoured, *names)

    def lead(self, one: int, other: int | None, bar: Bar) -> Inequality:
        """One leads another (None: nobody stands against them) by a share: all of R are for the other."""
        n, d, slope = bar.numerator, bar.denominator, bar.numerator * self.against(bar, one)
        left = d * self.votes[one]
        if other is not None:
            left -= d * self.votes[other]
            slope += d * self.rules.most(other)
        return Inequality("lead", left, n * self.base(bar), slope, not bar.more, one, other)

    def no_lead(self, candidate: int, bar: Bar) -> Inequality:
        """A candidate has not the lead whatever comes: all of R are for it."""
        n, d = bar.numerator, bar.denominator
        second = max((v for c, v in enumerate(self.votes) if c != candidate), default=0)
        right, slope = d * (self.votes[candidate] - second), (d - n) * self.rules.most(candidate)
        return Inequality("no-lead", n * self.base(bar), right, slope, bool(bar.more), self.alone(candidate))


def open_places(code: str, filled: Filled, what: str) -> Statement:
    """What a tie shows, which holds with no number of outstanding ballots, zero included."""
    certain = tuple(c for c, places in enumerate(filled.certain) if places)
    return Statement(code, certain, (Inequality(what, 0, 0, 1),), filled.open, filled.tied)


def places(case: Case, filled: Filled, code: str, before: Sequence[Inequality] = ()) -> Statement:
    """The last who is in against the first who is not: of all such pairs, the closest.

    `before`: what else must hold.
    """
    if filled.open:
        found = open_places(code, filled, "margin")
        return Statement(code, found.candidates, (*before, *found.inequalities), found.open, found.tied)
    inside = [c for c, has in enumerate(filled.certain) if has]
    last = max(inside, key=case.rank)
    outside = case.leaders(c for c, has in enumerate(filled.certain) if not has)
    pairs = tuple(case.margin(last, each) for each in outside)
    return Statement(code, tuple(inside), (*before, *pairs), broken=filled.broken, among=filled.among)


def plurality(case: Case) -> tuple[Statement, ...]:
    """Most votes, one place each."""
    return (places(case, case.decided().seats, "first"),)


def two_rounds(case: Case) -> tuple[Statement, ...]:
    """Somebody wins the first round, by the win that holds longest; or nobody does, by none of them."""
    found, wins = case.decided(), case.rules.wins or (Win(HALF),)
    if found.runoff is None:
        if found.seats.open:
            return (places(case, found.seats, "first-round"),)
        first = found.seats.certain.index(1)
        won = [_won(case, win, first, found.seats) for win in wins]
        return (max(won, key=_endures),)
    missed = tuple(
        dict.fromkeys(
            _missed(case, win, each) for win in wins for each in case.leaders(range(len(case.votes)))
        )
    )
    pair = places(case, found.runoff, "second-round", missed)
    return pair, Statement("no-first-round", (), missed)


def _won(case: Case, win: Win, first: int, filled: Filled) -> Statement:
    """The first wins by this win: its share and its lead, and most votes where these do not say so."""
    needed = [case.above(first, win.share)]
    rivals = case.leaders(c for c in range(len(case.votes)) if c != first)
    if win.lead is not None:
        needed += [case.lead(first, each, win.lead) for each in rivals or (None,)]
    elif 2 * win.share.numerator + win.share.more <= win.share.denominator:
        needed += [case.margin(first, each) for each in rivals]  # two can have it; the first of them wins
    return Statement("first-round", (first,), tuple(needed), broken=filled.broken, among=filled.among)


def _missed(case: Case, win: Win, candidate: int) -> Inequality:
    """A candidate does not win by this win: its share or its lead is out of reach."""
    share = case.below(candidate, win.share)
    return share if win.lead is None else longer(share, case.no_lead(candidate, win.lead))


def _endures(statement: Statement) -> float:
    limit = statement.withstands
    return float("inf") if limit is None else limit


def turnout(rules: Rules, ballots: int, registered: int) -> Statement | None:
    """Whether as many voters as the law asks for came: what is reached cannot be lost. None without a
    quorum."""
    bar = rules.quorum
    if bar is None:
        return None
    asked, came = bar.numerator * registered, bar.denominator * ballots
    reached = Inequality("turnout", came, asked, 0, not bar.more)
    if reached.holds(0):
        return Statement("quorum", (), (reached,))
    return Statement(
        "no-quorum", (), (Inequality("no-turnout", asked, came, bar.denominator, bool(bar.more)),)
    )
