"""What a fuzzer is: it makes inputs by chance, tries each, and says what came of it.

Every input is made from the name of its subject, the seed and its own number, so that any one of them can be
made again without the others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from time import process_time
from typing import ClassVar, Generic, TypeVar

from escrutinio.base.errors import EscrutinioError
from tests.fuzz.node import Answer, Node

Given = TypeVar("Given")

REFUSED = None
"""What Python says of an input that it refuses with a sentence."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one input: `label` counts it in the table, `wrong` says what may not be (empty: nothing),
    `given` is the input as it is kept, `seconds` the processor time of the slower side."""

    label: str
    wrong: str = ""
    given: bytes = b""
    seconds: float = 0.0


class Place:
    """Where a subject works: a directory of its own, and the browser's modules under node, which it may share
    with the places beside it."""

    def __init__(self, directory: Path, sharing: Place | None = None) -> None:
        self.directory = directory
        self._sharing = sharing
        directory.mkdir(parents=True, exist_ok=True)

    @cached_property
    def node(self) -> Node:
        """The modules; started when first asked for."""
        return Node() if self._sharing is None else self._sharing.node

    def close(self) -> None:
        """Stop what was started."""
        if self._sharing is None and "node" in self.__dict__:
            self.node.close()


class Subject(ABC, Generic[Given]):
    """One kind of input."""

    name: ClassVar[str]
    """The word for it on the command line."""
    about: ClassVar[str]
    """What is held against what, for the table."""
    count: ClassVar[int]
    """Inputs that `make fuzz` tries."""
    batch: ClassVar[int] = 250
    """Inputs tried together."""
    slow: ClassVar[float] = 2.0
    """Seconds of processor time from which one input is too slow."""
    stuck: ClassVar[float] = 300.0
    """Seconds without an answer after which a process is ended, and its input is one that never ends."""
    needs_node: ClassVar[bool] = True

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def make(self, random: Random) -> Given:
        """An input."""

    @abstractmethod
    def judge(self, inputs: Sequence[Given]) -> Iterable[Tried]:
        """What comes of inputs, one answer for each, in order; each is tried when its answer is asked for."""

    def made(self, seed: int, number: int) -> Given:
        """The input of this number."""
        return self.make(Random(f"{self.name} {seed} {number}"))


class Mirrored(Subject[Given]):
    """What Python and the browser's modules both read: both accept it and find the same, or both refuse."""

    command: ClassVar[str]
    """What the modules are asked to do (`daemon.mjs`)."""

    @abstractmethod
    def question(self, given: Given) -> Mapping[str, object]:
        """The input as the modules take it."""

    @abstractmethod
    def python(self, given: Given) -> object:
        """What Python finds, in the modules' form. Raises EscrutinioError where it refuses."""

    def kept(self, given: Given) -> bytes:
        """The input as it is kept in a file."""
        return given if isinstance(given, bytes) else repr(given).encode("utf-8", "backslashreplace")

    def judge(self, inputs: Sequence[Given]) -> Iterator[Tried]:
        answers = self.place.node.ask(self.command, [self.question(given) for given in inputs])
        for given, answer in zip(inputs, answers, strict=True):
            began = process_time()
            try:
                mine = self.python(given)
            except EscrutinioError:
                mine = REFUSED
            except Exception as error:
                yield Tried("crash in Python", described(error), self.kept(given))
                continue
            label, wrong = compared(mine, answer)
            yield Tried(label, wrong, self.kept(given), max(process_time() - began, answer.seconds))


def compared(mine: object, theirs: Answer) -> tuple[str, str]:
    """How an answer of Python (`REFUSED`, or what it found) stands beside that of the modules, and what parts
    them."""
    if theirs.broken:
        return "crash in JavaScript", theirs.broken
    if mine is REFUSED and theirs.refused:
        return "both refuse", ""
    if mine is REFUSED:
        return "only JavaScript accepts", f"JavaScript reads {theirs.said!r:.1000}"
    if theirs.refused:
        return "only Python accepts", f"JavaScript says {theirs.refused}; Python reads {mine!r:.1000}"
    if mine != theirs.said:
        return "they read differently", f"Python {mine!r:.2000}\nJavaScript {theirs.said!r:.2000}"
    return "both accept", ""


def described(error: BaseException) -> str:
    """An unexpected error with the line it comes from."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}: {error!s:.300}"
