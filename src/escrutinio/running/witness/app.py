"""A witness over HTTP (C2SP tlog-witness), as an ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from escrutinio.base.errors import LogError
from escrutinio.running.exchange.tlog_witness import (
    ADD_CHECKPOINT,
    MAX_REQUEST,
    SIZE_TYPE,
    read_add_checkpoint,
)
from escrutinio.running.witness.cosigner import Cosigner, NotCosignedError


def witness_application(cosigner: Cosigner) -> Starlette:
    """Answers add-checkpoint, and monitors. Sentences of refusals are in English, for the log's operator."""

    async def add(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_REQUEST:
                return PlainTextResponse(f"{LogError('witness-request')}\n", 400)
        return await run_in_threadpool(_answer, cosigner, bytes(body))

    async def show(request: Request) -> Response:
        note = await run_in_threadpool(cosigner.shown, request.path_params["digest"])
        if note is None:
            return PlainTextResponse("", 404)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"cache-control": "no-cache"})

    return Starlette(
        routes=[
            Route(f"/{ADD_CHECKPOINT}", add, methods=["POST"]),
            Route("/{digest}/checkpoint", show, methods=["GET"]),
        ]
    )


def _answer(cosigner: Cosigner, body: bytes) -> Response:
    try:
        request = read_add_checkpoint(body)
    except LogError as error:
        return PlainTextResponse(f"{error}\n", 400)
    try:
        lines = cosigner.add_checkpoint(request)
    except NotCosignedError as error:
        if error.size is not None:
            return Response(f"{error.size}\n", 409, {"content-type": SIZE_TYPE})
        return PlainTextResponse(f"{error}\n", error.status)
    return PlainTextResponse(b"".join(line.line for line in lines))
