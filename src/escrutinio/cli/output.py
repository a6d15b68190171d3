"""What the commands share: progress on long work, refusals without a traceback, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.progress import Progress
from escrutinio.base.words.say import say

MAX_SMALL = 1 << 20

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_FINDINGS = 3
EXIT_OPEN = 4
EXIT_NOTHING = 5
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130
"""Exit codes; `cli/ending.py` says what each means."""


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Progress]:
    """Progress bars on standard error, one per step; silent when it is no terminal or `quiet`."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def read_small(path: Path) -> bytes:
    """The content of a file of at most 1 MiB. Raises InputError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SMALL + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_SMALL:
        raise InputError(f"{path} is longer than {MAX_SMALL:,} bytes")
    return content


def print_json(value: object) -> None:
    """One JSON document on standard output, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def refuse(message: str, code: int = EXIT_USAGE) -> None:
    """Say in one line why nothing was done, and exit."""
    click.echo(say("Refused: ", "No se hizo: ") + message, err=True)
    sys.exit(code)
