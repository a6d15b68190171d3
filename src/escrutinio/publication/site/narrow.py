"""Tables that can be read on a narrow screen: each cell is told its column's head.

The style sheet then puts the cells of a row below each other (`cards`, for words) or side by side below the
row's name (`stack`, for figures), so that nothing has to be scrolled into sight and nothing is cut.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_TABLE = re.compile(r'<div class="(scroll[^"]*)"([^>]*)>(<table.*?</table>)', re.DOTALL)
_ROW = re.compile(r"<tr\b.*?(?=<tr\b|</t(?:body|foot|able)>)", re.DOTALL)
_CELL = re.compile(r"<t([dh])\b([^>]*)>", re.DOTALL)
_HEAD = re.compile(r"<thead.*?</thead>", re.DOTALL)
_HEAD_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)(?=<t[dh]\b|</tr>|</thead>)", re.DOTALL)
_ARRANGED = frozenset({"one", "few", "stack", "cards"})
_WORDS = re.compile(r'<td\b[^>]*class="?(?:t\b|words)')
LEAST = 2
"""Columns of figures from which a table is arranged: fewer have room beside the names."""


def arranged(page: str) -> str:
    """The page with every table so marked that nobody has arranged yet, and that has several columns."""
    return _TABLE.sub(_arranged, page)


def _arranged(found: re.Match[str]) -> str:
    classes, rest, table = found.groups()
    head = _HEAD.search(table)
    if head is None or _ARRANGED.intersection(classes.split()) or "colspan" in table or "rowspan" in table:
        return found[0]
    heads = [" ".join(Markup(each).striptags().split()) for each in _HEAD_CELL.findall(head[0])]
    if len(heads) <= LEAST:
        return found[0]
    body = _ROW.sub(lambda row: _labelled(row[0], heads), table[head.end() :])
    kind = "cards" if _WORDS.search(body) else "stack"
    return f'<div class="{classes} {kind}"{rest}>{table[: head.end()]}{body}'


def _labelled(row: str, heads: list[str]) -> str:
    place = -1

    def label(cell: re.Match[str]) -> str:
        nonlocal place
        place += 1
        if cell[1] == "h" or "data-l=" in cell[2] or place >= len(heads):
            return cell[0]
        return f'<td data-l="{Markup.escape(heads[place])}"{cell[2]}>'

    return _CELL.sub(label, row)
