"""The evidence report as PDF, set in the fonts that every reader of PDF has (Times, Helvetica, Courier).

These fonts have the letters of Western Europe; any other is shown as "?", and the report then says so.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, XPos, YPos

from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.report import Report

ENCODING = "windows-1252"
SERIF, SANS, MONO = "Times", "Helvetica", "Courier"
INK, MUTED = (29, 29, 27), (87, 84, 76)
MARGIN = 20.0
PLOT_WIDTH = 130.0

_SIGNS = str.maketrans({"−": "-", "≥": ">=", "≤": "<=", "→": "->", "\u202f": "\u00a0"})
_ABOUT = re.compile(r"<(title|desc)\b.*?</\1>", re.DOTALL)
_TEXT = re.compile(r"(?<=>)[^<]+(?=</text>)")


def to_pdf(report: Report) -> bytes:
    """The report as an A4 document; the same report gives the same bytes."""
    pdf = _Pdf(report)
    pdf.add_page()
    pdf.cover()
    for chapter in report.chapters:
        pdf.heading(chapter.title, 0)
        for topic in chapter.topics:
            pdf.heading(topic.heading, 1)
            for finding in topic.findings:
                pdf.finding(finding)
            if topic.sources:
                pdf.paragraph(f"{report.method}: {'; '.join(topic.sources)}", size=8.5, colour=MUTED)
    pdf.end()
    return bytes(pdf.output())


def printable(text: str) -> str:
    """The text in the letters of the standard fonts; those that they lack become "?"."""
    return text.translate(_SIGNS).encode(ENCODING, "replace").decode(ENCODING)


class _Pdf(FPDF):
    """The page: margins, a footer with its number, and the few kinds of paragraph that a report has."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.report = report
        self.lost = False
        self.core_fonts_encoding = ENCODING
        # The moment of making is no part of the report: the same log gives the same bytes.
        self.set_creation_date(datetime(1970, 1, 1, tzinfo=UTC))
        self.set_lang(report.language)
        self.set_title(self.plain(f"{report.heading} · {report.title}"))
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN + 5)
        self.set_draw_color(*MUTED)

    def footer(self) -> None:
        """The election and the page's number."""
        self.set_y(-MARGIN)
        self.set_font(SANS, size=8)
        self.set_text_color(*MUTED)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def plain(self, text: str) -> str:
        """As `printable`, remembering whether a letter was lost."""
        found = printable(text)
        self.lost |= found.count("?") > text.count("?")
        return found

    def paragraph(
        self,
        text: str,
        *,
        font: str = SERIF,
        style: str = "",
        size: float = 10.5,
        colour: tuple[int, int, int] = INK,
        after: float = 1.5,
    ) -> None:
        """One paragraph over the whole width."""
        self.set_font(font, style, size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.46, self.plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def cover(self) -> None:
        """What the report is of and what it rests on."""
        report = self.report
        self.paragraph(f"{report.heading} · {report.place}", font=SANS, size=9, colour=MUTED)
        self.paragraph(report.title, style="B", size=22, after=3)
        for notice in report.notices:
            self.paragraph(notice, font=SANS, style="B", size=9)
        self.paragraph(report.lead, size=12.5, after=3)
        for name, value in report.facts:
            self.paragraph(name, font=SANS, size=8, colour=MUTED, after=0)
            self.paragraph(value, font=MONO, size=9)

    def heading(self, text: str, level: int) -> None:
        """A heading of a chapter (0), a topic (1) or a finding (2), with what follows on the same page."""
        size, before, room = ((18, 9, 60), (13.5, 6, 45), (11, 3, 30))[level]
        if self.will_page_break(room):
            self.add_page()
        self.ln(before)
        if level == 0:
            self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
            self.ln(3)
        if level < 2:
            self.start_section(self.plain(text), level)
        self.paragraph(text, style="B", size=size)

    def finding(self, finding: Answer) -> None:
        """One answer: its heading, its sentences, its tables, its plots."""
        if finding.plots and self.will_page_break(PLOT_WIDTH / 2 + 15):
            self.add_page()
        self.heading(finding.heading, 2)
        for text in finding.sentences:
            self.paragraph(text)
        for table in finding.tables:
            self.figures(table)
        for plot in finding.plots:
            self.image(BytesIO(self._drawing(plot)), w=PLOT_WIDTH)

    def figures(self, table: Table) -> None:
        """A table of figures, its head repeated on each page that it reaches."""
        self.paragraph(table.caption, font=SANS, size=8.5, colour=MUTED, after=0.5)
        self.set_font(SANS, size=8.5)
        self.set_text_color(*INK)
        rest = len(table.header) - 1
        each = 40.0 if rest == 1 else 32.0 if rest <= 3 else 25.0 if rest == 4 else 17.0
        first = 65.0 if rest <= 3 else self.epw - each * rest
        widths = (first, *[each] * rest)
        with super().table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=widths,
            width=sum(widths),
            align="L",
            text_align=("LEFT", *["RIGHT"] * rest),
            line_height=4.4,
            padding=(0.6, 0.8),
            headings_style=FontFace(emphasis="BOLD"),
        ) as made:
            for row in (table.header, *table.rows):
                made.row([self.plain(cell) for cell in row])
        self.ln(3)

    def _drawing(self, svg: str) -> bytes:
        """A plot in ink, with its texts in the letters of the fonts; its title stands above it as text."""
        inked = _ABOUT.sub("", svg).replace("currentColor", "#{:02x}{:02x}{:02x}".format(*INK))
        return _TEXT.sub(lambda found: self.plain(found[0]), inked).encode()

    def end(self) -> None:
        """How to get the report again, and that letters were lost where some were."""
        self.ln(4)
        self.paragraph(" ".join(self.report.again), size=9, colour=MUTED)
        if self.lost:
            note = Tongue(self.report.language)(
                'The fonts of this PDF lack some letters, shown as "?"; the HTML report has them all.',
                "Las fuentes de este PDF no tienen algunas letras, que aparecen como «?»; el informe HTML "
                "las tiene todas.",
            )
            self.paragraph(note, size=9, colour=MUTED)
