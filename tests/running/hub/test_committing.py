"""What waits at a hub, told to the log: number and root, at its pace, whoever is killed or loses some."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

import httpx
import msgspec
import pytest

from escrutinio.base.errors import LogError, RecordError
from escrutinio.cli.output import EXIT_OPEN
from escrutinio.core.election.findings.calendar import calendar_findings
from escrutinio.core.log.merkle import EMPTY_ROOT, leaf_hash
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Channel, RevocationReason
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.parts import Deadline
from escrutinio.core.verification.checker import Checker
from escrutinio.core.verification.judge import Verdict
from escrutinio.core.verification.promises import judge_promise
from escrutinio.core.verification.publication import open_verified
from escrutinio.core.verification.waiting import WaitingTree
from escrutinio.running.exchange.delivery import take_answer
from escrutinio.running.exchange.entries import RECORD_TYPE
from escrutinio.running.exchange.stick import AnswerKind
from escrutinio.running.hub.committing import COMMITS_EVERY, Paths
from escrutinio.running.hub.keeper import Keeper
from escrutinio.running.hub.promising import JOURNAL, ReceiverKey, promising
from tests.cli.running import in_process, refused
from tests.running.hub.boxes import NOWHERE, box, one_round
from tests.running.hub.night import CLOCK, Night, begun, hub, published
from tests.running.hub.test_holding import PROMISE, Clock, extension, keeper_of, kept, raws

FROM, LATEST = CLOCK + 6_000, CLOCK + 9_000
CALENDAR = (Deadline("results_public_from", FROM), Deadline("results_public_latest", LATEST))
ROUND = CLOCK - CLOCK % COMMITS_EVERY + COMMITS_EVERY
"""The first round moment after the night's clock."""


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return begun(tmp_path, CALENDAR)


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.at = ROUND - 10
    return clock


@pytest.fixture
def keeper(night: Night, clock: Clock) -> Iterator[Keeper]:
    with ExitStack() as stack:
        yield keeper_of(night, clock, stack)


def sets(night: Night) -> list[t.WaitingSet]:
    """What the log was told of what waits."""
    bodies = [open_record(raw).body for raw in raws(night)]
    return [body for body in bodies if isinstance(body, t.WaitingSet)]


def proof_of(night: Night, raw: bytes) -> bytes | None:
    """What a receiver that was just started gives for a record that waits."""
    key = ReceiverKey(night.keys["receiver/1"], "receiver/1", PROMISE)
    with promising(night.workspace, key) as promises:
        assert promises is not None
        return Paths(promises).proof(sha256(raw).digest())


def findings(night: Night, seconds: int) -> list[str]:
    published(night)
    state = open_verified(night.workspace.public).state
    return [each.code for each in (*state.findings, *calendar_findings(state, seconds))]


