"""A reconciliation as CSV, workbook, JSON and pages."""

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.evidence.accounts.accounts import Accounts, compare
from escrutinio.evidence.accounts.figures import COLUMNS
from escrutinio.evidence.accounts.sources import Source, join
from escrutinio.publication.documents.accounts.files import as_plain, to_csv, to_xlsx
from escrutinio.publication.documents.accounts.pages import reconciliation_pages, writing_reconciliation

HOSTILE = '<script>alert("1")</script>'
SHEETS: dict[str, tuple[int, ...]] = {"n1": (50, 10, 5), "n2": (40, 10, 0), "n3": (7, 7, 7), "n4": (1, 2, 3)}


def source(name: str, sheets: dict[str, tuple[int, ...]]) -> Source:
    codes = tuple(sorted(sheets))
    figures = np.array([(*sheets[code], 1, -1) for code in codes], np.int64)
    return Source(name, "x", codes, ("a", "b", "c"), figures, np.full(len(codes), -1, np.int64))


@pytest.fixture
def three() -> Accounts:
    """n1 agrees everywhere, n2 is off by one on the second, n3 stands only on the first."""
    second: dict[str, tuple[int, ...]] = {"n1": SHEETS["n1"], "n2": (41, 10, 0), "n4": (1, 2, -1)}
    third = {"n1": SHEETS["n1"], "n2": SHEETS["n2"]}
    return compare(join([source("=first", SHEETS), source(HOSTILE, second), source("third", third)]))


def test_the_table_of_figures(three: Accounts) -> None:
    rows = list(csv.reader(io.StringIO(to_csv([three]).decode())))
    assert tuple(rows[0]) == COLUMNS
    told = [row for row in rows[1:] if row[1:3] == ["'=first", HOSTILE]]
    assert [row[3:] for row in told] == [
        ["n2", "all", "off-by-one", "", "", "a", "40", "41", "1", "off-by-one"],
        ["n3", "all", "only-left", "", "", "", "", "", "", ""],
        ["n4", "all", "no-figure", "right", "", "c", "3", "", "", "no-figure"],
    ]


def test_the_workbook_holds_text_and_no_formulas(three: Accounts) -> None:
    content = to_xlsx([three], "en")
    assert content == to_xlsx([three], "en")
    book = fastexcel.read_excel(content)
    assert book.sheet_names == ["kinds", "areas", "figures", "majority"]
    assert fastexcel.read_excel(to_xlsx([three], "es")).sheet_names == [
        "clases",
        "áreas",
        "cifras",
        "mayoría",
    ]
    figures = book.load_sheet("figures").to_polars()
    assert figures.columns == list(COLUMNS)
    assert figures["left"][0] == "=first"
    majority = book.load_sheet("majority").to_polars().rows()
    assert [tuple(map(int, row[1:])) for row in majority] == [(3, 3, 1), (2, 3, 1), (1, 1, 1), (0, 2, 1)]


def test_the_plain_values(three: Accounts) -> None:
    found: Any = as_plain([three])
    (contest,) = found["contests"]
    assert contest["sources"][0]["sheets"] == 4
    pair = contest["pairs"][0]
    assert pair["kinds"] == {"only-left": 1, "agree": 1, "no-figure": 1, "off-by-one": 1}
    assert pair["differ"] == 2
    assert pair["net"] == [1, 0, 0]
    assert pair["outcome"]["left"] == {"votes": [98, 29, 15], "margin": 69, "seats": [1, 0, 0]}
    assert pair["differences"][0]["figures"] == [{"row": "a", "left": 40, "right": 41, "slip": "off-by-one"}]


class Links(HTMLParser):
    """Collects where a page points, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value for name, value in attrs if name in ("href", "src") and value]


def test_the_pages_stand_alone_and_escape_what_they_are_given(three: Accounts) -> None:
    pages = dict(reconciliation_pages([three]))
    assert {"index.html", "es/index.html", "en/contest-1-1-2-stations-1.html"} <= set(pages)
    for path, content in pages.items():
        if not path.endswith(".html"):
            continue
        links = Links(content.decode())
        assert "script" not in links.tags
        for target in links.targets:
            if target.startswith("#"):
                continue
            there = str((Path("/") / path).parent.joinpath(target).resolve())[1:]
            assert there in pages, (path, target)


def test_both_languages_show_the_same_stations_with_their_differences_marked(three: Accounts) -> None:
    pages = dict(reconciliation_pages([three]))
    for language, word in (("en", "one row, by 1"), ("es", "una fila, en 1")):
        page = pages[f"{language}/contest-1-1-2-stations-1.html"].decode()
        assert word in page
        assert re.findall(r'<section class="sheet" id="(\w+)"', page) == ["n2", "n4"]
        assert page.count('<tr class="differs">') == 2
        assert "≠" in page
    assert "2 of 3" in pages["en/index.html"].decode()
    assert "2 de 3" in pages["es/index.html"].decode()


def test_a_directory_that_is_there_is_left_alone(three: Accounts, tmp_path: Path) -> None:
    with writing_reconciliation([three], tmp_path / "pages"):
        pass
    before = (tmp_path / "pages" / "index.html").read_bytes()
    with pytest.raises(PublicationError, match="exists already"):
        writing_reconciliation([three], tmp_path / "pages").__enter__()
    assert (tmp_path / "pages" / "index.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pages"]
    (tmp_path / "file").write_text("")
    with pytest.raises(PublicationError, match="cannot be written"):
        writing_reconciliation([three], tmp_path / "file" / "pages").__enter__()
