"""The browser's modules as files: small, ours alone, and safe to serve under a strict policy."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import catalogue
from escrutinio.publication.browser.bundle import ENTRY
from escrutinio.publication.browser.page_scripts import ALWAYS, BEFORE, PAGES
from escrutinio.publication.browser.words import CONTEXTS, word_files
from escrutinio.publication.site.missing import SCRIPT as MISSING
from tests.browser.publish import ASSETS
from tests.catalogue import messages
from tests.paths import ROOT

FOLDERS = ("records", "log", "election", "pages")
"""Each imports from itself and from those before it, as the core's folders of the same names do."""

MODULES = sorted((ASSETS / "js").rglob("*.js"))
MAX_LINES = 300
VENDOR = ASSETS / "vendor"
"""What others wrote: fetched, not tracked, and named by pages alone."""

_NAMED = re.compile(
    r"""\}\s*from\s*["']([^"']+)["']|\bimport\(?\s*["']([^"']+)["']"""
    r"""|new URL\(\s*["'](\.[^"']+\.js)["'],\s*import\.meta\.url"""
)
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?:(?:async )?function\*? |class |const |let )(\w+|\[[\w, ]+\])", re.MULTILINE)
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function"
    r"|setTimeout\(['\"]|\.style\b|javascript:|\bon(?:click|load|error)\s*="
)


def named_in(text: str) -> list[str]:
    """The modules that a module names: what it imports, and the workers that it starts."""
    return ["".join(found) for found in _NAMED.findall(text)]


def test_there_are_modules() -> None:
    assert {"cbor.js", "cose.js", "merkle.js", "station.js", "sandbox.js"} <= {path.name for path in MODULES}


PARSES = {"live.js": {"DOMParser"}}
"""Who may make elements of text: `live.js` takes the page that it stands on again, from the same place."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_small_plain_and_imports_only_from_below(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") < MAX_LINES
    assert text.startswith("// ")
    assert set(MARKUP.findall(text)) <= PARSES.get(path.name, set())
    folder = FOLDERS.index(path.parent.name)
    for name in named_in(text):
        named = (path.parent / name).resolve()
        from_anywhere = "new URL" in text and name.startswith(
            "../pages/"
        )  # joined, it stands in another folder
        assert from_anywhere or name.startswith("./" if named.parent == path.parent else "../"), name
        if named.is_relative_to(VENDOR):
            assert path.parent.name == "pages", name
            continue
        assert named in MODULES, name
        assert FOLDERS.index(named.parent.name) <= folder, name


def test_every_module_is_one_that_a_page_asks_for_or_that_such_a_module_needs() -> None:
    asked = {
        (ASSETS / name).resolve()
        for path in [*(ROOT / "src").rglob("*.html"), *(ROOT / "src").rglob("*.py")]
        for name in re.findall(r"\bassets/(js/(?!for-)[\w/-]+\.js)", path.read_text("utf-8"))
    }
    joined = [*ALWAYS, BEFORE, *(module for modules, _ in PAGES.values() for module in modules)]
    asked |= {ASSETS / "js" / f"{module}.js" for module in joined}
    waiting, used = {*asked, ASSETS / "js" / f"{ENTRY}.js", ASSETS / MISSING}, set[Path]()
    while waiting:
        path = waiting.pop()
        used.add(path)
        named = {(path.parent / name).resolve() for name in named_in(path.read_text("utf-8"))}
        waiting |= {each for each in named - used if not each.is_relative_to(VENDOR)}
    assert used == set(MODULES)


def test_whatever_a_module_hands_out_is_used_and_not_by_tests_alone() -> None:
    texts = {path: path.read_text("utf-8") for path in MODULES}
    using = (*texts.values(), *(content.decode() for _, content in word_files()))
    words = Counter(word for text in using for word in re.findall(r"\w+", _COMMENT.sub("", text)))
    handed = {
        f"{path.stem}.{name}": words[name]
        for path, text in texts.items()
        for names in _EXPORT.findall(text)
        for name in re.findall(r"\w+", names)
    }
    assert [name for name, count in handed.items() if count == 1] == []


def test_modules_stand_in_one_of_the_folders_and_no_two_share_a_name() -> None:
    assert {path.parent.relative_to(ASSETS / "js").as_posix() for path in MODULES} == set(FOLDERS)
    assert len({path.name for path in MODULES}) == len(MODULES)


def test_every_sentence_that_a_module_asks_for_exists_and_is_asked_for() -> None:
    texts = {path.name: path.read_text() for path in MODULES}
    asked = {
        key
        for text in texts.values()
        for key in re.findall(r'(?:(?:refuse|new Refusal)\(|\s(?="bound-))"([a-z0-9-]+)"', text)
    }
    assert {key for key in asked if not catalogue("en").has("refusal", key)} == set()
    literals = {word for text in texts.values() for word in re.findall(r'["`.]([\w-]+)', text)}
    unused = {
        (context, key)
        for context, key in keyed()
        if context in CONTEXTS and context not in ("refusal", "code") and key not in literals
    }
    assert {key for key in unused if not made_up(key[1], literals)} == set()


def keyed() -> list[tuple[str, str]]:
    """Context and key of every message that has a key."""
    return [(message.context, message.id) for message in messages("en") if message.context]


def made_up(key: str, literals: set[str]) -> bool:
    """Whether a key is one that a module puts together: `${kind}-why`, `step-${name}`."""
    parts = key.split("-")
    return any(
        f"{'-'.join(parts[:cut])}-" in literals or "-".join(parts[cut:]) in literals
        for cut in range(1, len(parts))
    )
