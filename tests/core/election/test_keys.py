"""Officers, enrolment, revocation, scope, and keys that come late."""

from hashlib import sha256

import pytest

from escrutinio.core.election.keys import organisation_of
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    Closes,
    RevocationReason,
    Role,
)
from tests.core.election.build import CLOSES, DAY, ROOT, Day, codes, counts_at, key, machines, pending

# --- officers, k of n ---


def test_a_ruling_takes_effect_with_the_officer_who_completes_the_number() -> None:
    day = Day(officers=2, stations=None)
    day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n", "authority/1")
    assert len(day.state().roll) == 0
    day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n", "authority/1")
    assert len(day.state().roll) == 0, "the same officer again is no second officer"
    index = day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n", "authority/2", at=DAY + 60)
    state = day.state()
    assert state.roll.stations == ("n1.01",)
    assert [logged.index for logged in state.rolls] == [index]


def test_officers_who_say_different_things_do_not_add_up() -> None:
    day = Day(officers=2, stations=None)
    day.roll(b"station,center,area,registered\nn1.01,n1,norte,100\n", "authority/1")
    day.roll(b"station,center,area,registered\nn1.01,n1,norte,101\n", "authority/2")
    assert len(day.state().roll) == 0


# --- keys ---


def test_a_sheet_below_the_enrolment_of_its_key_does_not_count() -> None:
    day = Day()
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    state = day.state()
    assert [(f.code, f.entries) for f in state.findings] == [("unknown-key", (index,))]
    assert counts_at(state, "n1.01") is None
    assert pending(state) == {}


def test_a_revocation_does_not_act_backwards() -> None:
    day = machines(Day())
    before = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    revoked = day.say(t.Revocation(key("machine/1").kid, RevocationReason.STOLEN), ROOT, "election")
    after = day.sheet("machine/1", "n1.01", (9, 9, 9, 9))
    state = day.state()
    assert counts_at(state, "n1.01") == before
    assert [(f.code, f.entries) for f in state.findings] == [
        ("key-later-revoked", (revoked, before)),
        ("unknown-key", (after,)),
    ]


def test_the_first_enrolment_of_a_key_wins() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.enrol("machine/1", Role.MACHINE, "n1.02")
    day.sheet("machine/1", "n1.02", (5, 4, 3, 2))
    state = day.state()
    assert len([held for held in state.keys if held.key.name == "machine/1"]) == 1
    assert codes(state) == ["key-out-of-scope"]


def test_only_the_root_enrols_and_revokes() -> None:
    day = Day()
    enrolment = day.enrol_all([("machine/1", Role.MACHINE, ())], by="authority/1")
    revocation = day.say(
        t.Revocation(key("party/azul/1").kid, RevocationReason.LOST), "authority/1", "election"
    )
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    refused = [f.entries[0] for f in state.findings if f.code == "key-out-of-scope"]
    assert refused == [enrolment, revocation]
    assert counts_at(state, "n1.01", "copies:party/azul") is not None


def test_a_signature_under_another_name_is_not_that_keys() -> None:
    day = machines(Day())
    day.say(t.TallySheet((1, 1, 1, 1), (0, 0)), "machine/2", "n1.01/presidente", signing=key("machine/1"))
    assert codes(day.state()) == ["unknown-key"]


def test_a_key_of_small_order_is_not_enrolled() -> None:
    day = Day()
    index = day.say_plain(
        3, [[["machine/1", bytes([1] + [0] * 31), 2, [], [], [], bytes(64)]]], ROOT, "election"
    )
    state = day.state()
    assert [(f.code, f.entries) for f in state.findings] == [("unknown-key", (index,))]


@pytest.mark.parametrize(
    ("role", "scope", "station", "fine"),
    [
        (Role.MACHINE, ("n1.01",), "n1.01", True),
        (Role.MACHINE, ("n1.01",), "n1.02", False),
        (Role.MACHINE, (), "n1.02", True),
        (Role.MACHINE, ("norte",), "n1.02", True),
        (Role.MACHINE, ("isla",), "s1.01", True),
        (Role.MACHINE, ("sur",), "n1.02", False),
        (Role.MACHINE, ("sur", "n1.02"), "n1.02", True),
        (Role.BOARD, ("n1.01",), "n1.01", False),
        (Role.PARTY, (), "n1.01", False),
        (Role.IMPORTER, (), "n1.01", False),
    ],
)
def test_scope_and_role_of_a_sheets_key(role: Role, scope: tuple[str, ...], station: str, fine: bool) -> None:
    day = Day()
    day.enrol("signer/1", role, *scope)
    day.sheet("signer/1", station, (5, 4, 3, 2))
    state = day.state()
    assert (counts_at(state, station) is not None) is fine
    assert codes(state) == ([] if fine else ["key-out-of-scope"])


