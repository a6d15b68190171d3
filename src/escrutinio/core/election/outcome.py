"""What counted votes come to under the method of a contest: order, majority, seats.

It says what the counted sheets show and elects nobody; only a proclamation does. Integers alone decide. A tie
is broken only by what the definition gives for it (an order of the law, or a recorded drawing of lots); else
it is stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction as Exact
from heapq import heapify, heappop, heappush
from itertools import groupby
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.definition import HALF, PROPORTIONAL
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win
from escrutinio.core.records.types import Lots


@dataclass(frozen=True, slots=True)
class Rank:
    """The candidates (numbers in ballot order) who have the same `votes`; `place` counts from 1."""

    place: int
    votes: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """How many of some seats, or places in a second round, go to whom.

    `certain`: how many each candidate has, in ballot order. `open` remain, for which the candidates `tied`
    have equal claims; both are empty without a tie. `broken`: those who have one of theirs because of what
    breaks ties, and `among` all whose claims were equal then.
    """

    certain: tuple[int, ...]
    open: int = 0
    tied: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    among: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lots that were drawn `among` candidates whose claims were equal: those `drawn`, in that order. Both are
    numbers in ballot order; about anybody else it says nothing."""

    drawn: tuple[int, ...] = ()
    among: tuple[int, ...] = ()

    def of(self, tied: Sequence[int]) -> tuple[int, ...]:
        """Some tied candidates in the order drawn; none unless it was drawn among them all."""
        return tuple(each for each in self.drawn if each in tied) if set(tied) <= set(self.among) else ()


NO_DRAWING = Drawing()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What votes show under a contest's method. Candidates are numbers in ballot order.

    `valid`: all votes, of which a bar is a share. `ranks`: candidates by votes. `margin`: by how much the
    first has more than the second, 0 if they are equal, None if nobody stands against them. `seats`: none are
    certain where a second round is needed. `runoff`: in two rounds, who goes to the second where no one has
    what wins the first.
    `below_threshold`: lists without the share that seats need. `quorum`: whether as many voters as the law
    asks for came; None where it asks for none, or it is not known how many could.
    """

    valid: int
    ranks: tuple[Rank, ...]
    margin: int | None
    seats: Filled
    runoff: Filled | None = None
    below_threshold: tuple[int, ...] = ()
    quorum: bool | None = None


def outcome(
    contest: ContestView,
    votes: Sequence[int],
    classes: Sequence[int] = (),
    *,
    ballots: int | None = None,
    registered: int | None = None,
    lots: Drawing = NO_DRAWING,
) -> Outcome:
    """Apply the method of `contest` to the votes of its candidates, in ballot order.

    `classes`: other ballots, by the contest's classes (none counted where left out). `ballots` and
    `registered`: how many came, and how many could, for a quorum. `lots`: the drawing, where there is one.
    Raises ValueError unless there is one number of votes, zero or more, per candidate, and per class.
    """
    classes = classes or (0,) * len(contest.classes)
    if len(votes) != len(contest.candidates) or len(classes) != len(contest.classes) or min(*votes, 0) < 0:
        raise ValueError("one number of votes, zero or more, per candidate and class is needed")
    quorum = None
    if contest.quorum is not None and ballots is not None and registered is not None:
        quorum = reaches(ballots, registered, contest.quorum)
    return replace(decide(contest, votes, classes, lots), quorum=quorum)


def drawn_lots(state: ElectionState, contest: str, size: int | None = None) -> Drawing:
    """The drawing of lots in force for a contest when the log had `size` entries (all of them if None).

    An empty one without any, and where it names somebody who does not stand, or draws somebody whom it was
    not among.
    """
    found = [each for each in state.records(Lots, contest) if size is None or each.index < size]
    return as_drawing(state.contest(contest), found[-1].body) if found else NO_DRAWING


def as_drawing(contest: ContestView, lots: Lots) -> Drawing:
    """What a record says of lots, by the numbers of a contest's candidates; empty as in `drawn_lots`."""
    number = {code: at for at, code in enumerate(contest.candidates)}
    if not set(lots.drawn) <= set(lots.among) <= number.keys():
        return NO_DRAWING
    return Drawing(*(tuple(number[code] for code in codes) for codes in (lots.drawn, lots.among)))


class Deciding(Protocol):
    """What says how a contest is decided; its positions mean what they mean in a definition."""

    @property
    def method(self) -> Method: ...
    @property
    def seats(self) -> int: ...
    @property
    def wins(self) -> tuple[Win, ...]: ...
    @property
    def threshold(self) -> Bar | None: ...
    @property
    def ties(self) -> Ties: ...
    @property
    def order(self) -> tuple[int, ...]: ...


