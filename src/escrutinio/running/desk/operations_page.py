"""The operations board: what an authority's people watch on the day, and whom they call back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.clock import moment_text
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.store import ALL_HELD, Held
from escrutinio.core.records.codes import Kind
from escrutinio.publication.documents.charts import steps
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.running.desk.calls import Called, Calls, Outcome
from escrutinio.running.desk.local import language_of, read_form, remember_language, same_site, templates
from escrutinio.running.desk.operations import (
    Arrivals,
    Call,
    Ground,
    Stations,
    area_counts,
    arrivals_of,
    arrivals_waiting,
    hours_of,
    stations_of,
    waiting_sheets,
)
from escrutinio.running.desk.sessions import Session
from escrutinio.running.desk.transcription.texts import texts
from escrutinio.running.hub.sequencer import is_paused
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.witnesses import read_cosigning
from escrutinio.running.workspace.workspace import Workspace

PLACE = "/operations"
MOST_CALLS = 500
EVERY = 60
"""Seconds after which the page asks again."""
SORTS = ("why", "station", "area", "said")

CALL_WORDS: dict[Call, str] = {
    Call.NOT_OPENED: N_("No record says that it opened"),
    Call.NOT_CLOSED: N_("No record says that it closed"),
    Call.NOT_TRANSMITTED: N_("Sheets missing in the log"),
}
GROUND_WORDS: dict[Ground, str] = {
    Ground.NONE: N_("nothing"),
    Ground.EVENT: N_("its machine's word"),
    Ground.ZERO_REPORT: N_("its zero report"),
    Ground.SHEET: N_("its sheet"),
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.WORKING: N_("It answers that it is at work"),
    Outcome.NO_ANSWER: N_("Nobody answered"),
    Outcome.ON_THE_WAY: N_("Somebody is on the way there"),
    Outcome.NO_POWER: N_("It has no power"),
    Outcome.NO_NETWORK: N_("It has no network"),
    Outcome.MACHINE: N_("Its machine does not work"),
    Outcome.BY_HAND: N_("It counts by hand"),
}
STATUS_WORDS: dict[str, str] = {
    "open": N_("Open: what is received becomes public"),
    "paused": N_("Paused: what is received is kept, and becomes public when the hub is resumed"),
    "closed": N_("Closed: nothing is made public, since no publisher is at work in this workspace"),
}

_TEXTS: dict[str, str] = {
    "title": N_("Operations board"),
    "private": N_("For the authority's people; it is published nowhere."),
    "area": N_("Area"),
    "stations": N_("Stations"),
    "opened": N_("Opened"),
    "closed": N_("Closed"),
    "transmitted": N_("All sheets in"),
    "waiting": N_("Came and wait"),
    "paper": N_("On paper"),
    "calls": N_("To call"),
    "list": N_("Stations to call"),
    "station": N_("Station"),
    "center": N_("Center"),
    "why": N_("Why"),
    "known": N_("Known from"),
    "sheets": N_("Sheets"),
    "said": N_("Last call"),
    "none": N_("No station is to be called."),
    "note": N_("Note what came of the call"),
    "keep": N_("Keep"),
    "hub": N_("The hub"),
    "arrivals": N_("Arrivals"),
    "channel": N_("Channel"),
    "coverage": N_("Coverage board"),
    "still": N_("Stop renewing this page"),
    "renew": N_("Renew this page each minute"),
    "wrong": N_("Choose a station and what came of the call."),
    "elsewhere": N_("The form came from another page; open this one again."),
    "basis": N_(
        "From the public log alone: a station opened where its machine's word, its zero report or its sheet "
        "says so, and closed where its machine's word or its sheet does. What was received and is not public "
        "yet is left out, but for sheets that wait for their moment: they are counted apart and among the "
        "arrivals, and their stations are not called. Stations on paper have no machine and are not asked "
        "whether they opened or closed."
    ),
    "no-hours": N_(
        "Neither calendar nor command says when voting begins or ends (polls_open, polls_close): stations "
        "that no record speaks of are not in the list."
    ),
}


@dataclass(frozen=True, slots=True)
class HubStatus:
    """Whether what is received becomes public: `open`, `paused` or `closed`; how many records wait for that;
    which wait for the moment from which results may be public, and until when the last of them does; since
    when nothing is public for want of cosignatures (0 for not), and whose are missing."""

    code: str
    waiting: int
    later: tuple[Held, ...] = ()
    until: int = 0
    lacking: int = 0
    silent: tuple[str, ...] = ()

    @property
    def records(self) -> list[bytes]:
        """What waits for that moment."""
        return [each.record for each in self.later]

    def said_of_quorum(self, lang: str) -> str:
        """Whose cosignatures are missing, in a language; nothing where none is that anything waits for."""
        if not self.lacking:
            return ""
        return say_in(
            lang,
            "Since {moment} nothing becomes public, for want of cosignatures. Silent: {names}",
            moment=moment_text(self.lacking),
            names=", ".join(self.silent) or "–",
        )

    def said_of_later(self, lang: str) -> str:
        """What waits for that moment, in a language; nothing where nothing does."""
        if not self.later:
            return ""
        return say_in(
            lang,
            "Records with results that came and are not in the log yet: {count:,}; by the calendar it may "
            "have all of them from {until} on",
            until=moment_text(self.until),
            count=len(self.later),
        )


def hub_status(workspace: Workspace) -> HubStatus:
    """What the hub of a workspace does now. Raises LogError where the store cannot be read."""
    with workspace.store() as store:
        waiting = store.size - store.head("public").size
        held = store.held_until(ALL_HELD, ALL_HELD)
    until = max((each.until for each in held), default=0)
    code = "paused" if is_paused(workspace) else "open" if workspace.at_work() else "closed"
    cosigning = read_cosigning(workspace.private)
    lacking = 0 if cosigning.waiting is None else cosigning.waiting.since
    silent = tuple(each.name for each in cosigning.silent)
    return HubStatus(code, waiting, tuple(held), until, lacking, silent)


@dataclass(frozen=True, eq=False)
class Seen:
    """What was worked out from a log of some size."""

    stations: Stations
    arrivals: Arrivals

    @classmethod
    def of(cls, state: ElectionState) -> Seen:
        """Work it out."""
        return cls(stations_of(state), arrivals_of(state))


@dataclass(frozen=True, slots=True)
class CallRow:
    """A station to be called, as it is shown."""

    station: str
    center: str
    area: str
    why: Call
    opened: Ground
    closed: Ground
    failed: bool
    sheets: int
    due: int


def call_rows(found: Stations, calls: Mapping[Call, NDArray[np.bool_]], area: int) -> list[CallRow]:
    """The stations of an area that are to be called, by their reason and code."""
    state = found.state
    roll, here = state.roll, state.areas.within(area, state.roll.area)
    return [
        CallRow(
            roll.stations[each],
            f"{(center := roll.centers[int(roll.center[each])])} {roll.center_names.get(center, '')}".strip(),
            state.areas.names[int(roll.area[each])],
            why,
            Ground(int(found.opened[each])),
            Ground(int(found.closed[each])),
            bool(found.failed[each]),
            int(found.sheets[each]),
            int(found.due[each]),
        )
        for why, which in calls.items()
        for each in np.flatnonzero(which & here).tolist()
    ]


class OperationsBoard:
    """The page of operations; `who` gives the session of a request that may see it."""

    def __init__(
        self,
        workspace: Workspace,
        calls: Calls,
        who: Callable[[Request], Session | None],
        turn_away: Callable[[Request], Response],
        now: Callable[[], int],
    ) -> None:
        self._workspace, self._calls, self._who, self._turn_away = workspace, calls, who, turn_away
        self._now = now
        self._template = templates().get_template("operations.html")
        self._follower: Follower | None = None
        self._seen: Seen | None = None
        self._one = Lock()

    def routes(self) -> list[Route]:
        """The page, and the form that notes a call."""
        return [Route(PLACE, self.page), Route(f"{PLACE}/called", self.called, methods=["POST"])]

    async def page(self, request: Request) -> Response:
        if await run_in_threadpool(self._who, request) is None:
            return self._turn_away(request)
        return await run_in_threadpool(self._page, request)

    async def called(self, request: Request) -> Response:
        session = await run_in_threadpool(self._who, request)
        if session is None:
            return self._turn_away(request)
        if not same_site(request):
            return await run_in_threadpool(self._page, request, "elsewhere", 403)
        try:
            form = await read_form(request)
        except InputError:
            form = {}
        return await run_in_threadpool(self._note, request, session, form)

    def _note(self, request: Request, session: Session, form: dict[str, str]) -> Response:
        station, outcome = form.get("station", ""), form.get("outcome", "")
        if station not in self._now_seen().stations.state.roll.index or outcome not in set(Outcome):
            return self._page(request, "wrong", 422)
        self._calls.add(
            Called(station=station, outcome=Outcome(outcome), at=self._now(), label=session.label)
        )
        return RedirectResponse(f"{PLACE}?{request.url.query}", 303)

    def _now_seen(self) -> Seen:
        with self._one:  # pages are made in threads, and a follower goes one step at a time
            if self._follower is None:
                self._follower = Follower(self._workspace.open())
            state = self._follower.advance().state
            if self._seen is None or self._seen.stations.state is not state:
                self._seen = Seen.of(state)
            return self._seen

    def _page(self, request: Request, refused: str = "", status: int = 200) -> Response:
        seen, lang, now = self._now_seen(), language_of(request), self._now()
        found, state = seen.stations, seen.stations.state
        asked = request.query_params
        hours = hours_of(state)
        area = state.areas.index.get(asked.get("area", ""), 0)
        hub = hub_status(self._workspace)
        waiting = waiting_sheets(state, hub.records)
        calls = found.calls(hours, now, waiting)
        whole, children = area_counts(found, np.logical_or.reduce(list(calls.values())), area, waiting)
        sort = asked["sort"] if asked.get("sort") in SORTS else SORTS[0]
        latest = self._calls.latest()
        rows = _sorted(call_rows(found, calls, area), sort, latest)
        here = state.areas.within(area, state.roll.area) & found.votes
        held = arrivals_waiting(state, hub.later).within(here)
        came = seen.arrivals.within(here).beside(held)
        due, tree, body = int(found.due[here].sum()), state.areas, state.definition.body
        more = len(rows) - MOST_CALLS
        page = self._template.render(
            lang=lang,
            t={key: say_in(lang, text) for key, text in _TEXTS.items()},
            every=0 if asked.get("still") else EVERY,
            fictional="" if body.kind is Kind.REAL else texts(lang)["fictional"],
            election=choose(body.titles, lang, body.code).text,
            organisation=self._workspace.settings.titles.get(lang, self._workspace.settings.operator),
            path=[(tree.codes[each], tree.names[each]) for each in tree.path(area)],
            area=tree.codes[area],
            whole=whole,
            areas=children,
            heading=say_in(
                lang,
                "{whole:,} of {stations:,} stations have all their sheets in the log",
                whole=whole.transmitted,
                stations=whole.stations,
            ),
            timeless=hours.opens is None or hours.closes is None,
            hub=say_in(lang, STATUS_WORDS[hub.code]),
            waiting=say_in(lang, "Records received and not public yet: {waiting:,}", waiting=hub.waiting),
            later=hub.said_of_later(lang),
            lacking=hub.said_of_quorum(lang),
            size=say_in(
                lang, "The log has {size:,} entries; read {moment}.", size=state.size, moment=moment_text(now)
            ),
            rows=[_shown(row, latest.get(row.station), lang) for row in rows[:MOST_CALLS]],
            more=say_in(lang, "{more:,} more are not listed; choose a smaller area.", more=more)
            if more > 0
            else "",
            sort=sort,
            sorts=SORTS,
            outcomes=[(each.value, say_in(lang, text)) for each, text in OUTCOME_WORDS.items()],
            refused=refused,
            picture=_picture(came, due),
            arrived=_arrived(came, due, len(held.moments), lang),
            channels=[(say_in(lang, WORDS[type(each)][each]), n) for each, n in came.by_channel().items()],
        )
        return remember_language(request, HTMLResponse(page, status))


def _sorted(rows: list[CallRow], sort: str, latest: dict[str, Called]) -> list[CallRow]:
    if sort == "station":
        return sorted(rows, key=lambda row: row.station)
    if sort == "area":
        return sorted(rows, key=lambda row: (row.area, row.station))
    if sort == "said":  # who was never called comes first, then whose call is oldest
        return sorted(rows, key=lambda row: latest[row.station].at if row.station in latest else 0)
    return rows


def _shown(row: CallRow, last: Called | None, lang: str) -> dict[str, str]:
    known = say_in(
        lang,
        "opened: {opened}; closed: {closed}",
        opened=say_in(lang, GROUND_WORDS[row.opened]),
        closed=say_in(lang, GROUND_WORDS[row.closed]),
    )
    if row.failed:
        known += "; " + say_in(lang, "its machine says that it could not transmit")
    said = "" if last is None else f"{say_in(lang, OUTCOME_WORDS[last.outcome])} · {moment_text(last.at)}"
    return {
        "station": row.station,
        "center": row.center,
        "area": row.area,
        "why": say_in(lang, CALL_WORDS[row.why]),
        "known": known,
        "sheets": f"{row.sheets}/{row.due}",
        "said": said,
    }


def _picture(came: Arrivals, due: int) -> str:
    curve = came.curve()
    if not curve:
        return ""
    start, end = curve[0][0], curve[-1][0]
    marks = [(0, moment_text(start)), (max(1, end - start), moment_text(end))]
    return steps([(at - start, count) for at, count in curve], marks, end - start, max(due, curve[-1][1]))


def _arrived(came: Arrivals, due: int, waiting: int, lang: str) -> list[str]:
    told = len(came.moments)
    said = [say_in(lang, "{told:,} of {due:,} sheets that are expected have come.", told=told, due=due)]
    if told:
        first, last = moment_text(int(came.moments[0])), moment_text(int(came.moments[-1]))
        said.append(
            say_in(
                lang,
                "The first came {first}, the last {last}. The top of the picture is all that are expected.",
                first=first,
                last=last,
            )
        )
    if waiting:
        said.append(
            say_in(
                lang,
                "Of these wait for the moment from which results may be public, and are not in the log: "
                "{waiting:,}",
                waiting=waiting,
            )
        )
    if untold := len(came.untold):
        said.append(
            say_in(
                lang,
                "Left out: {untold:,} more sheets in the log, of which no receiver has said when they came.",
                untold=untold,
            )
        )
    return said
