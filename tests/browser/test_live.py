"""A page during the night: it takes in what is new where it stands, and never makes old figures look new."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.site.cosigning import Cosigning, Later, Silent, Waiting
from escrutinio.publication.site.live import restate
from escrutinio.running.workspace.views import update_publication
from tests.browser.serving import PATIENCE, serving
from tests.publication.growing import Night, night

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

MOST_HOME = 100_000
"""Bytes, uncompressed, that reading the home page may cost."""


def update(mini: Night, directory: Path, size: int, refresh: int | None = 1) -> None:
    mini.grow(directory, size)
    update_publication(
        directory,
        mini.shown,
        trust=mini.trust,
        clock=int(time.time()),
        progress=lambda *_: None,
        refresh=refresh,
    )


def waits(page: Page, text: str) -> str:
    """What the page says of its figures, once it says this."""
    box = page.locator(".live", has_text=text)
    box.wait_for(timeout=PATIENCE)
    return box.inner_text()


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


def last_sheet(mini: Night) -> int:
    """The log's size before the last entry that changes a total of the presidency."""
    sizes = range(len(mini.records), 1, -1)
    votes = [mini.state(sizes[0]).counted["presidencia", "reported"].tolist()]
    for size in sizes[1:]:
        counted = mini.state(size).counted.get(("presidencia", "reported"))
        if counted is None or counted.tolist() != votes[0]:
            return size
    raise AssertionError("no sheet changes the total")


@pytest.mark.slow
def test_new_sheets_reach_an_open_page_and_a_lost_connection_is_said(
    page: Page, mini: Night, tmp_path: Path
) -> None:
    directory, size = tmp_path / "public", last_sheet(mini)
    update(mini, directory, size)
    with serving(directory) as server:
        page.goto(f"{server.address}en/areas/TI.html")
        page.evaluate("window.never_loaded_again = true")
        assert "ago" in waits(page, "Figures as of")
        before = page.locator("main").inner_text()
        update(mini, directory, len(mini.records))
        said = waits(page, "This page changed")
        assert f"New in the log: {len(mini.records) - size} more" in said
        after = page.locator("main").inner_text()
        assert after != before
        marked = page.locator("main .new").all_inner_texts()
        assert marked
        assert all(re.search(r"\d", each) for each in marked), marked
        assert page.locator("main p.new").count() == 0
        assert page.evaluate("window.never_loaded_again")
    assert "ago" in waits(page, "No connection")
    assert page.locator("main").inner_text() == after


def test_what_is_not_continued_says_of_which_day_it_is(page: Page, mini: Night, tmp_path: Path) -> None:
    update(mini, tmp_path / "public", 40, refresh=None)
    with serving(tmp_path / "public") as server:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{server.address}es/index.html")
        said = waits(page, "Cifras del")
        assert str(time.gmtime().tm_year) in said
    assert sum(url.endswith("live.json") for url in requests) == 1


def test_a_copy_without_the_live_file_says_nothing(page: Page, miniature: Path) -> None:
    def missing(route: object) -> None:
        route.fulfill(status=404)  # type: ignore[attr-defined]

    page.route("**/live.json", missing)
    with serving(miniature) as server:
        with page.expect_response("**/live.json"):
            page.goto(f"{server.address}es/index.html")
        page.wait_for_load_state("networkidle")
        assert "156 entradas" in page.locator(".live").inner_text()  # what the page itself says


@pytest.mark.parametrize(
    ("language", "silence", "standstill"),
    [
        ("en", "Witnesses that do not answer: sol (since", "nothing new is public"),
        ("es", "Cofirmantes que no responden: sol (desde", "no se publica nada nuevo"),
    ],
)
def test_silent_witnesses_and_a_missing_quorum_are_said(
    page: Page, mini: Night, tmp_path: Path, language: str, silence: str, standstill: str
) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    silent = (Silent("sol", 1_900_000_000),)
    for waiting, alarms in ((None, 0), (Waiting(1_900_000_000, 43), 1)):
        (directory / "live.json").write_bytes(restate(directory, Cosigning(waiting, silent)) or b"")
        with serving(directory) as server:
            page.goto(f"{server.address}{language}/areas/TI.html")
            said = waits(page, silence)
        assert (standstill in said) is bool(alarms)
        assert page.locator(".live.alarm").count() == alarms


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "are not in the log yet: 1,234;"),
        ("es", "Asientos con resultados que llegaron y aún no están en el registro público: 1.234;"),
    ],
)
def test_results_that_wait_are_counted_on_every_page(
    page: Page, mini: Night, tmp_path: Path, language: str, said: str
) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    later = Cosigning(later=Later(1_234, 1_900_000_000))
    (directory / "live.json").write_bytes(restate(directory, later) or b"")
    with serving(directory) as server:
        for name in ("index", "findings", "areas/TI"):
            page.goto(f"{server.address}{language}/{name}.html")
            waits(page, said)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "not in the log yet: 120 (counted by the record that receiver/1 signed"),
        ("es", "en el registro público: 120 (según el asiento que firmó receiver/1"),
    ],
)
def test_where_a_receiver_signed_a_number_that_one_is_said(
    page: Page, mini: Night, tmp_path: Path, language: str, said: str
) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    live = json.loads(restate(directory, Cosigning(later=Later(1_234, 1_900_000_000))) or b"")
    live["counted"] = {"count": 120, "time": 1_899_990_000, "signer": "receiver/1", "entry": 39}
    (directory / "live.json").write_text(json.dumps(live))
    with serving(directory) as server:
        page.goto(f"{server.address}{language}/index.html")
        waits(page, said)


