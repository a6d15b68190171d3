"""The coverage board: what it counts, and that it answers this machine alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.core.records.codes import Form, LogRole
from escrutinio.core.records.parts import Title
from escrutinio.running.desk.board import application, coverage
from escrutinio.running.workspace.collection.beginning import Organisation
from escrutinio.running.workspace.collection.collection import Collection, create
from escrutinio.running.workspace.collection.sheets import Collected, NotTaken, Why
from tests.running.desk.serving import served
from tests.running.workspace.collecting import CLOCK, NAME, ORIGIN, WORDS, attachments, state_of


@pytest.fixture(scope="module")
def azul(tmp_path_factory: pytest.TempPathFactory, miniature: Path) -> Collection:
    collection = create(
        tmp_path_factory.mktemp("board") / "azul",
        state_of(miniature),
        attachments(miniature).get,
        Organisation(NAME, (Title("es", "Azul"), Title("en", "<b>Blue</b>")), LogRole.PARTY),
        origin=ORIGIN,
        passphrase=WORDS,
        clock=CLOCK,
    )
    sheet = Collected("N1.01", "presidencia", (5, 4, 3, 2, 1, 0, 0), (1, 0), Form.PAPER, "typed")
    collection.append([sheet], collection.keyring(WORDS), CLOCK)
    collection.remember([NotTaken(Why.ZERO, "N1.02", "<i>photo</i>.jpg")], frozenset())
    return collection


def test_it_counts_the_stations_with_a_copy(azul: Collection) -> None:
    found = coverage(azul.open().state, "presidencia", NAME)
    rows = {area.code: (area.stations, area.held) for area in found.areas(0)}
    assert sum(stations for stations, _ in rows.values()) == 12
    assert sum(held for _, held in rows.values()) == 1
    missing, count = found.missing(0)
    assert count == len(missing) == 11
    assert "N1.01" not in {one.station for one in missing}


def test_the_page_says_what_is_missing_and_what_waits(azul: Collection) -> None:
    with served(application(azul)) as client:
        page = client.get("/?lang=en").text
    assert "1 of 12 stations have a copy" in page
    assert "&lt;i&gt;photo&lt;/i&gt;.jpg" in page
    assert "<b>Blue" not in page


def test_the_page_speaks_the_language_asked_for_and_offers_the_others(azul: Collection) -> None:
    with served(application(azul)) as client:
        preferred = client.get("/", headers={"accept-language": "en-GB,es;q=0.5"}).text
        unknown = client.get("/?lang=tlh", headers={"accept-language": "tlh"}).text
        asked = client.get("/?lang=es").text
    assert "1 de 12 mesas tienen copia" in asked
    assert '<a href="?lang=en" lang="en">English</a>' in asked
    assert "1 of 12 stations have a copy" in preferred
    assert "1 of 12 stations have a copy" in unknown


def test_it_shows_a_copy_as_soon_as_the_log_has_it(azul: Collection) -> None:
    with served(application(azul)) as client:
        before = client.get("/?lang=en").text
        sheet = Collected("S1.01", "presidencia", (5, 4, 3, 2, 1, 0, 0), (1, 0), Form.PAPER, "typed")
        azul.append([sheet], azul.keyring(WORDS), CLOCK)
        after = client.get("/?lang=en").text
    assert "1 of 12" in before
    assert "2 of 12" in after


def test_another_host_name_is_not_answered(azul: Collection) -> None:
    with served(application(azul)) as client:
        assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
