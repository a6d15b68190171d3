"""Signed notes and their keys: C2SP signed-note, and the timestamped cosignatures of tlog-cosignature.

Only two signature types are made and checked here: 0x01, Ed25519 over the note's text (the log), and
0x04, Ed25519 over time and text (witnesses). Lines signed by unknown keys are kept and ignored.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum
from hashlib import sha256

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase, Said

_THE_ANSWER_OF_THE_WITNESS = Phrase("The answer of the witness")
_THE_NOTE = Phrase("The note")


MAX_NOTE = 512 * 1024
"""Bytes of the longest note that is read: 64 post-quantum signatures fit."""

MAX_SIGNATURES = 64
"""Signature lines that a note may have; the specification asks for at least 16."""

MAX_TIMESTAMP = 2**63 - 1
"""Latest time of a cosignature, in seconds since 1970 (tlog-cosignature)."""

_SIGNATURE_SIZE = 64
_DASH = "\u2014 "


class KeyType(IntEnum):
    """Signature type identifier byte of signed-note."""

    ED25519 = 1
    COSIGNATURE = 4


def decode_base64(text: str) -> bytes:
    """Bytes of standard, padded base64 in its one canonical spelling; raises ValueError otherwise."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("not canonical")
    return data


def decode_decimal(text: str, limit: int) -> int:
    """Integer 0 … limit in decimal digits without leading zeros; raises ValueError otherwise."""
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > len(str(limit))
        or (text[0] == "0" and text != "0")
    ):
        raise ValueError("not a canonical decimal")
    value = int(text)
    if value > limit:
        raise ValueError("too large")
    return value


def _check_name(name: str) -> None:
    if not name or len(name) > 255 or "+" in name or any(c.isspace() or c < " " for c in name):
        raise LogError("log-name", name=repr(name))
    try:
        name.encode()
    except UnicodeEncodeError:
        raise LogError("log-name-utf8", name=repr(name)) from None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, as a C2SP verifier key; `str` gives the vkey text.

    Raises LogError for an impossible name, or a public key that libsodium does not take as a valid point
    (small order, not canonical, off the main subgroup).
    """

    name: str
    type: KeyType
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public_key) != 32 or not crypto_core_ed25519_is_valid_point(self.public_key):
            raise LogError("vkey-point", name=self.name)

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signature lines name this key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def accepts(self, text: bytes, value: bytes) -> int | None:
        """Check a signature's value over a note's text; the timestamp of a cosignature, else None.

        Raises ValueError when the signature does not verify.
        """
        timestamp: int | None = None
        if self.type is KeyType.COSIGNATURE:
            timestamp, value = int.from_bytes(value[:8], "big"), value[8:]
            if timestamp > MAX_TIMESTAMP:
                raise ValueError("timestamp out of range")
            text = _cosigned_text(text, timestamp)
        if len(value) != _SIGNATURE_SIZE:
            raise ValueError("wrong length")
        try:
            crypto_sign_open(value + text, self.public_key)
        except BadSignatureError:
            raise ValueError("wrong signature") from None
        return timestamp


def _cosigned_text(text: bytes, timestamp: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % timestamp + text


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key such as `example.org/log+530d903a+AekyeRrm…`; raises LogError for anything else."""
    if len(text) > 4096 or text.count("+") < 2:
        raise LogError("vkey-form", text=repr(text[:100]))
    name, key_id, material = text.split("+", 2)
    _check_name(name)
    try:
        data = decode_base64(material)
    except (ValueError, binascii.Error):
        raise LogError("vkey-base64", name=name) from None
    if data[:1] not in (b"\x01", b"\x04"):
        raise LogError("vkey-type", name=name)
    key = VerifierKey(name, KeyType(data[0]), data[1:])
    if key.key_id.hex() != key_id:
        raise LogError("vkey-id", name=name)
    return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the name and id of its key, and the value that follows the id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> bytes:
        """The line as it stands in the note, with its newline."""
        value = base64.b64encode(self.key_id + self.value).decode()
        return f"{_DASH}{self.name} {value}\n".encode()


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A named private key that signs notes, made from a 32-byte Ed25519 seed; its repr hides the seed.

    A cosigner must not share its seed with another cosigner or with a log (tlog-cosignature).
    """

    name: str
    type: KeyType
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise LogError("private-key-size", name=self.name, size=32)
        _check_name(self.name)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.type, crypto_sign_seed_keypair(self.seed)[0])

    def sign(self, text: bytes, timestamp: int | None = None) -> NoteSignature:
        """Sign a note's text; a cosigner states the time, in seconds since 1970.

        Raises LogError when a time is given to a signer that states none, or missing for one that does.
        """
        public_key, secret_key = crypto_sign_seed_keypair(self.seed)
        stamp = b""
        if (timestamp is not None) != (self.type is KeyType.COSIGNATURE):
            raise LogError("key-timed", name=self.name)
        if timestamp is not None:
            if not 0 < timestamp <= MAX_TIMESTAMP:
                raise LogError("cosignature-time", seconds=timestamp)
            stamp, text = timestamp.to_bytes(8, "big"), _cosigned_text(text, timestamp)
        signature = crypto_sign(text, secret_key)[:_SIGNATURE_SIZE]
        return NoteSignature(
            self.name, VerifierKey(self.name, self.type, public_key).key_id, stamp + signature
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A text ending in a newline, and its signatures; well formed, but not verified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    @property
    def data(self) -> bytes:
        """The note as it is stored and sent."""
        return self.text + b"\n" + b"".join(signature.line for signature in self.signatures)


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A known key whose signature on a note verified, and the time it stated (cosigners only)."""

    key: VerifierKey
    timestamp: int | None


