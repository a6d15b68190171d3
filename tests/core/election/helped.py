"""Folding a log with others at work ahead on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from escrutinio.core.election.bulk.ahead import Ahead
from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.tiles import ENTRIES, encode_bundle, tile_names
from tests.core.election.build import Day, codes
from tests.reference.canonical import canonical

UNIT = 24
"""Entries of a unit: enough of them to be read at once, in logs of a hundred."""


@contextmanager
def helped(log: Sequence[bytes], *, helpers: int = 1, wait: bool = True, unit: int = UNIT) -> Iterator[Ahead]:
    """Others at work on this log; with `wait` they have done all of it that they will."""
    files = {
        name.path: encode_bundle(log[name.start : name.start + name.width])
        for name in tile_names(len(log), ENTRIES)
    }
    ahead = Ahead(len(log), unit=unit)
    try:
        ahead.start(lambda path, limit: files.get(path), helpers)
        while wait and ahead.listen(wait=True):
            pass
        yield ahead
    finally:
        ahead.end()


def state(day: Day, ahead: Ahead | None, cuts: Sequence[int] = ()) -> ElectionState:
    """The state of a day, whose log is taken in parts cut at these entries."""
    fold = Fold(day.attachments.get, ahead=ahead)
    for start, end in zip((0, *cuts), (*cuts, len(day.log)), strict=True):
        fold.add(day.log[start:end])
        found = fold.state()
    return found


def same(day: Day, *logs: Sequence[bytes]) -> list[str]:
    """The findings, which are those of a fold alone, whatever others have read in the place of the log: each
    of `logs`, or the log itself."""
    alone = state(day, None)
    said = canonical(alone)
    for log in logs or (day.log,):
        with helped(log) as ahead:
            assert canonical(state(day, ahead)) == said
    return codes(alone)


def with_other(raw: bytes, at: int) -> bytes:
    """The same bytes but for one bit of one of them."""
    return raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]
