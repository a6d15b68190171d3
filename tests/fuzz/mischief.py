"""A subject that does what no subject should, by which the fuzzers themselves are tested."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from random import Random

from tests.fuzz.subject import Subject, Tried

DIES, HANGS, IS_WRONG, IS_SLOW = 3, 7, 11, 13
"""What becomes of the inputs of these numbers."""


class Mischief(Subject[int]):
    """Ends its process, never ends, is wrong, is slow."""

    name = "mischief"
    about = "the fuzzers"
    count = 20
    batch = 10
    slow = 1.0
    stuck = 2.0
    needs_node = False

    def made(self, seed: int, number: int) -> int:
        return number

    def make(self, random: Random) -> int:
        return random.randrange(self.count)

    def judge(self, inputs: Sequence[int]) -> Iterator[Tried]:
        for number in inputs:
            if number == DIES:
                os._exit(9)
            while number == HANGS:
                pass
            wrong = "this one is wrong" if number == IS_WRONG else ""
            yield Tried(
                "wrong" if wrong else "well", wrong, b"%d" % number, 5.0 if number == IS_SLOW else 0.0
            )
