"""How a contest is decided, as certificates and audits use it: the rules of the definition, without names."""

from collections.abc import Sequence
from dataclasses import dataclass

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win


@dataclass(frozen=True, slots=True)
class Rules:
    """How a contest is decided; positions as in a definition (`parts.Contest`).

    `options`: how many options each candidate has, which matters where a ballot has several `marks`; one each
    where left out. `order`: candidates from the one whom the law favours most among equals, with
    `Ties.ORDER`.
    """

    method: Method
    seats: int = 1
    marks: int = 1
    options: tuple[int, ...] = ()
    wins: tuple[Win, ...] = ()
    threshold: Bar | None = None
    quorum: Bar | None = None
    ties: Ties = Ties.OPEN
    order: tuple[int, ...] = ()

    def most(self, candidate: int) -> int:
        """The most votes that one ballot can give to a candidate."""
        return min(self.marks, self.options[candidate]) if self.options else 1

    def others(self, candidate: int, candidates: int) -> int:
        """The most votes that one ballot can give to all but one of the `candidates`, by their number."""
        options = sum(self.options) - self.options[candidate] if self.options else candidates - 1
        return min(self.marks, options)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The shares of votes that the method asks for."""
        found = [self.threshold]
        for win in self.wins:
            found += [win.share, win.lead]
        return tuple(bar for bar in found if bar is not None)

    @property
    def classes(self) -> frozenset[int]:
        """The classes, by number, that a share is of beside the valid votes."""
        return frozenset(each for bar in self.bars for each in bar.beside)

    def exact(self, candidates: int) -> bool:
        """Whether a test that does not hold shows a way in which the result would change; else it may be that
        none does (`worst_case`, `proportional`)."""
        if self.method is Method.PLURALITY:
            return True
        remainders = self.method is Method.DROOP or (
            self.method is Method.HARE and self.threshold is not None
        )
        unopposed = candidates == 1 and len(self.wins) > 1
        return self.marks == 1 and not remainders and not unopposed

    def check(self, votes: Sequence[int], classes: Sequence[int]) -> None:
        """Refuse votes that are not of such a contest, and rules that contradict themselves.

        Raises EvidenceError for no candidate, a negative number, no seat, a share that is not above 0 and at
        most 1 or whose classes are not given, and an order of ties that is not one of all candidates.
        """
        if not votes:
            raise EvidenceError("contest-no-candidates")
        if min(*votes, *classes, 0) < 0:
            raise EvidenceError("votes-negative", votes=min(*votes, *classes))
        if self.seats < 1:
            raise EvidenceError("contest-seats", seats=self.seats)
        for bar in (*self.bars, *filter(None, (self.quorum,))):
            if not 0 < bar.numerator <= bar.denominator or (bar.more and bar.numerator == bar.denominator):
                raise EvidenceError("share-range", share=f"{bar.numerator}/{bar.denominator}")
        if self.classes and max(self.classes) >= len(classes):
            raise EvidenceError("share-classes")
        orders = self.ties is Ties.ORDER
        if orders is not bool(self.order) or (orders and sorted(self.order) != list(range(len(votes)))):
            raise EvidenceError("tie-break-order")


def rules_of(contest: ContestView) -> Rules:
    """The rules of a contest of the definition."""
    options = [0] * len(contest.candidates)
    for candidate in contest.option_candidate.tolist():
        options[candidate] += 1
    return Rules(
        contest.method,
        contest.seats,
        contest.marks,
        tuple(options),
        contest.wins,
        contest.threshold,
        contest.quorum,
        contest.ties,
        contest.order,
    )


def rules_among(contest: ContestView, named: Sequence[str]) -> Rules:
    """The rules where an announcement names only some candidates, by code, and maybe all others as one."""
    whole = rules_of(contest)
    number = {code: at for at, code in enumerate(contest.candidates)}
    unnamed = sum(whole.options[number[code]] for code in contest.candidates if code not in named)
    options = tuple(whole.options[number[code]] if code in number else max(unnamed, 1) for code in named)
    order = tuple(
        named.index(contest.candidates[each]) for each in whole.order if contest.candidates[each] in named
    )
    complete = len(order) == len(named)
    seats = min(whole.seats, len(named)) if whole.method is Method.PLURALITY else whole.seats
    return Rules(
        whole.method,
        seats,
        whole.marks,
        options,
        whole.wins,
        whole.threshold,
        whole.quorum,
        whole.ties if complete or whole.ties is not Ties.ORDER else Ties.OPEN,
        order if complete else (),
    )
