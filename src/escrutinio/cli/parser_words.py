"""The words of the library that parses the commands, from our catalogues instead of gettext's files."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from escrutinio.base.words.catalogue import N_, NN_, catalogue, sentence
from escrutinio.base.words.say import language

SAID = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Positional arguments"),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
    N_("%(prog)s, version %(version)s"),
    N_("required"),
    N_("default: {default}"),
    N_("Error: {message}"),
    N_("Try '{command} {option}' for help."),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Could not open file {filename!r}: {message}"),
    N_("unknown error"),
    N_("Option {name!r} does not take a value."),
    N_("Argument {name!r} takes {nargs} values."),
    N_("Choose from:\n\t{choices}"),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("file"),
    N_("directory"),
    N_("path"),
)
"""What it says to whoever gives commands, as its own catalogue has it."""

SAID_OF_MANY = (
    NN_("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    NN_("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    NN_("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    NN_("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)

_ROOMS = (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)


def _one(message: str) -> str:
    return sentence(language(), message)


def _many(one: str, many: str, count: int) -> str:
    return catalogue(language()).ngettext(one, many, count)


def speak() -> None:
    """Have the parser speak the language of the commands. Whatever is not in `SAID` stays English."""
    for room in _ROOMS:
        words = vars(room)
        words.update({name: own for name, own in (("_", _one), ("ngettext", _many)) if name in words})
