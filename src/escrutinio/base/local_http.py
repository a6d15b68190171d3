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


def serve_locally(app: ASGIApp, port: int, say: Callable[[str], None], host: str = HOST) -> None:
    """Serve at `host` until interrupted; `say` hears the address. Raises InputError for a taken port.

    Port 0 takes a free one.
    """
    import uvicorn

    with listening(port, host) as listener:
        say(f"http://{host}:{listener.getsockname()[1]}/")
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def listening(port: int, host: str) -> socket.socket:
    """A socket that is bound to an address. Raises InputError for a taken port; 0 takes a free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError("port-unusable", port=port, host=host, why=error.strerror) from None
    return listener
