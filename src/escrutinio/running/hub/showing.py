"""What is shown of a log that a publisher makes public: `live.json` at each checkpoint, the pages of what
came at a pace of their own, and what takes the whole log, tables and evidence, at a slower one, in two
threads that no checkpoint waits for.

`live.json` says at which sizes pages, evidence and tables stand, and the pages at which size their evidence
was worked out, so that no reader takes one for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic

from escrutinio.base.clock import now
from escrutinio.base.errors import EscrutinioError
from escrutinio.base.progress import silent
from escrutinio.base.workers import packed_once
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.publication.site.live import Made
from escrutinio.publication.site.render import Worked, start_evidence
from escrutinio.running.hub.diary import note
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.rounds import show, trust_of
from escrutinio.running.workspace.views import is_current, say_live
from escrutinio.running.workspace.witnesses import read_cosigning
from escrutinio.running.workspace.workspace import Workspace

SHARE = 2
"""`live.json` takes one part in so many of the time at most: on a long log it comes less often."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two checkpoints, between two renewals of pages (0: none, and no `live.json`), and
    between two of the evidence and the tables, at least."""

    period: float
    pages: float
    evidence: float


class Showing:
    """Shows the log of a workspace until `stop` is set, which it sets itself where it cannot go on."""

    def __init__(
        self,
        workspace: Workspace,
        signer: NoteSigner,
        pace: Pace,
        stop: Event,
        follower: Follower,
        executor: Executor | None,
    ) -> None:
        self._workspace, self._signer, self._pace, self._stop = workspace, signer, pace, stop
        self._follower, self._executor = follower, executor
        self._trust = trust_of(workspace, signer)
        self._evidence = _Evidence(workspace, pace.evidence, executor)
        self._moved, self._writing = Event(), Lock()
        self.fault: BaseException | None = None
        self._threads = [
            Thread(target=self._until_fault, args=(each,), name=each.__name__.strip("_"))
            for each in (self._live, self._pages)
        ]

    def start(self) -> None:
        """Begin, unless nothing is to be shown here."""
        if self._pace.pages:
            for thread in self._threads:
                thread.start()

    def join(self) -> None:
        """Wait for what is being written; `stop` is set."""
        self._moved.set()
        if self._pace.pages:
            for thread in self._threads:
                thread.join()

    def tell(self) -> None:
        """A later checkpoint is public."""
        self._moved.set()

    def remember_asked(self, publisher: Publisher) -> None:
        """Say which witnesses were silent, unless `live.json` is being written: the next one says it."""
        if self._writing.acquire(blocking=False):
            try:
                self._workspace.remember_asked(publisher, now())
            finally:
                self._writing.release()

    def _until_fault(self, show: Callable[[], None]) -> None:
        """Where pages can no longer be made (a process that makes them was killed), everything ends and is
        begun anew by whoever looks after it: a log that goes on beside pages that stand still misleads."""
        try:
            show()
        except BaseException as fault:
            self.fault = fault
            self._stop.set()
            self._moved.set()

    # --- live.json ---

    def _live(self) -> None:
        going = True
        while going:
            self._moved.wait()
            self._moved.clear()
            going = not self._stop.is_set()  # the last checkpoint comes after that
            started = monotonic()
            try:
                before = self._follower.log
                log = self._follower.advance()
                if log is not before:
                    self._say(None)
            except EscrutinioError as error:  # a full disk, say: the next one makes up for it
                note(self._workspace, "not-shown", why=error.plain())
            self._stop.wait((SHARE - 1) * (monotonic() - started))

    def _say(self, made: Made | None) -> None:
        """Write `live.json` as of the log, which goes on while pages are made."""
        with self._writing:
            log = self._follower.log
            say_live(
                self._workspace.public,
                log.state,
                log.signed,
                self._trust,
                clock=now(),
                refresh=max(1, round(self._pace.pages)),
                made=made,
                cosigning=read_cosigning(self._workspace.private),
            )

    # --- data and pages ---

    def _pages(self) -> None:
        due, shown = 0.0, -1
        while not self._stop.wait(max(self._pace.period, due - monotonic())):
            started, log = monotonic(), self._follower.log
            evidence = self._evidence.at(log)
            worked = log.size if evidence is None else evidence.size
            whole = evidence is None or evidence.size != shown
            public = self._workspace.public
            if is_current(public, log.signed) or (not whole and is_current(public, log.signed, worked)):
                continue
            try:
                show(
                    self._workspace,
                    self._signer,
                    log,
                    now(),
                    progress=silent,
                    executor=self._executor,
                    refresh=max(1, round(self._pace.pages)),
                    evidence=evidence,
                    whole=whole,
                    last=self._say,
                )
            except EscrutinioError as error:
                note(self._workspace, "not-shown", why=error.plain())
            else:
                seconds, shown = round(monotonic() - started, 3), worked
                note(self._workspace, "shown", size=log.size, evidence=worked, whole=whole, seconds=seconds)
            due = started + self._pace.pages


class _Evidence:
    """The evidence as it was last worked out, and the next, on its way while pages show that."""

    def __init__(self, workspace: Workspace, every: float, executor: Executor | None) -> None:
        self._workspace, self._every, self._executor = workspace, every, executor
        self._shown: Worked | None = None
        self._coming: Worked | None = None
        self._due = 0.0

    def at(self, log: VerifiedLog) -> Worked | None:
        """What to show with a log; only the first is waited for. None: to be worked out with the pages."""
        if self._executor is None:
            return None
        if self._coming is None and monotonic() >= self._due and self._lags(log):
            state = log.state
            self._due = monotonic() + self._every
            self._coming = start_evidence(
                packed_once(state), state.size, len(state.contests), self._workspace.public, self._executor
            )
        if self._coming is not None and (self._shown is None or self._coming.done):
            self._shown, self._coming = self._coming, None
        return self._shown

    def _lags(self, log: VerifiedLog) -> bool:
        return self._shown is None or self._shown.size < log.size
