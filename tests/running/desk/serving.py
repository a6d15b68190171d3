"""An application on a free port of this machine, served as `escrutinio` serves it, and a client for it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp, tls: tuple[Path, Path] | None = None) -> Iterator[httpx.Client]:
    """Serve until the block ends, over TLS with a certificate (trusted by the client) and its key; redirects
    are not followed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        certificate, key = (None, None) if tls is None else tls
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", ws="none", lifespan="off", ssl_certfile=certificate, ssl_keyfile=key
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            scheme, trusted = ("http", True) if tls is None else ("https", _trusting(tls[0]))
            address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, verify=trusted) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def origin(client: httpx.Client) -> str:
    """What a browser sends as the origin of a form of this very site."""
    return str(client.base_url).rstrip("/")


def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))
