"""Keys wherever they are: in an encrypted file, or on a token that signs and never gives them away.

A token (smart card, HSM) is named by a URI of RFC 7512 with the module that speaks to it:

    pkcs11:token=OFFICER;object=authority%2Fofficer-1?module-path=/usr/lib/softhsm/libsofthsm2.so

Its PIN is asked for like a passphrase, and never part of the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from escrutinio.base.errors import RecordError
from escrutinio.base.extras import need
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.keyfiles import read_key_file
from escrutinio.core.records.keys import KeyHolder, check_public_key, check_signature
from escrutinio.core.records.text import check_name

if TYPE_CHECKING:
    from pkcs11 import PublicKey, Session, Token

SCHEME = "pkcs11:"

LOOKS_EVERY = 1.0
"""Seconds between two looks for a token that was pulled out, at least."""

_FINAL = frozenset({"token-pin", "token-locked"})
_ATTRIBUTES = ("token", "serial", "manufacturer", "model", "object", "id", "type")
_OCTETS = b"\x04\x20"  # DER: an octet string of 32 bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A key at hand: the name that it was made for, empty where none is stated, and what signs with it."""

    name: str
    holder: KeyHolder


def open_key(address: str, secret: str | Callable[[], str], *, stays: bool = False) -> Held:
    """The key in a file, or on a token where `address` begins with `pkcs11:`.

    `secret` is the passphrase of the file or the PIN of the token, or asks for it once something is there to
    open. `stays`: for a program that has no other token and nobody beside it: the PIN is kept in memory, and
    a token that was pulled out signs again once it is back. Raises RecordError with what is wrong,
    MissingExtraError where tokens are not supported here.
    """
    asked = secret if callable(secret) else lambda: secret
    if not address.startswith(SCHEME):
        if not Path(address).exists():
            raise RecordError("key-file-missing", path=address)
        return Held(*read_key_file(Path(address), asked()))
    where = _Where.parse(address)
    need("token")
    holder = _open_token(where, asked) if not stays else _StayingKey(where, asked())
    try:
        name = check_name(where.said.get("object", ""))
    except RecordError:
        name = ""
    return Held(name, holder)


@dataclass(frozen=True, slots=True)
class _Where:
    """What a URI says of a key: its attributes, and the module that speaks to its token."""

    said: Mapping[str, str]
    module: str

    @classmethod
    def parse(cls, address: str) -> _Where:
        path, _, query = address.removeprefix(SCHEME).partition("?")
        said = _attributes(path, ";", address)
        asked = _attributes(query, "&", address)
        if "pin-value" in asked or "pin-source" in asked:
            raise RecordError("token-pin-stated")
        known = said.get("type", "private") == "private" and not said.keys() - set(_ATTRIBUTES)
        if not known or not {"object", "id"} & said.keys() or asked.keys() != {"module-path"}:
            raise RecordError("token-address", address=repr(address[:200]))
        return cls(said, asked["module-path"])

    @property
    def token(self) -> str:
        """The token in words."""
        return self.said.get("token") or self.said.get("serial") or self.module

    @property
    def key(self) -> str:
        """The key in words."""
        return self.said.get("object") or self.said["id"].encode("latin-1", "replace").hex()

    def is_of(self, token: Token) -> bool:
        """Whether this is the token; where none is named, any one that was set up."""
        has = {
            "token": token.label,
            "serial": token.serial.decode("ascii", "replace").strip(),
            "manufacturer": token.manufacturer_id,
            "model": token.model,
        }
        return bool(token.label) and all(self.said.get(name, value) == value for name, value in has.items())


