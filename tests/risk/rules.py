"""Elections of nowhere by other rules than the most votes; on the paper one assertion just does not hold."""

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.outcomes import outcome_of
from tests.evidence.audit.contest import rules
from tests.risk.outcomes import BOXES, Election

Rule = tuple[ContestView, tuple[float, ...]]
"""A contest, and the share of the ballots that says each of what a ballot can say."""

RULES: dict[str, Rule] = {
    "majority": (rules(Method.TWO_ROUND, 3, classes=1), (0.59, 0.25, 0.12, 0.04)),
    "40 % and a lead": (
        rules(Method.TWO_ROUND, 3, wins=(Win(Bar(40, 100), Bar(1, 10)),), classes=1),
        (0.56, 0.28, 0.12, 0.04),
    ),
    "D'Hondt": (rules(Method.DHONDT, 3, 3, Bar(1, 20), classes=1), (0.54, 0.32, 0.1, 0.04)),
    "Sainte-Laguë": (rules(Method.SAINTE_LAGUE, 3, 3), (0.36, 0.34, 0.3)),
    "Hare": (rules(Method.HARE, 3, 3), (0.66, 0.28, 0.06)),
    "Droop": (rules(Method.DROOP, 3, 2), (0.76, 0.12, 0.12)),
    "two marks": (rules(Method.DHONDT, 3, 3, marks=2), (0.42, 0.2, 0.08, 0.2, 0.05, 0.05)),
}


def ballots(contest: ContestView) -> Int64:
    """What a ballot can say, as figures, int64 [kinds, figures]: the marks, or that it is null."""
    size, classes = len(contest.candidates), len(contest.classes)
    found = []
    for marks in range(1, contest.marks + 1):
        for marked in combinations(range(size), marks):
            found.append([*(int(place in marked) for place in range(size)), *[0] * classes, 1])
    if classes:
        found.append([*[0] * size, 1, 0])
    return np.array(found, np.int64)


def _sheets(random: np.random.Generator, shares: tuple[float, ...]) -> Int64:
    """Ballots of each kind in every box, in some places more of one than in others."""
    size = random.integers(120, 400, BOXES)
    local = random.dirichlet(np.array(shares) * 60, BOXES)
    rows = np.floor(local * size[:, None]).astype(np.int64)
    rows[:, 0] += size - rows.sum(axis=1)
    return rows


def _reported(contest: ContestView, sheets: Int64, most: Int64) -> Boxes:
    figures, size = sheets @ ballots(contest), len(contest.candidates)
    names = tuple(f"{place:03}" for place in range(len(sheets)))
    return Boxes(names, figures[:, :size], most, figures[:, size:-1], figures[:, -1])


def _hardest(outcome: tuple[Assertion, ...], boxes: Boxes) -> Assertion:
    """The assertion that the fewest ballots deny, among those that are no comparison of two."""
    sums = [each for each in outcome if each.pair is None]
    return min(sums, key=lambda each: each.margin(boxes.sums) / (each.worst + each.best))


def _denied(sheets: Int64, says: Int64, assertion: Assertion, order: Int64, part: float | None) -> Int64:
    """The paper, if in these boxes so large a part of the ballots that support an assertion most are of those
    that deny it most, until it does not hold; without a part, as large a one in all."""
    worth = says @ np.array(assertion.row, np.int64)
    best, worst = int(np.argmax(worth)), int(np.argmin(worth))
    paper, step = sheets.copy(), int(worth[best] - worth[worst])
    left = assertion.margin((sheets @ says).sum(axis=0).tolist())
    if part is None:
        part = 1.01 * left / (step * int(sheets[:, best].sum()))
    for place in order.tolist():
        moved = min(int(np.ceil(paper[place, best] * part)), -(-left // step))
        if moved <= 0:
            break
        paper[place, best] -= moved
        paper[place, worst] += moved
        left -= step * moved
    return paper


def by_rule(rule: str, random: np.random.Generator, *, part: float | None, first: bool = False) -> Election:
    """An election by a rule, in boxes anywhere, or first in those that support the outcome most."""
    contest, shares = RULES[rule]
    says, sheets = ballots(contest), _sheets(random, shares)
    most = sheets.sum(axis=1)
    boxes = _reported(contest, sheets, most)
    assertion = _hardest(outcome_of(contest, boxes), boxes)
    order = random.permutation(BOXES)
    if first:
        order = np.argsort(-(sheets @ says) @ np.array(assertion.row))
    paper = _denied(sheets, says, assertion, order, part)
    assert assertion.margin((paper @ says).sum(axis=0).tolist()) <= 0
    return Election(boxes, paper, contest=contest, says=says)


def taken_out(rule: str, random: np.random.Generator) -> Election:
    """The same, and somebody took half of the denying ballots out of their boxes."""
    found = by_rule(rule, random, part=None)
    assert found.says is not None
    assertion = _hardest(found.outcome, found.boxes)
    worst = int(np.argmin(found.says @ np.array(assertion.row)))
    paper = found.paper.copy()
    paper[:, worst] //= 2
    return Election(found.boxes, paper, contest=found.contest, says=found.says)


def held(rule: str, random: np.random.Generator) -> Election:
    """The paper says what the sheets do: the audit should end."""
    contest, shares = RULES[rule]
    sheets = _sheets(random, shares)
    return Election(
        _reported(contest, sheets, sheets.sum(axis=1) + 5), sheets, contest=contest, says=ballots(contest)
    )


MANNERS: dict[str, Callable[..., Election]] = {
    "whole boxes": partial(by_rule, part=1.0, first=True),
    "half of boxes": partial(by_rule, part=0.5),
    "a little": partial(by_rule, part=None),
    "ballots taken out": taken_out,
}
