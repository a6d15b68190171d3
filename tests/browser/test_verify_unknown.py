"""The page that verifies everything, on records of unknown types and on attachments that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.codes import Removal, RevocationReason
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import MachineEvent, Revocation, Statement, Withdrawal
from tests.browser.publish import isla
from tests.browser.verifying import CHECKS, publish_page, steps, told
from tests.core.election.build import ROOT, Day, key

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """An empty page of a browser that kept no checkpoint; an uncaught error in it fails the test."""
    page = profile.new_page()
    page.add_init_script("localStorage.clear()")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def with_types(*codes: int) -> Day:
    """The day, and officers' records of types that no version knows."""
    day = isla()
    for code in codes:
        day.say_plain(code, [], "authority/1", "election")
    return day


def test_a_type_that_may_change_totals_leaves_them_unjudged(page: Page, served: Served) -> None:
    day = with_types(200, 60)
    day.say(Revocation(key("machine/n1.01").kid, RevocationReason.LOST), ROOT, "election")
    day.sheet(
        "machine/n1.01", "s1.01", (1, 2, 3, 4)
    )  # by a key that the unknown record may have put in force
    publish_page(day, served.directory / "unknown")
    page.goto(served.address + "unknown/en/verify.html")
    page.set_input_files("#trust-file", served.directory / "unknown" / "trust.toml")
    found = steps(page)
    assert [name for name in CHECKS if found[name] != "ok"] == ["records", "signatures", "tables"]
    assert {found[name] for name in ("records", "signatures", "tables")} == {"open"}
    assert "entry 16 is of type 60, which this program does not know" in told(page, "records")
    assert "not shown to be authentic" in page.locator("h2.outcome").inner_text()
    assert page.locator("section.totals").count() == 0
    assert page.locator("section.faults").count() == 0


def test_a_fault_before_an_unknown_type_is_a_fault(page: Page, served: Served) -> None:
    day = isla()
    day.sheet("machine/nobody", "s1.01", (1, 2, 3, 4))
    day.say_plain(60, [], "authority/1", "election")
    publish_page(day, served.directory / "fault")
    page.goto(served.address + "fault/en/verify.html")
    found = steps(page)
    assert (found["records"], found["signatures"], found["tables"]) == ("open", "bad", "open")
    assert "Entry 15" in page.locator("section.faults").inner_text()


def test_unread_records_are_listed_and_change_nothing(page: Page, served: Served) -> None:
    day = with_types(200, 300)
    publish_page(day, served.directory / "unread")
    page.goto(served.address + "unread/en/verify.html")
    page.set_input_files("#trust-file", served.directory / "unread" / "trust.toml")
    assert steps(page) == dict.fromkeys(CHECKS, "ok")
    assert "Every check holds" in page.locator("h2.outcome").inner_text()
    assert "Entry 15, of type 200" in page.locator("section.unread").inner_text()
    row = page.locator("section.totals tr", has_text="ana").first
    assert row.locator("td").first.inner_text() == "32"


@pytest.mark.parametrize("content", [None, b"another file"], ids=["gone", "another"])
@pytest.mark.parametrize("withdraws", ["party/azul/1", "authority/1", None])
@pytest.mark.one_in(5)
def test_a_file_ends_with_its_own_signers_claim_and_is_told_where_it_is_missing(
    page: Page, served: Served, withdraws: str | None, content: bytes | None
) -> None:
    day = isla()
    title = (Title("es", "Azul"),)
    body = Statement("said-1", title, None, day.attach(b"words"), "a place", None)
    day.say(body, "party/azul/1", "election")
    digest = sha256(b"words").digest()
    if withdraws is not None:
        day.say(Withdrawal(digest, Removal.ERROR), withdraws, "election")
    directory = served.directory / f"withdrawn-{str(withdraws)[:4]}-{content is None}"
    publish_page(day, directory)
    file = directory / "attachments" / digest.hex()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    page.goto(f"{served.address}{directory.name}/en/verify.html")
    claimed = withdraws != "party/azul/1"
    assert steps(page)["attachments"] == ("bad" if claimed and content is not None else "ok")
    told_missing = page.locator("section.told").count() == 1
    assert told_missing is (claimed and content is None)


def test_repeats_and_records_beyond_bounds_are_listed(page: Page, served: Served) -> None:
    day = isla()
    day.repeat(5)
    day.say_plain(MachineEvent.TYPE, [0, 253_402_300_800, 0], "machine/n1.01", "n1.01")
    publish_page(day, served.directory / "noted")
    page.goto(served.address + "noted/en/verify.html")
    found = steps(page)
    assert (found["records"], found["signatures"], found["tables"]) == ("ok", "ok", "ok")
    assert "Entry 15 has the bytes of entry 5" in page.locator("section.repeats").inner_text()
    assert "beyond the year 9999" in page.locator("section.beyond").inner_text()
