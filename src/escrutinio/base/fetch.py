"""Fetching files below a directory or an http(s) address, bounded; the one module that opens connections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from escrutinio.base.errors import FileUnreadableError, LogError

_TIMEOUT_SECONDS = 30.0

Fetch = Callable[[str, int], bytes | None]
"""(path, greatest size in bytes) -> content, or None when there is no such file.

Raises FileUnreadableError when it cannot be read, LogError when the content is longer.
"""


def _directory_fetch(directory: Path) -> Fetch:
    root = str(directory)

    def fetch(path: str, limit: int) -> bytes | None:
        try:
            with open(f"{root}/{path}", "rb", buffering=0) as file:
                data = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FileUnreadableError(f"{path} cannot be read: {error.strerror}.") from None
        if data is None or len(data) > limit:
            raise LogError(f"{path} is longer than {limit} bytes.")
        return data

    return fetch


def open_files(address: str | Path) -> Fetch:
    """The files below a directory, or below an http or https address; nothing is read yet.

    Raises LogError when it is neither.
    """
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        return http_fetch(address)
    directory = Path(address)
    if not directory.is_dir():
        raise LogError(f"There is no log here: {directory} is not a directory.")
    return _directory_fetch(directory)


def http_fetch(address: str) -> Fetch:
    """A `Fetch` of files below an http or https address, over one kept connection, without redirects."""
    import httpx  # only where an address is read: it takes as long to load as the whole verifier

    prefix = address.rstrip("/")
    try:
        httpx.URL(prefix)
        client = httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False)
    except (httpx.InvalidURL, ValueError) as error:
        raise LogError(f"{address[:200]!r} is not a usable address: {error}.") from None

    def fetch(path: str, limit: int) -> bytes | None:
        try:
            with client.stream("GET", f"{prefix}/{path}") as response:
                if response.status_code in (404, 410):
                    return None
                if response.status_code != 200:
                    status = response.status_code
                    raise FileUnreadableError(f"{prefix}/{path} was answered with HTTP status {status}.")
                data = bytearray()
                for chunk in response.iter_bytes(64 * 1024):
                    data += chunk
                    if len(data) > limit:
                        raise LogError(f"{prefix}/{path} is longer than {limit} bytes.")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = str(error) or type(error).__name__
            raise FileUnreadableError(f"{prefix}/{path} cannot be read: {why}.") from None
        return bytes(data)

    return fetch
