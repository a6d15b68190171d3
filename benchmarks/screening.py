"""Screen the 25,073 sheets of 2024 with 1,000 replicates on two threads, beside bare binomial draws."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.harness import measure, parse_options
from escrutinio.evidence.screening.run import screen
from escrutinio.evidence.screening.sheets import Sheets
from tests.evidence.sheets2024 import sheets


def main() -> None:
    options = parse_options(__doc__ or "")
    replicates = 399 if options.short else 1_000
    found = sheets()
    with ThreadPoolExecutor(2) as executor:
        measure(
            f"screen 2024, {replicates:,} replicates",
            lambda: screen(found, seed=1, replicates=replicates, executor=executor),
            lambda: _draw(found, replicates, executor),
            "sheets",
            count=len(found),
            options=options,
            repeat=1 if options.short else 2,
        )


def _draw(found: Sheets, replicates: int, executor: ThreadPoolExecutor) -> None:
    """Draw the votes of both leading candidates as often as the screens do, and look at none of them."""

    def one(candidate: int) -> None:
        random = np.random.Generator(np.random.Philox(candidate))
        size = np.maximum(found.valid, 1)
        share = found.votes[:, candidate] / size
        for start in range(0, len(found), 1_000):
            rows = slice(start, start + 1_000)
            random.binomial(size[rows, None], share[rows, None], (len(size[rows]), replicates))

    list(executor.map(one, found.leading))


if __name__ == "__main__":
    main()
