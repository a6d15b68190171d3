"""The coverage board of an organisation's own log: which stations have no copy yet. For its people alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from escrutinio.base.clock import moment_text
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import COPIES, REPORTED, ContestView, ElectionState
from escrutinio.core.records.codes import Kind, LogRole
from escrutinio.running.desk.local import asset, language_of, middleware, remember_language, templates
from escrutinio.running.desk.transcription.texts import texts
from escrutinio.running.workspace.collection.collection import Collection
from escrutinio.running.workspace.collection.sheets import HELD, NotTaken, Why
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.workspace import Workspace

MOST_STATIONS = 2_000
NEWEST = 20
EVERY = 20
"""Seconds after which the page asks again."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An area: how many stations vote there and how many have a copy."""

    code: str
    name: str
    stations: int
    held: int

    @property
    def missing(self) -> int:
        """Stations without a copy."""
        return self.stations - self.held


@dataclass(frozen=True, slots=True)
class Missing:
    """A station without a copy, and its center."""

    station: str
    center: str


@dataclass(frozen=True)
class Coverage:
    """What a contest's copies cover, from an area down."""

    state: ElectionState
    view: ContestView
    has: NDArray[np.bool_]

    def areas(self, area: int) -> list[Covered]:
        """An area's children, or itself where it has none."""
        tree = self.state.areas
        within = tree.children(area) or (area,)
        place, votes = self.state.roll.area, self.view.stations
        found = []
        for each in within:
            here = tree.within(each, place) & votes
            found.append(
                Covered(tree.codes[each], tree.names[each], int(here.sum()), int((here & self.has).sum()))
            )
        return [each for each in found if each.stations]

    def missing(self, area: int) -> tuple[list[Missing], int]:
        """The first stations of an area without a copy, and how many there are."""
        roll = self.state.roll
        without = np.flatnonzero(self.state.areas.within(area, roll.area) & self.view.stations & ~self.has)
        listed = []
        for station in without[:MOST_STATIONS].tolist():
            center = roll.centers[int(roll.center[station])]
            name = roll.center_names.get(center, "")
            listed.append(Missing(roll.stations[station], f"{center} {name}".strip()))
        return listed, len(without)


def coverage(state: ElectionState, contest: str, organisation: str) -> Coverage:
    """What the organisation's copies cover; a station with two differing copies is covered."""
    return coverage_in(state, contest, f"{COPIES}{organisation}")


def coverage_in(state: ElectionState, contest: str, code: str) -> Coverage:
    """What the sheets of a basis cover."""
    view, table = state.contest(contest), state.tables[contest]
    basis = next((n for n, each in enumerate(state.bases) if each.code == code), -1)
    has = np.zeros(len(state.roll), np.bool_)
    rows = (table.basis == basis) & (table.station >= 0) & (basis >= 0)
    has[table.station[rows]] = True
    return Coverage(state, view, has)


def newest(state: ElectionState) -> list[tuple[int, str, str, str]]:
    """The last copies: log index, station, contest, when they were signed (UTC)."""
    found: list[tuple[int, str, str, str]] = []
    for contest, table in state.tables.items():
        for row in np.argsort(table.index)[-NEWEST:].tolist():
            if (station := int(table.station[row])) >= 0:
                moment = moment_text(int(table.issued_at[row]))
                found.append((int(table.index[row]), state.roll.stations[station], contest, moment))
    return sorted(found, reverse=True)[:NEWEST]


def application(collection: Collection) -> Starlette:
    """The board of a collection; it follows the log as its checkpoint changes."""
    board = Board(collection.workspace, collection)
    routes = [Route("/", board.page), Route("/assets/{name}", asset)]
    return Starlette(routes=routes, middleware=middleware())


