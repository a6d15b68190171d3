"""One script a page: its modules and its words, and nothing that is asked for after them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import languages
from escrutinio.publication.browser.page_scripts import EARLY, PAGES, page_scripts, script_of
from tests.publication.pages import Page

SCRIPTS = dict(page_scripts())


def test_there_is_one_for_each_page_and_language() -> None:
    named = {f"assets/{script_of(page, each)}" for page in PAGES for each in languages()}
    assert set(SCRIPTS) == {EARLY, *named}


def test_what_runs_early_is_small_and_says_nothing() -> None:
    assert len(SCRIPTS[EARLY]) < 6_000
    assert "learn" not in SCRIPTS[EARLY].decode()


@pytest.mark.parametrize("path", sorted(set(SCRIPTS) - {EARLY}))
def test_it_imports_nothing_and_has_its_words(path: str) -> None:
    text = SCRIPTS[path].decode()
    assert not re.search(r"^import ", text, re.MULTILINE)
    spoken = set(re.findall(r'module_records_words\.learn\("(\w+)", \{.*?\}, "(\w+)"', text))
    language, page = re.fullmatch(r"assets/js/for-(\w+)/(\w+)\.js", path).groups()  # type: ignore[union-attr]
    assert spoken == {(language, context) for context in ("live", *PAGES[f"{page}.html"][1])}


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
            scripts = [attributes["src"] for tag, attributes in tags if tag == "script"]
            first = [f"../{EARLY}"] if page == "station.html" else []
            old = [] if page in ("index.html", "area.html") else [f"{up}assets/js/pages/old-engine.js"]
            assert scripts == [*first, f"{up}assets/{script_of(page, language)}", *old], page
            assert (miniature / "assets" / script_of(page, language)).is_file()
