"""Trying many inputs in several processes, and keeping those that something is wrong with.

A process says which input it has in hand. One that dies, or that is silent for too long, is started again,
and that input counts as the one that did it.
"""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import mkdtemp
from threading import Lock, Thread
from time import monotonic
from typing import Any

from tests.fuzz.subject import Place, Subject, Tried, described
from tests.paths import ROOT

KEPT = ROOT / "build" / "fuzz"
"""Where inputs are kept that something is wrong with."""

MOST_KEPT = 20
"""Inputs kept of one subject and one kind of fault in one run."""

_NONE = -1
_MOST_DEATHS = 10
"""Inputs of one unit that may end the process before the rest of the unit is given up."""


@dataclass
class Tally:
    """What came of the inputs of one subject; `inputs` holds a digest of each different one."""

    labels: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, Tried]] = field(default_factory=list)
    inputs: set[bytes] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, number: int, tried: Tried) -> None:
        """Count one answer."""
        self.labels[tried.label] += 1
        self.inputs.add(sha256(tried.given or str(number).encode()).digest()[:8])
        if tried.wrong:
            self.wrong.append((number, tried))

    def join(self, other: Tally) -> None:
        """Count what another process counted."""
        self.labels += other.labels
        self.wrong += other.wrong
        self.inputs |= other.inputs
        self.seconds += other.seconds


@dataclass(frozen=True)
class Unit:
    """Inputs `first` to `last` - 1 of a subject, as one process takes them."""

    subject: type[Subject[Any]]
    seed: int
    first: int
    last: int


