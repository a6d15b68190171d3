"""The project's own server over a directory, as `escrutinio serve` runs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from escrutinio.running.workspace.server import application

PATIENCE = 60_000
"""Milliseconds that a busy machine may take; nothing is measured here."""


class Server:
    """The real server over a directory, or another application, on this machine alone, until `stop`."""

    def __init__(self, served: Path | ASGIApp, port: int = 0) -> None:
        app = application(served) if isinstance(served, Path) else served
        config = uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=0)
        self._started = threading.Event()
        self._server = _Told(config, self._started)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        assert self._started.wait(PATIENCE / 1000)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        """Be gone."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()


class _Told(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(None)
        self._started.set()


@contextmanager
def serving(directory: Path) -> Iterator[Server]:
    server = Server(directory)
    try:
        yield server
    finally:
        server.stop()
