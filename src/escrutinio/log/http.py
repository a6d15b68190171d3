"""Reading a log's files over HTTP; the only module of this room that opens a connection."""

from __future__ import annotations

import httpx

from escrutinio.log.reader import Fetch
from escrutinio.records.errors import LogError

_TIMEOUT_SECONDS = 30.0


def http_fetch(address: str) -> Fetch:
    """A `Fetch` of files below an http or https address, over one kept connection, without redirects."""
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
                    raise LogError(f"{prefix}/{path} was answered with HTTP status {response.status_code}.")
                data = bytearray()
                for chunk in response.iter_bytes(64 * 1024):
                    data += chunk
                    if len(data) > limit:
                        raise LogError(f"{prefix}/{path} is longer than {limit} bytes.")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise LogError(f"{prefix}/{path} cannot be read: {str(error) or type(error).__name__}.") from None
        return bytes(data)

    return fetch
