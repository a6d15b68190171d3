"""The station page in a real browser, on a small publication and on broken copies of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.trust import parse_trust
from tests.browser.publish import isla, publish, trust_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

DAY = isla()
STATION = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>x</title>'
    '<main id="station" data-base="../" data-lang="{lang}"></main>'
    '<script type="module" src="/assets/words/{lang}/code.js"></script>'
    '<script type="module" src="/assets/words/{lang}/refusal.js"></script>'
    '<script type="module" src="/assets/words/{lang}/station.js"></script>'
    '<script type="module" src="/assets/js/pages/station.js"></script></html>'
)


@pytest.fixture(scope="module")
def published(served: Served) -> Path:
    """The honest publication, at /honest/."""
    directory = served.directory / "honest"
    publish(DAY, directory)
    for lang in ("es", "en"):
        (directory / lang).mkdir()
        (directory / lang / "station.html").write_text(STATION.format(lang=lang))
    return directory


Break = Callable[[Path], None]


@pytest.fixture
def broken(served: Served, published: Path, request: pytest.FixtureRequest) -> Callable[[Break], str]:
    """Make a copy of the publication, break it, and give its name."""

    def make(change: Break) -> str:
        name = f"broken-{abs(hash(request.node.name))}"
        shutil.copytree(published, served.directory / name)
        change(served.directory / name)
        return name

    return make


def visit(
    page: Page, address: str, name: str = "honest", lang: str = "en", query: str = "a=norte&s=n1.01"
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}{name}/{lang}/station.html?{query}")
    page.wait_for_selector("#station[aria-busy=false]")
    unfold(page)
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def unfold(page: Page) -> None:
    """Open what is folded: what cannot be seen has no text."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def states(page: Page, card: int = 0) -> list[str]:
    """The answers of the five steps of a card."""
    steps = page.locator("article.sheet").nth(card).locator("li.step")
    return [(item.get_attribute("class") or "").removeprefix("step ") for item in steps.all()]


def load_trust(page: Page, content: bytes, expect: str) -> None:
    page.set_input_files("#trust-file", {"name": "trust.toml", "mimeType": "text/plain", "buffer": content})
    page.wait_for_selector(f"details.trust [role=status]:has-text('{expect}')")
    unfold(page)


def test_thirty_digits_vouch_for_a_station(page: Page, served: Served, published: Path) -> None:
    (published / "trust.toml").write_bytes(trust_of(DAY))
    digits = fingerprint(parse_trust(trust_of(DAY)))
    for typed, says in ((digits[::-1], "not those of this publication"), (digits, "are those of this")):
        visit(page, served.address)
        page.fill("#trust-digits", typed)
        page.click("form.digits button")
        page.wait_for_selector(f"details.trust [role=status]:has-text('{says}')")
    (published / "trust.toml").unlink()


def test_a_station_shows_its_sheets_and_what_was_checked(page: Page, served: Served, published: Path) -> None:
    visit(page, served.address)
    assert page.locator("h1").inner_text() == "Polling station n1.01"
    assert page.locator("article.sheet h2").all_inner_texts() == [
        "Tally sheet: President",
        "Copy of a sheet: President",
    ]
    rows = [
        row.split("\t") for row in page.locator("article.sheet").first.locator("tbody tr").all_inner_texts()
    ]
    assert rows == [
        ["", "ana", "24 80.00%", "twenty-four"],
        ["1", "ana-1", "21", "twenty-one"],
        ["3", "ana-2", "3", "three"],
        ["2", "blas", "4 13.33%", "four"],
        ["4", "carla", "2 6.67%", "two"],
        ["", "Null ballots", "1", "one"],
        ["", "Blank ballots", "0", "zero"],
    ]
    assert states(page) == states(page, 1) == ["ok", "ok", "ok", "open", "open"]
    assert page.locator("mark.differs").count() == 0
    assert "machine/n1.01 (machine)" in page.locator("li.step").nth(1).inner_text()
    bundle = page.locator("article.sheet .record > p > a").first.get_attribute("href")
    assert bundle == f"{served.address}honest/log/tile/entries/000.p/15"


