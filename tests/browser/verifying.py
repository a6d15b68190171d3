"""The page that verifies everything, as tests use it: the checks that it shows, and what it says of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.publish import publish, trust_of
from tests.core.election.build import Day

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHECKS = [
    "checkpoint", "log-signature", "cosignatures", "bundles", "root", "tiles", "trust-file",
    "definition", "records", "signatures", "attachments", "tables", "files", "verifier", "earlier",
]  # fmt: skip
"""The fifteen checks in the order of their numbers, which never change."""

OF_TRUST = ["log-signature", "cosignatures", "trust-file", "verifier"]
PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>x</title>'
    '<main><div id="verify" data-base="../" data-lang="{lang}"></div></main>'
    '<script type="module" src="/assets/words/{lang}/refusal.js"></script>'
    '<script type="module" src="/assets/words/{lang}/verify.js"></script>'
    '<script type="module" src="/assets/js/pages/verify-all.js"></script></html>'
)


def publish_page(day: Day, directory: Path, lang: str = "en") -> None:
    """A publication of a day with the page, in a language, and a trust file."""
    publish(day, directory)
    (directory / lang).mkdir()
    (directory / lang / "verify.html").write_text(PAGE.format(lang=lang))
    (directory / "trust.toml").write_bytes(trust_of(day))


def steps(page: Page) -> dict[str, str]:
    """Verify, and give the state of each step."""
    page.click("button[type=submit]")
    page.wait_for_selector(".report h2")
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('li.step')]"
        ".map((step) => [step.dataset.step, [...step.classList].at(-1)]))"
    )
    return found


def told(page: Page, step: str) -> str:
    """What a step says."""
    return page.locator(f"li[data-step={step}] p").inner_text()


def restate(directory: Path, size: int) -> None:
    """Let a checkpoint state another size, as no key signed it."""
    path = directory / "log" / "checkpoint"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], str(size).encode(), *lines[2:]]))
