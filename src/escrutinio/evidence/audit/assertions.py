"""What must hold of the votes for an outcome to be right, as linear inequalities that an audit can test.

Each assertion says that Σ coefficient·votes is greater than zero; when all of them hold, so does the outcome.
Every method of the definition comes to such assertions (plurality and thresholds: Stark, "Super-simple
simultaneous single-ballot risk-limiting audits", 2010, and Stark, "Sets of half-average nulls generate
risk-limiting audits", 2020; highest averages: Stark and Teague, "Verifiable European elections", 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.definition import HALF
from escrutinio.core.election.outcome import highest_averages, reaches
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Bar

MAX_COEFFICIENT = 1 << 20
"""Greatest coefficient: thresholds and numbers of seats stay far below it."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """Σ `coefficients`[c] · votes[c] > 0, one coefficient per candidate.

    `winner` is the candidate that it speaks for, `loser` the one against; None where it is a share of all
    valid votes that `winner` reaches, or does not.
    """

    winner: int
    loser: int | None
    coefficients: tuple[int, ...]

    @property
    def worst(self) -> int:
        """By how much one vote can lower the sum at most, zero or more."""
        return max(0, -min(self.coefficients))

    def margin(self, votes: Sequence[int]) -> int:
        """The sum for these votes per candidate."""
        return sum(c * int(v) for c, v in zip(self.coefficients, votes, strict=True))


def assertions_of(
    method: Method, seats: int, threshold: Bar | None, votes: Sequence[int]
) -> tuple[Assertion, ...]:
    """The assertions under which `votes`, per candidate, have the outcome that they show.

    Raises EvidenceError where there is nothing to test: fewer than two candidates or no more candidates than
    seats, no vote, and a tie, which only a full count of the paper settles.
    """
    total = sum(votes)
    if len(votes) < 2:
        raise EvidenceError("audit-one-candidate")
    if not total or min(votes) < 0:
        raise EvidenceError("audit-no-vote")
    if method is Method.DHONDT:
        found = _dhondt(votes, seats, threshold)
    elif method is Method.TWO_ROUND:
        found = _two_round(votes, threshold or HALF)
    else:
        found = _plurality(votes, seats)
    if any(assertion.margin(votes) <= 0 for assertion in found):
        raise EvidenceError("audit-tie")
    return found


def _plurality(votes: Sequence[int], seats: int) -> tuple[Assertion, ...]:
    """Each winner has more votes than each loser."""
    if seats >= len(votes):
        raise EvidenceError("audit-unopposed", size=len(votes), seats=seats)
    order = sorted(range(len(votes)), key=lambda candidate: -votes[candidate])
    return tuple(_pair(w, x, 1, 1, len(votes)) for w in order[:seats] for x in order[seats:])


def _two_round(votes: Sequence[int], share: Bar) -> tuple[Assertion, ...]:
    """The first has more than the share; or neither finalist has it, and both have more than the others."""
    order = sorted(range(len(votes)), key=lambda candidate: -votes[candidate])
    if reaches(votes[order[0]], sum(votes), share):
        reached = (_share(order[0], share, len(votes)),)
        return reached if 2 * share.numerator >= share.denominator else reached + _plurality(votes, 1)
    short = tuple(_share(finalist, share, len(votes), reached=False) for finalist in order[:2])
    return short + (_plurality(votes, 2) if len(votes) > 2 else ())


def _dhondt(votes: Sequence[int], seats: int, share: Bar | None) -> tuple[Assertion, ...]:
    """The last average that A used is above the next of B; lists are on their side of the threshold."""
    total = sum(votes)
    below = [share is not None and v * share.denominator < share.numerator * total for v in votes]
    if all(below):
        raise EvidenceError("audit-no-list")
    filled = highest_averages([0 if low else v for v, low in zip(votes, below, strict=True)], seats, 1)
    if filled.open:
        raise EvidenceError("audit-tie-last-seat")
    found = [
        _pair(a, b, filled.certain[b] + 1, filled.certain[a], len(votes))
        for a in range(len(votes))
        if filled.certain[a]
        for b in range(len(votes))
        if b != a and not below[b]
    ]
    if share is not None:
        for candidate, low in enumerate(below):
            if low or filled.certain[candidate]:
                found.append(_share(candidate, share, len(votes), reached=not low))
    if not found:
        raise EvidenceError("audit-one-list")
    return tuple(found)


def _pair(winner: int, loser: int, for_winner: int, for_loser: int, candidates: int) -> Assertion:
    """`for_winner` · votes of the winner − `for_loser` · votes of the loser > 0."""
    coefficients = [0] * candidates
    divisor = gcd(for_winner, for_loser)
    coefficients[winner], coefficients[loser] = for_winner // divisor, -for_loser // divisor
    return Assertion(winner, loser, tuple(coefficients))


def _share(candidate: int, share: Bar, candidates: int, *, reached: bool = True) -> Assertion:
    """The candidate has more than a share of valid votes; or less."""
    divisor = gcd(share.numerator, share.denominator)
    numerator, denominator = share.numerator // divisor, share.denominator // divisor
    if denominator > MAX_COEFFICIENT:
        raise EvidenceError("audit-threshold", numerator=numerator, denominator=denominator)
    sign = 1 if reached else -1
    coefficients = [-sign * numerator] * candidates
    coefficients[candidate] += sign * denominator
    return Assertion(candidate, None, tuple(coefficients))
