"""What each page tells: turnout, the parent's shares, the log's entries, oversight; and in which words."""

from __future__ import annotations

import json
import re
from enum import IntEnum
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.words.format import Format
from escrutinio.core.records import codes
from escrutinio.core.records.types import BY_NAME
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.documents.code_words import PURPOSES, WORDS
from escrutinio.publication.site import navigation as parts
from escrutinio.publication.site.entries import NEWEST
from escrutinio.publication.site.index_keys import renew_indexes
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.pages import PAGES
from escrutinio.publication.site.shelf import Shelf
from tests.browser.publish import isla
from tests.publication.folded import folded
from tests.publication.hostile import publish_bare
from tests.publication.pages import Page, broken_links
from tests.publication.pages import pages as all_pages


def read(publication: Path, path: str) -> Page:
    return Page((publication / path).read_text("utf-8"))


# --- navigation ---


def test_there_are_at_most_seven_parts_and_each_page_is_in_one() -> None:
    assert len(parts.NAVIGATION) <= 7
    listed = [path for _, inside in parts.NAVIGATION for path, _ in inside]
    assert len(listed) == len(set(listed))
    assert set(PAGES) - set(listed) == set(parts.ELSEWHERE) & set(PAGES)


@pytest.mark.parametrize(
    "path", ["index.html", "machines.html", "areas/N.html", "log/1.html", "station.html"]
)
def test_one_part_is_marked_as_the_current_one(miniature: Path, path: str) -> None:
    page = read(miniature, f"en/{path}")
    heads = [a for tag, a in page.tags if tag == "a" and a.get("aria-current") in ("page", "true")]
    assert len(heads) in (1, 2, 3), heads  # a part of several pages names the page among them


def test_a_part_without_a_page_is_left_out() -> None:
    found = parts.navigation(str.upper, {"index.html", "machines.html"})
    assert [(part.label, part.entrance) for part in found] == [
        ("RESULTS", "index.html"),
        ("OVERSIGHT", "machines.html"),
    ]


# --- figures ---


def test_turnout_is_that_of_stations_whose_voters_are_known(miniature: Path) -> None:
    state, *_ = folded(miniature)
    ballots = registered = stations = 0
    table = state.tables["presidencia"]
    for station, row in enumerate(state.counted["presidencia", "reported"].tolist()):
        if row >= 0 and state.roll.registered[station] >= 0:
            stations += 1
            ballots += int(table.counts[row].sum()) + int(table.others[row])
            registered += int(state.roll.registered[station])
    percent = f"{float(Fraction(100 * ballots, registered)):.2f}"
    said = read(miniature, "en/index.html").said
    expected = f"{ballots:,} ballots of {registered:,} registered voters, at the {stations} counted stations"
    assert f"Turnout {percent}%: {expected}" in said
    assert registered > 0


def test_an_area_stands_beside_its_parent(miniature: Path) -> None:
    page = read(miniature, "en/areas/N.html")
    table = next(
        table for table in page.tables if table[0] == ["Candidate", "Isla Norte", "Tres Islas", "Points"]
    )
    assert table[1] == ["Ceiba", "42.50%", "43.16%", "−0.65"]
    assert not [t for t in read(miniature, "en/areas/TI.html").tables if "Points" in t[0]]


def test_what_is_open_is_said_by_name(miniature: Path) -> None:
    said = read(miniature, "es/index.html").said
    assert (
        "¿Puede cambiarlo lo que falta?Actas oficiales: "
        "Las actas contadas tienen a Araguaney en primer lugar, 9 votos por delante" in said
    )
    assert (
        "Actas oficiales: Araguaney tiene más votos que nadie, 43,51 % de los válidos: 9 más que Ceiba. "
        "1 mesa está pendiente, 1 mesa no tiene acta aquí." in said
    )


# --- the log and who watches ---


def test_the_log_is_told_by_type_and_by_signer(miniature: Path) -> None:
    state, *_ = folded(miniature)
    page = read(miniature, "en/log.html")
    types, roles = page.tables[:2]
    assert sum(int(row[2]) for row in types[1:]) == state.size
    assert sum(int(row[2]) for row in roles[1:]) == state.size
    entries = [int(each[1:]) for each in page.ids if re.fullmatch("e[0-9]+", each)]
    assert entries == list(reversed(range(state.size)))[:NEWEST]


def test_every_record_that_is_no_sheet_is_written_out(miniature: Path) -> None:
    state, *_ = folded(miniature)
    page = read(miniature, "es/log/1.html")
    written = [int(each[1:]) for each in page.ids if re.fullmatch("e[0-9]+", each)]
    assert written == [logged.index for logged in state.controls]


def test_a_complaint_stands_with_its_ruling(miniature: Path) -> None:
    complaints, rulings = read(miniature, "en/complaints.html").tables[:2]
    assert [row[:3] for row in complaints[1:]] == [
        ["114", "S1.02", "relocation of a station"],
        ["113", "C2.02", "count"],
    ]
    assert [row[4] for row in complaints[1:]] == ["118", "117"]
    assert rulings[-1][:5] == ["117", "C2.02", "one of several sheets is chosen", "in force", "74"]
    assert rulings[2][:4] == [
        "124",
        "C2.02",
        "an earlier ruling is reversed",
        "in force; it reverses entry 123",
    ]


