"""The pages of a PDF file as images, drawn by PDFium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]

from escrutinio.intake.scan.page import MAX_PAGES, MAX_PIXELS, Page
from escrutinio.intake.scan.problems import Problem, UnreadableError

DPI = 300
"""Pages are drawn so finely that a QR code of 0.25 mm a module (two dots of a thermal printer) is read."""

_POINTS = 72  # to an inch
_PASSWORD = 4  # FPDF_ERR_PASSWORD


def read_pdf(data: bytes) -> Iterator[Page]:
    """Draw page after page, without forms and annotations. Raises UnreadableError, also between pages."""
    with _opened(data) as document:
        for number in range(_count(document)):
            yield _draw(document, number)


def count_pdf(data: bytes) -> int:
    """How many pages it has. Raises UnreadableError."""
    with _opened(data) as document:
        return _count(document)


def draw_pdf(data: bytes, page: int) -> Page:
    """One page, its number from 1. Raises UnreadableError."""
    with _opened(data) as document:
        if not 1 <= page <= _count(document):
            raise UnreadableError(Problem.CHANGED)
        return _draw(document, page - 1)


@contextmanager
def _opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise UnreadableError(Problem.ENCRYPTED) from None
        raise UnreadableError(Problem.DAMAGED_IMAGE, "PDF") from None
    try:
        yield document
    finally:
        document.close()


def _count(document: pdfium.PdfDocument) -> int:
    count = len(document)
    if count > MAX_PAGES:
        raise UnreadableError(Problem.TOO_MANY_PAGES, f"{count:,} > {MAX_PAGES}")
    return count


def _draw(document: pdfium.PdfDocument, number: int) -> Page:
    scale = DPI / _POINTS
    try:
        page = document[number]
        width, height = page.get_size()
        if width * height * scale * scale > MAX_PIXELS:
            raise UnreadableError(Problem.TOO_MANY_PIXELS, f"{width:,.0f} × {height:,.0f} pt")
        drawn = page.render(scale=scale, grayscale=True, may_draw_forms=False, draw_annots=False)
        pixels = np.array(drawn.to_numpy()[..., 0] if drawn.n_channels > 1 else drawn.to_numpy())
        page.close()
    except pdfium.PdfiumError:
        raise UnreadableError(Problem.DAMAGED_IMAGE, f"PDF, page {number + 1}") from None
    return Page(number + 1, np.ascontiguousarray(pixels.reshape(drawn.height, drawn.width)))
