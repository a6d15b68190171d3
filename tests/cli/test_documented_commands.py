"""Every command that a document writes out exists, with the options that it is given there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import click

from escrutinio.cli import COMMANDS
from tests.paths import ROOT
from tests.test_repository import tracked_files

WRITTEN = re.compile(r"escrutinio ([a-z][^\n`|]*)")
OPTION = re.compile(r"--?[a-z][a-z-]*")


def lines() -> Iterator[tuple[str, list[str]]]:
    """The words after `escrutinio` in documents and in what is deployed, with the file they stand in."""
    for path in tracked_files():
        if path.suffix == ".md" or path.is_relative_to(ROOT / "deploy"):
            text = re.sub(r"\\\n\s*", " ", path.read_text(encoding="utf-8"))
            for found in WRITTEN.findall(text):
                words = found.partition(" #")[0].split()
                if words[0] in COMMANDS:
                    yield path.relative_to(ROOT).as_posix(), words


def lacking(words: list[str]) -> list[str]:
    """What of the words no command has: a command of a group, or options."""
    command: click.Command = import_module(f"escrutinio.cli.{words[0]}").command
    rest = words[1:]
    while isinstance(command, click.Group):
        if not rest or not re.fullmatch("[a-z-]+", rest[0]) or rest[0].startswith("-"):
            return []  # the group is spoken of
        if rest[0] not in command.commands:
            return rest[:1]
        command, rest = command.commands[rest[0]], rest[1:]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {
        "-h",
        "--help",
    }
    given = [word.partition("=")[0].rstrip(".,;:)…") for word in rest]
    return [word for word in given if OPTION.fullmatch(word) and word not in known]


def test_every_command_that_is_written_out_exists_with_its_options() -> None:
    found = list(lines())
    assert len(found) > 400
    assert [(place, words, odd) for place, words in found if (odd := lacking(words))] == []


def test_a_slip_is_noticed() -> None:
    assert lacking(["verify", "public", "--trusted", "t.toml"]) == ["--trusted"]
    assert lacking(["keys", "make", "party/azul"]) == ["make"]
