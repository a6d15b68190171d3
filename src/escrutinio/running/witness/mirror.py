"""A copy of a log that follows it: entries are read, everything else is made from them again, and only what
leads to a checkpoint that the trust file vouches for becomes part of the copy.

Hash tiles are never copied. What a record attaches stands in the copy before the record does; a file that the
address does not have (any more) is named. A run that is stopped anywhere is gone on with by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from escrutinio.base.clock import moment_text
from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import open_files
from escrutinio.base.files import PUBLIC, DirectoryLock, directory_mode, make_directories, write_files
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.embargo import latest_moment
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint, verify_checkpoint
from escrutinio.core.log.merkle import EMPTY_ROOT
from escrutinio.core.log.notes import MAX_NOTE
from escrutinio.core.log.reader import CHECKPOINT, FileReader, open_log, read_entries
from escrutinio.core.log.staging import LogEdge, load_edge
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import MAX_ATTACHMENT, digest_of, file_name
from escrutinio.running.exchange.parcel import ATTACHMENTS, named_attachments

_VERIFIER = "verify.html"
_AT_ONCE = 16_384
"""Entries that are copied together."""


class ResultsWaitError(LogError):
    """What is new has results that may not be public yet, and a mirror that lets them wait copies none of
    it."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a round came to: the checkpoint that the copy has now, how many entries are new, and what these
    attach that the address does not have."""

    signed: SignedCheckpoint
    new: int
    missing: tuple[bytes, ...]


class Mirror:
    """The copy in `directory` of the log at `address`; only one run works at it. A context manager.

    With a `clock` (seconds since 1970) nothing is copied of what is new while that has results which by the
    log's calendar and its extensions may be public later only: a log has no part without what stands before
    it. Raises LogError where another run works at it, and where the copy is damaged.
    """

    def __init__(
        self, address: str, directory: Path, trust: Trust, clock: Callable[[], int] | None = None
    ) -> None:
        self._address, self._directory, self._trust = address, directory, trust
        self._clock, self._known = clock, Admission(self._attached)
        self._fetch = open_files(address)
        self._remote = FileReader(lambda path, limit: self._fetch(f"log/{path}", limit))
        make_directories(directory / "log", directory_mode(PUBLIC))
        self._lock = DirectoryLock(directory / "log")
        try:
            self._signed, self._edge = self._stands()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def _stands(self) -> tuple[SignedCheckpoint | None, LogEdge]:
        local = open_log(self._directory / "log")
        if not (self._directory / "log" / CHECKPOINT).exists():
            return None, load_edge(local, 0, EMPTY_ROOT)
        signed = parse_checkpoint(local.checkpoint())
        verify_checkpoint(signed, self._trust.policy)
        return signed, load_edge(local, signed.checkpoint.size, signed.checkpoint.root)

    def advance(self) -> Copied:
        """Copy what is new. Raises LogError, and the copy stays as it was, where the address cannot be read
        (FileUnreadableError), where results wait (ResultsWaitError), where nobody whom the trust file names
        vouches for what it shows, and where that is another history."""
        try:
            return self._copy()
        except FileUnreadableError:
            self._fetch = open_files(self._address)  # one that was too slow would be asked no more
            raise

    def _copy(self) -> Copied:
        note = self._fetch(f"log/{CHECKPOINT}", MAX_NOTE)
        if note is None:
            raise LogError("source-none")
        signed = parse_checkpoint(note)
        head, size = verify_checkpoint(signed, self._trust.policy).checkpoint, self._edge.size
        if head.size < size:
            raise LogError("log-shrunk", size=head.size, verified=size)
        if self._clock is not None:
            self._let_wait(head.size, self._clock())
        edge, missing = self._edge, list[bytes]()
        entries = read_entries(self._remote, head.size, size)
        while batch := list(islice(entries, _AT_ONCE)):
            self._check_beginning(edge.size, batch)
            missing += self._attach(batch)
            edge, files = edge.extend(batch)
            write_files(self._directory / "log", files)
        if edge.frontier.root != head.root:
            raise LogError("mirror-other-history", size=head.size, verified=size)
        if self._signed is None or signed.note != self._signed.note:
            write_files(self._directory / "log", [(CHECKPOINT, signed.note.data)])
        self._signed, self._edge = signed, edge
        return Copied(signed, edge.size - size, tuple(missing))

    def _let_wait(self, size: int, moment: int) -> None:
        """Raise ResultsWaitError where entries that are new have results that wait at a moment. Nothing of
        them is written before that is known."""
        known, here = self._known, self._edge.size
        if known.size < here:
            known.follow(read_entries(open_log(self._directory / "log"), here, known.size))
        if known.size and latest_moment(known.foundation.body) <= moment:
            return
        ahead, until, at = known.copy(), 0, here
        entries = read_entries(self._remote, size, here)
        while batch := list(islice(entries, _AT_ONCE)):
            self._check_beginning(at, batch)
            ahead.follow(batch)
            if latest_moment(ahead.foundation.body) <= moment:
                return
            at += len(batch)
            until = max(until, *ahead.later(batch))
        if until > moment:
            raise ResultsWaitError("mirror-waits", size=size, copied=here, until=moment_text(until))

    def _attached(self, digest: bytes) -> bytes | None:
        """What an entry attaches, from the copy or else from the address."""
        path = f"{ATTACHMENTS}/{file_name(digest)}"
        try:
            content: bytes | None = (self._directory / path).read_bytes()
        except OSError:
            content = self._fetch(path, MAX_ATTACHMENT)
        return content if content is not None and digest_of(content) == digest else None

    def _check_beginning(self, size: int, batch: list[bytes]) -> None:
        if size == 0:
            wanted = (self._trust.definition, self._trust.charter)
            if tuple(sha256(raw).digest() for raw in batch[:2]) != wanted:
                raise LogError("mirror-other-election")

    def _attach(self, batch: list[bytes]) -> Iterator[bytes]:
        """Copy what entries attach; what cannot be had."""
        named = dict.fromkeys(digest for raw in batch for digest in named_attachments(raw))
        for digest in named:
            path = f"{ATTACHMENTS}/{file_name(digest)}"
            if (self._directory / path).exists():
                continue
            content = self._fetch(path, MAX_ATTACHMENT)
            if content is None or digest_of(content) != digest:
                yield digest
            else:
                write_files(self._directory, [(path, content)])

    def copy_verifier(self) -> None:
        """Copy the `verify.html` that the trust file names, where the address has it. Raises LogError."""
        named, own = self._trust.verifier_html, self._directory / _VERIFIER
        if named is None or (own.exists() and sha256(own.read_bytes()).digest() == named):
            return
        content = self._fetch(_VERIFIER, MAX_ATTACHMENT)
        if content is not None and sha256(content).digest() == named:
            write_files(self._directory, [(_VERIFIER, content)])
