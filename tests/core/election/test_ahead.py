"""Signatures checked ahead by other processes: the state is the one that a fold comes to alone."""

import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.core.election.admission import Admission
from escrutinio.core.election.bulk.ahead import CLAIM
from escrutinio.core.election.bulk.known import NOTHING, Checking, check
from escrutinio.core.election.columns import decode_chunk
from escrutinio.core.election.fold import Fold
from escrutinio.core.log.tiles import TILE_WIDTH
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import seal
from escrutinio.core.records.opening import Fault, Signer
from tests.core.election.build import DAY, ROOT, Day, full_day, key, machines
from tests.core.election.helped import helped, same, state, with_other
from tests.reference.canonical import canonical

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")

ELECTION = sha256(b"election").digest()
SHAPES = {"presidente": (4, 2)}


def busy_day(sheets: int = 100) -> Day:
    """Sheets of three machines, in pairs that contradict each other."""
    day = machines(Day())
    for number in range(sheets):
        name, station = (("machine/1", "n1.01"), ("machine/2", "n1.02"), ("machine/3", "n1.01"))[number % 3]
        day.sheet(name, station, (number % 7, number % 5, 3, 300 if number % 11 == 0 else 2))
    return day


# --- what is claimed ---


def test_what_is_claimed_is_the_entry_and_the_key() -> None:
    day = busy_day()
    with helped(day.log) as ahead:
        made = [ahead.claims(index, index + 1) for index in range(len(day.log))]
    names = {"machine/1": 0, "machine/2": 0, "machine/3": 0}
    for raw, claim in zip(day.log, made, strict=True):
        for name in names:
            if key_id(key(name).public_key) == raw[12:20]:
                assert claim == sha256(b"\0" + raw).digest() + key(name).public_key
                names[name] += 1
    assert sum(names.values()) == 100
    assert made[0] == bytes(CLAIM)


def test_nothing_is_claimed_of_a_signature_that_does_not_hold() -> None:
    day = busy_day()
    for at in (-1, -70, 60, 30, 14):  # the signature, the counts, the payload, the signer, the kid
        day.log[40] = with_other(day.log[40], at % len(day.log[40]))
        with helped(day.log) as ahead:
            assert ahead.claims(40, 41) == bytes(CLAIM)
            assert ahead.claims(41, 42) != bytes(CLAIM)


@given(st.lists(st.binary(min_size=1, max_size=90), min_size=1, max_size=40))
@settings(max_examples=10, deadline=None)
def test_whatever_stands_in_a_log_nobody_stumbles(noise: list[bytes]) -> None:
    day = busy_day(30)
    signed = day.log[-1]
    day.log += [signed[:20] + each for each in noise] + [signed[: len(each)] for each in noise]
    day.sheet("machine/1", "n1.01", (1, 1, 1, 1))
    with helped(day.log) as ahead:
        assert ahead.claims(len(day.log) - 1, len(day.log)) != bytes(CLAIM)
        assert all(ahead.is_done(unit) for unit in range(len(ahead.stops)))


# --- what a fold makes of it ---


def sheet(counts: tuple[int, ...] = (5, 4, 3, 2)) -> bytes:
    return seal(
        t.TallySheet(counts, (0, 0)), key=key("machine/1"), signer="machine/1",
        subject="n1.01/presidente", election=ELECTION, issued_at=DAY,
    )  # fmt: skip


def faults(entries: Sequence[bytes], signer: Signer, claims: bytes) -> list[Fault]:
    found = decode_chunk(entries, [signer] * len(entries), ELECTION, SHAPES, fewest=1, claims=claims)
    return [fault for _, fault, _ in found.faults]


def test_a_claim_counts_for_its_own_bytes_and_key_alone() -> None:
    good, mine = sheet(), key("machine/1").public_key
    bad = with_other(good, len(good) - 40)
    signer, other = Signer(mine, "machine/1"), Signer(key("machine/2").public_key, "machine/1")

    def claim(raw: bytes, public_key: bytes) -> bytes:
        return sha256(b"\0" + raw).digest() + public_key

    assert faults([bad], signer, claim(bad, mine)) == []  # a claim of it is believed, and not checked again
    assert faults([bad], signer, claim(good, mine)) == [Fault.BAD_SIGNATURE]
    assert faults([bad], signer, claim(bad, other.public_key)) == [Fault.BAD_SIGNATURE]
    assert faults([bad], signer, bytes(CLAIM)) == [Fault.BAD_SIGNATURE]
    assert faults([bad, good], signer, claim(good, mine) * 2) == [Fault.BAD_SIGNATURE]
    assert faults([good], other, claim(good, mine)) == [Fault.BAD_SIGNATURE]
    assert faults([good], signer, bytes(CLAIM)) == []


def test_a_claim_makes_no_weak_signature_good() -> None:
    good, mine = sheet(), key("machine/1").public_key
    weak = good[:-64] + bytes(32) + good[-32:]  # R of small order
    claim = sha256(b"\0" + weak).digest() + mine
    assert faults([weak], Signer(mine, "machine/1"), claim) == [Fault.BAD_SIGNATURE]


