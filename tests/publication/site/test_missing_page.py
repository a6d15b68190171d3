"""404.html as a file: well formed, whole by itself, and naming everything from where the publication is."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from tests.publication.pages import Page


@pytest.fixture(scope="module", params=["miniature", "hostile"])
def text(request: pytest.FixtureRequest) -> str:
    published: Path = request.getfixturevalue(request.param)
    return (published / "404.html").read_text("utf-8")


def test_it_is_well_formed_and_asks_for_nothing(text: str) -> None:
    page = Page(text)
    assert page.errors == []
    assert set(page.refers) <= set(page.ids)
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert not [tag for tag, found in page.tags if tag in ("link", "img") or (tag == "script" and found)]


def test_its_policy_allows_what_stands_in_it_and_nothing_else(text: str) -> None:
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'self' 'sha256-{digest}'" in text
    assert "unsafe" not in text.partition("<style>")[0]


def test_it_names_everything_from_the_top(text: str) -> None:
    assert all(link.startswith("/") for link in Page(text).links)
