"""What a reading child has given, kept to be read again: a workbook is slow to open, and often read for
several kinds of rows."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import suppress

Block = list[tuple[int, list[str]]]

IN_MEMORY = 32 << 20
"""Bytes that are kept in memory; what is more lies in a file without a name."""


class Spool:
    """Blocks of rows, taken from their source as they are first asked for."""

    def __init__(self, source: Iterator[Block]) -> None:
        self._source = source
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed by `close`)
        self._ends: list[int] = [0]

    def blocks(self) -> Iterator[Block]:
        """All blocks from the first on. Raises what the source raises."""
        number = 0
        while True:
            if number + 1 < len(self._ends):
                self._file.seek(self._ends[number])
                yield pickle.loads(self._file.read(self._ends[number + 1] - self._ends[number]))
            else:
                try:
                    block = next(self._source)
                except StopIteration:
                    return
                self._file.seek(self._ends[-1])
                self._ends.append(self._ends[-1] + self._file.write(pickle.dumps(block, protocol=5)))
                yield block
            number += 1

    def close(self) -> None:
        """Give the memory and the file back."""
        with suppress(OSError):
            self._file.close()
