"""A record as the squares of a QR code, ready to be drawn (ISO/IEC 18004, alphanumeric mode).

Error correction is level Q, of which a quarter of the code may be lost; a text too long for that takes
the highest level that holds it, and one too long for any QR code has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import segno

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, section 6.3.8)."""

LEVELS = "QML"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code: its version (1 to 40), error correction level, and its modules row by row, true for dark;
    without the quiet zone."""

    version: int
    level: str
    rows: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Modules on a side, without the quiet zone."""
        return len(self.rows)

    @property
    def side(self) -> int:
        """Modules on a side with the quiet zone."""
        return self.size + 2 * QUIET

    def svg(self) -> str:
        """The code with its quiet zone, a unit a module. One shape has all dark modules, so that no renderer
        leaves a white line between two of them."""
        runs = (f"M{QUIET + at} {QUIET + row}h{n}v1h-{n}z" for row, at, n in self.runs())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.side} {self.side}">'
            f'<path fill="#fff" d="M0 0h{self.side}v{self.side}H0z"/><path d="{"".join(runs)}"/></svg>'
        )

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """The dark modules as runs: row, first column, how many."""
        for at, row in enumerate(self.rows):
            start = None
            for column, dark in enumerate((*row, False)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    yield at, start, column - start
                    start = None


def qr_code(text: str) -> QrCode | None:
    """The QR code of an `ESC1:` or `ESCX:` text; None where it is too long for any."""
    for level in LEVELS:
        try:
            made = segno.make_qr(text, error=level, mode="alphanumeric", boost_error=False)
        except segno.DataOverflowError:
            continue
        rows = tuple(tuple(bool(module) for module in row) for row in made.matrix)
        return QrCode(int(made.version), level, rows)
    return None
