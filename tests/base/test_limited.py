"""A child that takes too much, dies or is interrupted ends in a sentence, and the next task is done."""

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Ending, LeftError, Limits, Readers

SMALL = Limits(memory=64 << 20, seconds=60)
"""What no task here takes but one that fills memory, however busy the machine."""

SHORT = Limits(memory=64 << 20, seconds=60, part=-59.9)
"""So much for a process to begin, and nearly nothing once the first part was read."""


def squares(numbers: int) -> Iterator[int]:
    print("a decoder may print what it likes", flush=True)
    yield from (number * number for number in range(numbers))


def refuses(text: str) -> Iterator[int]:
    yield 1
    raise InputError(text)


def fails(_: str) -> Iterator[int]:
    yield 1
    raise KeyError("a fault of the decoder")


def fills(_: str) -> Iterator[int]:
    yield 1
    yield len(bytearray(1 << 30))


def fills_in_c(_: str) -> Iterator[int]:
    """As a library in another language does, which says so and aborts."""
    yield 1
    allocate = ctypes.CDLL(None).malloc
    allocate.restype = ctypes.c_void_p
    if allocate(ctypes.c_size_t(1 << 34)) is None:
        os.write(2, b"memory allocation of 17179869184 bytes failed\n")
        os.abort()
    yield 2


def works(_: str) -> Iterator[int]:
    yield 1
    while True:
        pass


def aborts(_: str) -> Iterator[int]:
    yield 1
    os.abort()


def waits(_: str) -> Iterator[int]:
    yield 1
    signal.pause()


def process(_: str) -> int:
    return os.getpid()


def test_what_was_asked_comes_back_part_by_part_from_one_process() -> None:
    with Readers(SMALL) as readers:
        assert list(readers.parts(squares, 4)) == [0, 1, 4, 9]
        assert readers.call(process, "") == readers.call(process, "") != os.getpid()


def test_a_refusal_comes_back_as_it_was_raised_and_the_child_goes_on() -> None:
    with Readers(SMALL) as readers:
        before = readers.call(process, "")
        with pytest.raises(InputError, match="no such thing"):
            list(readers.parts(refuses, "no such thing"))
        assert readers.call(process, "") == before


@pytest.mark.parametrize(
    ("task", "limits", "ending", "said"),
    [
        (fails, SMALL, Ending.DIED, "KeyError"),
        (fills, SMALL, Ending.MEMORY, "64 MiB"),
        (fills_in_c, SMALL, Ending.MEMORY, "64 MiB"),
        (works, SHORT, Ending.TIME, "60 s"),
        (aborts, SMALL, Ending.DIED, "exit code -6"),
        (waits, SHORT, Ending.TIME, "60 s"),
    ],
)
def test_each_way_to_end_has_its_sentence_and_the_next_task_is_done(
    task: Callable[[str], Iterator[int]], limits: Limits, ending: Ending, said: str
) -> None:
    with Readers(limits) as readers:
        parts = readers.parts(task, "")
        assert next(parts) == 1, "what was read before is kept"
        with pytest.raises(LeftError, match=said) as left:
            next(parts)
        assert left.value.ending is ending
        readers.limits = SMALL
        assert list(readers.parts(squares, 3)) == [0, 1, 4]


def test_a_reading_that_is_given_up_ends_its_process() -> None:
    with Readers(SMALL) as readers:
        next(readers.parts(waits, ""))
        assert list(readers.parts(squares, 2)) == [0, 1]


def test_nothing_of_the_working_directory_is_imported(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "pickle.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    with Readers(SMALL) as readers:
        assert list(readers.parts(squares, 2)) == [0, 1]


def test_a_child_ends_when_its_parent_is_killed() -> None:
    program = textwrap.dedent("""
        from escrutinio.base.limited import Limits, Readers
        from tests.base.test_limited import process, works
        readers = Readers(Limits(64 << 20, 1))
        print(readers.call(process, ""), flush=True)
        list(readers.parts(works, ""))
    """)
    paths = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
    pytest.fail("the child is still there")
