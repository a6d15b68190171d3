"""Certificates and studies of what a log says: pending, disputed, silent and unlisted stations."""

import re
from fractions import Fraction
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis, Category, Decision, Role, StationChangeKind
from escrutinio.core.verification.publication import verify_publication
from escrutinio.evidence.certainty.announcements import (
    announced_roll,
    bulletin_certificate,
    claim_certificate,
)
from escrutinio.evidence.certainty.certificates import coverage, disputed_stations
from escrutinio.evidence.certainty.inequality import Finality
from escrutinio.evidence.claims.claims import claims_beside_each_other, study_claim
from tests.core.election.build import DAY, ORIGIN, Day

ALL = (
    b"station,center,area,registered\n"
    b"n1.01,n1,norte,100\nn1.02,n1,norte,90\nn2.01,n2,norte,80\ns1.01,s1,sur,50\n"
)


def election() -> Day:
    """Four stations, 320 voters; the north's three are all that it declares."""
    day = Day()
    day.roll(ALL, replaces=day.rolled)
    day.enrol("machine/1", Role.MACHINE)
    day.enrol("machine/2", Role.MACHINE)
    return day


def claim(
    day: Day,
    *rows: p.Announced,
    code: str = "c1",
    valid: int | None = None,
    null: int | None = None,
    ballots: int | None = None,
    registered: int | None = None,
    covered: str | None = None,
    turnout: str | None = None,
    by: str = "party/azul/1",
) -> int:
    speaker = (p.Title("en", "Somebody"),)
    figures = (valid, null, ballots, registered, covered, turnout)
    return day.say(t.Claim(code, speaker, "2030-12-01", rows, *figures, (), None), by, "presidente")


def test_silent_and_pending_stations_are_outstanding() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    day.sheet("machine/1", "n1.02", (60, 5, 0, 5))
    day.sheet("machine/1", "s1.01", (9, 1, 0, 0))
    day.sheet("machine/2", "s1.01", (1, 9, 0, 0))
    state = day.state()
    found = coverage(state, "presidente", "reported")
    everything = found.certificate()
    assert everything.votes == (130, 15, 10)
    assert (everything.outstanding.silent, everything.outstanding.pending) == (1, 1)
    assert everything.outstanding.capacity == 80 + 50
    assert everything.margin == 115
    assert everything.finality is Finality.OPEN
    north = found.certificate("norte")
    assert (north.outstanding.capacity, north.finality) == (80, Finality.IRREVERSIBLE)
    south = found.certificate("sur")
    assert (south.outstanding.capacity, south.votes, south.finality) == (50, (0, 0, 0), Finality.OPEN)
    back = found.reversal()
    assert back is not None
    assert back.expected == Fraction(130 * 155, 190)


def test_disputed_sheets_are_taken_out_until_a_ruling() -> None:
    day = election()
    for station in ("n1.01", "n1.02", "n2.01", "s1.01"):
        day.sheet("machine/1", station, (40, 5, 0, 0))
    day.say(t.Complaint(Category(0), DAY, sha256(b"c").digest()), "party/azul/1", "station/n1.01")
    state = day.state()
    assert disputed_stations(state, "presidente") == {state.roll.index["n1.01"]}
    found = coverage(state, "presidente", "reported").certificate()
    assert found.votes == (120, 15, 0)
    assert (found.outstanding.disputed, found.outstanding.capacity) == (1, 100)
    assert found.irreversible
    without = coverage(state, "presidente", "reported", disputed=()).certificate()
    assert (without.votes[0], without.outstanding.capacity) == (160, 0)
    day.say(
        t.Ruling(sha256(day.log[-1]).digest(), Decision.UPHOLD, None, None, "law", None),
        "authority/1",
        "station/n1.01/presidente",
    )
    assert not disputed_stations(day.state(), "presidente")


@pytest.mark.parametrize(("place", "disputed"), [("station/n1.01", 1), ("area/norte", 3), ("election", 4)])
def test_whatever_a_complaint_is_about_is_in_dispute(place: str, disputed: int) -> None:
    day = election()
    for station in ("n1.01", "n1.02", "n2.01", "s1.01"):
        day.sheet("machine/1", station, (40, 5, 0, 0))
    day.say(t.Complaint(Category(0), DAY, sha256(b"c").digest()), "party/azul/1", place)
    found = coverage(day.state(), "presidente", "reported").certificate()
    assert found.outstanding.disputed == disputed
    assert found.irreversible is (place == "station/n1.01")
    assert found.as_counted is not None
    assert found.as_counted.votes == (160, 20, 0)


