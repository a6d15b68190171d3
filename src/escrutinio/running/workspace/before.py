"""What stands already where an election is to be published: only more of the same log may take its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from escrutinio.base.errors import LogError, PublicationError, RecordError
from escrutinio.base.files import write_files
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.notes import VerifierKey, verify_note
from escrutinio.core.log.publisher import PARTIAL_TILE_SECONDS
from escrutinio.core.log.reader import CHECKPOINT, open_log, read_entries
from escrutinio.core.log.tiles import Frontier
from escrutinio.core.records.entry import open_record

NO_MOMENT = -1


@dataclass(frozen=True, slots=True)
class Before:
    """The publication in a directory as it stands: its checkpoint and its entries, in order."""

    directory: Path
    checkpoint: SignedCheckpoint
    entries: Sequence[bytes]

    def moments(self) -> list[int]:
        """When each entry says that it was issued, in seconds since 1970; NO_MOMENT for one that is none.

        What is published again keeps its moment, so that only what is new is new.
        """
        return [_moment(raw) for raw in self.entries]

    def is_continued_by(self, records: Sequence[bytes]) -> bool:
        """Whether a log of these records begins with this one."""
        size = len(self.entries)
        frontier, _ = Frontier().extend(b"".join(map(leaf_hash, records[:size])))
        return len(records) >= size and frontier.root == self.checkpoint.checkpoint.root

    def refuse_change(self, records: Sequence[bytes]) -> None:
        """Raise PublicationError where these records are no continuation of what stands there."""
        if not self.entries or self.entries[0] != records[0]:
            raise PublicationError("before-other", directory=self.directory)
        if not self.is_continued_by(records):
            size = len(self.entries)
            raise PublicationError("before-changed", directory=self.directory, size=size)

    def is_forked_by(self, records: Sequence[bytes], verifier: VerifierKey) -> bool:
        """Whether publishing these records with this log key tells a second history of the same log."""
        if self.is_continued_by(records):
            return False
        try:
            verify_note(self.checkpoint.note, [verifier], CHECKPOINT)
        except LogError:
            return False
        return True

    def keep_partial_tiles(self, log: Path) -> None:
        """Give the log that takes this one's place the partial tiles that readers of its checkpoints need.

        They stay until their full tile has been public for an hour, by the time at which it was written.
        Raises LogError, OSError.
        """
        now = (log / CHECKPOINT).stat().st_mtime
        write_files(log, self._partial_tiles(log, now))

    def _partial_tiles(self, log: Path, now: float) -> Iterator[tuple[str, bytes]]:
        old = self.directory / "log"
        for where, _, names in os.walk(old / "tile"):
            if not where.endswith(".p"):
                continue
            at = Path(where).relative_to(old)
            full = at.with_name(at.name.removesuffix(".p"))
            if (old / full).is_file() and (log / full).is_file():
                public = (old / full).stat().st_mtime
                os.utime(log / full, (public, public))
                if now - public >= PARTIAL_TILE_SECONDS:
                    continue
            whole = _widest(log, full)
            for name in names:
                content = (old / at / name).read_bytes() if name.isdigit() else b""
                if content and whole.startswith(content) and not (log / at / name).exists():
                    yield f"{at.as_posix()}/{name}", content


def read_before(target: Path, *, replace: bool) -> Before | None:
    """What stands in a directory; None where nothing does, or only what may be replaced unread.

    Raises PublicationError where it is something else, or, unless it is to be replaced, damaged.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return None
    if not (target / "log" / CHECKPOINT).is_file():
        raise PublicationError("before-not-empty", target=target)
    try:
        reader = open_log(target / "log")
        signed = parse_checkpoint(reader.checkpoint())
        return Before(target, signed, list(read_entries(reader, signed.checkpoint.size)))
    except LogError as error:
        if replace:
            return None
        raise PublicationError("before-damaged", target=target, why=error) from None


def _widest(log: Path, full: Path) -> bytes:
    """The tile as the new log has it, full or as far as it goes."""
    if (log / full).is_file():
        return (log / full).read_bytes()
    partial = log / f"{full}.p"
    widths = sorted((int(name) for name in os.listdir(partial)) if partial.is_dir() else [])
    return (partial / str(widths[-1])).read_bytes() if widths else b""


def _moment(raw: bytes) -> int:
    try:
        return open_record(raw).issued_at
    except RecordError:
        return NO_MOMENT
