"""The documents lead to each other: every link and anchor is there, and every page can be found."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.test_repository import tracked_files

PAGES = [path for path in tracked_files() if path.suffix == ".md"]
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names of a page's headings, as GitHub, GitLab and Forgejo make them: words and hyphens."""
    found: set[str] = set()
    for heading in re.findall(
        r"^#{1,6} (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE
    ):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        while name in found:
            name += "-1"
        found.add(name)
    return frozenset(found)


def links(page: Path) -> list[str]:
    """Where a page leads to, code left aside."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"^    .*$", "", text, flags=re.MULTILINE)
    # A link may have code as its words; code may not have a link in it.
    return [target for target in _LINK.findall(_CODE.sub("`code`", text)) if "://" not in target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


def test_the_contents_page_and_the_readme_lead_to_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    named = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {index}
    assert pages <= named, sorted(page.name for page in pages - named)
    assert "docs/index.md" in links(ROOT / "README.md")


def test_every_picture_is_shown_on_a_page() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    assert set((ROOT / "docs" / "images").iterdir()) <= shown


def test_anchors_are_those_that_hosts_make(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b/<c>.csv` and d\n\n```\n# no heading\n```\n## See [there](x.md)\n## Twice\n## Twice\n"
    )
    assert anchors(page) == {"a-bccsv-and-d", "see-there", "twice", "twice-1"}
