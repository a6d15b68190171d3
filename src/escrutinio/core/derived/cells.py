"""Columns of the published CSV files (RFC 4180, UTF-8, LF), made by the thousand.

Codes, numbers and signers' names begin with a letter or digit. Free text (names, titles, sentences) may begin
with anything, and goes through `base.cells.text_cell`.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 13  # rows made at once: a million sheets are not a million lists of numbers in memory


def number_cells(values: NDArray[np.integer]) -> list[str]:
    """Numbers as cells; a negative one stands for "not known" and becomes an empty cell."""
    return ["" if value < 0 else str(value) for value in values.tolist()]


def joined_cells(matrix: NDArray[np.integer], unknown: str = "") -> Iterator[str]:
    """Each row of a matrix of numbers [rows, columns] as its cells, joined by commas; in the place of a
    negative one, which stands for "not known", is `unknown`."""
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK]
        known = bool((block >= 0).all())
        for row in block.tolist():
            yield ",".join(map(str, row) if known else (unknown if cell < 0 else str(cell) for cell in row))


def table_bytes(header: Sequence[str], *columns: Iterable[str]) -> bytes:
    """A CSV file of these columns, whose cells may be several joined by commas already."""
    lines = map(",".join, zip(*columns, strict=True))
    out = BytesIO()
    out.write(f"{','.join(header)}\n".encode())
    while block := list(islice(lines, _BLOCK)):
        out.write(("\n".join(block) + "\n").encode())
    return out.getvalue()


def free_names(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Names for columns: each as it is, with `_` after it while another column has that name."""
    used = set(taken)
    found = []
    for name in names:
        while name in used:
            name += "_"
        used.add(name)
        found.append(name)
    return found
