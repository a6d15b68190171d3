"""Signed notes and their keys: C2SP signed-note, and the timestamped cosignatures of tlog-cosignature.

Three signature types are made and checked here: 0x01, Ed25519 over the note's text (the log), 0x04, Ed25519
over time and text, and 0x06, ML-DSA-44 over time, name and checkpoint (witnesses). Lines signed by unknown
keys are kept and ignored. Where this installation has no ML-DSA-44, lines of 0x06 cannot be judged: they
count as if they were not there, and whoever asks is told so (`VerifierKey.judged`).
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
from escrutinio.core.log import mldsa

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
    ML_DSA_COSIGNATURE = 6

    @property
    def states_time(self) -> bool:
        """Whether it is a cosigner's: it signs with a time."""
        return self is not KeyType.ED25519


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


def check_key_name(name: str) -> None:
    """Raise LogError unless a key may have this name: a log's is its origin (C2SP signed-note)."""
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
    (small order, not canonical, off the main subgroup), or that is not as long as ML-DSA-44 has it.
    """

    name: str
    type: KeyType
    public_key: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if self.type is KeyType.ML_DSA_COSIGNATURE:
            if len(self.public_key) != mldsa.PUBLIC_KEY_SIZE:
                raise LogError("vkey-ml-dsa", name=self.name, size=mldsa.PUBLIC_KEY_SIZE)
            if len(self.name.encode()) > mldsa.MAX_NAME:
                raise LogError("log-name", name=repr(self.name))
        elif len(self.public_key) != 32 or not crypto_core_ed25519_is_valid_point(self.public_key):
            raise LogError("vkey-point", name=self.name)

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signature lines name this key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @property
    def judged(self) -> bool:
        """Whether this installation can check what the key signed; else its lines count for nothing here."""
        return self.type is not KeyType.ML_DSA_COSIGNATURE or mldsa.is_there()

    def accepts(self, text: bytes, value: bytes) -> int | None:
        """Check a signature's value over a note's text; the timestamp of a cosignature, else None.

        Raises ValueError when the signature does not verify. Ask only a key that is `judged`.
        """
        timestamp: int | None = None
        if self.type.states_time:
            timestamp, value = int.from_bytes(value[:8], "big"), value[8:]
            if timestamp > MAX_TIMESTAMP:
                raise ValueError("timestamp out of range")
            text = cosigned_message(self, text, timestamp)
            if self.type is KeyType.ML_DSA_COSIGNATURE:
                if (
                    timestamp == 0
                ):  # it then speaks of a part of the tree, and not of the largest that was seen
                    raise ValueError("no time")
                mldsa.check(self.public_key, text, value)
                return timestamp
        if len(value) != _SIGNATURE_SIZE:
            raise ValueError("wrong length")
        try:
            crypto_sign_open(value + text, self.public_key)
        except BadSignatureError:
            raise ValueError("wrong signature") from None
        return timestamp


def cosigned_message(key: VerifierKey, text: bytes, timestamp: int) -> bytes:
    """What a cosigner's key signs for a checkpoint's text at a time, in seconds since 1970.

    Ed25519 signs time and text; ML-DSA-44 name, time, and the tree that the text states, from its first leaf:
    for that key this raises ValueError where the text is no checkpoint, since it signs nothing else.
    """
    if key.type is not KeyType.ML_DSA_COSIGNATURE:
        return b"cosignature/v1\ntime %d\n" % timestamp + text
    lines = text.split(b"\n")
    if len(lines) < 4 or not 1 <= len(lines[0]) <= mldsa.MAX_NAME:
        raise ValueError("not a checkpoint")
    size, root = decode_decimal(lines[1].decode(), 2**64 - 1), decode_base64(lines[2].decode())
    if len(root) != 32:
        raise ValueError("not a root")
    cosigner, origin = key.name.encode(), lines[0]
    return b"".join(
        (
            b"subtree/v1\n\x00",
            bytes([len(cosigner)]) + cosigner,
            timestamp.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            bytes(8),
            size.to_bytes(8, "big"),
            root,
        )
    )


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key such as `example.org/log+530d903a+AekyeRrm…`; raises LogError for anything else."""
    if len(text) > 4096 or text.count("+") < 2:
        raise LogError("vkey-form", text=repr(text[:100]))
    name, key_id, material = text.split("+", 2)
    check_key_name(name)
    try:
        data = decode_base64(material)
    except (ValueError, binascii.Error):
        raise LogError("vkey-base64", name=name) from None
    if not data or data[0] not in tuple(KeyType):
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
    """A named private key that signs notes, made from a 32-byte seed; its repr hides the seed.

    A cosigner must not share its seed with another cosigner or with a log (tlog-cosignature).
    """

    name: str
    type: KeyType
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise LogError("private-key-size", name=self.name, size=32)
        check_key_name(self.name)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        if self.type is KeyType.ML_DSA_COSIGNATURE:
            return VerifierKey(self.name, self.type, mldsa.public_key(self.seed))
        return VerifierKey(self.name, self.type, crypto_sign_seed_keypair(self.seed)[0])

    def sign(self, text: bytes, timestamp: int | None = None) -> NoteSignature:
        """Sign a note's text; a cosigner states the time, in seconds since 1970.

        Raises LogError when a time is given to a signer that states none, or missing for one that does, and
        for a text that is no checkpoint where the key signs nothing else.
        """
        stamp, verifier = b"", self.verifier
        if (timestamp is not None) != self.type.states_time:
            raise LogError("key-timed", name=self.name)
        if timestamp is not None:
            if not 0 < timestamp <= MAX_TIMESTAMP:
                raise LogError("cosignature-time", seconds=timestamp)
            stamp = timestamp.to_bytes(8, "big")
            try:
                text = cosigned_message(verifier, text, timestamp)
            except ValueError:
                raise LogError("cosigned-no-checkpoint", name=self.name) from None
        if self.type is KeyType.ML_DSA_COSIGNATURE:
            value = mldsa.sign(self.seed, text)
        else:
            value = crypto_sign(text, crypto_sign_seed_keypair(self.seed)[1])[:_SIGNATURE_SIZE]
        return NoteSignature(self.name, verifier.key_id, stamp + value)


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
    check_key_name(name)
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
    """The known keys that signed a note, in the note's order; signatures of unknown keys are ignored, and so
    are those that cannot be judged here.

    Raises LogError when a signature of a known key fails, which condemns the whole note, or when no
    known key signed it (signed-note).
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified: list[VerifiedSignature] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or not key.judged:
            continue
        try:
            timestamp = key.accepts(note.text, signature.value)
        except ValueError:
            raise LogError("note-signature", place=place, name=key.name) from None
        verified.append(VerifiedSignature(key, timestamp))
    if not verified:
        raise LogError("note-unsigned", place=place)
    return tuple(verified)
