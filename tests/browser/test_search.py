"""Finding places by name and code: the index as Python writes it, words as both cut them, the keyboard."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.site.indexes import words_of
from tests.browser.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser

NAMES = [
    "Unidad Educativa «Simón Bolívar» Nº 2",
    "ESCUELA BÁSICA ÑANDÚ-ÇEDILHA",
    "مدرسة القدس",
    "Москва 12",
    "İstanbul ﬁne",
    "__proto__ constructor",
    "<b>",
    "",
]


@pytest.fixture(scope="module", autouse=True)
def example(served: Served, miniature: Path) -> None:
    (served.directory / "miniature").symlink_to(miniature)


@pytest.mark.parametrize("name", NAMES)
def test_words_are_cut_as_in_python(js: Modules, name: str) -> None:
    assert js.value("names", "return it.wordsOf(args[0])", name) == words_of(name)


def visit(page: Page, served: Served, path: str = "en/station.html") -> None:
    page.goto(f"{served.address}miniature/{path}")
    page.wait_for_selector("form.find input[role=combobox]")


def type_in(page: Page, text: str) -> list[str]:
    """What is offered for a text, once the page has said how much there is."""
    page.fill("form.find input", "")
    page.wait_for_selector("form.find [role=status]:empty", state="attached")
    page.fill("form.find input", text)
    page.wait_for_selector("form.find [role=status]:not(:empty)")
    return [option.inner_text().split("\n")[0] for option in page.locator("[role=option] b").all()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("norte", ["Isla Norte"]),
        ("escuela", ["Escuela del Mercado", "Escuela de la Salina", "Escuela del Arrecife"]),
        ("ESC arre", ["Escuela del Arrecife"]),
        ("arrecife escuela", ["Escuela del Arrecife"]),
        ("liceó fáro", ["Liceo del Faro Viejo"]),
        ("N2", ["Escuela de la Salina"] * 3),
        ("n2.01", ["Escuela de la Salina"]),
        ("escuela norte", ["Escuela de la Salina"]),
        ("isla norte", ["Isla Norte"]),
        ("island norte", ["Isla Norte"]),
        ("liceo salina", []),
        ("nowhere", []),
        ("<b>x", []),
        ("__proto__", []),
    ],
)
@pytest.mark.one_in(3)
def test_names_and_codes_are_found(page: Page, served: Served, text: str, expected: list[str]) -> None:
    visit(page, served)
    assert type_in(page, text) == expected


def test_only_what_a_word_needs_is_fetched_and_nothing_before(page: Page, served: Served) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.partition("/miniature/")[2]))
    visit(page, served, "en/index.html")
    assert [path for path in fetched if path.startswith(("data/names", "data/areas", "data/index"))] == []
    type_in(page, "escuela")
    wanted = "data/names/" + b"es".hex() + ".json"
    assert sorted({path for path in fetched if path.startswith("data/names/")}) == sorted(
        [wanted, "data/names/words.json"]
    )


def test_on_a_phone_what_was_found_is_on_the_screen(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    visit(page, served)
    type_in(page, "escuela")
    box = page.locator("form.find .hits li").first.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 740 - box["height"]


def test_the_keyboard_chooses(page: Page, served: Served) -> None:
    visit(page, served)
    type_in(page, "escuela")
    field = page.locator("form.find input")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowUp")
    active = field.get_attribute("aria-activedescendant")
    assert page.locator("[aria-selected=true]").get_attribute("id") == active
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("[aria-selected=true] b").inner_text() == "Escuela de la Salina"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Escuela de la Salina')")
    assert page.url.endswith("/en/station.html?a=N&c=N2")


@pytest.mark.parametrize("way", ["Enter", "button"])
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.one_in(3)
def test_home_leads_to_what_was_found_under_every_server(
    chromium: Browser, served: Served, miniature: Path, way: str, scripts: bool, own: bool
) -> None:
    with serving(miniature.parent) if own else nullcontext(served) as server:
        context = chromium.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{server.address}miniature/es/index.html")
        page.fill("form.find input", "escuela")
        if way == "Enter":
            page.press("form.find input", "Enter")
        else:
            if scripts:
                page.wait_for_selector("ul.hits li")  # for which the page may scroll
            page.click("form.find button")
        page.wait_for_url("**/es/station.html?s=escuela")
        if scripts:
            page.wait_for_selector("ul.found-places")
            assert page.locator("ul.found-places b").all_inner_texts() == [
                "Escuela del Mercado",
                "Escuela de la Salina",
                "Escuela del Arrecife",
            ]
        else:
            assert page.locator(".without-scripts").is_visible()
            assert page.locator(".with-scripts").is_hidden()
        context.close()


def results(page: Page, served: Served, text: str) -> str:
    """What the page of results says of a text that somebody brought in the address."""
    page.goto(f"{served.address}miniature/en/station.html?s={text}")
    page.wait_for_selector("#station[aria-busy=false]")
    return page.locator("#station").inner_text()


def test_the_address_of_a_text_searches_and_the_only_hit_is_opened(page: Page, served: Served) -> None:
    page.goto(f"{served.address}miniature/en/station.html?s=faro")
    page.wait_for_url("**/station.html?a=N&c=N1")
    page.goto(f"{served.address}miniature/en/station.html?s=n2.01")
    page.wait_for_url("**/station.html?a=N&s=N2.01")
    page.wait_for_selector("h1:has-text('Escuela de la Salina')")


def test_too_many_no_connection_and_nothing_are_three_answers(page: Page, served: Served) -> None:
    assert "Station zzz9 is not in this publication's index." in results(page, served, "zzz9")
    assert "Nothing was found." in results(page, served, "palafito")
    page.route(
        "**/data/names/words.json",
        lambda route: route.fulfill(json={"common": ["escuela"], "start": ["es"], "levels": {}}),
    )
    assert "Too many centers have these words" in results(page, served, "escuela")
    page.unroute("**/data/names/words.json")
    page.route("**/data/names/**", lambda route: route.abort())
    assert "No connection" in results(page, served, "escuela")
    visit(page, served)
    assert type_in(page, "escuela") == []
    assert "No connection" in page.locator("form.find [role=status]").inner_text()


def test_the_name_that_people_use_finds_a_place(page: Page, served: Served) -> None:
    def also(route: Route) -> None:
        areas = route.fetch().json()
        areas["N"]["also"] = ["Estado Boreal"]
        route.fulfill(json=areas)

    page.route("**/data/areas.json", also)
    visit(page, served)
    assert type_in(page, "estado boreal") == ["Estado Boreal"]
    assert "Isla Norte" in page.locator("[role=option]").inner_text()
    assert type_in(page, "escuela boreal") == ["Escuela de la Salina"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("distrito capital", "Distrito Capital"),
        ("estado zulia", "Estado Zulia"),
        ("caracas", "Municipio Bolivariano Libertador"),
        ("nueva esparta", "Estado Nueva Esparta"),
        ("delta amacuro", "Estado Delta Amacuro"),
        ("táchira", "Estado Táchira"),
    ],
)
def test_the_places_of_the_example_are_found_as_people_call_them(
    page: Page, served: Served, venezuela: Path, text: str, expected: str
) -> None:
    link = served.directory / "venezuela"
    if not link.exists():
        link.symlink_to(venezuela)
    page.goto(f"{served.address}venezuela/es/index.html")
    page.wait_for_selector("form.find input[role=combobox]")
    assert type_in(page, text)[0] == expected


@pytest.mark.parametrize("query", ["?a=N&s=N1.01#entry-52", "?a=N&c=N1", "?s=escuela"])
def test_another_language_shows_the_same(page: Page, served: Served, query: str) -> None:
    page.goto(f"{served.address}miniature/es/station.html{query}")
    page.wait_for_selector("#station[aria-busy=false]")
    heading = page.locator("h1").inner_text()
    page.click(".languages a[hreflang=en]")
    page.wait_for_url(f"**/en/station.html{query}")
    page.wait_for_selector("#station[aria-busy=false]")
    assert page.locator("h1").inner_text() in (
        heading,
        heading.replace("Mesa", "Station").replace("Búsqueda", "Search"),
    )


def test_every_page_takes_its_address_to_another_language(page: Page, served: Served) -> None:
    for path in ("index", "check", "findings", "tour", "areas/N"):
        page.goto(f"{served.address}miniature/es/{path}.html?n=1#main")
        page.locator(".languages a[hreflang=en]").focus()
        found = page.locator(".languages a[hreflang=en]").first.evaluate("(link) => link.href")
        assert str(found).endswith(f"/en/{path}.html?n=1#main"), path


def test_escape_closes_the_list_and_enter_takes_the_code(page: Page, served: Served) -> None:
    visit(page, served)
    type_in(page, "C1.01")
    page.keyboard.press("Escape")
    assert page.locator("form.find input").get_attribute("aria-expanded") == "false"
    assert page.locator("[role=option]").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("p.code:has-text('C1.01')")


def test_the_only_hit_is_taken_by_enter(page: Page, served: Served) -> None:
    visit(page, served, "es/index.html")
    type_in(page, "mercado")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Escuela del Mercado')")


def test_without_scripts_the_form_leads_to_a_page_that_names_the_areas(miniature: Path) -> None:
    text = (miniature / "en" / "station.html").read_text()
    assert 'action="station.html"' in text
    assert f'href="areas/{_root(miniature)}.html"' in text


def _root(publication: Path) -> str:
    areas = json.loads((publication / "data" / "areas.json").read_text())
    [root] = [str(code) for code, area in areas.items() if area["parent"] is None]
    return root


def test_a_missing_index_finds_nothing_and_breaks_nothing(page: Page, served: Served) -> None:
    page.route("**/data/names/**", lambda route: route.fulfill(status=404))
    visit(page, served)
    assert type_in(page, "escuela") == []
    assert type_in(page, "norte") == ["Isla Norte"]
