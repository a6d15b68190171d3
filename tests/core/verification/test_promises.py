"""A receiver's promise is kept, not yet due, or broken; nobody else's is a promise."""

from __future__ import annotations

import pytest

from escrutinio.core.election.state import Standing
from escrutinio.core.log.checkpoint import Cosigned
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.parts import Deadline
from escrutinio.core.verification.judge import Answer, Verdict
from escrutinio.core.verification.judge_text import grounds, headline
from escrutinio.core.verification.promises import Shown, find_digest, judge_promise, surely_seen
from tests.core.election.build import DAY, VOTES, Day, codes, key, machines

BY = DAY + 600


def receiving() -> Day:
    day = machines(Day())
    day.enrol("receiver/1", Role.RECEIVER)
    return day


def promised(day: Day, digest: bytes, by: str = "receiver/1", signing: str | None = None) -> bytes:
    """The bytes of a promise, which are not in the log."""
    at = day.say(t.Promise(digest, BY), by, "election", signing=None if signing is None else key(signing))
    return day.log.pop(at)


def judged(day: Day, promise: bytes, *seen: int) -> Answer:
    entry = open_record(promise)
    assert isinstance(entry.body, t.Promise)
    kept_at = find_digest(day.log, entry.body.record)
    index = day.log.index(promise) if promise in day.log else None
    seen_at = surely_seen(Cosigned("testigo", each) for each in seen)
    return judge_promise(day.state(), entry, index, kept_at, seen_at)


def test_a_promise_is_kept_where_the_log_has_the_record_whenever_it_was_seen() -> None:
    day = receiving()
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    promise = promised(day, day.digest(sheet))
    for seen in ((), (BY - 1,), (BY + 1,)):
        answer = judged(day, promise, *seen)
        assert (answer.verdict, answer.entry, answer.good) == (Verdict.PROMISE_KEPT, sheet, True)
    assert f"in the log, entry {sheet}. Whether it was there in time" in headline(answer, "en")


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ((), Verdict.PROMISE_NOT_DUE),
        ((BY,), Verdict.PROMISE_NOT_DUE),
        ((BY + 1,), Verdict.PROMISE_BROKEN),
        ((BY + 1, BY + 9_999), Verdict.PROMISE_BROKEN),
        ((BY - 1, BY + 9_999), Verdict.PROMISE_NOT_DUE),
    ],
)
def test_a_promise_is_broken_once_all_who_cosigned_saw_its_time_pass(
    seen: tuple[int, ...], verdict: Verdict
) -> None:
    day = receiving()
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    promise = promised(day, day.digest(sheet))
    del day.log[sheet]
    answer = judged(day, promise, *seen)
    assert (answer.verdict, answer.good, answer.to_keep) == (verdict, False, True)
    for language in ("en", "es"):
        said = [headline(answer, language), *grounds(answer, day.state(), language)]
        assert any("2030-12-02 00:10:00 UTC" in line for line in said), said
        assert not any("{" in line for line in said)


def test_a_promise_that_the_log_has_is_judged_alike() -> None:
    day = receiving()
    day.say(t.Promise(bytes(32), BY), "receiver/1", "election")
    assert judged(day, day.log[-1], BY + 1).verdict is Verdict.PROMISE_BROKEN


@pytest.mark.parametrize(
    ("by", "signing", "verdict"),
    [
        ("machine/1", None, Verdict.OUT_OF_SCOPE),
        ("party/azul/1", None, Verdict.OUT_OF_SCOPE),
        ("receiver/1", "machine/1", Verdict.UNKNOWN_KEY),
        ("receiver/1", "nobody", Verdict.UNKNOWN_KEY),
        ("receiver/2", None, Verdict.UNKNOWN_KEY),
    ],
)
def test_what_another_key_signed_is_no_promise(by: str, signing: str | None, verdict: Verdict) -> None:
    day = receiving()
    answer = judged(day, promised(day, bytes(32), by, signing), BY + 1)
    assert answer.verdict is verdict
    assert headline(answer, "en")


