"""How the count grew with the log, held against the totals, and what was corrected."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.core.verification.publication import open_verified
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.history import STEPS, corrections, history
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.shelf import Shelf
from tests.publication.pages import Page


@pytest.fixture(scope="module")
def site(miniature: Path) -> Site:
    return Site(open_verified(miniature).state, Presentation(), Shelf(miniature))


def test_the_curve_ends_at_the_totals_and_never_falls(site: Site) -> None:
    for race in site.races:
        found = history(site.state, race)
        assert found is not None
        column = race.columns[0]
        assert list(found.moments[-1].votes) == column.votes[race.area]
        assert found.moments[-1].valid == column.valid[race.area]
        assert found.curve[-1] == (site.state.size, column.valid[race.area])
        assert list(found.curve) == sorted(found.curve)
        assert [votes for _, votes in found.curve] == sorted(votes for _, votes in found.curve)
        assert len(found.moments) <= STEPS
        half = next(moment for moment in found.moments if moment.size >= found.half)
        assert 2 * half.valid >= column.valid[race.area]


def test_who_had_the_most_votes_last_has_them_in_the_totals(site: Site) -> None:
    for race in site.races:
        found = history(site.state, race)
        assert found is not None
        votes = race.columns[0].votes[race.area]
        if votes.count(max(votes)) == 1:
            assert found.leads[-1][1] == votes.index(max(votes))


def test_every_act_that_takes_another_s_place_is_a_correction(site: Site) -> None:
    named = {each.logged.index for each in corrections(site.state)}
    acts = [each for each in site.state.controls if getattr(each.body, "replaces", None) is not None]
    assert {each.index for each in acts if each.standing.name == "EFFECTIVE"} <= named


def test_the_pages_say_it(miniature: Path, site: Site) -> None:
    grown = Page((miniature / "en" / "history.html").read_text())
    valid = site.races[0].columns[0].valid[site.races[0].area]
    assert f"the curve ends at {valid:,}" in grown.said
    corrected = Page((miniature / "en" / "corrections.html").read_text())
    expected = corrections(site.state)
    assert ("Nothing that was published has been corrected." in corrected.said) is (not expected)
    for each in expected:
        assert any(str(each.logged.index) in "".join(row[:1]) for table in corrected.tables for row in table)


def test_an_earlier_election_stands_beside_what_counts_now(miniature: Path) -> None:
    page = Page((miniature / "en" / "history.html").read_text())
    assert "in no log" in page.said
    assert "Figures made up for this example." in page.said
    whole = next(table for table in page.tables if table[0] == ["", "Then", "Now", "Points"])
    rows = {row[0]: row[1:] for row in whole[1:]}
    # Worked by hand: 2,730 of 3,900 and 2,438 of 3,390; 1,240 of 2,640 and 1,113 of 2,579.
    assert rows["Turnout"] == ["70.00%", "71.92%", "+1.92"]
    assert rows["Ceiba"] == ["46.97%", "43.16%", "−3.81"]
    assert "Jabillo" not in rows