class Board:
    """The page of what a workspace's sheets cover, of a collection its copies; it follows the log as its
    checkpoint changes."""

    def __init__(self, workspace: Workspace, collection: Collection | None = None) -> None:
        self.workspace, self.collection = workspace, collection
        self.template = templates().get_template("board.html")
        self._follower: Follower | None = None
        self._one = Lock()

    def _basis(self) -> str:
        return REPORTED if self.collection is None else f"{COPIES}{self.collection.name}"

    def _state(self) -> ElectionState:
        with self._one:  # pages are made in threads, and a follower goes one step at a time
            if self._follower is None:
                self._follower = Follower(self.workspace.open())
            return self._follower.advance().state

    async def page(self, request: Request) -> Response:
        return await run_in_threadpool(self._page, request)

    def _page(self, request: Request) -> Response:
        state, lang = self._state(), language_of(request)
        asked = request.query_params
        contests = [view.code for view in state.contests]
        contest = asked["contest"] if asked.get("contest") in contests else contests[0]
        found = coverage_in(state, contest, self._basis())
        tree = state.areas
        top = tree.index[found.view.area]
        area = tree.index.get(asked.get("area", ""), top)
        missing, all_missing = found.missing(area)
        more = all_missing - len(missing)
        waiting = () if self.collection is None else self.collection.waiting()
        whole = Covered(
            tree.codes[area],
            tree.names[area],
            int((tree.within(area, state.roll.area) & found.view.stations).sum()),
            int((tree.within(area, state.roll.area) & found.view.stations & found.has).sum()),
        )
        body = state.definition.body
        page = self.template.render(
            lang=lang,
            t=board_texts(lang, self.collection is not None),
            every=EVERY,
            operations=say_in(lang, "Operations board") if self.workspace.role is LogRole.OFFICIAL else "",
            fictional="" if body.kind is Kind.REAL else texts(lang)["fictional"],
            election=choose(body.titles, lang, body.code).text,
            organisation=self.workspace.settings.titles.get(lang, self.workspace.settings.operator),
            contest=contest,
            contests=[(view.code, choose(view.titles, lang, view.code).text) for view in state.contests],
            path=[(tree.codes[each], tree.names[each]) for each in tree.path(area)],
            areas=found.areas(area),
            whole=whole,
            heading=say_in(
                lang,
                "{held:,} of {stations:,} stations have a copy"
                if self.collection is not None
                else "{held:,} of {stations:,} stations have a sheet",
                held=whole.held,
                stations=whole.stations,
            ),
            missing=missing,
            more=more and say_in(lang, "{more:,} more are not listed; choose a smaller area.", more=more),
            held=_listed(waiting, lang, True),
            refused=_listed(waiting, lang, False),
            newest=newest(state),
        )
        return remember_language(request, HTMLResponse(page))


def _listed(waiting: Sequence[NotTaken], lang: str, held: bool) -> list[tuple[str, int, list[NotTaken]]]:
    """What was not taken, by reason: the sentence, how many, the first of them."""
    some = [one for one in waiting if (one.why in HELD) is held]
    counted = Counter(one.why for one in some)
    return [
        (say_in(lang, WHY[why]), count, [one for one in some if one.why is why][:MOST_STATIONS])
        for why, count in counted.most_common()
    ]


WHY: dict[Why, str] = {
    Why.ZERO: N_("All figures are zero: held until a person says otherwise"),
    Why.DIFFERS: N_("Differs from the copy held of the same sheet"),
    Why.STATION: N_("No such station in the roll"),
    Why.CONTEST: N_("Not a contest of this election"),
    Why.COUNTS: N_("Another number of options, or an impossible count"),
    Why.ELECTION: N_("A record of another election"),
    Why.SIGNATURE: N_("Signed by no key that the election's log enrols"),
    Why.REVOKED: N_("Signed by a key that the election's log revoked"),
    Why.ROLE: N_("Signed by somebody who may not make such a sheet"),
    Why.SCOPE: N_("Signed by a key for other stations or contests"),
    Why.UNREAD: N_("No QR code could be read"),
    Why.OTHER: N_("Not a tally sheet"),
}
"""Why a sheet was not taken."""

_TEXTS: dict[str, str] = {
    "title": N_("Coverage board"),
    "private": N_("For this organisation's people; it is published nowhere."),
    "area": N_("Area"),
    "stations": N_("Stations"),
    "held": N_("With a copy"),
    "missing": N_("Without"),
    "list": N_("Stations without a copy"),
    "center": N_("Center"),
    "station": N_("Station"),
    "contest": N_("Contest"),
    "none": N_("Every station has a copy."),
    "waiting": N_("Waiting for a person"),
    "refused": N_("Not taken"),
    "newest": N_("Newest copies"),
    "entry": N_("Entry"),
    "signed": N_("Signed"),
}


_OF_SHEETS: dict[str, str] = {
    "held": N_("With a sheet"),
    "list": N_("Stations without a sheet"),
    "none": N_("Every station has a sheet."),
    "newest": N_("Newest sheets"),
}
"""Where the board is not that of an organisation's copies."""


def board_texts(language: str, copies: bool = True) -> dict[str, str]:
    """The board's texts in a language of the catalogues, about copies or about the sheets of a log."""
    said = _TEXTS if copies else _TEXTS | _OF_SHEETS
    return {key: say_in(language, text) for key, text in said.items()}
