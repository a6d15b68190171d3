"""A part of a log: packed in the browser and by the command alike, and verified from a zip or a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from escrutinio.core.log.proofs import parse_proof, verify_proof
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.downloads.part import part_files, write_zip

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AREA = "N"
NOT_OF_PART = ("bundles", "root", "tiles", "attachments", "tables", "files", "verifier", "earlier")
"""The checks that a part of a log can say nothing of; the page names them all the same."""


@pytest.fixture(scope="module")
def published(served: Served, miniature: Path) -> Path:
    """The miniature example, served at /miniature/."""
    (served.directory / "miniature").symlink_to(miniature)
    return miniature


@pytest.fixture(scope="module")
def part(published: Path) -> dict[str, bytes]:
    """The files of an area's part, as the command writes them."""
    return dict(part_files(open_verified(published), AREA))


@pytest.fixture(scope="module")
def offline(
    chromium: Browser, published: Path, profile: BrowserContext
) -> Callable[[Path, Path | None], Page]:
    """Open verify.html as a file, choose a zip and a trust file, and verify."""

    def verify(chosen: Path, trust: Path | None = None) -> Page:
        page = profile.new_page()
        page.goto((published / "verify.html").as_uri())
        if page.evaluate("document.documentElement.lang") == "es":
            page.click("header button")
        page.set_input_files("#folder" if chosen.is_dir() else "#zip", chosen)
        if trust is not None:
            page.set_input_files("#trust-file", trust)
        page.click("button[type=submit]")
        page.wait_for_selector(".report h2, .report [role=alert]")
        return page

    return verify


def test_the_browser_packs_what_the_command_packs(
    page: Page, served: Served, published: Path, part: dict[str, bytes], tmp_path: Path
) -> None:
    page.goto(f"{served.address}miniature/en/areas/{AREA}.html")
    with page.expect_download() as download:
        page.click(f"button[data-area-download={AREA}]")
    assert download.value.suggested_filename.endswith(f"-{AREA}-156.zip")
    download.value.save_as(tmp_path / "part.zip")
    with ZipFile(tmp_path / "part.zip") as found:
        assert found.testzip() is None
        packed = {name: found.read(name) for name in found.namelist()}
    assert packed == part
    page.wait_for_selector("span[role=status]:has-text('records')")


def test_each_proof_in_a_part_verifies_by_itself(published: Path, part: dict[str, bytes]) -> None:
    trust = parse_trust((published / "trust.toml").read_bytes())
    listed = json.loads(part["area.json"])
    assert listed["area"] == AREA
    for index in listed["entries"]:
        proof = parse_proof(part[f"proofs/{index}.tlog-proof"])
        verify_proof(proof, part[f"records/{index}.cose"], trust.policy)
        assert proof.index == index


def test_a_part_is_verified_from_its_zip(
    offline: Callable[..., Page], published: Path, part: dict[str, bytes], tmp_path: Path
) -> None:
    write_zip(tmp_path / "part.zip", part.items())
    page = offline(tmp_path / "part.zip", published / "trust.toml")
    assert "What this file has is part of the log." in page.locator("h2").inner_text()
    states = {name: page.locator(f"li[data-step={name}]").get_attribute("class") for name in NOT_OF_PART}
    assert set(states.values()) == {"step open"}
    assert page.locator("li.step").count() == 16
    assert "That nothing is left out" in page.locator("section.limits").inner_text()
    results = json.loads((published / "data" / "results.json").read_text())
    contest = results["contests"][0]
    stated = dict(zip(contest["columns"], contest["bases"][0]["areas"][AREA], strict=True))
    row = page.locator("section.totals tr", has_text="Ceiba").first
    assert row.locator("td").first.inner_text() == str(stated["ceiba"])
    assert page.locator("section.stations > ul > li").count() == stated["stations_in_roll"]
    page.close()


def test_a_part_is_verified_from_its_folder(
    offline: Callable[..., Page], part: dict[str, bytes], tmp_path: Path
) -> None:
    for name, content in part.items():
        (tmp_path / "part" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "part" / name).write_bytes(content)
    page = offline(tmp_path / "part")
    assert "origin not authenticated" in page.locator("h2").inner_text()
    page.close()


def _flip(content: bytes, at: int = -1) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def _named(part: dict[str, bytes], folder: str = "records/", at: int = -1) -> str:
    """A file of a part, by its place among those of a folder."""
    return [name for name in part if name.startswith(folder)][at]


Change = Callable[[dict[str, bytes]], dict[str, bytes]]


@pytest.mark.parametrize(
    ("change", "step", "says"),
    [
        (lambda p: p | {_named(p): _flip(p[_named(p)])}, "part", "another root"),
        (lambda p: p | {_named(p): p[_named(p, at=-2)]}, "part", "another root"),
        (lambda p: p | {_named(p, "proofs/"): p[_named(p, "proofs/", -2)]}, "part", "another entry"),
        (lambda p: p | {"checkpoint": p["checkpoint"] + b"x"}, "checkpoint", "note"),
        (lambda p: {n: c for n, c in p.items() if not n.startswith("attach")}, "definition", "is missing"),
    ],
)
def test_one_altered_file_of_a_part_is_named(
    offline: Callable[..., Page],
    part: dict[str, bytes],
    tmp_path: Path,
    change: Change,
    step: str,
    says: str,
) -> None:
    write_zip(tmp_path / "part.zip", change(part).items())
    page = offline(tmp_path / "part.zip")
    assert says in page.locator(f"li.step.bad[data-step={step}]").inner_text()
    page.close()


def test_a_record_that_is_not_in_a_part_accuses_nobody(
    offline: Callable[..., Page], part: dict[str, bytes], tmp_path: Path
) -> None:
    write_zip(tmp_path / "part.zip", [(n, c) for n, c in part.items() if n != _named(part)])
    page = offline(tmp_path / "part.zip")
    assert ".cose is missing" in page.locator("li.step.open[data-step=part]").inner_text()
    assert page.locator("li.step.bad").count() == 0
    page.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda zipped: zipped[:-30], "cut off"),
        (lambda zipped: _flip(zipped, 60), "is damaged"),
        (lambda zipped: b"no zip at all", "cut off"),
    ],
)
def test_a_spoilt_zip_is_refused(
    offline: Callable[..., Page],
    part: dict[str, bytes],
    tmp_path: Path,
    spoil: Callable[[bytes], bytes],
    says: str,
) -> None:
    first = dict(sorted(part.items(), key=lambda item: item[0] != "area.json"))
    write_zip(tmp_path / "whole.zip", first.items())
    (tmp_path / "part.zip").write_bytes(spoil((tmp_path / "whole.zip").read_bytes()))
    page = offline(tmp_path / "part.zip")
    assert says in page.locator(".report [role=alert]").inner_text()
    page.close()
