"""A sheet as PDF, for a roll of thermal paper 80 mm wide or for A4.

The modules of the QR code are whole dots of a print head of 8 dots to the millimetre (203 dpi), as large
as the place allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.numerals import in_words
from escrutinio.publication.documents.pdf_page import MONO, SANS, Align, Column, PdfPage
from escrutinio.publication.documents.qr_image import QUIET, QrCode, qr_code
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet, Row

DOT = 0.125
"""A dot of the print head, in mm."""

_LONGEST = 5_000.0  # mm; PDF readers refuse pages beyond 14,400 points
_OBSERVATIONS = 3


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: width and height in mm (no height: as long as its content), margin, font size in points, and
    the place for the QR code, in mm with its quiet zone."""

    width: float
    height: float | None
    margin: float
    size: float
    qr: float


PAPERS = {
    "80mm": Paper(80, None, 4, 8.5, 72),
    "a4": Paper(210, 297, 12, 9, 64),
}


def sheet_pdf(sheet: PrintedSheet, paper: str) -> bytes:
    """The sheet on one of `PAPERS`; the same sheet gives the same bytes. Raises PublicationError."""
    if paper not in PAPERS:
        raise PublicationError(f"there is no paper {paper[:20]!r}; known are: {', '.join(PAPERS)}")
    on = PAPERS[paper]
    code = qr_code(sheet.qr)
    if on.height is not None:
        return bytes(_laid_out(sheet, on, on.height, code).output())
    # A roll is as long as its content: laid out once to measure it, and once more to print it.
    measured = _laid_out(sheet, on, _LONGEST, code)
    height = measured.get_y() + on.margin if measured.page == 1 else _LONGEST
    return bytes(_laid_out(sheet, on, height, code).output())


def _laid_out(sheet: PrintedSheet, paper: Paper, height: float, code: QrCode | None) -> _SheetPage:
    page = _SheetPage(sheet, paper, height)
    page.add_page()
    page.top(code)
    page.votes()
    page.summary()
    page.lines()
    page.bottom(code)
    return page


