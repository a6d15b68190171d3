"""What a certificate is made of: inequalities between whole numbers, and statements that rest on them."""

from dataclasses import dataclass
from enum import StrEnum


class Finality(StrEnum):
    """What can be said of a statement about the result."""

    IRREVERSIBLE = "irreversible"
    OPEN = "open"
    """Its test does not hold: some way of filling the outstanding sheets would change it, or might."""
    UNKNOWN = "unknown"
    """How many ballots are outstanding is not known well enough to say either."""


@dataclass(frozen=True, slots=True)
class Inequality:
    """`left > constant + slope × R`, or `≥` where `or_equal`. `first` and `second` are candidates.

    `what`: `margin` (who is in has more votes than who is not), `above-share` and `below-share` (of a base),
    `lead` and `no-lead` (over the second, as a share of a base), `average` (the last that a seat was given
    for, against another's next), `remainder` (the same for what whole quotas leave), `quota` (no list is
    given more than one seat for its remainder), `turnout` and `no-turnout`.
    """

    what: str
    left: int
    constant: int
    slope: int
    or_equal: bool = False
    first: int | None = None
    second: int | None = None

    def holds(self, outstanding: int) -> bool:
        """Whether it holds when at most this many ballots can still come."""
        right = self.constant + self.slope * outstanding
        return self.left >= right if self.or_equal else self.left > right

    @property
    def withstands(self) -> int | None:
        """The most outstanding ballots with which it holds: None for any number, -1 for none at all."""
        if not self.slope:
            return None if self.holds(0) else -1
        return max(-1, (self.left - self.constant - (not self.or_equal)) // self.slope)


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that the counted votes show, final if every inequality holds.

    `code`: `first` (the `candidates` have most votes, one for each seat), `first-round` (the candidate has
    what wins the first round), `second-round` (nobody has it, and these two are first), `no-first-round`
    (nobody has it), `seats` (this distribution), `no-list` (no list has the share that a seat needs),
    `quorum` and `no-quorum` (whether as many voters as the law asks for came). Places that votes alone give
    to nobody are `open`, and `tied` have equal claims to them; `candidates` are then only those who have a
    place for certain. `broken` have one of theirs by the law's order or by lots, of those `among` whose
    claims were equal.
    """

    code: str
    candidates: tuple[int, ...]
    inequalities: tuple[Inequality, ...]
    open: int = 0
    tied: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    among: tuple[int, ...] = ()

    @property
    def withstands(self) -> int | None:
        """The most outstanding ballots with which all hold: None for any number, -1 for none at all."""
        return min((w for i in self.inequalities if (w := i.withstands) is not None), default=None)

    def finality(self, capacity: int | None, sure: int | None = None) -> Finality:
        """The status when at most `capacity` ballots can still come (None: unknown), and as many as `sure`
        can for certain (None: as many as `capacity`, none where that is unknown): it is open where that is
        more than it withstands."""
        limit = self.withstands
        if limit is None or (capacity is not None and 0 <= capacity <= limit):
            return Finality.IRREVERSIBLE
        if sure is None:
            sure = capacity or 0
        return Finality.OPEN if sure > limit else Finality.UNKNOWN


def longer(one: Inequality, other: Inequality) -> Inequality:
    """Of two that say enough each, the one that holds for more outstanding ballots; the first if equal."""
    mine, theirs = one.withstands, other.withstands
    return one if mine is None or (theirs is not None and mine >= theirs) else other


def tightest(found: list[Inequality]) -> Inequality:
    """Of several that must all hold, the one that fails first; those after it hold as long as it does."""
    return min(found, key=lambda each: float("inf") if each.withstands is None else each.withstands)