def test_both_leaders_are_named_where_a_dispute_makes_another() -> None:
    day = election()
    for station, votes in (("n1.01", (10, 60, 0, 0)), ("n1.02", (30, 15, 0, 0)), ("n2.01", (30, 20, 0, 0))):
        day.sheet("machine/1", station, votes)
    day.say(t.Complaint(Category(0), DAY, sha256(b"c").digest()), "party/azul/1", "station/n1.01")
    said = coverage(day.state(), "presidente", "reported").certificate().sentences("en")[0]
    counted = "The counted sheets have blas first, 25 votes ahead of the next."
    assert said.startswith(f"{counted} Without 1 station in dispute, they have ana first, 25 votes ahead")


def test_stations_opened_and_lists_corrected_after_the_roll_are_outstanding() -> None:
    day = election()
    for station in ("n1.01", "n1.02", "n2.01", "s1.01"):
        day.sheet("machine/1", station, (40, 5, 0, 0))
    assert coverage(day.state(), "presidente", "reported").certificate().irreversible

    def change(kind: StationChangeKind, center: str, registered: int | None, station: str) -> None:
        day.say(t.StationChange(kind, center, registered, None), "authority/1", station)

    change(StationChangeKind.OPENED, "n1", 5_000, "n1.09")
    found = coverage(day.state(), "presidente", "reported")
    whole = found.certificate()
    assert (whole.outstanding.capacity, whole.outstanding.unlisted, whole.finality) == (
        5_000, 1, Finality.OPEN,
    )  # fmt: skip
    assert found.certificate("sur").irreversible
    assert found.certificate("norte").outstanding.capacity == 5_000
    change(StationChangeKind.OPENED, "s1", None, "s1.09")
    assert coverage(day.state(), "presidente", "reported").certificate("sur").finality is Finality.UNKNOWN
    day = election()
    day.sheet("machine/1", "n1.01", (99, 0, 0, 0))
    change(StationChangeKind.CORRECTED, "s1", 70, "s1.01")
    assert coverage(day.state(), "presidente", "reported").certificate("sur").outstanding.capacity == 70


def test_a_bound_that_fails_shows_nothing() -> None:
    """Norte lacks one station of unknown size; held against it are all voters that the south could have."""
    rows = "n1.01,n1,norte,500\nn1.02,n1,norte,500\nn2.01,n2,norte,\n"
    rows += "".join(f"s1.{at:02},s1,sur,\n" for at in range(1, 30))
    day = Day(stations=("station,center,area,registered\n" + rows).encode())
    day.enrol("machine/1", Role.MACHINE)
    for station in ("n1.01", "n1.02"):
        day.sheet("machine/1", station, (400, 20, 0, 5))
    north = coverage(day.state(), "presidente", "reported", registered=16_000).certificate("norte")
    assert (north.outstanding.least, north.outstanding.capacity) == (0, 15_000)
    assert north.finality is Finality.UNKNOWN
    assert "lie between 0 and 15,000; with at most 759 it would be" in north.sentences("en")[0]


def test_annulled_stations_have_no_capacity() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (40, 5, 0, 0))
    day.say(
        t.Ruling(None, Decision.ANNUL, None, None, "law", None), "authority/1", "station/n1.01/presidente"
    )
    found = coverage(day.state(), "presidente", "ruled")
    assert found.certificate().outstanding.capacity == 320 - 100


def test_unknown_registered_voters_need_the_size_of_the_roll() -> None:
    day = Day()  # n2.01 has an unknown number; 250 are known at the others
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (90, 5, 0, 0))
    state = day.state()
    unknown = coverage(state, "presidente", "reported").certificate()
    assert unknown.outstanding.capacity is None
    assert (unknown.outstanding.registered_unknown, unknown.outstanding.least) == (1, 150)
    assert unknown.finality is Finality.OPEN  # by the 150 whose number is known
    known = coverage(state, "presidente", "reported", registered=300)
    assert known.certificate().outstanding.capacity == 200
    # The south's own voters are known, so the bound is not needed there; the north gets what is left.
    assert known.certificate("sur").outstanding.capacity == 50
    assert known.certificate("norte").outstanding.capacity == 150
    with pytest.raises(EvidenceError, match="smaller than what"):
        coverage(state, "presidente", "reported", registered=249)


def test_declared_stations_that_nobody_lists() -> None:
    day = Day()
    areas = b"station,center,area,registered\nn1.01,n1,norte,100\ns1.01,s1,sur,50\n"
    day.roll(areas, replaces=day.rolled)  # the north declares three stations
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (90, 5, 0, 0))
    found = coverage(day.state(), "presidente", "reported", registered=400)
    assert found.certificate("norte").outstanding.unlisted == 2
    assert found.certificate("norte").outstanding.capacity == 250
    assert found.certificate().outstanding.capacity == 300
    assert found.certificate("sur").outstanding.capacity == 50


