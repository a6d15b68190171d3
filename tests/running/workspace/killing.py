"""Runs that are killed at each step: a process forks, and each child dies at one change of the disk.

The steps are what Python's audit events tell of: files opened to be written, renamed, removed, directories.
What has threads, as Polars does, must not run in the parent before: a child would wait for them for ever.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "ctypes.call_function"})


def killed_at(step: int, work: Callable[[], None]) -> bool:
    """Do `work` in a child process that is killed at its `step`-th change of the disk; whether it was.

    Where it was not, it ended without an error.
    """
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
            if event in CHANGES or writes:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert status == 0
    return False


def done(work: Callable[[], None]) -> None:
    """Do `work` in a child process to its end."""
    assert not killed_at(-1, work)
