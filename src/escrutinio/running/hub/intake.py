"""The one thread of a receiver that writes: it takes all that waits, and has it made durable at once.

A group costs one wait for the disk however many records it has, so that the more come the less each costs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence, Set
from threading import Thread
from time import monotonic
from traceback import print_exception
from typing import TypeVar

from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.core.election.following import kind_of
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import introduced_keys, open_record
from escrutinio.core.records.types import Enrolment
from escrutinio.running.hub.holding import Kept
from escrutinio.running.hub.keeper import MOST_ARRIVALS, Keeper
from escrutinio.running.hub.quarantine import Quarantine, network_of
from escrutinio.running.hub.turns import Answers, Turns, Waiting

T = TypeVar("T")

TELLS_EVERY = 1.0
"""Seconds between two records that tell the log how entries came, at least."""

CLEARS_EVERY = 600.0
"""Seconds between two looks for files whose record never came."""


class Intake:
    """Has records kept in groups; made and asked in the thread of an event loop, ended with `close`."""

    def __init__(self, keeper: Keeper, hear: Callable[[str, int], None]) -> None:
        self._keeper, self._hear = keeper, hear
        self._loop = asyncio.get_running_loop()
        self._turns = Turns()
        self._troubles: dict[str, EscrutinioError] = {}
        self.quarantine = Quarantine()
        self._thread = Thread(target=self._work, name="intake", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Records that wait."""
        return self._turns.count

    @property
    def trouble(self) -> EscrutinioError | None:
        """Why something could not be written when it was last tried; None where nothing is wrong."""
        return next(iter(self._troubles.copy().values()), None)

    async def take(
        self, records: Sequence[bytes], sender: str, channel: Channel = Channel.NETWORK
    ) -> Answers:
        """The answers to records that came by a channel, once they are durable. Raises InputError where too
        many wait, LogError where the store fails: in both cases nothing of them was taken."""
        waiting = Waiting(records, network_of(sender), channel, self._loop.create_future())
        self._turns.add(waiting)
        try:
            return await waiting.answer
        finally:
            self._turns.let_go(waiting)

    async def close(self) -> None:
        """End the thread once it has done what waits."""
        self._turns.end()
        await self._loop.run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        while self._releases():
            pass
        due, clears = monotonic() + TELLS_EVERY, monotonic() + CLEARS_EVERY
        while True:
            group, ends = self._turns.group(max(0.0, due - monotonic()))
            if group:
                self._keep(group)
            if ends:
                while self._tells():
                    pass
                return
            if monotonic() >= due:  # some at a time, between those who wait
                released, told, committed = self._releases(), self._tells(), self._commits()
                if not (released or told or committed):
                    due = monotonic() + TELLS_EVERY
                if monotonic() >= clears:
                    self._tried(self._keeper.clear)
                    clears = monotonic() + CLEARS_EVERY

    def _keep(self, group: Sequence[Waiting]) -> None:
        records = [raw for each in group for raw in each.records]
        came = [(each.sender, each.channel) for each in group for _ in each.records]
        try:
            answers = self._keeper.keep(records, [channel for _, channel in came])
        except Exception as error:
            self._troubles["keep"] = why = _said(error)
            self._loop.call_soon_threadsafe(_fail, group, why)
            return
        self._troubles.pop("keep", None)
        for (sender, channel), raw, answer in zip(came, records, answers, strict=True):
            if isinstance(answer, Refusal):
                self._hear(answer.code, 1)
                if answer.code == "not-enrolled":
                    self.quarantine.hold(sender, raw, channel)
        new = [each for each in answers if isinstance(each, Kept) and not each.duplicate]
        self._hear("accepted", sum(each.index is not None for each in new))
        self._hear("held", sum(each.index is None for each in new))
        self._loop.call_soon_threadsafe(_give, group, answers)
        if kids := _enrolled(records, answers):
            self._try_again(kids)

    def _try_again(self, kids: Set[bytes]) -> None:
        """Take what was held for want of these keys."""
        held = self.quarantine.release(kids)
        try:
            answers = self._keeper.keep([raw for _, raw, _ in held], [channel for _, _, channel in held])
        except Exception as error:  # whoever sent it tries again
            self._troubles["keep"] = _said(error)
            return
        for (sender, raw, channel), answer in zip(held, answers, strict=True):
            if isinstance(answer, Refusal) and answer.code == "not-enrolled":
                self.quarantine.hold(sender, raw, channel)
        self._hear("accepted", sum(isinstance(each, Kept) and not each.duplicate for each in answers))

    def _releases(self) -> bool:
        """Take some of what waited for a moment that has come; whether more may."""
        became = self._tried(self._keeper.release) or Counter()
        for outcome, count in became.items():
            self._hear(outcome, count)
        return bool(became)

    def _commits(self) -> bool:
        """Tell the log what waits; whether something was told."""
        return bool(self._tried(self._keeper.commit))

    def _tells(self) -> bool:
        """Tell the log how some entries came; whether more had come before that."""
        told = self._tried(self._keeper.tell)
        if told:  # what could not be written can be
            self._troubles.pop("keep", None)
        return told == MOST_ARRIVALS

    def _tried(self, step: Callable[[], T]) -> T | None:
        """What a step of its own came to; None where it failed (a full disk, a token that is gone): it is
        made the next time, and those who send are answered all the same."""
        name = step.__name__
        try:
            found = step()
        except Exception as error:
            self._troubles[name] = why = _said(error)
            self._hear(why.code, 1)
            return None
        self._troubles.pop(name, None)
        return found


def _enrolled(records: Sequence[bytes], answers: Answers) -> set[bytes]:
    """The kids of the keys that came just now. An enrolment that the log had already, as anybody may send it
    again, brings none."""
    return {
        key_id(public_key)
        for raw, answer in zip(records, answers, strict=True)
        if isinstance(answer, Kept) and not answer.duplicate and kind_of(raw) == Enrolment.TYPE
        for public_key in introduced_keys(open_record(raw).body)
    }


def _said(error: Exception) -> EscrutinioError:
    """What went wrong in words; of what nobody foresaw the process itself says all."""
    if isinstance(error, EscrutinioError):
        return error
    print_exception(error)
    return LogError("hub-fault", what=type(error).__name__)


def _give(group: Sequence[Waiting], answers: Answers) -> None:
    start = 0
    for each in group:
        end = start + len(each.records)
        if not each.answer.done():
            each.answer.set_result(answers[start:end])
        start = end


def _fail(group: Sequence[Waiting], error: EscrutinioError) -> None:
    for each in group:
        if not each.answer.done():
            each.answer.set_exception(error)