def test_a_key_for_one_contest_says_nothing_in_another() -> None:
    day = Day()
    day.say(t.Enrolment((day.held("machine/1", Role.MACHINE, (), ("consejo",)),)), ROOT, "election")
    day.sheet("machine/1", "n1.01", (5, 4), contest="consejo")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    assert [(f.code, f.contest) for f in day.state().findings] == [("key-out-of-scope", "presidente")]


# --- late keys ---


def consent(day: Day, enrolment: int, by: str) -> None:
    day.say(t.CoRecord(sha256(day.log[enrolment]).digest()), by, "election")


def closed_day() -> Day:
    """Enrolment is closed by an officer, whatever the calendar says."""
    day = Day(calendar=(CLOSES,))
    day.close(Closes.ROLL)
    day.close(Closes.ENROLMENT)
    return day


def test_sheets_of_a_late_key_are_a_line_of_their_own() -> None:
    day = closed_day()
    enrolment = day.enrol("machine/1", Role.MACHINE, "n1.01", at=CLOSES.at - 9)
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert counts_at(state, "n1.01", "reported-late") == index
    assert [(f.code, f.entries) for f in state.findings] == [("late-key", (enrolment,))]


def test_a_key_below_the_closing_is_not_late_whatever_it_states() -> None:
    day = Day(calendar=(CLOSES,))
    day.enrol("machine/1", Role.MACHINE, "n1.01", at=CLOSES.at + 9_999)
    day.close(Closes.ENROLMENT)
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") == index
    assert codes(state) == []


def test_consent_of_authority_and_party_below_a_sheet_lets_it_count() -> None:
    day = closed_day()
    enrolment = day.enrol_all(
        [("machine/1", Role.MACHINE, ("n1.01",)), ("machine/2", Role.MACHINE, ("n1.02",))]
    )
    consent(day, enrolment, "authority/1")
    before = day.sheet("machine/2", "n1.02", (5, 4, 3, 2))
    consent(day, enrolment, "party/azul/1")
    after = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") == after
    assert counts_at(state, "n1.02", "reported-late") == before


def test_two_officers_are_no_party() -> None:
    day = closed_day()
    enrolment = day.enrol("machine/1", Role.MACHINE, "n1.01")
    consent(day, enrolment, "authority/1")
    consent(day, enrolment, "authority/2")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01") is None


# --- the root's own key, and two keys under one name ---


def test_the_root_is_neither_enrolled_nor_revoked() -> None:
    day = Day()
    enrolment = day.enrol_all([(ROOT, Role.AUTHORITY, ()), ("machine/1", Role.MACHINE, ("n1.01",))])
    revocation = day.say(t.Revocation(key(ROOT).kid, RevocationReason.STOLEN), ROOT, "election")
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    first, second = (day.sheet(f"machine/{n}", f"n1.0{n}", (5, 4, 3, 2)) for n in (1, 2))
    state = day.state()
    assert ROOT not in state.signers
    assert [counts_at(state, "n1.01"), counts_at(state, "n1.02")] == [first, second]
    assert [(f.code, f.entries) for f in state.findings] == [
        ("key-out-of-scope", (enrolment,)),
        ("key-out-of-scope", (revocation,)),
    ]
    assert day.fold().admission().judge([day.log[enrolment + 2]]) == [None]


def test_the_root_signs_nothing_else_under_an_enrolled_name() -> None:
    day = Day()
    day.enrol_all([(ROOT, Role.MACHINE, ("n1.01",))])
    day.sheet(ROOT, "n1.01", (5, 4, 3, 2))
    assert codes(day.state()) == ["key-out-of-scope", "unknown-key"]


@pytest.mark.parametrize("revoked", [False, True])
def test_a_second_key_under_a_name_is_a_finding_and_another_one_where_it_replaces_one(revoked: bool) -> None:
    day = Day()
    first = day.enrol("machine/1", Role.MACHINE, "n1.01")
    if revoked:
        day.say(t.Revocation(key("machine/1").kid, RevocationReason.REPLACED), ROOT, "election")
    other = day.held("machine/1", Role.MACHINE, ("n1.01",), signing=key("another"))
    second = day.say(t.Enrolment((other,)), ROOT, "election")
    found = [(f.code, f.entries) for f in day.state().findings]
    assert found == (
        [("name-enrolled-again", (second, first, first + 1))]
        if revoked
        else [("name-enrolled-twice", (second, first))]
    )


@pytest.mark.parametrize(
    ("signer", "organisation"),
    [
        ("authority", "authority"),
        ("party/azul", "party/azul"),
        ("party/azul/s012", "party/azul"),
        ("party/azul/s012/2", "party/azul"),
    ],
)
def test_a_signer_belongs_to_the_organisation_up_to_the_second_slash(signer: str, organisation: str) -> None:
    assert organisation_of(signer) == organisation
