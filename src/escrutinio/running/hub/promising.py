"""The promises of a receiver: a record will be in the log by then, signed with its key and remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError, RecordError
from escrutinio.base.files import write_files
from escrutinio.core.log.store import Held
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import decode_payload, seal
from escrutinio.core.records.keys import KeyHolder
from escrutinio.running.hub.journal import Received, ReceivedJournal
from escrutinio.running.workspace.workspace import Workspace

JOURNAL = "received.sqlite"
"""In the private part: what was promised, and what the log is still to be told of."""

_LONGEST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class ReceiverKey:
    """What promises are signed with: the key, its enrolled name, and the seconds that it promises."""

    holder: KeyHolder
    name: str
    seconds: int


class Promising:
    """Gives promises and finds them again; not for two threads at once. `promising` opens one."""

    def __init__(self, election: bytes, key: ReceiverKey, journal: ReceivedJournal) -> None:
        self._election, self._key, self.journal = election, key, journal
        self.trouble: LogError | None = None

    def give(self, fresh: Sequence[tuple[bytes, int, Channel]], moment: int) -> Mapping[bytes, bytes]:
        """Promise records with their indices and channels at a moment, in seconds since 1970: by record, and
        durable."""
        if not fresh:
            return {}
        rows = [
            Received(
                digest=sha256(raw).digest(),
                index=index,
                moment=moment,
                due=moment + self._key.seconds,
                seconds=max(0, min(moment - _issued_at(raw), _LONGEST)),
                channel=channel,
            )
            for raw, index, channel in fresh
        ]
        self.journal.add(rows)
        return {raw: self._sealed(row) for (raw, _, _), row in zip(fresh, rows, strict=True)}

    def due(self, moment: int) -> int:
        """By when something is promised to be public that may enter the log from a moment on."""
        return moment + self._key.seconds

    def of_held(self, held: Held) -> bytes:
        """The promise that was given for a record that waits: the same each time."""
        return self.seal(t.Promise(sha256(held.record).digest(), held.due), held.received)

    def enter(self, entered: Sequence[tuple[Held, int]]) -> None:
        """Remember records that waited and were promised, as they enter the log with their indices."""
        self.journal.add(
            [
                Received(
                    digest=sha256(held.record).digest(),
                    index=index,
                    moment=held.received,
                    due=held.due,
                    seconds=max(0, min(held.received - _issued_at(held.record), _LONGEST)),
                    channel=held.channel,
                )
                for held, index in entered
                if held.due
            ]
        )

    def find(self, digest: bytes) -> bytes:
        """The promise that was given for the record with this SHA-256; nothing where none was."""
        found = self.journal.find(digest)
        return b"" if found is None else self._sealed(found)

    def _sealed(self, row: Received) -> bytes:
        return self.seal(t.Promise(row.digest, row.due), row.moment)

    def seal(self, body: t.Promise | t.Arrival, moment: int) -> bytes:
        """Sign something as the receiver. Raises LogError where its token does not sign; `trouble` is that
        until it does."""
        try:
            sealed = seal(
                body,
                key=self._key.holder,
                signer=self._key.name,
                subject="election",
                election=self._election,
                issued_at=moment,
            )
        except RecordError as error:
            if (token := error.values.get("token")) is None:
                raise
            self.trouble = LogError("hub-token-gone", token=token)
            raise self.trouble from None
        self.trouble = None
        return sealed


@contextmanager
def promising(workspace: Workspace, key: ReceiverKey | None) -> Iterator[Promising | None]:
    """The promises of a workspace's receiver; None for one without a key. Raises LogError."""
    if key is None:
        yield None
        return
    path = workspace.private / JOURNAL
    if not path.exists():
        write_files(workspace.private, [(JOURNAL, b"")], private=True)
    journal = ReceivedJournal(path)
    try:
        yield Promising(bytes.fromhex(workspace.settings.election), key, journal)
    finally:
        journal.close()


def _issued_at(raw: bytes) -> int:
    return int(decode_payload(split(raw).payload)[3])
