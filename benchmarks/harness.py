"""Measure work beside a floor: the least time the same machine could spend on it.

Ratios travel between machines, seconds do not; so a benchmark measures both in one run and prints the
figure, the floor and their ratio. Run one with `python -m benchmarks.NAME [--short] [--json]`.
"""

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Options:
    """What every benchmark accepts: `short` asks for small sizes, `json` for one JSON object a row."""

    short: bool
    json: bool


@dataclass(frozen=True)
class Measurement:
    """One row. `seconds` and `floor_seconds` are the best of the runs; `count` is in units of `unit`."""

    name: str
    count: int
    unit: str
    seconds: float
    floor_seconds: float | None
    peak_rss_mib: float

    @property
    def per_second(self) -> float:
        """Units of work a second."""
        return self.count / self.seconds

    @property
    def ratio(self) -> float | None:
        """How many times the floor the work takes, where a floor was measured."""
        return None if self.floor_seconds is None else self.seconds / self.floor_seconds


def parse_options(description: str, argv: Sequence[str] | None = None) -> Options:
    """Read `--short` and `--json` from the command line; exits with 2 on anything else."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--short", action="store_true", help="small sizes, for continuous integration")
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    arguments = parser.parse_args(argv)
    return Options(short=arguments.short, json=arguments.json)


def measure(
    name: str,
    fn: Callable[[], object],
    floor_fn: Callable[[], object] | None,
    unit: str,
    *,
    count: int,
    options: Options,
    repeat: int = 3,
) -> Measurement:
    """Time `fn`, which does `count` units of work, beside `floor_fn`; print the row and return it.

    The two take turns, so that a busy moment of the machine falls on both, and the best of `repeat`
    runs of each stands: noise only ever adds time. A benchmark whose work can be done only once (it
    appends, or it must be cold) passes `repeat=1`.
    """
    best, floor = float("inf"), float("inf")
    for _ in range(repeat):
        if floor_fn is not None:
            floor = min(floor, _seconds(floor_fn))
        best = min(best, _seconds(fn))
    floor_seconds = None if floor_fn is None else floor
    row = Measurement(name, count, unit, best, floor_seconds, peak_rss_mib())
    show(row, options)
    return row


def show(row: Measurement, options: Options) -> None:
    """Print a row as its options ask."""
    print(_as_json(row) if options.json else _as_text(row), flush=True)


def peak_rss_mib() -> float:
    """Peak resident memory in MiB: of this process, plus the largest of its ended children."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return (own + child) * bytes_per_unit / 2**20


def _seconds(fn: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def _as_json(row: Measurement) -> str:
    return json.dumps({**asdict(row), "per_second": row.per_second, "ratio": row.ratio})


def _as_text(row: Measurement) -> str:
    figure = f"{row.name:<44} {row.seconds:9.3f} s {row.per_second:13,.0f} {row.unit}/s"
    if row.floor_seconds is None:
        return f"{figure}   no floor                       {row.peak_rss_mib:7.0f} MiB"
    return f"{figure}   floor {row.floor_seconds:8.3f} s   {row.ratio:6.2f} x  {row.peak_rss_mib:7.0f} MiB"
