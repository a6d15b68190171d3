"""Whether announced counts are what round percentages of their sum give, and how rarely chance does that.

Counts that come from adding up stations fall anywhere; counts made from percentages with d decimals fall on
the M + 1 = 100·10^d + 1 points of a grid. The event, for N votes: every count is r(i) = i·N/M, rounded, for
some i. Pointed out for the bulletin of 29 July 2024 by many; Gelman (Statistical Modeling, 2024) and Tao
(El País, 2024) gave its odds for two free counts. Here they are counted exactly under a uniform distribution
of the counts that have the sum N, and once more among those that print as the same percentages.

It does not test whether the percentages are right. Fabrication and a clerk who worked counts back from
rounded percentages look alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial, gcd

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.evidence.certainty.percentages import Rounding

DECIMALS = (0, 1, 2, 3)
"""The decimals tried."""

MOST_VOTES = 2**33
"""Greatest sum of votes, more than there are people; int64 has room for grid × votes."""

MOST_COUNTS = 1_000
"""Most counts of one announcement; exact chances of more take too long."""

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Match:
    """One test: are the counts on the grid of percentages with `decimals`, rounded so?

    `left_out`: the count that is not tested but is the rest of the sum, None where all are tested.
    `chance`: probability of the event if the counts are uniform given their sum; `exact`, or else the
    asymptotic formula or an upper bound. `local`: the same among the counts that print as the same
    percentages, where it is computed (a match to the nearest of at most three terms).
    """

    decimals: int
    mode: Rounding
    left_out: int | None
    matched: bool
    chance: Fraction
    exact: bool
    local: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CountTest:
    """All tests of one announcement. `looked` is their number, L: chances are to be multiplied by it."""

    counts: tuple[int, ...]
    matches: tuple[Match, ...]

    @property
    def looked(self) -> int:
        """L, the number of tests: decimals × ways of rounding × choices of counts."""
        return len(self.matches)

    @property
    def best(self) -> Match | None:
        """The match by the least chance, if any."""
        found = [match for match in self.matches if match.matched]
        return min(found, key=lambda match: match.chance, default=None)

    def adjusted(self, looked: int | None = None) -> Fraction | None:
        """L × chance of the best match, at most 1; `looked` stands in for L where more was tried."""
        return None if self.best is None else min(Fraction(1), self.best.chance * (looked or self.looked))

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        best = self.best
        values: dict[str, object] = {"total": sum(self.counts), "looked": self.looked}
        if best is None or best.chance * self.looked >= Fraction(1, 100):
            return say_in(language, _NOTHING, **values), say_in(language, _NOT_NOTHING)
        values |= {"odds": round(1 / best.chance)}
        decimals = say_many_in(language, best.decimals, "{count} decimal", "{count} decimals")
        return say_in(language, _MATCHED, decimals=decimals, **values), say_in(language, _NOT_MATCHED)


def look_for_percentages(counts: Sequence[int]) -> CountTest:
    """Test announced counts, whose sum is the number of valid votes, for every decimals and rounding.

    All counts together, and all but each one in turn (which would be the rest). Raises EvidenceError for
    fewer than two counts or more than `MOST_COUNTS`, negative ones, and a sum of 0 or above `MOST_VOTES`.
    """
    total = _check(counts)
    found = []
    for decimals in DECIMALS:
        grid = 100 * 10**decimals
        for mode in Rounding:
            on = [on_grid(count, total, grid, mode) for count in counts]
            chance, exact = chance_of_all(total, len(counts), grid, mode)
            local = None
            if all(on) and mode is Rounding.NEAREST and len(counts) <= 3 and chance < 1:
                local = Fraction(1, printing_alike(counts, grid))
            found.append(Match(decimals, mode, None, all(on), chance, exact, local))
            rest = chance_of_all_but_one(total, len(counts), grid)
            off = [number for number, fits in enumerate(on) if not fits]
            found += (
                Match(decimals, mode, out, off in ([], [out]), rest, False) for out in range(len(counts))
            )
    return CountTest(tuple(counts), tuple(found))


def on_grid(count: int, total: int, grid: int, mode: Rounding) -> bool:
    """Whether some whole i has count = i·total/grid, rounded so."""
    match mode:
        case Rounding.NEAREST:
            i = (2 * count * grid + total) // (2 * total)
            return (2 * i * total + grid) // (2 * grid) == count
        case Rounding.FLOOR:
            return -(-count * grid // total) * total // grid == count
        case Rounding.CEIL:
            return -(-(count * grid // total) * total // grid) == count


def chance_of_all(total: int, terms: int, grid: int, mode: Rounding) -> tuple[Fraction, bool]:
    """Chance that `terms` uniform counts with this sum are all on the grid, and whether it is exact.

    Rounding to the nearest: an exact count up to three terms, kappa·(grid/total)^(terms-1) beyond. Rounding
    one way: exact, since the sum is kept only where nothing is rounded. 1 where the grid is too fine for the
    total to say anything (total <= terms·grid).
    """
    if total <= terms * grid:
        return Fraction(1), True
    every = comb(total + terms - 1, terms - 1)
    if mode is not Rounding.NEAREST:
        return Fraction(comb(gcd(total, grid) + terms - 1, terms - 1), every), True
    if terms > 3:
        return kappa(terms) * Fraction(grid, total) ** (terms - 1), False
    return Fraction(generated(total, terms, grid), every), True


def chance_of_all_but_one(total: int, terms: int, grid: int) -> Fraction:
    """Upper bound of the chance that all counts but a given one are on the grid, however rounded."""
    if total <= terms * grid:
        return Fraction(1)
    return Fraction(comb(grid + terms - 1, terms - 1), comb(total + terms - 1, terms - 1))


def generated(total: int, terms: int, grid: int) -> int:
    """How many tuples of two or three counts with this sum lie on the grid, rounded to the nearest. Exact.

    r(i) = i·total/grid + e(i): a tuple of grid points that add up to `grid` keeps the sum exactly if its
    errors e add up to 0. For two terms each first point settles the second; for three, pairs (i, j) with
    i + j <= grid and r(i) + r(j) + r(grid - i - j) = total are counted by the errors of the first two.
    """
    i = np.arange(grid + 1, dtype=np.int64)
    residue = i * (total % grid) % grid
    # grid × e(i), from -grid/2 (not included) to grid/2 (included): halves go up
    error = np.where(2 * residue >= grid, grid - residue, -residue).astype(np.int32)
    if terms == 2:
        return int(((error + error[::-1]) == 0).sum())
    # The third error is -(first + second) plus a multiple of grid; it is that itself if that is in its range.
    least, most = -((grid - 1) // 2), grid // 2
    return _pairs(error, -most, -least)


def _pairs(error: NDArray[np.int32], least: int, most: int) -> int:
    """Count i, j with i + j <= len - 1 and least <= error[i] + error[j] <= most, a block of i at a time.

    From the last block to the first, for each of which more j are small enough: they are kept in order, and
    only those at the edge, which go with some i of the block, are tried one by one.
    """
    last, found = len(error) - 1, 0
    prefix = error[:0]
    for start in range(last // _BLOCK * _BLOCK, -1, -_BLOCK):
        mine = error[start : start + _BLOCK]
        safe = last - (start + len(mine) - 1) + 1  # so many j go with every i of the block
        grown = np.concatenate((prefix, np.sort(error[len(prefix) : safe])))
        prefix = np.sort(grown, kind="stable")  # which merges the two runs
        ordered = np.sort(mine)
        found += int(
            np.searchsorted(prefix, most - ordered, "right").sum()
            - np.searchsorted(prefix, least - ordered, "left").sum()
        )
        edge = error[safe : last - start + 1]
        sums = mine[:, None] + edge[None, :]
        reached = np.arange(len(edge))[None, :] < np.arange(len(mine) - 1, -1, -1)[:, None]
        found += int((reached & (sums >= least) & (sums <= most)).sum())
    return found


def printing_alike(counts: Sequence[int], grid: int) -> int:
    """How many tuples of two or three counts with the same sum print as the same percentages. Exact."""
    total = sum(counts)
    ends = []
    for count in counts:
        i = (2 * count * grid + total) // (2 * total)
        low = -(-(2 * i - 1) * total // (2 * grid))
        high = -(-(2 * i + 1) * total // (2 * grid)) - 1
        ends.append((max(low, 0), min(high, total)))
    (a_low, a_high), (b_low, b_high), *rest = ends
    c_low, c_high = rest[0] if rest else (0, 0)
    found = 0
    for start in range(a_low, a_high + 1, 1 << 20):
        a = np.arange(start, min(start + (1 << 20), a_high + 1), dtype=np.int64)
        most = np.minimum(b_high, total - a - c_low)
        least = np.maximum(b_low, total - a - c_high)
        found += int(np.maximum(most - least + 1, 0).sum())
    return found


def kappa(terms: int) -> Fraction:
    """P(|sum of terms - 1 independent uniforms on (-1/2, 1/2)| < 1/2), exactly (Irwin 1927, Hall 1927)."""
    n = terms - 1

    def below(x: Fraction) -> Fraction:
        terms_below = ((-1) ** j * comb(n, j) * (x - j) ** n for j in range(int(x) + 1))
        return sum(terms_below, Fraction(0)) / factorial(n)

    middle = Fraction(n, 2)
    return below(middle + Fraction(1, 2)) - below(middle - Fraction(1, 2))


def _check(counts: Sequence[int]) -> int:
    if len(counts) < 2:
        raise EvidenceError("counts-few")
    if len(counts) > MOST_COUNTS:
        raise EvidenceError("counts-many", size=len(counts), limit=MOST_COUNTS)
    if min(counts) < 0:
        raise EvidenceError("votes-negative", votes=min(counts))
    total = sum(counts)
    if not 0 < total <= MOST_VOTES:
        raise EvidenceError("counts-total", total=total)
    return total


_MATCHED = N_(
    "The announced counts are those that percentages with {decimals} of {total:,} votes "
    "give, rounded: 1 in {odds:,} of all counts with this sum, before multiplying by the {looked:,} tests "
    "tried. They look derived from the percentages rather than added up from stations."
)
_NOT_MATCHED = N_(
    "This does not test whether the percentages are right: somebody may have worked counts back from "
    "rounded percentages to fill a sheet; ask for the totals by station."
)
_NOTHING = N_(
    "The announced counts, {total:,} votes, show no sign of having been computed from round percentages "
    "({looked:,} tests)."
)
_NOT_NOTHING = N_("That says nothing for or against the counts themselves; only sheets by station do.")
