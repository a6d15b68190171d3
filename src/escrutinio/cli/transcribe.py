"""escrutinio transcribe: a local form in which two people type a sheet and a third decides."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import log_option


@click.command(
    help=say(
        "Type the sheets of the pictures in FOLDER that no reader could read. Two people type each one "
        "independently, a third where they differ; every one enters with a code that the organisation "
        "issues. The result, transcribed.jsonl, is for `escrutinio collect add`.\n\n"
        "Example: escrutinio transcribe photos --log public/miniature --out typed --codes 6\n\n"
        "  escrutinio transcribe photos --log public/miniature --out typed --unread sheets.jsonl"
    )
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@log_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=say("Directory of journal and result."),
)
@click.option(
    "--codes",
    type=click.IntRange(2, 1_000),
    help=say("Issue codes for so many people, the first time."),
)
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
    folder: Path, address: str, out: Path, codes: int | None, unread: Path | None, port: int
) -> None:  # fmt: skip
    from escrutinio.base.local_http import serve_locally
    from escrutinio.running.desk.transcription.app import application
    from escrutinio.running.desk.transcription.desk import TYPISTS, Desk, issue_codes
    from escrutinio.running.workspace.collection.inputs import unread_pages

    state = open_log(address).state
    if codes is not None:
        for code in issue_codes(out, codes):
            click.echo(code)
    desk = Desk(folder, out, None if unread is None else unread_pages(unread))
    if len(desk.typists) < 2:
        raise InputError("typists-none", path=out / TYPISTS)
    for path, why in desk.unreadable.items():
        click.echo(say("not a picture: {path} ({why})", path=path, why=why), err=True)
    click.echo(say("{pictures:,} pictures", pictures=len(desk.pictures)))
    serve_locally(application(desk, state), port, click.echo)