def decide(contest: Deciding, votes: Sequence[int], classes: Sequence[int], lots: Drawing) -> Outcome:
    """Apply the method of a contest as `outcome` does, without its quorum. `votes` is not empty, and
    `classes` has a number for each class that a share is of."""
    ranks = rank(votes)
    first = sorted(votes, reverse=True)
    margin = first[0] - first[1] if len(first) > 1 else None
    valid = sum(votes)

    def base(bar: Bar) -> int:
        return valid + sum(classes[each] for each in bar.beside)

    found = Outcome(valid, ranks, margin, Filled((0,) * len(votes)))
    breaking = _order_of_ties(contest, lots, votes)
    if contest.method is Method.PLURALITY:
        return replace(found, seats=breaking(_by_rank(ranks, len(votes), contest.seats)))
    if contest.method is Method.TWO_ROUND:
        if wins_first_round(contest.wins, votes, base):
            return replace(found, seats=breaking(_by_rank(ranks, len(votes), 1)))
        return replace(found, runoff=breaking(_by_rank(ranks, len(votes), 2)))
    bar = contest.threshold
    below = () if bar is None else tuple(i for i, v in enumerate(votes) if not reaches(v, base(bar), bar))
    taking_part = [0 if i in below else v for i, v in enumerate(votes)]
    shared = share_seats(contest.method, taking_part, contest.seats)
    # Where no list takes part, neither an order nor lots give it a seat.
    return replace(found, seats=breaking(shared) if any(taking_part) else shared, below_threshold=below)


def wins_first_round(wins: Sequence[Win], votes: Sequence[int], base: Callable[[Bar], int]) -> bool:
    """Whether who has most votes has what wins the first of two rounds; nobody has it where the first are
    equal.

    `base` says of how many votes a bar is a share. Without `wins` it is more than half of them.
    """
    first, second, *_ = (*sorted(votes, reverse=True), 0)
    for win in wins or (Win(HALF),):
        leads = win.lead is None or reaches(first - second, base(win.lead), win.lead)
        if leads and reaches(first, base(win.share), win.share):
            return True
    return False


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


def share_seats(method: Method, votes: Sequence[int], seats: int) -> Filled:
    """Share `seats` among lists by a proportional method. A list without votes gets none; without any vote
    all seats are open. Raises ValueError for a method that shares none."""
    if method not in PROPORTIONAL:
        raise ValueError(f"{method.name} shares no seats among lists")
    if not sum(votes):
        return Filled((0,) * len(votes), seats, tuple(range(len(votes))))
    match method:
        case Method.DHONDT:
            return highest_averages(votes, seats, 1)
        case Method.SAINTE_LAGUE:
            return highest_averages(votes, seats, 2)
        case Method.HARE:
            return largest_remainders(votes, seats, Exact(sum(votes), seats))
        case _:
            return largest_remainders(votes, seats, Exact(sum(votes) // (seats + 1) + 1))


def highest_averages(votes: Sequence[int], seats: int, step: int) -> Filled:
    """Share `seats` by the highest averages: divisors 1, 1 + step, 1 + 2 step, … (`step` 1: D'Hondt, 1882; 2:
    Sainte-Laguë, 1910).

    Exact: averages are fractions. If the last seats belong to more equal averages than there are seats,
    those are left open.
    """
    total = sum(votes)
    certain = [0] * len(votes)
    if step == 1:
        # Averages of at least total/seats are `seats` at most, so none of these seats can be contested.
        certain = [count * seats // total for count in votes]
    left = seats - sum(certain)
    averages = [(-Exact(count, 1 + step * certain[i]), i) for i, count in enumerate(votes) if count]
    heapify(averages)
    while left:
        highest = averages[0][0]
        equal: list[int] = []
        while averages and averages[0][0] == highest:
            equal.append(heappop(averages)[1])
        if len(equal) > left:
            return Filled(tuple(certain), left, tuple(sorted(equal)))
        for candidate in equal:
            certain[candidate] += 1
            heappush(averages, (-Exact(votes[candidate], 1 + step * certain[candidate]), candidate))
        left -= len(equal)
    return Filled(tuple(certain))


def largest_remainders(votes: Sequence[int], seats: int, quota: Exact) -> Filled:
    """Share `seats`: one for each whole quota, the rest one each to the largest remainders (Hamilton, 1792).

    Equal remainders that are more than the seats left leave those open; so does what is left when every list
    that has votes has had one more.
    """
    certain = [count // quota for count in votes]
    left = seats - sum(certain)
    rests = {i: count - certain[i] * quota for i, count in enumerate(votes) if count}
    for _, group in groupby(sorted(rests, key=lambda i: -rests[i]), key=rests.__getitem__):
        equal = tuple(group)
        if not left:
            break
        if len(equal) > left:
            return Filled(tuple(certain), left, equal)
        for candidate in equal:
            certain[candidate] += 1
        left -= len(equal)
    return Filled(tuple(certain), left, tuple(rests) if left else ())


def reaches(part: int, base: int, bar: Bar) -> bool:
    """Whether `part` of `base` is the share that a bar asks for; where more is asked, exactly that is too
    little."""
    mine, asked = part * bar.denominator, bar.numerator * base
    return mine > asked if bar.more else mine >= asked


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


def _order_of_ties(contest: Deciding, lots: Drawing, votes: Sequence[int]) -> Callable[[Filled], Filled]:
    """What fills seats that a tie leaves open: the law's order, or lots that were drawn among all the tied.
    Neither gives a seat to anybody without a vote."""

    def break_tie(filled: Filled) -> Filled:
        if not filled.open or len(filled.tied) <= filled.open or not votes[filled.tied[0]]:
            return filled
        order = lots.of(filled.tied) if contest.ties is Ties.LOTS else contest.order
        chosen = tuple(each for each in order if each in filled.tied)[: filled.open]
        if len(chosen) < filled.open:
            return filled
        certain = tuple(has + (i in chosen) for i, has in enumerate(filled.certain))
        return Filled(certain, broken=tuple(sorted(chosen)), among=filled.tied)

    return break_tie
