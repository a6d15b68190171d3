"""Signed notes, their keys and cosignatures (C2SP signed-note, tlog-cosignature)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.notes import (
    MAX_NOTE,
    MAX_SIGNATURES,
    KeyType,
    Note,
    NoteSignature,
    NoteSigner,
    VerifierKey,
    parse_note,
    parse_signatures,
    parse_vkey,
    verify_note,
)
from tests.core.log.builders import cosigner, signer

# The example at the end of c2sp.org/signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def test_the_example_of_the_specification() -> None:
    key = parse_vkey(VKEY)
    assert str(key) == VKEY
    note = parse_note(EXAMPLE)
    assert note.data == EXAMPLE
    assert [found.key for found in verify_note(note, [key])] == [key]


@given(st.integers(0, len(EXAMPLE) * 8 - 1))
def test_one_altered_bit_is_noticed(bit: int) -> None:
    altered = bytearray(EXAMPLE)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(LogError):
        verify_note(parse_note(bytes(altered)), [parse_vkey(VKEY)])


def test_the_text_may_contain_empty_lines() -> None:
    text = b"one\n\n\ntwo\n"
    note = Note(text, (signer().sign(text),))
    assert parse_note(note.data) == note
    verify_note(note, [signer().verifier])


LINE = signer().sign(b"text\n").line
GOOD = b"text\n\n" + LINE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty line"),
        (b"text\n", "empty line"),
        (b"text\n\n", "The note is not a text, an"),
        (GOOD.replace(b"\n", b"\r\n"), "carriage returns"),
        (b"te\txt\n\n" + LINE, "control characters"),
        (b"te\x00xt\n\n" + LINE, "control characters"),
        (b"te\xffxt\n\n" + LINE, "not UTF-8"),
        (GOOD[:-1], "The note is not a text, an"),
        (b"text\n\n" + LINE + LINE, "signed twice"),
        (b"text\n\n-" + LINE[3:], "The note has a line among its"),
        ("text\n\n\u2014 name\n".encode(), "The note has a line among its"),
        ("text\n\n\u2014  AAAAAAA=\n".encode(), "is not the name of a key"),
        ("text\n\n\u2014 a+b AAAAAAA=\n".encode(), "is not the name of a key"),
        ("text\n\n\u2014 a\u00a0b AAAAAAA=\n".encode(), "is not the name of a key"),
        ("text\n\n\u2014 name AAAA\n".encode(), "The note has a line among its"),
        ("text\n\n\u2014 name AAAAAAA\n".encode(), "The note has a line among its"),
        ("text\n\n\u2014 name AAAAAAB=\n".encode(), "The note has a line among its"),
        ("text\n\n\u2014 name AAAA AAA=\n".encode(), "The note has a line among its"),
        ("text\n\n\u2014 name \u00e1AAAAAA=\n".encode(), "The note has a line among its"),
        (b"x" * (MAX_NOTE + 1), "longer"),
    ],
)
def test_malformed_notes_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(LogError, match=reason):
        parse_note(data)


def test_sixty_four_signatures_are_read_and_no_more() -> None:
    lines = [signer(f"key{n}").sign(b"text\n").line for n in range(MAX_SIGNATURES + 1)]
    assert len(parse_note(b"text\n\n" + b"".join(lines[:-1])).signatures) == MAX_SIGNATURES
    with pytest.raises(LogError, match="65 signatures"):
        parse_note(b"text\n\n" + b"".join(lines))


def test_unknown_keys_are_ignored_and_a_known_one_that_fails_condemns_the_note() -> None:
    text = b"text\n"
    mine, other = signer("mine"), signer("other")
    note = Note(text, (other.sign(text), mine.sign(text)))
    assert [found.key.name for found in verify_note(note, [mine.verifier])] == ["mine"]
    with pytest.raises(LogError, match="No known key signed this checkpoint"):
        verify_note(note, [signer("third").verifier])
    forged = Note(text, (mine.sign(text), NoteSignature("other", other.verifier.key_id, bytes(64))))
    with pytest.raises(LogError, match="signature of other does not hold"):
        verify_note(forged, [mine.verifier, other.verifier])
    same_name = Note(text, (NoteSignature("mine", b"\0\0\0\0", bytes(64)), mine.sign(text)))
    assert len(verify_note(same_name, [mine.verifier])) == 1


def test_a_signature_of_another_length_does_not_verify() -> None:
    line = signer().sign(b"text\n")
    for value in (line.value[:-1], line.value + b"\0", b""):
        with pytest.raises(ValueError, match="wrong length"):
            signer().verifier.accepts(b"text\n", value)


def test_cosignatures_state_their_time() -> None:
    text = b"example.org\n1\nAAAA\n"
    witness = cosigner("witness")
    line = witness.sign(text, 1679315147)
    (found,) = verify_note(Note(text, (line,)), [witness.verifier])
    assert found.timestamp == 1679315147
    later = NoteSignature(line.name, line.key_id, (1679315148).to_bytes(8, "big") + line.value[8:])
    with pytest.raises(LogError, match="The signature of witness does not hold"):
        verify_note(Note(text, (later,)), [witness.verifier])
    beyond = NoteSignature(line.name, line.key_id, b"\xff" * 8 + line.value[8:])
    with pytest.raises(LogError, match="The signature of witness does not hold"):
        verify_note(Note(text, (beyond,)), [witness.verifier])


def test_only_cosigners_state_a_time() -> None:
    with pytest.raises(LogError, match="signs with a time"):
        signer().sign(b"text\n", 1)
    with pytest.raises(LogError, match="signs with a time"):
        cosigner("w").sign(b"text\n")
    for impossible in (0, -1, 2**63):
        with pytest.raises(LogError, match="not a time"):
            cosigner("w").sign(b"text\n", impossible)


def test_one_key_has_two_ids_for_its_two_uses() -> None:
    key = signer().verifier
    assert VerifierKey(key.name, KeyType.COSIGNATURE, key.public_key).key_id != key.key_id


SMALL_ORDER = bytes(32)
IDENTITY = b"\x01" + bytes(31)
NOT_CANONICAL = (2**255 - 19 + 1).to_bytes(32, "little")
NOT_ON_CURVE = b"\x02" + bytes(31)


def vkey_text(public_key: bytes, kind: int = 1) -> str:
    material = base64.b64encode(bytes([kind]) + public_key).decode()
    return f"name+00000000+{material}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name", "not a verifier key"),
        ("x" * 5000, "not a verifier key"),
        (VKEY.replace("example.com/foo", ""), "is not the name of a key"),
        (VKEY.replace("example", "exam ple"), "is not the name of a key"),
        (VKEY.replace("530d903a", "530d903b"), r"The verifier key of example\.com/foo does not"),
        (VKEY.replace("530d903a", "530D903A"), r"The verifier key of example\.com/foo does not"),
        (VKEY[:-1], "valid base64"),
        (
            VKEY.replace("+AekyeRrm", "+AukyeRrm"),
            r"The verifier key of example\.com/foo is neither|The verifier key of name is neither",
        ),
        (vkey_text(SMALL_ORDER), "not a valid Ed25519 point"),
        (vkey_text(IDENTITY), "not a valid Ed25519 point"),
        (vkey_text(NOT_CANONICAL), "not a valid Ed25519 point"),
        (vkey_text(NOT_ON_CURVE), "not a valid Ed25519 point"),
        (vkey_text(bytes(31)), "not a valid Ed25519 point"),
        (vkey_text(b""), "not a valid Ed25519 point"),
        (vkey_text(bytes(1312), 5), "The verifier key of name is neither"),
        (vkey_text(bytes(1312), 6), "does not have the id that it states"),
        (vkey_text(bytes(1311), 6), "is not 1,312 bytes long"),
        (vkey_text(bytes(32), 6), "is not 1,312 bytes long"),
    ],
)
def test_bad_verifier_keys_are_refused(text: str, reason: str) -> None:
    with pytest.raises(LogError, match=reason):
        parse_vkey(text)


def test_a_signer_needs_a_seed_and_hides_it() -> None:
    with pytest.raises(LogError, match="32 bytes"):
        NoteSigner("name", KeyType.ED25519, bytes(31))
    assert repr(signer().seed) not in repr(signer())


def test_signature_lines_alone() -> None:
    lines = parse_signatures(LINE)
    assert [line.line for line in lines] == [LINE]
    for wrong in (b"", b"\n", LINE + b"\n", LINE[:-1]):
        with pytest.raises(LogError):
            parse_signatures(wrong)
