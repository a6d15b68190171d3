"""A table that goes on beside the screen shows that it does, and can be moved with the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WIDE = """() => [...document.querySelectorAll('.scroll')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => [getComputedStyle(one).backgroundImage.split('linear-gradient').length - 1, one.tabIndex,
    one.getAttribute('role'), one.getAttribute('aria-label') ?? one.getAttribute('aria-labelledby')])"""


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_goes_on_beside_the_screen_is_faded_named_and_reached(
    chromium: Browser, miniature: Path, language: str
) -> None:
    page = chromium.new_context(viewport={"width": 320, "height": 740}).new_page()
    found = []
    for path in sorted((miniature / language).glob("areas/*.html")):
        page.goto(path.as_uri())
        found += page.evaluate(WIDE)
    assert found
    assert all(fades == 4 and at == 0 and role == "region" and label for fades, at, role, label in found)
