"""A witness's directory: its key, encrypted, and what it remembers.

private/            0700
    witness.key     encrypted; the Ed25519 key, from which the ML-DSA-44 key is derived
    witness.sqlite  of each log the checkpoint that was cosigned last
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, write_files
from escrutinio.core.log import mldsa
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.running.witness.memory import WitnessMemory

KEY, MEMORY = "witness.key", "witness.sqlite"


@dataclass(frozen=True, slots=True)
class WitnessHome:
    """The directory of a witness; it need not be there yet."""

    directory: Path

    @property
    def private(self) -> Path:
        """What is the witness's own."""
        return self.directory / "private"

    @property
    def is_there(self) -> bool:
        """Whether it has a key."""
        return (self.private / KEY).exists()

    def make(self, name: str, passphrase: str) -> None:
        """Begin a witness of this name, with a new key. Raises RecordError where there is one already."""
        make_directories(self.private, directory_mode(PRIVATE))
        write_key_file(self.private / KEY, name, SigningKey.generate(), passphrase)

    def signers(self, passphrase: str) -> tuple[NoteSigner, ...]:
        """What it cosigns with: Ed25519, and ML-DSA-44 where that can be had here.

        Raises InputError where there is no witness, RecordError for a wrong passphrase.
        """
        if not self.is_there:
            raise InputError("witness-none", directory=self.directory)
        name, key = read_key_file(self.private / KEY, passphrase)
        ed25519 = NoteSigner(name, KeyType.COSIGNATURE, key.seed())
        if not mldsa.is_there():
            return (ed25519,)
        context = b"escrutinio/1 witness ml-dsa-44"
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=context).derive(key.seed())
        return ed25519, NoteSigner(name, KeyType.ML_DSA_COSIGNATURE, seed)

    def memory(self) -> WitnessMemory:
        """What it remembers. Raises LogError where the file cannot be used."""
        path = self.private / MEMORY
        if not path.exists():
            write_files(self.private, [(MEMORY, b"")], private=True)
        return WitnessMemory(path)
