"""Results that come before their moment: durable, promised, counted, and in the log afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec
import pytest

from escrutinio.base.progress import silent
from escrutinio.core.log.accept import Refusal
from escrutinio.core.log.store import Held, Store
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.parts import Deadline
from escrutinio.core.verification.judge import Verdict
from escrutinio.core.verification.promises import judge_promise
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.site.cosigning import Later
from escrutinio.running.exchange.entries import RECORD_TYPE
from escrutinio.running.exchange.parcel import send
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.holding import Kept
from escrutinio.running.hub.keeper import Keeper
from escrutinio.running.hub.promising import ReceiverKey, promising
from escrutinio.running.workspace.rounds import play_round
from escrutinio.running.workspace.taking import take
from escrutinio.running.workspace.witnesses import read_cosigning
from tests.running.hub.night import CLOCK, Night, begun, hub, published

FROM, LATEST, PROMISE = CLOCK + 1_000, CLOCK + 9_000, 600
CALENDAR = (Deadline("results_public_from", FROM), Deadline("results_public_latest", LATEST))


class Clock:
    def __init__(self) -> None:
        self.at = CLOCK

    def __call__(self) -> int:
        return self.at


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return begun(tmp_path_factory.mktemp("first"), CALENDAR)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return begun(tmp_path, CALENDAR)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def keeper_of(night: Night, clock: Clock, stack: ExitStack) -> Keeper:
    workspace = night.workspace
    key = ReceiverKey(night.keys["receiver/1"], "receiver/1", PROMISE)
    return Keeper(
        workspace,
        stack.enter_context(workspace.acceptor()),
        stack.enter_context(workspace.store()),
        Budgets(1_000, 1_000, lambda: 0.0),
        stack.enter_context(promising(workspace, key)),
        clock,
    )


@pytest.fixture
def keeper(night: Night, clock: Clock) -> Iterator[Keeper]:
    with ExitStack() as stack:
        yield keeper_of(night, clock, stack)


def kept(keeper: Keeper, *records: bytes) -> list[Kept]:
    """The answers to records none of which is refused."""
    answers = [each for each in keeper.keep(records) if not isinstance(each, Refusal)]
    assert len(answers) == len(records)
    return answers


def raws(night: Night) -> list[bytes]:
    published(night)
    log = open_verified(night.workspace.public)
    return [log.entry(index) for index in range(log.size)]


def extension(night: Night, until: int) -> list[bytes]:
    """The enrolment of an officer, and what that officer signs."""
    enrolment = night.enrolment("authority/1", Role.AUTHORITY)
    said = seal(
        t.Extension(until, "art. 9: polls closed late"), key=night.keys["authority/1"], signer="authority/1",
        subject="election", election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    return [enrolment, said]


def test_results_wait_while_everything_else_goes_on(night: Night, keeper: Keeper, clock: Clock) -> None:
    sheets, complaints = night.sheets(3), night.complaints(1)
    held, open_one, _ = kept(keeper, sheets[0], *complaints, sheets[1])
    assert (held.index, held.until, held.duplicate) == (None, FROM, False)
    assert open_one.index is not None
    promise = open_record(held.promise).body
    assert promise == t.Promise(sha256(sheets[0]).digest(), FROM + PROMISE)
    clock.at += 10
    assert kept(keeper, sheets[0]) == [replace(held, duplicate=True)]
    assert not keeper.release()
    assert not set(sheets) & set(raws(night))
    assert read_cosigning(night.workspace.private).later == Later(2, FROM)
    clock.at = FROM
    assert keeper.release() == {"accepted": 2}
    assert kept(keeper, sheets[2])[0].index is not None
    assert raws(night)[-3:] == sheets  # in the order in which they came
    assert read_cosigning(night.workspace.private).later is None
    (again,) = kept(keeper, sheets[0])
    assert (again.promise, again.index is None) == (held.promise, False)


def test_an_extension_moves_what_was_promised_and_excuses_nothing(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    (sheet,) = night.sheets(1)
    (held,) = kept(keeper, sheet)
    officer, said = extension(night, LATEST)
    keeper.keep([officer, said])
    clock.at = FROM
    assert not keeper.release()
    (again,) = kept(keeper, sheet)
    assert (again.promise, again.until) == (held.promise, LATEST)
    raws(night)
    state = open_verified(night.workspace.public).state
    answer = judge_promise(state, open_record(held.promise), None, None, FROM + PROMISE + 1)
    assert answer.verdict is Verdict.PROMISE_BROKEN
    clock.at = LATEST
    assert keeper.release() == {"accepted": 1}


def test_an_extension_beyond_the_maximum_moves_nothing(night: Night, keeper: Keeper, clock: Clock) -> None:
    keeper.keep([*night.sheets(1), *extension(night, LATEST + 1)])
    clock.at = FROM
    assert keeper.release() == {"accepted": 1}


def test_what_is_refused_is_refused_at_once(night: Night, keeper: Keeper) -> None:
    (sheet,) = night.sheets(1)
    forged = sheet[:-1] + bytes([sheet[-1] ^ 1])
    (answer,) = keeper.keep([forged])
    assert isinstance(answer, Refusal)
    assert answer.code == "bad-signature"


def test_a_key_revoked_meanwhile_leaves_the_record_and_its_promise(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    (sheet,) = night.sheets(1)
    keeper.keep([sheet])
    kid = sha256(night.keys["machine/1"].public_key).digest()[:8]
    revocation = seal(
        t.Revocation(kid, RevocationReason.LOST), key=night.keys["authority/root"],
        signer="authority/root", subject="election", election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    keeper.keep([revocation])
    clock.at = FROM
    assert keeper.release() == {"revoked": 1}
    assert not keeper.release()
    with night.workspace.store() as store:
        kept = store.held(sha256(sheet).digest())
    assert kept is not None
    assert (kept.record, kept.stopped) == (sheet, "revoked")
    (answer,) = keeper.keep([sheet])
    assert isinstance(answer, Refusal)


def test_stopped_between_the_log_and_letting_go_it_enters_once(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    (sheet,) = night.sheets(1)
    (held,) = kept(keeper, sheet)
    with night.workspace.acceptor() as acceptor:
        acceptor.accept([sheet])  # and there it was killed
    clock.at = FROM
    (again,) = kept(keeper, sheet)
    assert again.promise == held.promise
    keeper.release()
    assert raws(night).count(sheet) == 1
    assert kept(keeper, sheet)[0].promise == held.promise


def test_a_hub_that_is_killed_goes_on_with_what_waits(first: Night) -> None:
    arguments = ("--key", first.home / "receiver.key")
    sheets = first.sheets(2)
    headers = {"Content-Type": RECORD_TYPE}
    with hub(first, *arguments, clock=CLOCK) as running, httpx.Client(base_url=running.address) as web:
        answers = [web.post("/entries", content=raw, headers=headers) for raw in sheets]
        assert [each.status_code for each in answers] == [202, 202]
        assert int(answers[0].headers["retry-after"]) == FROM - CLOCK
        asked = web.get(answers[0].headers["location"], headers={"Prefer": "wait=9"})
        assert (asked.status_code, asked.content) == (202, answers[0].content)
        assert "escrutinio_embargoed_records 2.0" in web.get("/metrics").text
        running.kill()
    assert not set(sheets) & set(raws(first))
    with hub(first, *arguments, clock=FROM) as running, httpx.Client(base_url=running.address) as web:
        web.post("/entries", content=first.complaints(1)[0], headers=headers)  # taken after what waited
        assert raws(first)[-3:-1] == sheets
        assert web.get(answers[0].headers["location"]).status_code == 200


def test_a_store_keeps_what_waits_in_the_order_in_which_it_came(tmp_path: Path) -> None:
    store_keeps(SqliteStore(tmp_path / "store.sqlite"))


def store_keeps(store: Store) -> None:
    """What a store does with records that wait."""
    a, b, c = (Held(each, 5, 70, until) for each, until in ((b"a", 20), (b"b", 10), (b"c", 20)))
    da, db, dc = (sha256(each.record).digest() for each in (a, b, c))
    store.hold([a, b])
    store.hold([replace(a, received=9), c])
    assert store.held(da) == a
    assert store.held(bytes(32)) is None
    assert (store.held_until(10, 9), store.held_until(20, 2)) == ([b], [a, b])
    assert store.waits() == (3, 20)
    store.hold_until({db: 30})
    store.let_go({da: "", dc: "revoked"})
    assert store.held(da) is None
    assert store.held(dc) == replace(c, stopped="revoked")
    assert store.held_until(30, 9) == [replace(b, until=30)]
    assert store.stopped() == [replace(c, stopped="revoked")]
    store.hold([replace(b, received=9), replace(c, until=40)])
    assert store.held_until(40, 9) == [replace(b, until=30), replace(c, until=40)]
    store.let_go({dc: "revoked"})
    assert store.stopped() == [replace(c, until=40, stopped="revoked")]
    assert store.waits() == (1, 30)
    assert store.size == 0


def test_a_directory_lets_results_wait_in_the_inbox(night: Night) -> None:
    workspace, sheets = night.workspace, night.sheets(1)
    inbox = workspace.inbox
    inbox.mkdir(exist_ok=True)
    send(inbox, [*sheets, *night.complaints(1)], {})
    with workspace.acceptor() as acceptor:
        taken = take(workspace, inbox, acceptor, FROM - 1)
        assert (taken.new, [each.waits for each in taken.left], taken.later) == (1, [True], {sheets[0]: FROM})
        assert "UTC on; it waits" in str(taken.left[0].why)
        assert take(workspace, inbox, acceptor, FROM).new == 1
        assert take(workspace, inbox, acceptor, FROM).new == 0


def test_workspace_publish_counts_what_waits_in_the_inbox(night: Night) -> None:
    workspace, sheets = night.workspace, night.sheets(2)
    workspace.inbox.mkdir(exist_ok=True)
    send(workspace.inbox, [*sheets, *night.complaints(1)], {})
    for moment, later in ((CLOCK, {"count": 2, "until": FROM}), (FROM, None)):
        played = play_round(workspace, night.signer, moment, progress=silent)
        assert msgspec.json.decode((workspace.public / "live.json").read_bytes())["later"] == later
    log = played.log
    assert [log.entry(index) for index in range(log.size)][-2:] == sheets
