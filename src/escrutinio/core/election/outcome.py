"""What counted votes come to under the method of a contest: order, majority, seats.

It says what the counted sheets show and elects nobody; only a proclamation does. Integers alone decide,
and a tie is stated, never broken: what breaks it is for the law of the place.
"""

from collections.abc import Sequence
from fractions import Fraction as Exact
from heapq import heapify, heappop, heappush
from itertools import groupby

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.definition import HALF
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Fraction


@dataclass(frozen=True, slots=True)
class Rank:
    """The candidates (numbers in ballot order) who have the same `votes`; `place` counts from 1."""

    place: int
    votes: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """How many of some seats, or places in a second round, go to whom.

    `certain`: how many each candidate has, in ballot order. `open` remain, for which the candidates
    `tied` have equal claims; both are empty without a tie.
    """

    certain: tuple[int, ...]
    open: int = 0
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What votes show under a contest's method. Candidates are numbers in ballot order.

    `valid`: all votes. `ranks`: candidates by votes. `margin`: by how much the first has more than the
    second, 0 if they are equal, None if nobody stands against them. `seats`: none are certain where a
    second round is needed. `runoff`: in two rounds, who goes to the second where no one has the share
    that wins the first. `below_threshold`: lists without the share that seats need.
    """

    valid: int
    ranks: tuple[Rank, ...]
    margin: int | None
    seats: Filled
    runoff: Filled | None = None
    below_threshold: tuple[int, ...] = ()


def outcome(contest: ContestView, votes: Sequence[int]) -> Outcome:
    """Apply the method of `contest` to the votes of its candidates, in ballot order.

    Raises ValueError unless there is one number of votes, zero or more, per candidate.
    """
    if len(votes) != len(contest.candidates) or min(votes) < 0:
        raise ValueError("one number of votes, zero or more, per candidate is needed")
    ranks = rank(votes)
    first = sorted(votes, reverse=True)
    margin = first[0] - first[1] if len(first) > 1 else None
    valid = sum(votes)
    match contest.method:
        case Method.PLURALITY:
            return Outcome(valid, ranks, margin, _by_rank(ranks, len(votes), contest.seats))
        case Method.TWO_ROUND:
            seat, runoff = _two_round(ranks, votes, contest.threshold or HALF)
            return Outcome(valid, ranks, margin, seat, runoff)
        case Method.DHONDT:
            share = contest.threshold
            below = tuple(i for i, v in enumerate(votes) if share and not _reaches(v, valid, share))
            taking_part = [0 if i in below else v for i, v in enumerate(votes)]
            return Outcome(valid, ranks, margin, dhondt(taking_part, contest.seats), None, below)


def rank(votes: Sequence[int]) -> tuple[Rank, ...]:
    """Group candidates by votes, most first; those who are equal share a place, in ballot order."""
    order = sorted(range(len(votes)), key=lambda candidate: -votes[candidate])
    ranks: list[Rank] = []
    place = 1
    for count, group in groupby(order, key=votes.__getitem__):
        candidates = tuple(group)
        ranks.append(Rank(place, count, candidates))
        place += len(candidates)
    return tuple(ranks)


def dhondt(votes: Sequence[int], seats: int) -> Filled:
    """Share `seats` among lists by the highest averages with divisors 1, 2, 3, … (D'Hondt, 1882).

    Exact: averages are fractions. If the last seats belong to more equal averages than there are seats,
    those are left open. A list without votes gets none; without any vote all seats are open.
    """
    total = sum(votes)
    if not total:
        return Filled((0,) * len(votes), seats, tuple(range(len(votes))))
    # Averages of at least total/seats are `seats` at most, so none of these seats can be contested.
    certain = [count * seats // total for count in votes]
    left = seats - sum(certain)
    averages = [(-Exact(count, certain[i] + 1), i) for i, count in enumerate(votes) if count]
    heapify(averages)
    while left:
        highest = averages[0][0]
        equal: list[int] = []
        while averages and averages[0][0] == highest:
            equal.append(heappop(averages)[1])
        if len(equal) > left:
            return Filled(tuple(certain), left, tuple(equal))
        for candidate in equal:
            certain[candidate] += 1
            heappush(averages, (-Exact(votes[candidate], certain[candidate] + 1), candidate))
        left -= len(equal)
    return Filled(tuple(certain))


def exceeds(votes: int, valid: int, share: Fraction) -> bool:
    """Whether `votes` are more than `share` of `valid`; exactly the share is not more."""
    return votes * share.denominator > share.numerator * valid


def _reaches(votes: int, valid: int, share: Fraction) -> bool:
    return votes * share.denominator >= share.numerator * valid


def _two_round(
    ranks: tuple[Rank, ...], votes: Sequence[int], share: Fraction
) -> tuple[Filled, Filled | None]:
    """The seat, if the share is exceeded; the second round, if not."""
    if exceeds(ranks[0].votes, sum(votes), share):
        return _by_rank(ranks, len(votes), 1), None
    return Filled((0,) * len(votes)), _by_rank(ranks, len(votes), 2)


def _by_rank(ranks: tuple[Rank, ...], candidates: int, places: int) -> Filled:
    """Give one place each to those with most votes; without votes nobody has a place for certain."""
    certain = [0] * candidates
    left = places
    for group in ranks:
        if not left:
            break
        if len(group.candidates) > left or not group.votes:
            return Filled(tuple(certain), min(left, len(group.candidates)), group.candidates)
        for candidate in group.candidates:
            certain[candidate] = 1
        left -= len(group.candidates)
    return Filled(tuple(certain))
