"""The pages: well formed, linked, translated, equal to the data, and safe with whatever names are in it."""

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.format import Format
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.merkle import tree_root
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.tiles import TileName, split_hashes
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.types import BULK, Enrolment
from escrutinio.publication.browser.page_scripts import early_script
from escrutinio.publication.browser.policy import csp_hash
from tests.publication.hostile import EVIL, LONG, RIGHT_TO_LEFT
from tests.publication.pages import Page, broken_links, pages


@pytest.fixture(params=["miniature", "hostile"])
def publication(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def test_every_page_is_well_formed(publication: Path) -> None:
    for path, page in pages(publication):
        assert page.errors == [], path
        assert set(page.refers) <= set(page.ids), path


def test_every_link_leads_somewhere(publication: Path) -> None:
    assert broken_links(dict(pages(publication))) == []


def test_nothing_runs_or_is_styled_inside_a_page_but_what_its_policy_names(publication: Path) -> None:
    for path, page in pages(publication):
        home = path.name == "index.html" and path.parent.name in languages()
        station = path.name == "station.html"
        policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(policies) == 1, path
        early = f" {csp_hash(early_script())}" if station else ""
        scripts = "" if "embed" in path.parts else f"script-src 'self'{early}; "
        assert policies[0].startswith(f"default-src 'none'; {scripts}style-src 'self'"), path
        assert "unsafe" not in policies[0], path
        for tag, attributes in page.tags:
            assert tag != "style" or home, path
            if tag == "script" and not (station and not attributes):
                assert re.fullmatch(r"(\.\./)+assets/(js/[\w-]+|words/\w+)/[\w-]+\.js", attributes["src"])
            assert not [name for name in attributes if name == "style" or name.startswith("on")], path


def test_pages_can_be_heard_and_walked_through(publication: Path) -> None:
    for path, page in pages(publication):
        tags = [tag for tag, _ in page.tags]
        assert tags.count("h1") == 1, path
        assert tags.count("main") == ("embed" not in path.parts), path
        levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert page.unheard == [], path
        assert page.tags[0][1]["lang"] in ("es", "en"), path


def test_names_are_shown_and_never_run(hostile: Path) -> None:
    for _, page in pages(hostile):
        assert EVIL not in page.text
    home = Page((hostile / "es/index.html").read_text())
    assert f"{EVIL} 100 % %(count)s {{{{ 7 * 7 }}}}" in home.said
    assert f"<bdi>{RIGHT_TO_LEFT}</bdi>" in home.text
    assert LONG.strip() in home.said
    stations = Page((hostile / "en/areas/X.html").read_text())
    assert f"{EVIL} · 1" in stations.said
    assert f"<bdi>{RIGHT_TO_LEFT}</bdi> · 2" in stations.text


def test_every_page_says_what_kind_of_election_it_is(miniature: Path, hostile: Path) -> None:
    for language, fictional, imported, exercise in (
        ("es", "El país es ficticio", "no actúa por nadie", "Esto es un ejercicio"),
        ("en", "The country is fictional", "acts for nobody", "This is an exercise"),
    ):
        for path in (miniature / language).rglob("*.html"):
            assert fictional in Page(path.read_text()).said, path
        for path in (hostile / language).rglob("*.html"):
            said = Page(path.read_text()).said
            assert imported in said, path
            assert exercise in said, path
    assert "Simulation. The country is fictional" in Page((miniature / "index.html").read_text()).said


def test_the_same_pages_in_both_languages(miniature: Path) -> None:
    spanish, english = (
        sorted(path.relative_to(miniature / language) for path in (miniature / language).rglob("*.html"))
        for language in ("es", "en")
    )
    assert spanish == english
    assert {path.name for path in spanish} >= {"index.html", "station.html", "tour.html", "N.html"}


def test_pages_show_the_totals_of_the_data(miniature: Path) -> None:
    tables = _tables(miniature)
    seen = Counter[str]()
    for path in (
        *miniature.glob("e?/index.html"),
        *miniature.glob("e?/areas/*.html"),
        *miniature.glob("embed/*/*.html"),
    ):
        number = Format(path.relative_to(miniature).parts[-2 if path.parent.name != "areas" else -3])
        for figure, text in _figures(path.read_text()):
            assert text == number.number(tables[figure]), (path, figure)
            seen[figure.split("/")[-1]] += 1
    assert {"ceiba", "valid", "null", "blank", "ballots", "counted", "pending"} <= set(seen)
    home = (miniature / "es/index.html").read_text()
    for candidate in ("ceiba", "araguaney", "saman", "jabillo", "bucare"):
        assert f"presidencia/reported/TI/votes/{candidate}" in dict(_figures(home))


def _figures(page: str) -> Iterator[tuple[str, str]]:
    """Whole name and first number of each marked figure of a page."""
    places: list[str] = []
    for tag, text in re.findall(r"<([a-z][^<>]*data-figures?=[^<>]*)>(?:<[^>]*>|\s)*([\d.,]*)", page):
        if stated := re.search(r'data-figures="([^"]*)"', tag):
            places = stated[1].split()
        if figure := re.search(r'data-figure="([^ "]*) ?(\d*)"', tag):
            yield f"{places[int(figure[2] or 1) - 1]}/{figure[1]}", text


def _tables(directory: Path) -> dict[str, int]:
    """Every figure of `data/results.json` as pages name it."""
    found: dict[str, int] = {}
    for contest in json.loads((directory / "data/results.json").read_text())["contests"]:
        for basis in contest["bases"]:
            for area, row in basis["areas"].items():
                values = dict(zip(contest["columns"], row, strict=True))
                place = f"{contest['code']}/{basis['code']}/{area}"
                found |= {f"{place}/{name}": value for name, value in values.items()}
                found[f"{place}/counted"] = values["stations_counted"]
                found[f"{place}/pending"] = values["stations_pending"]
                found |= {f"{place}/votes/{code}": values[code] for code in contest["candidates"]}
    return found


def test_a_station_with_two_versions_shows_both(miniature: Path) -> None:
    page = Page((miniature / "en/areas/N.html").read_text())
    rows = [row for table in page.tables for row in table]
    at = next(number for number, row in enumerate(rows) if row[0] == "N2.02")
    assert rows[at][2:4] == ["113", "127"]
    assert "Anchor Party" in rows[at + 1][0]
    assert rows[at + 1][1:3] == ["93", "147"]


def test_a_pending_station_has_its_reason(miniature: Path) -> None:
    page = Page((miniature / "en/areas/C.html").read_text())
    row = next(row for table in page.tables for row in table if row[0] == "C2.02")
    assert row[1:3] == ["Official sheets as reported", "pending: Entries that differ"]
    assert "1 pending" in page.said


def test_announced_results_stand_beside_what_is_counted(miniature: Path) -> None:
    page = Page((miniature / "en/bulletins.html").read_text())
    second = next(table for table in page.tables if ["Araguaney", "1,272", "1,122", "+150"] in table)
    assert ["Ceiba", "1,113", "1,113", "0"] in second
    claim = next(
        table for table in page.tables if table[-1][0] == "Others, as announced" and len(table[0]) == 4
    )
    assert claim[1] == ["Araguaney", "52%", "1,122", "+8.49 points"]
    home = Page((miniature / "en/index.html").read_text())
    beside = next(table for table in home.tables if "Araguaney" in [row[0] for row in table])
    assert next(row for row in beside if row[0] == "Araguaney") == [
        "Araguaney",
        "1,122",
        "601",
        "1,272",
        "52%",
    ]


def test_an_announcement_is_told_with_what_the_log_then_held(miniature: Path) -> None:
    said = Page((miniature / "en/bulletins.html").read_text()).said
    first, second, claim = (said.index(f"Entry {entry}") for entry in (69, 126, 142))
    assert first < second < claim
    assert said.count("Sheets that count now and were in the log then: 5.") == 1
    assert said.count("Sheets that count now and were in the log then: 10.") == 2


def test_accounts_stand_side_by_side_with_their_objections(miniature: Path) -> None:
    said = Page((miniature / "es/index.html").read_text()).said
    ours, theirs = said.index("Los boletines de la Junta"), said.index("Lo que anunció el Partido Ancla")
    objections = [match.start() for match in re.finditer("Lo que la otra parte objeta a: Lo", said)]
    assert ours < theirs < objections[0] < objections[1]
    rests = (
        said.index("Publicadas: actas de 10 de 12 mesas"),
        said.index("no se publicó ningún acta por mesa"),
    )
    assert ours < rests[0] < theirs < rests[1]
    assert said.index("Proclamación en la entrada") < said.index("Todas las cifras de cada versión")


def test_replies_stand_below_what_they_reply_to(miniature: Path) -> None:
    page = Page((miniature / "en/statements.html").read_text())
    order = [
        attributes["id"] for tag, attributes in page.tags if "said" in attributes.get("class", "").split()
    ]
    depth = {
        a["id"]: a["class"].split()[-1] for tag, a in page.tags if a.get("class", "").startswith("said d")
    }
    assert order == ["e142", "e144", "e143", "e145"]
    assert [depth[each] for each in order] == ["d0", "d1", "d0", "d1"]
    assert "La transmisión se interrumpió durante cuarenta minutos; no se perdió ningún acta." in page.said


def test_indexes_lead_to_the_entries_of_the_log(miniature: Path) -> None:
    reader = open_log(miniature / "log")
    size = parse_checkpoint(reader.checkpoint()).checkpoint.size
    opened = [open_record(raw) for raw in read_entries(reader, size)]
    listed = 0
    for path in (miniature / "data/index").glob("?.json"):
        area = json.loads(path.read_text())
        assert area["area"] == path.stem
        for station, known in area["stations"].items():
            for index in chain.from_iterable(known.get("entries", {}).values()):
                assert opened[index].about.station == station
                assert opened[index].body.TYPE in BULK
                listed += 1
    written = Page((miniature / "en/log/1.html").read_text())
    assert listed == size - sum(1 for each in written.ids if re.fullmatch("e[0-9]+", each))
    for kid, index in json.loads((miniature / "data/keys.json").read_text()).items():
        body = opened[index].body
        assert isinstance(body, Enrolment)
        assert kid in {key_id(key.public_key).hex() for key in body.keys}


def test_fingerprints_are_those_of_the_trust_file(miniature: Path) -> None:
    said = Page((miniature / "en/how-to-verify.html").read_text()).said
    trust = (miniature / "trust.toml").read_text()
    for value in re.findall(r'^(?:definition|charter|vkey) = "(.+)"$', trust, re.MULTILINE):
        assert value in said


def test_downloads_have_their_digests(miniature: Path) -> None:
    page = Page((miniature / "en/data.html").read_text())
    for path in ("data/areas.csv", "data/presidencia/sheets.csv"):
        assert sha256((miniature / path).read_bytes()).hexdigest() in page.said


def test_home_is_light(publication: Path) -> None:
    for language in ("es", "en"):
        home = (publication / language / "index.html").stat().st_size
        style = sum((publication / f"assets/css/{name}.css").stat().st_size for name in ("site", "results"))
        assert home + style < 100_000


@pytest.mark.slow
def test_a_whole_country(venezuela: Path) -> None:
    home = (venezuela / "es/index.html").read_text()
    number = Format("es").number
    for votes in (7_303_480, 3_316_142, 86_225, 10_887_262, 6_408_844):
        assert f">{number(votes)}<" in home
    assert number(-1_977_376) in (venezuela / "es/bulletins.html").read_text()
    assert "67,08\u00a0%" in home
    parsed = dict(pages(venezuela / "es"))
    assert [path for path, page in parsed.items() if page.errors] == []
    assert broken_links(parsed) == []
    written = [path for language in ("es", "en") for path in (venezuela / language).rglob("*.html")]
    assert sum(path.stat().st_size for path in written) < 40_000_000


@pytest.mark.slow
def test_the_index_of_an_area_says_the_hashes_of_its_bundles(venezuela: Path) -> None:
    index = json.loads((venezuela / "data/index/130901.json").read_text())
    assert 0 < len(index["nodes"]) <= 4
    for bundle, said in index["nodes"].items():
        hashes = split_hashes((venezuela / "log" / TileName(0, int(bundle)).path).read_bytes())
        assert b64decode(said) == b"".join(tree_root(hashes[at : at + 16]) for at in range(0, 256, 16))
