"""A log that grows by steps, made of the miniature's records: what the night of an election looks like."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from escrutinio.core.election.admission import Admission
from escrutinio.core.election.fold import fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.accept import Acceptor, refused
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import leaf_hash, tree_root
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.trust import Trust
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.render import Rendering, render_site
from tests.paths import ROOT

CLOCK = 1_900_000_000


@dataclass(frozen=True)
class Night:
    """The records of a publication, to be published again bit by bit in another directory."""

    shown: Presentation
    records: Sequence[bytes]
    attachments: Path
    signer: NoteSigner

    @property
    def trust(self) -> Trust:
        """What one must know to verify the log."""
        definition, charter = (sha256(record).digest() for record in self.records[:2])
        return Trust(definition, charter, Policy((LogIdentity(self.signer.verifier),)))

    def state(self, size: int) -> ElectionState:
        """What the first `size` records fold to."""
        return fold([self.records[:size]], self._attachment)

    def _attachment(self, digest: bytes) -> bytes | None:
        return (self.attachments / digest.hex()).read_bytes()

    def checkpoint(self, size: int) -> SignedCheckpoint:
        """The log's checkpoint at a size."""
        root = tree_root([leaf_hash(record) for record in self.records[:size]])
        return sign_checkpoint(Checkpoint(self.signer.name, size, root), self.signer)

    def render(
        self,
        size: int,
        out: Path,
        *,
        languages: Sequence[str] = ("es",),
        executor: Executor | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Rendering:
        """Render the site at a size into a directory that may hold an earlier rendering."""
        return render_site(
            self.state(size),
            self.shown,
            out,
            checkpoint=self.checkpoint(size),
            trust=self.trust,
            progress=lambda *_: None,
            languages=languages,
            executor=executor,
            meanwhile=meanwhile,
        )

    def grow(self, directory: Path, size: int) -> None:
        """Let the log in a directory, which may not be there yet, have `size` entries."""
        log = directory / "log"
        if not log.is_dir():
            log.mkdir(parents=True)
            shutil.copytree(self.attachments, directory / "attachments")
        with (
            closing(SqliteStore(directory.with_suffix(".sqlite"))) as store,
            Publisher(log, store, self.signer, clock=lambda: CLOCK) as publisher,
        ):
            acceptor = Acceptor(store, open_log(log), Admission(self._attachment))
            why = refused(acceptor.accept(self.records[store.size : size]))
            assert not why, why
            publisher.publish()


@cache
def night(published: Path) -> Night:
    """The miniature as published in a directory."""
    reader = open_log(published / "log")
    checkpoint = parse_checkpoint(reader.checkpoint()).checkpoint
    shown = read_config((ROOT / "examples/miniature/election.toml").read_bytes()).shown
    signer = NoteSigner(checkpoint.origin, KeyType.ED25519, sha256(b"key of a growing log").digest())
    records = tuple(read_entries(reader, checkpoint.size))
    return Night(shown, records, published / "attachments", signer)


def contents(directory: Path) -> dict[str, bytes]:
    """Every file below a directory, by its path."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
