"""What stands around the sheets of a station, on published examples: comparison, history, findings, proof."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image

from escrutinio.core.log.proofs import parse_proof, verify_proof
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import read_qr_text
from tests.browser.publish import ASSETS
from tests.publication.hostile import EVIL, RIGHT_TO_LEFT, publish_bare, publish_hostile

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARDS = ("CONCHA", "PERLA", "ANCLA", "REMO", "RED", "VELA", "BOYA")
"""Columns of the miniature's sheets with votes for the presidency."""


@pytest.fixture(scope="module", autouse=True)
def examples(served: Served, miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The miniature at /miniature/, and elections with strange names and many options."""
    (served.directory / "miniature").symlink_to(miniature)
    strange = publish_hostile(tmp_path_factory.mktemp("strange"))
    (served.directory / "strange").symlink_to(strange)
    many = publish_bare(tmp_path_factory.mktemp("many"), stations=2, options=40, sheets=1)
    (served.directory / "many").symlink_to(many)


def visit(page: Page, served: Served, query: str, name: str = "miniature", lang: str = "en") -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.address}{name}/{lang}/station.html?{query}")
    page.wait_for_selector("#station[aria-busy=false]")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def test_sheet_copies_and_paper_stand_side_by_side(page: Page, served: Served) -> None:
    visit(page, served, "a=N&s=N2.01")
    compared = page.locator("section.compare").first
    heads = [head.inner_text().split("\n")[0] for head in compared.locator("thead th").all()]
    assert heads == ["Figure", "Tally sheet", *["Copy of a sheet"] * 2, *["Hand count"] * 2]
    row = compared.locator("tbody tr", has_text="CONCHA").first.inner_text().split("\t")
    assert row == ["CONCHA", "96", "96", "96", "≠ 97", "≠ 97"]
    link = compared.locator("thead a").nth(3).get_attribute("href")
    assert page.locator(f"article{link} h2").inner_text() == "Hand count: Presidency"


def test_a_sheet_looks_as_on_paper(page: Page, served: Served) -> None:
    visit(page, served, "a=N&s=N2.01", lang="es")
    assert page.locator("#station p.not-real").inner_text().upper() == "NO ES UNA ELECCIÓN REAL"
    assert page.locator("h1").inner_text() == "Mesa 1 · Escuela de la Salina"
    assert page.title() == "Mesa 1 · Escuela de la Salina · Elecciones de Tres Islas, 2031 (simulación)"
    top = page.locator("#station").inner_text()
    for words in ("4 de mayo de 2031", "N2.01", "388"):
        assert words in top
    card = page.locator("article.sheet").first
    assert "machine/103" in card.locator("dl").inner_text()
    assert "nombres y firmas" in card.locator(".image").inner_text()
    cells = [row.inner_text().split("\t") for row in card.locator("tbody tr").all()]
    assert cells[1] == ["1", "CONCHA", "96", "noventa y seis"]
    assert "%" in cells[0][2]
    assert re.fullmatch(r"Participación\s+\d\d,\d\d\s%", card.locator("tfoot tr").last.inner_text().strip())


def test_the_machine_s_life_is_read_from_the_log_and_checked(page: Page, served: Served) -> None:
    visit(page, served, "a=N&s=N1.02")
    rows = page.locator("section.history tbody tr")
    assert rows.count() > 5
    assert page.locator("section.history tr.bad").count() == 0
    words = page.locator("section.history").inner_text()
    assert "Machine: sealed" in words
    assert "machine/102" in words
    entry = page.locator("section.history tbody a").first
    entry.click()
    page.wait_for_selector(":target")


def test_findings_lead_to_their_entries(page: Page, served: Served) -> None:
    visit(page, served, "a=N&s=N2.01", lang="es")
    items = page.locator("section.findings li")
    assert "difieren" in items.first.inner_text()
    assert items.first.locator("a").first.get_attribute("href") == "#entry-138"


def test_findings_that_name_no_station_are_on_its_page_too(page: Page, served: Served) -> None:
    visit(page, served, "a=C&s=C2.02")
    codes = [item.get_attribute("data-finding") for item in page.locator("section.findings > ul > li").all()]
    assert codes == ["conflict", "copy-unsigned"]
    visit(page, served, "a=C&s=C1.01")
    assert "noticed nothing" not in page.locator("section.findings").inner_text()
    around = page.locator("section.findings .around li")
    found = [item.get_attribute("data-finding") for item in around.all()]
    assert "bulletin-mismatch" in found
    assert "conflict" not in found


def test_neighbours_are_one_click_away(page: Page, served: Served) -> None:
    visit(page, served, "a=C&s=C1.01")
    assert page.locator("a[rel=prev]").count() == 0
    page.locator("a[rel=next]").click()
    page.wait_for_selector("p.code:has-text('C1.02')")


def test_an_address_without_area_finds_it(page: Page, served: Served) -> None:
    visit(page, served, "s=S2.01")
    assert page.locator("h1").inner_text() == "Station 1 · Escuela del Arrecife"


def test_a_center_lists_its_stations(page: Page, served: Served) -> None:
    visit(page, served, "a=S&c=S2")
    assert page.locator("h1").inner_text() == "Escuela del Arrecife"
    assert page.locator("main ul a").all_inner_texts() == [
        f"Station {number} (code S2.0{number})" for number in (1, 2)
    ]


def test_a_center_has_the_sums_of_its_stations_by_basis(page: Page, served: Served, miniature: Path) -> None:
    visit(page, served, "a=N&c=N1")
    table = page.locator("section.center-totals").first
    heads = table.locator("thead th").all_inner_texts()
    assert heads[:2] == ["Figure", "Official sheets"]
    rows = {row[0]: row for row in (line.inner_text().split("\t") for line in table.locator("tr").all())}
    with (miniature / "data" / "presidencia" / "sheets.csv").open(encoding="utf-8") as file:
        sheets = [
            row
            for row in csv.DictReader(file)
            if row["station"].startswith("N1.") and row["basis"] == "reported" and row["status"] == "counted"
        ]
    assert len(sheets) == 2
    assert rows["Valid votes"][1] == str(sum(int(row[code]) for row in sheets for code in CARDS))
    assert rows["Stations counted"][1] == "2 of 2"
    assert "%" in rows["Turnout"][1]


def test_a_center_leaves_out_what_failed_and_says_so(page: Page, served: Served, miniature: Path) -> None:
    directory = served.directory / "altered-center"
    shutil.copytree(miniature, directory)
    [bundle] = (directory / "log" / "tile" / "entries").rglob("*.p/*")
    data, start = bytearray(bundle.read_bytes()), 0
    for _ in range(58):
        start += 2 + int.from_bytes(data[start : start + 2], "big")
    data[start + 1 + int.from_bytes(data[start : start + 2], "big")] ^= 1
    bundle.write_bytes(data)
    visit(page, served, "a=N&c=N1", "altered-center")
    assert "failed their check" in page.locator("p.lead.alarm").inner_text()
    counted = page.locator("section.center-totals").first.locator("tfoot tr").last.inner_text().split("\t")
    assert counted[:2] == ["Stations counted", "1 of 2"]


def test_record_and_proof_are_what_python_verifies(page: Page, served: Served, miniature: Path) -> None:
    visit(page, served, "a=N&s=N2.01")
    kept = {}
    for name in ("Record (.cose)", "Proof (.tlog-proof)"):
        with page.expect_download() as downloading:
            page.locator("#entry-60").get_by_role("button", name=name).click()
        kept[downloading.value.suggested_filename] = Path(downloading.value.path()).read_bytes()
    raw, proof = kept["entry-60.cose"], parse_proof(kept["entry-60.tlog-proof"])
    assert open_record(raw).subject == "N2.01/presidencia"
    assert proof.index == 60
    assert proof.checkpoint.note.data == (miniature / "log" / "checkpoint").read_bytes()
    verify_proof(proof, raw, parse_trust((miniature / "trust.toml").read_bytes()).policy)


def test_the_qr_code_is_drawn_when_asked_for(page: Page, served: Served) -> None:
    if not (ASSETS / "vendor" / "qr" / "index.js").is_file():
        pytest.skip("the encoder is not here (make decoder fetches it with npm)")
    visit(page, served, "a=N&s=N2.01")
    card = page.locator("#entry-60")
    assert card.locator("svg.qr").count() == 0
    card.get_by_role("button", name="Show the QR code").click()
    image = Image.open(io.BytesIO(card.locator("svg.qr").screenshot()))
    [found] = zxingcpp.read_barcodes(image)
    raw, real = read_qr_text(found.text)
    assert (open_record(raw).subject, real) == ("N2.01/presidencia", False)
    assert found.text == card.locator("figure pre").text_content()
    assert "ESCX:" in card.locator("figcaption").inner_text()


def test_without_an_encoder_the_text_of_the_code_is_shown(page: Page, served: Served) -> None:
    page.route("**/vendor/**", lambda route: route.fulfill(status=404))
    visit(page, served, "a=N&s=N2.01")
    card = page.locator("#entry-60")
    card.get_by_role("button", name="Show the QR code").click()
    card.locator("figure pre").wait_for()
    assert card.locator("svg.qr").count() == 0
    assert card.locator("figure pre").inner_text().startswith("ESCX:")


def test_a_mirror_without_the_index_of_an_area_says_which_file_is_missing(
    page: Page, served: Served, miniature: Path
) -> None:
    directory = served.directory / "incomplete"
    shutil.copytree(miniature, directory)
    (directory / "data" / "index" / "N.json").unlink()
    visit(page, served, "a=N&s=N2.01", "incomplete")
    assert "data/index/N.json is not on this site" in page.locator("[role=alert]").inner_text()


def test_an_altered_entry_of_the_history_is_marked(page: Page, served: Served, miniature: Path) -> None:
    directory = served.directory / "altered"
    shutil.copytree(miniature, directory)
    index = json.loads((directory / "data" / "index" / "N.json").read_text())
    at = index["stations"]["N1.02"]["history"][0]
    [bundle] = (directory / "log" / "tile" / "entries").rglob("*.p/*")
    data, start = bytearray(bundle.read_bytes()), 0
    for _ in range(at):
        start += 2 + int.from_bytes(data[start : start + 2], "big")
    data[start + 1 + int.from_bytes(data[start : start + 2], "big")] ^= 1
    bundle.write_bytes(data)
    visit(page, served, "a=N&s=N1.02", "altered")
    rows = page.locator("section.history tbody tr")
    assert [(row.get_attribute("class") or "") for row in rows.all()][:2] == ["bad", "ok"]
    assert "does not hold" in rows.first.inner_text()


def test_an_index_that_points_anywhere_is_borne(page: Page, served: Served, miniature: Path) -> None:
    directory = served.directory / "nonsense"
    shutil.copytree(miniature, directory)
    path = directory / "data" / "index" / "N.json"
    index = json.loads(path.read_text())
    index["stations"]["N1.02"] |= {"history": [0, -1, "x", None], "findings": [None, ["a"]], "center": [EVIL]}
    path.write_text(json.dumps(index))
    visit(page, served, "a=N&s=N1.02", "nonsense")
    assert page.locator("#station").inner_text()
    assert page.locator("#station script").count() == 0


def test_names_of_markup_and_other_scripts_stay_text(page: Page, served: Served) -> None:
    visit(page, served, "a=X&s=1", "strange")
    text = page.locator("article.sheet").first.inner_text()
    assert EVIL in text
    assert RIGHT_TO_LEFT in text
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_forty_options_are_numbered(page: Page, served: Served) -> None:
    station = json.loads((served.directory / "many" / "data" / "areas.json").read_text())
    area = next(iter(station))
    code = next(
        iter(
            json.loads((served.directory / "many" / "data" / "index" / f"{area}.json").read_text())[
                "stations"
            ]
        )
    )
    visit(page, served, f"a={area}&s={code}", "many")
    numbers = page.locator("article.sheet").first.locator("td.number").all_inner_texts()
    assert numbers[:40] == [str(number) for number in range(1, 41)]
