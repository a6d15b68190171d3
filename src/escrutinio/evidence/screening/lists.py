"""Hard checks and lists: more ballots than voters, and sheets with unusually many null votes."""

import numpy as np

from escrutinio.evidence.screening.centers import RATE
from escrutinio.evidence.screening.result import Family, Missing, Screen
from escrutinio.evidence.screening.sheets import Sheets
from escrutinio.evidence.screening.tails import benjamini_hochberg, poisson_upper


def overvotes(sheets: Sheets) -> Screen:
    """Sheets with more ballots than registered voters; a check that needs no model.

    `details`: `most`, the largest turnout; `over-95`, sheets with a turnout over 95 %; `unknown`, sheets
    whose registered voters are not known.
    """
    known = sheets.registered >= 0
    unknown = ("unknown", float(np.count_nonzero(~known)))
    if not known.any():
        return Screen(
            "overvotes", "", Family.LISTS, 0, None, details=(unknown,), missing=Missing.REGISTERED_UNKNOWN
        )
    ballots, registered = sheets.ballots[known], sheets.registered[known]
    over = ballots > registered
    some = registered > 0
    most = float((ballots[some] / registered[some]).max()) if some.any() else 0.0
    return Screen(
        "overvotes",
        "",
        Family.LISTS,
        int(known.sum()),
        float(over.sum()),
        details=(
            ("most", most),
            ("over-95", float((100 * ballots[some] > 95 * registered[some]).sum())),
            unknown,
        ),
        listed=_codes(sheets, np.flatnonzero(known)[over]),
    )


def null_votes(sheets: Sheets) -> Screen:
    """Sheets whose null votes are more than a common rate explains.

    Model: Poisson with the rate of all sheets together. The statistic is how many stand out at a false
    discovery rate of 5 % (`listed`); `details`: the rate, how many have none, how many are beyond 5 %
    divided by the number of sheets.
    """
    ballots = sheets.ballots
    rate = float(sheets.null.sum() / ballots.sum())
    some = np.flatnonzero(sheets.null > 0)
    p = np.ones(len(sheets))
    p[some] = [poisson_upper(int(sheets.null[i]), rate * int(ballots[i])) for i in some.tolist()]
    stand_out = benjamini_hochberg(p, RATE)
    return Screen(
        "null-votes",
        "",
        Family.LISTS,
        len(sheets),
        float(stand_out.sum()),
        details=(
            ("rate", rate),
            ("without", float(len(sheets) - len(some))),
            ("bonferroni", float((p <= RATE / len(p)).sum())),
        ),
        listed=_codes(sheets, np.flatnonzero(stand_out)),
    )


def _codes(sheets: Sheets, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[str, ...]:
    return tuple(sorted(sheets.stations[i] for i in rows.tolist()))
