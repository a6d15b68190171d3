"""Options that many commands share, said once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from escrutinio.base.clock import moment, now
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say
from escrutinio.cli.memory import FINGERPRINT, asked

F = TypeVar("F", bound=Callable[..., Any])

NEW_PASSPHRASE = "ESCRUTINIO_NEW_PASSPHRASE"
PASSPHRASE = "ESCRUTINIO_PASSPHRASE"
"""The environment variable that a key file's passphrase is taken from, where it is set."""

_TRUST = say("Trust file, got by another way.")

log_option = click.option(
    "--log",
    "address",
    required=True,
    help=say("Publication: a directory or an address."),
)


def _trust_option(name: str, said: str = _TRUST, *, required: bool = False) -> Callable[[F], F]:
    return click.option("--trust", name, type=click.Path(path_type=Path), required=required, help=said)


def _with_digits(name: str) -> Callable[[F], F]:
    """A trust file or the thirty digits of its log, and what that log is compared with."""

    def decorate(command: F) -> F:
        return _with_memory(name)(_fingerprint_option(command))

    return decorate


def _with_memory(name: str, said: str = _TRUST) -> Callable[[F], F]:
    """A trust file, and what a log is compared with that was seen before (`cli/memory.py`)."""

    def decorate(command: F) -> F:
        return _trust_option(name, said)(_earlier_option(_no_memory_option(command)))

    return decorate


_earlier_option = click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=lambda _context, _option, given: asked("earlier", given),
    help=say("A checkpoint seen before, which the log must extend."),
)
_no_memory_option = click.option(
    "--no-memory",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, given: asked("without", given),
    help=say("Neither compare with what was seen before nor remember."),
)
_fingerprint_option = click.option(
    "--fingerprint",
    metavar="DIGITS",
    expose_value=False,
    callback=lambda _context, _option, given: asked(FINGERPRINT, given),
    help=say("The log's thirty digits, got by another way."),
)
trust_option = _with_digits("trust")
trust_file_option = _with_digits("trust_file")
needed_trust_option = _trust_option("trust_file", required=True)
trust_files_option = click.option(
    "--trust",
    "trust_files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help=say("Trust file of a log to cosign, got by another way; may be repeated."),
)
common_trust_option = _with_memory(
    "trust",
    say("Trust file for all publications named."),
)
json_option = click.option("--json", "as_json", is_flag=True, help=say("Print JSON."))
HOUR = 3600
hours_option = click.option(
    "--hours",
    default=12,
    show_default=True,
    type=click.IntRange(1, 24 * 31),
    help=say("Hours after which a session key is refused."),
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help=say("No progress bars."))
language_option = click.option(
    "--language",
    "--lang",
    "tongue",
    type=click.Choice(sorted(languages())),
    help=say("Language of the document; by default that of the commands."),
)
clock_option = click.option(
    "--clock",
    metavar="MOMENT",
    callback=lambda _context, _option, given: now() if given is None else moment(given),
    help=say("Moment of publication, 2024-08-05T12:00:00Z; by default that of SOURCE_DATE_EPOCH, or now."),
)


def ask_passphrase(*, new: bool = False, of: object = None) -> str:
    """The passphrase of a key file: of ESCRUTINIO_PASSPHRASE, or asked for where nobody reads the answer.

    The question goes to standard error, since what a command prints may be a file; it names what the
    passphrase is `of`, a file or a token, where there are several. A new one is asked twice.
    """
    if found := os.environ.get(PASSPHRASE):
        return found
    if of is None:
        question = say("New passphrase") if new else say("Passphrase")
    elif new:
        question = say("New passphrase of {key}", key=of)
    else:
        question = say("Passphrase or PIN of {key}", key=of)
    return _unseen(question, twice=new)


def ask_new_passphrase(context: click.Context) -> str:
    """Another passphrase for a key file that has one: of ESCRUTINIO_NEW_PASSPHRASE, or asked for twice."""
    if context.resilient_parsing:
        return ""
    if found := os.environ.get(NEW_PASSPHRASE):
        return found
    return _unseen(say("New passphrase"), twice=True)


def _unseen(question: str, *, twice: bool) -> str:
    """An answer that no terminal shows. Raises click.Abort where there is none, as `click.prompt` does."""
    if _is_pipe(sys.stdin):
        return _piped(question, twice=twice)
    answer: str = click.prompt(question, hide_input=True, err=True, confirmation_prompt=twice)
    return answer


def _is_pipe(stream: TextIO) -> bool:
    """Whether answers come from a file or pipe, of a process without a terminal that could show them: Python
    would say, with lines of its own code, that it cannot keep one from doing so."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return False  # it is no file: whoever put it there answers the question
    if sys.platform == "win32" or os.isatty(number):
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return True
    return False


def _piped(question: str, *, twice: bool) -> str:
    def line() -> str:
        click.echo(f"{question}: ", err=True)
        read = sys.stdin.readline()
        if not read:
            raise click.Abort from EOFError()
        return read.rstrip("\r\n")

    answer = line()
    while not answer or (twice and line() != answer):
        answer = line()
    return answer


def _passphrase_option(*, new: bool) -> Callable[[F], F]:
    def given_or_asked(context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
        return ask_passphrase(new=new) if given is None and not context.resilient_parsing else given

    return click.option(
        "--passphrase",
        callback=given_or_asked,
        help=say("Asked for; or the variable ESCRUTINIO_PASSPHRASE."),
    )


passphrase_option = _passphrase_option(new=False)
new_passphrase_option = _passphrase_option(new=True)
