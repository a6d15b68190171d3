"""Contests of made-up rules, for what audits assert."""

import numpy as np

from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.outcomes import assertions_of


def rules(
    method: Method,
    candidates: int,
    seats: int = 1,
    threshold: Bar | None = None,
    *,
    marks: int = 1,
    wins: tuple[Win, ...] = (),
    quorum: Bar | None = None,
    classes: int = 0,
    options: tuple[int, ...] = (),
) -> ContestView:
    """A contest whose candidates have one option each, or those that `options` gives them."""
    codes = tuple(f"c{i}" for i in range(candidates))
    boxes = options or tuple(range(candidates))
    return ContestView(
        code="contest",
        titles=(),
        method=method,
        seats=seats,
        marks=marks,
        wins=wins,
        threshold=threshold,
        quorum=quorum,
        ties=Ties.OPEN,
        order=(),
        classes=tuple(f"class{i}" for i in range(classes)),
        class_titles=((),) * classes,
        area="AT",
        candidates=codes,
        candidate_titles=((),) * candidates,
        options=tuple(f"o{i}" for i in range(len(boxes))),
        option_titles=((),) * len(boxes),
        option_candidate=np.array(boxes, np.int32),
        stations=np.ones(1, np.bool_),
    )


def most_votes(votes: tuple[int, ...], seats: int = 1) -> tuple[Assertion, ...]:
    """The assertions of a contest that is decided by the most votes, without other ballots."""
    return assertions_of(rules(Method.PLURALITY, len(votes), seats), votes)
