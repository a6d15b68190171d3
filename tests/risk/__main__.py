"""Simulate the risk of every method of audit: `python -m tests.risk [--share S]`.

Ends with 1 where a wrong outcome is confirmed more often than the limit of 5 % allows.
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from time import monotonic

from tests.risk.campaign import Line, lines


def main() -> int:
    """Print every line as it comes."""
    parser = argparse.ArgumentParser(prog="python -m tests.risk", description="Risk of audits, simulated.")
    parser.add_argument("--share", type=float, default=1.0, help="so large a part of the audits")
    share, start = parser.parse_args().share, monotonic()
    with ProcessPoolExecutor() as executor:
        bad = _shown(lines(share, executor))
    print(f"{monotonic() - start:.0f} s; lines above the limit: {bad}")
    return int(bad > 0)


def _shown(found: Iterable[Line]) -> int:
    """Print lines, and say how many are above the limit."""
    bad = 0
    for line in found:
        bad += not line.holds
        print(
            f"{line.method:14} {line.outcome:30} {100 * line.share:6.2f} ± {100 * line.error:.2f} % of "
            f"{line.audits:,}{'' if line.holds else '   above the limit'}",
            flush=True,
        )
    return bad


if __name__ == "__main__":
    sys.exit(main())
