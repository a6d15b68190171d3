"""The process that `kills` kills: it accepts records and publishes, again and again, as its clock jumps.

    kill_child.py DIRECTORY SEED

It says a line each time round. `acknowledged` gets index and digest of each record once it is accepted,
`shown` every checkpoint that leaves towards the witness, which remembers on disk what it cosigned.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from escrutinio.base.errors import EscrutinioError
from tests.core.log.builders import NOW, LogHome, StrictWitness, policy

WITNESS = "witness"
SEEN = "witness.json"
_JUMPS = (0, 0, -(10**6), 10**6, 4_000, -5)
_SIZES = (1, 2, 7, 60, 300)


class RememberingWitness(StrictWitness):
    """A witness that survives: what it cosigned is on disk before its cosignature leaves."""

    def __init__(self, directory: Path) -> None:
        super().__init__(WITNESS)
        self._seen = directory / SEEN
        self._shown = os.open(directory / "shown", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        if self._seen.exists():
            seen = json.loads(self._seen.read_text())
            self.size, self.root = seen["size"], bytes.fromhex(seen["root"])  # type: ignore[assignment]

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        os.write(self._shown, checkpoint + b"\x00")
        line = super().cosign(old_size, proof, checkpoint)
        beside = self._seen.with_suffix(".new")
        beside.write_text(json.dumps({"size": self.size, "root": self.root.hex()}))
        os.replace(beside, self._seen)
        return line

    def close(self) -> None:
        """Let go of the file of what was shown."""
        os.close(self._shown)


def main(directory: Path, seed: int) -> None:
    """Work until somebody ends it."""
    random = Random(seed)
    acknowledged = os.open(directory / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    home = LogHome(directory)
    with home.publisher(policy(WITNESS, threshold=1), [RememberingWitness(directory)]) as publisher:
        for turn in range(10**9):
            home.now = NOW + random.choice(_JUMPS)
            many = range(random.choice(_SIZES))
            batch = [
                f"{seed} {turn} {each} ".encode() + random.randbytes(random.choice((1, 50, 400)))
                for each in many
            ]
            receipts = home.accept(batch)
            lines = [
                f"{it.index} {sha256(raw).hexdigest()}\n" for it, raw in zip(receipts, batch, strict=True)
            ]
            os.write(acknowledged, "".join(lines).encode())
            if random.random() < 0.8:
                publisher.publish()
            if random.random() < 0.2:
                publisher.sweep()
            print(turn, flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except (EscrutinioError, OSError) as error:
        sys.exit(str(error))
