"""escrutinio completion: a script for the user's shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from escrutinio.base.words.say import say


@click.command(
    help=say(
        "Print the script that completes commands and options in a shell.\n\n"
        "Example: escrutinio completion bash >> ~/.bashrc"
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    from escrutinio.cli import main

    completer = get_completion_class(shell)
    assert completer is not None
    click.echo(completer(main, {}, "escrutinio", "_ESCRUTINIO_COMPLETE").source())
