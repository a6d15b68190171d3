"""Reads pages as a strict reader would: balanced elements, links, ids, tables as text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
CLOSED_BY = {
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
    "tr": frozenset({"tr"}),
}
"""Whose end tag may be left out, and before which start tags (HTML Standard, 13.1.2.4)."""


@dataclass
class Page(HTMLParser):
    """What one page has; `errors` are the ways in which it is not well formed."""

    text: str
    errors: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    refers: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    """Heads of tables of which nothing says whether they head a column or a row."""
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self.feed(self.text)
        self.close()
        self._check(not self._open, f"never closed: {self._open}")
        self._check(len(set(self.ids)) == len(self.ids), "an id twice")

    def _check(self, holds: bool, what: str) -> None:
        if not holds:
            self.errors.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open and tag in CLOSED_BY.get(self._open[-1], ()):
            self._open.pop()
        names = [name for name, _ in attrs]
        self._check(len(set(names)) == len(names), f"<{tag}> with an attribute twice")
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src", "action") if name in found]
        for name in ("aria-labelledby", "for"):
            self.refers += found.get(name, "").split()
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            # A head without a scope is of its column above all rows, and of its row before all cells.
            if tag == "th" and "scope" not in found and "thead" not in self._open and self.tables[-1][-1]:
                self.unheard.append(f"line {self.getpos()[0]}: {found}")
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while (
            self._open and self._open[-1] in CLOSED_BY and tag in ("tr", "tbody", "thead", "tfoot", "table")
        ):
            if self._open[-1] == tag:
                break
            self._open.pop()
        self._check(self._open[-1:] == [tag], f"</{tag}> where {self._open[-2:]} is open")
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if {"td", "th"} & set(self._open[-4:]) and self.tables and not {"span", "small"} & {*self._open[-2:]}:
            self.tables[-1][-1][-1] += data

    @property
    def said(self) -> str:
        """All text of the page."""
        return " ".join("".join(self.words).split())


AT_ROOT = frozenset({"verify.html", "404.html"})
"""Pages with their script in themselves; the second names everything from the top of a server."""


def pages(directory: Path) -> Iterator[tuple[Path, Page]]:
    """Every page of a publication, but for the two at its root that are whole by themselves."""
    for path in sorted(directory.rglob("*.html")):
        if path.parent != directory or path.name not in AT_ROOT:
            yield path, Page(path.read_text("utf-8"))


def broken_links(parsed: dict[Path, Page]) -> list[str]:
    """The links of these pages, within their publication, that lead to no file or to an id not in it."""
    known = {path.resolve(): set(page.ids) for path, page in parsed.items()}
    there: dict[Path, bool] = {}
    broken = []
    for path, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            if target not in there:
                there[target] = target.is_file()
            if not there[target] or (
                parts.fragment
                and not parts.fragment.startswith("entry-")  # a script makes it, on the page of a station
                and parts.fragment not in known.get(target.resolve(), ())
            ):
                broken.append(f"{path}: {link}")
    return broken
