"""escrutinio serve: a publication on this machine, as a plain web server would serve it."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.say import say


@click.command(
    help=say(
        "Serve the static files of a publication on 127.0.0.1. Any other web server does as well.\n\n"
        "Example: escrutinio serve public/venezuela-2024"
    )
)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one."),
)
def command(directory: Path, port: int) -> None:
    serve_directory(directory, port)


def serve_directory(directory: Path, port: int) -> None:
    """Serve until interrupted. Raises PublicationError without a publication, InputError without a port."""
    from escrutinio.base.local_http import serve_locally
    from escrutinio.running.workspace.server import application

    if not (directory / "index.html").is_file():
        raise PublicationError("publication-none", directory=directory)

    def hear(address: str) -> None:
        ends = say("Ctrl-C ends")
        click.echo(say("{directory} at {address} ({ends})", directory=directory, address=address, ends=ends))

    serve_locally(application(directory), port, hear)
