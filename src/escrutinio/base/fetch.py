"""Fetching files below a directory or an http(s) address, bounded in bytes, memory and time.

A file of a directory is read as the regular file that it is, and no link leads out of the directory: what a
publication names is its own, and never a file of whoever reads it. A server is asked for plain bytes and has
so much time for each of them. This is the one module that opens connections.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import field
from functools import cache
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING
from weakref import finalize

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.words.say import Phrase

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx

Fetch = Callable[[str, int], bytes | None]
"""(path, greatest size in bytes) -> content, or None when there is no such file.

Raises FileUnreadableError when it cannot be read, LogError when the content is longer.
"""

_PIECE = 1 << 20
"""Bytes that are asked for at once: a limit is never allocated, what is there is."""

_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_BINARY", "O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW")
)
"""A pipe or a device does not keep the opening waiting; a link has been resolved before."""


def read_regular(path: str, shown: str, limit: int) -> bytes | None:
    """The content of a regular file; None where there is none.

    `shown` names it in what is raised: FileUnreadableError for what is not a file or cannot be read, LogError
    for more than `limit` bytes.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FileUnreadableError("file-unreadable", why=error.strerror or str(error), path=shown) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileUnreadableError("file-not-regular", path=shown)
        data = bytearray()
        while piece := os.read(descriptor, min(_PIECE, limit + 1 - len(data))):
            data += piece
            if len(data) > limit:
                raise LogError("fetch-long", limit=limit, path=shown)
        return bytes(data)
    except OSError as error:
        raise FileUnreadableError("file-unreadable", why=error.strerror or str(error), path=shown) from None
    except MemoryError:
        raise FileUnreadableError("file-too-large", path=shown) from None
    finally:
        os.close(descriptor)


def _directory_fetch(directory: Path) -> Fetch:
    root = str(directory)

    def fetch(path: str, limit: int) -> bytes | None:
        try:
            within = os.path.join(os.path.realpath(root), "")
            found = os.path.realpath(f"{root}/{path}")
        except OSError as error:
            raise FileUnreadableError(
                "file-unreadable", path=path, why=error.strerror or str(error)
            ) from None
        if not found.startswith(within):
            raise FileUnreadableError("file-linked-out", path=path)
        return read_regular(found, path, limit)

    return fetch


def is_remote(address: str | Path) -> bool:
    """Whether an address is one of http or https, and no directory."""
    return isinstance(address, str) and address.startswith(("http://", "https://"))


def files_below(address: str | Path, directory: str) -> list[str] | None:
    """The files below a directory of a publication, as paths below it; None over http, which has no list.

    Raises FileUnreadableError.
    """
    if is_remote(address):
        return None
    root = Path(address) / directory

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise FileUnreadableError(
                "directory-unreadable", directory=directory, why=error.strerror or str(error)
            )

    return sorted(
        (Path(where) / name).relative_to(root).as_posix()
        for where, _, names in os.walk(root, onerror=fail)
        for name in names
    )


def open_files(address: str | Path) -> Fetch:
    """The files below a directory, or below an http or https address; nothing is read yet.

    Raises LogError when it is neither.
    """
    if is_remote(address):
        return http_fetch(str(address))
    directory = Path(address)
    if not directory.is_dir():
        raise LogError("log-no-directory", directory=directory)
    return _directory_fetch(directory)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take for one file: `grace` seconds before anything must have come, from then on
    `rate` bytes a second, and `longest` seconds in all. After `strikes` files that took longer, the address
    is not asked again."""

    grace: float = 30.0
    rate: int = 2048
    longest: float = 900.0
    strikes: int = 3

    def left(self, elapsed: float, received: int) -> float:
        """Seconds until it is over, if nothing more comes."""
        return min(self.longest, self.grace + received / self.rate) - elapsed


@dataclass(slots=True)
class _Answer:
    """One file on its way: what has come, and how it ended."""

    data: bytearray = field(default_factory=bytearray)
    ended: Event = field(default_factory=Event)
    missing: bool = False
    error: Exception | None = None
    given_up: bool = False
    _ending: Lock = field(default_factory=Lock)

    def end(self) -> bool:
        """The receiver's last word; False where the reader has gone, and leaves the client to it."""
        with self._ending:
            self.ended.set()
            return not self.given_up

    def give_up(self) -> bool:
        """The reader goes; False where the answer has ended meanwhile."""
        with self._ending:
            self.given_up = not self.ended.is_set()
            return self.given_up


