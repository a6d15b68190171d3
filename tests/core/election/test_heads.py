"""Heads that records name, of this log and of the one that it succeeds."""

from __future__ import annotations

import pytest

from escrutinio.core.election.heads import differs_from_log
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.parts import LogHead, Title
from escrutinio.core.records.types import Charter

OLD = LogHead("old.example/log", 8, b"o" * 32)
FIRST = Charter("old.example/log", LogRole.OFFICIAL, (Title("en", "Board"),), bytes(32), None)
SECOND = Charter("new.example/log", LogRole.OFFICIAL, (Title("en", "Board"),), bytes(32), OLD)


def root_at(size: int) -> bytes:
    return bytes([size]) * 32


@pytest.mark.parametrize(
    ("head", "charter", "differs"),
    [
        (LogHead("old.example/log", 5, root_at(5)), FIRST, ()),
        (LogHead("old.example/log", 5, root_at(4)), FIRST, ("root",)),
        (LogHead("old.example/log", 0, root_at(0)), FIRST, ("size",)),
        (LogHead("old.example/log", 11, root_at(11)), FIRST, ("size",)),
        (LogHead("other.example/log", 5, root_at(5)), FIRST, ("origin",)),
        (LogHead("new.example/log", 9, root_at(9)), SECOND, ()),
        (LogHead("new.example/log", 9, root_at(8)), SECOND, ("root",)),
        # What was said of the log before.
        (LogHead("old.example/log", 5, b"?" * 32), SECOND, ()),
        (OLD, SECOND, ()),
        (LogHead("old.example/log", 8, b"?" * 32), SECOND, ("root",)),
        (LogHead("old.example/log", 9, b"?" * 32), SECOND, ("size",)),
        (LogHead("other.example/log", 5, root_at(5)), SECOND, ("origin",)),
    ],
)
def test_what_a_head_and_the_log_differ_in(head: LogHead, charter: Charter, differs: tuple[str, ...]) -> None:
    assert differs_from_log(head, 10, charter, root_at) == differs


def test_without_roots_none_is_compared() -> None:
    assert differs_from_log(LogHead("old.example/log", 5, b"?" * 32), 10, FIRST, None) == ()
