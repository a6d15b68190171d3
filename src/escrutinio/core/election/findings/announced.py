"""What the authority announces, beside the log at the size that it names."""

from collections.abc import Sequence

import numpy as np

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.definition import PROPORTIONAL
from escrutinio.core.election.findings.family import CRITICAL, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.heads import differs_from_log
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import REPORTED, RULED, ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis as BasisCode
from escrutinio.core.records.parts import LogHead

FAMILY = Family("announced")

BULLETIN_MISMATCH = FAMILY.finding(
    "bulletin-mismatch",
    CRITICAL,
    "Bulletin differs from the log | Bulletin {number} for contest {contest} and the log at size "
    "{size} differ in: {differs}.",
)

PROCLAMATION_MISMATCH = FAMILY.finding(
    "proclamation-mismatch",
    CRITICAL,
    "Proclamation differs from the log | The proclamation for contest {contest} and the log at size "
    "{size} differ in: {differs}.",
)

_ANY = {
    "origin": N_("name of the log"),
    "size": N_("size of the log"),
    "root": N_("root of the log"),
    "place": N_("contest or area"),
    "counts": N_("votes"),
}
FAMILY.words(
    BULLETIN_MISMATCH,
    "differs",
    {
        **_ANY,
        "classes": N_("ballots that are not valid"),
        "valid": N_("valid ballots"),
        "stations": N_("stations counted"),
    },
)
FAMILY.words(PROCLAMATION_MISMATCH, "differs", {**_ANY, "elected": N_("elected")})


@FAMILY.rule
def _bulletins(given: RuleInput, notes: Findings) -> None:
    state = given.state
    for logged in state.records(t.Bulletin):
        body, about = logged.body, logged.entry.about
        basis = RULED if body.basis is BasisCode.RULED else REPORTED
        differs = _head(given, logged.index, body.head)
        contest, area = about.contest, about.area
        if contest is None or contest not in state.tables or (area and area not in state.areas.index):
            differs.append("place")
        else:
            counts, classes, valid, stations = _sums(state, contest, area, basis, body.head.size)
            several = state.contest(contest).marks > 1
            found = (counts, classes, valid if several else None, stations)
            announced = (body.counts, body.classes, body.valid, body.stations)
            names = ("counts", "classes", "valid", "stations")
            differs += [n for n, said, seen in zip(names, announced, found, strict=True) if said != seen]
        if differs:
            notes.add(
                BULLETIN_MISMATCH,
                [logged.index],
                contest=contest,
                area=area,
                number=body.number,
                size=body.head.size,
                differs=", ".join(differs),
            )


@FAMILY.rule
def _proclamations(given: RuleInput, notes: Findings) -> None:
    """A proclamation stands on the sheets as ruled, where there were rulings."""
    state = given.state
    for logged in state.records(t.Proclamation):
        body, contest = logged.body, logged.entry.about.contest
        differs = _head(given, logged.index, body.head)
        if contest is None or contest not in state.tables:
            differs.append("place")
        else:
            counts, *_ = _sums(state, contest, None, RULED, body.head.size)
            if counts != body.counts:
                differs.append("counts")
            if not _lead(state, contest, body.elected, counts):
                differs.append("elected")
        if differs:
            notes.add(
                PROCLAMATION_MISMATCH,
                [logged.index],
                contest=contest,
                size=body.head.size,
                differs=", ".join(differs),
            )


def _lead(state: ElectionState, contest: str, elected: Sequence[str], votes: Sequence[int]) -> bool:
    """Whether nobody else has more votes than any of the elected, who all stand in the contest.

    Lists that share seats are only looked up: their seats are evidence, not a fold's matter.
    """
    view = state.contest(contest)
    if not set(elected) <= set(view.candidates):
        return False
    if view.method in PROPORTIONAL:
        return True
    least = min(votes[view.candidates.index(code)] for code in elected)
    return all(v <= least for code, v in zip(view.candidates, votes, strict=True) if code not in elected)


def _head(given: RuleInput, index: int, head: LogHead) -> list[str]:
    """What an announced head and this log differ in."""
    charter = given.state.charter
    return list(differs_from_log(head, index, None if charter is None else charter.body, given.root_at))


def _sums(
    state: ElectionState, contest: str, area: str | None, basis: str, size: int
) -> tuple[tuple[int, ...], tuple[int, ...], int, int]:
    """Votes by candidate, ballots by class, valid ballots and stations counted, of the log at a size.

    As ruled is as reported where there were no rulings.
    """
    view, table = state.contest(contest), state.tables[contest]
    codes = [each.code for each in state.bases]
    basis = basis if basis in codes else REPORTED
    if basis not in codes:
        return (0,) * len(view.candidates), (0,) * len(view.classes), 0, 0
    counted = counted_at(state, contest, basis, size)
    here = counted >= 0
    if area is not None:
        here &= state.areas.within(state.areas.index[area], state.roll.area)
    rows = counted[here]
    votes = np.zeros(len(view.candidates), np.int64)
    np.add.at(votes, view.option_candidate, table.counts[rows].sum(axis=0, dtype=np.int64))
    classes = np.maximum(table.classes[rows], 0).sum(axis=0)
    return tuple(votes.tolist()), tuple(classes.tolist()), int(valid_of(table)[rows].sum()), len(rows)
