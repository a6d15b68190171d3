"""The one publisher of a hub: a checkpoint each period, data and pages as fast as they are made.

It stays, whatever witnesses say nothing and whatever disk is full for a while; it ends where going on could
show two histories. Data and pages are made in a thread of their own, so that no checkpoint waits for them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from escrutinio.base.clock import now
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.files import write_files
from escrutinio.base.progress import silent
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.witnessing import LogAheadError
from escrutinio.running.hub.diary import note, note_done
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.rounds import show
from escrutinio.running.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSED = "paused"
"""In the private part while nothing is made public."""

SWEEPS_EVERY = 60.0
TRIES_SECONDS, TRIES_EVERY = 15.0, 0.2
"""How long, and how often, one that follows on another process waits for that to end."""

_ENDS = frozenset({"store-checkpoint-moved", "store-other-history", "witness-other-history", "store-root"})
"""Refusals after which to go on could show two histories."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two checkpoints, and between two renewals of data and pages, at least; 0: none."""

    period: float
    pages: float


def pause(workspace: Workspace, why: str) -> None:
    """Let nothing become public from the next checkpoint on; records are still taken. Raises LogError."""
    note_done(workspace, "pause", why=why)
    write_files(workspace.private, [(PAUSED, b"")], private=True)


def resume(workspace: Workspace, why: str) -> None:
    """Let what waits become public again. Raises LogError."""
    note_done(workspace, "resume", why=why)
    (workspace.private / PAUSED).unlink(missing_ok=True)


def is_paused(workspace: Workspace) -> bool:
    """Whether somebody has said that nothing becomes public for now."""
    return (workspace.private / PAUSED).exists()


class Sequencer:
    """Publishes a workspace's log until `stop` is set. Raises LogError where another publisher is at work,
    and where histories differ."""

    def __init__(self, workspace: Workspace, signer: NoteSigner, pace: Pace, stop: Event) -> None:
        self._workspace, self._signer, self._pace, self._stop = workspace, signer, pace, stop
        self._showing = Lock()
        self._fault: BaseException | None = None

    def run(self, begun: Callable[[int], None], *, executor: Executor | None, patient: bool = False) -> None:
        """Publish; `begun` hears how many entries are public when it begins. `patient`: wait a while for
        another one that is about to end."""
        with (
            self._alone(patient),
            self._workspace.staying_publisher(self._signer, now) as publisher,
        ):
            self._publish(publisher)
            follower = Follower(self._workspace.open(executor=executor))
            begun(follower.log.size)
            note(self._workspace, "publishing", size=follower.log.size)
            pages = Thread(target=self._keep_showing, args=(follower, executor), name="pages")
            if self._pace.pages:
                pages.start()
            try:
                self._go_on(publisher)
            finally:
                self._stop.set()
                if self._pace.pages:
                    pages.join()
                note(self._workspace, "stopped", size=publisher.signed_size)
            if self._fault is not None:
                raise self._fault

    @contextmanager
    def _alone(self, patient: bool) -> Iterator[None]:
        until = monotonic() + (TRIES_SECONDS if patient else 0.0)
        while True:
            try:
                alone = self._workspace.alone()
                alone.__enter__()
                break
            except LogError:
                if monotonic() >= until or self._stop.wait(TRIES_EVERY):
                    raise
        try:
            yield
        finally:
            alone.__exit__(None, None, None)

    def _go_on(self, publisher: Publisher) -> None:
        due, swept = monotonic() + self._pace.period, monotonic()
        while not self._stop.wait(max(0.0, due - monotonic())):
            due = max(due + self._pace.period, monotonic())
            self._publish(publisher)
            if monotonic() - swept > SWEEPS_EVERY:
                publisher.sweep()
                swept = monotonic()
        self._publish(publisher)

    def _publish(self, publisher: Publisher) -> None:
        if is_paused(self._workspace):
            return
        try:
            signed = publisher.publish()
            if self._showing.acquire(blocking=False):  # else `live.json` is being written
                try:
                    self._workspace.remember_asked(publisher, now())
                finally:
                    self._showing.release()
        except LogError as error:
            note(self._workspace, "not-published", why=error.plain())
            if isinstance(error, LogAheadError) or error.code in _ENDS:
                raise
            return
        if signed is not None:
            note(self._workspace, "published", size=signed.checkpoint.size)

    def _keep_showing(self, follower: Follower, executor: Executor | None) -> None:
        """Where pages can no longer be made (a process that makes them was killed), everything ends and is
        begun anew by whoever looks after it: a log that goes on beside pages that stand still misleads."""
        try:
            self._show(follower, executor)
        except BaseException as fault:
            self._fault = fault
            self._stop.set()

    def _show(self, follower: Follower, executor: Executor | None) -> None:
        due = 0.0
        while not self._stop.wait(max(self._pace.period, due - monotonic())):
            started = monotonic()
            try:
                log = follower.advance()
                with self._showing:
                    shown = show(
                        self._workspace,
                        self._signer,
                        log,
                        now(),
                        progress=silent,
                        executor=executor,
                        refresh=max(1, round(self._pace.pages)),
                    )
            except EscrutinioError as error:  # a full disk, say: the next one makes up for it
                note(self._workspace, "not-shown", why=error.plain())
                shown, log = True, follower.log
            else:
                if shown:
                    note(self._workspace, "shown", size=log.size, seconds=round(monotonic() - started, 3))
            due = started + (self._pace.pages if shown else 0.0)
