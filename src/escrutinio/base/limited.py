"""Reading what strangers wrote: in a child process with so much memory and so much time, and no more.

Decoders of foreign formats (images, PDF, workbooks) are large programs in other languages. A file of a few
bytes can make them ask for all memory of the machine, work for hours, or abort. So they work in a process of
their own. What it has read comes back part by part; however it ends, the caller gets a sentence and goes on.

A child is a fresh interpreter, used for file after file, ended when its caller ends. On Linux memory is what
the process writes to (RLIMIT_DATA) and time that of the processor; elsewhere, where the system has no such
limits, only the clock is asked. This bounds what a file may cost; it is no fence around hostile code.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import IO, ParamSpec, TypeVar, cast

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, InputError

if sys.platform != "win32":
    import resource

P = ParamSpec("P")
T = TypeVar("T")

_HEAD = struct.Struct(">Q")
_WAIT = 4
"""How many times the allowed processor time the clock may show: other programs want the processor too."""

_COMPLAINT = 4_096
"""Bytes of what a dying child says that are looked at."""

_NEAR = 0.5
"""A process that aborts when so much of its memory was in use has met its limit."""

_OUT_OF_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"ut of memory", b"annot allocate")
_MAIN = "from escrutinio.base.limited import _serve; _serve()"


class Ending(StrEnum):
    """How a child ended that did not finish."""

    MEMORY = "too-much-memory"
    TIME = "too-long"
    DIED = "died"


class LeftError(InputError):
    """A file was left, since reading it takes too much or ends the reader: how, and a detail of it."""

    def __init__(self, ending: Ending, detail: str) -> None:
        super().__init__(f"left-{ending.value}", detail=detail)
        self.ending = ending
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: bytes of memory, and seconds, to which each part that was read adds."""

    memory: int
    seconds: float
    part: float = 0


