"""Small elections under any rules, and every way in which their outstanding ballots can be filled."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from random import Random

import numpy as np

from escrutinio.core.election.definition import PROPORTIONAL
from escrutinio.core.election.outcome import Filled, Outcome, outcome
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.certainty.certified import Outstanding
from escrutinio.evidence.certainty.inequality import Finality
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.rules import rules_of

NAMES = tuple("abcdefgh")
Filling = tuple[tuple[int, ...], tuple[int, ...], int]
"""Votes by candidate, other ballots by class, and ballots that came, of what was outstanding."""


def view(method: Method, candidates: int, *, seats: int = 1, marks: int = 1, classes: int = 0) -> ContestView:
    """A contest with an option for each candidate; `dataclasses.replace` gives it more rules."""
    names, other = NAMES[:candidates], tuple(f"class-{each}" for each in range(classes))
    return ContestView(
        code="c", titles=(), method=method, seats=seats, marks=marks, wins=(), threshold=None, quorum=None,
        ties=Ties.OPEN, order=(), classes=other, class_titles=((),) * classes, area="",
        candidates=names, candidate_titles=((),) * candidates, options=names,
        option_titles=((),) * candidates, option_candidate=np.arange(candidates, dtype=np.int32),
        stations=np.ones(1, bool),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Small:
    """A contest, what is counted of it, and how many ballots are outstanding."""

    contest: ContestView
    votes: tuple[int, ...]
    classes: tuple[int, ...]
    ballots: int
    registered: int
    lots: tuple[int, ...]
    outstanding: int

    def certificate(self) -> Certificate:
        found = certify(
            rules_of(self.contest), self.contest.candidates, self.votes, Outstanding(self.outstanding),
            classes=self.classes, lots=self.lots, ballots=self.ballots, registered=self.registered,
        )  # fmt: skip
        assert found.checks()
        return found

    def outcome(self, filling: Filling) -> Outcome:
        votes, classes, ballots = filling
        return outcome(
            self.contest,
            [mine + more for mine, more in zip(self.votes, votes, strict=True)],
            [mine + more for mine, more in zip(self.classes, classes, strict=True)],
            ballots=self.ballots + ballots,
            registered=self.registered,
            lots=self.lots,
        )


@cache
def fillings(options: tuple[int, ...], candidates: int, marks: int, classes: int, most: int) -> list[Filling]:
    """Every way in which at most `most` ballots can be filled, of which each has up to `marks` of different
    `options` (each with the number of its candidate), or is of a class."""
    ballots = set()
    for marked in range(1, marks + 1):
        for chosen in combinations(options, marked):
            votes = tuple(chosen.count(candidate) for candidate in range(candidates))
            ballots.add((votes, (0,) * classes))
    for each in range(classes):
        ballots.add(((0,) * candidates, tuple(int(other == each) for other in range(classes))))
    nothing: Filling = ((0,) * candidates, (0,) * classes, 0)
    found, last = {nothing}, {nothing}
    for _ in range(most):
        last = {
            (_plus(before[0], votes), _plus(before[1], others), before[2] + 1)
            for before in last
            for votes, others in ballots
        }
        found |= last
    return sorted(found)


def random_election(random: Random, method: Method) -> Small:
    """Any rules that fit the method, and few enough votes for ties and shares to be near."""
    candidates, classes = random.choice((1, 2, 3, 3, 3, 4)), random.choice((0, 0, 1, 2))
    marks = random.choice((1, 1, 1, 2, 3)) if candidates < 4 else 1
    several = [random.choice((1, 1, 2)) if marks > 1 else 1 for _ in range(candidates)]
    options = tuple(each for each, cards in enumerate(several) for _ in range(cards))
    marks = min(marks, len(options))
    seats = 1 if method is Method.TWO_ROUND else random.randint(1, 5)
    ties = random.choice((Ties.OPEN, Ties.OPEN, Ties.ORDER, Ties.LOTS))
    order = random.sample(range(candidates), candidates)

    def bar(*shares: tuple[int, int]) -> Bar:
        numerator, denominator = random.choice(shares)
        beside = tuple(each for each in range(classes) if random.random() < 0.4)
        return Bar(numerator, denominator, random.randint(0, numerator < denominator), beside)

    def win() -> Win:
        share = bar((1, 2), (1, 2), (2, 5), (9, 20), (1, 3), (2, 3), (1, 1))
        return Win(share, random.choice((None, bar((1, 10), (1, 20), (1, 5), (1, 1)))))

    contest = replace(
        view(method, candidates, seats=seats, marks=marks, classes=classes),
        wins=tuple(win() for _ in range(random.randint(0, 3))) if method is Method.TWO_ROUND else (),
        threshold=bar((1, 20), (1, 10), (1, 5), (1, 3), (1, 2))
        if method in PROPORTIONAL and random.random() < 0.5
        else None,
        quorum=Bar(*random.choice(((1, 2), (1, 4), (3, 5))), random.randint(0, 1))
        if random.random() < 0.2
        else None,
        ties=ties,
        order=tuple(order) if ties is Ties.ORDER else (),
        options=tuple(str(each) for each in range(len(options))),
        option_titles=((),) * len(options),
        option_candidate=np.array(options, np.int32),
    )
    top = random.choice((3, 8, 20, 40))
    votes = tuple(random.randint(0, top) for _ in range(candidates))
    others = tuple(random.randint(0, max(top // 3, 1)) for _ in range(classes))
    ballots = -(-sum(votes) // marks) + sum(others)
    outstanding = random.randint(0, 2 if marks > 1 or candidates + classes > 4 else 4)
    registered = ballots + outstanding + random.randint(0, ballots + 2)
    lots = tuple(order[: random.randint(0, candidates)]) if ties is Ties.LOTS else ()
    return Small(contest, votes, others, ballots, registered, lots, outstanding)


def check(small: Small) -> Finality:
    """Hold a certificate against all fillings: nothing is irreversible that any of them changes; and where
    the tests are said to be necessary, whatever is open some filling changes. Returns the status."""
    contest, found = small.contest, small.certificate()
    options = tuple(contest.option_candidate.tolist())
    every = fillings(options, len(small.votes), contest.marks, len(small.classes), small.outstanding)
    outcomes = [small.outcome(each) for each in every]
    now = outcomes[0]
    places = now.seats if now.runoff is None else now.runoff
    nobody = len(now.below_threshold) == len(small.votes)
    tied = places.open > 0 and not (nobody and any(small.votes))
    changed = tied or any(_result(each) != _result(now) for each in outcomes)
    result, *rest = found.statements
    final = result.finality(small.outstanding) is Finality.IRREVERSIBLE
    assert not (final and changed), small
    if (
        found.rules.exact(len(small.votes)) and not small.lots
    ):  # lots are of one tie; of another one they say nothing yet
        assert final is not changed, small
    if not small.outstanding and found.rules.method is not Method.DROOP:
        assert final is not tied, small
    for statement in rest:
        same = statement.finality(small.outstanding) is Finality.IRREVERSIBLE
        if statement.code == "no-first-round":
            ever = any(each.runoff is None for each in outcomes)
        else:
            ever = any(each.quorum is not now.quorum for each in outcomes)
            assert now.quorum is (statement.code == "quorum")
        assert not (same and ever), small
        if contest.marks == 1 or statement.code != "no-first-round":
            assert same is not ever, small
    assert not (found.irreversible and any(each.quorum is not now.quorum for each in outcomes)), small
    return found.finality


def _result(found: Outcome) -> object:
    return _places(found.seats), None if found.runoff is None else _places(found.runoff)


def _places(filled: Filled) -> object:
    return filled.certain, filled.open, filled.tied


def _plus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(mine + theirs for mine, theirs in zip(one, other, strict=True))
