"""The one publisher of a hub: a checkpoint each period, and what is shown of it as fast as that is made.

It stays, whatever witnesses say nothing and whatever disk is full for a while; it ends where going on could
show two histories.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from escrutinio.base.clock import now
from escrutinio.base.errors import LogError
from escrutinio.base.files import write_files
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.witnessing import LogAheadError
from escrutinio.running.hub.diary import note, note_done
from escrutinio.running.hub.showing import Pace, Showing
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSED = "paused"
"""In the private part while nothing is made public."""

SWEEPS_EVERY = 60.0
TRIES_SECONDS, TRIES_EVERY = 15.0, 0.2
"""How long, and how often, one that follows on another process waits for that to end."""

_ENDS = frozenset(
    {
        "store-checkpoint-moved",
        "store-other-history",
        "store-publisher-followed",
        "store-root",
        "witness-other-history",
    }
)
"""Refusals after which to go on could show two histories."""


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
        self._lacking: list[dict[str, object]] = []
        """What was noted last of witnesses for whose cosignatures something waits."""

    def run(self, begun: Callable[[int], None], *, executor: Executor | None, patient: bool = False) -> None:
        """Publish; `begun` hears how many entries are public when it begins. `patient`: wait a while for
        another one that is about to end. Why it ended, or did not begin, is noted."""
        try:
            self._run(begun, executor, patient)
        except LogError as error:
            note(self._workspace, "ended", why=error.plain())
            raise

    def _run(self, begun: Callable[[int], None], executor: Executor | None, patient: bool) -> None:
        with (
            self._alone(patient),
            self._workspace.staying_publisher(self._signer, now) as publisher,
        ):
            self._publish(publisher, None)
            follower = Follower(self._workspace.open(executor=executor))
            begun(follower.log.size)
            note(self._workspace, "publishing", size=follower.log.size)
            showing = Showing(self._workspace, self._signer, self._pace, self._stop, follower, executor)
            showing.start()
            try:
                self._go_on(publisher, showing)
            finally:
                self._stop.set()
                showing.join()
                note(self._workspace, "stopped", size=publisher.signed_size)
            if showing.fault is not None:
                raise showing.fault

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

    def _go_on(self, publisher: Publisher, showing: Showing) -> None:
        due, swept = monotonic() + self._pace.period, monotonic()
        while not self._stop.wait(max(0.0, due - monotonic())):
            due = max(due + self._pace.period, monotonic())
            self._publish(publisher, showing)
            if monotonic() - swept > SWEEPS_EVERY:
                publisher.sweep()
                swept = monotonic()
        self._publish(publisher, showing)

    def _publish(self, publisher: Publisher, showing: Showing | None) -> None:
        if is_paused(self._workspace):
            return
        try:
            signed = publisher.publish()
            if showing is not None:
                showing.remember_asked(publisher)
            else:
                self._workspace.remember_asked(publisher, now())
        except LogError as error:
            note(self._workspace, "not-published", why=error.plain())
            if isinstance(error, LogAheadError) or error.code in _ENDS:
                raise
            return
        self._note_lacking(publisher)
        if signed is not None:
            note(self._workspace, "published", size=signed.checkpoint.size)
            if showing is not None:
                showing.tell()

    def _note_lacking(self, publisher: Publisher) -> None:
        """Note who has not cosigned what was signed and is not public, once as long as they are the same."""
        silent = publisher.asked if publisher.lacks_quorum else ()
        lacking = [{"witness": each.name, **each.why.plain()} for each in silent if each.why]
        if lacking and lacking != self._lacking:
            note(self._workspace, "not-published", why=lacking)
        self._lacking = lacking
