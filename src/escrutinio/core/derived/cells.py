"""Cells and lines of the published CSV files (RFC 4180, UTF-8, LF), safe to open in a spreadsheet.

Codes, numbers and signers' names begin with a letter or digit. Free text (names, titles, sentences) may
begin with anything, and a spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. Such
a cell gets one apostrophe in front, and so does one that begins with an apostrophe: to have the text as
it was, take one apostrophe off every text that begins with one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 13  # rows made at once: a million sheets are not a million lists of numbers in memory
_QUOTED = re.compile('[",\r\n]')
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")


def text_cell(text: str) -> str:
    """Free text as one cell: kept from being a formula, and quoted where RFC 4180 asks for it."""
    if text.startswith(_FORMULA):
        text = "'" + text
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def number_cells(values: NDArray[np.integer]) -> list[str]:
    """Numbers as cells; a negative one stands for "not known" and becomes an empty cell."""
    return ["" if value < 0 else str(value) for value in values.tolist()]


def joined_cells(matrix: NDArray[np.integer]) -> Iterator[str]:
    """Each row of a matrix of numbers [rows, columns] as its cells, joined by commas."""
    for start in range(0, len(matrix), _BLOCK):
        for row in matrix[start : start + _BLOCK].tolist():
            yield ",".join(map(str, row))


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
