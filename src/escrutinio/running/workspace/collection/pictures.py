"""Pictures that scrutineers sent, encrypted at rest: whoever keeps the server running cannot look at them.

private/phone/
    box.key                     the public key that pictures are sealed for (X25519, in hexadecimal)
    pictures/LABEL/SHA-256.box  a picture without metadata in a sealed box, named by what was sent

The boxes are libsodium's (X25519, XSalsa20-Poly1305). The private key follows from the collection's
passphrase, which the server hears the first time alone. In clear stand how many
pictures each label sent, when, how large, and the digest of what was sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import read_input
from escrutinio.intake.authoring.keyring import Keyring

PHONE, BOX_KEY, PICTURES, ENDING = "phone", "box.key", "pictures", ".box"
OPENER = "pictures"
"""The name of the key that opens the box, among those that follow from the passphrase."""

MOST = 200
"""Pictures of one label: a station has fewer sheets, and a disk an end."""

MAX_BOX = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was sent: the label of its session, the SHA-256 of what was sent in hexadecimal, and the
    picture itself."""

    label: str
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PictureBox:
    """The pictures of a collection, by the private part of its directory."""

    private: Path

    @property
    def _directory(self) -> Path:
        return self.private / PHONE

    def begin(self, keyring: Keyring) -> None:
        """Have the box sealed for these keys; nothing changes where it is. Raises InputError where it is
        sealed for others."""
        own = bytes(_opener(keyring).public_key).hex()
        if not self.is_begun():
            write_files(self._directory, [(BOX_KEY, f"{own}\n".encode())], private=True)
        elif self._public() != bytes.fromhex(own):
            raise InputError("box-other", path=self._directory / BOX_KEY)

    def is_begun(self) -> bool:
        """Whether there is a key to seal for."""
        return (self._directory / BOX_KEY).is_file()

    def put(self, label: str, sent: str, content: bytes) -> None:
        """Seal a picture, durably: `sent` is the SHA-256 of what was sent, in hexadecimal; the same again
        counts once. Raises InputError where the label has sent as many as it may, LogError where it cannot
        be written."""
        path = f"{PICTURES}/{label}/{sent}{ENDING}"
        if (self._directory / path).exists():
            return
        if self.count(label) >= MOST:
            raise InputError("pictures-many", label=label, limit=MOST)
        sealed = SealedBox(PublicKey(self._public())).encrypt(content)
        write_files(self._directory, [(path, sealed)], private=True)

    def count(self, label: str) -> int:
        """How many pictures a label has sent."""
        try:
            return sum(name.endswith(ENDING) for name in os.listdir(self._directory / PICTURES / label))
        except FileNotFoundError:
            return 0

    def open(self, keyring: Keyring) -> Iterator[Picture]:
        """Every picture, by label and digest. Raises InputError for one that was altered, or was not sealed
        for these keys."""
        box = SealedBox(_opener(keyring))
        for path in sorted((self._directory / PICTURES).glob(f"*/*{ENDING}")):
            try:
                content = box.decrypt(read_input(path, MAX_BOX))
            except CryptoError:
                raise InputError("box-altered", path=path) from None
            yield Picture(path.parent.name, path.name.removesuffix(ENDING), content)

    def _public(self) -> bytes:
        path = self._directory / BOX_KEY
        try:
            key = bytes.fromhex(read_input(path, 200).decode("ascii").strip())
        except ValueError:
            key = b""
        if len(key) != PublicKey.SIZE:
            raise InputError("box-key", path=path)
        return key


def _opener(keyring: Keyring) -> PrivateKey:
    """The private key: of a seed that signs nothing, hashed once more so that it is no signing key either."""
    return PrivateKey(sha256(b"escrutinio pictures" + keyring.seed(OPENER)).digest())
