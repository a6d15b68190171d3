"""What one key names and sends, and never completes, costs only that key; what came in vain is cleared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.entry import seal
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.types import Visit
from escrutinio.running.hub import wanted
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.holding import HELD
from escrutinio.running.hub.keeper import Keeper
from escrutinio.running.hub.keeper import keeper as opened_keeper
from escrutinio.running.hub.measures import Measures
from escrutinio.running.hub.receiver import Receiver
from escrutinio.running.hub.wanted import LEFT_AFTER, Wanted
from tests.loops import in_a_loop
from tests.running.hub.night import CLOCK, Night, begun
from tests.running.hub.test_held_files import hold_with_file, statement
from tests.running.hub.test_holding import CALENDAR, Clock, keeper_of, kept

FLOODS, OTHER = "observer/faro", "party/concha"
LIMIT = 5


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return begun(tmp_path, CALENDAR)


@pytest.fixture
def keeper(night: Night) -> Iterator[Keeper]:
    with ExitStack() as stack:
        yield keeper_of(night, Clock(), stack)


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few instead of thousands."""
    monkeypatch.setattr(wanted, "MOST_NAMED", LIMIT)
    monkeypatch.setattr(wanted, "MOST_FILES", LIMIT)


def visit(night: Night, *contents: bytes, by: str, size: int | None = None) -> bytes:
    named = (
        Attachment(digest_of(each), len(each) if size is None else size, "text/plain") for each in contents
    )
    return seal(
        Visit(CLOCK, None, tuple(named)), key=night.keys[by], signer=by, subject="C1.01",
        election=night.election, issued_at=CLOCK,
    )  # fmt: skip


def numbered(count: int) -> list[bytes]:
    return [b"seen (fictional) %d" % each for each in range(count)]


def lacks(keeper: Keeper, *records: bytes) -> None:
    for answer in keeper.keep(records):
        assert isinstance(answer, Refusal)
        assert answer.code == "attachment-missing"


@pytest.mark.usefixtures("bounded")
def test_who_names_much_pushes_out_only_their_own(night: Night, keeper: Keeper) -> None:
    mine, flood = b"of another key (fictional)", numbered(3 * LIMIT)
    raw = visit(night, mine, by=OTHER)
    lacks(keeper, raw)
    lacks(keeper, *(visit(night, each, by=FLOODS) for each in flood))
    assert keeper.wanted(digest_of(mine)) == len(mine)
    known = [keeper.wanted(digest_of(each)) is not None for each in flood]
    assert known == [False] * 2 * LIMIT + [True] * LIMIT
    keeper.hold(mine)
    (answer,) = kept(keeper, raw)
    assert answer.index is not None
    assert night.workspace.attachment(digest_of(mine)) == mine


@pytest.mark.usefixtures("bounded")
def test_who_sends_files_without_their_records_is_stopped_and_others_are_not(
    night: Night, keeper: Keeper
) -> None:
    flood, mine = numbered(LIMIT + 1), b"of another key (fictional)"
    records = [visit(night, each, by=FLOODS) for each in flood]
    for raw, content in zip(records[:LIMIT], flood, strict=False):
        lacks(keeper, raw)
        keeper.hold(content)
    lacks(keeper, records[LIMIT])
    with pytest.raises(InputError) as asked:
        keeper.wanted(digest_of(flood[LIMIT]))
    with pytest.raises(InputError) as sent:
        keeper.hold(flood[LIMIT])
    for why in (asked.value, sent.value):
        assert (why.code, why.values["count"]) == ("hub-key-files", LIMIT)
    assert len([*(night.workspace.private / HELD).iterdir()]) == LIMIT
    raw = visit(night, mine, by=OTHER)
    lacks(keeper, raw)
    keeper.hold(mine)
    kept(keeper, raw, records[0])  # which gives the other one room again
    keeper.hold(flood[LIMIT])
    kept(keeper, records[LIMIT])


@pytest.mark.usefixtures("bounded")
def test_a_file_counts_until_its_record_is_whole(night: Night, keeper: Keeper) -> None:
    """A record of two files of which one never comes makes the other one count no less, however often."""
    flood = numbered(2 * LIMIT + 2)
    pairs = list(zip(flood[::2], flood[1::2], strict=True))
    for one, two in pairs[:LIMIT]:
        raw = visit(night, one, two, by=FLOODS)
        lacks(keeper, raw)
        keeper.hold(one)
        lacks(keeper, raw)
    lacks(keeper, visit(night, *pairs[LIMIT], by=FLOODS))
    with pytest.raises(InputError, match="have not come: 5"):
        keeper.hold(pairs[LIMIT][0])