IMPORTS_ONLY = "This log only imports sheets and announcements"


def test_what_the_log_lacks_is_one_line_on_a_page(hostile: Path) -> None:
    for name, titles in (
        ("complaints", ("Complaints", "Rulings")),
        ("audit", ("Minutes of audits", "Digits of the seed")),
        ("observers", ("Accreditations", "Observation reports")),
        ("machines", ("Steps in their life", "Checks of seals")),
    ):
        page = read(hostile, f"en/{name}.html")
        lacking = page.said.partition("Not in the log:")[2]
        assert all(title in lacking for title in titles)
        assert "is in the log." not in page.said


def test_an_importer_says_that_it_was_not_told_rather_than_that_there_was_none(
    hostile: Path, miniature: Path
) -> None:
    for name in ("complaints", "audit", "observers", "machines"):
        imported = "Imported data." in read(hostile, f"en/{name}.html").said
        assert (IMPORTS_ONLY in read(hostile, f"en/{name}.html").said) == imported
        assert IMPORTS_ONLY not in read(miniature, f"en/{name}.html").said


def test_every_type_of_record_that_is_no_sheet_has_a_place(miniature: Path) -> None:
    """The miniature has a record of every type; each of its own pages shows those that belong to it."""
    said = {name: read(miniature, f"en/{name}.html").said for name in ("audit", "observers", "machines")}
    assert (
        "No "
        not in re.sub(r"No (?:figure|.*? \(fictional\))", "", said["observers"]).partition("Accreditations")[
            2
        ]
    )
    assert "sealed" in said["machines"] or "installed" in said["machines"]


# --- words ---


def test_every_code_of_a_record_has_a_word() -> None:
    for kind, words in WORDS.items():
        assert set(words) == set(kind), kind
    shown = {kind for kind in vars(codes).values() if isinstance(kind, type) and issubclass(kind, IntEnum)}
    elsewhere = {IntEnum, codes.Kind, codes.AuthorRole, codes.Method, codes.LogRole, codes.Basis, codes.Ties}
    never = {codes.Form, codes.RevocationReason}
    assert shown - elsewhere - never == set(WORDS)
    assert set(PURPOSES) == set(BY_NAME)


@pytest.mark.parametrize(
    ("stations", "options", "sheets"), [(1, 2, 1), (1, 40, 1), (3, 2, 0), (0, 2, 0)], ids=str
)
def test_small_and_empty_elections_have_all_their_pages(
    tmp_path: Path, stations: int, options: int, sheets: int
) -> None:
    published = publish_bare(tmp_path, stations=stations, options=options, sheets=sheets)
    parsed = dict(all_pages(published))
    assert [path for path, page in parsed.items() if page.errors] == []
    assert broken_links(parsed) == []
    home = read(published, "en/index.html").said
    assert ("No sheet of this contest is in the log." in home) == (sheets == 0)
    assert "This is an exercise" in home
    assert len(read(published, "es/areas/X.html").tables) == (2 if sheets else 0)


# --- figures ---


@given(st.integers(0, 9_999), st.integers(0, 9_999), st.integers(0, 9_999), st.integers(0, 9_999))
def test_shares_are_apart_by_their_exact_difference(
    part: int, rest: int, other: int, rest_of_other: int
) -> None:
    form, whole, other_whole = Format("es"), part + rest, other + rest_of_other
    said = form.apart(part, whole, other, other_whole)
    if not whole or not other_whole:
        assert said == "–"
    else:
        assert said == form.points(100 * (Fraction(part, whole) - Fraction(other, other_whole)))


def test_a_half_of_a_hundredth_is_rounded_away_from_zero() -> None:
    form = Format("en")
    assert form.apart(1, 20_000, 0, 1) == "+0.01"
    assert form.apart(0, 1, 1, 20_000) == "−0.01"
    assert form.apart(1, 20_001, 0, 1) == "0.00"


def test_pages_call_a_place_by_its_name_in_full_and_the_log_by_its_own(tmp_path: Path) -> None:
    shown = Presentation(places={"norte": ("Estado Norte", "El Norte")})
    site = Site(isla().state(), shown, Shelf(tmp_path))
    at = site.areas.index["norte"]
    assert (site.place_names[at], site.areas.names[at]) == ("Estado Norte", "Norte")
    others = [place for place in range(len(site.place_names)) if place != at]
    assert all(site.place_names[other] == site.areas.names[other] for other in others)
    index = dict(renew_indexes(site, None, {}, ()).files)
    assert json.loads(index["data/areas.json"])["norte"] | {"parent": ""} == {
        "parent": "",
        "name": "Norte",
        "level": site.areas.levels[at],
        "also": ["Estado Norte", "El Norte"],
    }
    [path] = [
        about["path"]
        for name, content in index.items()
        if name.startswith("data/index/") and (about := json.loads(content)).get("area") == "norte"
    ]
    assert path[-1][:2] == ["norte", "Estado Norte"]
