"""One script a page: its modules and its words, and nothing that is asked for after them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import languages
from escrutinio.publication.browser.page_scripts import (
    LATER,
    PAGES,
    early_script,
    later_of,
    page_scripts,
    script_of,
)
from escrutinio.publication.browser.words import keys_of
from tests.publication.pages import Page

SCRIPTS = dict(page_scripts())


def test_there_is_one_for_each_page_and_language() -> None:
    named = {f"assets/{script_of(page, each)}" for page in PAGES for each in languages()}
    later = {f"assets/{later_of(page, each)}" for page in LATER for each in languages()}
    assert set(SCRIPTS) == named | later


def test_what_runs_early_is_small_and_says_nothing() -> None:
    assert len(early_script()) < 6_000
    assert "learn" not in early_script()


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_it_imports_nothing_and_has_its_words(path: str) -> None:
    text = SCRIPTS[path].decode()
    language, page, rest = re.fullmatch(r"assets/js/for-(\w+)/(\w+?)(-rest)?\.js", path).groups()  # type: ignore[union-attr]
    imported = re.findall(r'^import \{.*\} from "(.*)";$', text, re.MULTILINE)
    assert imported == ([f"./{page}.js"] if rest else [])
    spoken = set(re.findall(r'module_records_words\.learn\("(\w+)", \{.*?\}, "(\w+)"', text))
    html = f"{page}.html"
    live = () if html in LATER else ("live",)
    assert spoken == {(language, each) for each in (LATER[html][1] if rest else (*live, *PAGES[html][1]))}


@pytest.mark.parametrize("language", languages())
def test_the_two_scripts_of_the_station_page_have_every_word_once(language: str) -> None:
    both = [SCRIPTS[f"assets/{of('station.html', language)}"].decode() for of in (script_of, later_of)]
    for context in ("station", "refusal"):
        first, rest = (_words(each, context) for each in both)
        assert first
        assert rest
        assert not first.keys() & rest.keys()
        assert context == "refusal" or set(keys_of(context)) == first.keys() | rest.keys()


def _words(script: str, context: str) -> dict[str, str]:
    given = re.search(rf'learn\("\w+", \{{[^\n]*?\}}, "{context}", (\{{.*?\n\}})\);', script, re.DOTALL)
    assert given
    found: dict[str, str] = json.loads(given[1])
    return found


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_it_can_be_read_by_an_engine(path: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = tmp_path / "script.mjs"
    script.write_bytes(SCRIPTS[path])
    assert subprocess.run([node, "--check", script], capture_output=True, check=False).stderr == b""


def test_a_page_asks_for_its_script_alone(miniature: Path) -> None:
    for page in PAGES:
        for language in languages():
            within = "areas/N.html" if page == "area.html" else page
            up = "../" * (1 + within.count("/"))
            tags = Page((miniature / language / within).read_text()).tags
            scripts = [
                attributes["src"] for tag, attributes in tags if tag == "script" and "src" in attributes
            ]
            old = [] if page in ("index.html", "area.html") else [f"{up}assets/js/pages/old-engine.js"]
            assert scripts == [f"{up}assets/{script_of(page, language)}", *old], page
            assert (miniature / "assets" / script_of(page, language)).is_file()
