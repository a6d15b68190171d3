"""What no document may hide: that an election is not real, and that a copy is no official sheet.

It is said in the first languages, and in the document's own where that is another, so that whoever gets a
page reads it.
"""

from __future__ import annotations

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_also
from escrutinio.core.records.codes import Kind
from escrutinio.publication.documents.labels import KINDS

NOT_REAL = N_("Not a real election.")
COPY = N_("Transcription")
TRANSCRIPTION = N_("Transcription, not an official sheet.")


def not_real(language: str) -> str:
    """That the election is not real."""
    return " ".join(say_also(language, NOT_REAL))


def transcription(language: str) -> tuple[str, ...]:
    """That a sheet is a transcription, a line for each language."""
    return say_also(language, TRANSCRIPTION)


def watermarks(kind: Kind, language: str) -> tuple[str, ...]:
    """The lines of the mark across every page of an election of this kind; none of a real one."""
    return () if kind is Kind.REAL else (_mark(language, KINDS[kind]), not_real(language))


def copy_mark(language: str) -> str:
    """The line of the mark across every page of a transcription."""
    return _mark(language, COPY)


def _mark(language: str, message: str) -> str:
    return " · ".join(say_also(language, message)).upper()
