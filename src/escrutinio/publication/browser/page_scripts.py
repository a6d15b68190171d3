"""One script for each page that runs some: its modules and its words, joined when a publication is made.

    assets/js/for-es/station.js

The page of a station, of which a voter wants one record, has a second one for all that stands around it.

A slow phone waits for every file anew, and for those that a file turns out to need once more: a page of
fifty modules took a quarter of a minute. The modules stand beside them as they were written, to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from escrutinio.base.words.catalogue import languages
from escrutinio.publication.browser.bundle import LEARN, join_modules
from escrutinio.publication.browser.words import keys_of, learning

ALWAYS = ("pages/live", "pages/cite")
"""What every page runs."""

BEFORE = "pages/station-early"
"""What the page of a station has inside it, as its own script is still on its way; it says nothing."""

PAGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "index.html": (("pages/search", "pages/figures-button"), ("search",)),
    "area.html": (("pages/figures-button", "pages/area-download", "pages/place-tables"), ()),
    "station.html": (("pages/station",), ("code", "refusal", "station")),
    "check.html": (("pages/check-sheet",), ("check", "code", "refusal", "station")),
    "tour.html": (("pages/search", "pages/sandbox"), ("code", "refusal", "search", "station")),
}
"""By page, those of areas being one: its first modules, and the catalogue's contexts that they speak from."""

LATER = {
    "station.html": (
        ("pages/search", "pages/station-rest"),
        ("live", "place", "refusal", "search", "station"),
    )
}
"""What a page asks for once it has shown what matters most, or when something was refused. It has words of
refusals but for those of a broken connection, and of the page's own what the first script does not say; what
every page runs comes with it."""

LAST = "module_pages_station_rest"
"""What that hands out, as a module is called when joined."""

_WORDS = "the words of the page;"
_LITERAL = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"')
_COMMENT = re.compile(
    r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)?\n|^[ \t]+|/\*\* @(?:(?!\*/).)*\*/ ?| // [^\n\"`]*$",
    re.MULTILINE | re.DOTALL,
)
"""Comments that have a line of their own, empty lines, what lines begin with; types within a line, and what
is said at its end."""
_START, _END = re.compile(r"`([a-z0-9-]+-)\$\{"), re.compile(r"\}(-[a-z0-9-]+)`")
_MODULE = re.compile(r"^// --- (\S+)\.js$", re.MULTILINE)
_SHARED = re.compile(r"\bmodule_\w+")


def page_scripts() -> Iterator[tuple[str, bytes]]:
    """Paths below the publication, and content."""
    for page in PAGES:
        for language in languages():
            for path, text in _scripts(page, language).items():
                yield f"assets/{path}", text.encode()


def script_of(page: str, language: str) -> str:
    """Where the script of a page stands below `assets/`."""
    return f"js/for-{language}/{page.removesuffix('.html')}.js"


def later_of(page: str, language: str) -> str:
    """Where that stands which a page of `LATER` asks for."""
    return script_of(page, language).replace(".js", "-rest.js")


@cache
def early_script() -> str:
    """What the page of a station has inside it."""
    return _COMMENT.sub("", join_modules((BEFORE,), _module))


@cache
def _scripts(page: str, language: str) -> dict[str, str]:
    modules, contexts = PAGES[page]
    if page not in LATER:
        joined = join_modules((*ALWAYS, *modules), _module, _WORDS, dynamic=True)
        refused = frozenset(_LITERAL.findall(joined))
        words = _with_words(joined, language, ("live", *contexts), {"refusal": refused})
        return {script_of(page, language): words}
    first = join_modules(modules, _module, _WORDS, dynamic=True)
    modules_later, contexts_later = LATER[page]
    given = frozenset(_MODULE.findall(first))
    rest = join_modules((*ALWAYS, *modules_later), _module, _WORDS, dynamic=True, given=given)
    refused = frozenset(_LITERAL.findall(first + rest))
    soon = frozenset(each for each in refused if each.startswith("fetch-"))
    said = _sayable(first, keys_of("station"))
    first = _with_words(first, language, contexts, {"refusal": soon, "station": said})
    later = {"refusal": refused - soon, "station": frozenset(keys_of("station")) - said}
    rest = _with_words(rest, language, contexts_later, later)
    shared = ", ".join(sorted(set(_SHARED.findall(first)) & set(_SHARED.findall(rest))))
    name = PurePosixPath(script_of(page, language)).name
    return {
        script_of(page, language): f"{first}export {{ {shared} }};\n",
        later_of(
            page, language
        ): f'import {{ {shared} }} from "./{name}";\n{rest}export const {{ REST }} = {LAST};\n',
    }


def _sayable(script: str, keys: Iterable[str]) -> frozenset[str]:
    """The keys that stand in a script, or begin or end as it puts them together."""
    whole, starts = set(_LITERAL.findall(script)), tuple(_START.findall(script))
    ends = tuple(_END.findall(script))
    return frozenset(key for key in keys if key in whole or key.startswith(starts) or key.endswith(ends))


def _with_words(
    joined: str, language: str, contexts: tuple[str, ...], only: Mapping[str, frozenset[str]]
) -> str:
    return _COMMENT.sub("", joined).replace(_WORDS, learning(LEARN, contexts, (language,), only))


def _module(name: str) -> str:
    return files(__package__).joinpath("assets", "js", *f"{name}.js".split("/")).read_text("utf-8")
