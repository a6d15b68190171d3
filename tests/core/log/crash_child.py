"""The process that test_crash kills: it appends to a log, and notes what it promised and what it showed.

    crash_child.py DIRECTORY    appends ADDED records to the log of BASE entries there

`acknowledged` gets a line once the records are accepted, `shown` every checkpoint that leaves the
process towards a witness. Opening `begin` and `end`, which do not exist, marks the append in a trace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from escrutinio.base.errors import EscrutinioError
from escrutinio.core.log.notes import VerifierKey
from escrutinio.core.log.publisher import PARTIAL_TILE_SECONDS
from tests.core.log.builders import LogHome, StrictWitness, records

BASE = 250
ADDED = 12
"""Enough records to fill a tile of level 0 and begin level 1."""


class ShowingWitness(StrictWitness):
    """A witness that keeps a copy of whatever it is shown."""

    def __init__(self, name: str, shown: Path, log: VerifierKey | None = None) -> None:
        super().__init__(name, log)
        self.copies = os.open(shown, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        os.write(self.copies, checkpoint + b"\x00")
        return super().cosign(old_size, proof, checkpoint)


def mark(directory: Path, name: str) -> None:
    with suppress(OSError):
        os.close(os.open(directory / name, os.O_RDONLY))


def main(directory: Path) -> None:
    acknowledged = os.open(directory / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    witness = ShowingWitness("witness", directory / "shown")
    mark(directory, "begin")
    home = LogHome(directory)
    with home.publisher(witnesses=[witness]) as publisher:
        receipts = home.accept(records(ADDED, BASE))
        os.write(acknowledged, f"{len(receipts)} records\n".encode())
        publisher.publish()
        home.now += PARTIAL_TILE_SECONDS
        publisher.sweep()
    home.store.close()
    mark(directory, "end")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except (EscrutinioError, OSError) as error:
        sys.exit(str(error))