def test_bulletin_carries_its_certificate() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    size = len(day.log)
    day.sheet("machine/1", "n1.02", (60, 5, 0, 5))
    head = p.LogHead(ORIGIN, size, bytes(32))
    day.say(t.Bulletin(1, Basis.REPORTED, head, (70, 10, 5), (0, 0), None, 1), "authority/1", "presidente")
    state = day.state()
    (logged,) = state.records(t.Bulletin)
    found = bulletin_certificate(state, logged)
    assert (found.size, found.votes, found.outstanding.capacity) == (size, (70, 10, 5), 220)
    assert (found.finality, found.basis) == (Finality.OPEN, "bulletin:1")


def test_a_bulletin_has_the_figures_that_it_announces() -> None:
    day = election()
    for station in ("n1.01", "n1.02"):
        day.sheet("machine/1", station, (60, 5, 0, 0))
    head = p.LogHead(ORIGIN, len(day.log), bytes(32))
    day.say(t.Bulletin(1, Basis.REPORTED, head, (12, 80, 5), (0, 0), None, 2), "authority/1", "presidente")
    state = day.state()
    found = bulletin_certificate(state, state.records(t.Bulletin)[0])
    assert found.votes == (12, 80, 5)
    assert "The announced totals have blas first, 68 votes ahead" in found.sentences("en")[0]


def test_bulletin_beyond_the_log() -> None:
    day = election()
    head = p.LogHead(ORIGIN, 10_000, bytes(32))
    day.say(t.Bulletin(1, Basis.REPORTED, head, (1, 0, 0), (0, 0), None, 1), "authority/1", "presidente")
    state = day.state()
    with pytest.raises(EvidenceError, match=re.escape("size 10,000")):
        bulletin_certificate(state, state.records(t.Bulletin)[0])


def test_claim_in_the_log() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    day.sheet("machine/1", "n1.02", (60, 5, 0, 5))
    rows = (p.Announced("ana", 60, "50"), p.Announced("blas", 50, "41.7"), p.Announced("others", 10, "8.4"))
    claim(day, *rows, covered="75", registered=320, turnout="49", valid=120, null=3, ballots=122)
    state = day.state()
    assert announced_roll(state, "presidente") is None  # a party's number is of its own announcement alone
    logged = state.records(t.Claim)[0]
    found = claim_certificate(state, logged)
    assert found.certificate.votes == (60, 50, 10)
    # One station of four lies outside: the smallest has 50 voters, the largest 100.
    assert (found.certificate.outstanding.least, found.certificate.outstanding.capacity) == (50, 100)
    assert (found.certificate.finality, found.average) == (Finality.OPEN, 80)
    assert found.certificate.sentences("en")[0].startswith("The announced totals have ana first")
    study = study_claim(state, logged, "reported")
    assert [(a.what, a.candidate, a.holds) for a in study.arithmetic] == [
        ("percent", "ana", True),
        ("percent", "blas", True),
        ("percent", "others", True),  # 8.33 rounded up
        ("valid", "", True),
        ("ballots", "", False),
        ("turnout", "", False),  # 122 of 240 is 50.8 %
    ]
    assert "difiere" in study.arithmetic[4].sentences("es")[0]
    assert study.sheets is not None
    # ana has 130 votes on the sheets; with one station of four outside, 70 of them may be, and 60 remain.
    assert study.sheets.comparison.columns == ("ana", "blas", "others", "null")
    assert (study.sheets.least.sheets, study.sheets.none_outside.sheets) == (0, 1)
    assert study_claim(state, logged, None).sheets is None


def test_an_announcement_of_some_candidates_says_nothing_of_the_others() -> None:
    """Whoever announces their own votes alone is not first by that, nor is the place theirs."""
    day = election()
    claim(day, p.Announced("ana", 60), covered="100", code="alone")
    claim(day, p.Announced("ana", 60), p.Announced("blas", 10), covered="100", code="two")
    claim(day, p.Announced("ana", 60), p.Announced("blas", 10), valid=60, code="short")
    claim(day, p.Announced("ana", 60), p.Announced("blas", 10), valid=150, code="rest")
    state = day.state()
    *parts, whole = state.records(t.Claim)
    for part in parts:
        with pytest.raises(EvidenceError, match="does not say how many votes the candidates have"):
            claim_certificate(state, part)
    found = claim_certificate(state, whole).certificate
    assert (found.candidates, found.votes) == (("ana", "blas", "others"), (60, 10, 80))
    assert "others first, 20 votes ahead" in found.sentences("en")[0]


def test_claims_without_figures() -> None:
    day = election()
    claim(day, p.Announced("ana", None, "51"), code="a")
    claim(day, p.Announced("ana", None, "52.2"), code="b")
    state = day.state()
    with pytest.raises(EvidenceError, match="gives no number of votes"):
        claim_certificate(state, state.records(t.Claim)[0])
    study = study_claim(state, state.records(t.Claim)[0], "reported")
    assert (study.arithmetic, study.counts, study.sheets) == ((), None, None)
    ((pair, names),) = claims_beside_each_other(state, "presidente")["ana"]
    assert (pair.compatible, names) == (False, ("a", "b"))


