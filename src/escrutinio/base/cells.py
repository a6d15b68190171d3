"""Cells of CSV files (RFC 4180, UTF-8, LF) that people open in a spreadsheet.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula, whoever wrote it: names of files
and of columns come from strangers too. Such a text gets one apostrophe in front, and so does one that begins
with an apostrophe: to have the text as it was, take one apostrophe off every text that begins with one. (In a
workbook of `base/xlsx` text is typed as text, so that no cell of it is a formula.)
"""

import re
from collections.abc import Iterable, Sequence

Value = str | int | None
"""A text, a number, or nothing."""

_QUOTED = re.compile('[",\r\n]')
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")


def text_cell(text: str) -> str:
    """Free text as one cell: kept from being a formula, and quoted where RFC 4180 asks for it."""
    if text.startswith(_FORMULA):
        text = "'" + text
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A CSV file of these rows: texts as `text_cell` has them, numbers, and nothing for None."""
    lines = [",".join(map(_cell, row)) for row in (header, *rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(value: Value) -> str:
    return text_cell(value) if isinstance(value, str) else "" if value is None else str(value)
