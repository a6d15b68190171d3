"""Beginning to verify before the modules that verify are loaded, which take as long as 5,000 signatures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from escrutinio.base.cores import cores
from escrutinio.base.errors import LogError
from escrutinio.base.fetch import is_remote, open_files
from escrutinio.core.election.bulk.ahead import MOST, Ahead, ahead_of

FEWEST = 2_000
"""Entries of the shortest log for which it is worth a process."""

_NOTE = 1 << 16


_begun: dict[str, Ahead] = {}
"""What began before anybody asked for it, by its address."""


@contextmanager
def begun(address: str | None, *, fewest: int = FEWEST) -> Iterator[None]:
    """Have `signatures_ahead` of this address find them at work already while the block lasts, before even
    the modules are loaded that say what is wanted. Nothing begins for None, nor where it would be no help."""
    with ExitStack() as helped:
        if address is not None:
            with suppress(LogError, OSError):  # whoever asks for it will meet the same
                ahead = helped.enter_context(_at_work(address, fewest))
                if ahead is not None:
                    _begun[address] = ahead
        try:
            yield
        finally:
            _begun.clear()


@contextmanager
def signatures_ahead(address: str | Path, *, fewest: int = FEWEST) -> Iterator[Ahead | None]:
    """Processes that check signatures of the log in a directory ahead, until the block is left.

    None where that is no help: over http, where there is one core, for a short log and for one that cannot be
    read. What they read is never used, and only leads to claims.
    """
    if (ahead := _begun.pop(str(address), None)) is not None:
        yield ahead
        return
    with _at_work(address, fewest) as ahead:
        yield ahead


@contextmanager
def _at_work(address: str | Path, fewest: int) -> Iterator[Ahead | None]:
    size = 0 if sys.platform != "linux" or cores() < 2 or is_remote(address) else _size(address)
    if not fewest <= size <= MOST:
        yield None
        return
    fetch = open_files(address)
    with ahead_of(size, lambda path, limit: fetch(f"log/{path}", limit), cores() - 1) as ahead:
        yield ahead


def _size(address: str | Path) -> int:
    """How many entries the checkpoint states, whoever signed it; 0 where it cannot be read."""
    try:
        note = open_files(address)("log/checkpoint", _NOTE) or b""
        return int(note.split(b"\n", 2)[1])
    except (LogError, IndexError, ValueError):
        return 0