@cache
def certificates() -> SSLContext:
    """Whom a server's certificate may be from, as httpx has it; read once, which takes longer than a file."""
    import httpx

    return httpx.create_ssl_context()


class _Server:
    """Files below an address. Each is received by a thread of its own, so that no part of an answer (finding
    the server, its head, its body) can hold the reader up for longer than its patience."""

    def __init__(self, prefix: str, patience: Patience) -> None:
        self.prefix, self._patience, self._strikes = prefix, patience, 0
        self._client = self._new_client()

    def _new_client(self) -> httpx.Client:
        import httpx  # only where an address is read: it takes as long to load as the whole verifier

        client = httpx.Client(
            verify=certificates(),
            timeout=2 * self._patience.grace,  # its own limits are of parts: this one is never the first
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
        )
        self._closing = finalize(self, client.close)
        self._closing.atexit = False
        return client

    def fetch(self, path: str, limit: int) -> bytes | None:
        """See `Fetch`."""
        address = f"{self.prefix}/{path}"
        if self._strikes >= self._patience.strikes:
            raise FileUnreadableError("server-given-up", address=address)
        answer = _Answer()
        Thread(target=_receive, args=(self._client, address, limit, answer), daemon=True).start()
        started = monotonic()
        while not answer.ended.is_set():
            left = self._patience.left(monotonic() - started, len(answer.data))
            if left <= 0 and answer.give_up():
                self._closing.detach()  # its receiver reads from it: it closes it
                self._strikes += 1
                self._client = self._new_client()
                raise FileUnreadableError(
                    "server-slow",
                    address=address,
                    size=len(answer.data),
                    seconds=round(monotonic() - started),
                )
            answer.ended.wait(max(left, 0))
        if answer.error is not None:
            raise answer.error
        return None if answer.missing else bytes(answer.data)


def _receive(client: httpx.Client, address: str, limit: int, answer: _Answer) -> None:
    try:
        _stream(client, address, limit, answer)
    except Exception as error:  # whatever it is, it is the reader's
        answer.error = error
    if not answer.end():
        client.close()


def _stream(client: httpx.Client, address: str, limit: int, answer: _Answer) -> None:
    import httpx

    try:
        with client.stream("GET", address) as response:
            if response.status_code in (404, 410):
                answer.missing = True
                return
            if (why := _refusal(response, address)) is not None:
                raise FileUnreadableError("server-answer", address=address, why=why)
            for piece in response.iter_raw():
                answer.data += piece
                if len(answer.data) > limit:
                    raise LogError("fetch-long", limit=limit, path=address)
                if answer.given_up:
                    return
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise FileUnreadableError("file-unreadable", why=_failure(error), path=address) from None
    except MemoryError:
        raise FileUnreadableError("file-too-large", path=address) from None


def _failure(error: Exception) -> Phrase:
    """Why there is no answer, or not all of it. What the system says of a connection stays in its words."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return Phrase("no answer in time")
    if isinstance(error, httpx.ConnectError):
        return Phrase("no connection ({detail})", detail=str(error) or type(error).__name__)
    if isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol):
        return Phrase("the answer broke off, or is no HTTP")
    return Phrase("no answer that can be read ({detail})", detail=type(error).__name__)


def _refusal(response: httpx.Response, address: str) -> Phrase | None:
    """What an answer is, where it is not the bytes of the file: a fault, a packed form, a page that some
    server or network shows in the place of every file."""
    if response.status_code != 200:
        return Phrase("HTTP status {status}", status=response.status_code)
    if (coding := response.headers.get("content-encoding", "identity").strip().lower()) != "identity":
        return Phrase("the Content-Encoding {coding}, which was not asked for", coding=repr(coding[:40]))
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html" and not address.endswith((".html", "/")):
        return Phrase("a web page in the place of the file")
    return None


def http_fetch(address: str, patience: Patience | None = None) -> Fetch:
    """A `Fetch` of files below an http or https address, over kept connections, without redirects.

    Raises LogError for an address that is none.
    """
    import httpx

    prefix = address.rstrip("/")
    try:
        httpx.URL(prefix)
        return _Server(prefix, patience or Patience()).fetch
    except (httpx.InvalidURL, ValueError) as error:
        raise LogError("address-form", address=repr(address[:200]), why=str(error)) from None
