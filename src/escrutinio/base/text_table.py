"""Tables as lines of text, for terminals and plain files."""

from collections.abc import Sequence

Row = Sequence[str]


def text_table(header: Row, rows: Sequence[Row], *, ruled: bool = False) -> list[str]:
    """Columns as wide as they need, two spaces apart; the first is text, all others end at the same place.

    A header's cell may have several lines. `ruled`: there is a line of dashes below the header.
    """
    stacked = [cell.split("\n") for cell in header]
    height = max(map(len, stacked), default=0)
    heads = [tuple(cell[at] if at < len(cell) else "" for cell in stacked) for at in range(height)]
    lines = [*heads, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    texts = [_line(line, widths) for line in lines]
    if ruled:
        texts.insert(height, "  ".join("-" * width for width in widths))
    return texts


def _line(cells: Row, widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if at else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