def _text(data: bytes, place: str | Said) -> str:
    if len(data) > MAX_NOTE:
        raise LogError("note-long", place=place, limit=MAX_NOTE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise LogError("not-utf8", place=place) from None
    if "\r" in text:
        raise LogError("note-signs", place=place)
    if any(byte < 0x20 and byte != 0x0A for byte in data):
        raise LogError("note-signs", place=place)
    return text


def _parse_line(line: str, place: str | Said) -> NoteSignature:
    dash, name, value = line[:2], *line[2:].partition(" ")[::2]
    if dash != _DASH:
        raise LogError("note-line", place=place)
    _check_name(name)
    try:
        decoded = decode_base64(value)
    except (ValueError, binascii.Error):
        raise LogError("note-line", place=place) from None
    if len(decoded) < 5:
        raise LogError("note-line", place=place)
    return NoteSignature(name, decoded[:4], decoded[4:])


def parse_signatures(
    data: bytes, place: str | Said = _THE_ANSWER_OF_THE_WITNESS
) -> tuple[NoteSignature, ...]:
    """Read signature lines alone, as a witness returns them; raises LogError, naming `place`."""
    text = _text(data, place)
    if not text.endswith("\n"):
        raise LogError("note-form", place=place)
    lines = text[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LogError("note-many", place=place, size=len(lines), limit=MAX_SIGNATURES)
    signatures = tuple(_parse_line(line, place) for line in lines)
    seen: set[tuple[str, bytes]] = set()
    for signature in signatures:
        if (signature.name, signature.key_id) in seen:
            raise LogError("note-twice", place=place, name=f"{signature.name}+{signature.key_id.hex()}")
        seen.add((signature.name, signature.key_id))
    return signatures


def parse_note(data: bytes, place: str | Said = _THE_NOTE) -> Note:
    """Read a signed note strictly; raises LogError, naming `place`, for anything else (signed-note)."""
    _text(data, place)
    separator = data.rfind(b"\n\n")
    if separator < 0:
        raise LogError("note-form", place=place)
    if separator + 2 == len(data):
        raise LogError("note-form", place=place)
    return Note(data[: separator + 1], parse_signatures(data[separator + 2 :], place))


def verify_note(
    note: Note, keys: Iterable[VerifierKey], place: str | Said = _THE_NOTE
) -> tuple[VerifiedSignature, ...]:
    """The known keys that signed a note, in the note's order; signatures of unknown keys are ignored.

    Raises LogError when a signature of a known key fails, which condemns the whole note, or when no
    known key signed it (signed-note).
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified: list[VerifiedSignature] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        try:
            timestamp = key.accepts(note.text, signature.value)
        except ValueError:
            raise LogError("note-signature", place=place, name=key.name) from None
        verified.append(VerifiedSignature(key, timestamp))
    if not verified:
        raise LogError("note-unsigned", place=place)
    return tuple(verified)