@pytest.mark.usefixtures("bounded")
def test_over_http_only_who_floods_is_told_so(night: Night, keeper: Keeper) -> None:
    flood, mine = numbered(LIMIT + 1), b"of another key (fictional)"
    lacks(keeper, visit(night, mine, by=OTHER))

    async def put(*contents: bytes) -> list[httpx.Response]:
        with night.workspace.store() as store:
            receiver = Receiver(night.workspace, keeper, store, None, Measures(), lambda: None)
            transport = httpx.ASGITransport(receiver.application())
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as web:
                return [await web.put(f"/attachments/{digest_of(c).hex()}", content=c) for c in contents]

    for content in flood[:LIMIT]:
        lacks(keeper, visit(night, content, by=FLOODS))
        assert [each.status_code for each in in_a_loop(put(content))] == [204]
    lacks(keeper, visit(night, flood[LIMIT], by=FLOODS))
    refused, taken = in_a_loop(put(flood[LIMIT], mine))
    assert (refused.status_code, refused.json()["code"]) == (429, "hub-key-files")
    assert int(refused.headers["retry-after"]) > 0
    assert taken.status_code == 204
    assert kept(keeper, visit(night, mine, by=OTHER))


def test_a_smaller_size_that_another_key_says_does_not_keep_a_file_out(night: Night, keeper: Keeper) -> None:
    content = b"of another key (fictional)"
    lacks(keeper, visit(night, content, by=OTHER), visit(night, content, by=FLOODS, size=1))
    assert keeper.wanted(digest_of(content)) == len(content)


def test_what_came_for_nothing_is_cleared_and_what_waits_is_not(night: Night, keeper: Keeper) -> None:
    lost, fresh = numbered(2)
    lacks(keeper, visit(night, lost, by=FLOODS), visit(night, fresh, by=FLOODS))
    keeper.hold(lost)
    keeper.hold(fresh)
    hold_with_file(keeper, statement(night))
    held = night.workspace.private / HELD
    assert (len([*held.iterdir()]), keeper.clear()) == (3, 0)
    for path in held.iterdir():
        if path.name != file_name(digest_of(fresh)):
            os.utime(path, (now() - 2 * LEFT_AFTER,) * 2)
    assert keeper.clear() == 1
    assert len([*held.iterdir()]) == 2
    assert not (held / file_name(digest_of(lost))).exists()
    assert not keeper.clear()


def test_a_receiver_that_starts_clears_what_an_earlier_one_left(night: Night) -> None:
    held = night.workspace.private / HELD
    write_files(held, [(file_name(digest_of(each)), each) for each in numbered(2)], private=True)
    left, fresh = (held / file_name(digest_of(each)) for each in numbered(2))
    os.utime(left, (now() - 2 * LEFT_AFTER,) * 2)
    with opened_keeper(night.workspace, Budgets(1, 1, lambda: 0.0), None):
        assert (left.exists(), fresh.exists()) == (False, True)


# --- alone ---


def test_bytes_are_bounded_and_count_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_BYTES", 100)
    moment = [0.0]
    held = Wanted(lambda: moment[0])
    for digest in (b"a", b"b"):
        held.name(b"kid", digest, 60)
    held.take(b"a", 60)
    held.take(b"a", 60)  # again, which counts once
    with pytest.raises(InputError, match="60 bytes"):
        held.take(b"b", 60)
    held.name(b"other", b"b", 60)
    held.take(b"b", 60)  # another key named it too
    moment[0] = LEFT_AFTER
    held.expire()
    assert held.size(b"a") is None
    assert held.size(b"b") == 60  # the first key still wants it
    held.take(b"b", 60)
    held.settle(b"b")
    with pytest.raises(InputError, match="No record"):
        held.take(b"b", 60)


def test_of_all_keys_the_one_that_named_most_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_NAMED_IN_ALL", 4)
    held = Wanted()
    for digest in (b"1", b"2", b"3"):
        held.name(b"much", digest, 1)
    held.name(b"little", b"4", 1)
    held.name(b"little", b"5", 1)
    assert [held.size(each) for each in (b"1", b"2", b"3", b"4", b"5")] == [None, 1, 1, 1, 1]
