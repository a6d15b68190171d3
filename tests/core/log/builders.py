"""Logs, keys and a strict witness for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.core.log.accept import Acceptor, Admit, Refusal
from escrutinio.core.log.checkpoint import cosign_checkpoint, parse_checkpoint
from escrutinio.core.log.merkle import EMPTY_ROOT, Hash, verify_consistency
from escrutinio.core.log.notes import KeyType, NoteSigner, VerifierKey, verify_note
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store import Receipt
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.witnessing import Witness, WitnessElsewhereError

ORIGIN = "example.org/elections/test"
NOW = 1_700_000_000


def signer(name: str = ORIGIN, kind: KeyType = KeyType.ED25519) -> NoteSigner:
    return NoteSigner(name, kind, sha256(f"test key of {name}".encode()).digest())


def cosigner(name: str) -> NoteSigner:
    return signer(name, KeyType.COSIGNATURE)


def records(count: int, start: int = 0) -> list[bytes]:
    """Distinct records of different lengths."""
    return [f"record {number} ".encode() + b"x" * (number % 97) for number in range(start, start + count)]


def policy(*witnesses: str, threshold: int = 0) -> Policy:
    """The test log, these witnesses, and a quorum of `threshold` of them."""
    known = tuple(WitnessIdentity(name, cosigner(name).verifier) for name in witnesses)
    groups = (Group("quorum", threshold, witnesses),) if threshold else ()
    return Policy((LogIdentity(signer().verifier),), known, groups, "quorum" if threshold else "none")


class StrictWitness:
    """A witness as tlog-witness describes it, in memory; `reachable` switches it off."""

    def __init__(self, name: str, log: VerifierKey | None = None) -> None:
        self.signer = cosigner(name)
        self.log = log or signer().verifier
        self.name, self.keys = name, (self.signer.verifier,)
        self.size, self.root = 0, EMPTY_ROOT
        self.reachable = True
        self.shown: bytes | None = None

    def latest(self, origin: str) -> bytes | None:
        assert origin == self.log.name
        self._reach()
        return self.shown

    def _reach(self) -> None:
        if not self.reachable:
            raise LogError(f"The witness {self.name} cannot be reached.")

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self._reach()
        signed = parse_checkpoint(checkpoint)
        verify_note(signed.note, [self.log])
        if old_size != self.size:
            raise WitnessElsewhereError(self.name, self.size)
        stated = signed.checkpoint
        verify_consistency(self.size, self.root, stated.size, stated.root, list(map(Hash, proof)))
        self.size, self.root = stated.size, stated.root
        line = cosign_checkpoint(signed, self.signer, NOW)
        self.shown = signed.with_signatures((line,)).note.data
        return line.line


class AdmitAll:
    """Refuses nothing: the tests of this room write bytes, not records of an election."""

    def __init__(self, size: int = 0) -> None:
        self.size = size

    def judge(self, records: Sequence[bytes]) -> list[Refusal | None]:
        return [None] * len(records)

    def later(self, records: Sequence[bytes]) -> list[int]:
        return [0] * len(records)

    def follow(self, entries: Iterable[bytes]) -> bool:
        self.size += len(list(entries))
        return False


class LogHome:
    """A directory with a log and its store, opened as often as a test likes."""

    def __init__(self, directory: Path, name: str = ORIGIN) -> None:
        self.log = directory / "log"
        self.log.mkdir(parents=True, exist_ok=True)
        self.store = SqliteStore(directory / "store.db")
        self.signer = signer(name)
        self.now = NOW

    def acceptor(self, admit: Admit | None = None) -> Acceptor:
        return Acceptor(self.store, open_log(self.log), admit or AdmitAll(self.store.size))

    def accept(self, records: Sequence[bytes]) -> list[Receipt]:
        """Receipts for records, none of which is refused."""
        return [answer for answer in self.acceptor().accept(records) if isinstance(answer, Receipt)]

    def publisher(
        self,
        policy: Policy | None = None,
        witnesses: Sequence[Witness] = (),
        patience: float | None = None,
    ) -> Publisher:
        return Publisher(
            self.log,
            self.store,
            self.signer,
            clock=lambda: self.now,
            policy=policy,
            witnesses=witnesses,
            patience=patience,
        )

    def append(self, publisher: Publisher, records: Sequence[bytes]) -> list[Receipt]:
        """Accept records and publish."""
        receipts = self.accept(records)
        publisher.publish()
        return receipts

    def checkpoint(self) -> bytes:
        return (self.log / "checkpoint").read_bytes()


def waiting(publisher: Publisher) -> list[str]:
    """Why each witness that has not cosigned has not."""
    return [str(each.why) for each in publisher.asked if each.why is not None]


def build_log(directory: Path, entries: Sequence[bytes]) -> LogHome:
    home = LogHome(directory)
    with home.publisher() as publisher:
        home.append(publisher, entries)
    return home
