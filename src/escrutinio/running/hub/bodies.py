"""The bodies of requests, whole: bounded in length, in time, and in what is held of all of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.core.records.cose import MAX_RECORD

BODY_SECONDS = 20.0
"""How long a body may take: who sends slower comes with less at once."""

MOST_HELD = 512 * 1024 * 1024
"""Bytes of long bodies that are held at once. A single record is always read, else those who send much would
keep out those who send little."""


REST_SECONDS, MOST_REST = 5.0, 256 * 1024 * 1024
"""How long, and how much of it, the rest of a body that is refused is still read."""
_WHOLE = "escrutinio.body-whole"


class BadRequestError(Exception):
    """What a request is refused with: an HTTP status and why."""

    def __init__(self, status: int, error: EscrutinioError) -> None:
        super().__init__(error.code)
        self.status, self.error = status, error


class Bodies:
    """Reads bodies, in one event loop."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, request: Request, limit: int) -> bytes:
        """A body of at most `limit` bytes, whole, within the time it has.

        Raises BadRequestError, and ClientDisconnect for one that ends before it is whole.
        """
        given = request.headers.get("content-length", "0")
        if not given.isdecimal() or int(given) > limit:
            raise BadRequestError(413, InputError("hub-body-long", limit=limit))
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._read_into(body, request, limit)
        except TimeoutError:
            raise BadRequestError(408, InputError("hub-body-slow", seconds=round(BODY_SECONDS))) from None
        finally:
            self._held -= len(body)
        return bytes(body)

    async def _read_into(self, body: bytearray, request: Request, limit: int) -> None:
        more = True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece = message.get("body", b"")
            body += piece
            self._held += len(piece)
            more = message.get("more_body", False)
            request.scope[_WHOLE] = not more
            if len(body) > limit:
                raise BadRequestError(413, InputError("hub-body-long", limit=limit))
            if self._held > MOST_HELD and len(body) > MAX_RECORD:
                raise BadRequestError(503, InputError("hub-crowded"))

    async def forget_rest(self, request: Request) -> None:
        """Read on what the sender of a refused request still writes, and forget it: otherwise the connection
        is reset under them, and a web server that passes a body on never reads why it was refused."""
        if request.method not in ("POST", "PUT") or request.scope.get(_WHOLE) or "expect" in request.headers:
            return
        left = MOST_REST
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                while left > 0:
                    message = await request.receive()
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return
                    left -= len(message.get("body", b""))
