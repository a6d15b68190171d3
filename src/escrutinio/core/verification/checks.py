"""The checks of a verification: their numbers, which never change, and what each can come out as.

The same checks are made of every publication. Each holds, fails, or cannot be judged here, with the reason;
what could not be judged has not held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum, StrEnum
from time import perf_counter

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import CONTEXT, EscrutinioError
from escrutinio.base.words.catalogue import SOURCE
from escrutinio.base.words.say import Said, said_in_all, say_in, say_key

MAX_REASONS = 1000
"""Failures that a check lists at most; it then stops reading, whatever size a hostile checkpoint states."""


ENTRY = "entry"
"""What a place begins with that is an entry of the log; other places are paths."""


class Check(IntEnum):
    """What is checked. A number once given stays with its check; a check that is dropped leaves a gap."""

    CHECKPOINT = 1
    LOG_SIGNATURE = 2
    COSIGNATURES = 3
    ENTRY_BUNDLES = 4
    ROOT = 5
    HASH_TILES = 6
    TRUST_FILE = 7
    DEFINITION = 8
    RECORDS = 9
    SIGNATURES = 10
    ATTACHMENTS = 11
    TABLES = 12
    DATA_FILES = 13
    OFFLINE_VERIFIER = 14
    EARLIER = 15

    @property
    def code(self) -> str:
        """Its name in JSON."""
        return self.name.lower().replace("_", "-")


class Outcome(StrEnum):
    """How a check came out."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong, or that could not be judged: a path, or "entry" and a number; and why."""

    place: str
    why: Said

    @property
    def code(self) -> str | None:
        """What a program knows it by: the code of a refusal or of a finding; None for any other reason."""
        code = getattr(self.why, "code", None)
        return code if isinstance(code, str) else None

    def sentence(self, language: str) -> str:
        """Why, in one sentence."""
        return self.why.said_in(language)

    def said_in(self, language: str) -> str:
        """Where and why; a place with which the sentence begins is said once."""
        sentence = self.sentence(language)
        if sentence.startswith(self.place):
            return sentence
        kind, _, number = self.place.partition(" ")
        place = say_in(language, "entry {number}", number=number) if kind == ENTRY else self.place
        return say_key(language, CONTEXT, "at-place", place=place, why=sentence)

    def plain(self) -> dict[str, object]:
        """For JSON: place, code, and the sentence by language."""
        return {"place": self.place, "code": self.code, "sentence": said_in_all(self.why)}

    def __str__(self) -> str:
        return self.said_in(SOURCE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check came to: how many things it looked at, the seconds it took, what failed, what could not
    be judged, and what there is to say of a check that holds."""

    check: Check
    count: int = 0
    seconds: float = 0.0
    failures: tuple[Reason, ...] = ()
    unjudged: tuple[Reason, ...] = ()
    note: Said | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether it holds: only where nothing failed and everything could be judged."""
        if self.failures:
            return Outcome.FAILS
        return Outcome.OPEN if self.unjudged else Outcome.HOLDS


def unjudged(checks: Iterable[Check], place: str, why: Said) -> list[Answer]:
    """Answers of checks that cannot be made, all for one reason."""
    return [Answer(check, unjudged=(_reason(place, why),)) for check in checks]


def _reason(place: str, why: Said) -> Reason:
    """A reason. Of an error its code and values are kept, and not the frames that it was raised through."""
    if isinstance(why, EscrutinioError):
        return Reason(place, why.as_kind(EscrutinioError))
    return Reason(place, why)


@dataclass(slots=True)
class Running:
    """A check while it runs."""

    check: Check
    started: float = field(default_factory=perf_counter)
    count: int = 0
    note: Said | None = None
    failures: list[Reason] = field(default_factory=list)
    unjudged: list[Reason] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether it lists as many reasons as it may."""
        return len(self.failures) + len(self.unjudged) >= MAX_REASONS

    def fail(self, place: str, why: Said) -> None:
        """Something is wrong."""
        if not self.full:
            self.failures.append(_reason(place, why))

    def leave_open(self, place: str, why: Said) -> None:
        """Something cannot be judged here."""
        if not self.full:
            self.unjudged.append(_reason(place, why))

    def done(self) -> Answer:
        """The answer, as of now."""
        seconds = perf_counter() - self.started
        return Answer(self.check, self.count, seconds, tuple(self.failures), tuple(self.unjudged), self.note)
