"""Statements of the votes that an audit can test, each linear: Σ coefficient·figure is greater than zero.

The *figures* of a box, or of a whole contest, are its votes by candidate, then its other ballots by class,
then its valid ballots. One ballot changes a sum by as much as its marks, or its class, can: with k marks it
counts for k options at most (Stark, "Super-simple simultaneous single-ballot risk-limiting audits", 2010).
`outcomes` says which statements imply an outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.parts import Bar

MAX_COEFFICIENT = 1 << 20
"""Greatest coefficient: thresholds and numbers of seats stay far below it."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """Σ `coefficients`[c]·votes[c] + Σ `classes`[k]·ballots[k] + `valid`·valid ballots + `constant` > 0.

    `winner` is the candidate that it speaks for, `loser` the one against; None where it is a share that
    `winner` reaches or does not, and both None where it speaks of all ballots. `worst` and `best`: by how
    much one ballot can lower and raise the sum at most, zero or more. `marks`: how many a ballot may have.
    """

    winner: int | None
    loser: int | None
    coefficients: tuple[int, ...]
    classes: tuple[int, ...] = ()
    valid: int = 0
    constant: int = 0
    worst: int = 1
    best: int = 1
    marks: int = 1

    @property
    def row(self) -> tuple[int, ...]:
        """The coefficients of all figures."""
        return (*self.coefficients, *self.classes, self.valid)

    @property
    def pair(self) -> tuple[int, int] | None:
        """Winner and loser, where it says no more than that one has more votes and a ballot is one of them at
        most; None otherwise."""
        plain = self.worst == self.best == 1 and not self.constant and not any((*self.classes, self.valid))
        if self.winner is None or self.loser is None or not plain:
            return None
        return self.winner, self.loser

    def change(self, figures: Sequence[int]) -> int:
        """By how much these figures, or differences of figures, change the sum."""
        return sum(c * int(v) for c, v in zip(self.row, figures, strict=True))

    def margin(self, figures: Sequence[int]) -> int:
        """The sum for these figures."""
        return self.change(figures) + self.constant


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one ballot can say: a mark each for up to `marks` options, or that it is of one of `classes`
    classes. `options`: the candidate of each option."""

    candidates: int
    options: tuple[int, ...]
    marks: int
    classes: int

    @classmethod
    def of(cls, contest: ContestView) -> "Ballot":
        """A ballot of a contest."""
        options = tuple(contest.option_candidate.tolist())
        return cls(len(contest.candidates), options, contest.marks, len(contest.classes))

    def compares(self, winner: int, loser: int, for_winner: int = 1, for_loser: int = 1) -> Assertion:
        """`for_winner` · votes of the winner − `for_loser` · votes of the loser > 0."""
        divisor = gcd(for_winner, for_loser)
        each = {winner: for_winner // divisor, loser: -for_loser // divisor}
        return self.says([each.get(place, 0) for place in range(self.candidates)], winner, loser)

    def reaches(
        self, bar: Bar, candidate: int, over: int | None = None, *, reached: bool = True
    ) -> Assertion:
        """The candidate, or its lead `over` another, has the share that a bar asks for; or has not.

        Raises EvidenceError for a share that is too fine.
        """
        divisor = gcd(bar.numerator, bar.denominator)
        numerator, denominator = bar.numerator // divisor, bar.denominator // divisor
        if denominator > MAX_COEFFICIENT:
            raise EvidenceError("audit-threshold", numerator=numerator, denominator=denominator)
        sign = 1 if reached else -1
        votes = [-sign * numerator] * self.candidates
        votes[candidate] += sign * denominator
        if over is not None:
            votes[over] -= sign * denominator
        classes = [-sign * numerator * (place in bar.beside) for place in range(self.classes)]
        # Whole numbers: not below zero is the same as above zero with one more.
        equal_is_enough = reached is not bool(bar.more)
        return self.says(votes, candidate, over, classes=classes, constant=int(equal_is_enough))

    def says(
        self,
        votes: Iterable[int],
        winner: int | None = None,
        loser: int | None = None,
        *,
        classes: Iterable[int] | None = None,
        valid: int = 0,
        constant: int = 0,
    ) -> Assertion:
        """Any statement, with what one ballot can do to it."""
        coefficients = tuple(votes)
        of_class = (0,) * self.classes if classes is None else tuple(classes)
        marked = sorted(coefficients[candidate] for candidate in self.options)
        down = sum(min(0, each) for each in marked[: self.marks])
        up = sum(max(0, each) for each in marked[-self.marks :])
        return Assertion(
            winner,
            loser,
            coefficients,
            of_class,
            valid,
            constant,
            worst=-min(0, valid + down, *of_class),
            best=max(0, valid + up, *of_class),
            marks=self.marks,
        )
