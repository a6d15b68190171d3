"""What the commands share: progress on long work, refusals without a traceback, JSON."""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from escrutinio.base.errors import EscrutinioError
from escrutinio.base.inputs import as_note, as_text, read_input
from escrutinio.base.progress import Progress
from escrutinio.base.words.say import language, say

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_FINDINGS = 3
EXIT_OPEN = 4
EXIT_NOTHING = 5
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130
"""Exit codes; `cli/ending.py` says what each means."""


_PLAIN = {
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "#", "▎": "|", "▏": "|", "…": "...", "–": "-",
    "—": "-", "−": "-", "≠": "!=", "≤": "<=", "≥": ">=", "×": "x", "→": "->", "“": '"', "”": '"', "‘": "'",
    "’": "'", "«": '"', "»": '"', "·": "-", "✓": "v", "✗": "x", "±": "+-", "¿": "", "¡": "",
    "\u202f": " ", "\u00a0": " ",
}  # fmt: skip
"""Signs of our own output, and what stands for them where a console has no such sign."""


def _plain_sign(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    found = []
    for sign in error.object[error.start : error.end]:
        letter = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
        found.append(_PLAIN.get(sign, letter or "?"))
    return "".join(found), error.end


def write_on_any_console() -> None:
    """Let what a console or a redirected file cannot write be written in signs that it has."""
    codecs.register_error("escrutinio-plain", _plain_sign)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="escrutinio-plain")


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


def read_text(path: Path) -> bytes:
    """A text file of at most 1 MiB, as UTF-8 with LF however it was saved. Raises InputError."""
    return as_text(read_input(path), str(path))


def read_note(path: Path) -> bytes:
    """A signed note or proof of at most 1 MiB, without what mail and editors do to it. Raises InputError."""
    return as_note(read_input(path), str(path))


def print_json(value: object) -> None:
    """One JSON document on standard output, keys in the order given."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a console of another century: the same values in ASCII
        text = json.dumps(value, indent=1)
    click.echo(text)


_JSON = "escrutinio.json"


def wants_json(ctx: click.Context, arguments: list[str]) -> None:
    """Note of a call whether a program reads its answer: a refusal is then JSON too."""
    ctx.meta[_JSON] = "--json" in arguments


def refuse(error: EscrutinioError, code: int = EXIT_USAGE) -> NoReturn:
    """Say in one line why nothing was done, on standard error, and exit; with --json the code and values of
    the refusal too, on standard output."""
    sentence = error.said_in(language())
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(_JSON):
        print_json({"refusal": error.code, "values": error.plain()["values"], "sentence": sentence})
    click.echo(say("Refused: ") + one_line(sentence), err=True)
    sys.exit(code)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what ends a line, moves a cursor, colours or turns text around, and is no sign."""


def one_line(text: str) -> str:
    """A text as one line of a console: the name of a file may hold line ends and a terminal's commands."""
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in _UNSEEN else sign
        for sign in text
    )
