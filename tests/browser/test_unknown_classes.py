"""Classes of ballots that no counted sheet states: not known, in both verifiers and on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form, Role
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.shelf import Shelf
from tests.browser.publish import isla
from tests.browser.verifying import publish_page, steps

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Served
    from tests.core.election.build import Day

pytestmark = pytest.mark.browser

COPIES = "copies:party/verde"


def day_without_classes() -> Day:
    """An organisation has one copy, which does not say how many ballots were null or blank."""
    day = isla()
    day.enrol("party/verde/1", Role.PARTY)
    day.say(t.Copy((21, 4, 3, 2), (), form=Form.TABLE), "party/verde/1", "n1.01/presidente")
    return day


def test_both_verifiers_ask_that_they_are_not_stated(page: Page, served: Served) -> None:
    directory = served.directory / "unread-classes"
    publish_page(day_without_classes(), directory)
    assert _tables(directory) is Outcome.HOLDS
    page.goto(served.address + "unread-classes/en/verify.html")
    assert steps(page)["tables"] == "ok"
    row = page.locator("section.totals tr", has_text="Null").first
    assert row.locator("td").last.inner_text() == "–"
    results = directory / "data" / "results.json"
    assert ",null" in results.read_text()
    results.write_text(results.read_text().replace(",null", ",0"))
    assert _tables(directory) is Outcome.FAILS
    page.goto(served.address + "unread-classes/en/verify.html")
    assert steps(page)["tables"] == "bad"
    said = page.locator("section.differences").inner_text()
    assert "isla, null: the publication says 0, the log says nothing" in said


def test_a_page_shows_no_figure_for_them(tmp_path: Path) -> None:
    race, *_ = Site(day_without_classes().state(), Presentation(), Shelf(tmp_path)).races
    [column] = [each for each in race.columns if each.basis.code == COPIES]
    assert [sum for _, sum in column.sums(0)] == [30, None, None, None]
    assert [sum for _, sum in race.columns[0].sums(0)].count(None) == 0


def _tables(directory: Path) -> Outcome:
    [answer] = [each for each in verify_publication(directory).answers if each.check is Check.TABLES]
    return answer.outcome
