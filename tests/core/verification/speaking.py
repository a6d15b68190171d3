"""What of a reason no catalogue reaches: a message that none has, or English handed on as a value."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping

from escrutinio.base.errors import CONTEXT, EscrutinioError
from escrutinio.base.words.catalogue import catalogue, languages
from escrutinio.base.words.say import Joined, Phrase, PhraseOfMany
from escrutinio.core.verification.checks import Answer, Reason

_PROSE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
_QUOTED = re.compile(r"""^(SHA-256 )?["'].*["'…]$""", re.DOTALL)
_OF_THE_SYSTEM = frozenset(os.strerror(number) for number in errno.errorcode)
"""What the operating system says of a file, in its own language."""


def unreached(said: object) -> Iterator[str]:
    """Every such text in what says itself, however deep."""
    if isinstance(said, Reason):
        yield from unreached(said.why)
    elif isinstance(said, Joined):
        for part in said.parts:
            yield from unreached(part)
    elif isinstance(said, Phrase | PhraseOfMany):
        message = said.message if isinstance(said, Phrase) else said.one
        for language in languages():
            if language != "en" and message not in catalogue(language).messages:
                yield f"{language}: {message}"
        yield from _of_values(said.values)
    elif isinstance(said, EscrutinioError):
        for language in languages():
            if not catalogue(language).has(CONTEXT, said.code):
                yield f"{language}: {said.code}"
        yield from _of_values(said.values)
    elif not hasattr(said, "said_in"):
        yield from _of_values({"": said})


def _of_values(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if name in _OF_PYTHON:
            continue
        if hasattr(value, "said_in"):
            yield from unreached(value)
        elif isinstance(value, str) and _PROSE.search(value) and not _known(value):
            yield value


_OF_PYTHON = frozenset({"detail"})
"""Values that quote, in its own words, what reads a file or a connection."""


def _known(value: str) -> bool:
    return bool(_QUOTED.match(value)) or value in _OF_THE_SYSTEM


def silent(answer: Answer) -> list[str]:
    """What no catalogue reaches of an answer, each of whose sentences is said in every language."""
    found = [] if answer.note is None else list(unreached(answer.note))
    for reason in (*answer.failures, *answer.unjudged):
        found += unreached(reason)
        assert all(reason.said_in(language).strip() for language in languages())
    return found
