"""escrutinio workspace: an operator's log in a directory, from the key ceremony to each publication."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli import board, ceremony, loss
from escrutinio.cli.loss import until_public_option
from escrutinio.cli.options import clock_option, json_option, passphrase_option, quiet_option
from escrutinio.cli.output import print_json, progress_bar, read_text

if TYPE_CHECKING:
    from escrutinio.core.election.acts import Awaiting
    from escrutinio.running.workspace.rounds import Round
    from escrutinio.running.workspace.taking import Taken

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group(
    help=say(
        "Begin and run an authority's log in a directory of its own.\n\n"
        "Example: escrutinio workspace init election.toml log --root root.key"
    )
)
def command() -> None:
    pass


command.add_command(ceremony.define)
command.add_command(ceremony.init)
command.add_command(board.board)
command.add_command(loss.recover)
command.add_command(loss.succeed)


# --- rounds ---


@command.command(
    help=say(
        "Take what was sent to DIRECTORY and what lies in the directories of --from (a stick, a shared "
        "folder), publish what is new in the log, and bring data and pages up to it. What the log refuses is "
        "put aside with the reason; what lacks a file, or a key that is still to be enrolled, waits. Running "
        "it again changes nothing.\n\n"
        "Example: escrutinio workspace publish /srv/election --from /media/stick"
    )
)
@_directory
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=say("Another directory to take from."),
)
@click.option("--refresh", type=click.IntRange(min=1), help=say("Seconds after which readers look again."))
@until_public_option
@passphrase_option
@clock_option
@json_option
@quiet_option
def publish(
    directory: Path, sources: tuple[Path, ...], refresh: int | None, until_public: bool, passphrase: str,
    clock: int,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.counting import say_early
    from escrutinio.running.workspace.rounds import play_round
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    signer = workspace.log_signer(passphrase)
    with workers() as executor, progress_bar(quiet or as_json) as progress:
        played = play_round(
            workspace, signer, clock, inboxes=sources, progress=progress, executor=executor, refresh=refresh,
            until_public=until_public,
        )  # fmt: skip
    say_early(played.log.state, clock)
    if as_json:
        print_json(_plain(played))
        return
    for inbox, taken in played.taken:
        _say_taken(inbox, taken)
    click.echo(say("{directory}: {entries:,} entries are public", directory=workspace.public,
                   entries=played.log.size))  # fmt: skip
    for why in played.silent:
        click.echo(say("Not public yet: ") + why)
    _say_waiting(_awaiting(played))


def _say_taken(inbox: Path, taken: Taken) -> None:
    waits = sum(left.waits for left in taken.left)
    if not (taken.new or taken.known or taken.left):
        return
    click.echo(
        say(
            "{inbox}: new records {new:,}, known already {known:,}, waiting {waits:,}, refused {refused:,}",
            inbox=inbox,
            new=taken.new,
            known=taken.known,
            waits=waits,
            refused=len(taken.left) - waits,
        )
    )
    for left in taken.left:
        click.echo(f"  {left.path.name}: {left.why.said_in(language())}")


def _awaiting(played: Round) -> tuple[Awaiting, ...]:
    from escrutinio.core.election.control import acts_in

    return acts_in(played.log.state).awaiting()


def _say_waiting(waiting: tuple[Awaiting, ...]) -> None:
    for one in waiting:
        click.echo(
            say(
                "Entry {entry} ({type}, {about}) waits: {count} of {needed} signatures ({names})",
                entry=one.entries[0],
                type=one.body.NAME,
                about=one.subject,
                count=len(one.names),
                needed=one.needed,
                names=", ".join(one.names),
            )
        )


def _plain(played: Round) -> dict[str, object]:
    return {
        "version": 1,
        "size": played.log.size,
        "taken": [
            {
                "inbox": str(inbox),
                "new": taken.new,
                "known": taken.known,
                "left": [
                    {"file": str(left.path), "waits": left.waits, **left.why.plain()} for left in taken.left
                ],
            }
            for inbox, taken in played.taken
        ],
        "silent": list(played.silent),
        "waiting": [_plain_waiting(one) for one in _awaiting(played)],
    }


def _plain_waiting(one: Awaiting) -> dict[str, object]:
    return {
        "entries": list(one.entries),
        "type": one.body.NAME,
        "about": one.subject,
        "signed": list(one.names),
        "needed": one.needed,
    }


@command.command(
    help=say(
        "Say what waits in DIRECTORY: what was sent and not taken, what needs more signatures, and whether "
        "data and pages are those of the log.\n\n"
        "Example: escrutinio workspace status /srv/election --json"
    )
)
@_directory
@json_option
def status(directory: Path, as_json: bool) -> None:
    from escrutinio.core.election.control import acts_in
    from escrutinio.running.exchange.parcel import REFUSED, Parcel, parcels
    from escrutinio.running.workspace.views import is_current
    from escrutinio.running.workspace.witnesses import read_cosigning
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    with workers() as executor:
        log = workspace.open(executor=executor)
    waiting = acts_in(log.state).awaiting()
    inbox = list(parcels(workspace.inbox))
    sent = sum(len(each.records) for each in inbox if isinstance(each, Parcel))
    damaged = [each for each in inbox if not isinstance(each, Parcel)]
    refused = len(list((workspace.inbox / REFUSED).glob("*.cose")))
    current = is_current(workspace.public, log.signed)
    cosigning = read_cosigning(workspace.private)
    if as_json:
        print_json({
            "version": 1,
            "size": log.size,
            "unpublished": None if cosigning.waiting is None else cosigning.waiting.size,
            "silent": [{"name": one.name, "since": one.since, "why": one.why} for one in cosigning.silent],
            "pages_current": current,
            "sent": sent,
            "damaged": [each.plain() for each in damaged],
            "refused": refused,
            "waiting": [_plain_waiting(one) for one in waiting],
        })  # fmt: skip
        return
    click.echo(
        say(
            "{directory}: {entries:,} entries; records sent and not taken: {sent:,}; refused: {refused:,}",
            directory=directory,
            entries=log.size,
            sent=sent,
            refused=refused,
        )
    )
    for each in damaged:
        click.echo("  " + each.said_in(language()))
    if not current:
        click.echo(say("Data and pages are behind the log; the next workspace publish mends them."))
    if cosigning.waiting is not None:
        click.echo(
            say("Signed and not public, since the quorum of witnesses is missing: {entries:,} entries",
                entries=cosigning.waiting.size)
        )  # fmt: skip
    for silent in cosigning.silent:
        since = datetime.fromtimestamp(silent.since, UTC).isoformat()
        click.echo(say("The witness {name} has not answered since {moment}.", name=silent.name, moment=since))
    _say_waiting(waiting)


@command.command(
    help=say(
        "Name the witnesses of the log in DIRECTORY and their quorum, as the tlog-policy in POLICY has them "
        "(witness, group and quorum lines), and write them into its trust file, to hand out again. They are "
        "asked from the next publication on.\n\n"
        "Example: escrutinio workspace witnesses /srv/election witnesses.policy"
    )
)
@_directory
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def witnesses(directory: Path, policy: Path) -> None:
    from escrutinio.core.log.policy import parse_policy
    from escrutinio.running.workspace.appointing import TRUST_FILE, appoint
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    with workspace.alone():
        _, trust = appoint(workspace, parse_policy(read_text(policy), str(policy)))
    click.echo(
        say(
            "{directory}: witnesses {count:,}, quorum {quorum}. Hand out {trust} again.",
            directory=directory,
            count=len(trust.policy.witnesses),
            quorum=trust.policy.quorum,
            trust=workspace.public / TRUST_FILE,
        )
    )