@pytest.mark.parametrize("helpers", [0, 1, 3])
@pytest.mark.parametrize("wait", [True, False])
def test_however_many_help_the_state_is_the_same(helpers: int, wait: bool) -> None:
    for day in (busy_day(), full_day()):
        told: list[int] = []
        with helped(day.log, helpers=helpers, wait=wait) as ahead:
            fold = Fold(day.attachments.get, ahead=ahead, progress=told.append)
            fold.add(day.log)
            assert canonical(fold.state()) == canonical(state(day, None))
        assert sum(told) > 0


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_however_it_is_cut_the_state_is_the_same(data: st.DataObject) -> None:
    day = data.draw(st.sampled_from([busy_day(), full_day()]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(day.log) - 1), max_size=3)))
    unit, seen = data.draw(st.integers(1, 60)), data.draw(st.integers(2, len(day.log)))
    with helped(day.log[:seen], wait=data.draw(st.booleans()), unit=unit) as ahead:
        assert canonical(state(day, ahead, cuts)) == canonical(state(day, None))


def test_a_helper_that_ends_costs_nothing_but_its_help() -> None:
    day = busy_day(2 * TILE_WIDTH)
    with helped(day.log, wait=False) as ahead:
        for helper in ahead.helpers:
            os.kill(helper, signal.SIGKILL)
        assert canonical(state(day, ahead)) == canonical(state(day, None))


def test_others_who_read_another_log() -> None:
    day, other = busy_day(), busy_day()
    day.log[40] = with_other(day.log[40], len(day.log[40]) - 40)
    assert "bad-signature" in same(day, other.log)
    assert "bad-signature" not in same(other, day.log)
    assert same(other, other.log[::-1]) == same(other, [b"nothing"] * len(other.log)) == same(other)


def test_a_key_that_was_revoked_or_comes_later_is_not_in_force() -> None:
    day = busy_day(40)
    kid = key_id(key("machine/1").public_key)
    day.say(t.Revocation(kid, RevocationReason.STOLEN), ROOT, "election")
    for number in range(40):
        day.sheet("machine/1", "n1.01", (number, 1, 1, 1))
        day.sheet("machine/9", "n1.02", (number, 1, 1, 1))
    day.enrol("machine/9", Role.MACHINE, "n1.02")
    assert "unknown-key" in same(day)


def test_a_key_enrolled_twice_and_one_that_another_claims() -> None:
    day = busy_day(40)
    day.say(
        t.Enrolment(
            (
                day.held("machine/8", Role.MACHINE, ("n1.01",), signing=key("machine/1")),
                day.held("machine/7", Role.MACHINE, ("n1.01",)),
            )
        ),
        ROOT,
        "election",
    )
    for number in range(40):
        for name in ("machine/1", "machine/7", "machine/8"):
            signing = key("machine/1") if name == "machine/8" else None
            body = t.TallySheet((number, 2, 2, 2), (0, 0))
            day.say(body, name, "n1.01/presidente", signing=signing)
    assert "unknown-key" in same(day)  # what the first key signed under the other name


# --- what is known of records that one has made ---


def test_what_is_known_is_not_checked_again_and_nothing_else_is_taken() -> None:
    day = busy_day()
    keys = {key_id(key(name).public_key): key(name).public_key for name in ("machine/1", "machine/2")}
    held = [(raw, keys[raw[12:20]]) for raw in day.log if raw[12:20] in keys]
    bad = [with_other(raw, len(raw) - 40) for raw, _ in held]
    assert check([], []) == check(bad, [each for _, each in held]) == []
    known = dict(check([raw for raw, _ in held], [each for _, each in held]))
    assert known == {sha256(b"\0" + raw).digest(): each for raw, each in held}
    for entries in (day.log, [*day.log[:-40], *bad]):
        fold, alone = (Fold(day.attachments.get, known=each) for each in (known, NOTHING))
        fold.add(entries)
        alone.add(entries)
        assert canonical(fold.state()) == canonical(alone.state())
        told, judged = (Admission(day.attachments.get, each).judge(entries) for each in (known, NOTHING))
        assert [each and each.code for each in told] == [each and each.code for each in judged]
    believed = {sha256(b"\0" + bad[0]).digest(): held[0][1]}
    found = decode_chunk(
        [bad[0]], [Signer(held[0][1], "machine/1")], day.election, SHAPES, fewest=1, known=believed
    )
    assert found.faults == ()


def test_records_are_checked_while_others_are_made() -> None:
    records = [sheet((number, 1, 1, 1)) for number in range(1_100)]
    mine = key("machine/1").public_key
    with ThreadPoolExecutor(1) as executor:
        checking = Checking(executor)
        for raw in records:
            checking.add(raw, mine)
        known = checking.known()
    assert set(known) == {sha256(b"\0" + raw).digest() for raw in records[:1_000]}
    alone = Checking(None)
    alone.add(records[0], mine)
    assert alone.known() == NOTHING
