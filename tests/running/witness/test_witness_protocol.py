"""What a witness answers over HTTP (C2SP tlog-witness): 200, 400, 403, 404, 409, 422; and monitors."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import EMPTY_ROOT, Hash, consistency_proof, leaf_hash, tree_root
from escrutinio.core.log.notes import KeyType, NoteSigner, parse_signatures, verify_note
from escrutinio.core.log.store import Head
from escrutinio.running.exchange.tlog_witness import (
    MAX_REQUEST,
    AddCheckpoint,
    add_checkpoint,
    read_add_checkpoint,
)
from escrutinio.running.witness.app import witness_application
from escrutinio.running.witness.cosigner import Cosigner, logs_of
from escrutinio.running.witness.memory import WitnessMemory
from tests.core.log.builders import NOW, ORIGIN, cosigner, policy, records, signer
from tests.running.desk.serving import served

LEAVES = [leaf_hash(record) for record in records(20)]
KEYS = [cosigner("w"), NoteSigner("w", KeyType.ML_DSA_COSIGNATURE, bytes(32))]


def request(old: int, size: int, by: NoteSigner | None = None, origin: str = ORIGIN) -> AddCheckpoint:
    """The request of a log of `size` of the leaves for a witness that is at `old`."""
    root = tree_root(LEAVES[:size]) if size else EMPTY_ROOT
    signed = sign_checkpoint(Checkpoint(origin, size, Hash(root)), by or signer(origin))
    proof = (
        consistency_proof(
            old,
            size,
            lambda subtrees: [
                tree_root(LEAVES[each.number << each.level : (each.number + 1) << each.level])
                for each in subtrees
            ],
        )
        if 0 < old < size
        else []
    )
    return add_checkpoint(old, proof, signed.note.data)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[WitnessMemory]:
    found = WitnessMemory(tmp_path / "witness.sqlite")
    yield found
    found.close()


@pytest.fixture
def client(memory: WitnessMemory) -> Iterator[httpx.Client]:
    witness = Cosigner(memory, KEYS, logs_of([policy()]), lambda: NOW)
    with served(witness_application(witness)) as found:
        yield found


def asked(client: httpx.Client, what: AddCheckpoint | bytes) -> tuple[int, str]:
    body = what if isinstance(what, bytes) else what.data
    answer = client.post("/add-checkpoint", content=body)
    return answer.status_code, answer.text


def test_a_log_that_grows_is_cosigned_with_every_key(client: httpx.Client) -> None:
    for old, size in ((0, 3), (3, 3), (3, 16), (16, 20)):
        what = request(old, size)
        status, said = asked(client, what)
        assert status == 200
        signed = parse_checkpoint(what.checkpoint)
        lines = parse_signatures(said.encode())
        found = verify_note(signed.with_signatures(lines).note, [each.verifier for each in KEYS])
        assert [(each.key.type, each.timestamp) for each in found] == [(4, NOW), (6, NOW)]


def test_monitors_see_what_was_cosigned_last_with_the_signature_of_the_log(client: httpx.Client) -> None:
    path = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert client.get(path).status_code == 404
    assert client.get("/x/checkpoint").status_code == 404
    what = request(0, 3)
    stranger = parse_checkpoint(what.checkpoint).with_signatures((signer("stranger").sign(b"x\n"),))
    assert asked(client, AddCheckpoint(0, (), stranger.note.data))[0] == 200
    shown = parse_checkpoint(client.get(path).content)
    assert shown.checkpoint.size == 3
    assert [line.name for line in shown.note.signatures] == [ORIGIN, "w", "w"]
    verify_note(shown.note, [signer().verifier, *(each.verifier for each in KEYS)])


def test_what_is_no_request_is_answered_with_400(client: httpx.Client) -> None:
    good = request(0, 3).data
    for wrong in (
        b"",
        good[4:],
        good.replace(b"old 0", b"old 00"),
        good.replace(b"old 0", b"old -1"),
        good.replace(b"old 0\n", b"old 0\nAAAA\n"),
        good.replace(b"old 0\n", b"old 0\n" + 64 * b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"),
        good.replace(b"old 0\n\n", b"old 0\n"),
        good[:-1],
        good + b"x" * MAX_REQUEST,
        request(7, 3).data,
    ):
        assert asked(client, wrong)[0] == 400, wrong[:60]
    assert client.get("/add-checkpoint").status_code == 405


def test_a_log_that_nobody_named_and_one_signed_by_another_key(client: httpx.Client) -> None:
    assert asked(client, request(0, 3, origin="other.example"))[0] == 404
    assert asked(client, request(0, 3, NoteSigner(ORIGIN, KeyType.ED25519, bytes(32))))[0] == 403
    altered = request(0, 3).checkpoint.replace(b"\n3\n", b"\n4\n")
    assert asked(client, AddCheckpoint(0, (), altered))[0] == 403


def test_another_size_is_answered_with_its_own(client: httpx.Client) -> None:
    answer = client.post("/add-checkpoint", content=request(2, 5).data)
    assert (answer.status_code, answer.text) == (409, "0\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"
    asked(client, request(0, 5))
    for old, size in ((0, 7), (3, 7), (0, 3), (3, 5)):
        assert asked(client, request(old, size)) == (409, "5\n")


def test_what_does_not_follow_is_answered_with_422(client: httpx.Client) -> None:
    empty = f"{ORIGIN}\n0\n{'A' * 43}=\n".encode()
    assert asked(client, AddCheckpoint(0, (), empty + b"\n" + signer().sign(empty).line))[0] == 422
    assert asked(client, AddCheckpoint(0, request(3, 7).proof, request(0, 7).checkpoint))[0] == 422
    asked(client, request(0, 5))
    good = request(5, 9)
    for wrong in ((), good.proof[:-1], (*good.proof, good.proof[0]), good.proof[::-1]):
        assert asked(client, AddCheckpoint(5, wrong, good.checkpoint))[0] == 422
    forged = sign_checkpoint(Checkpoint(ORIGIN, 5, Hash(bytes(32))), signer()).note.data
    assert asked(client, AddCheckpoint(5, (), forged))[0] == 422
    assert asked(client, good)[0] == 200


def test_a_request_reads_as_it_was_written() -> None:
    for what in (request(0, 3), request(3, 16), request(5, 5)):
        assert read_add_checkpoint(what.data) == what


def test_what_is_remembered_moves_forward_from_what_was_read(memory: WitnessMemory, tmp_path: Path) -> None:
    first, second = Head(3, bytes(32), b"three"), Head(5, bytes(32), b"five")
    assert memory.swap(ORIGIN, Head(), first)
    assert not memory.swap(ORIGIN, Head(), second)
    other = WitnessMemory(tmp_path / "witness.sqlite")  # of another process
    assert other.latest(ORIGIN) == first
    assert other.swap(ORIGIN, first, second)
    assert not memory.swap(ORIGIN, first, Head(4, bytes(32), b"four"))
    assert memory.latest(ORIGIN) == second
    other.close()


def test_a_key_of_a_log_or_of_another_kind_cosigns_nothing(memory: WitnessMemory) -> None:
    logs = logs_of([policy()])
    with pytest.raises(LogError, match="a witness with the key of a log"):
        Cosigner(memory, [NoteSigner("w", KeyType.COSIGNATURE, signer().seed)], logs, lambda: NOW)
    with pytest.raises(LogError, match="wrong type"):
        Cosigner(memory, [signer("w")], logs, lambda: NOW)
