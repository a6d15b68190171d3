"""The browser on publications as `escrutinio publish` makes them: real pages, real indexes, real totals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser

_VERIFY = """
const { Log } = await import('/assets/js/log/log.js');
const { parseTrust } = await import('/assets/js/log/trust.js');
const report = await it.verifyWhole(new Log(args[0], parseTrust(bytes.fromHex(args[1]))), {});
return { steps: Object.fromEntries(report.steps.map(({ id, state }) => [id, state])),
  totals: report.totals.map(({ contest, basis }) => [contest, basis]),
  areas: report.compared.areas, differences: report.compared.count };"""


@pytest.fixture(scope="module")
def published(served: Served, miniature: Path) -> Path:
    """The miniature example, served at /miniature/."""
    (served.directory / "miniature").symlink_to(miniature)
    return miniature


def stations(directory: Path) -> list[tuple[str, str, int]]:
    """Area, station and number of bulk entries, as the indexes list them."""
    found = []
    for path in sorted((directory / "data" / "index").glob("*.json")):
        index = json.loads(path.read_text())
        if "area" in index:
            found += [
                (index["area"], code, sum(map(len, one.get("entries", {}).values())))
                for code, one in index["stations"].items()
            ]
    return found


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_station_with_a_record_verifies_on_its_page(
    page: Page, served: Served, published: Path, lang: str
) -> None:
    spoken = [one for one in stations(published) if one[2]]
    assert spoken
    for area, station, entries in spoken[:3]:
        page.goto(f"{served.address}miniature/{lang}/station.html?a={area}&s={station}")
        page.wait_for_selector("#station[aria-busy=false]")
        assert page.locator("article.sheet").count() == entries
        assert page.locator("li.step.bad").count() == 0
        assert page.locator("li.step.ok").count() == 3 * entries


def test_with_the_trust_file_of_the_publication_every_step_is_answered(
    page: Page, served: Served, published: Path
) -> None:
    area, station, entries = next(one for one in stations(published) if one[2])
    page.goto(f"{served.address}miniature/en/station.html?a={area}&s={station}")
    page.wait_for_selector("#station[aria-busy=false]")
    page.locator("details.trust summary").click()
    page.set_input_files("#trust-file", published / "trust.toml")
    page.wait_for_selector("details.trust [role=status]:has-text('trust.toml')")
    assert page.locator("li.step.bad").count() == 0
    assert page.locator("li.step.ok").count() >= 4 * entries


def test_the_tour_notices_a_changed_vote(page: Page, served: Served, published: Path) -> None:
    page.goto(f"{served.address}miniature/en/tour.html")
    page.wait_for_selector("#sandbox li.step")
    assert page.locator("#sandbox li.step.bad").count() == 0
    page.click("#sandbox button[type=submit]")
    page.wait_for_selector("#sandbox li.step.bad")
    assert "fails at step 2" in page.locator("#sandbox p.result").inner_text()


def check_totals(js: Modules, address: str, directory: Path) -> None:
    """Verify a whole publication in the browser; its totals are those of results.json, area by area."""
    found = js.value("whole", _VERIFY, address, (directory / "trust.toml").read_bytes().hex())
    assert isinstance(found, dict)
    assert {step: state for step, state in found["steps"].items() if state != "ok"} == {}
    bases = [
        (contest["code"], basis["code"], len(basis["areas"]))
        for contest in json.loads((directory / "data" / "results.json").read_text())["contests"]
        for basis in contest["bases"]
    ]
    assert {tuple(one) for one in found["totals"]} == {(contest, basis) for contest, basis, _ in bases}
    assert (found["areas"], found["differences"]) == (sum(areas for *_, areas in bases), 0)


def test_the_totals_of_the_whole_log_are_those_of_the_data(
    js: Modules, served: Served, published: Path
) -> None:
    check_totals(js, served.address + "miniature/", published)


@pytest.mark.slow
def test_the_totals_of_25073_sheets_are_those_of_the_data(
    js: Modules, served: Served, venezuela: Path
) -> None:
    (served.directory / "venezuela").symlink_to(venezuela)
    check_totals(js, served.address + "venezuela/", venezuela)