def units(subject: type[Subject[Any]], seed: int, count: int, jobs: int) -> list[Unit]:
    """The inputs of a subject in parts that keep all processes at work until the end."""
    size = max(1, min(subject.batch, -(-count // (4 * jobs))))
    return [Unit(subject, seed, at, min(at + size, count)) for at in range(0, count, size)]


def try_unit(subject: Subject[Any], unit: Unit, in_hand: Callable[[int], None]) -> Tally:
    """Try the inputs of a unit; `in_hand` is told the number of each before it is tried."""
    tally = Tally()
    began = monotonic()
    numbers = range(unit.first, unit.last)
    in_hand(unit.first)
    answers = iter(subject.judge([subject.made(unit.seed, number) for number in numbers]))
    for number in numbers:
        in_hand(number)
        tried = next(answers)
        if not tried.wrong and tried.seconds > subject.slow:
            tried = Tried("too slow", f"{tried.seconds:.1f} s of processor time", tried.given)
        tally.add(number, tried)
    tally.seconds = monotonic() - began
    return tally


def _work(answers: Connection, in_hand: Any, directory: str) -> None:
    """The life of a working process: it takes units until it is told to stop."""
    opened: dict[str, Subject[Any]] = {}
    place = Place(Path(directory))

    def tell(number: int) -> None:
        in_hand.value = number

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes
    while (unit := _next(answers)) is not None:
        try:
            name = unit.subject.name
            if name not in opened:
                opened[name] = unit.subject(Place(place.directory / name, place))
            answers.send(try_unit(opened[name], unit, tell))
        except Exception as error:  # of the fuzzer itself: it is shown, and the run fails
            answers.send(described(error))
    place.close()


def _next(answers: Connection) -> Unit | None:
    """The next unit; none where there is none, or nobody who would give one."""
    try:
        unit: Unit | None = answers.recv()
    except EOFError:
        return None
    return unit


class _Worker:
    """One working process, as the parent sees it."""

    def __init__(self, directory: Path) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._directory = directory
        self._given_up = False
        self._start()

    def _start(self) -> None:
        self._answers, theirs = self._context.Pipe()
        self._in_hand = self._context.Value("q", _NONE)
        self._process = self._context.Process(
            target=_work, args=(theirs, self._in_hand, str(self._directory))
        )
        self._process.start()
        theirs.close()

    def run(self, unit: Unit) -> Iterator[Tally]:
        """Try a unit, going on behind each input that the process dies of."""
        first = unit.first
        for _ in range(_MOST_DEATHS):
            if first >= unit.last:
                return
            part = Unit(unit.subject, unit.seed, first, unit.last)
            tally, died_of = self._attempt(part)
            yield tally
            if died_of is None:
                return
            before = Unit(unit.subject, unit.seed, first, died_of)
            if died_of > first:  # what the process had answered died with it
                again, _ = self._attempt(before)
                yield again
            first = died_of + 1

    def _attempt(self, unit: Unit) -> tuple[Tally, int | None]:
        self._in_hand.value = _NONE
        self._answers.send(unit)
        last, since = _NONE, monotonic()
        stuck = unit.subject.stuck
        while True:
            with suppress(EOFError, ConnectionResetError):
                if self._answers.poll(1.0):
                    answer = self._answers.recv()
                    if isinstance(answer, Tally):
                        return answer, None
                    return _broken(unit, answer), None
                now = self._in_hand.value
                if now != last:
                    last, since = now, monotonic()
                if monotonic() - since < stuck:
                    continue
                self._process.kill()
            return self._buried(unit, monotonic() - since >= stuck)

    def _buried(self, unit: Unit, silent: bool) -> tuple[Tally, int]:
        number = max(unit.first, self._in_hand.value)
        self._process.join()
        if self._given_up:
            raise SystemExit  # of this thread alone
        code = self._process.exitcode
        self._start()
        why = f"nothing came for {unit.subject.stuck:.0f} s" if silent else f"the process ended with {code}"
        tally = Tally()
        tally.add(number, Tried("does not end" if silent else "kills the process", why))
        return tally, number

    def give_up(self) -> None:
        """End the process at once, from another thread."""
        self._given_up = True
        self._process.kill()

    def close(self) -> None:
        """End the process, and what it started."""
        with suppress(BrokenPipeError):
            self._answers.send(None)
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._answers.close()
        self._process.close()


def _broken(unit: Unit, why: str) -> Tally:
    tally = Tally()
    tally.add(unit.first, Tried("the fuzzer broke", why))
    return tally


def run(
    chosen: Sequence[tuple[type[Subject[Any]], int]],
    seed: int,
    jobs: int,
    done: Callable[[type[Subject[Any]], Tally], None],
) -> bool:
    """Try so many inputs of each subject; whether nothing is wrong. `done` is told of each when it ends."""
    KEPT.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix="scratch-", dir=KEPT))
    queue: SimpleQueue[Unit] = SimpleQueue()
    left: Counter[str] = Counter()
    for subject, count in chosen:
        for unit in units(subject, seed, count, jobs):
            queue.put(unit)
            left[subject.name] += 1
    tallies = {subject.name: Tally() for subject, _ in chosen}
    lock = Lock()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the processes inherit
    workers = [_Worker(scratch / str(number)) for number in range(jobs)]
    signal.signal(signal.SIGINT, before)

    def serve(worker: _Worker) -> None:
        with suppress(Empty):
            while True:
                unit = queue.get_nowait()
                name = unit.subject.name
                for tally in worker.run(unit):
                    with lock:
                        tallies[name].join(tally)
                with lock:
                    left[name] -= 1
                    if not left[name]:
                        _keep(name, seed, tallies[name])
                        done(unit.subject, tallies[name])
        worker.close()

    threads = [Thread(target=serve, args=(worker,), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        for worker in workers:
            worker.give_up()
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return not left.total() and all(not tally.wrong for tally in tallies.values())


def repeat(name: str, seed: int, number: int) -> str:
    """The command that makes and tries one input again."""
    return f".venv/bin/python -m tests.fuzz {name} --seed {seed} --case {number}"


def _keep(name: str, seed: int, tally: Tally) -> None:
    """Write the inputs that something is wrong with, and how each is tried again."""
    kept: Counter[str] = Counter()
    for number, tried in tally.wrong:
        kept[tried.label] += 1
        if kept[tried.label] > MOST_KEPT:
            continue
        KEPT.mkdir(parents=True, exist_ok=True)
        stem = KEPT / f"{name}-{seed}-{number}"
        stem.with_suffix(".bin").write_bytes(tried.given)
        text = f"{tried.label}: {tried.wrong}\nseed {seed}\n{repeat(name, seed, number)}\n"
        stem.with_suffix(".txt").write_text(text, "utf-8", "backslashreplace")
