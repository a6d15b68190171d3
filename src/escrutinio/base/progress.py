"""Progress of long work, as whoever does it tells whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


def silent(_step: str, _done: int, _total: int) -> None:
    """A `Progress` that tells nobody."""
