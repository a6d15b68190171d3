"""Screen of coincidences: pairs of sheets with the same figures, which copying would make more frequent."""

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.evidence.screening.result import Family, Missing, Screen
from escrutinio.evidence.screening.sheets import Sheets
from escrutinio.evidence.screening.tails import poisson_upper

REACH = 3
"""How many votes a neighbour on the lattice is away, at most, for each of the two leading candidates."""


def coincidences(sheets: Sheets) -> Screen:
    """Pairs of sheets with equal votes for the first, the second and all other candidates.

    Null: where sheets lie smoothly, as many pairs differ by (0, 0) as by any short step (i, j) in the votes
    of the first two. The mean over all steps up to `REACH` is what to expect, and pairs are nearly Poisson;
    redrawing the sheets instead would spread them out and expect too few. `details` has pairs of sheets
    that are equal for every candidate, and those of them in one center. Where more than two candidates are
    level there are no first two, and the screen has no figure.
    """
    same, same_center = _wholly_equal(sheets)
    details = (("wholly-equal", float(same)), ("wholly-equal-in-one-center", float(same_center)))
    if len(sheets.leading) > 2:
        return Screen(
            "coincidences",
            "",
            Family.FIGURES,
            len(sheets),
            None,
            details=details,
            missing=Missing.LEVEL,
        )
    first = sheets.votes[:, sheets.leading[0]]
    alone = len(sheets.leading) == 1
    second = np.zeros_like(first) if alone else sheets.votes[:, sheets.leading[1]]
    points, count = np.unique(
        np.stack((sheets.valid - first - second, first, second), axis=1)[sheets.valid > 0],
        axis=0,
        return_counts=True,
    )
    pairs = int((count * (count - 1) // 2).sum())
    short = range(-REACH, REACH + 1)
    steps = [(i, j) for i in short for j in ((0,) if alone else short) if (i, j) > (0, 0)]
    key = _key(points)
    # A step and its opposite give each pair once; an ordered pair of equal sheets counts half.
    expected = sum(_pairs_at(key, count, i, j) for i, j in steps) / 2 / len(steps)
    spread = float(np.sqrt(expected))
    return Screen(
        "coincidences",
        "",
        Family.FIGURES,
        len(sheets),
        float(pairs),
        expected,
        spread,
        p=poisson_upper(pairs, expected) if expected else None,
        details=details,
    )


_BITS = 21  # 1,000,000 votes and a step beyond them


def _key(points: Int64) -> Int64:
    shifted = points + REACH
    key: Int64 = (shifted[:, 0] << 2 * _BITS) + (shifted[:, 1] << _BITS) + shifted[:, 2]
    return key


def _pairs_at(key: Int64, count: Int64, i: int, j: int) -> int:
    """Pairs of a sheet and another that is (`i`, `j`) votes away; `key` is sorted."""
    wanted = key + (i << _BITS) + j
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return int((count * count[at])[key[at] == wanted].sum())


def _wholly_equal(sheets: Sheets) -> tuple[int, int]:
    """Pairs of sheets with equal votes for every candidate: all of them, and those within one center."""
    whole = sheets.votes[sheets.valid > 0]
    center = sheets.center[sheets.valid > 0, None]
    found = []
    for rows in (whole, np.concatenate((center, whole), axis=1)):
        count = np.unique(rows, axis=0, return_counts=True)[1]
        found.append(int((count * (count - 1) // 2).sum()))
    return found[0], found[1]
