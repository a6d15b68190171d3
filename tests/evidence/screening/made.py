"""Sheets of a country that does not exist, drawn by lot, and the changes that tests make to them."""

from dataclasses import replace

import numpy as np

from escrutinio.evidence.screening.sheets import Sheets


def made(
    seed: int, centers: int = 300, tables: int = 3, candidates: tuple[str, ...] = ("ana", "blas", "carla")
) -> Sheets:
    """Centers of `tables` tables each; every voter of a center decides alike and alone."""
    random = np.random.Generator(np.random.Philox(seed))
    rows = centers * tables
    center = np.repeat(np.arange(centers), tables)
    share = random.dirichlet((12, 8, 1)[: len(candidates)], centers)[center]
    valid = random.integers(250, 600, rows)
    votes = random.multinomial(valid, share)
    return Sheets(
        stations=tuple(f"c{i // tables:04d}.{i % tables + 1:02d}" for i in range(rows)),
        candidates=candidates,
        centers=tuple(f"c{i:04d}" for i in range(centers)),
        votes=votes,
        null=random.poisson(2, rows),
        registered=valid + random.integers(100, 400, rows),
        center=center,
    )


def moved(sheets: Sheets, rows: np.ndarray[tuple[int], np.dtype[np.int64]], points: float) -> Sheets:
    """Move a part of all valid votes from the first candidate to the second at some tables."""
    first, second = sheets.leading
    votes = sheets.votes.copy()
    amount = np.minimum((points / 100 * sheets.valid[rows]).astype(np.int64), votes[rows, first])
    votes[rows, first] -= amount
    votes[rows, second] += amount
    return replace(sheets, votes=votes)
