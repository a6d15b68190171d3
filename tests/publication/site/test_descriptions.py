"""What a page is in one sentence, what may be done with the data, and where a place is followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escrutinio.publication.site.descriptions import PAGES as DESCRIBED
from escrutinio.publication.site.pages import PAGES
from tests.publication.pages import Page


def described(path: Path) -> str:
    found = re.search(r'<meta name="description" content="([^"]+)">', path.read_text("utf-8"))
    assert found is not None, path
    return found[1]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_has_its_own_sentence(miniature: Path, language: str) -> None:
    assert set(DESCRIBED) == set(PAGES)
    paths = [*PAGES, *(f"areas/{each.name}" for each in (miniature / language / "areas").glob("*.html"))]
    sentences = [described(miniature / language / path) for path in paths]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_the_page_of_the_data_says_under_which_licence(miniature: Path, hostile: Path) -> None:
    for publication in (miniature, hostile):
        assert "states no licence" in Page((publication / "en" / "data.html").read_text()).said


def test_an_area_says_where_it_is_followed_and_embedded(miniature: Path) -> None:
    page = Page((miniature / "es" / "areas" / "TI.html").read_text())
    assert {"../areas/TI.xml", "../../embed/es/TI.html"} <= set(page.links)
    assert "es/areas/TI.xml" in page.said
