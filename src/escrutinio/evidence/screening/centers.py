"""Screen of homogeneity: how alike the tables of one center vote.

Voters are put on tables by a rule that has nothing to do with how they vote (the alphabet, the number of
their identity card), so tables of one center differ little more than a lottery would make them. Statistic:
Pearson's X² within centers; null: all voters of a center dealt to its tables anew, a multivariate
hypergeometric draw that keeps both the sizes of the tables and the votes of the center.

The mean and variance of X² under that lottery are exact (Haldane 1940, "The mean and variance of χ², when
used as a test of homogeneity, when expectations are small", Biometrika 31; with any margins: Dawson 1954,
"A simplified expression for the variance of the χ²-function on a contingency table", Biometrika 41). Over
many tables X² is the sum of many independent terms, and its tail that of the gamma distribution with this
mean and variance, as Haldane proposed; only over few tables the lottery is drawn.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.evidence.screening.model import Float
from escrutinio.evidence.screening.result import Family, Missing, Screen
from escrutinio.evidence.screening.sheets import Sheets
from escrutinio.evidence.screening.tails import (
    benjamini_hochberg,
    chi_square_upper,
    gamma_upper,
    monte_carlo_p,
)

RATE = 0.05
"""False discovery rate of lists."""

MOST_DEALT = 1_000
"""Tables up to which the lottery is drawn. Beyond, the gamma distribution errs by less than replicates do."""

_CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class Dealt:
    """The tables of centers that have at least two with votes, and neither all of them for one side.

    `rows` int64 [tables]: row of the sheets; `at` int64 [tables]: number of the center among those taken,
    rising; `counts`, `sizes` int64 [tables]; `total`, `size`, `tables` int64 [centers]: votes for the
    candidate, valid votes and tables of a center; `center` int64 [centers]: index into the sheets' centers.
    """

    rows: Int64
    at: Int64
    counts: Int64
    sizes: Int64
    total: Int64
    size: Int64
    tables: Int64
    center: Int64

    @property
    def null_mean(self) -> Float:
        """E X² of each center, exactly: (tables - 1)·N/(N - 1) (Haldane 1940)."""
        return (self.tables - 1) * self.size / (self.size - 1)

    @property
    def null_variance(self) -> Float:
        """Var X² of each center, exactly (Dawson 1954, with two columns)."""
        n, k = self.size.astype(np.float64), self.tables
        votes = n * (1 / self.total + 1 / (self.size - self.total))
        rest = np.maximum(n - 2, 1)  # two voters leave nothing to chance: both numerators are 0
        by_table = (n * np.bincount(self.at, 1 / self.sizes) - k**2) / rest
        by_vote = (votes - 4) / rest
        spread = (k - 1) * (n - k) / (n - 1) - by_table
        even = 2 * n / np.maximum(n - 3, 1) * spread * ((n - 2) / (n - 1) - by_vote)
        found: Float = even + n**2 / (n - 1) * by_table * by_vote
        return np.maximum(found, 0)

    @property
    def share(self) -> Float:
        """The candidate's share in the center of each table, float64 [tables]."""
        found: Float = (self.total / self.size)[self.at]
        return found

    @property
    def x_square(self) -> Float:
        """X² of each center: the sum of (O - E)²/(n p q) over its tables, float64 [centers]."""
        terms = (self.counts - self.sizes * self.share) ** 2 / (self.sizes * self.share * (1 - self.share))
        found: Float = np.bincount(self.at, terms).astype(np.float64)
        return found


def dealt(sheets: Sheets, candidate: int) -> Dealt:
    """The tables that the screen looks at, by center."""
    votes, valid, center = sheets.votes[:, candidate], sheets.valid, sheets.center
    centers = len(sheets.centers)
    some = valid > 0
    tables = np.bincount(center[some], minlength=centers)
    total, size = np.zeros(centers, np.int64), np.zeros(centers, np.int64)
    np.add.at(total, center, votes)
    np.add.at(size, center, valid)
    taken = (tables >= 2) & (total > 0) & (total < size)
    rows = np.flatnonzero(some & taken[center])
    rows = rows[np.argsort(center[rows], kind="stable")]
    number = np.cumsum(taken) - 1
    return Dealt(
        rows, number[center[rows]], votes[rows], valid[rows],
        total[taken], size[taken], tables[taken], np.flatnonzero(taken),
    )  # fmt: skip


