"""A token to test with: SoftHSM 2 keeps one in a directory, which can be pulled out and put back."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

PIN = "a pin for tests"
LABEL = "officers"
CURVES = {"ed25519": "1.3.101.112", "p256": "secp256r1"}

_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@cache
def softhsm() -> str | None:
    """The module of SoftHSM 2, if it is installed."""
    return next((path for path in _PLACES if Path(path).is_file()), None)


@dataclass(frozen=True)
class Card:
    """A token that is plugged in."""

    directory: Path

    @property
    def module(self) -> str:
        found = softhsm()
        assert found is not None
        return found

    def address(self, name: str, token: str = LABEL, **more: str) -> str:
        """The address of a key on it."""
        said = {"token": token, "object": name, **more}
        path = ";".join(f"{key}={quote(value, safe='')}" for key, value in said.items())
        return f"pkcs11:{path}?module-path={self.module}"

    def make_key(self, name: str, curve: str = "ed25519") -> None:
        """A key that the token makes and never gives away."""
        import pkcs11
        from pkcs11 import Attribute, KeyType, Mechanism
        from pkcs11.util.ec import encode_named_curve_parameters

        kind = KeyType.EC_EDWARDS if curve == "ed25519" else KeyType.EC
        how = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if curve == "ed25519" else Mechanism.EC_KEY_PAIR_GEN
        with pkcs11.lib(self.module).get_token(token_label=LABEL).open(user_pin=PIN, rw=True) as session:
            said = {Attribute.EC_PARAMS: encode_named_curve_parameters(CURVES[curve])}
            parameters = session.create_domain_parameters(kind, said, local=True)
            parameters.generate_keypair(mechanism=how, store=True, label=name)

    def change_pin(self, new: str, old: str = PIN) -> None:
        """As another program does."""
        code = (
            "import sys, pkcs11; module, label, old, new = sys.argv[1:]\n"
            "token = pkcs11.lib(module).get_token(token_label=label)\n"
            "with token.open(user_pin=old, rw=True) as session: session.set_pin(old, new)"
        )
        subprocess.run([sys.executable, "-c", code, self.module, LABEL, old, new], check=True)

    def pull_out(self) -> None:
        self.directory.rename(self.directory.with_name("pulled-out"))

    def put_back(self) -> None:
        self.directory.with_name("pulled-out").rename(self.directory)


def plug_in(directory: Path) -> Card:
    """A new token in a directory, seen by this process and those that it starts."""
    import pkcs11

    tokens = directory / "tokens"
    tokens.mkdir()
    settings = directory / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    made = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN]
    subprocess.run(made, check=True, capture_output=True)
    card = Card(tokens)
    pkcs11.lib(card.module).reinitialize()
    return card
