"""A log with three witnesses on sockets: silent ones, lying ones, one killed, one back after a pause."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import (
    Checkpoint,
    cosign_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.notes import KeyType, VerifierKey
from escrutinio.core.log.publisher import WAITING
from escrutinio.core.log.witnessing import LogAheadError
from escrutinio.running.exchange.witness_client import HttpWitness
from escrutinio.running.witness.home import WitnessHome
from tests.core.log.builders import NOW, ORIGIN, LogHome, records, signer, waiting
from tests.running.witness.witnesses import (
    PATIENCE,
    WORDS,
    at,
    made,
    policy_of,
    running,
    saying,
    silent,
    trust_file,
)

DYING = Path(__file__).with_name("dying.py")


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return LogHome(tmp_path / "log")


def test_two_of_three_are_enough_and_the_third_catches_up(home: LogHome, tmp_path: Path) -> None:
    trust, homes = trust_file(tmp_path), {name: made(tmp_path, name) for name in ("a", "b", "c")}
    policy = policy_of(homes, 2)
    with running(homes["a"], trust) as first, running(homes["b"], trust) as second:
        with silent() as third:
            asked = [at(third, homes["c"]), at(first, homes["a"]), at(second, homes["b"])]
            with home.publisher(policy, asked[1:], PATIENCE) as publisher:
                home.append(publisher, records(3))
            with home.publisher(policy, [at(third, homes["c"], 0.2), *asked[1:]], PATIENCE) as publisher:
                home.append(publisher, records(7))
                found = verify_checkpoint(parse_checkpoint(home.checkpoint()), policy)
                assert found.checkpoint.size == 7
                assert [each.witness for each in found.cosignatures] == ["a", "b"]
                assert waiting(publisher)[0].startswith(("It has not answered", "The witness c did not"))
        with running(homes["c"], trust) as back:  # it was never asked, or never heard: it begins from nothing
            asked[0] = at(back, homes["c"])
            with home.publisher(policy_of(homes, 3), asked, PATIENCE) as publisher:
                home.append(publisher, records(9))
    found = verify_checkpoint(parse_checkpoint(home.checkpoint()), policy_of(homes, 3))
    assert {each.witness for each in found.cosignatures} == {"a", "b", "c"}


def test_both_algorithms_cosign(home: LogHome, tmp_path: Path) -> None:
    one = made(tmp_path, "a")
    with (
        running(one, trust_file(tmp_path)) as address,
        home.publisher(policy_of({"a": one}, 1), [at(address, one)], PATIENCE) as publisher,
    ):
        home.append(publisher, records(3))
    signed = parse_checkpoint(home.checkpoint())
    for each in one.signers(WORDS):
        (line,) = (line for line in signed.note.signatures if line.key_id == each.verifier.key_id)
        assert each.verifier.accepts(signed.note.text, line.value)
    assert {each.type for each in one.signers(WORDS)} == {KeyType.COSIGNATURE, KeyType.ML_DSA_COSIGNATURE}


class UnseenWitness(HttpWitness):
    """A witness that shows monitors nothing, as other programs' may; it notes where it was asked from."""

    def __init__(self, name: str, keys: Sequence[VerifierKey], address: str, patience: float) -> None:
        super().__init__(name, keys, address, patience)
        self.begun_from: list[int] = []

    def latest(self, origin: str) -> None:
        """Nothing."""

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self.begun_from.append(old_size)
        return super().cosign(old_size, proof, checkpoint)


def test_one_back_after_a_pause_is_asked_from_where_it_is(home: LogHome, tmp_path: Path) -> None:
    one, trust = made(tmp_path, "a"), trust_file(tmp_path)
    policy = policy_of({"a": one}, 1)
    with (
        running(one, trust) as address,
        home.publisher(policy, [at(address, one)], PATIENCE) as publisher,
    ):
        home.append(publisher, records(3))
        before = home.checkpoint()
    with home.publisher(policy, [at(address, one)], PATIENCE) as publisher:  # nobody is there any more
        home.append(publisher, records(300))
        assert waiting(publisher) == ["The witness a cannot be reached: no connection."]
        assert home.checkpoint() == before
    keys = [each.verifier for each in one.signers(WORDS)]
    with running(one, trust) as back:  # the log thinks that it has seen nothing, and is told: 409, 3
        unseen = UnseenWitness("a", keys, back, PATIENCE)
        with home.publisher(policy, [unseen], PATIENCE) as publisher:
            publisher.publish()
            assert waiting(publisher) == []
            assert unseen.begun_from == [0, 3]
    assert parse_checkpoint(home.checkpoint()).checkpoint.size == 300


