"""The root revokes a party's or an observer's key with the officers' consents alone."""

import pytest

from escrutinio.core.election.revoking import consents_needed
from escrutinio.core.election.state import Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, LogRole, RevocationReason, Role
from tests.core.election.build import ROOT, VOTES, Day, codes, counts_at, found, key, machines

PARTY = "party/azul/1"
COPIES = "copies:party/azul"


def revoke(day: Day, name: str = PARTY, by: str = ROOT) -> int:
    return day.say(t.Revocation(key(name).kid, RevocationReason.ENDED, "art. 88"), by, "election")


def consent(day: Day, revocation: int, by: str) -> int:
    return day.say(t.CoRecord(day.digest(revocation)), by, "election")


def standing(day: Day, index: int) -> Standing:
    return next(logged.standing for logged in day.state().controls if logged.index == index)


def revoked_at(day: Day, name: str = PARTY) -> int | None:
    return next(held.revoked for held in day.state().keys if held.key.name == name)


def test_without_consents_the_key_stays_in_force_and_a_finding_says_so() -> None:
    day = Day()
    revocation = revoke(day)
    copy = day.copy(PARTY, "n1.01", VOTES)
    state = day.state()
    assert counts_at(state, "n1.01", COPIES) == copy
    assert standing(day, revocation) is Standing.WAITING
    assert revoked_at(day) is None
    note = found(state, "revocation-waiting")[0]
    assert note.entries == (revocation,)
    assert "(legal basis: art. 88); officers who consented: 0, needed: 1." in note.sentence("en")
    assert day.fold().admission().judge([day.log[copy]]) == [None]


def test_in_the_log_of_an_importer_the_word_of_its_root_is_enough() -> None:
    day = Day(author=AuthorRole.IMPORTER, role=LogRole.IMPORTER)
    revocation = revoke(day)
    assert standing(day, revocation) is Standing.EFFECTIVE
    assert revoked_at(day) == revocation
    assert codes(day.state(), "key-later-revoked") == []


def test_only_the_authoritys_own_log_has_officers() -> None:
    body = Day(officers=3).state().definition.body
    assert consents_needed(body, body.root_key) == 3
    assert consents_needed(body, key("azul/root").public_key) == 0


def test_the_officer_who_completes_the_number_revokes_the_key_from_there_on() -> None:
    day = Day(officers=2)
    before = day.copy(PARTY, "n1.01", VOTES)
    revocation = revoke(day)
    first = consent(day, revocation, "authority/1")
    between = day.copy(PARTY, "n1.02", VOTES)
    assert found(day.state(), "revocation-waiting")[0].entries == (revocation, first)
    again = consent(day, revocation, "authority/1")
    assert revoked_at(day) is None
    last = consent(day, revocation, "authority/2")
    after = day.copy(PARTY, "n2.01", VOTES)
    state = day.state()
    assert revoked_at(day) == last
    assert standing(day, revocation) is Standing.EFFECTIVE
    assert [(f.code, f.entries) for f in state.findings if "key" in f.code] == [
        ("key-later-revoked", (revocation, last, before, between)),
    ]
    marked = found(state, "signed-after-revocation")[0]
    assert marked.entries == (revocation, after)
    assert f"revoked in entry {revocation} (legal basis: art. 88)" in marked.sentence("en")
    assert after not in state.tables["presidente"].index
    later = found(state, "key-later-revoked")[0].sentence("en")
    assert f"was revoked in entry {revocation} (legal basis: art. 88)" in later
    assert {standing(day, index) for index in (first, again, last)} == {Standing.EFFECTIVE}
    assert day.fold().admission().judge([day.log[after]]) == [None]


def test_in_one_judgement_a_consent_revokes_for_the_records_behind_it() -> None:
    day = Day()
    size = len(day.log)
    consent(day, revoke(day), "authority/1")
    day.copy(PARTY, "n1.01", VOTES)
    new = day.log[size:]
    del day.log[size:]
    verdicts = day.fold().admission().judge(new)
    assert verdicts == [None, None, None]


def codes_of(day: Day, records: list[bytes]) -> list[str | None]:
    return [None if each is None else each.code for each in day.fold().admission().judge(records)]


def silenced(*, narrow: bool = False) -> Day:
    """A day on which an observer's key for one area, or for all, was revoked."""
    day = machines(Day())
    day.enrol("observer/cano", Role.OBSERVER, *(("norte",) if narrow else ()))
    consent(day, revoke(day, "observer/cano"), "authority/1")
    return day


