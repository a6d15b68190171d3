"""Whose number of registered voters an answer rests on, and that nobody announces ballots away."""

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis
from escrutinio.evidence.certainty.announcements import (
    announced_roll,
    bulletin_certificate,
    claim_certificate,
    coverage_with_roll,
)
from escrutinio.evidence.certainty.certificates import coverage
from escrutinio.evidence.certainty.certified import StatedRoll
from tests.core.election.build import ORIGIN
from tests.evidence.certainty.test_certificates import ALL, claim, election


def test_nobody_announces_away_the_roll_that_an_authority_states() -> None:
    day = election()
    claim(day, p.Announced("ana", 5), registered=319, code="party")
    assert announced_roll(day.state(), "presidente") is None
    first = claim(day, p.Announced("ana", 5), registered=320, code="official", by="authority/1")
    roll = announced_roll(day.state(), "presidente")
    assert roll is not None
    assert (roll.voters, roll.index, announced_roll(day.state(), "presidente", roll.index)) == (
        320,
        first,
        None,
    )
    claim(day, p.Announced("ana", 5), registered=1, code="other")
    assert announced_roll(day.state(), "presidente") == roll
    claim(day, p.Announced("ana", 5), registered=321, code="second", by="authority/1")
    assert announced_roll(day.state(), "presidente") is None


def test_it_says_who_states_the_roll_where_the_answer_rests_on_it_and_only_there() -> None:
    """By an announced number nobody makes what is outstanding fewer, nor says it of a roll that is known."""
    day = election()
    for station in ("n1.01", "n1.02", "n2.01"):
        day.sheet("machine/1", station, (60, 5, 0, 0))
    claim(day, p.Announced("ana", 5), registered=330, by="authority/1")
    known = coverage_with_roll(day.state(), "presidente", "reported").certificate()
    assert (known.outstanding.capacity, known.roll) == (50, None)
    assert "The size of the roll" not in known.sentence("en")
    day.roll(ALL.replace(b"sur,50", b"sur,"), replaces=day.rolled)
    by_party = day.state()
    found = coverage_with_roll(by_party, "presidente", "reported").certificate()
    assert found.outstanding.capacity == 60
    assert found.irreversible
    assert "The size of the roll, 330, is from an announcement: Somebody (entry" in found.sentence("en")
    assert "se toma de un anuncio: Somebody (entrada" in found.sentence("es")
    asked = coverage_with_roll(by_party, "presidente", "reported", registered=335).certificate()
    assert (asked.outstanding.capacity, asked.roll) == (65, StatedRoll(335))
    assert "was given with the question" in asked.sentence("en")
    # A number that the sheets at hand show to be too small is used by nobody.
    other = election()
    other.roll(ALL.replace(b"sur,50", b"sur,"), replaces=other.rolled)
    claim(other, p.Announced("ana", 5), registered=200, by="authority/1")
    other.sheet("machine/1", "n1.01", (60, 5, 0, 0))
    assert coverage_with_roll(other.state(), "presidente", "reported").certificate().roll is None


def test_what_no_bound_has_is_said_of_sheets_bulletins_and_announcements() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (70, 10, 0, 5))
    head = p.LogHead(ORIGIN, len(day.log), bytes(32))
    day.say(t.Bulletin(1, Basis.REPORTED, head, (70, 10, 5), (0, 0), None, 1), "authority/1", "presidente")
    claim(day, p.Announced("ana", 60), p.Announced("others", 10), covered="75")
    state = day.state()
    certificates = (
        coverage(state, "presidente", "reported").certificate(),
        bulletin_certificate(state, state.records(t.Bulletin)[0]),
        claim_certificate(state, state.records(t.Claim)[0]).certificate,
    )
    for each in certificates:
        assert "abroad, in transit" in each.sentences("en")[1]
        assert "en el exterior, en tránsito" in each.sentences("es")[1]
