"""A web server on this machine, and headers for what it answers.

It listens on the loopback address alone unless it is told another one. Starlette and uvicorn are imported
when they are called for.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"


class Headers:
    """Adds to every answer the headers that `headers_of` gives for its path and status: ASGI middleware."""

    def __init__(self, app: ASGIApp, headers_of: Callable[[str, int], Mapping[str, str]]) -> None:
        self._app = app
        self._headers_of = headers_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = self._headers_of(str(scope.get("path", "")), message["status"])
                message["headers"] += [(name.encode(), value.encode()) for name, value in extra.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def serve_locally(
    app: ASGIApp,
    port: int,
    say: Callable[[str], None],
    host: str = HOST,
    tls: tuple[Path, Path] | None = None,
) -> None:
    """Serve at `host` until interrupted, over TLS with a certificate and its key; `say` hears the address.
    Raises InputError for a taken port.

    Port 0 takes a free one.
    """
    import uvicorn

    with _listener(port, host) as listener:
        say(f"{'http' if tls is None else 'https'}://{host}:{listener.getsockname()[1]}/")
        certificate, key = (None, None) if tls is None else tls
        config = uvicorn.Config(
            app, log_level="warning", proxy_headers=False, ssl_certfile=certificate, ssl_keyfile=key
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listener(port: int, host: str) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError("port-unusable", port=port, host=host, why=error.strerror) from None
    return listener
