"""Courts of several instances: what a higher one has said, nobody below it changes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from escrutinio.core.election.acts import Acts
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.state import Standing
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision, Role
from escrutinio.core.records.entry import open_record
from tests.core.election.build import VOTES, Day, codes, counts_at, found, machines, ruling

LOW, HIGH = "court/juzgado/1", "court/corte/1"
COURTS = (
    p.Court("juzgado", (p.Title("es", "Juzgado"),), 1),
    p.Court("corte", (p.Title("es", "Corte"),), 2),
)


def law_day(needed: int = 1) -> Day:
    """A day on which two courts may rule, each with so many of its judges; the sheet of n1.01 is entry 9."""
    powers = (p.Power(t.Ruling.TYPE, Role.COURT, needed), p.Power(t.Ruling.TYPE, Role.AUTHORITY, 1))
    day = machines(Day(law=lambda definition: replace(definition, courts=COURTS, powers=powers)))
    day.enrol_all([(name, Role.COURT, ()) for name in (LOW, HIGH, "court/corte/2", "court/otro/1")])
    day.sheet("machine/1", "n1.01", VOTES)
    return day


def standings(day: Day, entries: Sequence[int]) -> list[Standing]:
    judged = {logged.index: logged.standing for logged in day.state().controls}
    return [judged[index] for index in entries]


@pytest.mark.parametrize(("above", "below"), [(HIGH, LOW), (HIGH, "authority/1"), (LOW, "authority/1")])
def test_what_a_higher_instance_said_is_not_replaced_from_below(above: str, below: str) -> None:
    day = law_day()
    first = ruling(day, Decision.ANNUL, by=above)
    second = ruling(day, Decision.UPHOLD, by=below, replaces=first)
    state = day.state()
    assert standings(day, (first, second)) == [Standing.EFFECTIVE, Standing.OVERRULED]
    assert counts_at(state, "n1.01", "ruled") is None
    (finding,) = state.findings
    assert (finding.code, finding.entries) == ("act-overruled", (second, first))
    assert f"(entry {first})" in finding.sentence("en")
    assert below in finding.sentence("es")


@pytest.mark.parametrize(("below", "above"), [(LOW, HIGH), ("authority/1", HIGH), ("authority/1", LOW)])
def test_a_higher_instance_replaces_what_was_said_below(below: str, above: str) -> None:
    day = law_day()
    first = ruling(day, Decision.ANNUL, by=below)
    second = ruling(day, Decision.UPHOLD, by=above, replaces=first)
    state = day.state()
    assert standings(day, (first, second)) == [Standing.EFFECTIVE, Standing.EFFECTIVE]
    assert counts_at(state, "n1.01", "ruled") is not None
    assert codes(state) == []


def test_the_same_from_below_is_overruled_and_from_the_same_instance_a_consent() -> None:
    day = law_day()
    first = ruling(day, Decision.ANNUL, by=HIGH)
    same = ruling(day, Decision.ANNUL, by="court/corte/2")
    below = ruling(day, Decision.ANNUL, by=LOW)
    assert standings(day, (first, same, below)) == [
        Standing.EFFECTIVE,
        Standing.CONSENT,
        Standing.OVERRULED,
    ]


def test_judges_of_two_courts_do_not_add_up() -> None:
    day = law_day(needed=2)
    entries = [ruling(day, Decision.ANNUL, by=LOW), ruling(day, Decision.ANNUL, by=HIGH)]
    assert standings(day, entries) == [Standing.CONSENT, Standing.CONSENT]
    third = ruling(day, Decision.ANNUL, by="court/corte/2")
    assert standings(day, [third]) == [Standing.EFFECTIVE]


def test_a_court_that_the_definition_does_not_have_is_of_no_instance() -> None:
    day = law_day()
    first = ruling(day, Decision.ANNUL, by=LOW)
    other = ruling(day, Decision.UPHOLD, by="court/otro/1", replaces=first)
    assert Standing.EFFECTIVE not in standings(day, [other])
    assert counts_at(day.state(), "n1.01", "ruled") is None


def test_a_court_rules_only_where_the_definition_lets_it() -> None:
    day = machines(Day())
    day.enrol("court/juzgado/1", Role.COURT)
    index = ruling(day, Decision.ANNUL, by="court/juzgado/1")
    state = day.state()
    assert [f.entries for f in found(state, "key-out-of-scope")] == [(index,)]


@pytest.mark.parametrize("wide", ["area/norte/presidente", "contest/presidente"])
def test_of_rulings_about_one_station_that_of_the_highest_instance_holds(wide: str) -> None:
    """Whatever came last, and however much of the country it is about."""
    day = law_day()
    day.say(t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None), HIGH, wide)
    ruling(day, Decision.UPHOLD, by=LOW)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert state.roll.index["n1.01"] in state.annulled["presidente"]
    ruling(day, Decision.UPHOLD, by=HIGH, replaces=len(day.log) - 1)
    assert counts_at(day.state(), "n1.01", "ruled") is not None


def test_an_author_is_told_which_act_is_in_force() -> None:
    day = law_day()
    first = ruling(day, Decision.ANNUL, by=LOW)
    acts = Acts(Rights(day.state().definition.body))
    entry = open_record(day.log[first])
    acts.hear(first, entry, LOW, Role.COURT)
    assert isinstance(entry.body, t.Ruling)
    named = acts.naming(replace(entry.body, decision=Decision.UPHOLD), entry.subject)
    assert isinstance(named, t.Ruling)
    assert named.replaces == day.digest(first)
