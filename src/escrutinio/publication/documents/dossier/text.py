"""A dossier as plain text: the same sections as its PDF, in lines that any program shows."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from escrutinio.base.text_table import text_table
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.sections import heading, notices, sections

WIDTH = 100


def to_text(dossier: Dossier, language: str) -> str:
    """The whole dossier in one language, lines of at most `WIDTH` characters but for tables."""
    return "\n".join(_lines(dossier, language)) + "\n"


def _lines(dossier: Dossier, language: str) -> Iterator[str]:
    title, election = heading(dossier, language)
    yield from (title, "=" * len(title), election, "")
    for notice in notices(dossier, language):
        yield f"*** {notice} ***"
    for section in sections(dossier, language):
        yield from ("", section.heading, "-" * len(section.heading))
        for sentence in section.sentences:
            yield fill(sentence, WIDTH, break_long_words=False, break_on_hyphens=False)
        for table in section.tables:
            yield ""
            if table.caption:
                yield table.caption
            yield from text_table(table.header, table.rows, ruled=True)
