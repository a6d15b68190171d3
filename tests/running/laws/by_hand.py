"""Totals and seats of a made election, computed from its tables by other means than the project's own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl

from tests.running.laws.made import Race


def sums(directory: Path, race: Race) -> dict[str, int]:
    """What the columns of a race's table add up to: candidates, `valid` and classes."""
    table = pl.read_csv(directory / f"sheets-{race.code}.csv")
    return {name: int(table[name].sum()) for name in (*race.candidates, "valid", *race.classes)}


def highest(votes: list[int], seats: int, divisors: list[int], least: Fraction = Fraction(0)) -> list[int]:
    """Seats by the highest averages, of lists with `least` of all votes at least. Raises ValueError for a tie
    at the last seat."""
    total = sum(votes)
    offers = sorted(
        ((Fraction(count, divisor), place) for place, count in enumerate(votes) if count and count >= least * total
         for divisor in divisors[:seats]),
        reverse=True,
    )  # fmt: skip
    if len(offers) > seats and offers[seats - 1][0] == offers[seats][0]:
        raise ValueError("tie")
    return [sum(place == at for _, place in offers[:seats]) for at in range(len(votes))]
