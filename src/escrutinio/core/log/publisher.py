"""The publisher of a log: the one place where entries become public, in an order that no crash can spoil.

    admit → deduplicate → durable in the store → stage → sign → swap *signed* → write tiles
          → ask witnesses → swap *public* → publish `checkpoint` → give proofs

The steps up to the store are an acceptor's (`accept`), in any number of processes; the rest are the one
publisher's. Nothing signed leaves before the store has it as *signed*, so that after a crash the same
checkpoint is finished, never another one of the same size. The files a checkpoint needs are on disk before
the store calls it *public*, and the store before the world does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from escrutinio.base.errors import LogError
from escrutinio.base.files import DirectoryLock, write_files
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import ReadHashes, range_root
from escrutinio.core.log.notes import NoteSignature, NoteSigner, verify_note
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.proofs import format_proof, make_proof
from escrutinio.core.log.reader import CHECKPOINT, LogReader, hash_source, open_log
from escrutinio.core.log.staging import LogEdge, load_edge
from escrutinio.core.log.store import Head, Store
from escrutinio.core.log.tiles import ENTRIES, TileName, levels
from escrutinio.core.log.witnessing import (
    Asked,
    LogAheadError,
    Witness,
    as_they_come,
    ask_witness,
    check_not_ahead,
    latest_shown,
)

_THE_CHECKPOINT_IN_THE_STORE = Phrase("The checkpoint in the store")
_THE_PUBLISHED_CHECKPOINT = Phrase("The published checkpoint")


WAITING = "checkpoint.waiting"
"""Beside `checkpoint`: the one that was signed after it and lacks its quorum, for witnesses that fetch it."""

MAX_ROUND_ENTRIES = 65_536
"""Entries that one checkpoint adds at most; a larger backlog takes several, so that memory stays bounded."""

MAX_ROUND_BYTES = 64 * 1024 * 1024
"""Bytes of records after which a checkpoint takes no more."""

PARTIAL_TILE_SECONDS = 3600
"""How long partial tiles stay after their full tile is public."""


class Publisher:
    """The only publisher of the log in `directory`, which it locks; a context manager.

    `clock` gives seconds since 1970. `policy` says which of the `witnesses` must have cosigned before a
    checkpoint is public: all are asked at once, it is public as soon as the quorum is there, and nobody is
    waited for longer than `patience` seconds (None: one after the other, for as long as they take). Opening
    it finishes what a crash left undone, and raises LogError when another publisher is at work, when the
    published checkpoint or a witness is ahead of the store, or when they tell another history.
    """

    def __init__(
        self,
        directory: Path,
        store: Store,
        signer: NoteSigner,
        *,
        clock: Callable[[], int],
        policy: Policy | None = None,
        witnesses: Sequence[Witness] = (),
        patience: float | None = None,
    ) -> None:
        self._directory, self._store, self._signer = directory, store, signer
        self._clock, self._policy = clock, policy or Policy()
        self._witnesses, self._patience = tuple(witnesses), patience
        self._reader: LogReader = open_log(directory)
        self._edge: LogEdge | None = None
        self._public: SignedCheckpoint | None = None
        self._public_hashes: ReadHashes | None = None
        self._answers: list[tuple[NoteSignature, ...] | LogError | None] = []
        self._sizes = [0] * len(self._witnesses)
        self._lock = DirectoryLock(directory)
        try:
            self._start()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the lock; the store stays open."""
        self._lock.release()

    # Start: refuse to fork, then finish what was begun.

    def _start(self) -> None:
        self._store.lead()
        signed, public = self._store.head("signed"), self._store.head("public")
        if signed.note:
            self._check_own(parse_checkpoint(signed.note, _THE_CHECKPOINT_IN_THE_STORE), Phrase("the store"))
        edge = load_edge(self._reader, public.size, public.root)
        published = self._published()
        if published is not None:
            self._check_published(published.checkpoint, public)
        seen = self._seen_by_witnesses()
        for place, checkpoint in seen:
            check_not_ahead(self._witnesses[place], checkpoint, signed.size)
        self._edge = self._finish_staging(edge, signed)
        for place, checkpoint in seen:
            if range_root(0, checkpoint.size, hash_source(self._reader.tile, signed.size)) != checkpoint.root:
                name = self._witnesses[place].name
                raise LogError("witness-other-history", name=name, size=checkpoint.size)
            self._sizes[place] = checkpoint.size
        if published is not None and published.note.data == public.note:
            self._public = published
        elif public.note:
            self._release(public)

    def _seen_by_witnesses(self) -> list[tuple[int, Checkpoint]]:
        """The checkpoints of this log that witnesses show, with their places; who is silent shows none."""
        log = self._signer.verifier
        asks = [partial(latest_shown, witness, log) for witness in self._witnesses]
        return [(place, shown) for place, shown in as_they_come(asks, self._patience) if shown is not None]

    def _published(self) -> SignedCheckpoint | None:
        if not (self._directory / CHECKPOINT).exists():
            return None
        published = parse_checkpoint(self._reader.checkpoint(), _THE_PUBLISHED_CHECKPOINT)
        self._check_own(published, str(self._directory))
        return published

    def _check_own(self, signed: SignedCheckpoint, where: str | Said) -> None:
        origin = signed.checkpoint.origin
        if origin != self._signer.name:
            raise LogError("log-other", origin=origin, name=self._signer.name, place=where)
        verify_note(signed.note, [self._signer.verifier], Phrase("The checkpoint in {where}", where=where))

    def _check_published(self, published: Checkpoint, public: Head) -> None:
        if published.size > public.size:
            raise LogAheadError("store-behind", published=published.size, size=public.size)
        root = range_root(0, published.size, hash_source(self._reader.tile, public.size))
        if root != published.root:
            raise LogError("store-other-history", size=published.size)

    def _finish_staging(self, edge: LogEdge, signed: Head) -> LogEdge:
        """Write again all files between the public and the signed checkpoint: a crash may have lost some."""
        while edge.size < signed.size:
            end = min(signed.size, edge.size + MAX_ROUND_ENTRIES)
            edge, files = edge.extend(self._store.pending(edge.size, end, MAX_ROUND_BYTES))
            write_files(self._directory, files)
        if edge.frontier.root != signed.root:
            raise LogError("store-root")
        return edge

    # The order of an append, from the store on.

    def publish(self) -> SignedCheckpoint | None:
        """Make all entries public that were accepted by now; the checkpoint now public, or None when nothing
        became public. What is accepted meanwhile waits for the next call, so that each comes to an end.

        None means nothing new, or no quorum of witnesses: then `asked` says why, and the next call tries
        again. Witnesses that were named after a checkpoint was public are asked for that one. Raises LogError
        when a file or the store cannot be written, or a witness is ahead.
        """
        latest: SignedCheckpoint | None = None
        available = self._store.size
        while True:
            signed, public = self._store.head("signed"), self._store.head("public")
            if public.note and (self._public is None or self._public.note.data != public.note):
                latest = self._release(public)
            if self._edge is None:
                self._edge = self._finish_staging(load_edge(self._reader, public.size, public.root), signed)
            if signed.size < available:
                signed = self._sign(self._edge, signed, available)
            elif signed.size == public.size and not self._lacks_cosignatures(public):
                return latest
            if not self._make_public(parse_checkpoint(signed.note), public):
                return latest

    def _sign(self, edge: LogEdge, old: Head, available: int) -> Head:
        end = min(available, edge.size + MAX_ROUND_ENTRIES)
        edge, files = edge.extend(self._store.pending(edge.size, end, MAX_ROUND_BYTES))
        checkpoint = Checkpoint(self._signer.name, edge.size, edge.frontier.root)
        new = Head(edge.size, checkpoint.root, sign_checkpoint(checkpoint, self._signer).note.data)
        self._edge = None  # Unknown until the files are written: if that fails, they are staged again.
        self._store.swap_signed(old, new)
        write_files(self._directory, files)
        self._edge = edge
        return new

    def _make_public(self, signed: SignedCheckpoint, old: Head) -> bool:
        """Gather the quorum and swap *public*; whether it was reached."""
        cosigned = self._cosignatures(signed)
        if cosigned is None:
            write_files(self._directory, [(WAITING, signed.note.data)])
            return False
        public = signed.with_signatures(cosigned)
        checkpoint = public.checkpoint
        new = Head(checkpoint.size, checkpoint.root, public.note.data)
        self._store.swap_public(old, new, self._clock())
        return True

    def _lacks_cosignatures(self, public: Head) -> bool:
        """Whether what is public was so before there were these witnesses."""
        if not (public.note and self._witnesses):
            return False
        return not self._is_quorum(parse_checkpoint(public.note).note.signatures)

    def _release(self, public: Head) -> SignedCheckpoint:
        """Publish the file `checkpoint`; from now on proofs lead to it."""
        write_files(self._directory, [(CHECKPOINT, public.note)])
        (self._directory / WAITING).unlink(missing_ok=True)
        self._public, self._public_hashes = parse_checkpoint(public.note), None
        return self._public

    def _cosignatures(self, signed: SignedCheckpoint) -> tuple[NoteSignature, ...] | None:
        """Cosignatures that make up the quorum, in the order of the witnesses; None where they do not.

        Who answers later harms nothing: the answer is noted, and the size that the next request begins from.
        """
        size, log = signed.checkpoint.size, self._signer.verifier
        hash_at = hash_source(self._reader.tile, size)
        answers: list[tuple[NoteSignature, ...] | LogError | None] = [None] * len(self._witnesses)
        self._answers, sizes = answers, self._sizes

        def ask(place: int) -> None:
            try:
                old_size = min(sizes[place], size)
                answers[place] = ask_witness(self._witnesses[place], signed, old_size, hash_at, log)
                sizes[place] = max(sizes[place], size)
            except LogError as error:
                answers[place] = error

        places = range(len(self._witnesses))
        found: dict[int, tuple[NoteSignature, ...]] = {}
        enough = self._is_quorum(())
        for place, _ in as_they_come([partial(ask, place) for place in places], self._patience):
            answer = answers[place]
            if isinstance(answer, LogAheadError):
                raise answer
            if isinstance(answer, tuple):
                found[place] = answer
                enough = self._is_quorum(line for lines in found.values() for line in lines)
                if enough and self._patience is not None:
                    break
        return tuple(line for place in sorted(found) for line in found[place]) if enough else None

    def _is_quorum(self, lines: Iterable[NoteSignature]) -> bool:
        signed = {(line.name, line.key_id) for line in lines}
        return self._policy.satisfied_by(
            {each.name for each in self._policy.witnesses if (each.key.name, each.key.key_id) in signed}
        )

    @property
    def asked(self) -> tuple[Asked, ...]:
        """How each witness stands, by now, to the checkpoint that it was asked for; none if none was."""
        silent = LogError("witness-silent")
        return tuple(
            Asked(witness.name, None if isinstance(answer, tuple) else answer or silent)
            for witness, answer in zip(self._witnesses, self._answers, strict=False)
        )

    @property
    def waits(self) -> tuple[int, int]:
        """How many records wait for a moment before they enter the log, and until when (`Store.waits`)."""
        return self._store.waits()

    @property
    def signed_size(self) -> int:
        """Entries of the checkpoint that was signed last."""
        return self._store.head("signed").size

    @property
    def lacks_quorum(self) -> bool:
        """Whether what was signed last is not public yet."""
        return self.signed_size > self._store.head("public").size

    # What others ask of it.

    def proof(self, index: int) -> bytes:
        """The .tlog-proof of a public entry; raises LogError when the entry is not public yet."""
        size = self._public.checkpoint.size if self._public else 0
        if self._public is None or index >= size:
            raise LogError("entry-not-public", index=index, size=size)
        if self._public_hashes is None:
            self._public_hashes = hash_source(self._reader.tile, size)
        return format_proof(make_proof(index, self._public, self._public_hashes))

    def sweep(self) -> int:
        """Remove partial tiles whose full tile has been public for an hour; how many directories of them."""
        moment = self._clock() - PARTIAL_TILE_SECONDS
        removed = 0
        for old_size, size in self._store.filled_before(moment):
            for level in (ENTRIES, *levels(size)):
                height = 8 * (max(level, 0) + 1)
                for index in range(old_size >> height, size >> height):
                    removed += _remove_directory(self._directory / f"{TileName(level, index).full_path}.p")
        self._store.forget_filled(moment)
        return removed


def _remove_directory(path: Path) -> bool:
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LogError("file-not-removed", path=path, why=error.strerror or str(error)) from None
    return True
