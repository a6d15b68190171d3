"""The page of a station has every finding that the page of findings has of it, and no other of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.called import called
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.shelf import Shelf
from escrutinio.publication.site.station_findings import StationFindings
from tests.publication.growing import Night, night


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


def _indexes(directory: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((directory / "data/index").glob("*.json")):
        index = json.loads(path.read_text())
        for code, listed in index.get("stations", {}).items():
            found[code] = listed | {"path": [code for code, *_ in index["path"]]}
    return found


def test_every_finding_is_on_the_page_of_each_station_that_it_concerns(miniature: Path, mini: Night) -> None:
    state = mini.state(len(mini.records))
    wide = json.loads((miniature / "data/findings-wide.json").read_text())
    stations = _indexes(miniature)
    assert len(stations) == len(state.roll.stations)
    site = Site(state, Presentation(), Shelf(miniature))
    names = {language: called(site, language) for language in ("en", "es")}
    named = wider = around = 0
    for finding in state.findings:
        said = {language: finding.sentence(language, names[language]) for language in ("en", "es")}
        for code, listed in stations.items():
            own = [row[2] for row in listed.get("findings", [])]
            resting = [wide[number][2] for number in listed.get("wide", [])]
            about = [row[2] for row in wide if row[3] is None or row[3] in listed["path"]]
            spoken = {index for indices in listed.get("entries", {}).values() for index in indices}
            if finding.station in stations:
                assert (said in own) is (finding.station == code)
                named += finding.station == code
            elif spoken & set(finding.entries):
                assert said in resting
                wider += 1
            elif finding.area is None and finding.contest in (None, "presidencia"):
                assert said in about
                around += 1
    assert min(named, wider, around) > 0


def test_each_finding_is_either_of_a_station_or_wide(mini: Night) -> None:
    state = mini.state(len(mini.records))
    found = StationFindings(state)
    assert sum(map(len, found.named.values())) + len(found.wide) == len(state.findings)


def test_what_is_said_of_a_contest_is_said_in_its_area_alone(miniature: Path) -> None:
    wide = json.loads((miniature / "data/findings-wide.json").read_text())
    areas = {row[3] for row in wide}
    assert {None, "TI", "N"} >= areas
    assert "N" in areas  # the council of one island


def test_a_finding_names_contests_signers_and_bases_as_the_pages_do(miniature: Path, mini: Night) -> None:
    state = mini.state(len(mini.records))
    names = called(Site(state, Presentation(), Shelf(miniature)), "es")
    for finding in state.findings:
        said = finding.sentence("es", names)
        for code in ("presidencia", "party/", "observer/", "(reported)"):
            assert code not in said, said