@pytest.mark.parametrize(
    ("language", "said", "cited"),
    [
        ("en", "the first 40 entries; the log by now has 43", "40 entries of the public log"),
        ("es", "las primeras 40 entradas; el registro público va por 43", "40 entradas del registro público"),
    ],
)
def test_a_page_says_how_far_the_log_is_ahead_and_is_cited_as_it_is(
    page: Page, mini: Night, tmp_path: Path, language: str, said: str, cited: str
) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    live = json.loads((directory / "live.json").read_text())
    root = mini.checkpoint(43).checkpoint.root.hex()
    (directory / "live.json").write_text(json.dumps(live | {"size": 43, "root": root}))
    with serving(directory) as server:
        page.goto(f"{server.address}{language}/index.html")
        waits(page, said)
        assert page.locator(".live.alarm").count() == 0
        page.click("details.cite > summary")
        line = page.locator("p.cited")
        line.wait_for()
        assert cited in line.inner_text()
        assert live["root"][:12] in line.inner_text()


def test_a_log_that_became_shorter_is_said(page: Page, mini: Night, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    with serving(directory) as server:
        page.goto(f"{server.address}en/index.html")
        waits(page, "Figures as of")
        live = (directory / "live.json").read_text()
        (directory / "live.json").write_text(live.replace('"size":40', '"size":39'))
        assert "now shows 39 entries; your browser was already shown 40" in waits(page, "Keep both")
        assert page.locator(".live.grave").bounding_box()["y"] < 740  # type: ignore[index]


def test_what_was_seen_is_remembered_by_every_page(page: Page, mini: Night, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    update(mini, directory, 40)
    with serving(directory) as server:
        page.goto(f"{server.address}en/index.html")
        waits(page, "Figures as of")
        live = (directory / "live.json").read_text()
        (directory / "live.json").write_text(live.replace('"size":40', '"size":39'))
        page.goto(f"{server.address}es/findings.html")
        assert "muestra ahora 39 entradas; a su navegador ya le mostró 40" in waits(page, "se acortó")
        (directory / "live.json").write_text(re.sub('"root":"..', '"root":"ff', live))
        page.goto(f"{server.address}en/areas/TI.html")
        assert "of the same size" in waits(page, "Another history")
        (directory / "live.json").write_text(live)
        page.goto(f"{server.address}en/areas/TI.html")
        waits(page, "Figures as of")
        assert page.locator(".live.alarm").count() == 0


def transferred(page: Page, address: str) -> int:
    """Bytes of everything that opening a page fetches, uncompressed."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return sum(len(answer.body()) for answer in answers)


@pytest.mark.parametrize("language", ["es", "en"])
def test_home_is_small(page: Page, miniature: Path, language: str) -> None:
    with serving(miniature) as server:
        assert 10_000 < transferred(page, f"{server.address}{language}/index.html") < MOST_HOME


@pytest.mark.slow
def test_home_of_a_whole_country_is_small(page: Page, venezuela: Path) -> None:
    with serving(venezuela) as server:
        assert transferred(page, f"{server.address}es/index.html") < MOST_HOME


def test_a_result_card_shows_in_somebody_elses_page(page: Page, served: Served, miniature: Path) -> None:
    with serving(miniature) as server:
        (served.directory / "news.html").write_text(
            f'<!doctype html><iframe src="{server.address}embed/es/TI.html"></iframe>'
            f'<iframe src="{server.address}es/index.html"></iframe>'
        )
        page.goto(f"{served.address}news.html")
        page.frame_locator("iframe").first.locator("table").first.wait_for(timeout=PATIENCE)
        assert page.frame_locator("iframe").nth(1).locator("main").count() == 0