def test_the_page_speaks_spanish(page: Page, served: Served, published: Path) -> None:
    visit(page, served.address, lang="es", query="s=n1.01")
    assert page.locator("h1").inner_text() == "Mesa n1.01"
    assert "veinticuatro" in page.locator("article.sheet").first.inner_text()
    assert "origen no está autenticado" in page.locator("li.step.open").first.inner_text()


def test_with_a_trust_file_origin_and_witnesses_are_checked(
    page: Page, served: Served, published: Path
) -> None:
    visit(page, served.address)
    load_trust(page, trust_of(DAY), "trust.toml")
    assert states(page) == ["ok"] * 5
    assert "party-azul.example, observer.example" in page.locator("li.step").nth(4).inner_text()
    digits = fingerprint(parse_trust(trust_of(DAY)))
    assert page.locator("details.trust code").inner_text() == digits


def test_a_trust_file_of_another_log_key_shows_where_it_fails(
    page: Page, served: Served, published: Path
) -> None:
    stranger = NoteSigner("log.example/isla", KeyType.ED25519, b"\x07" * 32).verifier
    visit(page, served.address)
    load_trust(page, trust_of(DAY, Policy((LogIdentity(stranger),))), "trust.toml")
    assert states(page)[:4] == ["ok", "ok", "ok", "bad"]
    assert "No known key signed this checkpoint" in page.locator("li.step.bad").first.inner_text()


def test_a_trust_file_of_another_definition_fails(page: Page, served: Served, published: Path) -> None:
    altered = trust_of(DAY).replace(b'definition = "', b'definition = "00', 1)
    line = altered.split(b"\n", 1)
    visit(page, served.address)
    load_trust(page, line[0][:-3] + b'"\n' + line[1], "trust.toml")
    assert page.locator("[role=alert]").inner_text().endswith("whose SHA-256 the trust file gives.")


def test_a_file_that_is_no_trust_file_is_refused_in_a_sentence(
    page: Page, served: Served, published: Path
) -> None:
    visit(page, served.address)
    load_trust(page, b"hello", "cannot be used")
    assert "line 1" in page.locator("details.trust [role=status]").inner_text()


def test_records_that_differ_are_marked(page: Page, served: Served, published: Path) -> None:
    visit(page, served.address, query="a=norte&s=n1.02")
    assert page.locator("article.sheet").first.locator("mark.differs").count() == 0
    marked = page.locator("article.sheet").nth(1).locator("mark.differs").all_inner_texts()
    assert marked == ["≠ 41", "≠ 0", "≠ 51"]
    beside = page.locator("section.compare mark.differs").all_inner_texts()
    assert beside == ["≠ 41", "≠ 0", "≠ 51"]
    assert "do not all give the same figures" in page.locator("p.lead").inner_text()


def test_the_records_are_folded_into_one_line_each(page: Page, served: Served, published: Path) -> None:
    page.goto(f"{served.address}honest/en/station.html?a=norte&s=n1.02")
    page.wait_for_selector("#station[aria-busy=false]")
    assert page.locator("details.record[open]").count() == 0
    lines = page.locator("details.record .line").all_inner_texts()
    assert [("✓3 ?2" in line, "≠ other figures" in line) for line in lines] == [(True, False), (True, True)]
    page.locator("section.compare th a").nth(1).click()
    page.wait_for_selector("details.record[open]")
    assert page.locator("details.record[open] .words").count() > 5


def test_a_station_with_one_record_shows_it(page: Page, served: Served, published: Path) -> None:
    page.goto(f"{served.address}honest/en/station.html?a=sur&s=s1.01")
    page.wait_for_selector("details.record[open]")
    assert page.locator("section.compare").count() == 0


def test_a_conflict_shows_every_record_as_pending(page: Page, served: Served, published: Path) -> None:
    visit(page, served.address, query="a=norte&s=n2.01")
    cards = page.locator("article.sheet")
    assert cards.count() == 4
    assert ["pending" in text for text in cards.all_inner_texts()] == [True, True, False, False]


