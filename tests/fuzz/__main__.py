"""Try inputs made by chance: `python -m tests.fuzz [SUBJECT …] [--seed N] [--share S|--count N|--case N]`.

Ends with 1 where the two verifiers disagree, where anything crashes, or where an input takes too long; such
inputs are kept below build/fuzz/, each with its seed and the command that tries it again.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from tests.fuzz import node
from tests.fuzz.campaign import KEPT, Tally, Unit, repeat, run, try_unit
from tests.fuzz.subject import Place, Subject
from tests.fuzz.subjects import SUBJECTS
from tests.paths import ROOT

_SHOWN = 6
"""Faults of one subject that are shown on the screen."""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Inputs made by chance.")
    parser.add_argument("subject", nargs="*", choices=[[], *SUBJECTS], help="what to try; all by default")
    parser.add_argument("--seed", type=int, help="make the inputs of an earlier run again")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--share", type=float, default=1.0, help="so large a part of the usual inputs")
    size.add_argument("--count", type=int, help="so many inputs of each subject")
    size.add_argument("--case", type=int, help="one input of the seed alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return parser.parse_args()


def main() -> int:
    """The exit code."""
    asked = arguments()
    subjects = [SUBJECTS[name] for name in asked.subject or SUBJECTS]
    if why := node.missing():
        print(why, file=sys.stderr)
        return 2
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    if asked.case is not None:
        return one(subjects[0], seed, asked.case)
    print(f"seed {seed}", flush=True)
    began = monotonic()
    chosen = [(each, asked.count or max(1, round(each.count * asked.share))) for each in subjects]
    try:
        well = run(chosen, seed, asked.jobs, lambda subject, tally: show(subject, tally, seed))
    except KeyboardInterrupt:
        print(f"stopped; seed {seed}")
        return 130
    print(f"{monotonic() - began:.0f} s, seed {seed}: {'nothing is wrong' if well else 'see build/fuzz/'}")
    return 0 if well else 1


def one(subject: type[Subject[Any]], seed: int, number: int) -> int:
    """Try one input, and say all that came of it."""
    with TemporaryDirectory() as scratch:
        place = Place(Path(scratch))
        try:
            tally = try_unit(subject(place), Unit(subject, seed, number, number + 1), lambda _: None)
        finally:
            place.close()
    for label in tally.labels:
        print(label)
    for _, tried in tally.wrong:
        print(tried.wrong)
        print(tried.given.hex())
    return 1 if tally.wrong else 0


def show(subject: type[Subject[Any]], tally: Tally, seed: int) -> None:
    """One line of the table, and the first faults."""
    counts = ", ".join(f"{label} {count:,}" for label, count in sorted(tally.labels.items()))
    tried, different = tally.labels.total(), len(tally.inputs)
    print(f"{subject.name}: {tried:,} tried, {different:,} different, {tally.seconds:.0f} s ({counts})")
    seen: set[str] = set()
    for number, each in tally.wrong:
        sort = f"{each.label}: {each.wrong[:60]}"
        if sort not in seen and len(seen) < _SHOWN:
            seen.add(sort)
            print(f"  {each.label}: {each.wrong[:300]}\n    {repeat(subject.name, seed, number)}")
    if tally.wrong:
        print(f"  {len(tally.wrong):,} kept below {KEPT.relative_to(ROOT)}/")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
