"""Mirrors of a publication: the list of them that a log signs.

It is a C2SP signed note by the log's key. Its first line is no checkpoint's: an origin has no spaces.

    mirrors of escrutinio.example/tres-islas-2031
    1935000000
    https://a.example/tres-islas/
    https://b.example/tres-islas/

The second line is the moment of signing in seconds since 1970, the others are addresses of whole copies of
the publication (docs/log.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.core.log.notes import (
    MAX_TIMESTAMP,
    Note,
    NoteSigner,
    VerifierKey,
    decode_decimal,
    parse_note,
    verify_note,
)

MIRRORS = "mirrors.note"
"""Path of the signed list in a publication."""

MAX_MIRRORS = 64
MAX_ADDRESS = 500

_FIRST = "mirrors of "
_ADDRESS = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::[0-9]{1,5})?(?:[/?#][!-~]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class MirrorList:
    """The log's origin, the second since 1970 of the signing, and the addresses of publications.

    Raises LogError for an address that is none, one that stands twice, and more than MAX_MIRRORS.
    """

    origin: str
    signed_at: int
    addresses: tuple[str, ...]

    def __post_init__(self) -> None:
        check_addresses(self.addresses)
        if not self.origin or any(c.isspace() for c in self.origin):
            raise LogError("mirrors-origin", origin=repr(self.origin[:100]))
        if not 0 <= self.signed_at <= MAX_TIMESTAMP:
            raise LogError("mirrors-moment", moment=self.signed_at)

    @property
    def text(self) -> bytes:
        """The note text."""
        lines = (f"{_FIRST}{self.origin}", str(self.signed_at), *self.addresses)
        return "".join(f"{line}\n" for line in lines).encode()


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise LogError unless these are at most MAX_MIRRORS different http or https addresses."""
    if len(addresses) > MAX_MIRRORS:
        raise LogError("mirrors-many", size=len(addresses), limit=MAX_MIRRORS)
    for address in addresses:
        if not is_address(address):
            raise LogError("mirror-address", address=repr(address[:100]))
        if addresses.count(address) > 1:
            raise LogError("mirror-twice", address=address[:100])


def is_address(text: str) -> bool:
    """Whether a text is an http or https address of at most MAX_ADDRESS characters of ASCII, as the pages and
    every version of Python read it."""
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def sign_mirrors(listed: MirrorList, signer: NoteSigner) -> bytes:
    """The list as a signed note; raises LogError unless the signer is the log's."""
    if signer.name != listed.origin:
        raise LogError("signer-other-log", name=signer.name, origin=listed.origin)
    return Note(listed.text, (signer.sign(listed.text),)).data


def open_mirrors(data: bytes, keys: Iterable[VerifierKey], place: str = MIRRORS) -> MirrorList:
    """Read a signed list strictly; raises LogError, naming `place`, unless the log it names signed it."""
    note = parse_note(data, place)
    lines = note.text[:-1].decode().split("\n")
    if len(lines) < 2 or not lines[0].startswith(_FIRST):
        raise LogError("mirrors-form", place=place, line=repr(lines[0][:60]))
    try:
        listed = MirrorList(
            lines[0].removeprefix(_FIRST), decode_decimal(lines[1], MAX_TIMESTAMP), tuple(lines[2:])
        )
    except ValueError:
        raise LogError("mirrors-moment-form", place=place, moment=repr(lines[1][:40])) from None
    except LogError as error:
        raise LogError("malformed", place=place, why=error) from None
    verify_note(note, [key for key in keys if key.name == listed.origin], place)
    return listed
