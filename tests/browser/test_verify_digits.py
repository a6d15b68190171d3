"""The thirty digits of a log, typed where a trust file can be given, on the page that verifies everything."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.trust import format_trust, parse_trust
from escrutinio.publication.browser.bundle import bundle
from tests.browser.publish import isla, trust_of
from tests.browser.verifying import CHECKS, publish_page, steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

TRUST = parse_trust(trust_of(isla()))
DIGITS = fingerprint(TRUST)
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('escrutinio checkpoint')).length"


@pytest.fixture(scope="module")
def honest(served: Served) -> Path:
    """A small publication with the page, at /honest/."""
    publish_page(isla(), served.directory / "honest")
    return served.directory / "honest"


@pytest.fixture
def page(profile: BrowserContext, served: Served, honest: Path) -> Page:
    """The page in a browser that kept nothing."""
    page = profile.new_page()
    page.add_init_script("localStorage.clear()")
    page.goto(served.address + "honest/en/verify.html")
    return page


def refused(page: Page, typed: str) -> str:
    """What is said of other digits, after which nothing is kept."""
    page.get_by_label("The thirty digits that you got by another way").fill(typed)
    page.click("button[type=submit]")
    said = page.locator(".report [role=alert]").inner_text()
    assert page.evaluate(KEPT) == 0
    return said


def test_the_thirty_digits_stand_for_a_trust_file(page: Page) -> None:
    page.fill("#trust-digits", DIGITS.replace(" ", "-"))
    assert steps(page) == dict.fromkeys(CHECKS, "ok")
    assert "Every check holds" in page.locator("h2.outcome.ok").inner_text()
    assert "that its own copy of the trust file names" in page.locator(".report p.note").first.inner_text()
    assert page.evaluate(KEPT) == 1


def test_other_digits_are_refused(page: Page) -> None:
    assert "not those of this publication" in refused(page, DIGITS[::-1])
    assert "not 30 digits" in refused(page, "12345 67890")


def test_a_copy_of_another_log_does_not_get_the_digits(page: Page, honest: Path) -> None:
    other = replace(TRUST, definition=sha256(b"another").digest())
    (honest / "trust.toml").write_bytes(format_trust(other))
    assert "not those of this publication" in refused(page, DIGITS)
    (honest / "trust.toml").unlink()
    assert "no copy of its trust file" in refused(page, DIGITS)
    (honest / "trust.toml").write_bytes(format_trust(TRUST))


def test_verify_html_takes_the_digits_beside_a_folder(
    chromium: Browser, served: Served, honest: Path
) -> None:
    (served.directory / "verify.html").write_bytes(bundle())
    context = chromium.new_context(locale="es-VE", offline=True)
    page = context.new_page()
    page.goto((served.directory / "verify.html").as_uri())
    page.set_input_files("#folder", honest)
    page.fill("#trust-digits", DIGITS)
    assert steps(page)["log-signature"] == "ok"
    assert "Todo se cumple" in page.locator("h2.outcome").inner_text()
    context.close()


@pytest.mark.parametrize(
    ("seen", "outcome", "says"),
    [
        ({"size": 90, "root": "x"}, "behind", "it had 90 entries, and this copy has 15"),
        ({"size": 15, "root": "x"}, "other", "another history"),
        ({"size": 14, "root": "x"}, "open", "Consistent"),
        ({"size": "many", "root": "x"}, "open", "Consistent"),
        (None, "open", "Consistent"),
    ],
)
def test_what_any_page_was_shown_before_changes_the_headline(
    page: Page, seen: object, outcome: str, says: str
) -> None:
    page.evaluate(
        "(it) => localStorage.setItem('escrutinio seen log.example/isla', JSON.stringify(it))", seen
    )
    steps(page)
    assert says in page.locator(f"h2.outcome.{outcome}").inner_text()
    assert page.locator("section.now li").count() == (0 if outcome == "open" else 4)
