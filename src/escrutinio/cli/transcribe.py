"""escrutinio transcribe: a local form in which two people type a sheet and a third decides."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import HOUR, hours_option, log_option

if TYPE_CHECKING:
    from escrutinio.running.desk.sessions import Sessions


@click.command(
    help=say(
        "Type the sheets of the pictures in FOLDER that no reader could read. Two people type each one "
        "independently, a third where they differ; every one enters with a session key, handed out by "
        "--people or by `desk admit` of the directory. The result, transcribed.jsonl, is for `escrutinio "
        "collect add`.\n\n"
        "Example: escrutinio transcribe photos --log public/miniature --out typed --people 6\n\n"
        "  escrutinio transcribe photos --log public/miniature --out typed --unread sheets.jsonl"
    )
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@log_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=say("Directory of journal, result and sessions."),
)
@click.option(
    "--people",
    type=click.IntRange(2, 1_000),
    help=say("Hand out session keys for so many people, t1, t2 …; who has one in force keeps it."),
)
@hours_option
@click.option(
    "--unread",
    type=click.Path(exists=True, path_type=Path),
    help=say("Only what this result of `scan` could not read."),
)
@click.option(
    "--port",
    default=8020,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one."),
)
def command(
    folder: Path, address: str, out: Path, people: int | None, hours: int, unread: Path | None, port: int
) -> None:  # fmt: skip
    from escrutinio.base.local_http import serve_locally
    from escrutinio.running.desk.entrance import Entrance
    from escrutinio.running.desk.sessions import Sessions
    from escrutinio.running.desk.transcription.app import application
    from escrutinio.running.desk.transcription.desk import Desk, people_directory
    from escrutinio.running.desk.transcription.texts import fictional_in
    from escrutinio.running.workspace.collection.inputs import unread_pages

    state = open_log(address).state
    with closing(Desk(folder, out, None if unread is None else unread_pages(unread))) as desk:
        sessions = Sessions(people_directory(out), now)
        for label, key in _handed_out(sessions, people or 0, hours):
            click.echo(f"{label}  {key}")
        if len(list(sessions.in_force())) < 2:
            raise InputError("session-nobody", directory=out)
        for path, why in desk.unreadable.items():
            click.echo(say("not a picture: {path} ({why})", path=path, why=why), err=True)
        click.echo(say("Pictures: {pictures:,}", pictures=len(desk.pictures)))
        entrance = Entrance(sessions, lambda lang: fictional_in(state, lang), now)
        serve_locally(application(desk, state, entrance), port, click.echo)


def _handed_out(sessions: Sessions, people: int, hours: int) -> list[tuple[str, str]]:
    """A key for each of so many labels that has none in force, with its label."""
    from escrutinio.running.desk.sessions import Use

    inside = {one.label for one in sessions.in_force()}
    labels = (f"t{number}" for number in range(1, people + 1))
    return [
        (each, sessions.hand_out(each, Use.TYPIST, hours * HOUR)) for each in labels if each not in inside
    ]