def _attributes(text: str, separator: str, address: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in filter(None, text.split(separator)):
        name, equals, value = each.partition("=")
        if not equals or not value or name in found:
            raise RecordError("token-address", address=repr(address[:200]))
        found[name] = unquote(value, "latin-1" if name == "id" else "utf-8")
    return found


class TokenKey:
    """A key on a token, in an open session; what it signs is checked before it is handed on."""

    def __init__(self, token: str, session: Session, key: Any, public_key: bytes) -> None:
        self._token, self._session, self._key = token, session, key
        self.public_key = public_key

    @property
    def kid(self) -> bytes:
        """First 8 bytes of SHA-256(public key)."""
        return key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature (RFC 8032, section 5.1.6). Raises RecordError where the token is gone,
        or signs with another key than the one it shows."""
        from pkcs11 import Mechanism, PKCS11Error

        try:
            signature: bytes = self._key.sign(message, mechanism=Mechanism.EDDSA)
        except PKCS11Error as error:
            raise RecordError("token-gone", token=self._token, why=type(error).__name__) from None
        try:
            check_signature(self.public_key, message, signature)
        except RecordError:
            raise RecordError("token-other-key", token=self._token) from None
        return signature

    def close(self) -> None:
        """End the session: the PIN is asked for again."""
        self._session.close()

    def __repr__(self) -> str:
        return f"TokenKey(kid={self.kid.hex()})"


class _StayingKey:
    """A key on a token that may be pulled out and put back. A PIN that the token does not take any more is
    not tried again, since tries are counted; another key under the same name is not this one. For any number
    of threads."""

    def __init__(self, where: _Where, pin: str) -> None:
        self._where, self._pin = where, pin
        self._key = _open_token(where, lambda: pin)
        self._ends: RecordError | None = None
        self._tried = 0.0
        self._lock = Lock()
        self.public_key, self.kid = self._key.public_key, self._key.kid

    def sign(self, message: bytes) -> bytes:
        """As `TokenKey.sign`; where the token is gone, it is looked for again, though not at each call."""
        with self._lock:
            try:
                return self._key.sign(message)
            except RecordError as error:
                if error.code != "token-gone" or not self._comes_back():
                    raise self._ends or error from None
            return self._key.sign(message)

    def close(self) -> None:
        """End the session."""
        self._key.close()

    def __repr__(self) -> str:
        return f"_StayingKey(kid={self.kid.hex()})"

    def _comes_back(self) -> bool:
        if self._ends is not None or monotonic() - self._tried < LOOKS_EVERY:
            return False
        self._tried = monotonic()
        for again in (False, True):
            try:
                found = self._open(again)
            except RecordError as error:
                if error.code in _FINAL:
                    self._ends = error
                    return False
                continue
            if found.public_key != self.public_key:
                found.close()
                return False
            self._key = found
            return True
        return False

    def _open(self, again: bool) -> TokenKey:
        """The key in a new session; `again`: after the module began anew, since some see a token that is back
        only then, and what is open by then no more."""
        from pkcs11 import PKCS11Error, lib

        with suppress(PKCS11Error):
            self._key.close()
        if again:
            try:
                lib(self._where.module).reinitialize()
            except PKCS11Error:
                raise RecordError("token-module", path=self._where.module) from None
        return _open_token(self._where, lambda: self._pin)


def _open_token(where: _Where, pin: Callable[[], str]) -> TokenKey:
    import pkcs11

    if not Path(where.module).is_file():
        raise RecordError("token-module", path=where.module)
    try:
        module = pkcs11.lib(where.module)
        tokens = [slot.get_token() for slot in module.get_slots(token_present=True)]
    except pkcs11.PKCS11Error:
        raise RecordError("token-module", path=where.module) from None
    found = [token for token in tokens if where.is_of(token)]
    if not found:
        raise RecordError("token-missing", token=where.token)
    if len(found) > 1:
        raise RecordError("token-several", token=where.token)
    try:
        session = _session(found[0], pin())
        try:
            return _key(where, session)
        except BaseException:
            session.close()  # else whoever asks next would be known already, whatever PIN they give
            raise
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.ArgumentsBad):
        raise RecordError("token-pin", token=where.token) from None
    except pkcs11.PinLocked:
        raise RecordError("token-locked", token=where.token) from None
    except pkcs11.PKCS11Error as error:
        raise RecordError("token-gone", token=where.token, why=type(error).__name__) from None


def _session(token: Token, pin: str) -> Session:
    """A session in which the token's owner is known; who is known in one is known in all of a program's."""
    import pkcs11

    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:
        return token.open()


def _key(where: _Where, session: Session) -> TokenKey:
    from pkcs11 import Attribute, KeyType, ObjectClass

    private = _only(where, session, ObjectClass.PRIVATE_KEY)
    public: PublicKey = _only(where, session, ObjectClass.PUBLIC_KEY)
    point = bytes(public[Attribute.EC_POINT]) if public.key_type == KeyType.EC_EDWARDS else b""
    if len(point) == 34 and point.startswith(_OCTETS):
        point = point[2:]
    if private.key_type != KeyType.EC_EDWARDS or len(point) != 32:
        raise RecordError("token-not-ed25519", key=where.key, token=where.token)
    return TokenKey(where.token, session, private, check_public_key(point))


def _only(where: _Where, session: Session, kind: Any) -> Any:
    """The one object of this kind that the address names."""
    from pkcs11 import Attribute

    asked: dict[Any, Any] = {Attribute.CLASS: kind}
    if "object" in where.said:
        asked[Attribute.LABEL] = where.said["object"]
    if "id" in where.said:
        asked[Attribute.ID] = where.said["id"].encode("latin-1")
    objects = list(session.get_objects(asked))
    if len(objects) != 1:
        code = "token-two-keys" if objects else "token-no-key"
        raise RecordError(code, key=where.key, token=where.token)
    return objects[0]