class _SheetPage(PdfPage):
    """The parts of a sheet from top to bottom; the QR code stands beside the heading, on a roll below."""

    def __init__(self, sheet: PrintedSheet, paper: Paper, height: float) -> None:
        self.wide = paper.height is not None
        super().__init__(
            (paper.width, height),
            paper.margin,
            language=sheet.language,
            watermarks=sheet.watermarks,
            two_tone=not self.wide,
        )
        self.sheet, self.paper = sheet, paper
        self.set_title(self.plain(f"{sheet.kind} · {sheet.station} · {sheet.heading[0]}"))
        if self.wide:
            self.footing = f"{sheet.kind} · {sheet.station} · {sheet.heading[-1]} · {sheet.heading[0]}"
            self.set_auto_page_break(True, paper.margin + 4)
        else:
            self.set_auto_page_break(True, 0)

    def top(self, code: QrCode | None) -> None:
        """Election, contest, station, copy number, and what must not be overlooked."""
        sheet, size, top = self.sheet, self.paper.size, self.get_y()
        beside = self.wide and code is not None
        width = self.epw - self.paper.qr - 4 if beside else self.epw
        align: Align = "L" if self.wide else "C"
        election, when, contest = sheet.heading
        self.paragraph(election, style="B", size=size + 2, align=align, width=width, after=0.5)
        self.paragraph(when, size=size, colour=self.pale, align=align, width=width)
        self.paragraph(sheet.kind.upper(), style="B", size=size + 3, align=align, width=width, after=0.5)
        self.paragraph(contest, style="B", size=size + 1, align=align, width=width)
        self.paragraph(
            self.say("Station ", "Mesa ") + sheet.station, style="B", size=size + 5, align=align, width=width
        )
        for line in sheet.whereabouts:
            self.paragraph(line, size=size, align=align, width=width, after=0.5)
        if sheet.copy is not None:
            number, of = sheet.copy
            text = self.say(f"Copy {number} of {of}", f"Ejemplar {number} de {of}")
            self.paragraph(text, style="B", size=size, align=align, width=width)
        for notice in sheet.notices:
            self.paragraph(notice, style="B", size=size, align=align, width=width, after=0.5)
        if beside and code is not None:
            side = self.qr(code, self.w - self.r_margin - self.paper.qr, top, self._module(code))
            self.set_y(max(self.get_y(), top + side))
        self.ln(2)

    def _module(self, code: QrCode) -> float:
        return floor(self.paper.qr / (code.size + 2 * QUIET) / DOT) * DOT

    def votes(self) -> None:
        """Every option with its figure and the figure in words."""
        say = self.say
        names: tuple[str, ...] = say("No.", "N.º"), say("Card", "Tarjeta"), say("Votes", "Votos")
        columns: tuple[Column, ...] = (Column(8, "R"), Column(40), Column(24, "R"))
        if self.wide:
            names = (*names[:2], say("Candidate", "Candidatura"), names[2], say("In words", "En letras"))
            columns = (columns[0], Column(50), Column(38), columns[2], Column(58))
        self.rows(columns, map(self._cells, self.sheet.rows), size=self.paper.size, head=names)

    def _cells(self, row: Row) -> tuple[str, ...]:
        figure, words = self.say.whole(row.votes), in_words(row.votes, self.sheet.language)
        if self.wide:
            return str(row.number), row.card, row.candidate or row.card, figure, words
        return str(row.number), "\n".join(filter(None, (row.card, row.candidate, f"({words})"))), figure

    def summary(self) -> None:
        """Valid, null, blank and total votes, and what else the sheet and the roll state."""
        self._unbroken(len(self.sheet.summary) * 9)
        self.paragraph(self.say("Summary", "Resumen"), style="B", size=self.paper.size + 1)
        figure = Column(30, "R")
        columns = (Column(70), figure, Column(78)) if self.wide else (Column(42), figure)
        self.rows(columns, map(self._stated_figure, self.sheet.summary), size=self.paper.size)

    def _stated_figure(self, stated: tuple[str, int]) -> tuple[str, ...]:
        label, value = stated
        words, figure = in_words(value, self.sheet.language), self.say.whole(value)
        return (label, figure, words) if self.wide else (f"{label}\n({words})", figure)

    def lines(self) -> None:
        """Room for observations, and a blank line for each who signs."""
        if not self.sheet.signatures:
            return
        self._unbroken(50)
        self.paragraph(self.say("Observations", "Observaciones"), style="B", size=self.paper.size + 1)
        for _ in range(_OBSERVATIONS):
            self.ln(5.5 if self.wide else 6.5)
            self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2.5)
        for group, roles in self.sheet.signatures:
            self._unbroken(26)
            self.paragraph(group, style="B", size=self.paper.size + 1, after=0)
            columns = 3 if self.wide else 1
            for start in range(0, len(roles), columns):
                self._to_sign(roles[start : start + columns], columns)
            self.ln(1.5 if self.wide else 3)

    def _to_sign(self, roles: tuple[str, ...], columns: int) -> None:
        """Blank lines side by side, each with its role below."""
        gap = 6.0
        width = (self.epw - gap * (columns - 1)) / columns
        self._unbroken(14)
        self.ln(6 if self.wide else 8)
        y = self.get_y()
        self.set_font(SANS, size=self.paper.size - 1.5)
        self.set_text_color(*self.pale)
        for column, role in enumerate(roles):
            x = self.l_margin + column * (width + gap)
            self.line(x, y, x + width, y)
            self.set_xy(x, y + 0.5)
            self.cell(width, 3, self.plain(role))
        self.set_xy(self.l_margin, y + 3.5)

    def bottom(self, code: QrCode | None) -> None:
        """The QR code of a roll, where the record is in the log, and how to check the sheet."""
        size, say = self.paper.size, self.say
        if code is None:
            self.paragraph(
                say("This record is too long for a QR code; the log has it.",
                    "Este asiento es demasiado largo para un código QR; el registro lo tiene."),
                style="B", size=size,
            )  # fmt: skip
        elif not self.wide:
            self._unbroken(self.paper.qr + 2)
            module = self._module(code)
            side = (code.size + 2 * QUIET) * module
            self.set_y(self.get_y() + self.qr(code, (self.w - side) / 2, self.get_y(), module))
        self.ln(1)
        if self.wide:
            columns = (Column(56), Column(self.epw - 56))
            self.rows(columns, self.sheet.provenance, size=size - 1)
        else:
            for label, value in self.sheet.provenance:
                self.paragraph(label, size=size - 1.5, colour=self.pale, after=0)
                font = MONO if " " not in value or value.replace(" ", "").isdigit() else SANS
                self.paragraph(value, font=font, size=size - 1, after=0.6)
        self.paragraph(how_to_check(say), size=size - 1, colour=self.pale)
        self.say_what_was_lost()

    def _unbroken(self, room: float) -> None:
        if self.wide and self.will_page_break(room):
            self.add_page()


def how_to_check(say: Tongue) -> str:
    """How whoever holds a sheet can check it."""
    return say(
        "To check: read the QR code with the page “Check a sheet” of any copy of the log, or with escrutinio "
        "check. Compare the log's fingerprint with one that you got by another way.",
        "Para comprobar: lea el código QR con la página «Comprobar un acta» de cualquier copia del registro, "
        "o con escrutinio check. Compare la huella del registro con una que haya obtenido por otra vía.",
    )
