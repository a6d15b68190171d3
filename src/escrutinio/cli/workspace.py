"""escrutinio workspace: an authority's log as a directory, from its key ceremony on."""

from __future__ import annotations

import click

from escrutinio.base.words.say import say


@click.group(
    help=say(
        "Begin and run an authority's log in a directory of its own.\n\n"
        "Example: escrutinio workspace init election.toml log --root root.key"
    )
)
def command() -> None:
    pass
