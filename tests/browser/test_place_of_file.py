"""One station's file where the contests stand beside the definition, a ballot bears several marks and the law
has classes of its own: page and command write the same, and it holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from escrutinio.core.election.definition import write_contests
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.place import read_place_file, verify_place
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.downloads.one_place import held_against, place_file
from tests.browser.publish import publish
from tests.browser.test_station import STATION
from tests.core.election.build import COUNCIL, PRESIDENT, Day, attachment

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

PAGE = STATION.format(lang="en").replace(
    "</html>", '<script type="module" src="/assets/words/en/place.js"></script></html>'
)
SEVERAL = replace(
    PRESIDENT,
    marks=2,
    classes=(p.BallotClass("null", ()), p.BallotClass("late", (p.Title("en", "Late <ballots>"),))),
)
FILE = write_contests((SEVERAL, COUNCIL))


@pytest.fixture(scope="module")
def published(served: Served) -> Path:
    listed = attachment(FILE, "application/cbor")
    day = Day(law=lambda body: replace(body, contests=(), contests_file=listed), files=(FILE,))
    day.enrol("machine/n1.01", Role.MACHINE, "n1.01")
    body = t.TallySheet((21, 4, 3, 2), (1, 5), valid=20, ballots=26, voters=26, supplement=2, spoilt=3)
    day.say(body, "machine/n1.01", "n1.01/presidente")
    directory = served.directory / "file"
    publish(day, directory)
    (directory / "en").mkdir()
    (directory / "en" / "station.html").write_text(PAGE)
    return directory


def test_page_and_command_write_the_same_and_it_holds(
    page: Page, served: Served, published: Path, tmp_path: Path
) -> None:
    written = place_file(open_verified(published), "n1.01", "en")
    file = read_place_file(written)
    found = verify_place(file, None)
    assert Outcome.FAILS not in {outcome for outcome, _ in found.steps.values()}
    assert held_against(file, found) == (Outcome.HOLDS, None)
    rows = re.findall(r'<th scope="row">(?:<bdi>)?([^<]*)(?:</bdi>)?</th><td>(\d+)</td>', written.decode())
    assert [figure for _, figure in rows] == ["24", "4", "2", "20", "1", "5", "26", "26", "2", "3"]
    assert rows[3][0] == "Valid ballots"
    assert rows[5][0] == "Late &lt;ballots&gt;"
    page.goto(f"{served.address}file/en/station.html?a=norte&s=n1.01")
    page.wait_for_selector("#station[aria-busy=false]")
    with page.expect_download() as download:
        page.click("p.save button")
    download.value.save_as(tmp_path / "station.html")
    assert (tmp_path / "station.html").read_bytes() == written


def test_a_file_without_the_contests_is_refused(published: Path) -> None:
    file = read_place_file(place_file(open_verified(published), "n1.01", "en"))
    without = replace(file, payload=msgspec.structs.replace(file.payload, contests=""))
    assert verify_place(without, None).steps["definition"][0] is Outcome.FAILS