@pytest.mark.parametrize("word", ["half", "-1", "1e3"])
def test_claims_with_words_for_percentages(word: str) -> None:
    day = election()
    claim(day, p.Announced("ana", 5, word), p.Announced("others", 5))
    state = day.state()
    study = study_claim(state, state.records(t.Claim)[0], None)
    assert [(each.what, each.candidate, each.announced) for each in study.odd] == [("percent", "ana", word)]
    assert word in study.odd[0].sentence("es")
    assert study.arithmetic == ()


def test_an_odd_percentage_leaves_the_others_their_answers() -> None:
    day = election()
    for code, percent in (("a", "51"), ("odd", "most"), ("b", "52.2")):
        claim(day, p.Announced("ana", None, percent), code=code)
    ((pair, names),) = claims_beside_each_other(day.state(), "presidente")["ana"]
    assert (pair.compatible, names) == (False, ("a", "b"))


def test_an_odd_figure_leaves_the_others_of_its_claim() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    rows = (p.Announced("ana", 70, "half"), p.Announced("others", 30, "30"))
    claim(day, *rows, covered="120", registered=1, turnout="all", valid=100)
    state = day.state()
    study = study_claim(state, state.records(t.Claim)[0], "reported")
    assert [each.what for each in study.odd] == ["percent", "covered", "turnout", "registered"]
    assert [(a.what, a.candidate, a.holds) for a in study.arithmetic] == [
        ("percent", "others", True),
        ("valid", "", True),
    ]
    assert study.sheets is not None
    with pytest.raises(EvidenceError, match="smaller than"):
        study_claim(state, state.records(t.Claim)[0], "reported", registered=2)


@pytest.mark.slow
def test_example_of_2024(venezuela: Path) -> None:
    state = verify_publication(venezuela).state
    assert state is not None
    (basis,) = (each.code for each in state.bases if each.organisation)
    roll = announced_roll(state, "presidente")
    assert roll is not None
    assert roll.voters == 21_321_805
    found = coverage(state, "presidente", basis, registered=roll)
    assert found.certificate().irreversible
    assert found.certificate().outstanding.capacity == 3_346_136
    first, second = state.records(t.Claim)
    said = claim_certificate(state, first)
    assert (said.certificate.finality, said.average) == (Finality.OPEN, 4_264_361)
    left = claim_certificate(state, second).certificate.outstanding
    assert (left.silent, left.least, left.capacity) == (941, 135_901, 935_691)
    assert claim_certificate(state, second).certificate.irreversible
    one, two = (study_claim(state, each, basis) for each in (first, second))
    assert one.counts is not None
    assert one.counts.best is not None
    assert two.counts is not None
    assert two.counts.best is None
    assert all(item.holds for study in (one, two) for item in study.arithmetic)
    assert one.sheets is not None
    assert (one.sheets.nominal.sheets, one.sheets.least.sheets) == (918, 768)
    assert two.sheets is not None
    numbers = [getattr(two.sheets, name).sheets for name in ("least", "nominal", "none_outside", "average")]
    assert numbers == [3_645, 3_646, 4_586, 3_890]
    assert two.sheets.contradicts


def test_hostile_claims() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    claim(day, p.Announced("ana", 5), p.Announced("ana", 6), code="twice")
    claim(day, p.Announced("ana", 2**52), p.Announced("others", 2**52), code="huge", covered="50")
    claim(day, p.Announced("nobody", 5), p.Announced("others", 0), code="stranger")
    claim(day, p.Announced("ana", 5), p.Announced("others", 5), code="beyond", covered="120")
    claim(day, code="empty")
    state = day.state()
    twice, huge, stranger, beyond, empty = state.records(t.Claim)
    for ask in (claim_certificate, partial(study_claim, basis="reported")):
        with pytest.raises(EvidenceError, match="twice"):
            ask(state, twice)
    study = study_claim(state, huge, "reported")
    assert study.counts is None
    assert study.sheets is not None
    assert study.sheets.none_outside.assumption == "never"
    assert study_claim(state, stranger, "reported").sheets is not None
    assert [each.what for each in study_claim(state, beyond, "reported").odd] == ["covered"]
    with pytest.raises(EvidenceError, match="more than all"):
        claim_certificate(state, beyond)
    assert study_claim(state, empty, "reported").sheets is None


def test_log_without_a_roll() -> None:
    found = coverage(Day(stations=None).state(), "presidente", "reported")
    assert found.certificate().votes == (0, 0, 0)
    assert found.reversal() is None
