"""Mirrors of a publication: the list that a log signs, and whether each one shows the same log.

The list is a C2SP signed note by the log's key. Its first line is no checkpoint's: an origin has no spaces.

    mirrors of escrutinio.example/tres-islas-2031
    1935000000
    https://a.example/tres-islas/
    https://b.example/tres-islas/

The second line is the moment of signing in seconds since 1970, the others are addresses of whole copies of
the publication (docs/log.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import VerifiedCheckpoint, parse_checkpoint, verify_checkpoint
from escrutinio.core.log.merkle import consistency_proof, range_root, verify_consistency
from escrutinio.core.log.notes import (
    MAX_TIMESTAMP,
    Note,
    NoteSigner,
    VerifierKey,
    decode_decimal,
    parse_note,
    verify_note,
)
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.reader import LogReader, hash_source, open_log

MIRRORS = "mirrors.note"
"""Path of the signed list in a publication."""

MAX_MIRRORS = 64
MAX_ADDRESS = 500

_FIRST = "mirrors of "


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
            raise LogError(f"{self.origin[:100]!r} is not the origin of a log.")
        if not 0 <= self.signed_at <= MAX_TIMESTAMP:
            raise LogError(f"{self.signed_at} is not a moment in seconds since 1970.")

    @property
    def text(self) -> bytes:
        """The note text."""
        lines = (f"{_FIRST}{self.origin}", str(self.signed_at), *self.addresses)
        return "".join(f"{line}\n" for line in lines).encode()


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise LogError unless these are at most MAX_MIRRORS different http or https addresses."""
    if len(addresses) > MAX_MIRRORS:
        raise LogError(f"There are {len(addresses)} mirrors; at most {MAX_MIRRORS} are listed.")
    for address in addresses:
        if not _usable(address):
            raise LogError(f"The mirror {address[:100]!r} is not an http or https address.")
        if addresses.count(address) > 1:
            raise LogError(f"The mirror {address[:100]} is listed twice.")


def _usable(address: str) -> bool:
    if len(address) > MAX_ADDRESS or not address.isascii() or any(c <= " " or c == "\x7f" for c in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return False


def sign_mirrors(listed: MirrorList, signer: NoteSigner) -> bytes:
    """The list as a signed note; raises LogError unless the signer is the log's."""
    if signer.name != listed.origin:
        raise LogError(f"The key {signer.name} cannot sign for the log {listed.origin}.")
    return Note(listed.text, (signer.sign(listed.text),)).data


def open_mirrors(data: bytes, keys: Iterable[VerifierKey], place: str = MIRRORS) -> MirrorList:
    """Read a signed list strictly; raises LogError, naming `place`, unless the log it names signed it."""
    note = parse_note(data, place)
    lines = note.text[:-1].decode().split("\n")
    if len(lines) < 2 or not lines[0].startswith(_FIRST):
        raise LogError(f"{place} is not a list of mirrors: its first line is {lines[0][:60]!r}.")
    try:
        listed = MirrorList(
            lines[0].removeprefix(_FIRST), decode_decimal(lines[1], MAX_TIMESTAMP), tuple(lines[2:])
        )
    except ValueError:
        raise LogError(f"{place} states the moment {lines[1][:40]!r}, which is not a number.") from None
    except LogError as error:
        raise LogError(f"{place} is malformed: {error}") from None
    verify_note(note, [key for key in keys if key.name == listed.origin], place)
    return listed


# --- comparing copies of one log ---


class Standing(StrEnum):
    """What a mirror shows beside the log it is compared with."""

    SAME = "same"
    BEHIND = "behind"
    AHEAD = "ahead"
    SPLIT = "split-view"
    UNPROVED = "unproved"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Copy:
    """A copy of the log: where it is, how it is read, its checkpoint as served and as verified."""

    address: str
    reader: LogReader
    note: bytes
    verified: VerifiedCheckpoint


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """How one mirror stands: by how many entries it is behind or ahead, and why a check failed.

    `checkpoint` is what it served; of a split view it is half of the evidence, to be kept.
    """

    address: str
    standing: Standing
    entries: int = 0
    size: int | None = None
    why: str = ""
    checkpoint: bytes = b""


def open_copy(address: str, policy: Policy) -> Copy | MirrorReport:
    """Read the checkpoint of the publication at an address (or directory) and check it against a policy."""
    try:
        reader = open_log(f"{address.rstrip('/')}/log")
        note = reader.checkpoint()
    except LogError as error:
        return MirrorReport(address, Standing.UNREACHABLE, why=str(error))
    try:
        return Copy(address, reader, note, verify_checkpoint(parse_checkpoint(note), policy))
    except LogError as error:
        return MirrorReport(address, Standing.REFUSED, why=str(error), checkpoint=note)


def compare_copies(base: Copy, mirror: Copy) -> MirrorReport:
    """Whether a mirror's log is the base's, an earlier state of it, a later one, or another history.

    Both checkpoints are verified; the proof comes from the tiles of the longer log.
    """
    ours, theirs = base.verified.checkpoint, mirror.verified.checkpoint

    def report(standing: Standing, entries: int = 0, why: str = "") -> MirrorReport:
        return MirrorReport(mirror.address, standing, entries, theirs.size, why, mirror.note)

    if ours.origin != theirs.origin:
        return report(Standing.REFUSED, why=f"This is the log {theirs.origin}, not {ours.origin}.")
    if ours.size == theirs.size:
        return report(Standing.SAME if ours.root == theirs.root else Standing.SPLIT)
    (short, _), (long, reader) = sorted(
        ((ours, base.reader), (theirs, mirror.reader)), key=lambda each: each[0].size
    )
    hash_at = hash_source(reader, long.size)
    try:
        # The root that the longer log had at the shorter one's size, shown to be so by its own tiles.
        root = range_root(0, short.size, hash_at)
        proof = consistency_proof(short.size, long.size, hash_at)
        verify_consistency(short.size, root, long.size, long.root, proof)
    except LogError as error:
        return report(Standing.UNPROVED, why=f"The tiles of the longer log do not bear it out: {error}")
    if root != short.root:
        return report(Standing.SPLIT)
    return report(Standing.BEHIND if theirs is short else Standing.AHEAD, long.size - short.size)
