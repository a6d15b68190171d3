"""Proofs of possession checked ahead by other processes: the state is the one that a fold comes to alone."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.election.bulk.ahead import CLAIM
from escrutinio.core.election.bulk.proofs import all_possess
from escrutinio.core.election.bulk.proving import claim_of, enrolments, reader
from escrutinio.core.log.tiles import ENTRIES, TILE_WIDTH, encode_bundle, tile_names
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import seal
from escrutinio.core.records.parts import EnrolledKey
from tests.core.election.build import DAY, ROOT, VOTES, Day, key, machines
from tests.core.election.helped import helped, same, state, with_other
from tests.core.election.test_possession import NO_PROOFS, wrong_key
from tests.core.election.test_proofs import ELECTION, keys
from tests.reference.canonical import canonical

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")

MACHINES = 12
"""Keys of a record: enough of them to be read together."""


def held(day: Day, start: int) -> tuple[EnrolledKey, ...]:
    return tuple(
        day.held(f"machine/{number}", Role.MACHINE, ("n1.01",)) for number in range(start, start + MACHINES)
    )


def enrolling_day() -> tuple[Day, list[int]]:
    """A day of three enrolments of machines and a sheet of each key; the entries of the enrolments."""
    day = Day()
    starts = (10, 30, 50)
    at = [day.say(t.Enrolment(held(day, start)), ROOT, "election") for start in starts]
    for start in starts:
        for number in range(start, start + MACHINES):
            day.sheet(f"machine/{number}", "n1.01", VOTES)
    return day, at


def leaf(raw: bytes) -> bytes:
    return sha256(b"\0" + raw).digest()


# --- what is claimed ---


def test_what_is_claimed_is_the_entry_and_the_election() -> None:
    day, at = enrolling_day()
    for index in at:
        raw = day.log[index]
        assert claim_of(raw) == leaf(raw) + day.election
        assert len(claim_of(raw)) == CLAIM
    assert [index for index, raw in enumerate(day.log) if claim_of(raw)] == at


@pytest.mark.parametrize("why", NO_PROOFS)
def test_nothing_is_claimed_where_a_proof_does_not_hold(why: str) -> None:
    day = Day()
    for keys_of in ((*held(day, 10), wrong_key(day, why)), (wrong_key(day, why), *held(day, 10))):
        assert claim_of(day.log[day.say(t.Enrolment(keys_of), ROOT, "election")]) == b""


@given(st.lists(keys(), min_size=1, max_size=3), st.binary(min_size=32, max_size=32) | st.just(ELECTION))
def test_a_claim_is_true(given_keys: list[EnrolledKey], election: bytes) -> None:
    usual = [each for each in given_keys if len(each.proof) == 64 and each.name.isascii()]
    if not usual or len({each.public_key for each in usual}) < len(usual):
        return
    raw = seal(
        t.Enrolment(tuple(usual)), key=key(ROOT), signer=ROOT, subject="election",
        election=election, issued_at=DAY,
    )  # fmt: skip
    claim = claim_of(raw)
    assert claim in (b"", leaf(raw) + election)
    if claim:
        assert all_possess(election, usual)


@given(st.data())
@settings(max_examples=300)
def test_whatever_bit_is_another_no_claim_is_untrue(data: st.DataObject) -> None:
    """Some bits stand in no proof: the record's own signature, its head, its moment."""
    day = Day()
    raw = day.log[day.say(t.Enrolment(held(day, 10)), ROOT, "election")]
    at = data.draw(st.integers(0, len(raw) - 1))
    other = with_other(raw, at)
    first = raw.index(b"machine/10") - 2
    if first <= at < len(raw) - 66:
        assert claim_of(other) == b""
    else:
        assert claim_of(other) in (b"", leaf(other) + day.election)


@given(st.binary(max_size=200), st.integers(0, 80))
def test_whatever_a_record_is_nobody_stumbles(noise: bytes, cut: int) -> None:
    day = machines(Day())
    assert claim_of(noise) == b""
    assert claim_of(day.log[-1][:cut] + noise) == b""


# --- where it is looked for ---


def entries_of(log: Sequence[bytes], *, without: int | None = None) -> list[int]:
    files = {
        name.path: encode_bundle(log[name.start : name.start + name.width])
        for name in tile_names(len(log), ENTRIES)
        if name.index != without
    }

    def fetch(path: str, limit: int) -> bytes | None:
        if path not in files:
            raise LogError("log-empty")
        return files[path]

    return [index for index, _ in enrolments(reader(fetch), len(log))]


def test_enrolments_are_looked_for_where_a_log_begins_the_last_one_first() -> None:
    day, at = enrolling_day()
    root = [index for index, raw in enumerate(day.log) if raw[12:20] == day.log[1][12:20] and index > 1]
    assert set(at) < set(root)
    assert entries_of(day.log) == root[::-1]
    padded = [*day.log, *[day.log[-1]] * (TILE_WIDTH - len(day.log))]
    second = [day.log[at[0]], *[day.log[-1]] * (TILE_WIDTH - 1)]
    none = [day.log[-1]] * TILE_WIDTH
    assert entries_of(padded + second) == [TILE_WIDTH, *root[::-1]]
    assert entries_of(padded + none + second) == root[::-1]
    assert entries_of(padded + second, without=0) == []
    assert entries_of(padded + second, without=1) == root[::-1]
    assert entries_of([]) == entries_of(day.log[:1]) == entries_of(day.log[:2]) == []


# --- what a fold makes of it ---


