"""What a receiver answers about a record, as HTTP: status, media type and body, or problem details."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from starlette.responses import Response

from escrutinio.base.clock import now
from escrutinio.base.errors import EscrutinioError
from escrutinio.core.log.accept import Refusal
from escrutinio.running.exchange.entries import (
    ATTACHMENT_MISSING,
    ENTRIES,
    JSON_TYPE,
    KEY_BUSY,
    PROOF_TYPE,
    RECORD_TYPE,
    BatchItem,
)
from escrutinio.running.exchange.problem import PROBLEM_TYPE, problem_body, problem_of
from escrutinio.running.hub.holding import Kept

STATUS = {
    "malformed": 400,
    "does-not-fit": 413,
    "not-enrolled": 409,
    ATTACHMENT_MISSING: 409,
    KEY_BUSY: 429,
    "bad-signature": 403,
    "not-entitled": 403,
    "out-of-scope": 403,
    "revoked": 403,
}
"""The status of what is refused, by the code of the kind; 422 for the rest."""

TRY_AGAIN = {"not-enrolled": 10, KEY_BUSY: 1, ATTACHMENT_MISSING: 0}
"""Seconds after which the same bytes may be taken."""


LONGEST_AFTER = 3_600
"""Seconds after which at most whoever sent something that waits is told to ask again."""


def refuse_with(status: int, error: EscrutinioError, after: int | None = None) -> Response:
    """Problem details for a refusal; `after`: seconds after which to try again."""
    headers = {} if after is None else {"Retry-After": str(after)}
    return Response(problem_body(error, status), status, headers, PROBLEM_TYPE)


def refuse_record(refusal: Refusal) -> Response:
    """Why one record was not taken."""
    after = TRY_AGAIN.get(refusal.code)
    if refusal.code == KEY_BUSY:
        seconds = refusal.why.values.get("seconds")
        after = max(1, seconds) if isinstance(seconds, int) else 1
    return refuse_with(STATUS.get(refusal.code, 422), refusal.why, after)


def taken(digest: bytes, kept: Kept) -> Response:
    """One record is durable: the promise, where there is one, and where to ask for the proof."""
    after = 1 if kept.index is not None else max(1, min(kept.until - now(), LONGEST_AFTER))
    headers = {"Location": f"/{ENTRIES}/{digest.hex()}", "Retry-After": str(after)}
    return Response(kept.promise, 202, headers, RECORD_TYPE if kept.promise else None)


def shown(digest: bytes, proof: bytes, status: int) -> Response:
    """One record is public: its proof."""
    headers = {"Location": f"/{ENTRIES}/{digest.hex()}"}
    return Response(proof, status, headers, PROOF_TYPE)


def taken_together(records: Sequence[bytes], answers: Sequence[Kept | Refusal]) -> Response:
    """The answers to a batch: 202, and a JSON list in the order of the records."""
    items = [_item(sha256(raw).hexdigest(), answer) for raw, answer in zip(records, answers, strict=True)]
    return Response(msgspec.json.encode(items), 202, media_type=JSON_TYPE)


def _item(digest: str, answer: Kept | Refusal) -> BatchItem:
    if isinstance(answer, Refusal):
        status = STATUS.get(answer.code, 422)
        return BatchItem(digest, status, problem=problem_of(answer.why, status))
    return BatchItem(digest, 202, answer.index, answer.promise or None)
