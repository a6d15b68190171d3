"""One place as one file: made by the page and by the command alike, read without scripts, checked offline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from escrutinio.cli import main
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.downloads.one_place import place_file
from tests.browser.serving import PATIENCE, serving
from tests.browser.test_narrow import CUT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

STATION = "N2.02"
MOST = 100_000
"""Bytes that a messenger or a cable carries without a thought."""


@pytest.fixture(scope="module")
def address(miniature: Path) -> Iterator[str]:
    with serving(miniature) as server:
        yield server.address


@pytest.fixture(scope="module")
def honest(miniature: Path) -> bytes:
    """The file that the command writes."""
    return place_file(open_verified(miniature), STATION, "es")


@pytest.fixture(scope="module")
def offline(miniature: Path, profile: BrowserContext) -> Callable[..., Page]:
    """Open verify.html as a file, choose a place's file, and verify it."""

    def verify(chosen: Path, *, trusting: bool = True) -> Page:
        page = profile.new_page()
        page.goto((miniature / "verify.html").as_uri())
        if page.evaluate("document.documentElement.lang") == "es":
            page.click("header button")
        page.set_input_files("#zip", chosen)
        if trusting:
            page.set_input_files("#trust-file", miniature / "trust.toml")
        page.click("button[type=submit]")
        page.wait_for_selector(".report h2", timeout=PATIENCE)
        return page

    return verify


def spoilt(text: bytes, change: Callable[[dict[str, list[list[object]]]], None]) -> bytes:
    """The file with something else inside, and the text that it had."""
    found = re.search(rb'<pre id="place" hidden>([^<]*)</pre>', text)
    assert found is not None
    payload = json.loads(found[1])
    change(payload)
    return text.replace(found[1], json.dumps(payload, separators=(",", ":")).encode())


def _record(payload: dict[str, list[list[object]]]) -> None:
    raw = str(payload["entries"][-1][1])
    payload["entries"][-1][1] = raw[:-10] + ("A" if raw[-10] != "A" else "B") + raw[-9:]


def _proof(payload: dict[str, list[list[object]]]) -> None:
    payload["entries"][-1][2] = payload["entries"][-2][2]


Spoil = Callable[[bytes], bytes]
SPOILT: dict[str, tuple[Spoil, str, str]] = {
    "figure": (lambda text: text.replace(b"<td>113</td>", b"<td>913</td>", 1), "written", "“913”"),
    "name": (lambda text: text.replace(b"<bdi>Ceiba</bdi>", b"<bdi>Copey</bdi>", 1), "written", "“Copey”"),
    "row": (lambda text: text.replace(b"</table>", b"<tr><td>7</td></tr></table>", 1), "written", "“7”"),
    "record": (lambda text: spoilt(text, _record), "part", ""),
    "proof": (lambda text: spoilt(text, _proof), "part", ""),
}


def test_the_page_writes_what_the_command_writes(
    page: Page, address: str, honest: bytes, tmp_path: Path
) -> None:
    page.goto(f"{address}es/station.html?a=N&s={STATION}")
    page.wait_for_selector("#station[aria-busy=false]")
    with page.expect_download() as download:
        page.click("p.save button")
    download.value.save_as(tmp_path / "station.html")
    assert (tmp_path / "station.html").read_bytes() == honest
    assert len(honest) < MOST
    assert "Guardado" in page.locator("p.save [role=status]").inner_text()


def test_it_is_read_without_scripts_and_without_a_network(
    chromium: Browser, honest: bytes, tmp_path: Path
) -> None:
    (tmp_path / "station.html").write_bytes(honest)
    context = chromium.new_context(
        java_script_enabled=False, offline=True, viewport={"width": 320, "height": 740}
    )
    page = context.new_page()
    page.goto((tmp_path / "station.html").as_uri())
    assert page.locator("h1").inner_text() == f"Mesa {STATION}"
    assert page.locator("tr", has_text="Ceiba").first.locator("td").inner_text() == "113"
    assert not page.locator("#place").is_visible()
    assert page.locator("td").first.evaluate("e => getComputedStyle(e).textAlign") == "end"
    context.close()
    narrow = chromium.new_context(viewport={"width": 320, "height": 740})
    page = narrow.new_page()
    page.goto((tmp_path / "station.html").as_uri())
    assert page.evaluate(CUT) == []
    narrow.close()


@pytest.mark.parametrize("place", [STATION, "N"])
def test_the_verifier_reads_it_offline(
    offline: Callable[..., Page], miniature: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "place.html").write_bytes(place_file(open_verified(miniature), place, "en"))
    page = offline(tmp_path / "place.html")
    assert "What this file has is part of the log." in page.locator("h2.outcome").inner_text()
    assert page.locator("li.step.ok[data-step=written]").count() == 1
    assert STATION in page.locator("section.stations").inner_text()
    page.close()


def test_without_a_trust_file_nobody_vouches_for_it(
    offline: Callable[..., Page], honest: bytes, tmp_path: Path
) -> None:
    (tmp_path / "station.html").write_bytes(honest)
    page = offline(tmp_path / "station.html", trusting=False)
    assert "origin not authenticated" in page.locator("h2.outcome").inner_text()
    page.close()


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.one_in(3)
def test_what_was_changed_is_found_and_said(
    offline: Callable[..., Page], miniature: Path, honest: bytes, tmp_path: Path, name: str
) -> None:
    spoil, step, says = SPOILT[name]
    (tmp_path / "station.html").write_bytes(spoil(honest))
    page = offline(tmp_path / "station.html")
    assert page.locator("h2.outcome.bad").count() == 1
    assert says in page.locator(f"li.step.bad[data-step={step}]").inner_text()
    page.close()
    trust = ["--trust", str(miniature / "trust.toml"), "--json"]
    result = CliRunner().invoke(main, ["verify", str(tmp_path / "station.html"), *trust])
    assert result.exit_code == 1
    checks = {each["name"]: each["outcome"] for each in json.loads(result.output)["checks"]}
    assert checks[step] == "fails"


def test_other_words_around_the_same_figures_are_no_ones(
    offline: Callable[..., Page], miniature: Path, honest: bytes, tmp_path: Path
) -> None:
    (tmp_path / "station.html").write_bytes(honest.replace(b"</main>", b"<p>Nobody knows.</p>\n</main>"))
    page = offline(tmp_path / "station.html")
    assert "perhaps another version's" in page.locator("li.step.open[data-step=written]").inner_text()
    assert page.locator("h2.outcome.part").count() == 0
    page.close()
    trust = ["--trust", str(miniature / "trust.toml")]
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "station.html"), *trust]).exit_code == 4


def test_a_file_that_carries_nothing_is_refused(
    offline: Callable[..., Page], honest: bytes, tmp_path: Path
) -> None:
    (tmp_path / "station.html").write_bytes(re.sub(rb"<pre.*</pre>", b"", honest))
    page = offline(tmp_path / "station.html")
    assert "not the file of a place" in page.locator(".report [role=alert]").inner_text()
    page.close()
