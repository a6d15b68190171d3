"""Checkpoints, their signatures, cosignatures and quorum (C2SP tlog-checkpoint)."""

import base64

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from escrutinio.core.log.merkle import EMPTY_ROOT, Hash
from escrutinio.core.log.notes import Note, NoteSignature
from escrutinio.core.log.policy import LogIdentity, Policy
from tests.core.log.builders import NOW, ORIGIN, cosigner, policy, signer

ROOT = Hash(bytes(range(32)))
ROOT_TEXT = base64.b64encode(ROOT).decode()
CHECKPOINT = Checkpoint(ORIGIN, 20852163, ROOT)

# The example of c2sp.org/tlog-cosignature: its key is not given, its form is.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
""".encode()  # noqa: E501


def test_the_example_of_the_specification_reads() -> None:
    signed = parse_checkpoint(EXAMPLE)
    assert signed.checkpoint.origin == "example.com/behind-the-sofa"
    assert signed.checkpoint.size == 20852163
    assert signed.note.data == EXAMPLE
    assert signed.checkpoint.text == signed.note.text
    assert int.from_bytes(signed.note.signatures[1].value[:8], "big") == 1679315147


def cosigned(*witnesses: str) -> SignedCheckpoint:
    signed = sign_checkpoint(CHECKPOINT, signer())
    return signed.with_signatures(tuple(cosign_checkpoint(signed, cosigner(name), NOW) for name in witnesses))


def test_a_checkpoint_comes_back_verified() -> None:
    signed = parse_checkpoint(cosigned("a", "b").note.data)
    verified = verify_checkpoint(signed, policy("a", "b", "c", threshold=2))
    assert verified.checkpoint == CHECKPOINT
    assert [(found.witness, found.timestamp) for found in verified.cosignatures] == [("a", NOW), ("b", NOW)]


def test_unknown_witnesses_do_not_count() -> None:
    with pytest.raises(LogError, match="lacks the quorum 'quorum';"):
        verify_checkpoint(cosigned("a", "stranger"), policy("a", "b", threshold=2))
    with pytest.raises(LogError, match="cosigned by: none"):
        verify_checkpoint(cosigned(), policy("a", threshold=1))


def test_a_wrong_cosignature_of_a_known_witness_condemns_the_checkpoint() -> None:
    signed = cosigned("a")
    good = signed.note.signatures[1]
    bad = NoteSignature(good.name, good.key_id, good.value[:-1] + bytes([good.value[-1] ^ 1]))
    forged = SignedCheckpoint(CHECKPOINT, Note(signed.note.text, (signed.note.signatures[0], bad)))
    with pytest.raises(LogError, match="signature of a does not hold"):
        verify_checkpoint(forged, policy("a"))


def test_the_log_must_have_signed_in_its_own_name() -> None:
    with pytest.raises(LogError, match="which the trust file does not name"):
        verify_checkpoint(cosigned(), Policy((LogIdentity(signer("other").verifier),)))
    text = CHECKPOINT.text
    foreign = SignedCheckpoint(CHECKPOINT, Note(text, (signer("other").sign(text),)))
    both = Policy((LogIdentity(signer().verifier), LogIdentity(signer("other").verifier)))
    with pytest.raises(LogError, match="No known key signed this checkpoint"):
        verify_checkpoint(foreign, both)
    with pytest.raises(LogError, match="cannot sign for the log"):
        sign_checkpoint(CHECKPOINT, signer("other"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{ORIGIN}\n7\n", "The checkpoint is not three lines: origin,"),
        (f"{ORIGIN}\n7\n{ROOT_TEXT}\nextension\n", "The checkpoint is not three lines: origin,"),
        (f"\n7\n{ROOT_TEXT}\n", "origin"),
        (f"{ORIGIN}\n07\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n-7\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n7.0\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n\u0667\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n{2**53}\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n{'9' * 5000}\n{ROOT_TEXT}\n", "not a plain"),
        (f"{ORIGIN}\n7\n{ROOT_TEXT[:-1]}\n", "not valid base64"),
        (f"{ORIGIN}\n7\n{ROOT_TEXT[:-2]}9=\n", "not valid base64"),
        (f"{ORIGIN}\n7\nAAAA\n", "32 bytes"),
        (f"{ORIGIN}\n0\n{ROOT_TEXT}\n", "without entries"),
    ],
)
def test_malformed_checkpoints_are_refused(text: str, reason: str) -> None:
    data = text.encode()
    with pytest.raises(LogError, match=reason):
        parse_checkpoint(Note(data, (signer().sign(data),)).data)


def test_the_empty_log_has_one_root() -> None:
    empty = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), signer())
    assert parse_checkpoint(empty.note.data) == empty
