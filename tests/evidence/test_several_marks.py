"""Contests whose ballots have several marks, and classes beyond null and blank, in the other questions."""

from dataclasses import replace

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form, Role
from escrutinio.evidence.accounts.accounts import compare_bases
from escrutinio.evidence.accounts.figures import row_codes
from escrutinio.evidence.certainty.projection import if_randomly_missing
from escrutinio.evidence.claims.claims import study_claim
from escrutinio.evidence.screening.sheets import sheets_of
from tests.core.election.build import COUNCIL, PRESIDENT, Day

ALL = b"station,center,area,registered\nn1.01,n1,norte,100\nn1.02,n1,norte,90\nn2.01,n2,norte,80\n"
CHALLENGED = p.BallotClass("challenged", ())


def senate() -> Day:
    """Two marks a ballot, and challenged ballots beside null and blank ones."""
    contest = replace(PRESIDENT, marks=2, seats=2, classes=(*PRESIDENT.classes, CHALLENGED))
    day = Day(law=lambda body: replace(body, contests=(contest, COUNCIL)), stations=ALL)
    day.enrol("machine/1", Role.MACHINE)
    for station, votes in (("n1.01", (30, 40, 20, 10)), ("n1.02", (10, 50, 15, 5))):
        sheet = t.TallySheet(votes, (2, 1, 3), 60, None, None, None, None)
        day.say(sheet, "machine/1", f"{station}/presidente")
    return day


def announce(day: Day, *rows: p.Announced, valid: int, null: int, ballots: int) -> None:
    speaker = (p.Title("en", "Somebody"),)
    body = t.Claim("c", speaker, "2030-12-01", rows, valid, null, ballots, None, None, None, (), None)
    day.say(body, "party/azul/1", "presidente")


def test_an_announcement_is_not_held_to_have_one_mark_a_ballot() -> None:
    """75, 90 and 15 votes on 120 valid ballots: percentages of ballots, or of all 180 votes."""
    day = senate()
    rows = (p.Announced("ana", 75, "62.5"), p.Announced("blas", 90, "50"), p.Announced("carla", 15, "7"))
    announce(day, *rows, valid=120, null=4, ballots=132)
    state = day.state()
    study = study_claim(state, state.records(t.Claim)[0], "reported")
    found = [(each.what, each.candidate, each.holds) for each in study.arithmetic]
    assert found == [("percent", "ana", True), ("percent", "blas", True), ("percent", "carla", False)]
    assert study.counts is None
    assert study.sheets is not None
    assert study.sheets.comparison.capacity.tolist() == [200, 180]
    assert study.sheets.comparison.missing is None or study.sheets.comparison.missing == 160


def test_models_of_one_mark_are_not_asked_about_several() -> None:
    with pytest.raises(EvidenceError, match="models are of ballots with one mark"):
        sheets_of(senate().state(), "presidente", "reported")


def test_a_lead_is_bounded_by_the_ballots() -> None:
    """For two places: the second against the third; `ana`, who has two options, can have both marks."""
    found = if_randomly_missing(senate().state(), "presidente", "reported")
    assert (found.margin, found.bound) == (75 - 15, 2 * 100)


def test_accounts_compare_every_class() -> None:
    day = senate()
    copied = t.Copy((30, 40, 20, 10), (2, 1, 4), valid=60, form=Form.TABLE)
    day.say(copied, "party/azul/1", "n1.01/presidente")
    (accounts,) = compare_bases(day.state(), "presidente", "reported")
    assert row_codes(accounts.joined)[-3:] == ("null", "blank", "challenged")
    (difference,) = accounts.pairs[0].differences
    assert [(each.row, each.left, each.right) for each in difference.figures] == [(6, 3, 4)]


def test_what_a_sheet_may_hide_is_what_the_law_allows_and_not_what_the_sheet_states() -> None:
    """Whoever altered a sheet could state a smaller supplement than there was."""
    staff = p.Supplement("staff", (), "art. 9", 7, ())
    day = Day(law=lambda body: replace(body, supplements=(staff,)), stations=ALL)
    day.enrol("machine/1", Role.MACHINE)
    sheet = t.TallySheet((30, 40, 20, 5), (0, 0), ballots=95, supplement=0)
    day.say(sheet, "machine/1", "n1.01/presidente")
    announce(day, p.Announced("ana", 30, None), valid=95, null=0, ballots=95)
    state = day.state()
    study = study_claim(state, state.records(t.Claim)[0], "reported")
    assert study.sheets is not None
    assert study.sheets.comparison.capacity.tolist() == [107]
