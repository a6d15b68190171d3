"""How often the interval of a quick count covers the truth: repeated samples of a known population."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.quickcount.estimate import ratio


@dataclass(frozen=True, slots=True)
class Coverage:
    """What `replications` samples of `take` units came to; shares as fractions.

    `bias`: mean estimate less the truth; `margin`: mean half width of the interval; `covered`: part of the
    intervals that hold the truth; `monte_carlo_error`: its standard error had it the nominal value.
    """

    replications: int
    take: int
    bias: float
    margin: float
    covered: float
    monte_carlo_error: float


def coverage(
    part: Int64,
    base: Int64,
    *,
    take: int,
    replications: int,
    seed: int,
    unit: Int64 | None = None,
    stratum: Int64 | None = None,
) -> Coverage:
    """Draw samples from a population of tables, `part` of `base` int64 [tables], and look at the intervals.

    `unit` int64 [tables] numbers the centers where whole centers are drawn; `stratum` int64 [tables] the
    strata, drawn in proportion with at least two tables each. Not both. Raises EvidenceError for a sample
    larger than the population.
    """
    if unit is not None:
        part, base = (np.bincount(unit, column).astype(np.int64) for column in (part, base))
    groups = np.zeros(len(part), np.int64) if stratum is None else stratum
    population = np.bincount(groups)
    wanted = _proportional(population, take)
    members = [np.flatnonzero(groups == group) for group in range(len(population))]
    random = np.random.Generator(np.random.Philox(seed))
    truth = float(part.sum() / base.sum())
    values, margins = np.empty(replications), np.empty(replications)
    for i in range(replications):
        rows = np.concatenate(
            [
                random.choice(here, n, replace=False, shuffle=False)
                for here, n in zip(members, wanted, strict=True)
            ]
        )
        found = ratio(part[rows], base[rows], groups[rows], population)
        if found.value is None or (margin := found.margin) is None:
            raise EvidenceError("a sample of this size may leave the margin unknown; draw more tables")
        values[i], margins[i] = found.value, margin
    level = 0.95
    return Coverage(
        replications=replications,
        take=int(sum(wanted)),
        bias=float(values.mean()) - truth,
        margin=float(margins.mean()),
        covered=float((np.abs(values - truth) <= margins).mean()),
        monte_carlo_error=sqrt(level * (1 - level) / replications),
    )


def _proportional(population: Int64, take: int) -> list[int]:
    """Units to draw in each stratum, in proportion and rounded, at least two where there are two."""
    total = int(population.sum())
    if not 1 < take <= total:
        raise EvidenceError(f"a sample of {take:,} units cannot be drawn from {total:,}")
    return [max(min(2, size), (take * size * 2 + total) // (2 * total)) for size in population.tolist()]
