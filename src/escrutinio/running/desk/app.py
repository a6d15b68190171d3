"""One desk for a workspace: signing, transcription, and the boards of coverage and operations, each for its
own sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.core.records.codes import LogRole
from escrutinio.running.desk.board import Board
from escrutinio.running.desk.calls import Calls
from escrutinio.running.desk.counting.app import CountingPages
from escrutinio.running.desk.counting.audits import AuditSource
from escrutinio.running.desk.counting.book import CountingBook
from escrutinio.running.desk.entrance import HOME, Entrance
from escrutinio.running.desk.local import LOOPBACK, asset, middleware
from escrutinio.running.desk.operations_page import OperationsBoard
from escrutinio.running.desk.sessions import SESSIONS, TYPING, Sessions, Use
from escrutinio.running.desk.signing.app import SigningPages
from escrutinio.running.desk.signing.place import SigningPlace
from escrutinio.running.desk.transcription.app import TranscriptionPages
from escrutinio.running.desk.transcription.desk import Desk, people_directory
from escrutinio.running.desk.transcription.tasks import Part
from escrutinio.running.desk.transcription.texts import fictional_in
from escrutinio.running.workspace.cabinet import Cabinet
from escrutinio.running.workspace.collection.collection import Collection
from escrutinio.running.workspace.workspace import SETTINGS, Workspace, open_workspace

DESK = "desk"
"""The directory in a workspace's private part."""
TYPED = "typed"
"""Its directory of transcriptions."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the desk listens, and the names and addresses under which it is asked for."""

    host: str
    port: int
    names: tuple[str, ...]


def read_listening(text: str, names: Sequence[str], tls: bool) -> Listening:
    """`ADDRESS:PORT`, an IPv4 address of this machine, with more names that people use for it.

    Raises InputError for anything else, for an address beyond this machine without TLS, and for 0.0.0.0
    without a name: people have to ask for something.
    """
    host, _, port = text.rpartition(":")
    try:
        address = ip_address(host)
        if address.version != 4 or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
            raise ValueError
    except ValueError:
        raise InputError("desk-listen", text=repr(text[:80])) from None
    for name in names:
        if not name or len(name) > 253 or not all(c.isascii() and (c.isalnum() or c in "-.") for c in name):
            raise InputError("desk-name", name=repr(name[:80]))
    if not address.is_loopback and not tls:
        raise InputError("desk-without-tls", address=host)
    own = () if address.is_unspecified else LOOPBACK if address.is_loopback else (host,)
    if not (own or names):
        raise InputError("desk-nameless", address=host)
    return Listening(host, int(port), tuple(dict.fromkeys((*own, *(name.lower() for name in names)))))


def desk_application(
    workspace: Workspace,
    *,
    names: Sequence[str] = LOOPBACK,
    now: Callable[[], int],
    keys: Mapping[str, str] | None = None,
    pictures: Desk | None = None,
    audits: AuditSource | None = None,
    private: Cabinet | None = None,
) -> Starlette:
    """The desk of a workspace, known by `names`: with the keys at hand on this machine, by the name that they
    sign as, the pictures that are to be typed, and the log whose `audits` are counted here, by default its
    own; `private` is its private part, open where that is sealed.

    Raises LogError where its log cannot be read.
    """
    directory = desk_directory(workspace)
    sessions = Sessions(directory, now)
    place = SigningPlace(workspace, directory, keys or {}, now, private)
    state = place.log().state

    def fictional(lang: str) -> str:
        return fictional_in(state, lang)

    entrance = Entrance(sessions, fictional, now)
    signing = SigningPages(
        place, lambda request: entrance.who(request, Use.SIGNER), entrance.turn_away, fictional, now
    )
    routes = [*entrance.routes(), *signing.routes(), Route("/assets/{name}", asset)]
    if pictures is not None:
        pages = TranscriptionPages(
            pictures, state, lambda request: _typist(entrance, request)[0], entrance.turn_away,
            HOME[Use.TYPIST], lambda request: _typist(entrance, request)[1],
        )  # fmt: skip
        routes += pages.routes()
    counting = CountingPages(
        audits or (lambda: (place.log().state, place.log().attachment)),
        CountingBook(directory),
        lambda request: entrance.who(request, Use.COUNTER),
        entrance.turn_away,
        fictional,
    )
    routes += counting.routes()
    of_party = workspace.role in (LogRole.PARTY, LogRole.OBSERVER)
    collection = Collection(workspace, opener=None if private is None else private.key) if of_party else None
    routes.append(Route(HOME[Use.BOARD], _guarded(entrance, Board(workspace, collection))))
    if workspace.role is LogRole.OFFICIAL:
        operations = OperationsBoard(
            workspace,
            Calls(directory),
            lambda request: entrance.who(request, Use.BOARD),
            entrance.turn_away,
            now,
        )
        routes += operations.routes()
    return Starlette(routes=routes, middleware=middleware(names))


def sessions_directory(directory: Path, use: Use = Use.TYPIST) -> Path:
    """Where the sessions for a use are: those of a workspace, or of a directory that `transcribe` works in.

    Raises InputError where it is neither, and for another use than typing in the latter.
    """
    people = people_directory(directory)
    if (people / SESSIONS).exists() and not (directory / SETTINGS).exists():
        if use is not Use.TYPIST:
            raise InputError("session-typist", directory=directory, use=use.value)
        return people
    return desk_directory(open_workspace(directory))


def desk_directory(workspace: Workspace) -> Path:
    """Where the desk keeps its sessions, certificate, drafts and transcriptions."""
    return workspace.private / DESK


def _typist(entrance: Entrance, request: Request) -> tuple[str | None, Part]:
    """Who types, and in which role."""
    sessions = (entrance.who(request, use) for use in TYPING)
    session = next((one for one in sessions if one is not None), None)
    if session is None or session.use is Use.TYPIST:
        return None if session is None else session.label, Part.PEER
    return session.label, Part(session.use.value)


def _guarded(entrance: Entrance, board: Board) -> Callable[..., object]:
    async def answer(request: Request) -> Response:
        if await run_in_threadpool(entrance.who, request, Use.BOARD) is None:
            return entrance.turn_away(request)
        return await board.page(request)

    return answer
