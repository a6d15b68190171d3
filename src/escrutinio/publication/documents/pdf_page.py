"""What the documents of this room have in common: fonts that every reader of PDF has, paragraphs, a mark of
elections that are not real on every page, and the same bytes for the same content.

The fonts have the letters of Western Europe. Any other letter is shown as "?", and the document says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import CoreFont

from escrutinio.publication.documents.qr_image import QUIET, QrCode
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.report.pdf import ENCODING, printable

SERIF, SANS, MONO = "Times", "Helvetica", "Courier"
INK, MUTED, FAINT = (29, 29, 27), (87, 84, 76), (196, 194, 188)
LINE = 0.43
"""Height of a line in mm for each point of the font's size."""

_PAGES = "\x01pages\x01"  # no record can hold control characters, so no name stands for the number of pages
_MARK_EVERY, _MARK_ANGLE = 88.0, 30.0

Align = Literal["L", "C", "R"]
PADDING = 0.7
"""Room around the text of a table's cell, in mm."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its width in mm, and where its text stands."""

    width: float
    align: Align = "L"


class PdfPage(FPDF):
    """A document with `watermarks` (lines) across every page; `language` is "es" or "en".

    `two_tone`: a print head that knows no grey, on which whatever is pale would be lost.
    """

    def __init__(
        self,
        size: tuple[float, float],
        margin: float,
        *,
        language: str,
        watermarks: tuple[str, ...] = (),
        two_tone: bool = False,
    ) -> None:
        super().__init__(format=size)
        self.say = Tongue(language)
        self.watermarks = watermarks
        self.pale, self.faint = (INK, INK) if two_tone else (MUTED, FAINT)
        self.lost = False
        self.footing = ""
        self.core_fonts_encoding = ENCODING
        # The moment of making is no part of the document: the same log gives the same bytes.
        self.set_creation_date(datetime(1970, 1, 1, tzinfo=UTC))
        self.set_lang(language)
        self.set_margin(margin)
        self.alias_nb_pages(_PAGES)
        self.set_draw_color(*self.pale)

    def header(self) -> None:
        """The marks of a document that must not be taken for another, under everything else."""
        if not self.watermarks:
            return
        size = min(34.0, self.w * 0.13)
        for number in range(max(1, round(self.h / _MARK_EVERY))):
            y = (number + 0.62) * _MARK_EVERY
            with self._drawn_over(self.w / 2, y):
                for place, mark in enumerate(self.watermarks):
                    self.set_font(SANS, "B", size if place == 0 else size * 0.5)
                    text = printable(mark)
                    self.text((self.w - self.get_string_width(text)) / 2, y + place * size * 0.32, text)

    @contextmanager
    def _drawn_over(self, x: float, y: float) -> Iterator[None]:
        """Letters in outline, so that what stands over them is read."""
        with (
            self.local_context(text_mode=TextMode.STROKE, draw_color=self.faint, line_width=0.15),
            self.rotation(_MARK_ANGLE, x, y),
        ):
            yield

    def footer(self) -> None:
        """The document and the page's number."""
        if not self.footing:
            return
        self.set_y(-self.b_margin + 4)
        self.set_font(SANS, size=7.5)
        self.set_text_color(*self.pale)
        self.cell(self.epw * 0.85, 4, self.broken(self.footing, self.epw * 0.82)[0], align="L")
        self.cell(0, 4, f"{self.page_no()} / {_PAGES}", align="R")

    def plain(self, text: str) -> str:
        """The text in the letters of the fonts, remembering whether a letter was lost."""
        found = printable(text)
        self.lost |= found.count("?") > text.count("?")
        return found

    def paragraph(
        self,
        text: str,
        *,
        font: str = SANS,
        style: Literal["", "B", "I"] = "",
        size: float = 9,
        colour: tuple[int, int, int] = INK,
        align: Align = "L",
        after: float = 1,
        width: float = 0,
    ) -> None:
        """One paragraph from the left margin, over the whole width if none is given."""
        self.set_font(font, style, size)
        self.set_text_color(*colour)
        width, height = width or self.epw, size * LINE
        for line in self.broken(text, width):
            if self.will_page_break(height):
                self.add_page()
            self._line(line, self.l_margin, width, height, align)
            self.set_y(self.get_y() + height)
        self.ln(after)

    def rows(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        *,
        size: float,
        head: Sequence[str] = (),
    ) -> None:
        """A table from the left margin with lines between its rows; `head` is repeated on every page.

        A row stands on one page: the texts of records are short enough for that.
        """
        if head:
            self._row(columns, head, size, "B")
        for row in rows:
            if self._row_height(columns, row, size) > self.h - self.b_margin - self.get_y():
                self.add_page()
                if head:
                    self._row(columns, head, size, "B")
            self._row(columns, row, size, "")
        self.ln(2)

    def _row(
        self, columns: Sequence[Column], cells: Sequence[str], size: float, style: Literal["", "B"]
    ) -> None:
        self.set_font(SANS, style, size)
        self.set_text_color(*INK)
        top, height, bottom = self.get_y() + PADDING, size * LINE, self.get_y()
        x = self.l_margin
        for column, cell in zip(columns, cells, strict=True):
            for number, line in enumerate(self.broken(cell, column.width - 2 * PADDING)):
                self.set_y(top + number * height)
                self._line(line, x + PADDING, column.width - 2 * PADDING, height, column.align)
                bottom = max(bottom, self.get_y() + height)
            x += column.width
        self.set_y(bottom + PADDING)
        self.line(self.l_margin, self.get_y(), x, self.get_y())

    def _row_height(self, columns: Sequence[Column], cells: Sequence[str], size: float) -> float:
        self.set_font(SANS, "", size)
        most = max(
            len(self.broken(cell, column.width - 2 * PADDING))
            for column, cell in zip(columns, cells, strict=True)
        )
        return most * size * LINE + 2 * PADDING

    def _line(self, text: str, x: float, width: float, height: float, align: Align) -> None:
        """One line of text whose place is known; much faster than what the library does for any text."""
        room = {"L": 0.0, "C": 0.5, "R": 1.0}[align] * (width - self._width(text))
        self.text(x + room, self.get_y() + 0.5 * height + 0.3 * self.font_size, text)

    def broken(self, text: str, width: float) -> list[str]:
        """A text in lines that are not wider than `width` mm in the font that is set, at least one.

        Lines break at blanks; a word that is wider than a line breaks wherever it must. Nothing is left out.
        """
        found = []
        for part in self.plain(text).split("\n"):
            line = ""
            for word in part.split(" "):
                joined = f"{line} {word}" if line else word
                if self._width(joined) <= width:
                    line = joined
                    continue
                if line:
                    found.append(line)
                while self._width(word) > width and len(word) > 1:
                    fits = next(
                        n for n in range(len(word) - 1, 0, -1) if n == 1 or self._width(word[:n]) <= width
                    )
                    found.append(word[:fits])
                    word = word[fits:]
                line = word
            found.append(line)
        return found

    def _width(self, text: str) -> float:
        """The width of a printable text in the font that is set, in mm."""
        font = self.current_font
        assert isinstance(font, CoreFont)
        return (
            font.get_text_width(text.encode(ENCODING).decode("latin-1"), self.font_size_pt, None)[1] / self.k
        )

    def qr(self, code: QrCode, x: float, y: float, module: float) -> float:
        """Draw a QR code with its quiet zone from its top left corner; `module` in mm. The side in mm."""
        side = (code.size + 2 * QUIET) * module
        with self.local_context(fill_color=(255, 255, 255)):
            self.rect(x, y, side, side, style="F")
        with self.local_context(fill_color=(0, 0, 0)):
            for row, column, count in code.runs():
                # A hair taller than a module, so that no renderer leaves a white line between two rows.
                self.rect(
                    x + (QUIET + column) * module,
                    y + (QUIET + row) * module,
                    count * module,
                    module * 1.02,
                    style="F",
                )
        return side

    def say_what_was_lost(self) -> None:
        """Where letters were lost, that they were."""
        if self.lost:
            text = self.say(
                'The fonts of this print lack some letters, shown as "?"; the records have them all.',
                "Las fuentes de esta impresión no tienen algunas letras, que aparecen como «?»; los "
                "asientos las tienen todas.",
            )
            self.paragraph(text, size=7.5, colour=self.pale)
