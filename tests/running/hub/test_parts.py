"""Budgets, quarantine and problem details by themselves."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.election.following import kid_of
from escrutinio.running.exchange.entries import seconds_of
from escrutinio.running.exchange.problem import ProblemDetails, problem_of, read_problem
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.journal import Received, ReceivedJournal
from escrutinio.running.hub.quarantine import Quarantine, network_of


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


def _unknown(kid: str, number: int = 0, size: int = 40) -> bytes:
    """What looks like a record that names a key, as far as a quarantine looks."""
    return (b"\xd2\x84\x58" + bytes(9) + kid.encode().ljust(8)[:8] + b"%08d" % number).ljust(size, b".")


def test_quarantine_drops_the_oldest_of_whoever_has_too_many() -> None:
    held = Quarantine(of_one=2, in_all=3)
    came = [_unknown(name) for name in "12345"]
    for sender, place in (("a", 0), ("a", 1), ("b", 2), ("a", 3), ("a", 3)):
        held.hold(sender, came[place])
    assert len(held) == 3
    held.hold("c", came[4])  # all is full: the oldest goes, whoever sent it
    keys = {kid_of(each) for each in came}
    assert [each[:2] for each in held.release(keys)] == [("b", came[2]), ("a", came[3]), ("c", came[4])]
    assert len(held) == 0


def test_quarantine_gives_what_a_key_that_came_has_signed_and_keeps_the_rest() -> None:
    held = Quarantine()
    held.hold("a", _unknown("k1"))
    held.hold("a", _unknown("k2"))
    assert held.release({kid_of(_unknown("k3"))}) == []
    assert [each[1] for each in held.release({kid_of(_unknown("k2"))})] == [_unknown("k2")]
    assert len(held) == 1


def test_quarantine_is_bounded_in_bytes() -> None:
    held = Quarantine(most_bytes=1_000_000)
    for number in range(30):
        held.hold("a", _unknown("k", number, 5_000))
    assert len(held) == 2  # a hundredth is one sender's
    held.hold("a", _unknown("k", 99, 60_000))
    assert len(held) == 1  # one record is always held
    for number in range(30):
        held.hold(f"b{number}", _unknown("k", number, 60_000))
    assert len(held) == 16


def test_an_address_of_one_network_is_one_sender() -> None:
    held = Quarantine(of_one=2)
    for number in range(9):
        held.hold(f"2001:db8:0:1::{number:x}", _unknown("k", number))
    assert len(held) == 2
    assert network_of("2001:db8:0:1:a::1") == network_of("2001:db8:0:1::2") == "2001:db8:0:1::/64"
    assert network_of("2001:db8:0:2::1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("somebody") == "somebody"


def test_a_flood_of_unknown_keys_costs_the_same_however_many_are_held() -> None:
    held = Quarantine()
    for number in range(20_000):
        held.hold(f"10.0.{number % 150}.1", _unknown("k", number))
    began = process_time()
    for number in range(20_000):  # one who has come last looks for its oldest behind all others
        held.hold("192.0.2.1", _unknown("other", number))
    assert process_time() - began < 5
    assert len(held) == 20_000


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([], 0),
        (["wait=7"], 7),
        (["respond-async, wait=7"], 7),
        (["respond-async", "WAIT = 7"], 7),  # lines of their own are one list
        (['wait="7"; x=y'], 7),
        (["wait=007"], 7),
        (["wait=99999"], 60),
        (["wait=" + "9" * 5_000], 60),
        (["wait=0"], 0),
        (["wait=-1"], 0),
        (["wait=1.5"], 0),
        (['wait="7'], 0),
        (["await=7"], 0),
        (["wait=٧"], 0),
    ],
)
def test_preferences_are_read_as_the_rfc_writes_them(values: list[str], seconds: int) -> None:
    assert seconds_of(values) == seconds


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


def test_the_last_set_is_the_one_said_last_whatever_the_clock_said(tmp_path: Path) -> None:
    journal = ReceivedJournal(tmp_path / "received.sqlite")
    journal.add_set(b"k", 99_000, b"of a clock that was ahead", b"leaves")
    journal.add_set(b"k", 1_200, b"first", b"more")
    assert (journal.last_set(b"k"), journal.kept_leaves(b"k")) == (b"first", b"more")
    journal.add_set(b"k", 1_800, b"nothing waits", b"")
    assert (journal.last_set(b"k"), journal.kept_set(b"k")) == (b"nothing waits", b"first")
    journal.close()
