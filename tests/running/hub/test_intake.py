"""Whose turn it is among those who send, and what a receiver does when something fails while nobody looks."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError, LogError
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.codes import Channel
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.holding import Kept
from escrutinio.running.hub.intake import Intake
from escrutinio.running.hub.keeper import Keeper, keeper
from escrutinio.running.hub.public_log import PublicLog
from escrutinio.running.hub.turns import FEW, GROUP, MOST_WAITING, Turns, Waiting
from tests.loops import in_a_loop
from tests.running.hub.night import CLOCK, Night, begun


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return begun(tmp_path_factory.mktemp("night"))


@pytest.fixture
def kept(night: Night) -> Iterator[Keeper]:
    with keeper(night.workspace, Budgets(1_000, 10_000, lambda: 0.0), None) as made:
        yield made


def _waits(sender: str, count: int, size: int = 1) -> Waiting:
    loop = asyncio.new_event_loop()
    try:
        return Waiting([b"x" * size] * count, sender, Channel.NETWORK, loop.create_future())
    finally:
        loop.close()


def _lengths(turns: Turns) -> list[tuple[str, int]]:
    return [(each.sender, len(each.records)) for each in turns.group(0)[0]]


def test_who_sends_little_goes_before_who_sends_much() -> None:
    turns = Turns()
    for sender, count in (("a", 5_000), ("a", 5_000), ("b", 5_000), ("c", 1), ("c", FEW), ("d", 2)):
        turns.add(_waits(sender, count))
    assert _lengths(turns) == [("c", 1), ("d", 2), ("c", FEW), ("a", 5_000)]  # one long batch at a time
    turns.add(_waits("e", 1))
    assert _lengths(turns) == [("e", 1), ("b", 5_000)]  # and each sender in turn
    assert _lengths(turns) == [("a", 5_000)]
    assert turns.group(0) == ([], False)
    turns.end()
    assert turns.group(60) == ([], True)


def test_many_short_ones_do_not_keep_out_a_long_one() -> None:
    turns = Turns()
    for _ in range(GROUP + 10):
        turns.add(_waits("a", 1))
    turns.add(_waits("b", 1_000))
    assert len(_lengths(turns)) == GROUP + 1
    assert _lengths(turns) == [("a", 1)] * 10


def test_what_waits_is_bounded_for_each_sender_and_in_all() -> None:
    turns = Turns()
    waiting = [_waits("a", MOST_WAITING // 2)]
    turns.add(waiting[0])
    with pytest.raises(InputError, match="waiting"):
        turns.add(_waits("a", 2))
    turns.add(_waits("b", MOST_WAITING // 2))
    with pytest.raises(InputError, match="waiting"):
        turns.add(_waits("c", FEW + 1))
    with pytest.raises(InputError, match="waiting"):
        turns.add(_waits("c", 2, size=60_000))
    turns.add(_waits("c", FEW))  # who sends little is heard whatever others send
    turns.add(_waits("a", 1))
    turns.let_go(waiting[0])
    turns.add(_waits("a", FEW))
    assert turns.count == MOST_WAITING // 2 + 2 * FEW + 1


def _asked(kept: Keeper, ask: Callable[[Intake], Awaitable[None]]) -> list[tuple[str, int]]:
    """Ask an intake; what it counted."""
    heard: list[tuple[str, int]] = []

    async def run() -> None:
        intake = Intake(kept, lambda what, count: heard.append((what, count)))
        try:
            await ask(intake)
        finally:
            await intake.close()

    in_a_loop(run())
    return heard


def test_an_enrolment_that_the_log_has_already_has_nothing_tried_again(night: Night, kept: Keeper) -> None:
    """Anybody may send it again, as often as they like."""
    known = night.enrolment("observer/known")
    new = night.enrolment("observer/new")
    (unknown,) = night.complaints(1, by="observer/new")

    async def ask(intake: Intake) -> None:
        await intake.take([known], "a")
        (answer,) = await intake.take([unknown], "a")
        assert isinstance(answer, Refusal)
        night.workspace.add([new], night.signer, CLOCK)  # by another way: this one does not hear of it
        (again,) = await intake.take([known], "b")
        assert isinstance(again, Kept)
        assert again.duplicate
        await intake.take(night.complaints(1), "b")  # after whatever came of that
        assert len(intake.quarantine) == 1

    _asked(kept, ask)


def test_an_enrolment_takes_what_its_keys_have_signed(night: Night, kept: Keeper) -> None:
    enrolment = night.enrolment("observer/late")
    records = night.complaints(3, by="observer/late")
    night.enrolment("observer/never")
    never = night.complaints(1, by="observer/never")

    async def ask(intake: Intake) -> None:
        await intake.take([*records, *never], "a")
        assert len(intake.quarantine) == 4
        await intake.take([enrolment], "b")
        answers = await intake.take(records, "a")
        assert all(isinstance(each, Kept) and each.duplicate for each in answers)
        assert len(intake.quarantine) == 1

    _asked(kept, ask)


def test_a_store_that_fails_is_a_trouble_until_it_works_again(night: Night, kept: Keeper) -> None:
    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(night.workspace.private / "store.sqlite")) as db:
            db.execute(f"ALTER TABLE {old} RENAME TO {new}")

    first, second = night.complaints(2, first=50)

    async def ask(intake: Intake) -> None:
        rename("pending", "gone")
        with pytest.raises(LogError) as caught:
            await intake.take([first], "a")
        assert intake.trouble is caught.value
        rename("gone", "pending")
        await intake.take([first, second], "a")
        assert intake.trouble is None

    _asked(kept, ask)


def test_what_nobody_foresaw_ends_no_receiver(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    class BrokenClockError(Exception):
        pass

    asked = iter([BrokenClockError()])

    def clock() -> int:
        for error in asked:
            raise error
        return CLOCK

    workspace = night.workspace
    with workspace.acceptor() as acceptor, workspace.store() as store:
        broken = Keeper(workspace, acceptor, store, Budgets(1_000, 10_000, lambda: 0.0), None, clock)

        async def ask(intake: Intake) -> None:
            (answer,) = await intake.take(night.complaints(1, first=70), "a")
            assert isinstance(answer, Kept)

        heard = _asked(broken, ask)
    assert ("hub-fault", 1) in heard
    assert "BrokenClockError" in capsys.readouterr().err  # all of it, for whoever looks for the fault


def test_where_many_wait_for_what_is_not_public_nobody_more_does(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else they would have the connections of those who bring records, while a witness is silent."""
    monkeypatch.setattr("escrutinio.running.hub.public_log.MOST_WAITING", 2)
    log = PublicLog(night.workspace)

    async def ask() -> None:
        waiting = [asyncio.create_task(log.until_public(10**6, 60)) for _ in range(2)]
        await asyncio.sleep(0)
        assert not await asyncio.wait_for(log.until_public(10**6, 60), 20)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert not await log.until_public(10**6, 0.01)

    in_a_loop(ask())


def test_a_store_of_another_log_takes_and_promises_nothing(tmp_path: Path) -> None:
    first, second = (begun(tmp_path / name) for name in _made(tmp_path, "first", "second"))
    older, private = tmp_path / "older", first.workspace.private

    def opened(night: Night) -> None:
        with keeper(night.workspace, Budgets(1, 1, lambda: 0.0), None):
            pass

    def copy(source: Path, target: Path) -> None:
        for old in target.glob("store.sqlite*"):
            old.unlink()
        for each in source.glob("store.sqlite*"):
            shutil.copy(each, target)

    opened(first)
    older.mkdir()
    copy(private, older)
    copy(second.workspace.private, private)
    with pytest.raises(LogError, match="another history"):
        opened(first)
    copy(older, private)
    first.workspace.add(first.complaints(1), first.signer, CLOCK)
    copy(older, private)
    with pytest.raises(LogError) as caught:
        opened(first)
    assert caught.value.code == "store-behind"


def _made(home: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (home / name).mkdir()
    return names