def test_extensions_stand_beside_a_promise_and_excuse_it_not() -> None:
    calendar = (Deadline("results_public_from", DAY), Deadline("results_public_latest", BY + 900))
    day = machines(Day(calendar=calendar))
    day.enrol("receiver/1", Role.RECEIVER)
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    kept, broken = promised(day, day.digest(sheet)), promised(day, bytes(32))
    shorter, longer, beyond = (
        day.say(t.Extension(BY + moved, "art. 9: polls closed late"), "authority/1", "election")
        for moved in (-1, 1, 901)
    )
    assert shorter < longer < beyond
    answer = judged(day, broken, BY + 1)
    assert (answer.verdict, answer.extensions) == (Verdict.PROMISE_BROKEN, (longer,))
    assert any(f"entry {longer};" in line for line in grounds(answer, day.state(), "en"))
    answer = judged(day, broken, BY)
    assert (answer.verdict, answer.extensions) == (Verdict.PROMISE_NOT_DUE, (longer,))
    assert judged(day, kept, BY + 1).extensions == ()
    entry = open_record(kept)
    late = judge_promise(day.state(), entry, None, sheet, BY + 9, [Shown(sheet, BY + 1, BY + 1)])
    assert (late.verdict, late.extensions) == (Verdict.PROMISE_LATE, (longer,))


def test_an_altered_promise_is_none() -> None:
    day = receiving()
    promise = promised(day, bytes(32))
    assert judged(day, promise[:-1] + bytes([promise[-1] ^ 1]), BY + 1).verdict is Verdict.ALTERED


def test_a_log_admits_a_promise_of_a_receiver_and_of_nobody_else() -> None:
    day = receiving()
    fine, wrong = promised(day, bytes(32)), promised(day, bytes(32), "machine/1")
    verdicts = day.fold().admission().judge([fine, wrong])
    assert [None if each is None else each.code for each in verdicts] == [None, "not-entitled"]
    day.log.append(wrong)
    state = day.state()
    assert codes(state) == ["key-out-of-scope"]
    assert state.controls[-1].standing is Standing.REFUSED


def test_a_record_that_is_no_promise_is_none() -> None:
    day = receiving()
    with pytest.raises(TypeError):
        judge_promise(day.state(), open_record(day.log[1]), 1, None, None)


@pytest.mark.parametrize(
    ("shown", "verdict", "in_time", "seen"),
    [
        ((), Verdict.PROMISE_KEPT, None, None),
        (((+1, BY - 5, BY),), Verdict.PROMISE_KEPT, True, BY),
        (((+1, BY - 5, BY + 1),), Verdict.PROMISE_KEPT, None, None),  # not all say so
        (((+1, BY + 1, BY + 2),), Verdict.PROMISE_KEPT, None, None),  # seen late, which is not being late
        (((0, BY + 1, BY + 9),), Verdict.PROMISE_LATE, False, BY + 1),
        (((0, BY, BY + 9),), Verdict.PROMISE_KEPT, None, None),
        (((0, BY - 9, BY - 1),), Verdict.PROMISE_KEPT, None, None),
        (((0, BY + 5, BY + 9), (-1, BY + 2, BY + 3)), Verdict.PROMISE_LATE, False, BY + 2),
        (((0, BY + 1, BY + 1), (+1, BY, BY)), Verdict.PROMISE_KEPT, None, None),  # a clock is wrong
        (((+1, 0, 0),), Verdict.PROMISE_KEPT, None, None),  # no time at all
    ],
)
def test_checkpoints_show_whether_what_was_promised_came_in_time(
    shown: tuple[tuple[int, int, int], ...], verdict: Verdict, in_time: bool | None, seen: int | None
) -> None:
    day = receiving()
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    entry = open_record(promised(day, day.digest(sheet)))
    states = [Shown(sheet + more, first, last) for more, first, last in shown]
    answer = judge_promise(day.state(), entry, None, sheet, BY + 9_999, states)
    assert (answer.verdict, answer.in_time) == (verdict, in_time)
    assert answer.seen == (BY + 9_999 if seen is None else seen)
    assert answer.good == (verdict is Verdict.PROMISE_KEPT)
    for language in ("en", "es"):
        assert "{" not in headline(answer, language)
    if in_time is not None:
        assert ("was there in time" in headline(answer, "en")) == in_time