class Readers:
    """Children that read, as many as are asked at once; made when they are needed, and kept."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._end = weakref.finalize(self, _end, self._all, self._lock, self._stopped)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End all children; who still waits for one gets LeftError."""
        self._end()

    def call(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of a module says, called in a child. Raises what it raises, and LeftError."""
        (found,) = self.parts(_single, task, args, kwargs)
        return found

    def parts(self, task: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        """What a generator function of a module gives, run in a child; arguments and parts are pickled.

        Raises what it raises, if that is of this program's own family, else LeftError.
        """
        child = self._take()
        whole = False
        try:
            for part in child.run(self.limits, pickle.dumps((task, args, kwargs, self.limits))):
                yield cast(T, part)
            whole = True
        except LeftError:
            raise
        except EscrutinioError:
            whole = True
            raise
        finally:
            self._give_back(child, whole)

    def _take(self) -> _Child:
        with self._lock:
            if self._stopped.is_set():
                raise LeftError(Ending.DIED, "interrupted")
            child = self._idle.pop() if self._idle else _Child()
            self._all.add(child)
        return child

    def _give_back(self, child: _Child, whole: bool) -> None:
        with self._lock:
            if whole and not self._stopped.is_set():
                self._idle.append(child)
                return
            self._all.discard(child)
        child.end()


def _end(children: set[_Child], lock: threading.Lock, stopped: threading.Event) -> None:
    with lock:
        stopped.set()
        left = list(children)
        children.clear()
    for child in left:
        child.end()


class _Child:
    """One process, seen from its parent."""

    def __init__(self) -> None:
        # What stands in the working directory is the user's and may be a stranger's: never imported (-P).
        paths = os.pathsep.join(filter(None, sys.path))
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-c", _MAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self._lock = threading.Lock()
        self._late = False
        self._began = 0

    def run(self, limits: Limits, task: bytes) -> Iterator[object]:
        """Give the task, and what comes of it. Raises LeftError, and what the child raised."""
        try:
            _write(self._in, task)
            allowed = limits.seconds
            while True:
                watch = threading.Timer(_WAIT * allowed, self._too_late)
                watch.daemon = True
                watch.start()
                try:
                    kind, value = pickle.loads(_read(self._out))
                finally:
                    watch.cancel()
                match kind:
                    case "began":
                        self._began = value
                    case "part":
                        allowed += limits.part
                        yield value
                    case "raised":
                        raise value
                    case "memory":
                        raise self._left(Ending.MEMORY, limits)
                    case "failed":
                        raise LeftError(Ending.DIED, value)
                    case _:
                        return
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._how(limits) from None

    def end(self) -> None:
        """End the process, whatever it does."""
        with self._lock:
            if self._said.closed:
                return
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._said):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _how(self, limits: Limits) -> LeftError:
        """What became of a child that no longer answers."""
        with self._lock:
            if self._said.closed:
                return LeftError(Ending.DIED, "interrupted")
            self._process.kill()  # one that closed its answer and lives has died for us
            peak = self._reap()
            code = self._process.returncode
            self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _COMPLAINT))
            said = self._said.read()
        if self._late or code == -getattr(signal, "SIGXCPU", 0):
            return self._left(Ending.TIME, limits)
        # Some libraries abort without a word when they get no memory.
        if any(sign in said for sign in _OUT_OF_MEMORY) or (
            code < 0 and peak > max(self._began, limits.memory * _NEAR)
        ):
            return self._left(Ending.MEMORY, limits)
        return LeftError(Ending.DIED, f"exit code {code}")

    def _reap(self) -> int:
        """Wait for the end, and say how much memory was in use at most, in bytes; 0 where nobody counts."""
        if sys.platform != "linux" or self._process.returncode is not None:
            self._process.wait()
            return 0
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return used.ru_maxrss << 10

    @staticmethod
    def _left(ending: Ending, limits: Limits) -> LeftError:
        if ending is Ending.MEMORY:
            return LeftError(ending, f"{limits.memory >> 20:,} MiB")
        more = f" + {limits.part:g} s / part" if limits.part else ""
        return LeftError(ending, f"{limits.seconds:g} s{more}")


def _write(stream: IO[bytes], content: bytes) -> None:
    stream.write(_HEAD.pack(len(content)))
    stream.write(content)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(_HEAD.size)
    content = stream.read(_HEAD.unpack(head)[0]) if len(head) == _HEAD.size else b""
    if len(head) < _HEAD.size or len(content) < _HEAD.unpack(head)[0]:
        raise EOFError
    return content


# --- in the child ---


def _single(task: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> Iterator[T]:
    yield task(*args, **kwargs)


def _serve() -> None:
    """Read task after task from standard input, until the parent closes it or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts speaks to the parent
    # Answers have a descriptor of their own: what a decoder prints does not stand among them.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    tasks = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with suppress(EOFError, BrokenPipeError):
        while True:
            _answer(answers, *pickle.loads(_read(tasks)))


def _answer(
    answers: IO[bytes],
    task: Callable[..., Iterator[object]],
    args: tuple[object, ...],
    kwargs: dict[str, object],
    limits: Limits,
) -> None:
    def tell(kind: str, value: object = None) -> None:
        _write(answers, pickle.dumps((kind, value)))

    try:
        tell("began", _most_memory())
        _limit_memory(limits.memory)
        left, before = limits.seconds, _limit_time(limits.seconds)
        for part in task(*args, **kwargs):
            tell("part", part)
            spent = _processor_time() - before
            left += limits.part
            _limit_time(left - spent)
        tell("end")
    except BrokenPipeError:
        raise
    except EscrutinioError as error:
        tell("raised", error)
    except MemoryError:
        tell("memory")
    except Exception as error:  # a decoder's own kind, or a fault of ours in reading what it gave
        tell("failed", f"{type(error).__name__}: {error}"[:200])


if sys.platform == "win32":

    def _limit_memory(most: int) -> None:
        pass

    def _limit_time(seconds: float) -> float:
        return 0.0

    def _processor_time() -> float:
        return 0.0

    def _most_memory() -> int:
        return 0

else:

    def _limit_memory(most: int) -> None:
        """Let this process write to `most` bytes more than it does now, and leave no core when it dies."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            with open("/proc/self/statm", "rb") as file:
                now = int(file.read().split()[5]) * resource.getpagesize()
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            wanted = now + most
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))

    def _limit_time(seconds: float) -> float:
        """Let this process work `seconds` more, and say how many it has worked."""
        now = _processor_time()
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        wanted = math.ceil(now + max(0.0, seconds))
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
        return now

    def _processor_time() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def _most_memory() -> int:
        """Bytes in use at most until now; at first, those of the parent (Linux counts from before `exec`)."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
