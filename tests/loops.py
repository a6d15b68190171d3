"""Coroutines in a thread of their own: a browser that other tests share has its loop in the tests' thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def in_a_loop(asked: Coroutine[Any, Any, T]) -> T:
    """What a coroutine answers, in a loop and a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result()
