"""Keys and signatures at the edges of Ed25519."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import open_record, verify
from escrutinio.core.records.keys import (
    SMALL_ORDER,
    SigningKey,
    check_public_key,
    check_signature,
    key_is_acceptable,
    signature_is_canonical,
)
from tests.core.records.examples import example, key
from tests.core.records.forge_signatures import IDENTITY, bad_signatures, mixed_key, special_keys

SIGNATURES = bad_signatures(example("tally-sheet"))
SPECIAL = special_keys()


def test_the_first_test_vector_of_rfc_8032() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc4" "4449c5697b326919703bac031cae7f60")  # fmt: skip
    signed = (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    made = SigningKey(seed)
    assert made.public_key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert made.sign(b"").hex() == signed
    check_signature(made.public_key, b"", bytes.fromhex(signed))


@pytest.mark.parametrize(("raw", "public", "verifies"), SIGNATURES.values(), ids=SIGNATURES)
def test_signatures_at_the_edges(raw: bytes, public: bytes, verifies: bool) -> None:
    open_record(raw)
    if verifies:
        verify(raw, public)
    else:
        with pytest.raises(RecordError):
            verify(raw, public)


@pytest.mark.parametrize(
    "reason",
    ["honest", "key of mixed order, the equation holds", "key of mixed order: holds only times the cofactor"],
)
def test_another_library_gives_the_same_answer_for_keys_that_are_acceptable(reason: str) -> None:
    raw, public, verifies = SIGNATURES[reason]
    frame = split(raw)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(frame.signature, frame.signed)
        assert verifies
    except InvalidSignature:
        assert not verifies


def test_a_library_that_does_not_look_for_small_order_would_accept_forgeries() -> None:
    raw, public, _ = SIGNATURES["key the identity, the equation holds"]
    frame = split(raw)
    Ed25519PublicKey.from_public_bytes(public).verify(frame.signature, frame.signed)
    with pytest.raises(RecordError, match="The public key is not one"):
        check_signature(public, frame.signed, frame.signature)


@pytest.mark.parametrize("reason", SPECIAL)
def test_which_keys_may_be_enrolled_and_which_may_be_checked_with(reason: str) -> None:
    acceptable = {"honest", "mixed order: honest key + order 8", "not on the curve"}
    assert key_is_acceptable(SPECIAL[reason]) is (reason in acceptable)
    if reason == "honest":
        assert check_public_key(SPECIAL[reason]) == SPECIAL[reason]
    else:
        with pytest.raises(RecordError, match=r"The public key|A public key has 32 bytes"):
            check_public_key(SPECIAL[reason])


@given(st.binary(min_size=32, max_size=32))
def test_every_key_that_may_be_enrolled_may_be_checked_with(seed: bytes) -> None:
    assert key_is_acceptable(check_public_key(SigningKey(seed).public_key))


def test_the_points_of_small_order_are_those_of_the_curve() -> None:
    assert len(SMALL_ORDER) == 10  # eight points; two of them have a second encoding, with the sign bit
    assert {SPECIAL[name] for name in ("identity", "order 2", "order 4", "order 8")} < SMALL_ORDER
    assert mixed_key() not in SMALL_ORDER


@given(st.binary(max_size=70))
def test_a_signature_of_any_bytes_is_refused(signature: bytes) -> None:
    with pytest.raises(RecordError):
        check_signature(key("machine").public_key, b"message", signature)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_never_reaches_the_library(size: int) -> None:
    signature = key("machine").sign(b"message")
    with pytest.raises(RecordError):
        check_signature(bytes(size), b"message", signature)
    with pytest.raises(RecordError, match="A private key has 32 bytes"):
        SigningKey(bytes(size))


def test_an_honest_signature_is_canonical_and_the_identity_is_not() -> None:
    signature = key("machine").sign(b"message")
    assert signature_is_canonical(signature)
    assert not signature_is_canonical(IDENTITY + signature[32:])
    assert not signature_is_canonical(signature[:63])


def test_a_key_shows_nothing_secret() -> None:
    made = SigningKey.generate()
    assert made.public_key != SigningKey.generate().public_key
    assert repr(made) == f"SigningKey(kid={made.kid.hex()})"
    assert SigningKey(made.seed()).public_key == made.public_key
