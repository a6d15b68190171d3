"""Garbage is looked for less often in a block, and as before behind it."""

import gc
from collections.abc import Iterator

import pytest

from escrutinio.base.garbage import looking_seldom


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    """As Python begins: the tests have looked seldom since they were collected."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    gc.unfreeze()
    yield
    gc.set_threshold(*before)
    gc.freeze()


def out() -> None:
    raise ValueError("out")


def test_it_is_as_before_behind_the_block() -> None:
    before, kept = gc.get_threshold(), gc.get_freeze_count()
    with looking_seldom():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > kept
    with pytest.raises(ValueError, match="out"), looking_seldom():
        out()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
