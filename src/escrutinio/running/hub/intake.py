"""The one thread of a receiver that writes: it takes all that waits, and has it made durable at once.

A group costs one wait for the disk however many records it has, so that the more come the less each costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeAlias

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.core.election.following import kind_of
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.types import Enrolment
from escrutinio.running.hub.holding import Kept
from escrutinio.running.hub.keeper import MOST_ARRIVALS, Keeper
from escrutinio.running.hub.quarantine import Quarantine

MOST_WAITING, MOST_WAITING_BYTES = 20_000, 64 * 1024 * 1024
"""Records, and bytes of them, that wait at most; whoever comes then is asked to come again."""

GROUP = 2_000
"""Records after which a group takes no more."""

TELLS_EVERY = 1.0
"""Seconds between two records that tell the log how entries came, at least."""

Answers: TypeAlias = "list[Kept | Refusal]"


@dataclass(frozen=True, slots=True)
class _Waiting:
    records: Sequence[bytes]
    sender: str
    channel: Channel
    answer: asyncio.Future[Answers]


class Intake:
    """Has records kept in groups; made and asked in the thread of an event loop, ended with `close`."""

    def __init__(self, keeper: Keeper, hear: Callable[[str, int], None]) -> None:
        self._keeper, self._hear = keeper, hear
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._count = self._bytes = 0
        self.quarantine = Quarantine()
        self._thread = Thread(target=self._work, name="intake", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Records that wait."""
        return self._count

    async def take(
        self, records: Sequence[bytes], sender: str, channel: Channel = Channel.NETWORK
    ) -> Answers:
        """The answers to records that came by a channel, once they are durable. Raises InputError where too
        many wait, LogError where the store fails: in both cases nothing of them was taken."""
        count, size = len(records), sum(map(len, records))
        if self._count and (self._count + count > MOST_WAITING or self._bytes + size > MOST_WAITING_BYTES):
            raise InputError("hub-overloaded")
        waiting = _Waiting(records, sender, channel, self._loop.create_future())
        self._count += count
        self._bytes += size
        try:
            self._queue.put(waiting)
            return await waiting.answer
        finally:
            self._count -= count
            self._bytes -= size

    async def close(self) -> None:
        """End the thread once it has done what waits."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        while self._releases():
            pass
        due = monotonic() + TELLS_EVERY
        while True:
            group, ends = self._group(max(0.0, due - monotonic()))
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

    def _group(self, patience: float) -> tuple[list[_Waiting], bool]:
        """What waits, and whether that is all that ever will."""
        group: list[_Waiting] = []
        count = 0
        try:
            found = self._queue.get(timeout=patience)
            while found is not None:
                group.append(found)
                count += len(found.records)
                if count >= GROUP:
                    return group, False
                found = self._queue.get_nowait()
        except Empty:
            return group, False
        return group, True

    def _keep(self, group: Sequence[_Waiting]) -> None:
        records = [raw for each in group for raw in each.records]
        came = [(each.sender, each.channel) for each in group for _ in each.records]
        try:
            answers = self._keeper.keep(records, [channel for _, channel in came])
        except Exception as error:
            self._loop.call_soon_threadsafe(_fail, group, error)
            return
        for (sender, channel), raw, answer in zip(came, records, answers, strict=True):
            if isinstance(answer, Refusal):
                self._hear(answer.code, 1)
                if answer.code == "not-enrolled":
                    self.quarantine.hold(sender, raw, channel)
        new = [each for each in answers if isinstance(each, Kept) and not each.duplicate]
        self._hear("accepted", sum(each.index is not None for each in new))
        self._hear("held", sum(each.index is None for each in new))
        self._loop.call_soon_threadsafe(_give, group, answers)
        if len(self.quarantine) and any(
            isinstance(answer, Kept) and kind_of(raw) == Enrolment.TYPE
            for raw, answer in zip(records, answers, strict=True)
        ):
            self._try_again()

    def _try_again(self) -> None:
        """Take what was held for want of a key: one may have come."""
        held = self.quarantine.release()
        try:
            answers = self._keeper.keep([raw for _, raw, _ in held], [channel for _, _, channel in held])
        except EscrutinioError:
            return  # whoever sent it tries again
        for (sender, raw, channel), answer in zip(held, answers, strict=True):
            if isinstance(answer, Refusal) and answer.code == "not-enrolled":
                self.quarantine.hold(sender, raw, channel)
        self._hear("accepted", sum(isinstance(each, Kept) and not each.duplicate for each in answers))

    def _releases(self) -> bool:
        """Take some of what waited for a moment that has come; whether more may."""
        try:
            became = self._keeper.release()
        except EscrutinioError as error:  # what is not taken now is the next time
            self._hear(error.code, 1)
            return False
        for outcome, count in became.items():
            self._hear(outcome, count)
        return bool(became)

    def _commits(self) -> bool:
        """Tell the log what waits; whether something was told."""
        try:
            return self._keeper.commit()
        except EscrutinioError as error:
            self._hear(error.code, 1)
            return False

    def _tells(self) -> bool:
        """Tell the log how some entries came; whether more had come before that."""
        try:
            return self._keeper.tell() == MOST_ARRIVALS
        except EscrutinioError as error:  # a full disk, or a token that is gone: told the next time
            self._hear(error.code, 1)
            return False


def _give(group: Sequence[_Waiting], answers: Answers) -> None:
    start = 0
    for each in group:
        end = start + len(each.records)
        if not each.answer.done():
            each.answer.set_result(answers[start:end])
        start = end


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for each in group:
        if not each.answer.done():
            each.answer.set_exception(error)
