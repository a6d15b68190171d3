"""Write docs/commands.md from the commands themselves: `python -m tests.cli.make_commands`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from inspect import cleandoc
from itertools import groupby

import click

from tests.paths import ROOT

PAGE = ROOT / "docs" / "commands.md"

HEAD = """# The commands

What each command takes, as `escrutinio COMMAND --help` says it; in Spanish with `ESCRUTINIO_LANG=es`. This
page is made from the commands (`python -m tests.cli.make_commands`). What their answers mean, and each key of
their JSON, stands on the page named beside them.

| exit code | means |
| ---: | --- |
| 0 | an answer; every check holds |
| 1 | a check failed |
| 2 | bad use; nothing was done |
| 3 | `--fail-on` found such a finding |
| 4 | none failed, and one could not be judged |
| 5 | nothing counts |
| 70 | an unexpected fault (`ESCRUTINIO_TRACEBACK=1` shows where) |
| 130 | interrupted |

| variable | is |
| --- | --- |
| `ESCRUTINIO_CORES` | how many processor cores to use at most, where others need the rest; without it all |
| `ESCRUTINIO_LANG` | `es` or `en`; without it the language follows the locale |
| `ESCRUTINIO_NEW_PASSPHRASE` | what `keys passphrase` gives a key file, instead of being asked |
| `ESCRUTINIO_PASSPHRASE` | the passphrase of key files, instead of being asked |
| `ESCRUTINIO_STATE` | where logs are remembered ([verifying.md](verifying.md#what-was-seen-before)) |
| `ESCRUTINIO_TRACEBACK` | whatever it is set to: an unexpected fault shows where it came from |
| `SOURCE_DATE_EPOCH` | the moment of publication, in seconds since 1970 |
"""

PAGES = {
    "verify": "verifying.md", "check": "reading-sheets.md", "show": "verifying.md#one-record",
    "dossier": "dossier.md", "extract": "verifying.md#one-area", "mirrors": "log.md#mirrors",
    "trust": "log.md#the-trust-file", "irreversibility": "evidence.md", "claims": "evidence.md",
    "reconcile": "reconciling.md", "audit": "audits.md", "quickcount": "evidence.md",
    "screen": "evidence.md", "report": "evidence.md", "scan": "reading-sheets.md",
    "transcribe": "reading-sheets.md", "redact": "reading-sheets.md", "collect": "collecting.md",
    "witness": "witnesses.md", "init": "importing.md", "keys": "ceremony.md", "publish": "configuring.md",
    "workspace": "ceremony.md", "hub": "hub.md", "mirror": "hub.md", "sign": "signing.md",
    "submit": "signing.md", "desk": "desk.md",
    "outbox": "station.md", "usb": "station.md",
    "print": "printing.md", "forms": "paper.md", "serve": "site.md", "demo": "../README.md", "completion": "",
}  # fmt: skip
"""The page that says more of each command."""


def page() -> str:
    """The whole page."""
    from escrutinio.cli import COMMANDS, GROUPS, main

    parts = [HEAD]
    for heading, names in GROUPS.items():
        listed = "\n".join(f"| [`{name}`](#{name}) | {COMMANDS[name]} |" for name in names)
        parts.append(f"\n| {heading} | |\n| --- | --- |\n{listed}\n")
    context = click.Context(main, info_name="escrutinio")
    for names in GROUPS.values():
        for name in names:
            command = main.get_command(context, name)
            assert command is not None
            see = f"More: [{PAGES[name].partition('#')[0].removeprefix('../')}]({PAGES[name]})."
            parts.append(f"\n## {name}\n\n{see}\n" if PAGES[name] else f"\n## {name}\n")
            parts += _command(command, click.Context(command, context, info_name=name), 3)
    return "".join(parts)


def _command(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    yield f"\n    {usage}\n"
    yield from _help(cleandoc(command.help or ""))
    options = [each for each in command.params if isinstance(each, click.Option)]
    if rows := [row for each in options if (row := each.get_help_record(context))]:
        yield "\n| option | |\n| --- | --- |\n"
        yield from (f"| `{_cell(option)}` | {_linked(_cell(said))} |\n" for option, said in rows)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield f"\n{'#' * depth} {context.info_name} {name}\n"
            yield from _command(part, click.Context(part, context, info_name=name), depth + 1)


def _help(text: str) -> Iterator[str]:
    """Paragraphs; those that begin with the command itself are examples, and stand together as code."""
    text = re.sub(r"\b(Examples?: )(?=escrutinio )", r"\1\n\n", text)
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", text) if each.strip("\b\n ")]
    for is_example, group in groupby(paragraphs, key=lambda each: each.startswith("escrutinio ")):
        if is_example:
            yield "\n" + "".join(f"    {line}\n" for each in group for line in each.split("; "))
        else:
            yield from (f"\n{_linked(each)}\n" for each in group)


def _linked(text: str) -> str:
    """A text whose pages of documentation are links, and whose angle brackets are no HTML."""
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text.replace("<", "&lt;"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def in_english() -> str:
    """The page, made by a process whose commands speak English, whatever this one speaks."""
    made = subprocess.run(
        [sys.executable, "-c", "from tests.cli.make_commands import page; print(page(), end='')"],
        capture_output=True,
        check=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "ESCRUTINIO_LANG": "en", "PYTHONIOENCODING": "utf-8",
             "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))},
    )  # fmt: skip
    return made.stdout.decode()


if __name__ == "__main__":
    PAGE.write_text(in_english(), encoding="utf-8")
