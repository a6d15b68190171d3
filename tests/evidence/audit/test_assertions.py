"""Assertions against brute force: of every tally in which all of them hold, the outcome is the same."""

from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.audit.assertions import Ballot
from escrutinio.evidence.audit.outcomes import assertions_of
from tests.evidence.audit.contest import rules

FIFTH, THIRD, HALF = Bar(1, 5), Bar(1, 3, more=1), Bar(1, 2, more=1)
OF_ALL = Bar(1, 4, beside=(0,))
FORTY_AND_TEN = (Win(HALF), Win(Bar(2, 5), Bar(1, 10)))
OF_ALL_BALLOTS = (Win(Bar(1, 2, more=1, beside=(0,))), Win(Bar(45, 100, beside=(0,)), Bar(1, 5, more=1)))

CONTESTS = {
    "plurality": rules(Method.PLURALITY, 3, classes=1),
    "two seats": rules(Method.PLURALITY, 4, 2),
    "two marks": rules(Method.PLURALITY, 4, 2, marks=2),
    "half": rules(Method.TWO_ROUND, 3, classes=1),
    "half of two": rules(Method.TWO_ROUND, 2, classes=1, wins=OF_ALL_BALLOTS),
    "exactly sixty": rules(Method.TWO_ROUND, 3, wins=(Win(Bar(3, 5)),)),
    "forty and ten": rules(Method.TWO_ROUND, 3, wins=FORTY_AND_TEN),
    "forty alone": rules(Method.TWO_ROUND, 3, wins=(Win(Bar(2, 5)),)),
    "of all ballots": rules(Method.TWO_ROUND, 3, classes=1, wins=OF_ALL_BALLOTS),
    "d'hondt": rules(Method.DHONDT, 3, 4),
    "d'hondt, a fifth": rules(Method.DHONDT, 3, 3, FIFTH, classes=1),
    "sainte-laguë": rules(Method.SAINTE_LAGUE, 3, 4),
    "sainte-laguë, a third": rules(Method.SAINTE_LAGUE, 3, 5, THIRD),
    "sainte-laguë, a quarter of all": rules(Method.SAINTE_LAGUE, 3, 3, OF_ALL, classes=1),
    "hare": rules(Method.HARE, 3, 3),
    "hare of four": rules(Method.HARE, 4, 2),
    "hare, a fifth": rules(Method.HARE, 3, 4, FIFTH),
    "hare, a quarter of all": rules(Method.HARE, 3, 3, OF_ALL, classes=1),
    "droop": rules(Method.DROOP, 3, 3),
    "droop, a third": rules(Method.DROOP, 3, 2, THIRD),
    "quorum": rules(Method.PLURALITY, 2, classes=2, quorum=Bar(2, 5)),
    "quorum, more than half": rules(Method.PLURALITY, 2, classes=1, quorum=HALF),
}
REGISTERED = 20
MOST = {2: 16, 3: 15, 4: 10, 5: 8}
"""Greatest sum of the figures of a tally, by how many they are."""


def tallies(figures: int, most: int) -> Iterator[tuple[int, ...]]:
    """Every tally of so many figures that add up to no more than `most`."""
    for stops in combinations(range(most + figures), figures):
        yield tuple(b - a - 1 for a, b in zip((-1, *stops), stops, strict=False))


def shown(contest: ContestView, tally: tuple[int, ...]) -> tuple[object, ...]:
    """What an outcome decides: whether the vote is valid, and if so the seats or who goes on."""
    votes, classes = tally[: len(contest.candidates)], tally[len(contest.candidates) :]
    found: Outcome = outcome(contest, votes, classes, ballots=sum(tally), registered=REGISTERED)
    return (False,) if found.quorum is False else (found.quorum, found.seats, found.runoff)


@pytest.mark.parametrize("name", CONTESTS)
@pytest.mark.one_in(3)
def test_what_all_assertions_hold_of_has_the_same_outcome(name: str) -> None:
    contest = CONTESTS[name]
    size, candidates = len(contest.candidates) + len(contest.classes), len(contest.candidates)
    most = MOST[size]
    every = [(*tally, sum(tally[:candidates])) for tally in tallies(size, most)]
    outcomes = [shown(contest, figures[:-1]) for figures in every]
    random, tested, refused = Random(name), 0, 0
    for place in random.sample(range(len(every)), min(len(every), 60)):
        figures = every[place]
        votes, classes = figures[:candidates], figures[candidates:-1]
        try:
            found = assertions_of(contest, votes, classes, registered=REGISTERED)
        except EvidenceError:
            refused += 1
            continue
        tested += 1
        for other, decided in zip(every, outcomes, strict=True):
            if decided != outcomes[place]:
                assert any(assertion.margin(other) <= 0 for assertion in found), (figures, other)
    assert tested > refused / 3


@pytest.mark.parametrize("name", [name for name in CONTESTS if "droop" not in name])
@pytest.mark.one_in(3)
def test_only_ties_and_empty_tallies_are_refused(name: str) -> None:
    contest = CONTESTS[name]
    size, candidates = len(contest.candidates) + len(contest.classes), len(contest.candidates)
    for tally in tallies(size, MOST[size] - 2):
        decided = outcome(
            contest, tally[:candidates], tally[candidates:], ballots=sum(tally), registered=REGISTERED
        )
        tied = decided.runoff or decided.seats
        if tied.open or len(decided.below_threshold) == candidates or not sum(tally[:candidates]):
            continue
        assert assertions_of(contest, tally[:candidates], tally[candidates:], registered=REGISTERED)


@pytest.mark.parametrize("marks", [1, 2, 3])
@pytest.mark.parametrize("options", [(0, 1, 2), (0, 0, 1, 2)])
def test_what_one_ballot_can_do(marks: int, options: tuple[int, ...]) -> None:
    ballot = Ballot(3, options, marks, 1)
    random = Random(marks)
    for _ in range(200):
        votes = [random.randint(-5, 5) for _ in range(3)]
        valid, of_class = random.randint(-3, 3), random.randint(-5, 5)
        assertion = ballot.says(votes, classes=[of_class], valid=valid)
        sums = [0, of_class]
        for chosen in product((0, 1), repeat=len(options)):
            if sum(chosen) <= marks:
                marked = sum(votes[c] for c, mark in zip(options, chosen, strict=True) if mark)
                sums.append(valid + marked)
        assert (assertion.worst, assertion.best) == (-min(sums), max(sums))
