"""Cosignatures of both kinds, held against docs/vectors/cosignatures.json, or not to be judged."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log import mldsa
from escrutinio.core.log.checkpoint import (
    find_cosignatures,
    parse_checkpoint,
    unjudged_cosigners,
    verify_checkpoint,
)
from escrutinio.core.log.notes import KeyType, Note, NoteSignature, NoteSigner, parse_vkey, verify_note
from escrutinio.core.log.policy import LogIdentity, Policy, WitnessIdentity, format_policy, parse_policy
from escrutinio.core.log.trust import Trust, format_trust, parse_trust
from escrutinio.core.verification.checkpoint import check_signatures
from escrutinio.core.verification.checks import Outcome
from tests.core.log.builders import NOW, cosigner, signer
from tests.core.log.make_cosignatures import COSIGNERS, SIGNED, TIME, VECTORS, content

MADE = json.loads(VECTORS.read_text("utf-8"))
NOTE = parse_checkpoint(MADE["note"].encode())
KEYS = {each["type"]: parse_vkey(each["vkey"]) for each in MADE["cosigners"]}
BITS = 8 * (8 + 64 + mldsa.SIGNATURE_SIZE)


def policy_of(quorum: str) -> Policy:
    return parse_trust(MADE["trust_files"][quorum].encode()).policy


def test_the_file_is_what_the_command_makes() -> None:
    command = "python -m tests.core.log.make_cosignatures > docs/vectors/cosignatures.json"
    assert json.loads(json.dumps(content())) == MADE, command


def test_both_kinds_verify_and_make_a_quorum() -> None:
    for quorum in MADE["trust_files"]:
        found = verify_checkpoint(NOTE, policy_of(quorum)).cosignatures
        assert [(one.witness, one.timestamp) for one in found] == [("w4", TIME), ("w6", TIME)]


@pytest.mark.parametrize("case", MADE["altered"], ids=lambda case: f"{case['type']}: {case['what']}")
def test_an_altered_cosignature_does_not_verify(case: dict[str, str]) -> None:
    with pytest.raises(LogError, match="does not hold"):
        verify_note(parse_checkpoint(case["note"].encode()).note, [KEYS[int(case["type"])]])


@given(st.sampled_from(sorted(KEYS)), st.integers(0, BITS - 1))
def test_one_altered_bit_of_a_cosignature_is_noticed(kind: int, bit: int) -> None:
    key = KEYS[kind]
    (line,) = (line for line in NOTE.note.signatures if line.key_id == key.key_id)
    value, bit = bytearray(line.value), bit % (8 * len(line.value))
    value[bit // 8] ^= 1 << bit % 8
    with pytest.raises(LogError):
        verify_note(Note(NOTE.note.text, (NoteSignature(line.name, line.key_id, bytes(value)),)), [key])


@given(st.integers(0, 8 * len(NOTE.note.text) - 1))
def test_one_altered_bit_of_the_checkpoint_is_noticed(bit: int) -> None:
    text = bytearray(NOTE.note.text)
    text[bit // 8] ^= 1 << bit % 8
    for key in KEYS.values():
        (line,) = (line for line in NOTE.note.signatures if line.key_id == key.key_id)
        with pytest.raises(ValueError, match=r"wrong|not a|canonical|decode|base64|padding|invalid"):
            key.accepts(bytes(text), line.value)


def test_an_ml_dsa_key_signs_its_name_and_checkpoints_alone() -> None:
    ours = COSIGNERS[KeyType.ML_DSA_COSIGNATURE]
    other = NoteSigner("another.example.org", ours.type, ours.seed)
    line = other.sign(SIGNED.note.text, NOW)
    with pytest.raises(ValueError, match="wrong signature"):
        ours.verifier.accepts(SIGNED.note.text, line.value)
    for text in (b"text\n", b"origin\nx\nAAAA\n", b"origin\n1\nAAAA\n", b"x" * 256 + SIGNED.note.text):
        with pytest.raises(LogError, match="signs checkpoints and nothing else"):
            ours.sign(text, NOW)
    with pytest.raises(LogError, match="not the name of a key"):
        NoteSigner("ñ" * 200, ours.type, ours.seed).verifier.__str__()


def test_without_the_algorithm_a_line_counts_as_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mldsa, "is_there", lambda: False)
    for quorum in ("none", "w4"):
        assert [one.witness for one in verify_checkpoint(NOTE, policy_of(quorum)).cosignatures] == ["w4"]
        answer = check_signatures(NOTE, policy_of(quorum))[0][1]
        assert answer.outcome is Outcome.HOLDS
        assert "cannot be judged here" in str(answer.note)
    for quorum in ("w6", "both"):
        policy = policy_of(quorum)
        with pytest.raises(LogError, match="lacks the quorum"):
            verify_checkpoint(NOTE, policy)
        assert unjudged_cosigners(NOTE, policy) == ("w6",)
        answer = check_signatures(NOTE, policy)[0][1]
        assert answer.outcome is Outcome.OPEN
        assert "cannot be judged here" in str(answer.unjudged[0])
    only = Policy(witnesses=(WitnessIdentity("w6", KEYS[6]),))
    assert find_cosignatures(NOTE, only) == ()
    with pytest.raises(LogError, match="ML-DSA-44 is missing here"):
        COSIGNERS[KeyType.ML_DSA_COSIGNATURE].sign(SIGNED.note.text, NOW)


def test_a_policy_and_a_trust_file_come_back_with_both_kinds() -> None:
    for quorum in MADE["trust_files"]:
        policy = policy_of(quorum)
        assert parse_policy(format_policy(policy)) == policy
        trust = Trust(bytes(32), bytes(32), policy)
        assert parse_trust(format_trust(trust)) == trust


def test_a_key_used_twice_is_refused() -> None:
    key, log = cosigner("w").verifier, signer()
    with pytest.raises(LogError, match="The public key of w is listed twice"):
        Policy(witnesses=(WitnessIdentity("a", key), WitnessIdentity("b", key)))
    twin = NoteSigner("other", KeyType.COSIGNATURE, cosigner("w").seed).verifier
    with pytest.raises(LogError, match="The public key of other is listed twice"):
        Policy(witnesses=(WitnessIdentity("a", key), WitnessIdentity("b", twin)))
    own = NoteSigner("own", KeyType.COSIGNATURE, log.seed).verifier
    with pytest.raises(LogError, match="own is a witness with the key of a log"):
        Policy((LogIdentity(log.verifier),), (WitnessIdentity("a", own),))
