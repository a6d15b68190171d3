"""The button that checks the figures of a page, through the project's own server and through a plain one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.browser.files import assets
from escrutinio.publication.browser.policy import CSP
from tests.browser.publish import isla, publish
from tests.browser.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

PLACES = "presidente/reported/isla presidente/copies:party/azul/isla"
Marks = list[tuple[str, int | None, str]]
ANA = "votes/ana"
MARKS: Marks = [
    (ANA, None, "32"),
    (ANA, 32, "40,00 %"),
    ("valid", None, "<b>80</b>"),
    ("pending", None, "2 pendientes"),
    ("votes/blas 2", None, "52<span>47,7 %</span>"),
    ("stations", None, "4"),
]


def marked(figure: str, value: int | None, text: str) -> str:
    """An item that marks its figure, and states it where only a share stands."""
    stated = "" if value is None else f' data-value="{value}"'
    return f'<li data-figure="{figure}"{stated}>{text}</li>'


def write(directory: Path, marks: Marks, size: int | None = None) -> None:
    """A page that marks these figures, under the policy of all pages, of a size of the log if it has one."""
    of = "" if size is None else f' data-size="{size}"'
    cells = "".join(marked(*mark) for mark in marks)
    (directory / "es").mkdir(exist_ok=True)
    (directory / "es" / "index.html").write_text(
        f'''<!doctype html><html lang="es"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{CSP}"><title>x</title>
<script type="module" src="../assets/js/pages/figures-button.js"></script>
<main><ul data-figures="{PLACES}">{cells}</ul></main>
<p><button data-check-figures data-base="../"{of} hidden>x</button> <span role="status"></span></p>''',
        "utf-8",
    )


@pytest.fixture(scope="module")
def published(served: Served) -> Path:
    """A publication whose page states its figures, with the pages' programs."""
    directory = served.directory / "figures"
    publish(isla(), directory)
    for path, content in assets():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    return directory


def asked(page: Page, address: str) -> str:
    """What the page answers."""
    page.goto(address + "es/index.html")
    page.click("button[data-check-figures]")
    page.wait_for_selector("button[data-check-figures]:not([disabled])")
    return page.locator("span[role=status]").inner_text()


@pytest.mark.parametrize("path", ["index.html", "areas/TI.html", "areas/N.html"])
@pytest.mark.one_in(3)
def test_the_figures_of_real_pages_hold(page: Page, served: Served, miniature: Path, path: str) -> None:
    target = served.directory / "real"
    if not target.exists():
        target.symlink_to(miniature)
    page.goto(f"{served.address}real/es/{path}")
    page.click("button[data-check-figures]")
    page.wait_for_selector("footer [role=status]:has-text('156 entradas')")
    assert "✗" not in page.locator("footer [role=status]").inner_text()


@pytest.mark.parametrize("own", [True, False], ids=["own server", "plain server"])
def test_the_figures_of_a_page_are_those_of_the_log(
    page: Page, served: Served, published: Path, own: bool
) -> None:
    write(published, MARKS)
    if own:
        with serving(published) as server:
            said = asked(page, server.address)
    else:
        said = asked(page, served.address + "figures/")
    assert "son las del registro público de 15 entradas, sumadas por este navegador: 5." in said
    assert "no calcula: 1." in said


@pytest.mark.parametrize(
    "changed",
    [
        (ANA, None, "932"),
        (ANA, 932, "932"),
        (ANA, 932, "32"),
        (ANA, 32, "49,00 %"),
        (ANA, None, "40,00 %"),
        ("votes/nadie", None, "32"),
        (f"{ANA} 2", None, "32"),
        (f"{ANA} 3", None, "32"),
        (ANA, None, ""),
    ],
)
@pytest.mark.one_in(3)
def test_one_altered_figure_is_marked_and_named(
    page: Page, served: Served, published: Path, changed: tuple[str, int | None, str]
) -> None:
    write(published, [*MARKS[1:], changed])
    said = asked(page, served.address + "figures/")
    assert "no son las del registro público de 15 entradas: 1 de 5" in said
    assert changed[0].split()[0] in said
    assert page.locator("li.differs").count() == 1


THEN = 12
"""A size of the log before the copy of the third station."""

EARLIER: Marks = [*MARKS[:4], ("votes/blas 2", None, "45<span>55,6 %</span>")]


def test_a_page_that_the_log_has_left_behind_is_held_against_the_log_of_its_size(
    page: Page, served: Served, published: Path
) -> None:
    write(published, EARLIER, THEN)
    said = asked(page, served.address + "figures/")
    assert f"las del registro público cuando tenía {THEN} entradas" in said
    assert "Ya tiene 15" in said
    assert page.locator("li.differs").count() == 0
    write(published, [*EARLIER[1:], (ANA, None, "932")], THEN)
    said = asked(page, served.address + "figures/")
    assert f"no son las del registro público de {THEN} entradas: 1 de" in said
    assert page.locator("li.differs").count() == 1
    write(published, MARKS, THEN)  # what has not changed since holds, whatever the page says
    assert "son las del registro público de 15 entradas" in asked(page, served.address + "figures/")
    write(published, EARLIER, 16)
    said = asked(page, served.address + "figures/")
    assert "que es de 16 entradas, y el registro público que se sirve tiene 15" in said


def test_a_log_that_cannot_be_read_accuses_no_figure(page: Page, served: Served, published: Path) -> None:
    write(published, MARKS)
    page.route("**/log/checkpoint", lambda route: route.abort())
    said = asked(page, served.address + "figures/")
    assert "de eso no se sigue nada sobre las cifras" in said
    assert page.locator("li.differs").count() == 0


def test_a_page_without_figures_has_no_button(page: Page, served: Served, published: Path) -> None:
    write(published, [])
    page.goto(served.address + "figures/es/index.html")
    assert page.locator("button[data-check-figures]").is_hidden()