def test_what_a_revoked_key_says_enters_within_its_rights_and_scope_alone() -> None:
    day = silenced(narrow=True)
    size = len(day.log)
    day.copy("observer/cano", "n1.01", VOTES)
    day.copy("observer/cano", "s1.01", VOTES)
    day.sheet("observer/cano", "n1.01", VOTES)
    day.copy("observer/cano", "n1.01", VOTES)
    offered = day.log[size:]
    del day.log[size:]
    offered[3] = offered[3][:-1] + bytes([offered[3][-1] ^ 1])
    assert codes_of(day, offered) == [None, "out-of-scope", "not-entitled", "bad-signature"]


def test_it_changes_no_total_and_no_other_finding() -> None:
    day = silenced()
    before = day.state()
    day.copy("observer/cano", "n1.01", VOTES)
    consent(day, 2, "observer/cano")
    after = day.state()
    assert {code for code in codes(after) if code not in codes(before)} == {"signed-after-revocation"}
    assert found(after, "signed-after-revocation")[0].sentence("en").count("count in no total") == 1
    assert after.size == before.size + 2
    assert {name: len(table.index) for name, table in after.tables.items()} == {
        name: len(table.index) for name, table in before.tables.items()
    }


def test_a_signature_that_does_not_hold_under_a_revoked_key_is_no_word_of_its_holder() -> None:
    day = silenced()
    day.copy("observer/cano", "n1.01", VOTES)
    day.log[-1] = day.log[-1][:-1] + bytes([day.log[-1][-1] ^ 1])
    assert "signed-after-revocation" not in codes(day.state())
    assert "unknown-key" in codes(day.state())


def test_a_scope_is_not_narrowed_by_enrolling_the_key_again() -> None:
    """The first enrolment of a key wins; there is no other way to narrow one."""
    day = machines(Day())
    day.enrol("observer/cano", Role.OBSERVER)
    day.enrol("observer/cano", Role.OBSERVER, "norte")
    size = len(day.log)
    day.copy("observer/cano", "s1.01", VOTES)
    offered = day.log[size:]
    del day.log[size:]
    assert codes_of(day, offered) == [None]
    assert [held.key.scope for held in day.state().keys if held.key.name == "observer/cano"] == [()]


@pytest.mark.parametrize("by", ["party/azul/1", "observer/cano", "machine/1"])
def test_nobody_but_officers_consents(by: str) -> None:
    day = machines(Day())
    day.enrol("observer/cano", Role.OBSERVER)
    consent(day, revoke(day), by)
    assert revoked_at(day) is None
    assert "revocation-waiting" in codes(day.state())


def test_a_consent_below_the_revocation_is_none() -> None:
    day = Day()
    other = Day()
    other.log = list(day.log)
    revocation = revoke(other)
    day.say(t.CoRecord(other.digest(revocation)), "authority/1", "election")
    day.log.append(other.log[revocation])
    assert revoked_at(day) is None


def test_an_observers_key_is_like_a_partys_and_others_are_the_roots() -> None:
    day = machines(Day())
    day.enrol("observer/cano", Role.OBSERVER)
    observer, machine, officer = (revoke(day, name) for name in ("observer/cano", "machine/1", "authority/2"))
    assert [revoked_at(day, name) for name in ("observer/cano", "machine/1", "authority/2")] == [
        None, machine, officer,
    ]  # fmt: skip
    assert standing(day, observer) is Standing.WAITING


def test_an_officer_who_consents_again_is_one_officer() -> None:
    day = Day(officers=2)
    revocation = revoke(day)
    consent(day, revocation, "authority/1")
    day.repeat(consent(day, revocation, "authority/1"))
    assert revoked_at(day) is None


def test_what_is_cut_into_parts_is_judged_alike() -> None:
    day = Day(officers=2)
    revocation = revoke(day)
    day.copy(PARTY, "n1.01", VOTES)
    consent(day, revocation, "authority/1")
    consent(day, revocation, "authority/2")
    day.copy(PARTY, "n1.02", VOTES)
    whole = day.state()
    for cut in range(1, len(day.log)):
        state = day.fold(cuts=[cut]).state()
        assert (state.findings, list(state.keys)) == (whole.findings, list(whole.keys))
