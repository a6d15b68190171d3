"""Keys in files: the public one to hand over, the private one encrypted.

Both are JSON of a few hundred bytes, read strictly: a file that says more, or the same in another way, is
not one of ours.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from escrutinio.base.beside import new_file
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError, RecordError
from escrutinio.base.files import real_path, write_files
from escrutinio.base.inputs import as_text, read_input
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.keys import SigningKey, check_public_key
from escrutinio.core.records.text import check_name

MAX_KEY_FILE = 4_096

_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1


@dataclass(frozen=True, slots=True)
class PublicKeyFile:
    """What a key's owner hands to whoever enrols it."""

    name: str
    public_key: bytes

    def text(self) -> str:
        """The file's content: JSON with name, kid and key in hexadecimal."""
        kid, public = key_id(self.public_key).hex(), self.public_key.hex()
        return json.dumps({"name": self.name, "kid": kid, "ed25519": public}, indent=1) + "\n"


def read_public_key(text: str) -> PublicKeyFile:
    """Read a public key file strictly. Raises RecordError."""
    data = _table(text)
    if set(data) != {"name", "kid", "ed25519"}:
        raise RecordError("key-file-public")
    public = check_public_key(_hex(data["ed25519"]))
    if _hex(data["kid"]) != key_id(public):
        raise RecordError("key-file-kid")
    name = data["name"]
    if not isinstance(name, str):
        raise RecordError("key-file-name")
    return PublicKeyFile(check_name(name), public)


class KeyFiles:
    """What writes key files under one passphrase: it is stretched once, however many keys there are.

    Whoever guesses the passphrase opens all of them either way. RFC 7914 and RFC 8439; a key's name is
    authenticated with it. Raises RecordError where the passphrase is empty.
    """

    def __init__(self, passphrase: str) -> None:
        if not passphrase:
            raise RecordError("passphrase-empty")
        self._salt = os.urandom(16)
        self._cipher = ChaCha20Poly1305(_derive(passphrase, self._salt))

    def content(self, name: str, key: SigningKey) -> bytes:
        """The content of the file that keeps `key`."""
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, key.seed(), check_name(name).encode())
        content = {
            "escrutinio-key": 1,
            "name": name,
            "public": key.public_key.hex(),
            "scrypt": [_SCRYPT_N, _SCRYPT_R, _SCRYPT_P, self._salt.hex()],
            "chacha20-poly1305": [nonce.hex(), sealed.hex()],
        }
        return (json.dumps(content, indent=1) + "\n").encode()


def write_key_file(path: Path, name: str, key: SigningKey, passphrase: str) -> None:
    """Keep `key` at `path`, readable by its owner only, encrypted with scrypt and ChaCha20-Poly1305.

    Raises RecordError if the file exists (a key is never overwritten), cannot be written, or the passphrase
    is empty; an unfinished file is removed.
    """
    content = KeyFiles(passphrase).content(name, key)
    try:
        with new_file(path, private=True, durable=True) as file:
            file.write(content)
    except FileExistsError:
        raise RecordError("key-file-exists", path=path) from None
    except OSError as error:
        raise RecordError("key-file-not-written", path=path, why=error.strerror) from None


def replace_key_file(path: Path, name: str, key: SigningKey, passphrase: str) -> None:
    """Keep `key`, which is at `path`, under another passphrase: the file is the old or the new one, whole.

    Raises RecordError if it cannot be written, or the passphrase is empty.
    """
    content, place = KeyFiles(passphrase).content(name, key), real_path(path)
    try:
        write_files(place.parent, [(place.name, content)], private=True)
    except LogError as error:
        raise error.as_kind(RecordError) from None


def read_key_file(path: Path, passphrase: str) -> tuple[str, SigningKey]:
    """The name and the key of a key file. Raises RecordError (wrong passphrase, altered file, not one)."""
    if not path.exists():
        raise RecordError("key-file-missing", path=path)
    # UTF-16 takes two bytes for a character.
    content = read_input(path, 2 * MAX_KEY_FILE + 2, error=RecordError)
    data = _table(as_text(content, str(path), error=RecordError).decode(errors="replace"))
    match data:
        case {
            "escrutinio-key": 1,
            "name": str() as name,
            "public": public,
            "scrypt": [n, r, p, salt],
            "chacha20-poly1305": [nonce, sealed],
        } if len(data) == 5 and (n, r, p) == (_SCRYPT_N, _SCRYPT_R, _SCRYPT_P):
            cipher = ChaCha20Poly1305(_derive(passphrase, _hex(salt)))
        case _:
            raise RecordError("key-file-form", path=path)
    try:
        seed = cipher.decrypt(_hex(nonce), _hex(sealed), check_name(name).encode())
    except (InvalidTag, ValueError):  # ValueError: the nonce is not 12 bytes
        raise RecordError("passphrase-wrong", path=path) from None
    key = SigningKey(seed)
    if key.public_key != _hex(public):
        raise RecordError("key-file-differs", path=path)
    return name, key


def _table(text: str) -> dict[str, object]:
    """The JSON object in `text`; empty if it is none, too long, or says a key twice."""
    try:
        data = json.loads(text, object_pairs_hook=_once) if len(text) <= MAX_KEY_FILE else None
    except (ValueError, RecursionError):
        data = None
    return data if isinstance(data, dict) else {}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands twice")
    return table


def _hex(value: object) -> bytes:
    """Bytes written as lower-case hexadecimal, the one way a key file has."""
    try:
        content = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        content = b""
    if not content or content.hex() != value:
        raise RecordError("key-file-hex")
    return content


def _derive(passphrase: str, salt: bytes) -> bytes:
    secret = passphrase.encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(secret)
