"""All screens of a contest in one go."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.screening.centers import homogeneity
from escrutinio.evidence.screening.coincidences import coincidences
from escrutinio.evidence.screening.displays import Display, display
from escrutinio.evidence.screening.figures import run_tallies, tallies
from escrutinio.evidence.screening.lists import null_votes, overvotes
from escrutinio.evidence.screening.result import Screen, corrected
from escrutinio.evidence.screening.sheets import Sheets

_Result = TypeVar("_Result")

SEED = 2024
"""Of the replicates in a report and, unless another is asked for, in a command: both have equal numbers."""
FEWEST_SHEETS = 100
"""Of fewer sheets nothing is said in the first sentence: the models are of many."""
REPLICATES = 1_000
LEAST_REPLICATES = 399
"""With fewer, no p-value of the 17 screens of figures could reach 5 % after Holm's correction."""
MOST_REPLICATES = 100_000


@dataclass(frozen=True, eq=False)
class Screening:
    """Every screen, those that show nothing included, and the displays of the leading candidates.

    Null distributions are worked out where they can be, and drawn `replicates` times otherwise: with the same
    sheets, `seed` and `replicates` anybody gets the same numbers (NumPy's Philox generator).
    """

    seed: int
    replicates: int
    sheets: int
    screens: tuple[Screen, ...]
    displays: tuple[Display, ...]
    left_out: tuple[str, ...] = ()
    """Stations whose sheet counts and that no screen looked at (`sheets.MOST_BALLOTS`)."""

    def find(self, name: str, subject: str = "") -> Screen:
        """The screen of this name and subject. Raises KeyError."""
        for screen in self.screens:
            if (screen.name, screen.subject) == (name, subject):
                return screen
        raise KeyError((name, subject))


def screen(
    sheets: Sheets, *, seed: int, replicates: int = REPLICATES, executor: Executor | None = None
) -> Screening:
    """Run all screens; `executor` spreads them over threads or processes without changing a number.

    Raises EvidenceError for a seed below zero or over 128 bits, and for a number of replicates outside
    `LEAST_REPLICATES` … `MOST_REPLICATES`.
    """
    if not 0 <= seed < 2**128:
        raise EvidenceError("replicates-seed")
    if not LEAST_REPLICATES <= replicates <= MOST_REPLICATES:
        bounds = f"{LEAST_REPLICATES:,} and {MOST_REPLICATES:,}"
        raise EvidenceError("replicates-number", bounds=bounds, replicates=replicates)
    # The longest tasks first: they can run while the tallies of the others are made ready.
    centers = _start(
        [
            partial(homogeneity, sheets, candidate, replicates, np.random.SeedSequence([seed, 0, candidate]))
            for candidate in sheets.leading
        ],
        executor,
    )
    tallied = _start(
        [
            partial(run_tallies, figures, replicates, np.random.SeedSequence([seed, 1, number]))
            for number, figures in enumerate(tallies(sheets))
        ],
        executor,
    )
    lists = (coincidences(sheets), overvotes(sheets), null_votes(sheets))
    return Screening(
        seed,
        replicates,
        len(sheets),
        corrected([*chain.from_iterable(tallied()), *lists, *centers()]),
        tuple(display(sheets, candidate) for candidate in sheets.leading),
        sheets.left_out,
    )


def _start(tasks: list[Callable[[], _Result]], executor: Executor | None) -> Callable[[], list[_Result]]:
    """Hand tasks to an executor; the function returned waits for them, or does them where there is none."""
    if executor is None:
        return lambda: [task() for task in tasks]
    started = [executor.submit(task) for task in tasks]
    return lambda: [future.result() for future in started]
