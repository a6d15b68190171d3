"""Keys in files and on tokens: whatever is wrong with one is said in a sentence, and nothing is signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records.entry import seal, verify
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey, check_signature
from escrutinio.core.records.types import CoRecord
from escrutinio.intake.authoring.holders import TokenKey, open_key
from tests.tokens import PIN, Card

NAME = "authority/officer-1"


def refusal(address: object, secret: str = PIN) -> RecordError:
    with pytest.raises(RecordError) as caught:
        open_key(str(address), secret)
    return caught.value


def test_a_key_file_is_a_key(tmp_path: Path) -> None:
    key = SigningKey.generate()
    write_key_file(tmp_path / "k", NAME, key, "words")
    held = open_key(str(tmp_path / "k"), "words")
    assert (held.name, held.holder.public_key) == (NAME, key.public_key)
    assert refusal(tmp_path / "k", "others").code == "passphrase-wrong"


def test_nobody_is_asked_for_the_passphrase_of_a_file_that_is_missing(tmp_path: Path) -> None:
    def asked() -> str:
        raise AssertionError

    with pytest.raises(RecordError) as caught:
        open_key(str(tmp_path / "none"), asked)
    assert caught.value.code == "key-file-missing"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("pkcs11:", "token-address"),
        ("pkcs11:token=x", "token-address"),
        ("pkcs11:object=x", "token-address"),
        ("pkcs11:object=x;object=y?module-path=/m", "token-address"),
        ("pkcs11:object?module-path=/m", "token-address"),
        ("pkcs11:object=x;colour=red?module-path=/m", "token-address"),
        ("pkcs11:object=x;type=cert?module-path=/m", "token-address"),
        ("pkcs11:object=x?module-path=/m&slot=3", "token-address"),
        ("pkcs11:object=x?module-path=/m&pin-value=1234", "token-pin-stated"),
        ("pkcs11:object=x?module-path=/m&pin-source=/p", "token-pin-stated"),
        ("pkcs11:object=x?module-path=/there/is/none.so", "token-module"),
        (f"pkcs11:object=x?module-path={__file__}", "token-module"),
    ],
)
def test_an_address_that_names_no_key_is_refused(address: str, code: str) -> None:
    assert refusal(address).code == code


@pytest.mark.token
def test_a_token_signs_a_record_as_a_file_does(card: Card) -> None:
    card.make_key(NAME)
    held = open_key(card.address(NAME), PIN)
    assert held.name == NAME
    signature = held.holder.sign(b"message")
    check_signature(held.holder.public_key, b"message", signature)
    raw = seal(
        CoRecord(bytes(32)), key=held.holder, signer=NAME, subject="election", election=bytes(32), issued_at=1
    )
    verify(raw, held.holder.public_key)
    assert (held.holder.kid, repr(held.holder)) == (raw[raw.index(held.holder.kid):][:8],
                                                    f"TokenKey(kid={held.holder.kid.hex()})")  # fmt: skip


@pytest.mark.token
def test_two_keys_of_one_token_are_open_at_once(card: Card) -> None:
    card.make_key(NAME)
    card.make_key("authority/root")
    first, second = (open_key(card.address(name), PIN).holder for name in (NAME, "authority/root"))
    assert first.public_key != second.public_key
    check_signature(second.public_key, b"x", second.sign(b"x"))
    check_signature(first.public_key, b"x", first.sign(b"x"))


@pytest.mark.token
def test_a_token_that_was_closed_asks_for_its_pin_again(card: Card) -> None:
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN).holder
    assert isinstance(holder, TokenKey)
    holder.close()
    assert refusal(card.address(NAME), "1234").code == "token-pin"


@pytest.mark.token
def test_each_fault_of_a_token_is_a_sentence(card: Card) -> None:
    card.make_key(NAME)
    card.make_key("twin")
    card.make_key("twin")
    card.make_key("other-curve", "p256")
    found = {
        refusal(card.address(NAME), "1234").code,
        refusal(card.address("nobody")).code,
        refusal(card.address("twin")).code,
        refusal(card.address("other-curve")).code,
        refusal(card.address(NAME, token="another")).code,
        refusal(card.address(NAME, serial="0000")).code,
    }
    assert found == {"token-pin", "token-no-key", "token-two-keys", "token-not-ed25519", "token-missing"}
    assert "officers" in str(refusal(card.address(NAME), "1234"))


@pytest.mark.token
def test_a_token_that_is_pulled_out_signs_nothing(card: Card) -> None:
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN).holder
    holder.sign(b"first")
    card.pull_out()
    with pytest.raises(RecordError, match="was it pulled out") as caught:
        holder.sign(b"second")
    assert caught.value.code == "token-gone"


@pytest.mark.token
def test_a_key_that_stays_signs_again_once_its_token_is_back(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escrutinio.intake.authoring.holders.LOOKS_EVERY", 0.0)
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN, stays=True).holder
    for _ in range(2):
        card.pull_out()
        for _ in range(2):
            with pytest.raises(RecordError) as caught:
                holder.sign(b"gone")
            assert caught.value.code == "token-gone"
        card.put_back()
        check_signature(holder.public_key, b"back", holder.sign(b"back"))


@pytest.mark.token
def test_a_pin_that_a_token_no_longer_takes_is_tried_once(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escrutinio.intake.authoring.holders.LOOKS_EVERY", 0.0)
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN, stays=True).holder
    card.pull_out()
    with pytest.raises(RecordError):
        holder.sign(b"gone")
    card.put_back()
    card.change_pin("another pin")
    for _ in range(2):
        with pytest.raises(RecordError) as caught:
            holder.sign(b"back")
        assert caught.value.code == "token-pin"
    card.change_pin(PIN, "another pin")
    with pytest.raises(RecordError):  # tries are counted, and a locked token is nobody's any more
        holder.sign(b"back")