def test_the_log_is_told_how_many_wait_and_a_root_over_what_only_the_receiver_can_sign(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    sheets = night.sheets(3)
    held = kept(keeper, *sheets)
    assert not keeper.commit()
    assert proof_of(night, sheets[0]) is None
    clock.at = ROUND
    assert keeper.commit()
    tree = WaitingTree(leaf_hash(each.promise) for each in held)
    assert sets(night) == [t.WaitingSet(3, tree.root, FROM + PROMISE, 0)]
    log = b"".join(raws(night))
    assert not any(sha256(raw).digest() in log for raw in sheets)
    checker = Checker(open_verified(night.workspace.public))
    for raw, each in zip(sheets, held, strict=True):
        proof = proof_of(night, raw)
        assert proof is not None
        assert checker.proof(proof, open_record(each.promise)).answer.verdict is Verdict.WAITED
    assert proof_of(night, night.complaints(1)[0]) is None


def test_it_is_told_once_in_ten_minutes_and_only_what_is_new(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    first, second = night.sheets(2)
    kept(keeper, first)
    clock.at = ROUND
    assert keeper.commit()
    kept(keeper, second)
    clock.at += 1
    assert not keeper.commit()
    clock.at = ROUND + COMMITS_EVERY
    assert keeper.commit()
    clock.at += COMMITS_EVERY
    assert not keeper.commit()
    assert [each.count for each in sets(night)] == [1, 2]
    keeper.keep(extension(night, LATEST))
    clock.at += COMMITS_EVERY
    assert keeper.commit()
    assert [each.by for each in sets(night)] == [FROM + PROMISE] * 2 + [LATEST + PROMISE]


def test_where_nothing_ever_waited_nothing_is_told(night: Night, keeper: Keeper, clock: Clock) -> None:
    kept(keeper, *night.complaints(1))
    clock.at = ROUND
    assert not keeper.commit()
    assert sets(night) == []


def test_all_that_waited_comes_and_an_empty_set_ends_it(night: Night, keeper: Keeper, clock: Clock) -> None:
    kept(keeper, *night.sheets(2))
    clock.at = ROUND
    keeper.commit()
    clock.at = FROM
    assert not keeper.commit()  # what waited is entering
    assert keeper.release() == {"accepted": 2}
    keeper.tell()
    clock.at += COMMITS_EVERY
    assert keeper.commit()
    assert sets(night)[-1] == t.WaitingSet(0, EMPTY_ROOT, clock.at, 0)
    clock.at += COMMITS_EVERY
    assert not keeper.commit()
    assert "fewer-than-waited" not in findings(night, FROM + PROMISE + 1)


def test_a_record_that_the_operator_drops_is_seen_by_all_and_shown_by_its_sender(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    dropped, *rest = night.sheets(3)
    held, *_ = kept(keeper, dropped, *rest)
    clock.at = ROUND
    keeper.commit()
    proof = proof_of(night, dropped)
    with closing(sqlite3.connect(night.workspace.private / "store.sqlite")) as store, store:
        store.execute("DELETE FROM held WHERE digest = ?", (sha256(dropped).digest(),))
    clock.at = FROM
    assert keeper.release() == {"accepted": 2}
    keeper.tell()
    due = FROM + PROMISE
    assert "fewer-than-waited" not in findings(night, due)
    assert "fewer-than-waited" in findings(night, due + 1)
    log = open_verified(night.workspace.public)
    promise = open_record(held.promise)
    assert judge_promise(log.state, promise, None, None, due + 1).verdict is Verdict.PROMISE_BROKEN
    assert proof is not None
    assert Checker(log).proof(proof, open_record(held.promise)).answer.verdict is Verdict.WAITED


def test_what_is_refused_when_its_moment_comes_is_counted_and_does_not_lack(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    kept(keeper, *night.sheets(2))
    clock.at = ROUND
    keeper.commit()
    kid = sha256(night.keys["machine/1"].public_key).digest()[:8]
    revocation = seal(
        t.Revocation(kid, RevocationReason.LOST), key=night.keys["authority/root"],
        signer="authority/root", subject="election", election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    keeper.keep([revocation])
    clock.at = FROM
    refused = keeper.release()["revoked"]
    assert refused > 0
    assert "fewer-than-waited" in findings(night, FROM + PROMISE + 1)  # the receiver has not said it yet
    clock.at += COMMITS_EVERY
    assert keeper.commit()
    assert sets(night)[-1].refused == refused
    assert "fewer-than-waited" not in findings(night, FROM + PROMISE + 1)


def test_killed_after_the_log_was_told_it_says_the_same_and_another_receiver_too(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    (sheet,) = night.sheets(1)
    kept(keeper, sheet)
    clock.at = ROUND
    assert keeper.commit()
    with closing(sqlite3.connect(night.workspace.private / JOURNAL)) as journal, journal:
        journal.execute("DELETE FROM waiting_set")  # killed before it remembered
    clock.at += 7
    with ExitStack() as stack:
        again = keeper_of(night, clock, stack)
        assert again.commit()
        assert len(sets(night)) == 1
        assert proof_of(night, sheet) is not None
        clock.at = ROUND + COMMITS_EVERY
        assert not again.commit()


def test_a_hub_gives_the_path_of_what_waits(night: Night) -> None:
    arguments = ("--key", night.home / "receiver.key")
    (sheet,) = night.sheets(1)
    with hub(night, *arguments, clock=ROUND - 10) as running, httpx.Client(base_url=running.address) as web:
        place = web.post("/entries", content=sheet, headers={"Content-Type": RECORD_TYPE})
        assert place.status_code == 202
        asked = web.get(place.headers["location"] + "/waiting")
        assert (asked.status_code, asked.json()["code"]) == (404, "hub-not-waiting")
        assert web.get("/entries/no-digest/waiting").status_code == 404
        running.kill()
    with hub(night, *arguments, clock=ROUND) as running, httpx.Client(base_url=running.address) as web:
        found = until_given(web, place.headers["location"] + "/waiting")
        (night.home / "sheet.cose").write_bytes(sheet)
        proofs = night.home / "proofs"
        sent = in_process("submit", night.home / "sheet.cose", "--to", running.address, "--proofs", proofs)
        assert sent.exit_code == EXIT_OPEN
        outbox = box(night, night.home / "box", running.address)
        outbox.add([sheet], {}, Channel.NETWORK, CLOCK)
        for _ in range(2):  # the same path is one
            one_round(outbox)
        assert outbox.paths(sha256(sheet).digest()) == [(found, ROUND)]
        outbox.close()
    published(night)
    digest = sha256(sheet).hexdigest()
    promise, path = proofs / f"{digest}.promise.cose", proofs / f"{digest}.waiting"
    assert (promise.read_bytes(), path.read_bytes()) == (place.content, found)
    checked = in_process("check", promise, "--proof", path, "--log", night.workspace.public, "--json")
    _, answer = json.loads(checked.stdout)["answers"]
    assert (answer["verdict"], answer["waited"], answer["as_of"]) == ("waited", 1, ROUND)
    refused("check", path, "--log", night.workspace.public, code="waiting-proof-alone")
    for _ in range(2):
        taken = in_process("outbox", "take-out", night.home / "box", "-o", night.home / "out", "--json")
        assert json.loads(taken.stdout) == {
            "version": 1,
            "records": 1,
            "promises": 1,
            "paths": 1,
            "proofs": 0,
        }
    kept = {each.name: each.read_bytes() for each in (night.home / "out").iterdir()}
    assert kept == {f"{digest}.cose": sheet, promise.name: place.content, path.name: found}
    told = in_process("outbox", "status", night.home / "box", "--json")
    assert json.loads(told.stdout)["records"][0]["waited"] == datetime.fromtimestamp(ROUND, UTC).isoformat()
    other = box(night, night.home / "box-2", NOWHERE)
    other.add([sheet], {}, Channel.NETWORK, CLOCK)
    with pytest.raises(LogError, match="promise that it is of"):
        take_answer(other, sheet, found, AnswerKind.PATH)
    assert in_process("outbox", "take", night.home / "box-2", proofs).exit_code == 0  # the promise first
    assert [path for path, _ in other.paths(sha256(sheet).digest())] == [found]
    other.configure(msgspec.structs.replace(other.settings, receivers=()))
    with pytest.raises(RecordError, match="no receiver"):
        take_answer(other, sheet, found, AnswerKind.PATH)
    other.close()


def until_given(web: httpx.Client, path: str) -> bytes:
    """What stands at an address, once something does."""
    until = monotonic() + 20
    while (answer := web.get(path)).status_code != 200:
        assert monotonic() < until
        sleep(0.05)
    return answer.content
