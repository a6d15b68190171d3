"""The receiver of a hub as an ASGI application (`exchange.entries` says what goes over the wire)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from threading import Lock
from time import perf_counter

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from escrutinio.base.errors import CONTEXT, EscrutinioError, InputError, LogError, RecordError
from escrutinio.base.words.catalogue import SOURCE, catalogue, languages
from escrutinio.core.log.accept import Refusal
from escrutinio.core.log.store import Store
from escrutinio.core.records.attachments import MAX_ATTACHMENT, digest_of
from escrutinio.core.records.cose import MAX_RECORD, records_of
from escrutinio.running.exchange.entries import (
    ATTACHMENTS_AT,
    BATCH_TYPE,
    CHANNEL,
    ENTRIES,
    MAX_BATCH_BYTES,
    MAX_BATCH_RECORDS,
    PROOF_TYPE,
    RECORD_TYPE,
    WAITING,
    channel_named,
    seconds_of,
)
from escrutinio.running.exchange.problem import PROBLEM_TYPE, PROBLEMS, problem_body
from escrutinio.running.hub.answers import refuse_record, refuse_with, shown, taken, taken_together
from escrutinio.running.hub.bodies import BadRequestError, Bodies
from escrutinio.running.hub.committing import Paths
from escrutinio.running.hub.holding import Kept, answer_of
from escrutinio.running.hub.intake import Intake
from escrutinio.running.hub.keeper import Keeper
from escrutinio.running.hub.measures import Measures
from escrutinio.running.hub.promising import Promising
from escrutinio.running.hub.public_log import PublicLog
from escrutinio.running.workspace.workspace import Workspace

_HEX = re.compile(r"[0-9a-f]{64}")


_REFUSED = (BadRequestError, HTTPException, LogError, ClientDisconnect)
"""What a request can end with."""
_POSTED_TO = f"/{ENTRIES}"

UNREADABLE = PROBLEM_TYPE, problem_body(InputError("hub-no-http"), 400)
"""Media type and body of the answer to bytes that are no request."""


class Receiver:
    """Answers requests for a workspace's log; `store` and `promises` are its own, to look things up."""

    def __init__(
        self,
        workspace: Workspace,
        keeper: Keeper,
        store: Store,
        promises: Promising | None,
        measures: Measures,
        health: Callable[[], EscrutinioError | None],
    ) -> None:
        self._keeper, self._store, self._promises = keeper, store, promises
        self._paths = None if promises is None else Paths(promises)
        self._public = PublicLog(workspace)
        self._measures, self._health = measures, health
        self._lock, self._bodies = Lock(), Bodies()
        self._intake: Intake | None = None

    def application(self) -> ASGIApp:
        """The application, to be served by one process and one event loop."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            self._intake = Intake(self._keeper, self._measures.count)
            yield
            await self._intake.close()

        others = Starlette(
            routes=[
                Route(_POSTED_TO, self._post, methods=["POST"]),
                Route(f"/{ENTRIES}/{{digest}}", self._ask, methods=["GET"]),
                Route(f"/{ENTRIES}/{{digest}}/{WAITING}", self._ask_waiting, methods=["GET"]),
                Route(f"/{ATTACHMENTS_AT}/{{digest}}", self._attach, methods=["PUT"]),
                Route(f"/{PROBLEMS}/{{code}}", self._explain, methods=["GET"]),
                Route("/health", self._say_health, methods=["GET"]),
                Route("/metrics", self._say_measures, methods=["GET"]),
            ],
            exception_handlers=dict.fromkeys((*_REFUSED, Exception), self._refuse),
            lifespan=lifespan,
        )
        others.router.redirect_slashes = False  # to an address that whoever asks would choose

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            """What comes by the thousand goes past the framework, which takes half of the time."""
            if scope.get("path") != _POSTED_TO or scope.get("method") != "POST":
                await others(scope, receive, send)
                return
            request = Request(scope, receive)
            try:
                response = await self._post(request)
            except _REFUSED as error:
                response = await self._refuse(request, error)
            except Exception as fault:
                await _refused(request, fault)(scope, receive, send)
                raise  # the server says all of it
            await response(scope, receive, send)

        return application

    async def _refuse(self, request: Request, error: Exception) -> Response:
        if not (isinstance(error, BadRequestError) and error.status == 408):
            await self._bodies.forget_rest(request)
        return _refused(request, error)

    # --- records ---

    async def _post(self, request: Request) -> Response:
        started = perf_counter()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == RECORD_TYPE:
            raw = await self._bodies.read(request, MAX_RECORD)
            answer = (await self._take([raw], request))[0]
            response = await self._answer_one(raw, answer, _wait(request))
        elif kind == BATCH_TYPE:
            records = _cut(await self._bodies.read(request, MAX_BATCH_BYTES))
            response = taken_together(records, await self._take(records, request))
        else:
            raise BadRequestError(415, InputError("hub-type", given=repr(kind[:60]), known=RECORD_TYPE))
        self._measures.answered(response.status_code, perf_counter() - started)
        return response

    async def _take(self, records: list[bytes], request: Request) -> list[Kept | Refusal]:
        assert self._intake is not None
        sender = request.client.host if request.client else ""
        try:
            channel = channel_named(request.headers.get(CHANNEL, "network"))
        except InputError as error:
            raise BadRequestError(400, error) from None
        try:
            return await self._intake.take(records, sender, channel)
        except InputError as error:
            raise BadRequestError(503, error) from None

    async def _answer_one(self, raw: bytes, answer: Kept | Refusal, seconds: float) -> Response:
        if isinstance(answer, Refusal):
            return refuse_record(answer)
        digest = sha256(raw).digest()
        if answer.index is None:
            return taken(digest, answer)
        if (answer.duplicate or seconds) and await self._public.until_public(answer.index, seconds):
            proof = await run_in_threadpool(self._public.proof, answer.index)
            if proof is not None:
                return shown(digest, proof, 201 if not answer.duplicate else 200)
        return taken(digest, answer)

    async def _ask(self, request: Request) -> Response:
        digest = _digest(request)
        found = await run_in_threadpool(self._find, digest)
        if isinstance(found, LogError):
            raise BadRequestError(403, found)
        if found is None:
            raise BadRequestError(404, InputError("hub-no-entry", digest=digest.hex()))
        if found.index is not None and await self._public.until_public(found.index, _wait(request)):
            proof = await run_in_threadpool(self._public.proof, found.index)
            if proof is not None:
                return shown(digest, proof, 200)
        return taken(digest, found)

    async def _ask_waiting(self, request: Request) -> Response:
        digest = _digest(request)
        proof = await run_in_threadpool(self._waiting, digest)
        if proof is None:
            raise BadRequestError(404, InputError("hub-not-waiting", digest=digest.hex()))
        return Response(proof, media_type=PROOF_TYPE)

    def _waiting(self, digest: bytes) -> bytes | None:
        with self._lock:
            return None if self._paths is None else self._paths.proof(digest)

    def _find(self, digest: bytes) -> Kept | LogError | None:
        with self._lock:
            held = self._store.held(digest)  # first, since it leaves when it enters
            index = self._store.index_of(digest)
            if index is None:
                if held is not None and held.stopped:
                    return LogError("hub-stopped", code=held.stopped)
                return None if held is None else answer_of(held, self._promises)
            promise = b"" if self._promises is None else self._promises.find(digest)
            return Kept(index, True, promise)

    async def _attach(self, request: Request) -> Response:
        digest = _digest(request)
        try:
            size = self._keeper.wanted(digest)
        except InputError as error:
            raise _unwanted(error) from None
        if size is None:
            raise BadRequestError(404, InputError("hub-attachment-unnamed", name=digest.hex()))
        content = await self._bodies.read(request, min(size, MAX_ATTACHMENT))
        if digest_of(content) != digest:
            raise BadRequestError(422, InputError("hub-attachment-other", name=digest.hex()))
        try:
            await run_in_threadpool(self._keeper.hold, content)
        except InputError as error:
            raise _unwanted(error) from None
        return Response(status_code=204)

    # --- about itself ---

    async def _explain(self, request: Request) -> Response:
        code = str(request.path_params["code"])
        if not catalogue(SOURCE).has(CONTEXT, code):
            raise HTTPException(404)
        said = (catalogue(each).pgettext(CONTEXT, code) for each in sorted(languages()))
        return PlainTextResponse("".join(f"{each}\n" for each in said))

    async def _say_health(self, _request: Request) -> Response:
        assert self._intake is not None
        with self._lock:
            self._store.head("public")  # a store that cannot be used says why
        if (error := self._keeper.trouble or self._health() or self._intake.trouble) is not None:
            return refuse_with(503, error)
        return PlainTextResponse("ok\n")

    async def _say_measures(self, _request: Request) -> Response:
        assert self._intake is not None
        with self._lock:
            size, later, stopped = self._store.size, self._store.waits()[0], len(self._store.stopped())
        public = self._public.size
        said = self._measures.said(
            waiting=self._intake.waiting,
            held=len(self._intake.quarantine),
            later=later,
            stopped=stopped,
            public=public,
            behind=max(0, size - public),
        )
        return Response(said.body, media_type=said.type)


def _cut(body: bytes) -> list[bytes]:
    try:
        records = records_of(body)
    except RecordError as error:
        raise BadRequestError(400, error) from None
    if not 0 < len(records) <= MAX_BATCH_RECORDS:
        raise BadRequestError(413, InputError("hub-batch", limit=MAX_BATCH_RECORDS, count=len(records)))
    return records


def _digest(request: Request) -> bytes:
    given = str(request.path_params["digest"])
    if not _HEX.fullmatch(given):
        raise BadRequestError(404, InputError("hub-no-entry", digest=repr(given[:80])))
    return bytes.fromhex(given)


def _unwanted(error: InputError) -> BadRequestError:
    return BadRequestError(404 if error.code == "hub-attachment-unnamed" else 429, error)


def _wait(request: Request) -> int:
    return seconds_of(request.headers.getlist("prefer"))


def _refused(request: Request, error: Exception) -> Response:
    match error:
        case BadRequestError():
            response = refuse_with(error.status, error.error, 1 if error.status in (429, 503) else None)
            if error.status in (408, 413):
                response.headers["Connection"] = "close"
            return response
        case HTTPException():
            code = "hub-no-method" if error.status_code == 405 else "hub-no-address"
            path = repr(request.url.path[:200])
            response = refuse_with(error.status_code, InputError(code, method=request.method, path=path))
            response.headers.update(error.headers or {})
            return response
        case LogError():
            return refuse_with(503, error, 5)
        case ClientDisconnect():
            return Response(status_code=400)  # which nobody reads: half a body is none
    return refuse_with(500, LogError("hub-fault", what=type(error).__name__), 5)
