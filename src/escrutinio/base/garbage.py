"""Looking for garbage less often, where nearly all that is made is kept: each look goes through it again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MADE = 250_000
"""Objects that are made, beyond those let go, between two looks; Python's own number is 700."""


def look_seldom() -> None:
    """From now on in this process; what there is already is not looked at again."""
    gc.freeze()
    gc.set_threshold(_MADE, *gc.get_threshold()[1:])


@contextmanager
def looking_seldom() -> Iterator[None]:
    """While the block runs."""
    before = gc.get_threshold()
    look_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
