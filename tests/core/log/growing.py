"""A log that grows in another process; a module of its own, so that the process loads no more than this."""

from collections.abc import Sequence
from pathlib import Path

from tests.core.log.builders import LogHome


def append(directory: Path, origin: str, records: Sequence[bytes], started: str) -> None:
    """One checkpoint for each of these records; the file `started` is there before the first."""
    home = LogHome(directory, origin)
    with home.publisher() as publisher:
        Path(started).touch()
        for record in records:
            home.append(publisher, [record])
    home.store.close()