def homogeneity(sheets: Sheets, candidate: int, replicates: int, seed: np.random.SeedSequence) -> Screen:
    """X² of a candidate's votes within centers, over all centers with two or more tables.

    `details`: `phi` = X²/E[X²]; `freedom`; `extra-sd`, the spread of shares between tables of a center
    beyond the lottery's, in points; `within-share`, the part of the variance of shares of all tables that
    lies within centers; `bonferroni`, centers beyond 5 % divided by their number. `listed`: centers that
    stand out.
    """
    code, tables = sheets.candidates[candidate], dealt(sheets, candidate)
    if not len(tables.rows):
        return Screen("homogeneity", code, Family.CENTERS, 0, None, missing=Missing.NO_SPREAD)
    by_center = tables.x_square
    observed, expected = float(by_center.sum()), float(tables.null_mean.sum())
    variance = float(tables.null_variance.sum())
    phi = observed / expected
    drawn = replicates if len(tables.rows) <= MOST_DEALT or not variance else 0
    if drawn:
        null = _redeal(tables, replicates, seed)
        chance = monte_carlo_p(int((null >= observed * (1 - 1e-12)).sum()), replicates)
    else:
        chance = gamma_upper(observed * expected / variance, expected**2 / variance)
    p = _by_center(tables, by_center)
    stand_out = benjamini_hochberg(p, RATE)
    return Screen(
        "homogeneity",
        code,
        Family.CENTERS,
        len(tables.rows),
        observed,
        expected,
        sqrt(variance),
        p=chance,
        replicates=drawn,
        details=(
            ("phi", phi),
            ("freedom", float((tables.tables - 1).sum())),
            ("centers", float(len(tables.tables))),
            ("extra-sd", 100 * _extra_spread(tables, phi)),
            ("within-share", _within(sheets, candidate)),
            ("bonferroni", float((p <= RATE / len(p)).sum())),
        ),
        listed=tuple(sorted(sheets.centers[i] for i in tables.center[stand_out].tolist())),
    )


def residuals(tables: Dealt) -> Float:
    """How far each table is from its center, in standard deviations of the lottery; float64 [tables]."""
    share, size = tables.share, tables.size[tables.at]
    variance = tables.sizes * share * (1 - share) * (size - tables.sizes) / (size - 1)
    found: Float = (tables.counts - tables.sizes * share) / np.sqrt(variance)
    return found


def _by_center(tables: Dealt, x_square: Float) -> Float:
    """Upper tails of X²(N - 1)/N by chi-square, whose far tail no number of replicates could reach."""
    scaled = x_square * (tables.size - 1) / tables.size
    return np.array(
        [chi_square_upper(x, f) for x, f in zip(scaled.tolist(), (tables.tables - 1).tolist(), strict=True)]
    )


def _extra_spread(tables: Dealt, phi: float) -> float:
    """Standard deviation of shares beyond the lottery's, whose variance is phi - 1 times the lottery's."""
    share = tables.share
    return sqrt(max(0.0, phi - 1) * float((share * (1 - share) / tables.sizes).mean()))


def _within(sheets: Sheets, candidate: int) -> float:
    """The part of the variance of shares, each weighted by its votes, that lies within centers."""
    some = sheets.valid > 0
    votes, valid, center = sheets.votes[some, candidate], sheets.valid[some], sheets.center[some]
    mean = np.bincount(center, votes) / np.maximum(np.bincount(center, valid), 1)
    share, overall = votes / valid, votes.sum() / valid.sum()
    total = float((valid * (share - overall) ** 2).sum())
    return float((valid * (share - mean[center]) ** 2).sum()) / total if total else 0.0


def _redeal(tables: Dealt, replicates: int, seed: np.random.SeedSequence) -> Float:
    """X² over all centers in each replicate, float64 [replicates].

    Tables of a center are dealt one after the other: each gets a hypergeometric share of what is left.
    """
    random = np.random.Generator(np.random.Philox(seed))
    null = np.empty(replicates)
    # As the votes of a center are fixed, its X² is the weighted sum of squared counts less a constant.
    weight = 1 / (tables.sizes * tables.share * (1 - tables.share))
    starts = np.flatnonzero(np.diff(tables.at, prepend=-1))
    step = max(1, _CELLS // len(tables.rows))
    for start in range(0, replicates, step):
        width = min(step, replicates - start)
        drawn = np.empty((len(tables.rows), width), np.int64)
        left = np.repeat(tables.total[:, None], width, axis=1)
        voters = tables.size.copy()
        for place in range(int(tables.tables.max())):
            here = np.flatnonzero(tables.tables > place)
            rows = starts[here] + place
            last = tables.tables[here] == place + 1
            drawn[rows[last]] = left[here[last]]
            here, rows = here[~last], rows[~last]
            dealing, good = tables.sizes[rows], left[here]
            hand = random.hypergeometric(good, voters[here, None] - good, dealing[:, None])
            drawn[rows] = hand
            left[here] = good - hand
            voters[here] -= dealing
        null[start : start + width] = weight @ np.square(drawn, dtype=np.float64)
    return null - float((weight * (tables.sizes * tables.share) ** 2).sum())
