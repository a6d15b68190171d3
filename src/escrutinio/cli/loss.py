"""escrutinio workspace recover, succeed: a log that goes on after its store, or its key, was lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import clock_option, passphrase_option, quiet_option, trust_option

if TYPE_CHECKING:
    from escrutinio.intake.authoring.presentation import Presentation
    from escrutinio.running.workspace.workspace import Workspace

until_public_option = click.option(
    "--until-public",
    is_flag=True,
    help=say(
        "In a party's or an observer's log too, let results wait for the moment of the calendar from which "
        "they may be public; without it, whoever publishes them sooner answers for that."
    ),
)

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


@click.command(
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
@until_public_option
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
    from escrutinio.running.workspace.log_keys import LOG_KEY, read_log_key
    from escrutinio.running.workspace.recovering import recover as make_again

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


@click.command(
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
@until_public_option
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
    from escrutinio.running.workspace.log_keys import LOG_KEY, log_key_name, read_log_key
    from escrutinio.running.workspace.recovering import succeed as begin_again

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
