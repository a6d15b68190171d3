"""A dossier as PDF, A4; every page bears the mark of an election that is not real."""

from __future__ import annotations

from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.sections import heading, notices, sections
from escrutinio.publication.documents.pdf_page import MUTED, SERIF, Column, PdfPage
from escrutinio.publication.documents.report.document import Table
from escrutinio.publication.documents.sheets.printed_sheet import NOT_REAL, WATERMARKS

MARGIN = 18.0


def to_pdf(dossier: Dossier, language: str) -> bytes:
    """The dossier in one language; the same log gives the same bytes."""
    title, election = heading(dossier, language)
    kind = dossier.state.definition.body.kind
    marks = (WATERMARKS[kind], NOT_REAL) if kind in WATERMARKS else ()
    page = PdfPage((210, 297), MARGIN, language=language, watermarks=marks)
    page.set_auto_page_break(True, MARGIN + 3)
    page.set_title(page.plain(f"{title} · {election}"))
    page.footing = f"{title} · {election}"
    page.add_page()
    page.paragraph(election, size=9, colour=MUTED)
    page.paragraph(title, font=SERIF, style="B", size=22, after=2)
    for notice in notices(dossier, language):
        page.paragraph(notice, style="B", size=9)
    for section in sections(dossier, language):
        if page.will_page_break(30):
            page.add_page()
        page.ln(5)
        page.start_section(page.plain(section.heading))
        page.paragraph(section.heading, font=SERIF, style="B", size=14)
        for sentence in section.sentences:
            page.paragraph(sentence, font=SERIF, size=10.5, after=1.2)
        for table in section.tables:
            _table(page, table)
    page.say_what_was_lost()
    return bytes(page.output())


def _table(page: PdfPage, table: Table) -> None:
    """A table over the whole width, its head repeated on each page that it reaches."""
    if table.caption:
        page.paragraph(table.caption, size=8.5, style="B", after=0.5)
    rest = len(table.header) - 1
    first = page.epw * (0.34 if rest <= 4 else 0.25)
    columns = (Column(first), *[Column((page.epw - first) / rest, "R")] * rest)
    page.rows(columns, table.rows, size=8, head=table.header)
