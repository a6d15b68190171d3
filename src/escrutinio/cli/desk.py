"""escrutinio desk: one desk for the people of a workspace, on this machine or over their own network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.desk_counts import audits_option, seal_counts
from escrutinio.cli.desk_seal import seal_typed
from escrutinio.cli.options import HOUR, hours_option, json_option, trust_option
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.core.election.control import Attachments
    from escrutinio.core.election.state import ElectionState
    from escrutinio.running.desk.counting.audits import AuditSource
    from escrutinio.running.desk.transcription.desk import Desk
    from escrutinio.running.workspace.cabinet import Cabinet

USES = ("typist", "clerk-a", "clerk-b", "decider", "signer", "board", "scrutineer", "counter")

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group(
    help=say(
        "Let the people of the workspace in DIRECTORY write and sign records, type sheets and see the "
        "coverage, in a browser each. The supervisor hands out session keys; nothing listens beyond this "
        "machine unless it is told to, and then only over TLS.\n\n"
        "Example:\n\n"
        "  escrutinio desk admit azul --label t1 --for typist\n\n"
        "  escrutinio desk open azul --pictures photos"
    )
)
def command() -> None:
    pass


@command.command(
    "open",
    help=say(
        "Open the desk of the workspace in DIRECTORY. With --tls the workspace makes its own certificate, "
        "whose fingerprint is printed: people compare it with what their browser shows. A key that is named "
        "with --key stays where it is: its holder types the passphrase for each record.\n\n"
        "Example: escrutinio desk open azul --pictures photos --unread sheets.jsonl --listen 192.0.2.7:8443 "
        "--tls"
    ),
)
@_directory
@click.option("--listen", default="127.0.0.1:8030", show_default=True, metavar="ADDRESS:PORT",
              help=say("Where to listen; beyond this machine only with --tls."))  # fmt: skip
@click.option("--name", "names", multiple=True,
              help=say("Another name that people use for this machine; all others are refused."))  # fmt: skip
@click.option("--tls", is_flag=True, help=say("Speak TLS, with a certificate that the workspace makes."))
@click.option("--key", "key_addresses", multiple=True, metavar="NAME=FILE|pkcs11:…",
              help=say("A key at hand on this machine, and the name that it signs as."))  # fmt: skip
@click.option("--pictures", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help=say("Folder of the pictures to be typed."))  # fmt: skip
@click.option("--kept", is_flag=True,
              help=say("The pictures that the collection keeps, those whose code was not read."))  # fmt: skip
@click.option("--unread", type=click.Path(exists=True, path_type=Path),
              help=say("Only what this result of `scan` could not read."))  # fmt: skip
@click.option("--clerks", is_flag=True,
              help=say("Clerks in two roles type each picture, and a third person decides."))  # fmt: skip
@audits_option
@trust_option
def open_desk(
    directory: Path, listen: str, names: tuple[str, ...], tls: bool, key_addresses: tuple[str, ...],
    pictures: Path | None, kept: bool, unread: Path | None, clerks: bool, audits: str | None,
    trust: Path | None,
) -> None:  # fmt: skip
    from escrutinio.base.local_http import serve_locally
    from escrutinio.cli.cabinet import open_cabinet
    from escrutinio.running.desk.app import desk_application, desk_directory, read_listening
    from escrutinio.running.desk.certificate import CERTIFICATE, TLS_KEY, certificate_of
    from escrutinio.running.workspace.workspace import open_workspace

    if audits is None and trust is not None:
        raise click.UsageError(say("--trust goes with --audits"))
    if not kept and pictures is None and (unread is not None or clerks):
        raise click.UsageError(say("--unread and --clerks go with the pictures that people type"))
    workspace = open_workspace(directory)
    listening = read_listening(listen, names, tls)
    private = desk_directory(workspace)
    if kept and (pictures is not None or unread is not None):
        raise InputError("desk-kept-alone")
    files = open_cabinet(workspace, phones=kept)
    typing = kept or pictures is not None
    desk = _transcription(pictures, files, unread, clerks=clerks) if typing else None
    app = desk_application(
        workspace,
        names=listening.names,
        now=now,
        keys=dict(map(_named_key, key_addresses)),
        pictures=desk,
        audits=None if audits is None else _followed(audits, trust),
        private=files,
    )
    pair = None
    if tls:
        fingerprint = certificate_of(private, listening.names, now())
        click.echo(say("SHA-256 fingerprint of the certificate: {fingerprint}", fingerprint=fingerprint))
        pair = (private / CERTIFICATE, private / TLS_KEY)
    serve_locally(app, listening.port, click.echo, listening.host, pair, listening.names)


def _followed(address: str, trust: Path | None) -> AuditSource:
    """Another log, as it grows."""
    from escrutinio.cli.opening import open_log
    from escrutinio.running.workspace.follower import Follower

    follower = Follower(open_log(address, trust, quiet=True))

    def now_there() -> tuple[ElectionState, Attachments]:
        log = follower.advance()
        return log.state, log.attachment

    return now_there


def _transcription(pictures: Path | None, files: Cabinet, unread: Path | None, *, clerks: bool) -> Desk:
    """The pictures of a folder, or those that the collection keeps."""
    from escrutinio.running.desk.app import DESK, TYPED
    from escrutinio.running.desk.transcription.desk import RESULT, Desk
    from escrutinio.running.desk.transcription.sources import ShelfSource
    from escrutinio.running.workspace.collection.inputs import unread_pages
    from escrutinio.running.workspace.collection.scanning import left_to_type
    from escrutinio.running.workspace.collection.shelf import PictureShelf

    typed = files.below(DESK).below(TYPED)
    if pictures is None:
        desk = Desk(ShelfSource(PictureShelf(files)), typed, left_to_type(files), clerks=clerks)
    else:
        only = None if unread is None else unread_pages(unread)
        desk = Desk(pictures, typed, only, clerks=clerks)
    for path, why in desk.unreadable.items():
        click.echo(say("not a picture: {path} ({why})", path=path, why=why), err=True)
    click.echo(say("Pictures: {pictures:,}", pictures=len(desk.pictures)))
    click.echo(say("What is done: {path}", path=desk.files.place(RESULT)))
    return desk


def _named_key(text: str) -> tuple[str, str]:
    name, equals, address = text.partition("=")
    if not equals or not name or not address:
        raise InputError("desk-key", text=repr(text[:80]))
    return name, address


@command.command(
    help=say(
        "Hand out a session key: print it once, for one person, whom LABEL stands for; no name is asked for "
        "and none is kept. A typist types, a signer signs as one enrolled name, the board shows coverage; "
        "of clerks in roles clerk-a and clerk-b type, and the decider decides; a counter counts the boxes of "
        "an audit.\n\n"
        "Example: escrutinio desk admit srv/election --label o1 --for signer --signs-as authority/officer-1"
    )
)
@_directory
@click.option("--label", required=True, help=say("What stands for the person, such as t1: never a name."))
@click.option("--for", "use", required=True, type=click.Choice(USES),
              help=say("What the key is for."))  # fmt: skip
@click.option("--signs-as", default="", metavar="NAME", help=say("Name of the enrolled key, of a signer."))
@hours_option
@click.option(
    "--at", "address", metavar="URL", help=say("Address of the desk: prints a link, and its QR code.")
)
@json_option
def admit(
    directory: Path, label: str, use: str, signs_as: str, hours: int, address: str | None, as_json: bool
) -> None:
    from escrutinio.running.desk.app import sessions_directory
    from escrutinio.running.desk.sessions import Sessions, Use

    kind = Use(use)
    sessions = Sessions(sessions_directory(directory, kind), now)
    key = sessions.hand_out(label, kind, hours * HOUR, signs_as)
    link = None if address is None else f"{address.rstrip('/')}/enter#{key}"
    if as_json:
        print_json({"version": 1, "label": label, "for": use, "key": key, "link": link})
        return
    click.echo(key)
    if link is not None:
        from io import StringIO

        import segno

        drawn = StringIO()
        segno.make_qr(link, error="m").terminal(drawn, compact=True)
        click.echo(link)
        click.echo(drawn.getvalue())


@command.command(
    help=say(
        "End the session of LABEL: its key is refused from the next request on. What was typed stays.\n\n"
        "Example: escrutinio desk revoke azul t1"
    )
)
@_directory
@click.argument("label")
def revoke(directory: Path, label: str) -> None:
    from escrutinio.running.desk.app import sessions_directory
    from escrutinio.running.desk.sessions import Sessions

    Sessions(sessions_directory(directory), now).revoke(label)
    click.echo(say("{label}: the session is over", label=label))


@command.command(
    help=say("List the sessions that are in force.\n\nExample: escrutinio desk sessions azul --json")
)
@_directory
@json_option
def sessions(directory: Path, as_json: bool) -> None:
    from datetime import UTC, datetime

    from escrutinio.running.desk.app import sessions_directory
    from escrutinio.running.desk.sessions import Sessions

    found = list(Sessions(sessions_directory(directory), now).in_force())
    if as_json:
        print_json({
            "version": 1,
            "sessions": [
                {
                    "label": one.label,
                    "for": one.use.value,
                    "signs_as": one.signs_as or None,
                    "until": one.until,
                }
                for one in found
            ],
        })  # fmt: skip
        return
    for one in found:
        until = datetime.fromtimestamp(one.until, UTC).isoformat()
        click.echo(f"{one.label}  {one.use.value}  {one.signs_as or '–'}  {until}")


command.add_command(seal_typed)
command.add_command(seal_counts)
