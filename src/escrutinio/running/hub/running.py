"""A hub's parts as processes: a receiver, a publisher, or both."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Self

from escrutinio.base.clock import moment_text, now
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.garbage import looking_seldom
from escrutinio.base.local_http import serve_locally
from escrutinio.base.workers import workers
from escrutinio.core.election.embargo import latest_moment
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.entry import read_record
from escrutinio.core.records.types import Definition
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.diary import note, note_done
from escrutinio.running.hub.keeper import keeper
from escrutinio.running.hub.promising import ReceiverKey, promising
from escrutinio.running.hub.sequencer import Sequencer
from escrutinio.running.hub.showing import Pace
from escrutinio.running.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Limits:
    """What one key may send: records a second, and at once."""

    rate: float
    burst: int


def results_go_on(workspace: Workspace) -> int:
    """Until when the election's calendar may have results wait which this log publishes as they come: it is
    not the authority's, and was not asked to let them wait. In seconds since 1970, 0 for no such results;
    where there are some the operators' log has who began to receive them. Raises LogError."""
    if workspace.lets_wait:
        return 0
    reader = open_log(workspace.public / "log")
    size = parse_checkpoint(reader.checkpoint()).checkpoint.size
    definition = read_record(next(read_entries(reader, size))).body
    until = latest_moment(definition) if isinstance(definition, Definition) else 0
    if until <= now():
        return 0
    note_done(workspace, "results-as-they-come", until=moment_text(until))
    return until


def receive_at(
    workspace: Workspace,
    port: int,
    host: str,
    key: ReceiverKey | None,
    limits: Limits,
    say: Callable[[str], None],
    health: Callable[[], EscrutinioError | None] = lambda: None,
) -> None:
    """Receive records for a workspace's log until interrupted. Raises LogError, InputError where it cannot
    begin."""
    from escrutinio.running.hub.measures import Measures
    from escrutinio.running.hub.receiver import UNREADABLE, Receiver

    budgets = Budgets(limits.rate, limits.burst, time.monotonic)
    with (
        keeper(workspace, budgets, key) as kept,
        workspace.store() as store,
        promising(workspace, key) as promises,
        looking_seldom(),  # at what hardly ever is garbage, while all who send wait
    ):
        receiver = Receiver(workspace, kept, store, promises, Measures(), health)
        serve_locally(receiver.application(), port, say, host, proxied=True, unread=UNREADABLE)


def lacks_publisher(workspace: Workspace) -> EscrutinioError | None:
    """What is wrong where nothing makes public what a receiver of this workspace takes; None for nothing, and
    where the store is a database, whose publisher may be on another machine."""
    if workspace.settings.store or workspace.at_work():
        return None
    return LogError("hub-no-publisher")


def publish_until(
    workspace: Workspace,
    signer: NoteSigner,
    pace: Pace,
    begun: Callable[[int], None],
    *,
    followed: bool = False,
) -> None:
    """Publish a workspace's log until SIGINT or SIGTERM; with `followed` also until standard input ends, as
    it does with the process that started this one. Raises LogError as `Sequencer`."""
    stop = Event()
    with workers() as executor, _stopped_by_signals(stop):
        if followed:
            Thread(target=_read_to_the_end, args=(stop,), daemon=True).start()
        Sequencer(workspace, signer, pace, stop).run(begun, executor=executor, patient=followed)


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _read_to_the_end(stop: Event) -> None:
    # Not through `sys.stdin`: a thread that waits in its buffer ends the interpreter with a fatal error.
    while os.read(0, 4096):
        pass
    stop.set()


class PublisherProcess:
    """A publisher as a process of its own, started again where it ends: what a receiver answers never waits
    for pages. A context manager."""

    def __init__(self, workspace: Workspace, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._workspace, self._command, self._environment = workspace, command, environment
        self._stop = Event()
        self._process = self._started()
        self._watch = Thread(target=self._look_after, name="publisher", daemon=True)

    def __enter__(self) -> Self:
        """Wait until it publishes. Raises LogError where it does not begin; it has said why."""
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            self._process.communicate()
            raise LogError("hub-publisher-not-begun", code=self._process.returncode)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._watch.join()

    def health(self) -> EscrutinioError | None:
        """What is wrong, if anything is."""
        code = self._process.poll()
        return None if code is None else LogError("hub-publisher-ended", code=code)

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **self._environment},
            start_new_session=True,  # Ctrl-C is for this process, which ends that one
        )

    def _look_after(self) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            code = self._process.wait()
            if self._stop.is_set():
                return
            note(self._workspace, "publisher-ended", code=code)
            pause = 1.0 if time.monotonic() - started > 60 else min(30.0, 2 * pause)
            if self._stop.wait(pause):
                return
            self._process = self._started()
