"""How areas of a map are shaded: what a map says of an area, and one scale for all that is compared.

Shares of candidates have one scale in all maps of a contest, and so have margins, coverage and turnout: the
same tint is the same figure, whoever it is of and whichever account it is from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

STEPS = 5
"""Steps of a shading, from light to dark."""

MARGIN, COVERAGE, TURNOUT = "margin", "coverage", "turnout"
NOTHING, EQUAL = "none", "equal"

_LETTERS = "abc"
_KEYS = {MARGIN: "m", COVERAGE: "v", TURNOUT: "t"}
_TENTHS = (1, 2, 5, 10, 20, 50, 100, 150, 200)  # widths of a step, in tenths of a per cent


@dataclass(frozen=True, slots=True)
class Figures:
    """What a map says of an area: everything the table beside it has too.

    `leader` is the number of the candidate with most votes, None where no sheet counts or several are equal;
    `top` are their votes and `ahead` how many more those are than anybody else's; `shares` are votes of
    `Drawing.candidates`. Registered voters and the ballots of the stations where they are known make the
    turnout.
    """

    area: int
    counted: int
    stations: int
    valid: int
    leader: int | None
    equal: bool
    top: int
    ahead: int
    shares: tuple[int, ...]
    ballots: int
    registered: int

    def share(self, kind: str | int, candidates: Sequence[int]) -> Fraction | None:
        """The figure of one kind as a share, None where it is not known."""
        if kind == COVERAGE:
            return Fraction(self.counted, self.stations) if self.stations else None
        if kind == TURNOUT:
            return Fraction(self.ballots, self.registered) if self.registered else None
        if not self.valid:
            return None
        if kind == MARGIN:
            return Fraction(self.ahead, self.valid)
        return Fraction(self.shares[candidates.index(int(kind))], self.valid)

    @property
    def leading(self) -> str:
        """The name of the pattern for who leads."""
        if self.leader is not None:
            return str(self.leader)
        return EQUAL if self.equal else NOTHING


@dataclass(frozen=True, slots=True)
class Shading:
    """One way to shade: `key` is its class, `kind` the margin, coverage, turnout or a candidate's number.

    Step `i` is from `start + i * width` up to the next, in tenths of a per cent.
    """

    key: str
    kind: str | int
    start: int
    width: int

    def at(self, share: Fraction) -> int:
        """The step of a share."""
        return min(max(int((share * 1000 - self.start) / self.width), 0), STEPS - 1)

    def step(self, share: Fraction | None) -> str:
        """The class of an area with this share; `x` where it is not known."""
        return f"{self.key}x" if share is None else f"{self.key}{self.at(share)}"

    @property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """Where each step begins and ends, in tenths of a per cent."""
        edges = [self.start + step * self.width for step in range(STEPS + 1)]
        return tuple(pairwise(edges))


def shadings(candidates: Sequence[int], drawn: Sequence[Figures]) -> tuple[Shading, ...]:
    """The shadings of all maps of a contest, the margin first, for the areas of all of them."""

    def shares(*kinds: str | int) -> list[Fraction]:
        found = (each.share(kind, candidates) for kind in kinds for each in drawn if each.counted)
        return [share for share in found if share is not None]

    common = scale(shares(*candidates))
    kinds: Iterable[str] = (COVERAGE, TURNOUT) if shares(TURNOUT) else (COVERAGE,)
    return (
        Shading(_KEYS[MARGIN], MARGIN, *scale(shares(MARGIN))),
        *(Shading(key, number, *common) for key, number in zip(_LETTERS, candidates, strict=False)),
        *(Shading(_KEYS[kind], kind, *scale(shares(kind))) for kind in kinds),
    )


def classes(found: Figures, made: Sequence[Shading], candidates: Sequence[int]) -> str:
    """The class of each shading; an area without a counted sheet has none, and looks so in all of them."""
    if not found.counted:
        return NOTHING
    return " ".join(shading.step(found.share(shading.kind, candidates)) for shading in made)


def pattern(found: Figures, made: Sequence[Shading]) -> str:
    """The name of the pattern for who leads and by how much: the candidate, and the step of the margin."""
    margin, share = made[0], found.share(MARGIN, ())
    if found.leader is None or share is None:
        return found.leading
    return f"{found.leader}-{margin.at(share)}"


def scale(shares: Sequence[Fraction]) -> tuple[int, int]:
    """Where the first step begins and how wide all are, in tenths of a per cent: round, and holding all."""
    low = int(min(shares, default=Fraction(0)) * 1000)
    high = int(max(shares, default=Fraction(1)) * 1000) + 1
    for width in _TENTHS:
        start = min(low // width * width, 1000 - STEPS * width)
        if start + STEPS * width >= high:
            return start, width
    return 0, 1000 // STEPS
