"""How a command ends: with an answer, a refusal, Ctrl-C or a fault, each with its exit code.

0   an answer; every check holds    4    none failed, and one could not be judged
1   a check failed                  5    nothing counts
2   bad use; nothing was done       70   an unexpected fault
3   --fail-on found such a finding  130  interrupted
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from contextlib import suppress
from typing import TextIO

import click

from escrutinio import __version__
from escrutinio.base.words.say import say
from escrutinio.cli.output import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE

TRACEBACK = "ESCRUTINIO_TRACEBACK"
"""The environment variable that asks for the traceback of an unexpected fault, where it is set."""

_CLOSED = frozenset({errno.EPIPE, errno.ESHUTDOWN} | ({errno.EINVAL} if sys.platform == "win32" else set()))


class _Patient(io.FileIO):
    """A stream whose reader may have had enough: what is written after that is nobody's, and no error."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            if error.errno not in _CLOSED:
                raise
            return len(memoryview(data))  # type: ignore[arg-type]


def prepare_streams() -> None:
    """Give the process the streams that it was started without, and an output whose reader may leave.

    A service, or a program without a window, has none; a number that is free would be that of the next file
    opened, which everybody's messages would then be written into.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 it is the process's
    sys.stdout = _output(sys.stdout)
    sys.stderr = _output(sys.stderr)


def _output(stream: TextIO | None) -> TextIO:
    if stream is None:
        return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    if stream.isatty():
        return stream
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return stream  # it is no file: whoever put it there knows what it does
    stream.flush()
    raw = io.BufferedWriter(_Patient(number, "w", closefd=False))
    line_buffering = stream is sys.stderr
    return io.TextIOWrapper(raw, stream.encoding, stream.errors, line_buffering=line_buffering)


def run_command(command: click.Command) -> int:
    """Run a command with the arguments of this process; the exit code."""
    prepare_streams()
    code = _ended(command)
    try:
        sys.stdout.flush()
    except OSError as error:
        if code == 0:
            code = _unwritten(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to write is nobody's
    return code


def _ended(command: click.Command) -> int:
    try:
        code = command.main(prog_name="escrutinio", standalone_mode=False)
        return code if type(code) is int else 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except click.Abort as error:
        if isinstance(error.__cause__ or error.__context__, EOFError):
            _say(say("Nothing was done: a question had no answer."))
            return EXIT_USAGE
        return EXIT_INTERRUPTED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:  # a command's own are refusals by now: what is left is what was to be printed
        return _unwritten(error)
    except Exception as error:
        _say(_fault(error))
        if os.environ.get(TRACEBACK):
            traceback.print_exception(error)
        return EXIT_FAULT


def _unwritten(error: OSError) -> int:
    no = say("The output cannot be written: ")
    _say(f"{no}{error.strerror or error}")
    return EXIT_USAGE


def _fault(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return say("There is not enough memory for this.")
    what = f"{type(error).__name__}: {error}"[:300]
    return say(
        "An unexpected fault of this program ({what}). Nothing follows from it about what was looked at. "
        "Whoever reports it helps with the version ({version}), the command and what it prints with "
        "{variable}=1.",
        what=what,
        version=__version__,
        variable=TRACEBACK,
    )


def _say(sentence: str) -> None:
    with suppress(OSError):
        click.echo(sentence, err=True)
