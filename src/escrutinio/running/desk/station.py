"""The one screen of a polling station: what is in its outbox, printed, sent, received, and receipt codes.

It only shows; `escrutinio outbox send` sends. It asks for itself again every few seconds, without a script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.publication.documents.labels import RECORDS
from escrutinio.running.desk.local import asset, language_of, middleware, remember_language, templates
from escrutinio.running.desk.transcription.texts import texts
from escrutinio.running.exchange.delivery import NOT_BELIEVED
from escrutinio.running.exchange.outbox import Held, Outbox, OutboxSettings, Told

EVERY = 5
"""Seconds after which the page asks again."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a record's way: what it is called, whether it is done, and when or what is to be done."""

    name: str
    done: bool
    said: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A record on the screen: its contest or type, its station, its steps, the receipt code once there is
    one, and sentences about it."""

    title: str
    station: str
    steps: tuple[Step, ...]
    code: str
    notes: tuple[str, ...]


def station_application(outbox: Outbox, now: Callable[[], int]) -> Starlette:
    """The screen of an outbox, for this machine alone."""
    template, one = templates().get_template("station.html"), Lock()

    def draw(lang: str) -> str:
        with one:
            settings, held, last = outbox.settings, outbox.held(), outbox.last_try
        moment = now()
        shown = [show_record(each, settings, lang, moment) for each in held]
        done = sum(each.public is not None for each in held)
        said = ""
        if last is not None and last.why is not None and _matters(last.why, held):
            said = last.why.error.said_in(lang)
        return template.render(
            lang=lang,
            t={key: say_in(lang, text) for key, text in _TEXTS.items()},
            every=EVERY,
            fictional="" if settings.real else texts(lang)["fictional"],
            election=settings.title.get(lang, settings.election[:16]),
            heading=say_in(
                lang, "{public:,} of {records:,} received and public", public=done, records=len(held)
            ),
            records=shown,
            problem=said,
        )

    async def page(request: Request) -> Response:
        lang = language_of(request)
        return remember_language(request, HTMLResponse(await run_in_threadpool(draw, lang)))

    routes = [Route("/", page), Route("/assets/{name}", asset)]
    return Starlette(routes=routes, middleware=middleware())


def _matters(why: Told, held: Sequence[Held]) -> bool:
    """Whether poll workers are to see what an address said: where something is still to be sent, or where an
    answer was not believed."""
    unsent = any(each.sent is None and each.public is None for each in held)
    return unsent or (why.code in NOT_BELIEVED and any(each.public is None for each in held))


def show_record(each: Held, settings: OutboxSettings, lang: str, moment: int) -> Shown:
    """A record as the screen shows it at a moment, in a language."""
    entry = each.entry
    called = say_in(lang, RECORDS[entry.body.NAME])
    contest = settings.contests.get(entry.about.contest or "", {}).get(lang)
    notes = []
    if each.refused is not None and each.public is None:
        notes.append(each.refused.error.said_in(lang))
    if each.overdue(moment):
        notes.append(
            say_in(
                lang,
                "By this machine's clock it was promised to be public by now. Call your center; keep "
                "the paper.",
            )
        )
    sent = each.sent or each.public
    on_stick = each.saved is not None and sent is None
    not_yet = say_in(lang, "not yet")
    steps = (
        Step(say_in(lang, "Printed"), each.printed is not None, _when(each.printed, moment) or not_yet),
        Step(
            say_in(lang, "Sent"),
            sent is not None,
            say_in(lang, "on a stick") if on_stick else _when(sent, moment) or not_yet,
        ),
        Step(
            say_in(lang, "Received"),
            each.public is not None,
            _when(each.public, moment) or (_promised(each.by, moment, lang) if sent is not None else not_yet),
        ),
    )
    title = called if contest is None else f"{contest} · {called}"
    return Shown(title, entry.about.station or "", steps, each.code or "", tuple(notes))


def _promised(by: int | None, now: int, lang: str) -> str:
    if by is None:
        return say_in(lang, "not yet")
    return say_in(lang, "promised by {moment}", moment=_when(by, now))


def _when(moment: int | None, now: int) -> str:
    """The time by this machine's clock and zone, with the day where that is not today's."""
    if moment is None:
        return ""
    then, today = (datetime.fromtimestamp(each, UTC).astimezone() for each in (moment, now))
    return then.strftime("%H:%M" if then.date() == today.date() else "%Y-%m-%d %H:%M")


_TEXTS: dict[str, str] = {
    "title": N_("Station"),
    "station": N_("Station"),
    "code": N_("Receipt code"),
    "no_code": N_("no code yet"),
    "reminder": N_(
        "Write the code on the paper. It is a reminder and no proof: the proof is in the outbox, and anybody "
        "finds the record in the log by the code."
    ),
    "none": N_("Nothing is in the outbox yet."),
    "problem": N_("The network"),
}
