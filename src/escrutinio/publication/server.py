"""A publication served as static files, with the headers that a mirror should send too."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_CHANGING = ("/log/checkpoint", "/live.json")


class Headers:
    """Adds the headers; only what changes with every checkpoint is not to be cached."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = dict(HEADERS)
                if str(scope.get("path", "")).endswith(_CHANGING):
                    extra["cache-control"] = "no-cache"
                message["headers"] += [(name.encode(), value.encode()) for name, value in extra.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def application(directory: Path) -> ASGIApp:
    """An ASGI application over the files below `directory`; follows no link out of it."""
    files = StaticFiles(directory=directory, html=True, follow_symlink=False)
    return Starlette(routes=[Mount("/", files)], middleware=[Middleware(Headers)])
