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
HEAD, NEXT, ENDING = 10.0, 30, 30
"""Seconds for the head of the first request, from an answer to the whole head of the next request, and that
what is under way has when the server ends."""
MOST_BESIDE = 65_536
"""Bytes of a request that are no body: its head, and what frames a body."""
MOST_AHEAD = 16
"""Requests on one connection beside the one that is being answered: who sends more reads no answers."""
UNREAD = "text/plain; charset=utf-8", b"This is no request that can be read.\n"
"""Media type and body of the answer to bytes that are no HTTP/1.1."""


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
    unread: tuple[str, bytes] = UNREAD,
) -> None:
    """Serve at `host` until interrupted, over TLS with a certificate and its key; `say` hears the address,
    or one for each of the `names` under which people ask for it. `proxied`: a web server on this machine
    may say for whom it asks. `unread`: media type and body of the answer to bytes that are no request.
    Raises InputError for a taken port.

    Port 0 takes a free one.
    """
    import uvicorn

    with _listener(port, host) as listener:
        for name in names or (host,):
            say(f"{'http' if tls is None else 'https'}://{name}:{listener.getsockname()[1]}/")
        certificate, key = (None, None) if tls is None else tls
        config = uvicorn.Config(
            app,
            http=_bounded(*unread),
            ws="none",
            log_level="error",  # a warning is of what strangers send, who could fill a disk with them
            access_log=False,
            backlog=BACKLOG,
            timeout_keep_alive=NEXT,
            timeout_graceful_shutdown=ENDING,
            server_header=False,
            proxy_headers=proxied,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _bounded(unread_type: str, unread: bytes) -> type[asyncio.Protocol]:
    """uvicorn's protocol, which would wait for ever for a head that comes slowly, for the rest of a body that
    was answered before it was read, for a reader who reads nothing; and would keep a head of any length."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    base: Any = HttpToolsProtocol
    silent: dict[Any, None] = {}

    class BoundedProtocol(base):  # type: ignore[misc]
        """Closes what asks nothing, sooner where there are many: first who has done so for longest."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            """See `asyncio.Protocol`."""
            super().connection_made(transport)
            self._look: asyncio.TimerHandle | None = None
            self._beside, self._unread = 0, 0
            self._await_head(HEAD)
            if len(self.connections) > CONNECTIONS:
                next((each for each in list(silent) if each._end_if_silent()), self).transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            """See `asyncio.Protocol`."""
            silent.pop(self, None)
            if self._look is not None:
                self._look.cancel()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """See `asyncio.Protocol`."""
            self._beside += len(data)
            super().data_received(data)
            if self._beside > MOST_BESIDE:
                self.transport.abort()

        def send_400_response(self, msg: str) -> None:
            """The answer to what cannot be read, after which nothing more is."""
            head = (
                "HTTP/1.1 400 Bad Request",
                f"content-type: {unread_type}",
                f"content-length: {len(unread)}",
                "connection: close",
            )
            self.transport.write("\r\n".join((*head, "", "")).encode() + unread)
            self.transport.close()

        def on_message_begin(self) -> None:
            """See `httptools.HttpRequestParser`, as the next one."""
            if len(self.pipeline) >= MOST_AHEAD:  # each costs memory that its bytes do not
                raise ConnectionAbortedError
            self._beside = 0
            super().on_message_begin()

        def on_body(self, body: bytes) -> None:
            """A part of a body."""
            self._beside -= len(body)
            super().on_body(body)

        def on_response_complete(self) -> None:
            """The answer was written, as far as its reader takes it."""
            super().on_response_complete()
            self._unread = self.transport.get_write_buffer_size()
            self._await_head(NEXT)

        def _await_head(self, seconds: float) -> None:
            silent.pop(self, None)
            silent[self] = None
            if self._look is not None:
                self._look.cancel()
            self._look = self.loop.call_later(seconds, self._end_if_nothing_moves)

        def _end_if_nothing_moves(self) -> None:
            left = self.transport.get_write_buffer_size()
            if 0 < left < self._unread:  # a long answer over a slow line
                self._unread = left
                self._await_head(NEXT)
            else:
                self._end_if_silent()

        def _end_if_silent(self) -> bool:
            """Close a connection without a whole head since the last answer; whether it was one."""
            was = self in silent and (self.cycle is None or self.cycle.response_complete)
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
    except (OSError, TypeError) as error:  # TypeError: bytes that are no text, where a host is named
        listener.close()
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("port-unusable", port=port, host=host, why=why) from None
    return listener
