"""Acts and their matters: one stands for each at a time, and one that replaces it names it."""

from __future__ import annotations

import pytest

from escrutinio.core.election.acts import MATTERS
from escrutinio.core.election.state import ElectionState, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Decision, Nomination, Removal, Role
from escrutinio.core.records.possession import enrolled
from tests.core.election.build import ROOT, Day, counts_at, found, key, machines, ruling

ONLY = b"station,center,area,registered\nn1.01,n1,norte,7\n"


def two_sheets(officers: int = 1) -> tuple[Day, int, int]:
    """A station with two sheets that differ, of which a ruling may select one."""
    day = Day(officers=officers, stations=None)
    for by in ("authority/1", "authority/2")[:officers]:
        day.roll(ONLY.replace(b",7", b",100"), by)
    machines(day)
    first = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    return day, first, day.sheet("machine/3", "n1.01", (5, 4, 3, 3))


def standings(state: ElectionState, *entries: int) -> list[Standing]:
    by_index = {logged.index: logged.standing for logged in state.controls}
    return [by_index[index] for index in entries]


def not_current(state: ElectionState) -> list[tuple[int, ...]]:
    return [finding.entries for finding in found(state, "act-not-current")]


def test_an_act_with_its_bytes_again_brings_nothing_back() -> None:
    day, first, _ = two_sheets()
    annul = ruling(day, Decision.ANNUL)
    ruling(day, Decision.SELECT, first, replaces=annul)
    again = day.repeat(annul)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == first
    assert state.repeats == {again: annul}
    assert [f.entries for f in found(state, "entry-repeated")] == [(again, annul)]


@pytest.mark.parametrize("names", ["none", "the one before", "itself", "a sheet"])
def test_an_act_that_does_not_name_the_one_in_force_changes_nothing(names: str) -> None:
    day, first, second = two_sheets()
    annul = ruling(day, Decision.ANNUL)
    select = ruling(day, Decision.SELECT, first, replaces=annul)
    named = {"none": None, "the one before": annul, "itself": select + 1, "a sheet": second}[names]
    named = 0 if named is not None and named >= len(day.log) else named
    late = ruling(day, Decision.ANNUL, replaces=named)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == first
    assert standings(state, annul, select, late) == [
        Standing.EFFECTIVE,
        Standing.EFFECTIVE,
        Standing.SUPERSEDED,
    ]
    assert not_current(state) == [(late, select)]


def test_an_act_that_names_one_where_none_is_in_force_changes_nothing() -> None:
    day, first, _ = two_sheets()
    late = ruling(day, Decision.ANNUL, replaces=first)
    state = day.state()
    assert state.records(t.Ruling) == ()
    assert not_current(state) == [(late,)]


def test_two_of_two_officers_replayed_do_not_bring_an_act_back() -> None:
    day, first, _ = two_sheets(2)
    annuls = [ruling(day, Decision.ANNUL, by=by) for by in ("authority/1", "authority/2")]
    for by in ("authority/1", "authority/2"):
        ruling(day, Decision.SELECT, first, by=by, replaces=annuls[-1])
    for index in annuls:
        day.repeat(index)
    assert counts_at(day.state(), "n1.01", "ruled") == first
    # Signed anew, by both: other bytes, and still no act that names the one in force.
    late = [ruling(day, Decision.ANNUL, by=by) for by in ("authority/1", "authority/2")]
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == first
    assert [entries[0] for entries in not_current(state)] == late


def test_an_act_is_named_by_the_record_that_completed_it() -> None:
    day, first, _ = two_sheets(2)
    one, two = (ruling(day, Decision.ANNUL, by=by) for by in ("authority/1", "authority/2"))
    wrong = [
        ruling(day, Decision.SELECT, first, by=by, replaces=one) for by in ("authority/1", "authority/2")
    ]
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert standings(state, one, two) == [Standing.CONSENT, Standing.EFFECTIVE]
    assert not_current(state) == [(index, two) for index in wrong]


def test_a_consent_that_was_withheld_completes_nothing_after_another_act() -> None:
    """Officer 1 signs an annulment, and officer 2 does not; both select. Officer 2's late consent is dead."""
    day, first, _ = two_sheets(2)
    waiting = ruling(day, Decision.ANNUL, by="authority/1")
    for by in ("authority/1", "authority/2"):
        ruling(day, Decision.SELECT, first, by=by)
    late = ruling(day, Decision.ANNUL, by="authority/2")
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == first
    assert standings(state, waiting, late) == [Standing.CONSENT, Standing.SUPERSEDED]


