"""A process of test_accept: it accepts records into a log, or publishes it, beside others that do too.

    accept_child.py accept DIRECTORY NAME    offers this name's records, then some that all processes offer
    accept_child.py publish DIRECTORY        publishes until its standard input ends, and once more

Each says that it is ready, and begins, opening the store first, when it is told a line: so all do at once.
An accepting process prints a line with the index and the digest of each record, and at the end how many
entries its admission has followed, and the digest of them all.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from tests.core.log.builders import AdmitAll, LogHome

BATCHES = 30
OWN = 12
SHARED = 5


class Following(AdmitAll):
    """Admits all, and digests what it follows."""

    def __init__(self) -> None:
        super().__init__()
        self.digest = sha256()

    def later(self, records: Sequence[bytes]) -> list[int]:
        return [0] * len(records)

    def follow(self, entries: Iterable[bytes]) -> bool:
        taken = list(entries)
        for entry in taken:
            self.digest.update(sha256(entry).digest())
        return super().follow(taken)


def batch(name: str, number: int) -> list[bytes]:
    """Records of this process alone, and some that the others offer as well."""
    own = [f"{name} {number} {each}".encode() for each in range(OWN)]
    return own + [f"shared {number} {each}".encode() for each in range(SHARED)]


def accept(directory: Path, name: str) -> None:
    home = LogHome(directory)
    admit = Following()
    acceptor = home.acceptor(admit)
    for number in range(BATCHES):
        offered = batch(name, number)
        for record, receipt in zip(offered, acceptor.accept(offered), strict=True):
            print(receipt.index, sha256(record).hexdigest())  # type: ignore[union-attr]
    print(admit.size, admit.digest.hexdigest())


def publish(directory: Path) -> None:
    home = LogHome(directory)
    with home.publisher() as publisher:
        while not select.select([sys.stdin], [], [], 0)[0]:
            publisher.publish()
        publisher.publish()


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    if sys.argv[1] == "accept":
        accept(Path(sys.argv[2]), sys.argv[3])
    else:
        publish(Path(sys.argv[2]))
