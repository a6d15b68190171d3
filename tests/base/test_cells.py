"""Tables that people open: what a spreadsheet would run as a formula is text."""

import csv
import io

import pytest

from escrutinio.base.cells import csv_bytes


@pytest.mark.parametrize("text", ["=1+1", "+1", "-a", "@b", "\t=1", "\r=1", "'quoted", '=HYPERLINK("x","y")'])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe_wherever_it_stands(text: str) -> None:
    written = csv_bytes(("name", text), [(text, -5), ("plain", None)])
    header, first, second = csv.reader(io.StringIO(written.decode(), newline=""))
    assert header == ["name", "'" + text]
    assert first == ["'" + text, "-5"], "a number is a number"
    assert second == ["plain", ""]
