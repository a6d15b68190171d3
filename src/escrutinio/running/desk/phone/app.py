"""The server that scrutineers' phones send pictures to: session keys as at the desk, and one page.

GET  /phone            the page, kept by the phone's service worker
GET  /phone-worker.js  the service worker, with the exact list of what it keeps
POST /phone/pictures   one picture; answers the SHA-256 of what came, once it is on the disk
"""

from __future__ import annotations

import json
from asyncio import Lock, Semaphore
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from escrutinio.base.cores import cores
from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import title_in
from escrutinio.core.election.state import ElectionState
from escrutinio.intake.scan.clean import is_large, without_metadata
from escrutinio.publication.browser.bundle import join_modules
from escrutinio.running.desk.entrance import HOME, Entrance
from escrutinio.running.desk.local import (
    LOOPBACK,
    asset,
    language_of,
    middleware,
    remember_language,
    same_site,
    templates,
)
from escrutinio.running.desk.phone.texts import TEXTS
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.desk.transcription.texts import fictional_in
from escrutinio.running.workspace.collection.pictures import PictureBox

MAX_PICTURE = 16 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WORKER = "/phone-worker.js"
_MODULES = "/assets/js"
SCRIPT = f"{_MODULES}/phone/phone.js"
_READER = {
    "/assets/js/pages/qr-worker.js": "assets/js/pages/qr-worker.js",
    "/assets/js/pages/qr-attempts.js": "assets/js/pages/qr-attempts.js",
    "/assets/vendor/qr/decode.js": "assets/vendor/qr/decode.js",
    "/assets/vendor/qr/index.js": "assets/vendor/qr/index.js",
}
"""What reads codes beside the page, by address; the last two only where they were fetched at set-up."""

_STYLE = ("/assets/site.css", "/assets/local.css", "/assets/mark.svg")
_BROWSER = "escrutinio.publication.browser"
_DESK = "escrutinio.running.desk"


def phone_application(
    state: ElectionState,
    box: PictureBox,
    sessions: Sessions,
    *,
    names: Sequence[str] = LOOPBACK,
    now: Callable[[], int],
) -> Starlette:
    """The server of a collection's phones, known by `names`; its box has been begun."""
    pages = _PhonePages(state, box, Entrance(sessions, lambda lang: fictional_in(state, lang), now))
    return Starlette(routes=pages.routes(), middleware=middleware(names, POLICY))


class _PhonePages:
    def __init__(self, state: ElectionState, box: PictureBox, entrance: Entrance) -> None:
        self._state, self._box, self._entrance = state, box, entrance
        self._template = templates().get_template("phone.html")
        # A few hundred kilobytes may be many pixels: as many pictures are made again at once as there are
        # cores, and of the large ones one.
        self._at_once, self._large = Semaphore(cores()), Lock()

    def routes(self) -> list[Route]:
        return [
            *self._entrance.routes(),
            Route(HOME[Use.SCRUTINEER], self.page),
            Route(f"{HOME[Use.SCRUTINEER]}/pictures", self.receive, methods=["POST"]),
            Route(WORKER, self.worker),
            Route(SCRIPT, self.script),
            *(Route(address, self.reader) for address in _READER),
            Route("/assets/{name}", asset),
        ]

    async def page(self, request: Request) -> Response:
        if await run_in_threadpool(self._entrance.who, request, Use.SCRUTINEER) is None:
            return self._entrance.turn_away(request)
        lang = language_of(request)
        said = {name: say_in(lang, text) for name, text in TEXTS.items()}
        given = {"words": said, "contests": _contests(self._state, lang)}
        page = self._template.render(
            lang=lang,
            t=said,
            given=json.dumps(given),
            fictional=fictional_in(self._state, lang),
            script=SCRIPT,
        )
        return remember_language(request, HTMLResponse(page))

    async def receive(self, request: Request) -> Response:
        lang = language_of(request)
        if not same_site(request):
            return JSONResponse({"error": "site"}, 403)
        session = await run_in_threadpool(self._entrance.who, request, Use.SCRUTINEER)
        if session is None:
            return JSONResponse({"error": "session"}, 403)
        try:
            data = await _body(request)
            large = await run_in_threadpool(is_large, data)
            async with self._large if large else nullcontext(), self._at_once:
                digest = await run_in_threadpool(self._take, session.label, data)
        except ClientDisconnect:
            return Response(status_code=400)
        except InputError as error:
            status = 413 if error.code == "picture-large" else 422
            return JSONResponse({"error": "picture", "says": error.said_in(lang)}, status)
        except EscrutinioError:  # the disk: the phone keeps the picture and tries again
            return JSONResponse({"error": "later"}, 503)
        return JSONResponse({"receipt": digest}, 201)

    def _take(self, label: str, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        self._box.put(label, digest, without_metadata(data))
        return digest

    async def worker(self, _request: Request) -> Response:
        return Response(worker_script(), media_type="text/javascript")

    async def script(self, _request: Request) -> Response:
        return Response(phone_script(), media_type="text/javascript")

    async def reader(self, request: Request) -> Response:
        content = _reader_file(_READER[request.url.path])
        if content is None:
            return Response("Not found", 404)
        return Response(content, media_type="text/javascript")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_PICTURE:
            raise InputError("picture-large", limit=MAX_PICTURE)
    return bytes(body)


@cache
def phone_script() -> bytes:
    """The page's script and the modules that it needs, joined."""
    return join_modules(("pages/phone",), _module, dynamic=True).encode()


@cache
def worker_script() -> bytes:
    """The service worker: the exact list of what it keeps, and a version that changes with any of it."""
    kept = [*_STYLE, SCRIPT, *(path for path, name in _READER.items() if _reader_file(name) is not None)]
    source = files(_DESK).joinpath("assets", "phone-worker.js").read_bytes()
    page = files(_DESK).joinpath("templates", "phone.html").read_bytes()
    everything = [source, page, phone_script(), json.dumps(kept).encode(), *map(_style_file, _STYLE)]
    everything += [content for name in _READER.values() if (content := _reader_file(name)) is not None]
    version = sha256(b"".join(sha256(each).digest() for each in everything)).hexdigest()[:16]
    return f"self.KEPT = {json.dumps(kept)};\nself.VERSION = {json.dumps(version)};\n".encode() + source


def _module(name: str) -> str:
    own = files(_DESK).joinpath("assets", *f"{name}.js".split("/"))
    of_pages = files(_BROWSER).joinpath("assets", "js", *f"{name}.js".split("/"))
    return (own if own.is_file() else of_pages).read_text("utf-8")


def _style_file(address: str) -> bytes:
    name = address.rpartition("/")[2]
    places = ((_BROWSER, "assets/css"), (_BROWSER, "assets"), (_DESK, "assets"))
    found = (files(package).joinpath(*below.split("/"), name) for package, below in places)
    return next(each for each in found if each.is_file()).read_bytes()


def _reader_file(path: str) -> bytes | None:
    found = files(_BROWSER).joinpath(*path.split("/"))
    return found.read_bytes() if found.is_file() else None


def _contests(state: ElectionState, lang: str) -> dict[str, object]:
    """By code: the contest's title and those of its options, in the order of a sheet's counts."""
    return {
        each.code: {
            "title": title_in(each.titles, lang, each.code),
            "options": [title_in(one.titles, lang, one.code) for one in each.options],
        }
        for each in state.definition.body.contests
    }
