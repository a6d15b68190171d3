"""What an outbox sends, and what it believes of the answers: a promise by a receiver that the log enrols, for
this very record; a proof that the trust file vouches for. Whatever else a hub says counts as no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
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
from escrutinio.core.records.entry import Entry, open_record, verify
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
from escrutinio.running.exchange.stick import AnswerKind

LONGEST_REST = 60.0
"""Seconds between two tries of one record, or of all, at most, unless a hub asks for more."""

LONG = 1.0
"""Seconds after which an address that did not answer has kept the others waiting."""

NOT_BELIEVED = frozenset({"outbox-promise", "outbox-proof", "outbox-path"})
"""The codes of answers that do not hold."""

UNPROMISED = 300.0
"""Seconds after which what a hub has without a promise, and is not public, is sent to every address again."""

PATHS_EVERY = 600.0
"""Seconds between two looks for the path of one promise: a receiver tells the log each ten minutes."""


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
    _check_signer(entry, election, receivers)
    return entry.body.by


def check_path(
    path: bytes, promises: Sequence[bytes], election: bytes, receivers: Iterable[tuple[str, bytes]]
) -> int:
    """The moment, in seconds since 1970, of the set among which a path shows one of these promises. Raises
    LogError or RecordError where it does not, or none of these receivers signed the set."""
    from escrutinio.core.verification.waiting import check_waiting_proofs, parse_waiting_proof, set_of

    proof = parse_waiting_proof(path)
    entry, _ = set_of(proof)
    _check_signer(entry, election, receivers)
    check_waiting_proofs(proof, map(open_record, promises))
    return entry.issued_at


def _check_signer(entry: Entry, election: bytes, receivers: Iterable[tuple[str, bytes]]) -> None:
    keys = [key for name, key in receivers if (name, key_id(key)) == (entry.signer, entry.kid)]
    if not keys or entry.election != election:
        raise RecordError("promise-signer", signer=entry.signer)
    verify(entry.raw, keys[0])


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
        self._gone: set[bytes] = set()
        self._resent: dict[bytes, float] = {}
        self._looked: dict[bytes, float] = {}
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
        again_to_all = {each.digest for each in due if self._is_to_go_to_all(each, moment)}
        to_send = [each for each in due if each.sent is None or each.digest in again_to_all]
        proved, whys = 0, list[EscrutinioError]()
        started = monotonic()
        self._away = {address for address, time in self._not_before.items() if time > started}
        self._slow = set()
        taken, doubted = self._send_all(to_send, again_to_all, whys)
        for each in waiting:
            if each.sent is not None or each.digest in taken or each.digest in doubted:
                first = taken.get(each.digest) or each.hub
                if self._prove(each, first, whys):
                    proved += 1
                else:
                    self._keep_path(each, first, whys)
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

    def _is_to_go_to_all(self, each: Held, moment: int) -> bool:
        """Whether one hub is not enough any more: its time is over, no hub has it any more, or none promised
        anything for long."""
        if each.sent is None or each.digest in self._gone or each.overdue(moment):
            return each.sent is not None
        if each.by is not None:
            return False
        if monotonic() - self._resent.get(each.digest, -UNPROMISED) < UNPROMISED:
            return False
        return moment - each.sent >= UNPROMISED

    def _send_all(
        self, records: Sequence[Held], to_all: set[bytes], whys: list[EscrutinioError]
    ) -> tuple[dict[bytes, str], set[bytes]]:
        """The records that a hub took, and which one, by digest; each address is asked for what is left, and
        for what is to go `to_all`. And those for which a hub's answer was not believed: it may have them all
        the same."""
        taken, doubted = dict[bytes, str](), set[bytes]()
        refused: dict[bytes, list[Sent]] = {}
        records, attachments, lacking = self._outbox.whole(records)
        whys += lacking
        for hub in self._hubs:
            if hub.address in self._away:
                continue
            for channel in Channel:
                left = [
                    each
                    for each in records
                    if each.channel is channel and (each.digest not in taken or each.digest in to_all)
                ]
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
                        taken.setdefault(each.digest, hub.address)
                    else:
                        doubted.add(each.digest)
        for each in records:
            if each.digest not in taken and (answers_to := refused.get(each.digest)) is not None:
                self._turn_down(each, answers_to)
        self._gone -= set(taken)
        self._resent |= dict.fromkeys(to_all, monotonic())
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
        """Ask for the proof of a record, first where it was taken; whether it is public. What no hub has any
        more is sent again."""
        known, lacking = False, list[str]()
        for hub in self._asked_first(first):
            if hub.address in self._away:
                continue
            asked = monotonic()
            try:
                said = hub.ask(each.raw, self._policy)
            except HubAwayError as error:
                whys.append(error)
                self._leave(hub.address, error, asked)
                continue
            except LogError as error:
                refuses = error.code == "hub-refuses"  # a proof that is not given is not one that is false
                whys.append(error if refuses else LogError("outbox-proof", address=hub.address, why=error))
                known = known or refuses
                continue
            if said.proof is not None:
                self._outbox.proved(each.digest, said.proof, now())
                return True
            if said.known:
                known = True
                self._keep_promise(each, said.promise)
            else:
                lacking.append(hub.address)
        if lacking and not known:
            self._gone.add(each.digest)
            if first in lacking:
                whys.append(LogError("outbox-gone", address=first, digest=each.digest.hex()))
        return False

    def _asked_first(self, first: str | None) -> list[HubClient]:
        return sorted(self._hubs, key=lambda hub: hub.address != first)

    def _keep_promise(self, each: Held, promise: bytes) -> None:
        """Keep what a hub promises now, where that is not what it promised first, and holds: one that was
        made again after a loss, or another receiver, has a promise of its own."""
        if promise and promise != each.promise:
            with suppress(RecordError):
                check_promise(promise, each.raw, self._election, self._settings.receivers)
                self._outbox.keep_promise(each.digest, promise, now())

    def _keep_path(self, each: Held, first: str | None, whys: list[EscrutinioError]) -> None:
        """Keep the path of the record's promise among what waits, as long as it does."""
        promises = self._outbox.promises(each.digest)
        if not promises or monotonic() - self._looked.get(each.digest, -PATHS_EVERY) < PATHS_EVERY:
            return
        for hub in self._asked_first(first):
            if hub.address in self._away:
                continue
            asked = monotonic()
            try:
                path = hub.waiting(each.raw, promises)
                if path is None:
                    continue
                at = check_path(path, promises, self._election, self._settings.receivers)
            except HubAwayError as error:
                whys.append(error)
                self._leave(hub.address, error, asked)
            except (LogError, RecordError) as error:
                refuses = error.code == "hub-refuses"
                whys.append(error if refuses else LogError("outbox-path", address=hub.address, why=error))
            else:
                self._outbox.keep_path(each.digest, path, at)
                self._looked[each.digest] = monotonic()
                return


def take_answer(outbox: Outbox, raw: bytes, answer: bytes, kind: AnswerKind) -> None:
    """Take in an answer that came by another way than from a hub, for a record that the outbox has.

    Raises LogError or RecordError where it does not hold.
    """
    settings, digest = outbox.settings, sha256(raw).digest()
    election = bytes.fromhex(settings.election)
    match kind:
        case AnswerKind.PROOF:
            check_proof(answer, raw, parse_trust(settings.trust).policy)
            outbox.proved(digest, answer, now())
        case AnswerKind.PROMISE:
            by = check_promise(answer, raw, election, settings.receivers)
            outbox.received(digest, "", answer, by, now())
        case AnswerKind.PATH:
            promises = outbox.promises(digest)
            if not promises:
                raise LogError("outbox-path-alone")
            outbox.keep_path(digest, answer, check_path(answer, promises, election, settings.receivers))