def test_one_that_was_killed_before_it_answered_cosigns_no_other_history(
    home: LogHome, tmp_path: Path
) -> None:
    one, trust = made(tmp_path, "a"), trust_file(tmp_path)
    policy = policy_of({"a": one}, 1)
    with (
        running(one, trust, program=DYING) as address,
        home.publisher(policy, [at(address, one)], PATIENCE) as publisher,
    ):
        home.append(publisher, records(5))
        assert publisher.lacks_quorum
    fork = LogHome(tmp_path / "fork")
    with running(one, trust) as address:
        other = at(address, one)
        with (
            pytest.raises(LogError, match="has cosigned 5 entries"),
            fork.publisher(policy, [other], PATIENCE) as publisher,
        ):
            pass  # nothing was ever signed here, and the witness shows what it remembers
        forged = sign_checkpoint(Checkpoint(ORIGIN, 5, Hash(bytes(32))), signer())
        with pytest.raises(LogError, match="status 422"):
            other.cosign(5, [], forged.note.data)
        with home.publisher(policy, [other], PATIENCE) as publisher:
            publisher.publish()  # asked again for what it had remembered
            assert not publisher.lacks_quorum
    assert parse_checkpoint(home.checkpoint()).checkpoint.size == 5


def test_a_store_older_than_a_witness_is_refused(home: LogHome, tmp_path: Path) -> None:
    one = made(tmp_path, "a")
    with running(one, trust_file(tmp_path)) as address:
        with home.publisher(policy_of({"a": one}, 1), [at(address, one)], PATIENCE) as publisher:
            home.append(publisher, records(3))
            copy = tmp_path / "copy"
            shutil.copytree(tmp_path / "log", copy)
            home.append(publisher, records(6))
        old = LogHome(copy)
        with pytest.raises(LogAheadError, match="The witness a has cosigned 6 entries of this log, but the"):
            old.publisher(policy_of({"a": one}, 1), [at(address, one)], PATIENCE)


def lies(one: WitnessHome) -> dict[str, bytes]:
    """What a witness may answer to any request that is no cosignature of what it was asked for."""
    signers = one.signers(WORDS)
    elsewhere = sign_checkpoint(Checkpoint(ORIGIN, 3, Hash(bytes(32))), signer())
    other = b"".join(cosign_checkpoint(elsewhere, each, NOW).line for each in signers)
    mixed = other.split(b"\n")[1] + b"\n"
    return {"something else": other, "with ML-DSA-44": mixed, "no lines": b"yes\n", "nothing": b""}


@pytest.mark.parametrize("what", ["something else", "with ML-DSA-44", "no lines", "nothing"])
def test_one_that_lies_does_not_count_and_stops_nobody(home: LogHome, tmp_path: Path, what: str) -> None:
    homes = {name: made(tmp_path, name) for name in ("a", "b")}
    trust, lie = trust_file(tmp_path), lies(homes["b"])[what]
    with running(homes["a"], trust) as honest, saying(lambda _body: lie) as liar:
        asked = [at(liar, homes["b"]), at(honest, homes["a"])]
        with home.publisher(policy_of(homes, 2), asked, PATIENCE) as publisher:
            home.append(publisher, records(3))
            assert publisher.lacks_quorum
            (why,) = waiting(publisher)
            assert "witness b" in why
            assert parse_checkpoint((home.log / WAITING).read_bytes()).checkpoint.size == 3
        with home.publisher(policy_of(homes, 1), asked, PATIENCE) as publisher:
            publisher.publish()
            assert not publisher.lacks_quorum
    assert [line.name for line in parse_checkpoint(home.checkpoint()).note.signatures] == [ORIGIN, "a", "a"]
