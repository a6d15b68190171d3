"""What people read has names: keys, and codes of what has a title, are for the log and the data."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

SPELT_OUT = ("data.html", "glossary.html", "how-to-verify.html")
"""Pages that name files and commands, as they must; so do those of the log's entries."""

KEYS = frozenset({"presidencia", "reported", "others", "nearest", "bulletin", "roll frozen", "polls open"})
"""Codes of the miniature's contest and of figures that have names in every language."""


class Texts(HTMLParser):
    """The texts of a page that are no code, hash, script or attribute."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "input", "br", "hr", "img"):
            shown = "hash" not in (dict(attrs).get("class") or "").split()
            self._open.append(tag if shown else "code")

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"code", "pre", "script", "style", "kbd"}.intersection(self._open) and data.strip():
            self.found.append(" ".join(data.split()))


def _texts(page: Path) -> list[str]:
    reader = Texts()
    reader.feed(page.read_text("utf-8"))
    return reader.found


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_page_of_the_miniature_shows_a_key(miniature: Path, language: str) -> None:
    seen = {}
    for page in sorted((miniature / language).rglob("*.html")):
        name = page.relative_to(miniature / language).as_posix()
        if name in SPELT_OUT or name.startswith("log"):
            continue
        texts = _texts(page)
        keys = [text for text in texts if text in KEYS]
        keys += [word for text in texts for word in re.findall(r"\b[a-z]+_[a-z_]+\b", text)]
        if keys:
            seen[name] = keys
    assert not seen


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_says_what_it_is_where_it_is_linked(miniature: Path, language: str) -> None:
    """A description and a title for who sends a link need no address of the publication."""
    for page in (miniature / language).glob("*.html"):
        head = page.read_text("utf-8").partition("</head>")[0]
        assert head.count('<meta name="description"') == 1
        assert head.count('<meta property="og:title"') == head.count('<meta property="og:description"') == 1
