"""A dossier as plain text: the same sections as its PDF, in lines that any program shows."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.sections import heading, notices, sections
from escrutinio.publication.documents.report.document import Table

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
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    """Columns as wide as they need; the first is text, the others end at the same place."""
    if table.caption:
        yield table.caption
    head = [cell.split("\n") for cell in table.header]
    height = max(map(len, head))
    lines = [tuple(cell[at] if at < len(cell) else "" for cell in head) for at in range(height)]
    lines += table.rows
    widths = [max(len(line[at]) for line in lines) for at in range(len(table.header))]
    for number, line in enumerate(lines):
        cells = (
            c.ljust(w) if at == 0 else c.rjust(w) for at, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
        if number == height - 1:
            yield "  ".join("-" * width for width in widths)
