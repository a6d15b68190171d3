"""Offline proofs (C2SP tlog-proof)."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.proofs import LogProof, format_proof, make_proof, parse_proof, verify_proof
from escrutinio.core.log.reader import hash_source, open_log
from tests.core.log.builders import build_log, policy, records

ENTRIES = records(600)


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> LogProof:
    return prove(tmp_path_factory.mktemp("log"), 300)


def prove(directory: Path, index: int) -> LogProof:
    home = build_log(directory, ENTRIES)
    reader = open_log(home.log)
    return make_proof(index, parse_checkpoint(home.checkpoint()), hash_source(reader.tile, len(ENTRIES)))


def test_a_proof_comes_back_and_verifies(proof: LogProof) -> None:
    data = format_proof(proof)
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 300\n")
    assert parse_proof(data) == proof
    assert verify_proof(parse_proof(data), ENTRIES[300], policy()).checkpoint.size == 600


def test_extra_data_is_kept_and_proves_nothing(proof: LogProof) -> None:
    for extra in (b"", b"anything"):
        with_extra = replace(proof, extra=extra)
        assert parse_proof(format_proof(with_extra)) == with_extra
        verify_proof(with_extra, ENTRIES[300], policy())


def test_it_proves_one_entry_at_one_place_only(proof: LogProof) -> None:
    for wrong, entry in (
        (proof, ENTRIES[301]),
        (replace(proof, index=301), ENTRIES[300]),
        (replace(proof, index=600), ENTRIES[300]),
        (replace(proof, hashes=proof.hashes[1:]), ENTRIES[300]),
        (replace(proof, hashes=(*proof.hashes, proof.hashes[0])), ENTRIES[300]),
    ):
        with pytest.raises(LogError):
            verify_proof(wrong, entry, policy())


def test_its_checkpoint_needs_the_quorum(proof: LogProof) -> None:
    with pytest.raises(LogError, match="quorum"):
        verify_proof(proof, ENTRIES[300], policy("a", threshold=1))


@given(st.data())
def test_one_altered_bit_is_noticed(proof: LogProof, data: st.DataObject) -> None:
    good = format_proof(proof)
    bit = data.draw(st.integers(0, len(good) * 8 - 1))
    altered = bytearray(good)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(LogError):
        verify_proof(parse_proof(bytes(altered)), ENTRIES[300], policy())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"@v1", b"@v2", "The proof is not a proof of"),
        (b"index 300\n", b"", "The proof is not a proof of"),
        (b"index 300", b"index 0300", "The proof is not a proof of"),
        (b"index 300", b"index -1", "The proof is not a proof of"),
        (b"index 300", b"index 9007199254740992", "The proof is not a proof of"),
        (b"index 300", b"extra !\nindex 300", "The proof is not a proof of"),
        (b"index 300\n", b"index 300\nextra AAAA\n", "The proof is not a proof of"),
        (b"index 300\n", b"extra AAAA\nextra AAAA\nindex 300\n", "The proof is not a proof of"),
        (b"index 300\n", b"index 300\n" + (b"A" * 43 + b"=\n") * 64, "The proof is not a proof of"),
        (b"index 300\n", b"index 300\nAAAA\n", "The proof is not a proof of"),
        (b"index 300\n", b"index 300\n\xe1\n", "The proof is not a proof of"),
        (b"index 300\n", b"index 300\r\n", "The proof is not a proof of"),
        (b"\n\n", b"\n", "The proof is not a proof of"),
        (b"index 300\n", b"x" * 1024 * 1024, "longer"),
    ],
)
def test_malformed_proofs_are_refused(proof: LogProof, old: bytes, new: bytes, reason: str) -> None:
    good = format_proof(proof)
    assert old in good
    with pytest.raises(LogError, match=reason):
        parse_proof(good.replace(old, new, 1))


def test_no_proof_beyond_the_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="does not exist in a log of"):
        prove(tmp_path, 600)
