"""Budgets, quarantine and problem details by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.errors import InputError, RecordError
from escrutinio.running.exchange.problem import ProblemDetails, problem_of, read_problem
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.journal import Received, ReceivedJournal
from escrutinio.running.hub.quarantine import Quarantine


def test_a_budget_fills_by_the_second_up_to_its_top() -> None:
    moment = 0.0
    budgets = Budgets(rate=2, burst=3, clock=lambda: moment)
    budgets.take(b"a", 3)
    assert not budgets.has(b"a")
    assert budgets.has(b"b")
    assert budgets.seconds(b"a") == 1
    moment = 0.5
    assert budgets.has(b"a")
    moment = 100.0
    budgets.take(b"a", 3)
    assert not budgets.has(b"a")


def test_quarantine_drops_the_oldest_of_whoever_has_too_many() -> None:
    held = Quarantine(of_one=2, in_all=3)
    for sender, record in (("a", b"1"), ("a", b"2"), ("b", b"3"), ("a", b"4"), ("a", b"4")):
        held.hold(sender, record)
    assert len(held) == 3
    held.hold("c", b"5")  # all is full: the oldest goes, whoever sent it
    assert [each[:2] for each in held.release()] == [("b", b"3"), ("a", b"4"), ("c", b"5")]
    assert len(held) == 0


def test_a_problem_is_said_in_the_readers_language() -> None:
    problem = problem_of(RecordError("record-long", size=70_000, limit=65_535), 413)
    assert problem.type == "/problems/record-long"
    read = read_problem(413, b'{"status":413,"code":"record-long","values":{"size":70000,"limit":65535}}')
    assert str(read.error) == problem.detail
    assert read.error.said_in("es") != problem.detail


@pytest.mark.parametrize(
    "body",
    [
        b"<html>502</html>",
        b'{"code":"record-long","values":{}}',
        b'{"code":"record-long","values":{"size":"\\u001b[31m","limit":"x"}}',
        b'{"code":"no-such-code","detail":"\\u001b]0;x\\u0007"}',
        b"[]",
        b"\xff\xfe",
        b'{"detail":"\xff"}',
        b'{"values":{"a":' + b"[" * 9_000,
    ],
)
def test_what_is_no_problem_of_ours_is_shown_and_nothing_more(body: bytes) -> None:
    sentence = str(read_problem(502, body).error)
    assert sentence
    assert all(sign.isprintable() for sign in sentence)


def test_values_of_others_are_one_printable_line() -> None:
    details = ProblemDetails(code="fetch-long", values={"path": "a\n\x1b[2Jb" * 400, "limit": 5})
    assert isinstance(details.error, InputError)
    assert all(sign.isprintable() for sign in str(details.error))
    assert len(str(details.error)) < 800


def test_the_journal_tells_what_follows_on_one_another(tmp_path: Path) -> None:
    journal = ReceivedJournal(tmp_path / "received.sqlite")
    rows = [Received(bytes([at]) * 32, at, 100, 700, 5, 0) for at in (3, 4, 6)]
    journal.add(rows)
    journal.add([Received(rows[0].digest, 9, 200, 800, 5, 0)])
    assert journal.find(rows[0].digest) == rows[0]  # what was promised first
    assert journal.untold(10) == rows[:2]
    journal.tell(rows[:2], public=4)
    assert journal.find(rows[0].digest) is None
    assert journal.find(rows[1].digest) == rows[1]
    assert journal.untold(10) == rows[2:]
    journal.close()
