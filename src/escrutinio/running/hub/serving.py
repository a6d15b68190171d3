"""The web server of a receiver: bounded in connections, and in the time that each has to say something.

A web server with TLS stands before it where others than this machine's network reach it (`docs/hub.md`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from escrutinio.base.local_http import listening

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MOST_CONNECTIONS = 2_000
"""Connections at once; a further one is closed, so that those that are served stay quick."""

HEAD_SECONDS = 10.0
"""Seconds that a connection has for the head of its first request."""

KEEP_ALIVE_SECONDS = 30


def serve_receiver(app: ASGIApp, port: int, host: str, say: Callable[[str], None]) -> None:
    """Serve until interrupted; `say` hears the address. Raises InputError for a taken port; 0 takes a free
    one."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http=_impatient(),
        ws="none",
        log_level="warning",
        access_log=False,
        backlog=4_096,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=30,
        server_header=False,
    )
    with listening(port, host) as listener:
        say(f"http://{host}:{listener.getsockname()[1]}/")
        uvicorn.Server(config).run(sockets=[listener])


def _impatient() -> type[asyncio.Protocol]:
    """uvicorn's protocol, which waits for the head of a first request as long as it takes, with an end to
    that and to the number of connections."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    base: Any = AutoHTTPProtocol

    class ImpatientProtocol(base):  # type: ignore[misc]
        """Closes what says nothing."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            """See `asyncio.Protocol`."""
            super().connection_made(transport)
            if len(self.connections) > MOST_CONNECTIONS:
                transport.abort()
                return
            self.loop.call_later(HEAD_SECONDS, self._look, transport)

        def _look(self, transport: asyncio.Transport) -> None:
            if self.cycle is None:  # no request has come whole
                transport.abort()

    return ImpatientProtocol
