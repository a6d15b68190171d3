"""escrutinio hub: receive records over HTTP and publish them, as they come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from escrutinio.base.words.say import say
from escrutinio.cli.options import ask_passphrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from escrutinio.running.hub.promising import ReceiverKey
    from escrutinio.running.workspace.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
_period = click.option("--period", type=click.FloatRange(min=0.05), default=1.0, show_default=True,
                       help=say("Seconds between two checkpoints."))  # fmt: skip
_pages = click.option("--pages", type=click.FloatRange(min=1), default=15.0, show_default=True,
                      help=say("Seconds between two renewals of data and pages, at least."))  # fmt: skip


def _receiving(command: F) -> F:
    """The options of whoever receives."""
    options = (
        click.option("--port", default=8200, show_default=True, type=click.IntRange(0, 65_535),
                     help=say("Port; 0 takes a free one.")),
        click.option("--host", default="127.0.0.1", show_default=True,
                     help=say("Address to listen at; a web server with TLS before it is better than another "
                              "one.")),
        click.option("--key", metavar="FILE|pkcs11:…",
                     help=say("Key of the receiver, with which it promises; without one it promises "
                              "nothing.")),
        click.option("--promise", type=click.IntRange(1, 7 * 86_400), default=600, show_default=True,
                     help=say("Seconds within which a record is promised to be public.")),
        click.option("--rate", type=click.FloatRange(min=0.001), default=50.0, show_default=True,
                     help=say("Records a second that one key may send.")),
        click.option("--burst", type=click.IntRange(1), default=20_000, show_default=True,
                     help=say("Records that one key may send at once.")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group(
    help=say(
        "Receive records over HTTP into the log of a workspace, and publish them as they come.\n\n"
        "Example: escrutinio hub run /srv/election --key receiver.key --port 8200"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Receive records over HTTP for the log in DIRECTORY: each is durable before its sender is answered. "
        "Any number may run; none needs the log's key.\n\n"
        "Example: escrutinio hub receive /srv/election --key receiver.key"
    )
)
@_directory
@_receiving
def receive(
    directory: Path, port: int, host: str, key: str | None, promise: int, rate: float, burst: int
) -> None:
    from escrutinio.running.hub.running import Limits, receive_at
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    receive_at(workspace, port, host, _receiver_key(key, promise), Limits(rate, burst),
               lambda address: _hear(workspace, address))  # fmt: skip


def _hear(workspace: Workspace, address: str) -> None:
    ends = say("Ctrl-C ends")
    click.echo(
        say("Receiving for {directory} at {address} ({ends})", directory=workspace.directory,
            address=address, ends=ends)
    )  # fmt: skip


def _receiver_key(address: str | None, seconds: int) -> ReceiverKey | None:
    if address is None:
        return None
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.running.hub.promising import ReceiverKey

    held = open_key(address, lambda: ask_passphrase(of=address))
    return ReceiverKey(held.holder, held.name, seconds)
