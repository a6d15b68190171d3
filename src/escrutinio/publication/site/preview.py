"""The picture that a messenger or a social network shows beside a link: a page's figures on a card.

It is set as a PDF page in the standard fonts, which need no font file, and drawn from that (PDF 32000-1,
section 9.6.2.2). A text that these fonts cannot write is left out or stands as its code.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2  # type: ignore[import-untyped]
from fpdf import FPDF
from PIL import Image

WIDTH, HEIGHT = 1200, 630
"""Pixels, as Open Graph previews have them."""

MOST_ROWS = 10
_ROWS_HEIGHT = 330.0

_INK, _MUTED, _LINE, _BAR, _PAPER = (
    (29, 29, 27),
    (87, 84, 76),
    (216, 212, 200),
    (99, 119, 122),
    (251, 250, 247),
)
_MARGIN = 64
_SHADES = 16


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the card: a name, what to write instead of it, figures, and how long the bar is (0 to 1)."""

    name: str
    code: str
    figures: str
    share: float


@dataclass(frozen=True, slots=True)
class Card:
    """What a preview says. `notice` must be seen: that the election is invented, or was imported."""

    notice: str
    eyebrow: str
    title: str
    subtitle: str
    rows: Sequence[Row]
    more: str
    foot: str


def draw(card: Card) -> bytes:
    """The card as PNG, `WIDTH` by `HEIGHT`."""
    page = FPDF(unit="pt", format=(WIDTH, HEIGHT))
    page.set_auto_page_break(False)
    page.set_margin(0)
    page.add_page()
    page.set_fill_color(*_PAPER)
    page.rect(0, 0, WIDTH, HEIGHT, "F")
    top = _notice(page, card.notice)
    _line(page, card.eyebrow, top, "Helvetica", 22, _MUTED)
    _line(page, card.title, top + 36, "Times", 52, _INK, style="B")
    _line(page, card.subtitle, top + 104, "Helvetica", 24, _MUTED)
    _rows(page, card, top + 150)
    page.set_draw_color(*_INK)
    page.line(_MARGIN, HEIGHT - 62, WIDTH - _MARGIN, HEIGHT - 62)
    _line(page, card.foot, HEIGHT - 50, "Helvetica", 20, _MUTED)
    return _png(bytes(page.output()))


def _notice(page: FPDF, notice: str) -> float:
    """A band across the top; where the card may go on below it."""
    if not notice:
        return 48
    page.set_fill_color(*_INK)
    page.rect(0, 0, WIDTH, 58, "F")
    _line(page, notice, 16, "Helvetica", 24, _PAPER, style="B")
    return 84


def _rows(page: FPDF, card: Card, top: float) -> None:
    left, right = 470.0, WIDTH - _MARGIN - 250.0
    rows = card.rows[:MOST_ROWS]
    height = min(48.0, _ROWS_HEIGHT / (len(rows) + bool(card.more) or 1))
    size = min(28.0, height * 0.8)
    for place, row in enumerate(rows):
        y = top + place * height
        _line(page, printable(row.name) or row.code, y, "Times", size, _INK, width=left - _MARGIN - 24)
        bar = y + size * 0.35
        page.set_fill_color(*_LINE)
        page.rect(left, bar, right - left, size * 0.45, "F")
        page.set_fill_color(*_BAR)
        page.rect(left, bar, (right - left) * min(1.0, max(0.0, row.share)), size * 0.45, "F")
        _line(page, row.figures, y, "Helvetica", size * 0.86, _INK, left=right + 12, align="R")
    if card.more:
        _line(page, card.more, top + len(rows) * height, "Helvetica", min(20.0, size * 0.8), _MUTED)


def _line(
    page: FPDF,
    text: str,
    y: float,
    font: str,
    size: float,
    colour: tuple[int, int, int],
    *,
    style: str = "",
    left: float = _MARGIN,
    width: float = 0.0,
    align: str = "L",
) -> None:
    """One line of text, cut with an ellipsis where it would not fit."""
    room = width or WIDTH - _MARGIN - left
    page.set_font(font, style, size)
    page.set_text_color(*colour)
    shown = printable(text)
    if page.get_string_width(shown) > room:
        while shown and page.get_string_width(shown + "...") > room:
            shown = shown[:-1]
        shown = shown.rstrip() + "..."
    page.set_xy(left, y)
    page.cell(room, size, shown, align=align)


def printable(text: str) -> str:
    """The text as the standard fonts can write it (ISO 8859-1); empty where they cannot."""
    plain = text.translate(_ALIKE)
    try:
        plain.encode("latin-1")
    except UnicodeEncodeError:
        return ""
    return plain


_ALIKE = str.maketrans(
    {"\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2026": "...", "\u2009": " ", "\u202f": " "}
    | {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
)


def _png(pdf: bytes) -> bytes:
    """The page in `_SHADES` shades from ink to paper: a quarter of a gray picture's bytes."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        gray = document[0].render(scale=1, grayscale=True).to_pil()
    finally:
        document.close()
    shades = gray.point([value * _SHADES // 256 for value in range(256)])
    drawn = Image.frombytes("P", shades.size, shades.tobytes())
    drawn.putpalette(
        [
            ink + (paper - ink) * max(0, shade - 1) // (_SHADES - 2)
            for shade in range(_SHADES)
            for ink, paper in zip(_INK, _PAPER, strict=True)
        ]
    )
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()
