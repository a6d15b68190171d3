"""Whether the mirrors of a publication show the same log, earlier or later, or another history."""

from __future__ import annotations

from enum import StrEnum

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.checkpoint import VerifiedCheckpoint, parse_checkpoint, verify_checkpoint
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.reader import open_log


class MirrorStanding(StrEnum):
    """What a mirror shows beside the log it is compared with."""

    SAME = "same"
    BEHIND = "behind"
    AHEAD = "ahead"
    SPLIT = "split-view"
    UNPROVED = "unproved"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class MirrorCopy:
    """A copy of the log: where it is, its checkpoint as served and as verified, and the log pinned to it."""

    address: str
    note: bytes
    verified: VerifiedCheckpoint
    log: PinnedLog


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """How one mirror stands: by how many entries it is behind or ahead, and why a check failed.

    `checkpoint` is what it served; of a split view it is half of the evidence, to be kept.
    """

    address: str
    standing: MirrorStanding
    entries: int = 0
    size: int | None = None
    why: Said | None = None
    checkpoint: bytes = b""


def open_copy(address: str, policy: Policy) -> MirrorCopy | MirrorReport:
    """Read the checkpoint of the publication at an address (or directory) and check it against a policy."""
    try:
        reader = open_log(f"{address.rstrip('/')}/log")
        note = reader.checkpoint()
    except LogError as error:
        return MirrorReport(address, MirrorStanding.UNREACHABLE, why=error.as_kind(EscrutinioError))
    try:
        signed = parse_checkpoint(note)
        verified = verify_checkpoint(signed, policy)
        return MirrorCopy(address, note, verified, PinnedLog(reader, signed))
    except LogError as error:
        return MirrorReport(
            address, MirrorStanding.REFUSED, why=error.as_kind(EscrutinioError), checkpoint=note
        )


def compare_copies(base: MirrorCopy, mirror: MirrorCopy) -> MirrorReport:
    """Whether a mirror's log is the base's, an earlier state of it, a later one, or another history.

    Both checkpoints are verified; the proof comes from the tiles of the longer log.
    """
    ours, theirs = base.verified.checkpoint, mirror.verified.checkpoint

    def report(standing: MirrorStanding, entries: int = 0, why: Said | None = None) -> MirrorReport:
        return MirrorReport(mirror.address, standing, entries, theirs.size, why, mirror.note)

    if ours.origin != theirs.origin:
        other = Phrase("This is the log {found}, not {wanted}.", found=theirs.origin, wanted=ours.origin)
        return report(MirrorStanding.REFUSED, why=other)
    if ours.size == theirs.size:
        return report(MirrorStanding.SAME if ours.root == theirs.root else MirrorStanding.SPLIT)
    (short, _), (long, log) = sorted(((ours, base.log), (theirs, mirror.log)), key=lambda each: each[0].size)
    try:
        # The root that the longer log had at the shorter one's size, by tiles that give its own root.
        root = log.root_at(short.size)
    except LogError as error:
        why = Phrase("The tiles of the longer log do not bear it out: {why}", why=error)
        return report(MirrorStanding.UNPROVED, why=why)
    if root != short.root:
        return report(MirrorStanding.SPLIT)
    return report(MirrorStanding.BEHIND if theirs is short else MirrorStanding.AHEAD, long.size - short.size)
