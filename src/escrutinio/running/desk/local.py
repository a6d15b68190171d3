"""Pages for people of one organisation, on this machine or, over TLS, on its network.

Only requests under the names that were given are answered, by default those of the loopback address, so that
no other site can reach a form through a name that it lets point here (DNS rebinding), and only a form of this
very site is read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.resources import files
from typing import TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.local_http import HOST, Headers
from escrutinio.base.words.catalogue import SOURCE, endonyms, languages
from escrutinio.base.words.wording import whole

MAX_FORM = 64 * 1024

Who = TypeVar("Who")

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


LOOPBACK = (HOST, "localhost")


def middleware(names: Sequence[str] = LOOPBACK, policy: str = "") -> tuple[Middleware, ...]:
    """What every page goes through, where the machine is known by these names and addresses; `policy` is what
    its pages may load, where that is more than the desk's may."""
    headers = _HEADERS | ({"content-security-policy": policy} if policy else {})
    return (
        Middleware(TrustedHostMiddleware, allowed_hosts=list(names), www_redirect=False),
        Middleware(Headers, headers_of=lambda _path, _status: headers),
    )


def same_site(request: Request) -> bool:
    """Whether a form comes from a page of this very address (its Origin header says so)."""
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host')}"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an URL-encoded form, the last of each name. Raises InputError if it is too long."""
    from urllib.parse import parse_qsl

    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM:
            raise InputError("form-long", limit=MAX_FORM)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10_000))
    except (UnicodeDecodeError, ValueError):
        raise InputError("form-none") from None


def form_page(
    who: Callable[[Request], Who | None],
    page: Callable[[Request, Who, Mapping[str, str] | None], Response],
    *,
    outside: Callable[[Request], Response],
    elsewhere: Callable[[Request], Response],
    refused: Callable[[Request, Who, EscrutinioError], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """A page with a form, for those whom `who` knows: `page` answers, with the form where one was sent.

    `outside` answers the others, `elsewhere` a form from another site, `refused` what `page` raises.
    """

    async def answer(request: Request) -> Response:
        known = await run_in_threadpool(who, request)
        if known is None:
            return outside(request)
        form: Mapping[str, str] | None = None
        try:
            if request.method == "POST":
                if not same_site(request):
                    return await run_in_threadpool(elsewhere, request)
                form = await read_form(request)
            return await run_in_threadpool(page, request, known, form)
        except EscrutinioError as error:
            return await run_in_threadpool(refused, request, known, error)

    return answer


def language_of(request: Request) -> str:
    """One of the catalogues' languages: as the address asks, else as the browser prefers, else English."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked in languages():
        return asked
    preferred = request.headers.get("accept-language", "").lower()
    return next((each for each in languages() if preferred.startswith(each)), SOURCE)


def remember_language(request: Request, answer: Response) -> Response:
    """Let an answer keep the language that the address asks for."""
    if (asked := request.query_params.get("lang")) in languages():
        answer.set_cookie("lang", str(asked), samesite="strict", secure=request.url.scheme == "https")
    return answer


def templates() -> Environment:
    """The environment of the local pages: everything is escaped, an unknown name is an error."""
    root = files(__package__).joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda name: root.joinpath(name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["endonyms"] = endonyms()
    environment.filters["number"] = whole
    return environment


def asset(request: Request) -> Response:
    """Style sheets and scripts: the house's own style, and what the local pages add."""
    name = request.path_params["name"]
    found = _ASSETS.get(name)
    if found is None:
        return Response("Not found", 404)
    package, path, kind = found
    return Response(files(package).joinpath(*path.split("/")).read_bytes(), media_type=kind)


_ASSETS = {
    "site.css": ("escrutinio.publication.browser", "assets/css/site.css", "text/css"),
    "mark.svg": ("escrutinio.publication.browser", "assets/mark.svg", "image/svg+xml"),
    "local.css": ("escrutinio.running.desk", "assets/local.css", "text/css"),
    "entrance.js": ("escrutinio.running.desk", "assets/entrance.js", "text/javascript"),
    "transcription.js": ("escrutinio.running.desk", "assets/transcription.js", "text/javascript"),
}
