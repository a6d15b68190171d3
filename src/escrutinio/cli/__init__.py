"""The commands: parse, call, print. Each stands in its own module, loaded when it is called."""

from __future__ import annotations

import sys
from copy import copy
from importlib import import_module

import click

from escrutinio import __version__
from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.extras import MissingExtraError, extra_with, need
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.cli import parser_words
from escrutinio.cli.output import refuse, wants_json, write_on_any_console

COMMANDS = {
    "demo": say("Publish, verify and serve the two examples."),
    "publish": say("Publish an election from its configuration."),
    "verify": say("Verify a publication from its public files."),
    "serve": say("Serve a publication on this machine."),
    "show": say("Show a record, entry, station, key or proof."),
    "irreversibility": say("Say whether outstanding votes could change it."),
    "claims": say("Put announced results to the test of arithmetic."),
    "reconcile": say("Compare accounts of an election by station."),
    "audit": say("Plan and follow an audit of the boxes."),
    "quickcount": say("Plan, draw and estimate a quick count."),
    "screen": say("Compare figures with models of chance."),
    "report": say("Write an evidence report, HTML and PDF."),
    "print": say("Print sheets as PDF with their QR code."),
    "forms": say("Make blank forms for boards on paper."),
    "dossier": say("Write everything on one station."),
    "scan": say("Read the sheets in a folder of photos."),
    "check": say("Check one sheet, record or proof."),
    "redact": say("Blank an image but for some regions."),
    "collect": say("Keep a log of the sheets one collected."),
    "witness": say("Cosign a log, so that it has one history."),
    "desk": say("Sign, type and see coverage, many at once."),
    "transcribe": say("Type sheets that no reader can read, twice."),
    "extract": say("Pack one area with its proofs."),
    "keys": say("Make, enrol, revoke and replace keys."),
    "workspace": say("Begin and run an authority's log."),
    "hub": say("Receive records over HTTP; publish them."),
    "sign": say("Seal a record with your own key."),
    "submit": say("Send sealed records to a log."),
    "outbox": say("Keep sending a station's records."),
    "usb": say("Carry records on a stick, without network."),
    "trust": say("Show trust files; tlog-policies and back."),
    "mirror": say("Keep a verified copy of a log."),
    "mirrors": say("Compare the mirrors of a publication."),
    "init": say("Write a starting configuration from a CSV."),
    "completion": say("Print the completion script of a shell."),
}

GROUPS = {
    say("Check what is published"): (
        "verify",
        "check",
        "show",
        "dossier",
        "extract",
        "mirror",
        "mirrors",
        "trust",
    ),
    say("See what the figures show"): (
        "irreversibility",
        "claims",
        "reconcile",
        "audit",
        "quickcount",
        "screen",
        "report",
    ),
    say("Collect sheets (parties, observers)"): (
        "scan",
        "transcribe",
        "redact",
        "collect",
        "witness",
    ),
    say("Run or import an election"): (
        "init",
        "keys",
        "workspace",
        "hub",
        "publish",
        "forms",
        "print",
        "serve",
    ),
    say("Sign records of your own"): ("sign", "submit", "desk"),
    say("Run a polling station"): ("outbox", "usb"),
    say("This program"): ("demo", "completion"),
}
"""The commands by who has use for them: each stands once."""

NEEDS = {
    "collect": ("publish",),
    "demo": ("publish",),
    "dossier": ("paper",),
    "forms": ("paper",),
    "hub": ("hub", "publish"),
    "print": ("paper",),
    "publish": ("publish",),
    "redact": ("scan",),
    "report": ("paper",),
    "scan": ("scan",),
    "serve": ("hub",),
    "desk": ("hub", "publish", "scan"),
    "transcribe": ("hub", "publish", "scan"),
    "workspace": ("publish",),
}
"""The extras that a command does nothing without; others find out where they need one."""

HELP = frozenset({"-h", "--help"})
_WIDEST = max(map(len, COMMANDS))


class Commands(click.Group):
    """A group that imports a command's module only when it is called, and refuses without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"escrutinio.cli.{cmd_name}").command
        try:
            need(*NEEDS.get(cmd_name, ()))
        except MissingExtraError as error:
            return _lacking(command, error)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        found = super().resolve_command(ctx, args)
        wants_json(ctx, found[2])
        if not ctx.resilient_parsing and not HELP.intersection(found[2]):
            need(*NEEDS.get(found[0] or "", ()))  # before it says how it is used, which is of no use without
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(_WIDEST), COMMANDS[name]) for name in names])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EscrutinioError as error:
            refuse(error)
        except ModuleNotFoundError as error:
            extra = extra_with(error.name)
            if extra is None:
                raise
            refuse(MissingExtraError(extra))
        except UnicodeEncodeError:
            odd = next(filter(_is_no_text, sys.argv[1:]), None)
            if odd is None:
                raise
            refuse(InputError("words-no-text", word=repr(odd[:200])))
        except OSError as error:
            why = error.strerror or str(error)
            refuse(InputError("system", place=error.filename, why=why))


def _is_no_text(word: str) -> bool:
    """Whether bytes of the command line are no UTF-8: the name of a file may be so, and nothing else."""
    return any("\ud800" <= sign <= "\udfff" for sign in word)


def _lacking(command: click.Command, error: MissingExtraError) -> click.Command:
    """A command without the extras that it needs: its help ends with what to install."""
    lacking = copy(command)
    lacking.epilog = "\b\n" + error.said_in(language())
    if isinstance(lacking, click.Group):
        lacking.commands = {name: _lacking(each, error) for name, each in lacking.commands.items()}
    return lacking


parser_words.speak()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": sorted(HELP, key=len)},
    help=say(
        "Election results that anyone can recompute from one public log of signed records.\n\n"
        "Start with: escrutinio demo. The language follows the locale, or ESCRUTINIO_LANG={languages}.",
        languages="|".join(languages()),
    ),
)
@click.version_option(__version__, prog_name="escrutinio")
def main() -> None:
    pass


def run_main() -> None:
    """Run the command that the arguments name, and exit."""
    from escrutinio.cli.ending import run_command

    write_on_any_console()
    sys.exit(run_command(main))
