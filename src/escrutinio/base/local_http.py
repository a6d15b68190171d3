"""A web server on this machine, and headers for what it answers.

It listens on the loopback address alone unless it is told another one. Starlette and uvicorn are imported
when they are called for.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from escrutinio.base.errors import InputError

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"

CONNECTIONS, BACKLOG = 2_000, 4_096
"""Connections at once in all: beyond them the oldest that has said nothing is closed, else the new one."""
HEAD, SILENCE, ENDING = 10.0, 30, 30
"""Seconds for the head of the first request, of silence before the next one, and that what is under way has
when the server ends."""


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
    names: Sequence[str] = (),
    *,
    proxied: bool = False,
) -> None:
    """Serve at `host` until interrupted, over TLS with a certificate and its key; `say` hears the address,
    or one for each of the `names` under which people ask for it. `proxied`: a web server on this machine
    may say for whom it asks. Raises InputError for a taken port.

    Port 0 takes a free one.
    """
    import uvicorn

    with _listener(port, host) as listener:
        for name in names or (host,):
            say(f"{'http' if tls is None else 'https'}://{name}:{listener.getsockname()[1]}/")
        certificate, key = (None, None) if tls is None else tls
        config = uvicorn.Config(
            app,
            http=_bounded(),
            ws="none",
            log_level="warning",
            access_log=False,
            backlog=BACKLOG,
            timeout_keep_alive=SILENCE,
            timeout_graceful_shutdown=ENDING,
            server_header=False,
            proxy_headers=proxied,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _bounded() -> type[asyncio.Protocol]:
    """uvicorn's protocol, which would wait for a first request for ever."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    base: Any = AutoHTTPProtocol
    silent: dict[Any, None] = {}

    class BoundedProtocol(base):  # type: ignore[misc]
        """Closes what says nothing, sooner where there are many: the oldest first."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            """See `asyncio.Protocol`."""
            super().connection_made(transport)
            silent[self] = None
            self.loop.call_later(HEAD, self._end_if_silent)
            if len(self.connections) > CONNECTIONS:
                next((each for each in list(silent) if each._end_if_silent()), self).transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            """See `asyncio.Protocol`."""
            silent.pop(self, None)
            super().connection_lost(exc)

        def _end_if_silent(self) -> bool:
            """Close a connection on which no head of a request has come whole; whether it was one."""
            was = self in silent and self.cycle is None
            silent.pop(self, None)
            if was:
                self.transport.abort()
            return was

    return BoundedProtocol


def _listener(port: int, host: str) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)  # whoever hears the address may call at once, before the server looks
    except OSError as error:
        listener.close()
        raise InputError("port-unusable", port=port, host=host, why=error.strerror) from None
    return listener