def test_what_is_claimed_is_asked_for_by_entry_and_election() -> None:
    day, at = enrolling_day()
    with helped(day.log, helpers=2) as ahead:
        for index in at:
            mine = leaf(day.log[index])
            assert ahead.proves(index, mine, day.election)
            assert not ahead.proves(index, leaf(day.log[index] + b"\0"), day.election)
            assert not ahead.proves(index, mine, sha256(b"another election").digest())
            assert not ahead.proves(index + 1, mine, day.election)
        assert not ahead.proves(0, leaf(day.log[0]), day.election)
        assert not ahead.proves(len(day.log), leaf(day.log[-1]), day.election)


def test_a_claim_is_believed_and_makes_no_weak_proof_good() -> None:
    day = Day()
    good = held(day, 10)
    bad = (replace(good[0], proof=with_other(good[0].proof, 40)), *good[1:])
    assert not all_possess(day.election, bad)
    assert all_possess(day.election, bad, claimed=True)  # it is not checked again
    for weak in (bytes(32) + good[0].proof[32:], good[0].proof[:-1] + b"\xff", good[0].proof[:-1]):
        assert not all_possess(day.election, (replace(good[0], proof=weak), *good[1:]), claimed=True)
    unusual = replace(good[0], contests=("presidente",))  # never claimed by anybody
    assert not all_possess(day.election, (unusual, *bad[1:]), claimed=True)


@pytest.mark.parametrize("why", NO_PROOFS)
@pytest.mark.parametrize("place", [0, 5, MACHINES])
def test_a_key_without_its_proof_is_not_enrolled_with_help_either(why: str, place: int) -> None:
    day = Day()
    good = held(day, 10)
    day.say(t.Enrolment((*good[:place], wrong_key(day, why), *good[place:])), ROOT, "election")
    day.say(t.Enrolment(held(day, 30)), ROOT, "election")
    for name in ("machine/1", "machine/10", "machine/30"):
        day.sheet(name, "n1.01", VOTES)
    assert {"bad-signature", "unknown-key"} <= {*same(day)}


def test_bits_of_an_enrolment_that_are_others() -> None:
    day, enrolled_at = enrolling_day()
    whole, others = day.log, []
    for place in (1, -1):
        for at in (3, 14, 60, 100, 120, 140, 160, 180, 220, 260, -120, -80, -40, -1):
            index = enrolled_at[place]
            day.log = [*whole]
            day.log[index] = with_other(whole[index], at % len(whole[index]))
            assert same(day, day.log, whole)  # the others saw it too, or before, or see it afterwards
            others.append(day.log)
    day.log = whole
    assert "unknown-key" not in same(day, *others)


def test_an_enrolment_of_another_election_and_one_by_another_key() -> None:
    other = Day(officers=2)
    day, _ = enrolling_day()
    assert other.election != day.election
    theirs = other.log[other.say(t.Enrolment(held(other, 70)), ROOT, "election")]
    assert claim_of(theirs) == leaf(theirs) + other.election
    day.log.insert(3, theirs)
    day.sheet("machine/70", "n1.01", VOTES)
    day.say(t.Enrolment(held(day, 90)), "authority/1", "election")
    day.sheet("machine/90", "n1.01", VOTES)
    assert "unknown-key" in same(day)


def test_enrolments_that_are_repeated_and_keys_that_are_enrolled_again() -> None:
    day, at = enrolling_day()
    day.repeat(at[0])
    day.repeat(at[2])
    again = (replace(held(day, 10)[0]), *held(day, 50)[1:], day.held("machine/80", Role.MACHINE, ("n1.01",)))
    day.say(t.Enrolment(again), ROOT, "election")
    twice = held(day, 100)
    day.say(
        t.Enrolment(
            (*twice, day.held("machine/other", Role.MACHINE, ("n1.02",), signing=key("machine/100")))
        ),
        ROOT,
        "election",
    )
    day.say(t.Revocation(key_id(key("machine/30").public_key), RevocationReason.STOLEN), ROOT, "election")
    for name in ("machine/10", "machine/80", "machine/100", "machine/30"):
        day.sheet(name, "n1.01", (1, 1, 1, 1))
    assert "unknown-key" in same(day)


def test_others_who_read_another_log_or_another_order() -> None:
    day, at = enrolling_day()
    other, _ = enrolling_day()
    first, last = at[0], at[2]
    other.log[first], other.log[last] = other.log[last], other.log[first]
    alone = same(day)
    assert same(day, other.log) == same(day, other.log[::-1]) == same(day, day.log[:first]) == alone
    assert same(day, [b"nothing"] * len(day.log)) == alone


@given(st.integers(0, 3), st.booleans(), st.integers(1, 60), st.data())
@settings(max_examples=12, deadline=None)
def test_however_many_help_the_state_is_the_same(
    helpers: int, wait: bool, unit: int, data: st.DataObject
) -> None:
    day, _ = enrolling_day()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(day.log) - 1), max_size=3)))
    with helped(day.log, helpers=helpers, wait=wait, unit=unit) as ahead:
        assert canonical(state(day, ahead, cuts)) == canonical(state(day, None))


def test_helpers_that_end_cost_nothing_but_their_help() -> None:
    day, at = enrolling_day()
    for when in (0, at[1]):
        with helped(day.log, helpers=2, wait=False) as ahead:
            if when:
                ahead.proves(when, b"", b"")
            for helper in ahead.helpers:
                os.kill(helper, signal.SIGKILL)
            assert canonical(state(day, ahead)) == canonical(state(day, None))


def test_nobody_begins_with_what_the_fold_has_come_to() -> None:
    day, at = enrolling_day()
    with helped(day.log, helpers=0) as ahead:
        ahead.proves(at[1], b"", b"")
        ahead._prove(lambda name: day.log, 0, 1)
        found = [ahead.proves(index, leaf(day.log[index]), day.election) for index in at]
    assert found == [False, False, True]
