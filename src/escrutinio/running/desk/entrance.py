"""How people come into the desk: with a session key, kept in a cookie that no script reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.errors import InputError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.running.desk.local import language_of, read_form, remember_language, same_site, templates
from escrutinio.running.desk.sessions import TYPING, Attempts, Session, Sessions, Use

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIE, SAFE_COOKIE = "desk", "__Host-desk"
"""Under TLS the name itself makes browsers refuse a cookie that another host or plain HTTP set."""

MOST_WRONG, WITHIN = 10, 60
"""So many wrong keys from one address in so many seconds; then it has to wait. Who is in stays in."""

HOME: Mapping[Use, str] = {
    **dict.fromkeys(TYPING, "/transcription"),
    Use.SIGNER: "/sign",
    Use.BOARD: "/board",
    Use.SCRUTINEER: "/phone",
    Use.COUNTER: "/counting",
}

_TEXTS: dict[str, str] = {
    "title": N_("Desk"),
    "lead": N_("Enter with the session key that the supervisor gave you. It is yours alone."),
    "key": N_("Session key"),
    "begin": N_("Begin"),
    "wrong": N_("No session in force has this key; ask the supervisor."),
    "wait": N_("Too many wrong keys from this machine; wait a minute."),
    "elsewhere": N_("The form came from another page; open this one again."),
    "ended": N_("The session is over; ask the supervisor for another key."),
    "other": N_("Your session is in force, and this page is for another use; it takes a key for that."),
}


class Entrance:
    """Who a request comes from, and the page on which people give their key."""

    def __init__(self, sessions: Sessions, fictional: Callable[[str], str], now: Callable[[], int]) -> None:
        self._sessions, self._fictional, self._now = sessions, fictional, now
        self._wrong = Attempts(MOST_WRONG, WITHIN, now)
        self._template = templates().get_template("entrance.html")

    def routes(self) -> list[Route]:
        """The pages of coming in and going."""
        return [
            Route("/", self.home),
            Route("/enter", self.enter, methods=["GET", "POST"]),
            Route("/leave", self.leave, methods=["POST"]),
        ]

    def who(self, request: Request, use: Use) -> Session | None:
        """The session of a request, None where it has none in force for this use."""
        found = self._session(request)
        return found if found is not None and found.use is use else None

    def turn_away(self, request: Request) -> Response:
        """What a request without a session for what it asks gets."""
        if not request.cookies.get(_cookie(request)):
            return self._page(request, status=403)
        return self._page(request, "ended" if self._session(request) is None else "other", 403)

    def _session(self, request: Request) -> Session | None:
        key = request.cookies.get(_cookie(request), "")
        return self._sessions.of_key(key) if key else None

    async def home(self, request: Request) -> Response:
        for use, place in HOME.items():
            if await run_in_threadpool(self.who, request, use) is not None:
                return remember_language(request, RedirectResponse(place, 303))
        return self._page(request)

    async def enter(self, request: Request) -> Response:
        if request.method == "GET":
            return self._page(request)
        if not same_site(request):
            return self._page(request, "elsewhere", 403)
        address = request.client.host if request.client else ""
        if self._wrong.too_many(address):
            return self._page(request, "wait", 429)
        try:
            key = (await read_form(request)).get("key", "")
        except InputError:
            key = ""
        found = await run_in_threadpool(self._sessions.of_key, key) if key else None
        if found is None:
            self._wrong.failed(address)
            return self._page(request, "wrong", 403)
        answer = RedirectResponse(HOME[found.use], 303)
        answer.set_cookie(
            _cookie(request),
            key.strip(),
            max_age=found.until - self._now(),
            httponly=True,
            secure=_is_safe(request),
            samesite="strict",
        )
        return answer

    async def leave(self, request: Request) -> Response:
        if not same_site(request):
            return self._page(request, "elsewhere", 403)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(_cookie(request), httponly=True, secure=_is_safe(request), samesite="strict")
        return answer

    def _page(self, request: Request, refused: str = "", status: int = 200) -> Response:
        lang = language_of(request)
        said = {name: say_in(lang, text) for name, text in _TEXTS.items()}
        page = self._template.render(
            lang=lang, t=said, fictional=self._fictional(lang), refused=said[refused] if refused else ""
        )
        return remember_language(request, HTMLResponse(page, status))


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie(request: Request) -> str:
    """Browsers keep one cookie of a name for all ports of a host: each desk on it has its own."""
    name = SAFE_COOKIE if _is_safe(request) else COOKIE
    return f"{name}-{request.url.port}" if request.url.port else name
