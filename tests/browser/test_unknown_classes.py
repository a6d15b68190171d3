"""Classes of ballots that no counted sheet states: not known, in both verifiers and on the pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from escrutinio.base.words.format import Format
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.notes import Note
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form, Role
from escrutinio.core.records.parts import Announced, Title
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.evidence.claims.claims import study_claim
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.live import live_files
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.rows import StationTable
from escrutinio.publication.site.shelf import Shelf
from tests.browser.publish import isla, trust_of
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


def test_nor_does_the_table_of_stations(tmp_path: Path) -> None:
    """A zero for a class that no sheet says would be a statement, and its turnout too small."""
    day = day_without_classes()
    day.say(t.Copy((9, 8, 7, 6), (2, 1), form=Form.TABLE), "party/verde/1", "n1.02/presidente")
    site = Site(day.state(), Presentation(), Shelf(tmp_path))
    race, *_ = site.races
    labels = {column.basis.code: column.basis.code for column in race.columns}
    table = StationTable(site, race, Format("en"), labels, str)
    rows = table.rows(site.areas.index["norte"])
    found = re.findall(rf'<td class="t">{COPIES}(?:<td>\d+)+(<td>–<td>–|<td>2<td>1)', rows)
    assert found == ["<td>–<td>–", "<td>2<td>1"]


def test_nor_what_programs_read() -> None:
    day = day_without_classes()
    trust = parse_trust(trust_of(day))
    head = SignedCheckpoint(Checkpoint("log.example/isla", len(day.log), Hash(bytes(32))), Note(b"", ()))
    told = dict(live_files(day.state(), head, trust, clock=0, refresh=None, before=None, made=None))
    bases = {each["basis"]: each for each in json.loads(told["latest.json"])["contests"][0]["bases"]}
    said = bases[COPIES]
    assert (said["valid"], said["classes"], said["ballots"]) == (30, {"null": None, "blank": None}, None)
    assert None not in (*bases["reported"]["classes"].values(), bases["reported"]["ballots"])


def test_an_announced_number_of_null_ballots_is_held_against_sheets_that_say_theirs() -> None:
    day = day_without_classes()
    rows = tuple(Announced(option, votes) for option, votes in (("ana", 25), ("blas", 5)))
    said = t.Claim("c", (Title("en", "x"),), "2030-12-01", rows, 30, 5, 35, None, None, None, (), None)
    day.say(said, "party/azul/1", "presidente")
    state = day.state()
    [claim] = state.records(t.Claim)
    columns = {}
    for basis in ("reported", COPIES):
        beside = study_claim(state, claim, basis).sheets
        assert beside is not None
        columns[basis] = beside.comparison.columns
    assert columns == {"reported": ("ana", "blas", "null"), COPIES: ("ana", "blas")}


def _tables(directory: Path) -> Outcome:
    [answer] = [each for each in verify_publication(directory).answers if each.check is Check.TABLES]
    return answer.outcome
