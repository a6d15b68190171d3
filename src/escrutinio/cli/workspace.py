"""escrutinio workspace: an operator's log in a directory, from the key ceremony to each publication."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli import board, ceremony
from escrutinio.cli.options import clock_option, json_option, passphrase_option, quiet_option, trust_option
from escrutinio.cli.output import print_json, progress_bar, read_text

if TYPE_CHECKING:
    from escrutinio.core.election.acts import Awaiting
    from escrutinio.intake.authoring.presentation import Presentation
    from escrutinio.running.workspace.rounds import Round
    from escrutinio.running.workspace.taking import Taken
    from escrutinio.running.workspace.workspace import Workspace

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
_until_public = click.option(
    "--until-public",
    is_flag=True,
    help=say(
        "In a party's or an observer's log too, let results wait for the moment of the calendar from which "
        "they may be public; without it, whoever publishes them sooner answers for that."
    ),
)


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
@_until_public
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


# --- after a loss ---

_shown_option = click.option(
    "--shown", type=click.Path(exists=True, path_type=Path),
    help=say("Configuration or presentation.json that says how it is shown; by default that of the old one."),
)  # fmt: skip


def _presentation(given: Path | None, public: Path) -> Presentation | None:
    from escrutinio.running.workspace.rounds import presentation_beside, read_presentation

    return presentation_beside(public) if given is None else read_presentation(given)


def _say_plain(made: Workspace) -> None:
    if not made.settings.shown:
        click.echo(
            say("It is shown plainly: no configuration says the titles, accounts and shapes (--shown)."),
            err=True,
        )


@command.command(
    help=say(
        "Make a workspace again in DIRECTORY from the public log in PUBLIC, with the log's key: its store is "
        "lost, its log is not. What was durable there and never public is gone: whoever has no proof sends "
        "it again. Name every mirror that there is: where one has more of the log, nothing is made.\n\n"
        "Example: escrutinio workspace recover mirror /srv/election --log-key log.key --trust trust.toml "
        "--mirror https://mirror.example/election"
    )
)
@click.argument("public", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--log-key", "key_file", type=click.Path(path_type=Path), required=True,
              help=say("Key file of the log."))  # fmt: skip
@click.option("--operator", default="", help=say("The name that signs in this log; that of a party's log."))
@click.option("--mirror", "mirrors", multiple=True, help=say("Another publication of the log."))
@_shown_option
@_until_public
@trust_option
@passphrase_option
@clock_option
@quiet_option
def recover(
    public: Path, directory: Path, key_file: Path, operator: str, mirrors: tuple[str, ...],
    shown: Path | None, until_public: bool, trust: Path | None, passphrase: str, clock: int, quiet: bool,
) -> None:  # fmt: skip
    import shutil

    from escrutinio.base.fetch import open_files
    from escrutinio.cli.opening import open_log
    from escrutinio.core.log.checkpoint import parse_checkpoint
    from escrutinio.core.log.notes import MAX_NOTE
    from escrutinio.running.workspace.recovering import recover as make_again
    from escrutinio.running.workspace.workspace import LOG_KEY, read_log_key

    log = open_log(str(public), trust, quiet=quiet)
    signer = read_log_key(key_file, passphrase, log.checkpoint.origin)
    sizes = []
    for mirror in mirrors:
        note = open_files(mirror)("log/checkpoint", MAX_NOTE)
        if note is None:
            raise InputError("recover-mirror", address=mirror)
        sizes.append((mirror, parse_checkpoint(note, mirror).checkpoint.size))

    def keep(private: Path) -> None:
        shutil.copyfile(key_file, private / LOG_KEY)
        (private / LOG_KEY).chmod(0o600)

    made = make_again(
        log, public, directory, signer, clock,
        key_file=keep, operator=operator, elsewhere=sizes, shown=_presentation(shown, public), trust=trust,
        until_public=until_public,
    )  # fmt: skip
    _say_plain(made)
    if not made.settings.witnesses.witness:
        click.echo(
            say(
                "It has no witnesses: where the trust file that was handed out has some, name it with "
                "--trust."
            )
        )
    click.echo(
        say(
            "{directory}: the log {origin} with {entries:,} entries goes on from here",
            directory=made.directory,
            origin=log.checkpoint.origin,
            entries=log.size,
        )
    )


@command.command(
    help=say(
        "Begin in DIRECTORY a log that goes on from the one in OLD, whose key is lost or stolen: the same "
        "election, a charter by the root that names the last checkpoint, and every record again at its "
        "place. Its origin is new, and its key: made here, or one made for that origin. Hand out its trust "
        "file.\n\n"
        "Example: escrutinio workspace succeed mirror /srv/second --root root.key --origin "
        "authority.example/second"
    )
)
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--root", "root_address", required=True, metavar="KEY",
              help=say("The root: key file or token address."))  # fmt: skip
@click.option("--origin", required=True, help=say("Origin of the new log."))
@click.option("--log-key", "key_file", type=click.Path(path_type=Path),
              help=say("Key file of the new log; made where none is given."))  # fmt: skip
@click.option("--operator", default="", help=say("The name that signs in this log; that of a party's log."))
@_shown_option
@_until_public
@trust_option
@passphrase_option
@clock_option
@quiet_option
def succeed(
    old: Path, directory: Path, root_address: str, origin: str, key_file: Path | None, operator: str,
    shown: Path | None, until_public: bool, trust: Path | None, passphrase: str, clock: int, quiet: bool,
) -> None:  # fmt: skip
    import shutil

    from escrutinio.cli.opening import open_log
    from escrutinio.core.log.notes import KeyType, NoteSigner
    from escrutinio.core.records.keyfiles import write_key_file
    from escrutinio.core.records.keys import SigningKey
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.running.workspace.recovering import succeed as begin_again
    from escrutinio.running.workspace.workspace import LOG_KEY, log_key_name, read_log_key

    log = open_log(str(old), trust, quiet=quiet)
    root = open_key(root_address, passphrase)
    fresh = SigningKey.generate()
    if key_file is None:
        signer = NoteSigner(origin, KeyType.ED25519, fresh.seed())
    else:
        signer = read_log_key(key_file, passphrase, origin)

    def keep(private: Path) -> None:
        if key_file is None:
            write_key_file(private / LOG_KEY, log_key_name(origin), fresh, passphrase)
        else:
            shutil.copyfile(key_file, private / LOG_KEY)
            (private / LOG_KEY).chmod(0o600)

    made = begin_again(
        log, directory, signer, clock,
        root=root.holder, root_name=root.name, key_file=keep, operator=operator,
        shown=_presentation(shown, old), until_public=until_public,
    )  # fmt: skip
    _say_plain(made)
    click.echo(
        say(
            "{directory}: the log {origin} goes on from {before} after its entry {size:,}; show it with "
            "escrutinio workspace publish",
            directory=directory,
            origin=origin,
            before=log.checkpoint.origin,
            size=log.size - 1,
        )
    )
