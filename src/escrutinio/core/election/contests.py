"""The contests of a definition in the areas and the roll of its election, made ready to count with."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.parts import BallotClass, Candidate, Contest, Option
from escrutinio.core.records.types import Definition


def check_areas(contests: Sequence[Contest], areas: AreaTree) -> None:
    """Raise DefinitionError if a contest is voted on in an area that the tree lacks."""
    for contest in contests:
        if contest.area not in areas.index:
            raise DefinitionError("contest-area", area=repr(contest.area), contest=repr(contest.code))


def contest_views(contests: Sequence[Contest], areas: AreaTree, roll: Roll) -> tuple[ContestView, ...]:
    """Make checked contests ready to count with, in their order.

    A station votes in the contests whose area it lies in. Raises DefinitionError as `check_areas` does.
    """
    check_areas(contests, areas)
    return tuple(
        ContestView(
            code=contest.code,
            titles=contest.titles,
            method=contest.method,
            seats=contest.seats,
            marks=contest.marks,
            wins=contest.wins,
            threshold=contest.threshold,
            quorum=contest.quorum,
            ties=contest.ties,
            order=contest.order,
            classes=tuple(each.code for each in contest.classes),
            class_titles=tuple(each.titles for each in contest.classes),
            area=contest.area,
            candidates=tuple(candidate.code for candidate in contest.candidates),
            candidate_titles=tuple(candidate.titles for candidate in contest.candidates),
            options=tuple(option.code for option in contest.options),
            option_titles=tuple(option.titles for option in contest.options),
            option_candidate=np.array([option.candidate for option in contest.options], np.int32),
            stations=areas.within(areas.index[contest.area], roll.area),
            articles=contest.articles,
            first=contest.first,
        )
        for contest in contests
    )


def with_contests(state: ElectionState) -> Definition:
    """The definition of a state with all its contests in it, wherever the record has them."""
    body = state.definition.body
    if body.contests_file is None:
        return body
    return replace(body, contests=tuple(map(_said, state.contests)), contests_file=None)


def _said(view: ContestView) -> Contest:
    """A contest as its definition says it."""
    pairs = zip(view.candidates, view.candidate_titles, strict=True)
    options = zip(view.options, view.option_titles, view.option_candidate.tolist(), strict=True)
    classes = zip(view.classes, view.class_titles, strict=True)
    return Contest(
        code=view.code,
        titles=view.titles,
        method=view.method,
        seats=view.seats,
        marks=view.marks,
        area=view.area,
        candidates=tuple(Candidate(code, titles) for code, titles in pairs),
        options=tuple(Option(code, titles, candidate) for code, titles, candidate in options),
        classes=tuple(BallotClass(code, titles) for code, titles in classes),
        wins=view.wins,
        threshold=view.threshold,
        quorum=view.quorum,
        ties=view.ties,
        order=view.order,
        first=view.first,
        articles=view.articles,
    )
