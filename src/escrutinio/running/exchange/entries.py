"""How records go to a hub over HTTP, after the SCITT reference API: addresses, media types and bounds.

    POST /entries                 one record (application/cose), or several one after another (a CBOR
                                  sequence, RFC 8742, application/cbor-seq)
        202                       durable; `Location` is where to ask. One record: the body is the signed
                                  promise, where the hub has a key for that. Several: a JSON list, in order
        201                       public within the seconds of `Prefer: wait=N`; the body is the .tlog-proof
    GET /entries/<SHA-256>        200 with the .tlog-proof; 202 as above while it is not public; 404
    GET /entries/<SHA-256>/waiting
                                  while a record with results waits: 200 with the proof that its promise is
                                  in the root which the receiver last had logged; 404
    PUT /attachments/<SHA-256>    204; only what a record named that would be admitted
    GET /problems/<code>          what a refusal says

`Escrutinio-Channel` names how the records came to whoever posts them, as that one says it: `network`, which
is what is meant without it, `satellite`, `removable`, `qr` or `typed`. `arrival` records repeat it.

Everything refused is said as problem details (`problem`). The same bytes again get the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.core.records.codes import Channel
from escrutinio.running.exchange.problem import ProblemDetails

ENTRIES, WAITING, ATTACHMENTS_AT = "entries", "waiting", "attachments"
RECORD_TYPE, BATCH_TYPE, JSON_TYPE = "application/cose", "application/cbor-seq", "application/json"
PROOF_TYPE = "text/plain; charset=utf-8"

CHANNEL = "Escrutinio-Channel"
CHANNELS = tuple(each.name.lower() for each in Channel)

MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_BATCH_RECORDS = 5_000
MAX_ANSWER = 16 * 1024 * 1024
"""Bounds of one batch, and of what a client reads of the answer to it."""

LONGEST_WAIT = 60
"""Seconds that a hub waits with an answer at most (`Prefer: wait=N`)."""

_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*("?)([0-9]+)\1\s*(?=$|[,;])', re.ASCII | re.IGNORECASE)

ATTACHMENT_MISSING, KEY_BUSY = "attachment-missing", "key-busy"
"""Codes of refusal beside those of admission: a file that is to be sent first; a key that sends too much."""


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one record of a batch: its SHA-256, the status that it would get by itself, its index in
    the log, the promise in base64 (a JSON text), or the problem."""

    digest: str
    status: int
    index: int | None = None
    promise: bytes | None = None
    problem: ProblemDetails | None = None


def channel_named(name: str) -> Channel:
    """The channel of a name as it travels. Raises InputError for any other."""
    if name not in CHANNELS:
        raise InputError("hub-channel", given=repr(name[:40]), known=", ".join(CHANNELS))
    return Channel[name.upper()]


def seconds_of(preferences: Sequence[str]) -> int:
    """The seconds of `wait=N` in the values of `Prefer` (RFC 7240, section 4.3), as many as are waited; 0
    where none stands there, or no number."""
    found = _WAIT.search(",".join(preferences))
    if found is None:
        return 0
    digits = found[2].lstrip("0")
    return LONGEST_WAIT if len(digits) > len(str(LONGEST_WAIT)) else min(int(digits or "0"), LONGEST_WAIT)
