"""Workers end with their parent, however that ends, and say nothing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from escrutinio.base.workers import hand_over, packed_once, workers

PROGRAM = """
import multiprocessing, signal, sys
from escrutinio.base.workers import workers

try:
    with workers(2) as executor:
        done = executor.submit(signal.pause)
        more = [executor.submit(signal.pause) for _ in range(5)]
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        done.result()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def busy() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process whose two workers are at something that does not end, and a handle for each of these."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    handles = [os.pidfd_open(int(number)) for number in process.stdout.readline().split()]
    assert len(handles) == 2
    yield process, handles
    for handle in handles:
        os.close(handle)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def has_ended(handle: int, seconds: int = 30) -> bool:
    """Whether a process ends within this time."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


@pytest.mark.skipif(sys.platform != "linux", reason="handles of processes are those of Linux")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_when_their_parent_is_killed(
    busy: tuple[subprocess.Popen[str], list[int]], how: signal.Signals
) -> None:
    process, handles = busy
    assert not any(has_ended(handle, 0) for handle in handles)
    process.send_signal(how)
    assert process.wait(30) == -how
    assert all(has_ended(handle) for handle in handles)


@pytest.mark.skipif(sys.platform != "linux", reason="handles of processes are those of Linux")
def test_an_interruption_of_all_ends_all_and_workers_say_nothing(
    busy: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, handles = busy
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == ""
    assert all(has_ended(handle) for handle in handles)


EARLY = """
import os, signal
from escrutinio.base.workers import workers

os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGINT))
with workers(2) as executor:
    print(sum(executor.map(abs, range(-5, 0))))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are not forked")
def test_an_interruption_before_a_worker_has_begun_is_ignored_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "15\n", "")


def test_what_they_do_comes_back() -> None:
    with workers(2) as executor:
        assert executor is not None
        assert list(executor.map(abs, [-1, 2, -3])) == [1, 2, 3]
    with workers(1) as executor:
        assert executor is None


def _same(value: list[int]) -> list[int]:
    return value


def test_a_value_packed_once_is_as_it_was_and_unpacked_once() -> None:
    with ThreadPoolExecutor(1) as executor:
        value, other = [1, 2], [3]
        given = packed_once(value)
        value.append(9)
        one, again = (hand_over(executor, _same, given).result() for _ in range(2))
        assert one == [1, 2]
        assert one is again
        assert hand_over(executor, _same, packed_once(other)).result() == [3]
        late = hand_over(executor, _same, given).result()
        assert late == [1, 2]
        assert late is not one


CANCELLED = """
from escrutinio.base.workers import workers
import time
with workers(2) as executor:
    rest = executor.map(time.sleep, [0.01] * 500)
    next(rest)
    rest.close()  # as a loop that ends early does: what waits is cancelled
    raise SystemExit(3)
"""


def test_a_block_that_ends_early_says_nothing_of_what_it_cancelled() -> None:
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", CANCELLED], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (3, "")
