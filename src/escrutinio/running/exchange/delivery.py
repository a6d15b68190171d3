"""What an outbox sends, and what it believes of the answers: a promise by a receiver that the log enrols, for
this very record; a proof that the trust file vouches for. Whatever else a hub says counts as no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from time import monotonic

from escrutinio.base.clock import now
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError, RecordError
from escrutinio.base.files import DirectoryLock
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import open_record, verify
from escrutinio.core.records.types import Promise
from escrutinio.running.exchange.hub_client import (
    LONGEST_AFTER,
    HubAwayError,
    HubClient,
    Sent,
    check_proof,
    pause_before,
)
from escrutinio.running.exchange.outbox import Held, LastTry, Outbox, told_of

LONGEST_REST = 60.0
"""Seconds between two tries of one record, or of all, at most, unless a hub asks for more."""

LONG = 1.0
"""Seconds after which an address that did not answer has kept the others waiting."""

NOT_BELIEVED = frozenset({"outbox-promise", "outbox-proof"})
"""The codes of answers that do not hold."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: records that hubs took, and that were found public; seconds after which the
    next one is due; why an address did not answer as it should, if one did not."""

    taken: int
    proved: int
    rest: float
    why: EscrutinioError | None = None


def check_promise(promise: bytes, raw: bytes, election: bytes, receivers: Iterable[tuple[str, bytes]]) -> int:
    """By when a receiver promised a record to be public, in seconds since 1970. Raises RecordError where that
    is no promise of this record, signed by one of these receivers (names and public keys)."""
    entry = open_record(promise)
    if not isinstance(entry.body, Promise):
        raise RecordError("promise-other-type", type=entry.body.NAME)
    if entry.body.record != sha256(raw).digest() or entry.election != election:
        raise RecordError("promise-of-another", digest=entry.body.record.hex())
    keys = [key for name, key in receivers if (name, key_id(key)) == (entry.signer, entry.kid)]
    if not keys:
        raise RecordError("promise-signer", signer=entry.signer)
    verify(promise, keys[0])
    return entry.body.by


class Delivery:
    """Sends an outbox's records to its addresses. Only one may be at work on an outbox; `close` ends it.

    Raises LogError where another one is.
    """

    def __init__(self, outbox: Outbox, patience: float = 0.0) -> None:
        self._lock = DirectoryLock(outbox.directory, "outbox-busy")
        self._outbox, self._settings = outbox, outbox.settings
        self._policy: Policy = parse_trust(self._settings.trust).policy
        self._election = bytes.fromhex(self._settings.election)
        self._hubs = [HubClient(address, patience) for address in self._settings.addresses]
        self._vain = 0
        self._away: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._slow: set[str] = set()
        self.refused: set[bytes] = set()
        """Digests of the records that every address refuses, and will go on refusing as they are."""

    def close(self) -> None:
        """Let another one work."""
        self._lock.release()

    def round(self, *, again: bool = False) -> Round:
        """Send what is due, and ask for the proofs of what was taken. With `again` all is due."""
        moment = now()
        waiting = [each for each in self._outbox.held() if each.public is None]
        due = [each for each in waiting if again or each.due <= moment]
        to_send = [each for each in due if each.sent is None or each.overdue(moment)]
        proved, whys = 0, list[EscrutinioError]()
        started = monotonic()
        self._away = {address for address, time in self._not_before.items() if time > started}
        self._slow = set()
        taken, doubted = self._send_all(to_send, whys)
        for each in waiting:
            if each.sent is not None or each.digest in taken or each.digest in doubted:
                proved += self._prove(each, taken.get(each.digest) or each.hub, whys)
        gained = len(taken) + proved
        self._vain = 0 if gained else self._vain + 1
        # One that asks to be left alone is, and one that keeps the others waiting; where another may be
        # asked, nothing waits for it.
        ended = monotonic()
        if len(self._away) < len(self._hubs):
            self._not_before |= dict.fromkeys(self._slow, ended + LONGEST_REST)
        after = min(max(0.0, self._not_before.get(hub.address, 0.0) - ended) for hub in self._hubs)
        rest = max(1.0 if not whys else 0.0, pause_before(self._vain, after, LONGEST_REST))
        said = None if not whys else told_of(whys[0])
        self._outbox.note_try(LastTry(moment, now() + round(rest), said))
        return Round(len(taken), proved, rest, whys[0] if whys else None)

    def _send_all(
        self, records: Sequence[Held], whys: list[EscrutinioError]
    ) -> tuple[dict[bytes, str], set[bytes]]:
        """The records that a hub took, and which one, by digest; each address is asked for what is left. And
        those for which a hub's answer was not believed: it may have them all the same."""
        taken, doubted = dict[bytes, str](), set[bytes]()
        refused: dict[bytes, list[Sent]] = {}
        records, attachments, lacking = self._outbox.whole(records)
        whys += lacking
        for hub in self._hubs:
            if hub.address in self._away:
                continue
            for channel in Channel:
                left = [each for each in records if each.channel is channel and each.digest not in taken]
                if not left:
                    continue
                asked = monotonic()
                try:
                    answers = hub.send([each.raw for each in left], attachments, channel)
                except LogError as error:
                    whys.append(error)
                    self._leave(hub.address, error, asked)
                    break
                for each, answer in zip(left, answers, strict=True):
                    if answer.why is not None:
                        refused.setdefault(each.digest, []).append(answer)
                    elif self._believe(each, answer.promise, hub.address, whys):
                        taken[each.digest] = hub.address
                    else:
                        doubted.add(each.digest)
        for each in records:
            if each.digest not in taken and (answers_to := refused.get(each.digest)) is not None:
                self._turn_down(each, answers_to)
        return taken, doubted

    def _leave(self, address: str, error: LogError, asked: float) -> None:
        """Ask an address no more in this round, and for as long as it says."""
        self._away.add(address)
        if isinstance(error, HubAwayError):
            if error.after:
                self._not_before[address] = monotonic() + min(error.after, LONGEST_AFTER)
            elif monotonic() - asked >= LONG:
                self._slow.add(address)

    def _believe(self, each: Held, promise: bytes, address: str, whys: list[EscrutinioError]) -> bool:
        by = None
        if promise:
            try:
                by = check_promise(promise, each.raw, self._election, self._settings.receivers)
            except RecordError as error:
                whys.append(LogError("outbox-promise", address=address, why=error))
                return False
        self._outbox.received(each.digest, address, promise, by, now())
        return True

    def _turn_down(self, each: Held, answers: Sequence[Sent]) -> None:
        """Note why a record was refused: by who may take it later, if anybody may."""
        answer = max(answers, key=lambda answer: answer.again)
        assert answer.why is not None
        if len(answers) == len(self._hubs) and not answer.again:
            self.refused.add(each.digest)
        rest = pause_before(each.tries + 1, answer.after, LONGEST_REST)
        self._outbox.turned_down(each.digest, answer.why, now() + round(rest))

    def _prove(self, each: Held, first: str | None, whys: list[EscrutinioError]) -> bool:
        """Ask for the proof of a record, first where it was taken; whether it is public."""
        for hub in sorted(self._hubs, key=lambda hub: hub.address != first):
            if hub.address in self._away:
                continue
            asked = monotonic()
            try:
                proof = hub.proof(each.raw, self._policy)
            except HubAwayError as error:
                whys.append(error)
                self._leave(hub.address, error, asked)
                continue
            except LogError as error:
                refuses = error.code == "hub-refuses"  # a proof that is not given is not one that is false
                whys.append(error if refuses else LogError("outbox-proof", address=hub.address, why=error))
                continue
            if proof is not None:
                self._outbox.proved(each.digest, proof, now())
                return True
        return False


def take_answer(outbox: Outbox, raw: bytes, answer: bytes, *, proof: bool) -> None:
    """Take in an answer that came by another way than from a hub, for a record that the outbox has.

    Raises LogError or RecordError where it does not hold.
    """
    settings, digest = outbox.settings, sha256(raw).digest()
    if proof:
        check_proof(answer, raw, parse_trust(settings.trust).policy)
        outbox.proved(digest, answer, now())
        return
    by = check_promise(answer, raw, bytes.fromhex(settings.election), settings.receivers)
    outbox.received(digest, "", answer, by, now())
