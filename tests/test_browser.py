"""The tests can drive a real Chromium: later ones check the browser verifier with it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.browser
def test_the_browser_runs_a_page(page: "Page") -> None:
    page.set_content("<p id=sum></p><script>document.getElementById('sum').textContent = 1 + 2</script>")
    assert page.inner_text("#sum") == "3"
