"""escrutinio serve: a publication on this machine, as a plain web server would serve it."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.say import say


@click.command(
    help=say(
        "Serve the static files of a publication on 127.0.0.1. Any other web server does as well.\n\n"
        "Example: escrutinio serve public/venezuela-2024",
        "Sirve los archivos estáticos de una publicación en 127.0.0.1. Cualquier otro servidor web sirve "
        "igual.\n\n"
        "Ejemplo: escrutinio serve public/venezuela-2024",
    )
)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one.", "Puerto; 0 toma uno libre."),
)
def command(directory: Path, port: int) -> None:
    serve_directory(directory, port)


def serve_directory(directory: Path, port: int) -> None:
    """Serve until interrupted. Raises PublicationError without a publication or a free port."""
    import socket

    import uvicorn

    from escrutinio.running.workspace.server import application

    if not (directory / "index.html").is_file():
        raise PublicationError(f"{directory} is no publication: it has no index.html")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise PublicationError(
            f"port {port} on 127.0.0.1 cannot be used: {error.strerror}; try --port 0"
        ) from None
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    click.echo(say(f"{directory} at {address} (Ctrl-C ends)", f"{directory} en {address} (Ctrl-C termina)"))
    server = uvicorn.Server(uvicorn.Config(application(directory), log_level="warning"))
    server.run(sockets=[listener])
