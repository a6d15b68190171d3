"""One script for each page that runs some: its modules and its words, joined when a publication is made.

    assets/js/for-es/station.js

A slow phone waits for every file anew, and for those that a file turns out to need once more: a page of
fifty modules took a quarter of a minute. The modules stand beside them as they were written, to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from escrutinio.base.words.catalogue import languages
from escrutinio.publication.browser.bundle import LEARN, join_modules
from escrutinio.publication.browser.words import learning

ALWAYS = ("pages/live", "pages/cite")
"""What every page runs."""

BEFORE = "pages/station-early"
EARLY = "assets/js/for-all/early.js"
"""What the page of a station runs while its own script is still on its way; it says nothing."""

PAGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "index.html": (("pages/search", "pages/figures-button"), ("search",)),
    "area.html": (("pages/figures-button", "pages/area-download", "pages/place-tables"), ()),
    "station.html": (("pages/search", "pages/station"), ("code", "place", "refusal", "search", "station")),
    "check.html": (("pages/check-sheet",), ("check", "code", "refusal", "station")),
    "tour.html": (("pages/search", "pages/sandbox"), ("code", "refusal", "search", "station")),
}
"""By page, those of areas being one: its first modules, and the catalogue's contexts that they speak from."""

_WORDS = "the words of the page;"
_LITERAL = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"')
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)


def page_scripts() -> Iterator[tuple[str, bytes]]:
    """Paths below the publication, and content."""
    yield EARLY, _COMMENT.sub("", join_modules((BEFORE,), _module, dynamic=True)).encode()
    for page in PAGES:
        for language in languages():
            yield f"assets/{script_of(page, language)}", _script(page, language).encode()


def script_of(page: str, language: str) -> str:
    """Where the script of a page stands below `assets/`."""
    return f"js/for-{language}/{page.removesuffix('.html')}.js"


@cache
def _script(page: str, language: str) -> str:
    modules, contexts = PAGES[page]
    joined = join_modules((*ALWAYS, *modules), _module, _WORDS, dynamic=True)
    refusals = frozenset(_LITERAL.findall(joined))
    return _COMMENT.sub("", joined).replace(
        _WORDS, learning(LEARN, ("live", *contexts), (language,), refusals)
    )


def _module(name: str) -> str:
    return files(__package__).joinpath("assets", "js", *f"{name}.js".split("/")).read_text("utf-8")