def test_a_sheet_that_does_not_add_up_says_so(page: Page, served: Served, published: Path) -> None:
    visit(page, served.address, query="a=sur&s=s1.01")
    assert "own sum is not the sum" in page.locator("article.sheet .note").inner_text()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "s=",
        "s=../../x",
        "a=norte&s=nowhere",
        "s=nowhere",
        "a=%2e%2e&s=n1.01%00",
        "a=norte&s=__proto__",
        "a=norte&s=constructor",
    ],
)
def test_an_address_without_a_station_gets_a_sentence(
    page: Page, served: Served, published: Path, query: str
) -> None:
    visit(page, served.address, query=query)
    assert page.locator("article.sheet").count() == 0
    assert page.locator("#station p").first.inner_text()


def _change(path: str, change: Callable[[bytes], bytes]) -> Break:
    def apply(directory: Path) -> None:
        file = directory / path
        file.write_bytes(change(file.read_bytes()))

    return apply


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


BUNDLE, TILE = "log/tile/entries/000.p/15", "log/tile/0/000.p/15"
SHEET = 5


def _in_bundle(entry: int, at: int) -> int:
    """Where byte `at` of an entry stands in the bundle; from the end where negative."""
    start = sum(2 + len(raw) for raw in DAY.log[:entry]) + 2
    return start + (at if at >= 0 else len(DAY.log[entry]) + at)


@pytest.mark.parametrize(
    ("change", "expected", "said"),
    [
        (_change(BUNDLE, _flip(_in_bundle(SHEET, -1))), ["ok", "bad", "bad"], "signature does not match"),
        (_change(BUNDLE, _flip(_in_bundle(SHEET, 0))), ["bad", "open", "bad"], "does not begin"),
        (_change(TILE, _flip(32 * 6)), ["ok", "ok", "bad"], "another root"),
        (_change("log/checkpoint", lambda d: d.replace(b"\n15\n", b"\n14\n")), [], "000.p/14 is missing"),
        (_change("log/checkpoint", lambda d: d.replace(b"\n15\n", b"\n015\n")), [], "size"),
        (_change("log/checkpoint", lambda d: d[:-1]), [], "note"),
        (_change(BUNDLE, lambda d: d[:-1]), [], "ends after"),
        (_change(BUNDLE, lambda d: d + b"\0"), [], "goes on"),
        (_change(TILE, lambda d: d[:-1]), [], "bytes instead of"),
        (_change(TILE, lambda d: d * 2), [], "is longer"),
        (_change("log/checkpoint", lambda d: b"\n" * 600_000), [], "is longer"),
        (lambda d: (d / BUNDLE).unlink(), [], "is missing"),
        (_change("data/keys.json", lambda d: b"{}"), ["ok", "bad", "ok"], "not among the keys"),
        (_change("data/keys.json", lambda d: b"[1"), ["ok", "bad", "ok"], "not written as it should"),
    ],
    ids=["signature", "frame", "tile", "smaller", "size", "note", "short", "long", "tile-short", "tile-long",
         "huge", "missing", "no-key", "no-index"],
)  # fmt: skip
def test_an_altered_publication_shows_where_it_fails(
    page: Page, served: Served, broken: Callable[[Break], str], change: Break, expected: list[str], said: str
) -> None:
    visit(page, served.address, broken(change))
    if expected:
        assert states(page)[:3] == expected
        assert said in " ".join(page.locator("li.step.bad").all_inner_texts())
    else:
        assert page.locator("article.sheet li.step.ok").count() == 0
        assert said in page.locator("[role=alert]").inner_text()


def test_a_record_that_failed_its_check_is_said_first_and_nothing_is_compared_with_it(
    page: Page, served: Served, broken: Callable[[Break], str]
) -> None:
    visit(page, served.address, broken(_change(BUNDLE, _flip(_in_bundle(SHEET, -1)))))
    lead = page.locator("#station p.lead")
    assert (
        "✗ A record of this station failed its check: Tally sheet (machine/n1.01, entry 5)."
        in lead.inner_text()
    )
    assert lead.get_attribute("role") == "alert"
    assert page.evaluate("document.querySelector('#station .lead').offsetTop < 740")
    heads = page.locator("section.compare thead th").all_inner_texts()
    assert ["✗" in head for head in heads] == [False, False, True]
    assert page.locator("section.compare mark.differs").count() == 0
    first = page.locator("article.sheet").first
    assert first.get_attribute("class") == "sheet unreal failed"
    assert first.locator("h2").inner_text().startswith("✗")
    assert "the record failed its check" in first.locator("dl.pairs").inner_text()
    assert page.locator("article.sheet").nth(1).locator("mark.differs").count() == 0


