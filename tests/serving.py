"""A real web server on 127.0.0.1 that serves a directory, counts what it is asked, and can be made to lie."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its body, how many bytes more than these it says that it has, its media type."""

    body: bytes = b""
    status: int = 200
    missing: int = 0
    kind: str = ""


Answer = Callable[[str, int], Reply | bytes | None]
"""Asked for a path the n-th time, from 1: another answer than the file of the directory, or None for that."""


@dataclass
class Site:
    """What is served, and what was asked for: `requests` by path."""

    directory: Path
    answer: Answer = lambda _path, _count: None
    requests: Counter[str] = field(default_factory=Counter)
    address: str = ""

    def reply(self, path: str) -> Reply:
        """The answer to a request."""
        self.requests[path] += 1
        given = self.answer(path, self.requests[path])
        if given is None:
            file = self.directory / path
            return Reply(file.read_bytes()) if file.is_file() else Reply(status=404)
        return Reply(given) if isinstance(given, bytes) else given


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up when it has read enough is no error."""


@contextmanager
def serve(directory: Path, answer: Answer = lambda _path, _count: None) -> Iterator[Site]:
    """Serve a directory for as long as the block runs."""
    site = Site(directory, answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = site.reply(self.path.lstrip("/"))
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            if reply.kind:
                self.send_header("Content-Type", reply.kind)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """A test's server says nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        site.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
