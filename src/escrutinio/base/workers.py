"""The processes that verify in parallel, as many as this machine has cores."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def workers(count: int | None = None) -> Iterator[Executor | None]:
    """An executor of `count` processes (all cores by default); None where one process is as good.

    On Linux they are forked at once, before any thread is started, which costs milliseconds.
    """
    if count is None:
        count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if count < 2:
        yield None
        return
    method = "fork" if sys.platform == "linux" else "spawn"
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(method)) as executor:
        for _ in range(count):
            executor.submit(os.getpid)
        yield executor
