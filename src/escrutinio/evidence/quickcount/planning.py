"""How many tables a quick count needs.

Cochran (1977), Sampling Techniques, chapters 6 and 9. The voters of a table resemble each other, so a table
is worth far fewer than its voters: the handbook formula with voters as the unit (`voters_needed`; Estok,
Nevitte and Cowan, NDI 2002, chapter 5) is given for comparison only.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import decimal

Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Tables for a margin of `margin` (a share) with the normal quantile `z`, out of `population` tables.

    `tables` as a simple random sample needs; `voters` what the formula for voters claims to be enough, in
    tables of average size (never plan with it). `design_effect`: variance as a multiple of that of as many
    voters drawn one by one; `correlation` of voters within a table, None where tables have one vote.
    """

    tables: int
    population: int
    margin: float
    z: float
    design_effect: float
    correlation: float | None
    voters: int

    def sentences(self, language: str) -> tuple[str, str]:
        """Two sentences in a language."""
        values = {
            "tables": self.tables,
            "population": self.population,
            "margin": decimal(Fraction(100 * self.margin), 1, language),
            "z": decimal(Fraction(self.z), 2, language),
            "effect": decimal(Fraction(self.design_effect), 1, language),
            "voters": self.voters,
        }
        return say_in(language, _NEEDED, **values), say_in(
            language, _NOT_VOTERS if self.voters < self.tables else _BY_TABLE, **values
        )


_NEEDED = N_(
    "A margin of ±{margin} points (z = {z}) needs {tables:,} of {population:,} tables, drawn at random."
)
_NOT_VOTERS = N_(
    "Voters of one table resemble each other (design effect {effect}); the formula that counts voters "
    "one by one would name {voters:,} tables, which is too few."
)
_BY_TABLE = N_(
    "Tables are drawn and not voters: those of one table resemble each other (design effect {effect})."
)


def tables_needed(votes: Int64, valid: Int64, margin: float, z: float = Z95) -> SampleSize:
    """Size of a simple random sample of tables for the share of `votes` in `valid`, both int64 [tables].

    The figures are of a past election or another guess at this one. n0 = z² s_e²/(d x̄)², n = n0/(1 + n0/N).
    Raises EvidenceError for a margin outside 0 … 1, fewer than two tables, or no valid vote.
    """
    population = len(valid)
    if population < 2 or int(valid.sum()) <= 0:
        raise EvidenceError("planning-few")
    if not 0 < margin < 1:
        raise EvidenceError("planning-margin")
    share = float(votes.sum() / valid.sum())
    mean = float(valid.mean())
    variance = float(np.var(votes - share * valid, ddof=1))
    binomial = share * (1 - share)
    if not binomial:
        raise EvidenceError("planning-spread")
    first = z * z * variance / (margin * mean) ** 2
    effect = variance / (mean * binomial)
    return SampleSize(
        tables=max(1, ceil(first / (1 + first / population) - 1e-9)),
        population=population,
        margin=margin,
        z=z,
        design_effect=effect,
        correlation=(effect - 1) / (mean - 1) if mean > 1 else None,
        voters=ceil(voters_needed(share, margin, z, int(valid.sum())) / mean),
    )


def voters_needed(share: float, margin: float, z: float, voters: int) -> float:
    """The handbook's sample of single voters: P(1-P)/((d/z)² + P(1-P)/N). Not for tables."""
    binomial = share * (1 - share)
    return binomial / ((margin / z) ** 2 + binomial / voters)
