"""What waits, as a receiver committed to it: who holds a promise checks that it is in the root, and nothing
that was altered holds."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import EMPTY_ROOT, leaf_hash, tree_root
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import open_record
from escrutinio.core.verification.judge import Answer, Verdict
from escrutinio.core.verification.judge_text import grounds, headline
from escrutinio.core.verification.waiting import (
    WaitingProof,
    WaitingTree,
    format_waiting_proof,
    judge_waiting,
    parse_waiting_proof,
)
from tests.core.election.build import DAY, ROOT, Day, key

BY = DAY + 600


def receiving() -> Day:
    day = Day()
    day.enrol_all([("receiver/1", Role.RECEIVER, ()), ("receiver/2", Role.RECEIVER, ())])
    return day


def promises(day: Day, count: int) -> list[bytes]:
    """Promises that are not in the log."""
    made = [
        day.say(t.Promise(sha256(bytes([each])).digest(), BY), "receiver/1", "election")
        for each in range(count)
    ]
    found = [day.log[index] for index in made]
    del day.log[made[0] :]
    return found


def committed(day: Day, given: list[bytes], by: str = "receiver/1") -> tuple[WaitingTree, bytes]:
    """The tree over promises, and the record with its root, which is in the log."""
    tree = WaitingTree(leaf_hash(each) for each in given)
    return tree, day.log[day.say(t.WaitingSet(tree.size, tree.root, BY, 0), by, "election")]


def proof_of(tree: WaitingTree, record: bytes, promise: bytes) -> WaitingProof:
    found = tree.path(leaf_hash(promise))
    assert found is not None
    return WaitingProof(found[0], tuple(found[1]), record)


def judged(day: Day, proof: WaitingProof, promise: bytes) -> Answer:
    index = day.log.index(proof.record) if proof.record in day.log else None
    return judge_waiting(day.state(), proof, open_record(promise), index)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 21])
def test_each_promise_has_its_path_and_no_other_has_one(count: int) -> None:
    leaves = [leaf_hash(bytes([each])) for each in range(count)]
    tree = WaitingTree(reversed(leaves))
    assert (tree.size, tree.root) == (count, tree_root(sorted(leaves)))
    assert all(tree.path(leaf) is not None for leaf in leaves)
    assert tree.path(leaf_hash(b"another")) is None
    assert WaitingTree([]).root == EMPTY_ROOT
    assert WaitingTree([]).path(leaves[0]) is None


def test_who_holds_a_promise_checks_that_it_was_among_what_waited() -> None:
    day = receiving()
    given = promises(day, 5)
    tree, record = committed(day, given)
    for promise in given:
        proof = parse_waiting_proof(format_waiting_proof(proof_of(tree, record, promise)))
        answer = judged(day, proof, promise)
        assert (answer.verdict, answer.good, answer.entry) == (Verdict.WAITED, True, len(day.log) - 1)
        assert (answer.waited, answer.as_of, answer.due) == (5, DAY, BY)
    for language, word in (("en", "by the word of its signer: 5"), ("es", "según su firmante: 5")):
        assert any(word in line for line in grounds(answer, day.state(), language))
        assert f"{len(day.log) - 1}" in headline(answer, language)


def _altered(root: bytes) -> bytes:
    return root[:-1] + bytes([root[-1] ^ 1])


TAMPER: dict[str, Callable[[WaitingProof], WaitingProof]] = {
    "another place": lambda proof: replace(proof, index=proof.index ^ 1),
    "a place beyond": lambda proof: replace(proof, index=99),
    "a hash more": lambda proof: replace(proof, hashes=(*proof.hashes, proof.hashes[0])),
    "a hash less": lambda proof: replace(proof, hashes=proof.hashes[1:]),
    "a bit of a hash": lambda proof: replace(proof, hashes=(leaf_hash(b""), *proof.hashes[1:])),
}


@pytest.mark.parametrize("name", TAMPER)
def test_an_altered_path_does_not_hold(name: str) -> None:
    day = receiving()
    given = promises(day, 6)
    tree, record = committed(day, given)
    proof = TAMPER[name](proof_of(tree, record, given[0]))
    assert judged(day, proof, given[0]).verdict is Verdict.PROOF_INVALID


@pytest.mark.parametrize("what", ["root", "count"])
def test_a_record_that_says_another_root_or_count_does_not_hold(what: str) -> None:
    day = receiving()
    given = promises(day, 6)
    tree, record = committed(day, given)
    said = t.WaitingSet(tree.size, tree.root, BY, 0)
    other = replace(said, root=_altered(said.root)) if what == "root" else replace(said, count=4)
    altered = day.log[day.say(other, "receiver/1", "election")]
    proof = proof_of(tree, record, given[0])
    assert judged(day, replace(proof, record=altered), given[0]).verdict is Verdict.PROOF_INVALID


def test_an_altered_record_another_promise_and_another_receiver_do_not_hold() -> None:
    day = receiving()
    *given, left_out = promises(day, 4)
    tree, record = committed(day, given)
    proof = proof_of(tree, record, given[0])
    assert judged(day, replace(proof, record=_altered(record)), given[0]).verdict is Verdict.ALTERED
    assert judged(day, proof, left_out).verdict is Verdict.PROOF_INVALID
    _, by_another = committed(day, given, by="receiver/2")
    assert judged(day, replace(proof, record=by_another), given[0]).verdict is Verdict.PROOF_INVALID


def test_a_record_that_the_log_does_not_have_is_to_be_kept() -> None:
    day = receiving()
    given = promises(day, 2)
    tree, record = committed(day, given)
    day.log.remove(record)
    answer = judged(day, proof_of(tree, record, given[0]), given[0])
    assert (answer.verdict, answer.to_keep, answer.good) == (Verdict.NOT_IN_LOG, True, False)
    day.say(t.Revocation(key("receiver/1").kid, RevocationReason.LOST), ROOT, "election")
    answer = judged(day, proof_of(tree, record, given[0]), given[0])
    assert answer.verdict is Verdict.NOT_IN_FORCE


def test_what_is_no_such_proof_is_refused_in_words() -> None:
    day = receiving()
    given = promises(day, 3)
    tree, record = committed(day, given)
    good = format_waiting_proof(proof_of(tree, record, given[0]))
    lines = good.split(b"\n")
    for wrong in (
        b"",
        good + b"\n",
        good[:-1],
        good.replace(b"index ", b""),
        good.replace(b"index ", b"index 0"),
        good.replace(b"@v1", b"@v2"),
        good.replace(b"\n\n", b"\n"),
        b"\n".join([*lines[:2], b"AAAA", *lines[2:]]),
        b"\n".join([*lines[:2], *[lines[2]] * 64, *lines[2:]]),
        good + b"A" * 9_000,
        "ñ".encode() + good,
    ):
        with pytest.raises(LogError, match="of a promise that waits"):
            parse_waiting_proof(wrong)
    for other in (given[0], b"no record"):
        text = base64.b64encode(other)
        proof = parse_waiting_proof(b"\n".join([*lines[:-2], text, b""]))
        with pytest.raises(LogError, match="of a promise that waits"):
            judged(day, proof, given[0])
    with pytest.raises(TypeError):
        judged(day, proof_of(tree, record, given[0]), record)
