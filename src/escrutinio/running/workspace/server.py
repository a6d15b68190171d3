"""A publication served as static files, with the headers that a mirror should send too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from escrutinio.base.local_http import Headers
from escrutinio.base.words.catalogue import languages
from escrutinio.publication.browser.policy import CSP
from escrutinio.publication.browser.verifier import is_verifier
from escrutinio.publication.site.missing import NAME as MISSING

HEADERS_ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
HEADERS = HEADERS_ALWAYS | {
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}

FOREVER = "public, max-age=31536000, immutable"
"""For what is named by its place in an append-only log, or by its digest."""

LIVE = "no-cache"
"""For everything else: kept, but asked about each time, which costs an answer without content."""


NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""The policy of what programs read: where a browser shows it after all, it may load nothing.

It is short: a slow phone waits for it with every part of the log."""

_TEXTS = (".html", ".js", ".css", ".json", ".svg", ".xml", ".geojson", ".txt")

_FOR_PROGRAMS = frozenset({"log", "data", "attachments", "assets"})
"""What lies in these directories has no ending of its own, or none that a reader types."""

_TOP = frozenset(
    {"log", "data", "attachments", "embed", "assets", "latest.json", "live.json", MISSING, *languages()}
)


def headers_of(path: str) -> Iterator[tuple[str, str]]:
    """The headers for a path such as `/log/checkpoint`, also where the publication stands one level down.

    Result cards may stand in anybody's page, nothing else may. The offline verifier, home, the page of
    a station and that of what is missing have their whole policy, with digests of what stands inside them, in
    themselves; a browser applies both, so that this one may forbid nothing that theirs allow.
    """
    parts = path.strip("/").split("/")
    place = parts if parts[0] in _TOP or is_verifier(parts[0]) else parts[1:]
    yield from (HEADERS if place[:1] not in (["data"], ["log"]) else HEADERS_ALWAYS).items()
    match place:
        case ["embed", *_]:
            policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
        case ["data" | "log", *_]:
            policy = NO_PAGE
        case [_] | [_, "index.html" | "station.html"]:
            policy = "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        case _:
            policy = f"{CSP}; frame-ancestors 'none'"
    yield "content-security-policy", policy
    match place:
        case ["log", "tile", *_] | ["attachments", _]:
            yield "cache-control", FOREVER
        case ["latest.json"]:
            yield "cache-control", LIVE
            yield "access-control-allow-origin", "*"
        case _:
            yield "cache-control", LIVE


def _headers(path: str, status: int) -> dict[str, str]:
    """The headers of an answer; what is not there is not remembered, and its page has its own."""
    found = dict(headers_of(f"/{MISSING}" if status == 404 else path))
    if status not in (200, 206, 304):
        found["cache-control"] = LIVE
    return found


class _Compress:
    """Texts go over the line compressed, which a slow phone waits a third as long for.

    What is asked for in part, and what the log and the attachments hold, goes as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressed = GZipMiddleware(app, minimum_size=500, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        text = path.endswith(("/", *_TEXTS)) and b"range" not in dict(scope.get("headers", ()))
        await (self._compressed if text else self._plain)(scope, receive, send)


class _Files(StaticFiles):
    """Files, and for an address of a page that is not there the `404.html` that is nearest above it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            found = await super().get_response(path, scope)
            if found.status_code != 404:
                return found
        except HTTPException as error:
            if error.status_code != 404:
                raise
        for above in Path(path).parents if _names_page(Path(path)) else ():
            missing, about = await to_thread.run_sync(self.lookup_path, str(above / MISSING))
            if about is not None and S_ISREG(about.st_mode):
                return FileResponse(missing, stat_result=about, status_code=404)
        raise HTTPException(status_code=404)


def _names_page(path: Path) -> bool:
    """Whether somebody asks for a page; programs ask for files that need not be there, and get no page."""
    return path.suffix == ".html" or not (path.suffix or _FOR_PROGRAMS.intersection(path.parts))


def application(directory: Path) -> ASGIApp:
    """An ASGI application over the files below `directory`; follows no link out of it."""
    files = _Files(directory=directory, html=True, follow_symlink=False)
    middleware = [Middleware(Headers, headers_of=_headers), Middleware(_Compress)]
    return Starlette(routes=[Mount("/", files)], middleware=middleware)
