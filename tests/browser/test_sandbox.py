"""The sandbox in a real browser: somebody changes a vote of a small publication, and it is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.publish import isla, publish

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

SANDBOX = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'
    '<section id="sandbox" data-base="../" data-lang="en" data-entry="5"></section>'
    '<script type="module" src="/assets/words/en/code.js"></script>'
    '<script type="module" src="/assets/words/en/refusal.js"></script>'
    '<script type="module" src="/assets/words/en/station.js"></script>'
    '<script type="module" src="/assets/js/pages/sandbox.js"></script></html>'
)


@pytest.fixture(scope="module", autouse=True)
def published(served: Served) -> None:
    """The honest publication, at /honest/."""
    directory = served.directory / "honest"
    publish(isla(), directory)
    (directory / "en").mkdir()
    (directory / "en" / "sandbox.html").write_text(SANDBOX)


def open_sandbox(page: Page, served: Served) -> None:
    page.goto(f"{served.address}honest/en/sandbox.html")
    page.wait_for_selector("li.step")


def result(page: Page) -> str:
    return page.locator("p.result").inner_text()


def test_the_sandbox_begins_with_the_honest_record(page: Page, served: Served) -> None:
    open_sandbox(page, served)
    assert "unchanged" in result(page)
    assert page.locator("li.step.bad").count() == 0


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("change", "signature does not match"),
        ("resign", "not among the keys"),
        ("rewrite", "the signed checkpoint says"),
    ],
)
def test_a_changed_vote_is_noticed(page: Page, served: Served, way: str, said: str) -> None:
    open_sandbox(page, served)
    page.fill("#sandbox-votes", "300")
    page.select_option("#sandbox-how", way)
    page.click("button[type=submit]")
    page.wait_for_selector("li.step.bad")
    classes = [item.get_attribute("class") for item in page.locator("li.step").all()]
    assert classes[:3] == ["step ok", "step bad", "step bad"]
    assert "fails at step 2: Its signature." in result(page)
    assert said in page.locator("#sandbox").inner_text()
    page.click("button[type=reset]")
    page.wait_for_function("!document.querySelector('li.step.bad')")
    assert "unchanged" in result(page)


def test_a_vote_changed_to_itself_changes_nothing(page: Page, served: Served) -> None:
    open_sandbox(page, served)
    page.fill("#sandbox-votes", "21")
    page.click("button[type=submit]")
    page.wait_for_selector("p.result:has-text('nothing was changed')")
    assert page.locator("li.step.bad").count() == 0
