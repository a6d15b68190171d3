"""Accepting records into a log: admit, deduplicate, make durable. The rest of an append is the publisher's.

A record is acknowledged when it is durable. What is refused is counted and never stored. Each record is
judged by what the log says below the index that it gets: an acceptor first reads what others have had
accepted, and judges again when somebody comes in between with an entry that changes who may speak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.core.log.reader import LogReader, read_entries
from escrutinio.core.log.store import Receipt, Store
from escrutinio.core.log.tiles import MAX_ENTRY

MAX_READ_BYTES = 64 * 1024 * 1024
"""Bytes of records that others had accepted which are read at once."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not admitted: the code of the kind, by which it is counted, and why."""

    code: str
    why: EscrutinioError


class Admit(Protocol):
    """Judges records by the entries of the log below them; it has followed the first `size` of them."""

    @property
    def size(self) -> int:
        """How many entries of the log it knows."""

    def judge(self, records: Sequence[bytes]) -> Sequence[Refusal | None]:
        """Say of records that would come next, in this order, which are refused; it stays as it is.

        A record is judged as if those admitted before it were entries already.
        """

    def follow(self, entries: Iterable[bytes]) -> bool:
        """Take the next entries of the log; whether a verdict given before them may change."""

    def later(self, records: Sequence[bytes]) -> Sequence[int]:
        """From when on each of these may enter the log, in seconds since 1970-01-01 UTC; 0 for at once."""


class Acceptor:
    """Takes records into the log that `store` remembers and `reader` reads, as `admit` judges them.

    Any number of processes may have one at the same time, each with an `Admit` of its own, while a publisher
    is at work; one object must not be used by two threads at once.
    """

    def __init__(self, store: Store, reader: LogReader, admit: Admit) -> None:
        self._store, self._reader, self._admit = store, reader, admit
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        """How many records this object has refused, by the code of the reason."""
        return MappingProxyType(self._refused)

    def accept(self, records: Sequence[bytes]) -> list[Receipt | Refusal]:
        """Admit records and make them durable: a `Receipt` is an acknowledgement that no crash takes back.

        Raises LogError, with nothing accepted, when the store fails or the log cannot be read.
        """
        self._catch_up()
        refusals = self._judge(records)
        while (receipts := self._add(admitted := _admitted(records, refusals))) is None:
            if self._catch_up():
                refusals = self._judge(records)
        new = zip(admitted, receipts, strict=True)
        self._admit.follow([record for record, receipt in new if not receipt.duplicate])
        self._refused.update(refusal.code for refusal in refusals if refusal is not None)
        given = iter(receipts)
        return [next(given) if refusal is None else refusal for refusal in refusals]

    def judge(self, records: Sequence[bytes]) -> list[Refusal | None]:
        """Say which records would be refused if they came now; nothing is stored. Raises LogError."""
        self._catch_up()
        return self._judge(records)

    def later(self, records: Sequence[bytes]) -> Sequence[int]:
        """From when on each of these may enter the log, by what it says so far; `accept` asks nobody for it.
        Raises LogError."""
        self._catch_up()
        return self._admit.later(records)

    def _add(self, admitted: list[bytes]) -> list[Receipt] | None:
        return self._store.add(admitted, self._admit.size) if admitted else []

    def _judge(self, records: Sequence[bytes]) -> list[Refusal | None]:
        refusals = [_misfit(record) for record in records]
        verdicts = iter(self._admit.judge(_admitted(records, refusals)))
        return [next(verdicts) if refusal is None else refusal for refusal in refusals]

    def _catch_up(self) -> bool:
        """Read what others have had accepted; whether it may change a verdict."""
        changed = False
        while self._admit.size < (size := self._store.size):
            changed |= self._admit.follow(self._entries(self._admit.size, size))
        return changed

    def _entries(self, start: int, end: int) -> Iterator[bytes]:
        """Entries from `start` on, some at least: from the log where they are public, else from the store."""
        public = self._store.head("public").size
        if start >= public:
            try:
                yield from self._store.pending(start, end, MAX_READ_BYTES)
                return
            except LogError:
                public = self._store.head("public").size
                if start >= public:  # else they became public, and left the store, meanwhile
                    raise
        yield from read_entries(self._reader, public, start)


def refused(answers: Sequence[Receipt | Refusal]) -> LogError | None:
    """What was refused among the answers to records; None if nothing was."""
    found = [(place, answer) for place, answer in enumerate(answers) if isinstance(answer, Refusal)]
    if not found:
        return None
    counts = Counter(refusal.code for _, refusal in found)
    reasons = ", ".join(f"{count:,} {code}" for code, count in sorted(counts.items()))
    place, first = found[0]
    return LogError(
        "records-refused", count=len(found), size=len(answers), reasons=reasons, index=place, why=first.why
    )


def _admitted(records: Sequence[bytes], refusals: Sequence[Refusal | None]) -> list[bytes]:
    return [record for record, refusal in zip(records, refusals, strict=True) if refusal is None]


def _misfit(record: bytes) -> Refusal | None:
    if 0 < len(record) <= MAX_ENTRY:
        return None
    return Refusal("does-not-fit", LogError("entry-size", size=len(record), limit=MAX_ENTRY))
