"""Pictures that scrutineers sent, encrypted at rest: whoever keeps the server running cannot look at them.

private/phone/
    box.key                     the public key that pictures are sealed for, where the private part itself
                                has none (`cabinet.py`)
    pictures/LABEL/SHA-256.box  a picture without metadata in a sealed box, named by what was sent

The server hears the passphrase the first time alone, or never where the private part is sealed. In clear
stand how many pictures each label sent, when, how large, and the digest of what was sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey, SealedBox

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import read_input
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.cabinet import (
    BOX_KEY,
    box_key_file,
    check_box_key,
    open_box,
    opener_of,
    read_box_key,
)

PHONE, PICTURES, ENDING = "phone", "pictures", ".box"

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

    @property
    def _home(self) -> Path:
        """The directory with the key."""
        return self.private if (self.private / BOX_KEY).is_file() else self._directory

    def begin(self, keyring: Keyring) -> None:
        """Have the box sealed for these keys; nothing changes where it is. Raises InputError where it is
        sealed for others."""
        if self.is_begun():
            check_box_key(self._home, keyring)
        else:
            write_files(self._directory, [box_key_file(keyring)], private=True)

    def is_begun(self) -> bool:
        """Whether there is a key to seal for."""
        return (self._home / BOX_KEY).is_file()

    def put(self, label: str, sent: str, content: bytes) -> None:
        """Seal a picture, durably: `sent` is the SHA-256 of what was sent, in hexadecimal; the same again
        counts once. Raises InputError where the label has sent as many as it may, LogError where it cannot
        be written."""
        path = f"{PICTURES}/{label}/{sent}{ENDING}"
        if (self._directory / path).exists():
            return
        if self.count(label) >= MOST:
            raise InputError("pictures-many", label=label, limit=MOST)
        sealed = SealedBox(read_box_key(self._home)).encrypt(content)
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
        key = opener_of(keyring)
        return (self.picture(path, key) for path in self.paths())

    def paths(self) -> list[Path]:
        """Where the pictures are, by label and digest."""
        return sorted((self._directory / PICTURES).glob(f"*/*{ENDING}"))

    def picture(self, path: Path, key: PrivateKey) -> Picture:
        """One of them. Raises InputError."""
        content = open_box(key, read_input(path, MAX_BOX), path)
        return Picture(path.parent.name, path.name.removesuffix(ENDING), content)
