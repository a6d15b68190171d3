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


def highest(votes: list[int], seats: int, divisors: list[int], least: Fraction | int = 0) -> list[int] | None:
    """Seats by the highest averages, of lists with `least` of all votes; None for a tie at the last seat."""
    total = sum(votes)
    lists = [place for place, count in enumerate(votes) if count and count >= least * total]
    offers = [(Fraction(votes[place], divisor), place) for place in lists for divisor in divisors[:seats]]
    return _first(sorted(offers, reverse=True), seats, len(votes))


def most_votes(votes: list[int], seats: int) -> list[int] | None:
    """A seat each for those with most votes; None for a tie at the last."""
    offers = [(Fraction(count), place) for place, count in enumerate(votes)]
    return _first(sorted(offers, reverse=True), seats, len(votes))


def _first(offers: list[tuple[Fraction, int]], seats: int, size: int) -> list[int] | None:
    if len(offers) > seats and offers[seats - 1][0] == offers[seats][0]:
        return None
    taken = [place for _, place in offers[:seats]]
    return [taken.count(place) for place in range(size)]
