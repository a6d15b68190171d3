"""Following a log as it grows: its state, its tables and its pages, brought up to it by the batch.

The log is verified once, whole. After that each batch is read, hashed onto the edge of the tree that was
verified, and folded: it costs what the batch costs, and what it leads to is the checkpoint's root or is
refused. Nothing else of the log is read again.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.base.progress import Progress, silent
from escrutinio.core.election.bulk.known import NOTHING, Known
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint, verify_checkpoint
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.policy import NO_QUORUM
from escrutinio.core.log.reader import FileReader, read_entries
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.verification.checks import Check
from escrutinio.core.verification.publication import verify_publication
from escrutinio.core.verification.verified import VerifiedLog


class Follower:
    """Keeps `log`, a verified log, up to its latest checkpoint."""

    def __init__(self, log: VerifiedLog) -> None:
        log.folding.executor = None  # a batch is read sooner here than sent away
        self.log = log

    def advance(self, signed: SignedCheckpoint | None = None) -> VerifiedLog:
        """Bring the log up to a later checkpoint, by default the one that is published now; read once.

        Raises LogError, and stays where it was, where the entries read do not lead from the log as it was to
        that checkpoint, or where the keys of its trust file did not sign it.
        """
        log = self.log
        reader = FileReader(lambda path, limit: log.fetch(f"log/{path}", limit))
        later = signed or parse_checkpoint(reader.checkpoint())
        size = later.checkpoint.size
        if later == log.signed:
            return log
        if size < log.size:
            raise LogError("log-shrunk", size=size, verified=log.size)
        if log.trust is not None:
            verify_checkpoint(later, log.trust.policy)
        entries = list(read_entries(reader, size, log.size))
        pinned = log.pinned.grown(later, [leaf_hash(entry) for entry in entries])
        log.folding.add(entries)
        state = log.folding.state(pinned.root_at)
        self.log = replace(log, state=state, pinned=pinned)
        return self.log


def follow(
    directory: Path,
    trust: Trust,
    *,
    executor: Executor | None = None,
    known: Known = NOTHING,
    progress: Progress = silent,
) -> Follower:
    """Verify `log/` and `attachments/` in a publication's directory, and go on from there.

    Signatures that are `known` are not checked again. A missing quorum is shown, not refused, and so is an
    attachment that no total needs. Raises LogError where a check of the log fails or cannot be made.
    """
    loose = replace(trust, policy=replace(trust.policy, quorum=NO_QUORUM), verifier_html=None)
    found = verify_publication(
        directory, trust=loose, executor=executor, known=known, progress=progress, only_log=True
    )
    for answer in found.asked:
        reasons = (*answer.failures, *answer.unjudged)
        for reason in reasons if answer.check is not Check.ATTACHMENTS else ():
            raise LogError("log-not-verified", address=directory / reason.place, reason=reason.why)
    if found.log is None:
        raise LogError("log-no-election", path=directory / "log")
    for digest in found.log.state.attachments_missing:
        path = directory / "attachments" / file_name(digest)
        raise LogError("totals-file", path=path)
    return Follower(found.log)
