"""Feeds, result cards and preview pictures: what others show of a publication."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from escrutinio.publication.site.preview import HEIGHT, WIDTH, Card, Row, draw
from escrutinio.running.workspace.server import headers_of
from tests.publication.growing import Night, night
from tests.publication.pages import Page

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


def feed(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())


def said(node: ElementTree.Element, name: str) -> str:
    found = node.findall(ATOM + name)
    assert len(found) == 1, name
    return found[0].text or ""


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_area_has_a_feed_as_rfc_4287_has_them(miniature: Path, language: str) -> None:
    ids: list[str] = []
    pages = sorted((miniature / language / "areas").glob("*.html"))
    for page in pages:
        found = feed(page.with_suffix(".xml"))
        assert found.tag == ATOM + "feed"
        entries = found.findall(ATOM + "entry")
        assert entries
        for node in (found, *entries):
            assert URN.fullmatch(said(node, "id"))
            assert said(node, "title")
            assert MOMENT.fullmatch(said(node, "updated"))
            ids.append(said(node, "id"))
        assert found.findtext(f"{ATOM}author/{ATOM}name")
        assert said(found, "updated") == max(said(entry, "updated") for entry in entries)
        assert "fict" in said(found, "subtitle")
        for link in found.iter(ATOM + "link"):
            target, _, anchor = link.get("href", "").partition("#")
            assert (page.parent / target).resolve().is_file()
            assert not anchor or f'id="{anchor}"' in (page.parent / target).read_text()
    assert len(pages) > 1
    assert len(set(ids)) == len(ids)


def test_pages_link_their_feeds(miniature: Path) -> None:
    for path in (miniature / "es/index.html", *(miniature / "es/areas").glob("*.html")):
        page = Page(path.read_text())
        links = [
            tag for name, tag in page.tags if name == "link" and tag.get("type") == "application/atom+xml"
        ]
        assert [tag["rel"] for tag in links] == ["alternate"]
        assert (path.parent / links[0]["href"]).is_file()


def test_a_new_sheet_is_news_and_what_was_said_keeps_its_id(mini: Night, tmp_path: Path) -> None:
    state = mini.state(len(mini.records))
    sizes = sorted(int(index) + 1 for table in state.tables.values() for index in table.index.tolist())
    found = []
    for size in sizes[-2:]:
        mini.render(size, tmp_path)
        entries = feed(tmp_path / "es/areas/TI.xml").findall(ATOM + "entry")
        found.append([said(entry, "id") for entry in entries])
    before, now = found
    assert now[0] not in before
    assert set(before[1:]) <= set(now)


def test_result_cards_stand_alone_and_say_that_nothing_is_real(miniature: Path) -> None:
    cards = sorted((miniature / "embed/en").glob("*.html"))
    assert miniature / "embed/en/TI.html" in cards
    for card in cards:
        page = Page(card.read_text())
        assert page.errors == []
        assert "fictional" in page.said
        assert not any(name == "script" for name, _ in page.tags)
        assert all((card.parent / link).is_file() for link in page.links)
        assert re.search(r"as of [\d,]+ entries of the log", page.said)


def test_a_card_has_the_figures_of_the_page(miniature: Path) -> None:
    card = Page((miniature / "embed/es/TI.html").read_text()).said
    for votes in ("1.113", "1.122", "250", "78", "16"):
        assert votes in card


def test_cards_alone_may_be_framed() -> None:
    for prefix in ("", "/miniature"):
        assert (
            "frame-ancestors *" in dict(headers_of(f"{prefix}/embed/es/TI.html"))["content-security-policy"]
        )
        for path in (
            "/es/index.html",
            "/es/verify.html",
            "/verify.html",
            "/verify-2.html",
            "/es/areas/embed.html",
            "/",
        ):
            assert "frame-ancestors 'none'" in dict(headers_of(prefix + path))["content-security-policy"]


def test_the_header_forbids_nothing_that_a_page_of_its_own_needs(miniature: Path) -> None:
    paths = [path.relative_to(miniature).as_posix() for path in miniature.rglob("*.html")]
    with_forms = [path for path in paths if "<form" in (miniature / path).read_text()]
    assert "es/index.html" in with_forms
    for path in (*with_forms, "es/"):
        policy = dict(headers_of(f"/miniature/{path}"))["content-security-policy"]
        assert "form-action 'self'" in policy, path


def test_only_what_cannot_change_is_kept_for_good() -> None:
    for path in ("/log/tile/entries/000", "/x/log/tile/0/000.p/12", f"/attachments/{'0' * 64}"):
        assert "immutable" in dict(headers_of(path))["cache-control"]
    for path in ("/log/checkpoint", "/live.json", "/es/index.html", "/data/log/tile/x.csv", "/"):
        assert dict(headers_of(path))["cache-control"] == "no-cache"


def test_the_whole_and_its_first_parts_have_a_picture(mini: Night, tmp_path: Path) -> None:
    address = "https://results.example/2031/"
    there = replace(mini, shown=replace(mini.shown, address=address))
    there.render(len(mini.records), tmp_path)
    for name in ("TI", "N", "C", "S"):
        with Image.open(tmp_path / f"es/areas/{name}.png") as picture:
            assert picture.size == (WIDTH, HEIGHT)
    for page, area in (("index", "TI"), ("areas/N", "N")):
        tags = Page((tmp_path / f"es/{page}.html").read_text()).tags
        named = {tag["property"]: tag["content"] for _, tag in tags if "property" in tag}
        assert named["og:image"] == f"{address}es/areas/{area}.png"
        assert named["og:url"] == f"{address}es/{page}.html"
    assert len(list((tmp_path / "es/areas").glob("*.png"))) == 4


def test_without_an_address_no_page_names_a_picture(miniature: Path) -> None:
    assert "og:image" not in (miniature / "es/index.html").read_text()
    assert list(miniature.rglob("*.png")) == []


def test_a_picture_has_room_for_many_and_for_long_names() -> None:
    rows = [
        Row("A name that is much too long for its line " * 3, str(n), "1.000  10 %", n / 9) for n in range(12)
    ]
    few = Card("en", "Notice", "X", "Title " * 40, "Y", rows[:1], "", "Z")
    many = Card("en", "", "X", "Title", "Y", rows, "and 2 more", "Z")
    for card in (few, many, Card("en", "", "", "", "", (), "", "")):
        with Image.open(io.BytesIO(draw(card))) as picture:
            assert picture.size == (WIDTH, HEIGHT)
            assert len(picture.getcolors() or ()) > 1 or not card.title


@pytest.mark.parametrize(
    ("name", "stands"),
    [("Ñandú – Łódź", "Ñandú – Łódź"), ("قائمة", "قائمة"), ("ᎠᏂ", "ᎠᏂ"), ("漢字", "c1"), ("漢 a", "c1")],
)
def test_what_the_fonts_cannot_write_is_left_to_the_code(name: str, stands: str) -> None:
    first, second = (
        draw(Card("en", "", "X", "Title", "Y", [Row(each, "c1", "5", 0.5)], "", "Z"))
        for each in (name, stands)
    )
    assert first == second
    assert first != draw(Card("en", "", "X", "Title", "Y", [Row("", "", "5", 0.5)], "", "Z"))
