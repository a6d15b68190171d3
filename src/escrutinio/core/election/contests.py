"""The contests of a definition in the areas and the roll of its election, made ready to count with."""

from collections.abc import Sequence

import numpy as np

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.parts import Contest


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
