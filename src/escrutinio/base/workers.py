"""Processes that work in parallel, as many as this machine has cores; they end with whoever started them."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast

from escrutinio.base.cores import cores
from escrutinio.base.garbage import look_seldom

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def workers(count: int | None = None) -> Iterator[Executor | None]:
    """An executor of `count` processes (all cores by default); None where one process is as good.

    On Linux they are forked at once, before any thread is started, which costs milliseconds. Where the block
    ends with an exception, Ctrl-C among them, nobody waits for what they are at.
    """
    if count is None:
        count = cores()
    if count < 2:
        yield None
        return
    import multiprocessing  # loaded only where processes are started, as all that they need
    from concurrent.futures import ProcessPoolExecutor

    method = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(count, mp_context=method, initializer=_begin)
    try:
        with _interruptions_kept():
            for _ in range(count):
                executor.submit(os.getpid)
        yield executor
    except BaseException:
        with _patient_with_cancelled():
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
            executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


@contextmanager
def _interruptions_kept() -> Iterator[None]:
    """While workers are started: a Ctrl-C comes after it, since a worker that has not yet begun cannot ignore
    it. They begin with what is kept here, and `_begin` lets it go when they ignore it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _patient_with_cancelled() -> Iterator[None]:
    """While a pool is ended: its own thread tells cancelled futures of the end of their workers, and in some
    versions of Python stumbles over that. Nobody waits for them, so nobody needs to hear of it."""
    from concurrent.futures import InvalidStateError

    told = threading.excepthook

    def hear(arguments: threading.ExceptHookArgs) -> None:
        if not isinstance(arguments.exc_value, InvalidStateError):
            told(arguments)

    threading.excepthook = hear
    try:
        yield
    finally:
        threading.excepthook = told


def _begin() -> None:
    """In a worker: Ctrl-C is for its parent to answer, and without a parent there is nothing to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    look_seldom()
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Wait for the end of the parent, however it comes about: no signal of it need have been sent."""
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)


def hand_over(executor: Executor, make: Callable[P, T], *given: P.args, **named: P.kwargs) -> Future[T]:
    """Have an executor call `make` with what is given, as that is now.

    An executor packs what it is given later, in a thread of its own; meanwhile the caller may go on, and an
    object that keeps what it works out would change under that thread's hands.
    """
    return executor.submit(_Packed(pickle.dumps(partial(make, *given, **named))))


def packed_once(value: T) -> T:
    """What stands for a large value in several calls of `hand_over`: it is packed here, as it is now, and
    each process unpacks it once for those that follow each other."""
    return cast(T, _Once(os.urandom(16), pickle.dumps(value)))


@dataclass(frozen=True, slots=True)
class _Once:
    """A value that is packed already, by a name of its own; unpacked, it is the value itself."""

    name: bytes
    raw: bytes

    def __reduce__(self) -> tuple[Callable[[bytes, bytes], object], tuple[bytes, bytes]]:
        return _unpacked, (self.name, self.raw)


def _unpacked(name: bytes, raw: bytes) -> object:
    last = _last()
    if name in (held := dict(last)):
        return held[name]
    value: object = pickle.loads(raw)
    last.clear()
    last[name] = value
    return value


@cache
def _last() -> dict[bytes, object]:
    """What this process unpacked last of values packed once, by its name."""
    return {}


@dataclass(frozen=True, slots=True)
class _Packed(Generic[T]):
    """A call that is packed already."""

    raw: bytes

    def __call__(self) -> T:
        call: Callable[[], T] = pickle.loads(self.raw)
        return call()
