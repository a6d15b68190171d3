"""No page of results shows a whole number in a table without saying which figure of the tables it is.

`verify` compares what is marked (core/verification/pages.py); this says that nothing else is there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import languages

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_CELL = re.compile(r"<td([^>]*)>(.*?)(?=</?t[dhr]\b|</tbody|</tfoot|</table)", re.DOTALL)
_NOT = re.compile(r'data-not="?([a-z]+)')
_WHOLE = re.compile(r"(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?=\s|$|/)(?![\s\u00a0]*%)")

RESULTS = ("index.html", "areas/*.html", "../embed/{language}/*.html")
"""The pages whose figures are those of the tables. Others show figures of records, of announcements at a past
size of the log, or of the evidence, each beside the entry or the method that it comes from."""

UNMARKED = {
    "announced": "an announced figure: its record says it, no table",
    "seats": "seats follow from the votes beside them",
    "cards": "votes by card stand in options-*.csv, not in the tables of areas",
    "stations": "figures of single stations: the page of the station verifies each of them",
    "findings": "how many findings there are",
}
"""What may stand without a mark, and why."""


_TABLES = {"cards": "by-card", "stations": 'class="stations', "findings": "findings-by-kind"}
"""How the tables are known that have no marks; a single cell says what it is by `data-not`."""


def unmarked(page: str) -> list[str]:
    """Cells that show a whole number and no mark, and are of no kind that may."""
    found = []
    for table in _TABLE.finditer(page):
        head = page[: table.start()].rpartition("<div class=")[2] + table[0][:300]
        if any(seen in head for seen in _TABLES.values()):
            continue
        for attributes, content in _CELL.findall(table[0]):
            text = re.sub(r"<[^>]*>", " ", content).strip()
            if not _WHOLE.match(text) or "data-figure" in attributes + content:
                continue
            kind = _NOT.search(attributes)
            if kind is None or kind[1] not in UNMARKED:
                found.append(f"{attributes.strip()}: {text[:40]}")
    return found


def test_what_has_no_mark_is_found() -> None:
    assert unmarked("<div class=x><table><tr><td>1.113</table>") == [": 1.113"]
    assert unmarked("<div class=x><table><tr><td>7<td>12 / 30</table>") == [": 7", ": 12 / 30"]
    assert unmarked("<div class=x><table><tr><td>0.00<td>+1,44<td>65.49%</table>") == []
    assert unmarked('<div class=x><table><tr><td data-figure="valid">1.113<td data-not=seats>2</table>') == []
    assert unmarked("<div class=x><table><tr><td data-not=whatever>2</table>") != []
    assert set(_TABLES) | {"announced", "seats"} == set(UNMARKED)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("example", ["miniature", pytest.param("venezuela", marks=pytest.mark.slow)])
def test_every_figure_of_a_page_of_results_says_which_it_is(
    request: pytest.FixtureRequest, example: str, language: str
) -> None:
    directory: Path = request.getfixturevalue(example)
    pages = [
        path
        for pattern in RESULTS
        for path in sorted((directory / language).glob(pattern.format(language=language)))[:40]
    ]
    assert len(pages) > 3
    found = {str(path.relative_to(directory)): unmarked(path.read_text("utf-8")) for path in pages}
    assert {path: cells for path, cells in found.items() if cells} == {}
