"""What a screen found, in numbers; `words` says it in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from escrutinio.evidence.screening.tails import holm


class Family(Enum):
    """Tests that are corrected together for their number."""

    FIGURES = "figures"
    """Digits, round percentages and coincidences: traces of figures that were written rather than counted."""
    CENTERS = "centers"
    """How alike the tables of one center are; hardly any real election fits this model to the last digit."""
    LISTS = "lists"
    """Lists of sheets to compare with their image, corrected within the list."""


class Missing(Enum):
    """Why a screen has no figure."""

    REGISTERED_UNKNOWN = "registered-unknown"
    NO_SHEET = "no-sheet"
    NO_SPREAD = "no-spread"
    LEVEL = "level"


@dataclass(frozen=True, eq=False)
class Bars:
    """Observed counts of each digit with the middle 95 % of the replicates; float64 or int64 [10]."""

    observed: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Screen:
    """One statistic beside its model.

    `name` says which (a key of `words.SCREENS`), `subject` of what: a candidate's code, "turnout", "valid"
    or nothing. `sheets` is how many it looks at. `observed` is the statistic, `null_mean` and `null_sd`
    what the model gives, `p` = (1+#)/(1+replicates) or an exact tail (replicates 0), `p_holm` corrected
    within `family`, over its `tests`. None means unknown, never zero; `missing` says why.

    `details` are further figures by code. `listed` are codes of stations or centers in their own order,
    which is no ranking: all that stand out at a false discovery rate of 5 %.
    """

    name: str
    subject: str
    family: Family
    sheets: int
    observed: float | None
    null_mean: float | None = None
    null_sd: float | None = None
    p: float | None = None
    p_holm: float | None = None
    tests: int = 0
    replicates: int = 0
    details: tuple[tuple[str, float], ...] = ()
    listed: tuple[str, ...] = ()
    bars: Bars | None = None
    missing: Missing | None = None

    @property
    def z(self) -> float | None:
        """How many null standard deviations the statistic is from the null mean; None where undefined."""
        if self.observed is None or self.null_mean is None or not self.null_sd:
            return None
        return (self.observed - self.null_mean) / self.null_sd

    @property
    def outside(self) -> bool | None:
        """Whether the statistic lies outside what the model gives, at 5 % after correction."""
        return None if self.p_holm is None else self.p_holm <= 0.05


def corrected(screens: Sequence[Screen]) -> tuple[Screen, ...]:
    """Give every screen with a p-value its correction over the others of its family."""
    result = list(screens)
    for family in (Family.FIGURES, Family.CENTERS):
        rows = [(i, s.p) for i, s in enumerate(screens) if s.family is family and s.p is not None]
        for (i, _), p in zip(rows, holm([p for _, p in rows]), strict=True):
            result[i] = replace(screens[i], p_holm=p, tests=len(rows))
    return tuple(result)
