"""The keys of whoever publishes an example, a drill or an import: all derived from one master key.

Machines and organisations of a real election hold keys of their own and this is not used. An importer
or a simulation signs for everybody in it, so one secret is enough to keep; each signer's key is
HKDF-SHA-256 (RFC 5869) of it, with the election's code and the signer's name as context.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from escrutinio.core.records.keys import SigningKey

ROOT = "root"
LOG = "log"


class Keyring:
    """Signing keys by signer's name, made when first asked for."""

    def __init__(self, master: SigningKey, election: str) -> None:
        self._master = master
        self._election = election
        self._made: dict[str, SigningKey] = {}

    def seed(self, name: str) -> bytes:
        """The 32 bytes of the private key of `name`."""
        context = f"escrutinio/1 {self._election} {name}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=context).derive(self._master.seed())

    def key(self, name: str) -> SigningKey:
        """The signing key of `name`."""
        if name not in self._made:
            self._made[name] = SigningKey(self.seed(name))
        return self._made[name]
