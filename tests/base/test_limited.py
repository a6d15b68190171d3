"""A child that takes too much, dies or is interrupted ends in a sentence, and the next task is done."""

import os
import select
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Ending, LeftError, Limits, Readers
from tests.base.limited_tasks import aborts, fails, fills, fills_in_c, process, refuses, squares, waits, works

SMALL = Limits(memory=64 << 20, seconds=60)
"""What no task here takes but one that fills memory, however busy the machine."""

SHORT = Limits(memory=64 << 20, seconds=60, part=-59.9)
"""So much for a process to begin, and nearly nothing once the first part was read."""


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
        from tests.base.limited_tasks import process, works
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
    assert ended(child, within=20)


def ended(process: int, within: float) -> bool:
    """Whether a process that is no child of this one ends within so many seconds."""
    with suppress(ProcessLookupError):
        if hasattr(os, "pidfd_open"):
            watched = os.pidfd_open(process)
            try:
                return bool(select.select([watched], [], [], within)[0])
            finally:
                os.close(watched)
        until = time.monotonic() + within
        while time.monotonic() < until:
            os.kill(process, 0)
        return False
    return True
