"""What the children of test_limited do; a module of its own, so that a child loads no more than this."""

import ctypes
import os
import signal
from collections.abc import Iterator

from escrutinio.base.errors import InputError


def squares(numbers: int) -> Iterator[int]:
    print("a decoder may print what it likes", flush=True)
    yield from (number * number for number in range(numbers))


def refuses(text: str) -> Iterator[int]:
    yield 1
    raise InputError(text)


def fails(_: str) -> Iterator[int]:
    yield 1
    raise KeyError("a fault of the decoder")


def fills(_: str) -> Iterator[int]:
    yield 1
    yield len(bytearray(1 << 30))


def fills_in_c(_: str) -> Iterator[int]:
    """As a library in another language does, which says so and aborts."""
    yield 1
    allocate = ctypes.CDLL(None).malloc
    allocate.restype = ctypes.c_void_p
    if allocate(ctypes.c_size_t(1 << 34)) is None:
        os.write(2, b"memory allocation of 17179869184 bytes failed\n")
        os.abort()
    yield 2


def works(_: str) -> Iterator[int]:
    yield 1
    while True:
        pass


def aborts(_: str) -> Iterator[int]:
    yield 1
    os.abort()


def waits(_: str) -> Iterator[int]:
    yield 1
    signal.pause()


def process(_: str) -> int:
    return os.getpid()
