"""The pages of a PDF file as images, drawn by PDFium."""

from __future__ import annotations

from collections.abc import Iterator

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
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise UnreadableError(Problem.ENCRYPTED) from None
        raise UnreadableError(Problem.DAMAGED_IMAGE, "PDF") from None
    try:
        count = len(document)
        if count > MAX_PAGES:
            raise UnreadableError(Problem.TOO_MANY_PAGES, f"{count:,} > {MAX_PAGES}")
        for number in range(count):
            yield _draw(document, number)
    finally:
        document.close()


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
