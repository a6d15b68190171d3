"""Check 15: an older copy, another history and a successor, each against what was seen before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.words.say import Phrase
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.trust import Trust
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.types import Charter
from escrutinio.core.verification.checks import Answer, Check, Outcome
from escrutinio.core.verification.earlier import Earlier, Memory
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.election.build import ORIGIN, ROOT, Day, key, machines
from tests.core.log.builders import signer
from tests.core.verification.lab import LOG, publish, trust_of, write_log

SEEN = 1_900_000_000


def day_of(*counts: int) -> Day:
    """A log with a sheet for each of these."""
    day = machines(Day())
    for count in counts:
        day.sheet("machine/1", "n1.01", (count, 4, 3, 2))
    return day


def head(tmp_path: Path, *counts: int) -> SignedCheckpoint:
    """The signed checkpoint of such a log."""
    return write_log(tmp_path / "-".join(map(str, counts)), day_of(*counts).log)


def memory(*seen: SignedCheckpoint) -> Memory:
    return Memory(tuple(Earlier(each, "seen.checkpoint", SEEN) for each in seen))


def verified(directory: Path, day: Day, remembered: Memory) -> tuple[Verification, Answer]:
    trust = publish(directory, day)
    found = verify_publication(directory, trust=trust, memory=remembered)
    return found, found.answer(Check.EARLIER)


@pytest.mark.parametrize("before", [(), (1,), (1, 2), (1, 2, 3)])
def test_a_log_that_grew_or_stayed_holds(tmp_path: Path, before: tuple[int, ...]) -> None:
    seen = head(tmp_path, *before)
    found, answer = verified(tmp_path / "public", day_of(1, 2, 3), memory(seen))
    assert found.authenticated
    assert answer.count == 1
    assert f"{seen.checkpoint.size} entries (seen 2030-03-17" in str(answer.note)


def test_an_older_copy_is_open(tmp_path: Path) -> None:
    seen = head(tmp_path, 1, 2, 3)
    found, answer = verified(tmp_path / "public", day_of(1, 2), memory(seen))
    assert found.outcome is Outcome.OPEN
    assert found.contradicted == ()
    sentence = answer.unjudged[0].sentence("en")
    assert f"{seen.checkpoint.size - 1} entries" in sentence
    assert f"{seen.checkpoint.size} entries (seen 2030" in sentence


@pytest.mark.parametrize("before", [(1, 9), (9, 2), (9,)], ids=["split", "split early", "rewritten"])
def test_another_history_fails_and_both_heads_are_named(tmp_path: Path, before: tuple[int, ...]) -> None:
    seen = head(tmp_path, *before)
    found, answer = verified(tmp_path / "public", day_of(1, 2), memory(seen))
    assert answer.outcome is Outcome.FAILS
    assert [each.signed for each in found.contradicted] == [seen]
    assert found.log is not None
    assert not found.log.authenticated


def test_a_checkpoint_that_the_log_did_not_sign_accuses_nobody(tmp_path: Path) -> None:
    day = day_of(1, 2)
    trust = publish(tmp_path / "public", day)
    size = len(day.log)
    forged = sign_checkpoint(Checkpoint(ORIGIN, size, Hash(bytes(32))), signer(ORIGIN))
    text = forged.note.data.partition(b"\n\n")[0]
    (tmp_path / "public/log/checkpoint").write_bytes(text + b"\n\n\xe2\x80\x94 nobody AAAAAAAA\n")
    found = verify_publication(tmp_path / "public", trust=trust, memory=memory(head(tmp_path, 1)))
    assert found.answer(Check.EARLIER).outcome is Outcome.OPEN
    assert found.contradicted == ()


def test_what_is_of_another_log_is_passed_over_unless_it_was_given(tmp_path: Path) -> None:
    other = sign_checkpoint(Checkpoint("log.example/party", 3, Hash(bytes(32))), signer("log.example/party"))
    found, answer = verified(tmp_path / "public", day_of(1), memory(other))
    assert found.authenticated
    assert answer.note
    given = Memory((Earlier(other, "given", given=True),))
    _, answer = verified(tmp_path / "public", day_of(1), given)
    assert answer.outcome is Outcome.OPEN


def test_without_a_trust_file_or_a_memory_it_holds_and_says_so(tmp_path: Path) -> None:
    publish(tmp_path, day_of(1))
    answer = verify_publication(tmp_path, memory=memory(head(tmp_path, 9))).answer(Check.EARLIER)
    assert answer.outcome is Outcome.HOLDS
    assert "trust file" in str(answer.note)


def test_what_cannot_be_remembered_is_open(tmp_path: Path) -> None:
    found, answer = verified(
        tmp_path, day_of(1), Memory(unreadable=(("seen.checkpoint", Phrase("there is no log")),))
    )
    assert found.outcome is Outcome.OPEN
    assert answer.unjudged[0].place == "seen.checkpoint"


# --- a successor ---


def successor(head: p.LogHead) -> Day:
    """A log that goes on from another one."""
    day = Day(charter=False)
    titles = (p.Title("es", "Isla"), p.Title("en", "Isla"))
    day.say(Charter(ORIGIN, LogRole.OFFICIAL, titles, key(ROOT).public_key, head), ROOT, "election")
    return day


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        ((7, bytes([1]) * 32), Outcome.HOLDS),
        ((7, bytes([2]) * 32), Outcome.FAILS),
        ((6, bytes([2]) * 32), Outcome.OPEN),
        ((8, bytes([2]) * 32), Outcome.OPEN),
    ],
)
def test_a_successor_goes_on_from_what_was_seen_of_the_log_before(
    tmp_path: Path, seen: tuple[int, bytes], outcome: Outcome
) -> None:
    day = successor(p.LogHead("log.example/before", 7, bytes([1]) * 32))
    before = signer("log.example/before")
    earlier = sign_checkpoint(Checkpoint("log.example/before", seen[0], Hash(seen[1])), before)
    found, answer = verified(tmp_path, day, memory(earlier))
    assert answer.outcome is outcome
    assert len(found.contradicted) == (outcome is Outcome.FAILS)


def test_a_successor_of_the_same_name_is_known_by_its_key(tmp_path: Path) -> None:
    day = successor(p.LogHead(ORIGIN, 7, bytes([1]) * 32))
    old = signer("old")
    trust: Trust = trust_of(day)
    assert trust.policy == Policy((LogIdentity(LOG.verifier),))
    publish(tmp_path, day)
    seen = sign_checkpoint(Checkpoint(ORIGIN, 7, Hash(bytes([1]) * 32)), replace(old, name=ORIGIN))
    found = verify_publication(tmp_path, trust=trust, memory=memory(seen))
    assert found.answer(Check.EARLIER).outcome is Outcome.HOLDS
    assert found.answer(Check.EARLIER).count == 1
