"""A hub, as whoever sends records to it sees it: patient with one that is busy or away, and trusting it in
nothing: a proof is checked before it counts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import monotonic, sleep

import msgspec

from escrutinio.base.clock import now
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.log.merkle import leaf_hash, verify_inclusion
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.proofs import MAX_PROOF, parse_proof, verify_proof
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.entry import open_record
from escrutinio.running.exchange.asking import HttpAnswer, HttpAsker, NoAnswerError
from escrutinio.running.exchange.entries import (
    ATTACHMENTS_AT,
    BATCH_TYPE,
    CHANNEL,
    ENTRIES,
    LONGEST_WAIT,
    MAX_ANSWER,
    MAX_BATCH_BYTES,
    MAX_BATCH_RECORDS,
    WAITING,
    BatchItem,
)
from escrutinio.running.exchange.parcel import named_attachments
from escrutinio.running.exchange.problem import read_problem

PATIENCE = 30.0
"""Seconds that one answer may take."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a request is made again, at most: twice as many each time, up to the longest."""

LONGEST_AFTER = 3600.0
"""Seconds that a hub may ask for by Retry-After at most."""

_BUSY = frozenset({408, 429, 502, 503, 504})
_AGAIN = _BUSY | {409}


class HubAwayError(LogError):
    """A hub cannot be reached, or is busy and asks to come again, `after` so many seconds at the earliest."""

    after = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a record: durable with the hub, and promised where it has a key for that; or why not,
    and whether the same bytes may be taken later, after so many seconds at the earliest."""

    promise: bytes = b""
    why: EscrutinioError | None = None
    again: bool = False
    after: float = 0.0


SOONEST = 1.0
"""Seconds after which a hub is asked again at the soonest that answers before it had to."""


@dataclass(frozen=True, slots=True)
class RecordAtHub:
    """What a hub says when it is asked for a record: whether it has it, the promise that it repeats while the
    record is not public, unchecked, and the proof once it is, checked."""

    known: bool
    promise: bytes = b""
    proof: bytes | None = None


def pause_before(tries: int, after: float = 0.0, longest: float = LONGEST_PAUSE) -> float:
    """Seconds to wait after so many tries that came to nothing: any time up to a top that doubles (full
    jitter), so that those who were cut off together do not come back together; never less than `after`."""
    top = FIRST_PAUSE * 2.0 ** min(max(tries - 1, 0), 30)
    return max(min(after, LONGEST_AFTER), random.uniform(0, min(longest, top)))


class HubClient:
    """Sends records to the hub at an http or https address.

    A hub that is busy or cannot be reached is asked again until `seconds` are over in all; `pause` waits so
    many of them.
    """

    def __init__(self, address: str, seconds: float = 0.0, pause: Callable[[float], object] = sleep) -> None:
        self.address = address
        self._asker = HttpAsker(address, PATIENCE)
        self._until, self._pause = monotonic() + seconds, pause

    def send(
        self,
        records: Sequence[bytes],
        attachments: Mapping[bytes, bytes],
        channel: Channel = Channel.NETWORK,
    ) -> list[Sent]:
        """Send records that came by a channel, and of what they attach that which the hub lacks; what became
        of each, in order.

        Raises LogError where the hub cannot be reached or does not take part; what it took stays taken.
        """
        return [sent for part in _cut(records) for sent in self._send_with(part, attachments, channel)]

    def _send_with(
        self, records: Sequence[bytes], attachments: Mapping[bytes, bytes], channel: Channel
    ) -> list[Sent]:
        """Send one part whole, files too, before the next one: a hub remembers so many that a key named."""
        found = self._send(records, channel)
        again = []
        for place, (raw, sent) in enumerate(zip(records, found, strict=True)):
            if sent.why is not None and sent.why.code == "hub-attachment-missing":
                self._attach(raw, attachments)
                again.append(place)
        if again:
            answers = self._send([records[place] for place in again], channel)
            for place, sent in zip(again, answers, strict=True):
                found[place] = sent
        return found

    def _send(self, records: Sequence[bytes], channel: Channel) -> list[Sent]:
        body = b"".join(records)
        headers = {"Content-Type": BATCH_TYPE, CHANNEL: channel.name.lower()}
        answer = self._ask("POST", ENTRIES, body, limit=MAX_ANSWER, headers=headers)
        if answer.status != 202:
            raise self._refusal(answer)
        try:
            items = msgspec.json.decode(answer.body, type=list[BatchItem])
        except NO_JSON:
            items = []
        if [item.digest for item in items] != [sha256(raw).hexdigest() for raw in records]:
            raise LogError("hub-other-answer", address=self.address)
        return [_sent(item) for item in items]

    def _attach(self, raw: bytes, attachments: Mapping[bytes, bytes]) -> None:
        """Send what a record names; what the hub does not want, it has, or was not asked for."""
        for digest in named_attachments(raw):
            path = f"{ATTACHMENTS_AT}/{file_name(digest)}"
            answer = self._ask("PUT", path, attachments.get(digest, b""), limit=MAX_ANSWER)
            if answer.status not in (204, 404):
                raise self._refusal(answer)

    def proof(self, raw: bytes, policy: Policy | None, wait: float = 0.0) -> bytes | None:
        """The proof that a record is in the log, as `ask` finds it; None while it is not public."""
        return self.ask(raw, policy, wait).proof

    def ask(self, raw: bytes, policy: Policy | None, wait: float = 0.0) -> RecordAtHub:
        """What the hub says of a record, after `wait` seconds at most, at once where the hub says that it
        will not be public by then; a proof is checked against the record and the policy.

        Without a policy nobody says whose the log is. Raises LogError, also where the proof does not hold.
        """
        until = monotonic() + wait
        while True:
            left = min(max(0, round(until - monotonic())), LONGEST_WAIT)
            path, headers = f"{ENTRIES}/{sha256(raw).hexdigest()}", {"Prefer": f"wait={left}"}
            asked = monotonic()
            answer = self._ask("GET", path, limit=MAX_PROOF, headers=headers, longer=left)
            if answer.status == 200:
                check_proof(answer.body, raw, policy)
                return RecordAtHub(True, proof=answer.body)
            if answer.status not in (202, 404):
                raise self._refusal(answer)
            if answer.status == 404 or monotonic() >= until or left == 0:
                return RecordAtHub(answer.status == 202, answer.body if answer.status == 202 else b"")
            # A hub need not wait, and does not for what waits for a moment.
            if monotonic() - asked < left - 1:
                after = max(SOONEST, _after(answer.headers.get("retry-after", "")))
                if monotonic() + after > until:
                    return RecordAtHub(True, answer.body)
                self._pause(after)

    def waiting(self, raw: bytes, promises: Sequence[bytes]) -> bytes | None:
        """The path of one of the promises of a record among what waits, checked against it; None where the
        hub has none. Who signed, and whether the log has the root, is not looked at. Raises LogError, also
        where the path is of none of them, RecordError where one is no record."""
        from escrutinio.core.verification.waiting import (
            MAX_WAITING_PROOF,
            check_waiting_proofs,
            parse_waiting_proof,
        )

        path = f"{ENTRIES}/{sha256(raw).hexdigest()}/{WAITING}"
        answer = self._ask("GET", path, limit=MAX_WAITING_PROOF)
        if answer.status in (404, 405):
            return None
        if answer.status != 200:
            raise self._refusal(answer)
        check_waiting_proofs(parse_waiting_proof(answer.body, self.address), map(open_record, promises))
        return answer.body

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
        longer: float = 0.0,
    ) -> HttpAnswer:
        tries = 0
        while True:
            try:
                answer = self._asker.ask(method, path, body, limit=limit, headers=headers, longer=longer)
            except NoAnswerError as none:
                if none.long:
                    raise LogError("hub-other-answer", address=self.address) from None
                why = HubAwayError("hub-unreached", address=self.address, why=none.why or "—")
                if none.slow:
                    why = HubAwayError("hub-slow", address=self.address, seconds=round(PATIENCE + longer))
            else:
                if answer.status not in _BUSY:
                    return answer
                why = self._refusal(answer).as_kind(HubAwayError)
                why.after = _after(answer.headers.get("retry-after", ""))
            left = self._until - monotonic()
            if left <= 0:
                raise why from None
            tries += 1
            self._pause(min(left, pause_before(tries, why.after)))

    def _refusal(self, answer: HttpAnswer) -> LogError:
        return LogError(
            "hub-refuses", address=self.address, why=read_problem(answer.status, answer.body).error
        )


def _sent(item: BatchItem) -> Sent:
    if item.problem is None:
        return Sent(item.promise or b"")
    why = item.problem.error
    seconds = why.values.get("seconds") if item.status == 429 else 0
    after = float(seconds) if isinstance(seconds, int) else 0.0
    return Sent(why=why, again=item.status in _AGAIN, after=max(0.0, min(after, LONGEST_AFTER)))


def _after(text: str) -> float:
    """The seconds of Retry-After (RFC 9110, section 10.2.3); none where it is neither they nor a date."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, OverflowError):
        return 0.0


def check_proof(proof: bytes, raw: bytes, policy: Policy | None) -> None:
    """Raise LogError where a proof is not one for this record, in a log that the policy trusts if there is
    one."""
    read = parse_proof(proof)
    if policy is not None:
        verify_proof(read, raw, policy)
        return
    head = read.checkpoint.checkpoint
    verify_inclusion(leaf_hash(raw), read.index, head.size, read.hashes, head.root)


def _cut(records: Sequence[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for raw in records:
        if part and (size + len(raw) > MAX_BATCH_BYTES or len(part) == MAX_BATCH_RECORDS):
            yield part
            part, size = [], 0
        part.append(raw)
        size += len(raw)
    if part:
        yield part