def test_the_same_act_said_by_another_officer_is_a_consent_and_nothing_more() -> None:
    day, _, _ = two_sheets()
    annul = ruling(day, Decision.ANNUL, by="authority/1")
    same = ruling(day, Decision.ANNUL, by="authority/2")
    state = day.state()
    assert standings(state, annul, same) == [Standing.EFFECTIVE, Standing.CONSENT]
    assert not_current(state) == []
    uphold = ruling(day, Decision.UPHOLD, replaces=annul)
    assert standings(day.state(), uphold) == [Standing.EFFECTIVE]


def test_two_keys_of_one_name_are_one_officer() -> None:
    day, _, _ = two_sheets(2)
    second = enrolled(key("another"), day.election, "authority/1", Role.AUTHORITY)
    day.say(t.Enrolment((second,)), ROOT, "election")
    body = t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None)
    entries = [
        day.say(body, "authority/1", "station/n1.01/presidente"),
        day.say(body, "authority/1", "station/n1.01/presidente", signing=key("another")),
    ]
    assert standings(day.state(), *entries) == [Standing.CONSENT, Standing.CONSENT]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("station/n1.01/presidente", Decision.ANNUL), ("station/n1.02/presidente", Decision.ANNUL)),
        (("station/n1.01/presidente", Decision.ANNUL), ("station/n1.01/consejo", Decision.ANNUL)),
    ],
)
def test_another_matter_has_its_own_act(one: tuple[str, Decision], other: tuple[str, Decision]) -> None:
    day = Day()
    entries = [
        day.say(t.Ruling(None, decision, None, None, "art. 1", None), "authority/1", about)
        for about, decision in (one, other)
    ]
    assert standings(day.state(), *entries) == [Standing.EFFECTIVE] * 2


def test_nominations_are_a_matter_of_their_candidate() -> None:
    day = Day()
    ana = day.say(t.NominationChange("ana", Nomination.WITHDRAWN, "art. 1"), "authority/1", "presidente")
    blas = day.say(t.NominationChange("blas", Nomination.WITHDRAWN, "art. 1"), "authority/1", "presidente")
    back = t.NominationChange("ana", Nomination.REINSTATED, "art. 2")
    bare = day.say(back, "authority/1", "presidente")
    again = day.say(
        t.NominationChange("ana", Nomination.REINSTATED, "art. 2", day.digest(ana)),
        "authority/1",
        "presidente",
    )
    state = day.state()
    expected = [Standing.EFFECTIVE, Standing.EFFECTIVE, Standing.SUPERSEDED, Standing.EFFECTIVE]
    assert standings(state, ana, blas, bare, again) == expected


def test_a_roll_replaces_the_one_that_it_names() -> None:
    day = Day()
    first = day.rolled
    bare = day.roll(ONLY)
    assert len(day.state().roll) == 4
    day.roll(ONLY, replaces=first)
    state = day.state()
    assert len(state.roll) == 1
    assert not_current(state) == [(bare, first)]


def test_an_importers_roll_replaces_the_one_that_it_names() -> None:
    day = Day(author=AuthorRole.IMPORTER, officers=2, stations=None)
    day.enrol("importer/x", Role.IMPORTER)
    first = day.roll(ONLY, "importer/x")
    assert len(day.state().roll) == 1
    bare = day.roll(ONLY.replace(b",7", b",8"), "importer/x")
    day.roll(ONLY.replace(b",7", b",9"), "importer/x", replaces=first)
    state = day.state()
    assert state.roll.registered.tolist() == [9]
    assert not_current(state) == [(bare, first)]


def test_acts_without_a_matter_need_only_the_number_of_officers() -> None:
    day = Day(officers=2)
    entries = [
        day.say(t.RemovalRequest(bytes(32), Removal.ERROR, "art. 1"), f"authority/{n}", "election")
        for n in (1, 2, 1, 2)
    ]
    expected = [Standing.CONSENT, Standing.EFFECTIVE, Standing.CONSENT, Standing.EFFECTIVE]
    assert standings(day.state(), *entries) == expected


def test_what_is_cut_into_parts_is_judged_alike() -> None:
    day, first, _ = two_sheets()
    annul = ruling(day, Decision.ANNUL)
    ruling(day, Decision.SELECT, first, replaces=annul)
    day.repeat(annul)
    ruling(day, Decision.ANNUL)
    whole = day.state()
    for cut in range(1, len(day.log)):
        state = day.fold(cuts=[cut]).state()
        assert (state.findings, state.repeats) == (whole.findings, whole.repeats)
        assert standings(state, annul) == standings(whole, annul)


def test_the_matters_are_these() -> None:
    assert {t.BY_CODE[code].NAME for code in MATTERS} == {
        "roll", "nomination-change", "station-change", "accreditation", "ruling", "audit-minutes",
        "bulletin", "proclamation", "lots",
    }  # fmt: skip
