"""escrutinio hub: receive records over HTTP and publish them, as they come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from escrutinio.base.clock import moment_text
from escrutinio.base.words.say import say
from escrutinio.cli.options import ask_passphrase, passphrase_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from escrutinio.running.hub.promising import ReceiverKey
    from escrutinio.running.workspace.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
_period = click.option("--period", type=click.FloatRange(min=0.05), default=1.0, show_default=True,
                       help=say("Seconds between two checkpoints."))  # fmt: skip
_pages = click.option("--pages", type=click.FloatRange(min=0), default=15.0, show_default=True,
                      help=say("Seconds between two renewals of the pages of what came; 0 makes "
                               "none."))  # fmt: skip
_evidence = click.option("--evidence", type=click.FloatRange(min=0), default=60.0, show_default=True,
                         help=say("Seconds between two workings of what takes the whole log: tables and "
                                  "evidence; both say of which size of the log they are."))  # fmt: skip


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
    from functools import partial

    from escrutinio.running.hub.running import Limits, lacks_publisher, receive_at
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    _say_results_go_on(workspace)
    receive_at(workspace, port, host, _receiver_key(key, promise), Limits(rate, burst),
               lambda address: _hear(workspace, address), partial(lacks_publisher, workspace))  # fmt: skip


@command.command(
    help=say(
        "Publish the log in DIRECTORY as records come: a checkpoint and its totals each period, pages less "
        "often, tables and evidence at their own pace. One alone can run.\n\n"
        "Example: escrutinio hub publish /srv/election --period 1"
    )
)
@_directory
@_period
@_pages
@_evidence
@click.option("--followed", is_flag=True, hidden=True)
@passphrase_option
def publish(
    directory: Path, period: float, pages: float, evidence: float, followed: bool, passphrase: str
) -> None:
    from escrutinio.running.hub.running import publish_until
    from escrutinio.running.hub.showing import Pace
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)

    def begun(size: int) -> None:
        ends = say("Ctrl-C ends")
        click.echo(say("Publishing {directory} from size {entries:,} on ({ends})",
                       directory=directory, entries=size, ends=ends))  # fmt: skip

    signer = workspace.log_signer(passphrase)
    publish_until(workspace, signer, Pace(period, pages, evidence), begun, followed=followed)


@command.command(
    help=say(
        "Receive and publish for the log in DIRECTORY, as two processes that end together.\n\n"
        "Example: escrutinio hub run /srv/election --key receiver.key --port 8200"
    )
)
@_directory
@_receiving
@_period
@_pages
@_evidence
@passphrase_option
def run(
    directory: Path, port: int, host: str, key: str | None, promise: int, rate: float, burst: int,
    period: float, pages: float, evidence: float, passphrase: str,
) -> None:  # fmt: skip
    import sys

    from escrutinio.cli.options import PASSPHRASE
    from escrutinio.running.hub.running import Limits, PublisherProcess, receive_at
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    receiver_key = _receiver_key(key, promise)
    _say_results_go_on(workspace)
    command = [sys.executable, "-u", "-m", "escrutinio", "hub", "publish", str(directory), "--period",
               str(period), "--pages", str(pages), "--evidence", str(evidence), "--followed"]  # fmt: skip
    with PublisherProcess(workspace, command, {PASSPHRASE: passphrase}) as publisher:
        receive_at(workspace, port, host, receiver_key, Limits(rate, burst),
                   lambda address: _hear(workspace, address), publisher.health)  # fmt: skip


_why = click.option("--why", required=True, help=say("The reason, for the operators' log."))


@command.command(
    help=say(
        "Make nothing of DIRECTORY public until it is resumed; records are still taken.\n\n"
        'Example: escrutinio hub pause /srv/election --why "a disk is changed"'
    )
)
@_directory
@_why
def pause(directory: Path, why: str) -> None:
    from escrutinio.running.hub.sequencer import pause as hold
    from escrutinio.running.workspace.workspace import open_workspace

    hold(open_workspace(directory), why)
    click.echo(say("{directory}: nothing becomes public until it is resumed", directory=directory))


@command.command(
    help=say(
        "Make what waits in DIRECTORY public again.\n\n"
        'Example: escrutinio hub resume /srv/election --why "the disk is changed"'
    )
)
@_directory
@_why
def resume(directory: Path, why: str) -> None:
    from escrutinio.running.hub.sequencer import resume as go_on
    from escrutinio.running.workspace.workspace import open_workspace

    go_on(open_workspace(directory), why)
    click.echo(say("{directory}: what waits becomes public again", directory=directory))


def _hear(workspace: Workspace, address: str) -> None:
    ends = say("Ctrl-C ends")
    click.echo(
        say("Receiving for {directory} at {address} ({ends})", directory=workspace.directory,
            address=address, ends=ends)
    )  # fmt: skip


def _say_results_go_on(workspace: Workspace) -> None:
    """Say, before the log of a party or an observer takes results that might wait, who answers for them."""
    from escrutinio.running.hub.running import results_go_on

    if until := results_go_on(workspace):
        click.echo(
            say(
                "By the calendar results may be public from {until} on, at the latest; this log publishes "
                "them as they come. Whoever publishes them sooner answers for it by the law of the place. "
                'With "until_public": true in workspace.json they wait here.',
                until=moment_text(until),
            ),
            err=True,
        )


def _receiver_key(address: str | None, seconds: int) -> ReceiverKey | None:
    if address is None:
        return None
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.running.hub.promising import ReceiverKey

    held = open_key(address, lambda: ask_passphrase(of=address), stays=True)
    return ReceiverKey(held.holder, held.name, seconds)


@command.command(
    help=say(
        "Copy into TARGET what the store of DIRECTORY alone has: records that are durable and not yet "
        "public, and the log's key, encrypted. After a loss `escrutinio workspace recover` makes the store "
        "again from the public log, and `escrutinio submit TARGET` brings these records. Those that the log "
        "refused when their moment came stand in the directory refused/ of TARGET.\n\n"
        "Example: escrutinio hub backup /srv/election /media/backup/2031-05-04"
    )
)
@_directory
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def backup(directory: Path, target: Path) -> None:
    from escrutinio.running.exchange.parcel import REFUSED
    from escrutinio.running.hub.safekeeping import back_up
    from escrutinio.running.workspace.workspace import open_workspace

    count, refused = back_up(open_workspace(directory), target)
    click.echo(say("{target}: records that are not public yet: {count:,}", target=target, count=count))
    if refused:
        click.echo(
            say("{target}: records that the log refused when their moment came: {count:,}",
                target=target / REFUSED, count=refused)
        )  # fmt: skip


@command.command(
    name="move-store",
    help=say(
        "Move the store of DIRECTORY into the empty PostgreSQL database at DATABASE, a libpq connection "
        "string without a password, while nothing receives.\n\n"
        'Example: escrutinio hub move-store /srv/election "host=/run/postgresql dbname=election"'
    ),
)
@_directory
@click.argument("database")
def move_store(directory: Path, database: str) -> None:
    from escrutinio.running.hub.safekeeping import move_store as move
    from escrutinio.running.workspace.workspace import open_workspace

    size = move(open_workspace(directory), database)
    click.echo(say("{directory}: the store is in PostgreSQL, with size {entries:,}", directory=directory,
                   entries=size))  # fmt: skip