def test_a_record_that_failed_is_no_reference_even_of_figures_that_differ(
    page: Page, served: Served, broken: Callable[[Break], str]
) -> None:
    visit(page, served.address, broken(_change(BUNDLE, _flip(_in_bundle(6, -1)))), query="a=norte&s=n1.02")
    assert page.locator("section.compare thead th").nth(1).inner_text().startswith("Copy of a sheet")
    marked = page.locator("section.compare tbody tr td:nth-child(2) mark").count()
    assert marked == 0
    assert page.locator("section.compare tbody tr td:nth-child(3) mark").count() == 3


def test_an_index_that_misleads_about_where_an_entry_stands_is_not_believed(
    page: Page, served: Served, broken: Callable[[Break], str]
) -> None:
    def change(directory: Path) -> None:
        path = directory / "data" / "index" / "norte.json"
        index = json.loads(path.read_text())
        index["stations"]["n1.01"]["at"] = [2, 100, 2, 100]
        path.write_text(json.dumps(index))

    visit(page, served.address, broken(change))
    assert states(page)[:3] == states(page, 1)[:3] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given["paths"]["0"].reverse(),
        lambda given: given["paths"]["0"].pop(),
        lambda given: given["paths"]["0"].append(given["paths"]["0"][0]),
        lambda given: given["paths"].update({"0": ["?"]}),
        lambda given: given["paths"].update({"0": 5}),
        lambda given: given.update({"size": 14}),
        lambda given: given.clear(),
    ],
    ids=["order", "short", "long", "letters", "number", "size", "nothing"],
)
def test_a_path_that_the_site_writes_out_is_not_believed(
    page: Page, served: Served, broken: Callable[[Break], str], change: Callable[[dict[str, Any]], None]
) -> None:
    def write(directory: Path) -> None:
        path = directory / "data" / "proofs.json"
        given = json.loads(path.read_text())
        assert given["paths"]["0"]
        change(given)
        path.write_text(json.dumps(given))

    visit(page, served.address, broken(write))
    assert states(page)[:3] == states(page, 1)[:3] == ["ok", "ok", "ok"]


def test_the_record_stays_where_the_rest_of_the_page_does_not_come(
    page: Page, served: Served, published: Path
) -> None:
    page.route("**/station-rest.js", lambda route: route.abort())
    visit(page, served.address, "honest")
    assert states(page)[:3] == ["ok", "ok", "ok"]
    assert "the rest of this page cannot be shown" in page.locator("#station > [role=alert]").inner_text()
    page.unroute("**/station-rest.js")


def test_an_index_that_names_an_enrolment_of_others_is_not_believed(
    page: Page, served: Served, broken: Callable[[Break], str]
) -> None:
    def change(directory: Path) -> None:
        keys = json.loads((directory / "data" / "keys.json").read_text())
        (directory / "data" / "keys.json").write_text(json.dumps(dict.fromkeys(keys, 2)))

    visit(page, served.address, broken(change))
    assert states(page)[:3] == ["ok", "bad", "ok"]
    assert "does not enrol the key" in page.locator("li.step.bad").first.inner_text()


def test_markup_in_an_index_stays_text(page: Page, served: Served, broken: Callable[[Break], str]) -> None:
    def change(directory: Path) -> None:
        areas = {"norte": {"parent": None, "name": "<img src=x onerror=alert(1)>", "level": "state"}}
        (directory / "data" / "areas.json").write_text(json.dumps(areas))
        index = directory / "data" / "index" / "norte.json"
        named = json.loads(index.read_text()) | {"path": [["norte", "<img src=x onerror=alert(1)>", "norte"]]}
        index.write_text(json.dumps(named))

    visit(page, served.address, broken(change))
    assert page.locator("nav.crumbs").inner_text().strip() == "<img src=x onerror=alert(1)>"
    assert page.locator("img").count() == 0


def test_the_page_needs_no_webcrypto(page: Page, served: Served, published: Path) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    visit(page, served.address)
    load_trust(page, trust_of(DAY), "trust.toml")
    assert states(page) == ["ok"] * 5
