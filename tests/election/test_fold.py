"""The fold: who counts where, and that it is the same however a log is cut."""

from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.election.export import canonical
from escrutinio.election.fold import Fold, fold
from escrutinio.election.state import ElectionState, Standing, Status
from escrutinio.log.merkle import leaf_hash
from escrutinio.records import parts as p
from escrutinio.records import types as t
from escrutinio.records.codes import (
    AuthorRole,
    Decision,
    LogRole,
    RevocationReason,
    Role,
    StationChangeKind,
)
from escrutinio.records.entry import seal
from escrutinio.records.errors import DefinitionError, RecordError
from tests.election.build import DAY, ROOT, Day, codes, key

CLOSES = p.Deadline("enrolment_closes", DAY - 100)


def machines(day: Day, at: int = DAY) -> Day:
    """Enrol two machines at station n1.01 and one at n1.02."""
    for name, station in (("machine/1", "n1.01"), ("machine/2", "n1.02"), ("machine/3", "n1.01")):
        day.enrol(name, Role.MACHINE, station, at=at)
    return day


def counts_at(state: ElectionState, station: str, basis: str = "reported") -> int | None:
    """The log index of the entry that counts for the president at a station."""
    row = int(state.counted["presidente", basis][state.roll.index[station]])
    return None if row < 0 else int(state.tables["presidente"].index[row])


def pending(state: ElectionState, basis: str = "reported") -> dict[str, str]:
    found = state.pending["presidente", basis]
    return {state.roll.stations[station]: reason for station, reason in found.items()}


def statuses(state: ElectionState) -> list[Status]:
    return [Status(value) for value in state.tables["presidente"].status.tolist()]


def test_a_machine_sheet_counts() -> None:
    day = machines(Day())
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2), 1, 0, ballots=15)
    state = day.state()
    assert counts_at(state, "n1.01") == index
    assert counts_at(state, "n1.02") is None
    assert state.tables["presidente"].counts.tolist() == [[5, 4, 3, 2]]
    assert not state.findings
    assert [basis.code for basis in state.bases] == ["reported"]


def test_the_same_content_again_is_a_duplicate_of_the_lowest_index() -> None:
    day = machines(Day())
    first = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    again = day.say(t.TallySheet((5, 4, 3, 2), 0, 0, None), "machine/3", "n1.01/presidente", at=DAY + 9)
    state = day.state()
    assert counts_at(state, "n1.01") == first
    assert statuses(state) == [Status.COUNTED, Status.DUPLICATE]
    assert [(f.code, f.entries) for f in state.findings] == [("duplicate", (again, first))]


@pytest.mark.parametrize("other", [((5, 4, 3, 3), 0, 0), ((5, 4, 3, 2), 1, 0), ((5, 4, 3, 2), 0, 1)])
def test_other_content_is_a_conflict_and_neither_counts(other: tuple[tuple[int, ...], int, int]) -> None:
    day = machines(Day())
    entries = (day.sheet("machine/1", "n1.01", (5, 4, 3, 2)), day.sheet("machine/3", "n1.01", *other))
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert pending(state) == {"n1.01": "conflict"}
    assert statuses(state) == [Status.PENDING] * 2
    assert [(f.code, f.entries) for f in state.findings] == [("conflict", entries)]


def test_contests_do_not_mix() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/1", "n1.01", (8, 6), contest="consejo")
    state = day.state()
    assert state.tables["consejo"].counts.tolist() == [[8, 6]]
    assert not state.findings


def test_a_station_outside_the_contests_area_is_unknown_there() -> None:
    day = Day()
    day.enrol("machine/9", Role.MACHINE, "s1.01")
    day.sheet("machine/9", "s1.01", (8, 6), contest="consejo")
    assert codes(day.state()) == ["station-unknown"]


# --- boards ---


def board(day: Day) -> Day:
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    return day


def test_a_boards_sheet_counts_after_an_opening_where_no_machine_spoke() -> None:
    day = board(Day())
    day.open_for_board("n1.01")
    index = day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    assert counts_at(day.state(), "n1.01") == index


def test_a_boards_sheet_without_an_opening_below_it_does_not_count() -> None:
    day = board(Day())
    day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    day.open_for_board("n1.01")
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert codes(state) == ["key-out-of-scope"]


def test_a_boards_sheet_cannot_block_a_machines() -> None:
    day = machines(board(Day()))
    day.open_for_board("n1.01")
    day.manual("board/n1.01", "n1.01", (1, 2, 3, 4))
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") == index
    assert statuses(state) == [Status.EVIDENCE, Status.COUNTED]
    assert not state.findings


def test_a_boards_sheet_does_not_settle_a_conflict() -> None:
    day = machines(board(Day()))
    day.open_for_board("n1.01")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/3", "n1.01", (5, 4, 3, 1))
    day.manual("board/n1.01", "n1.01", (5, 4, 3, 2))
    assert pending(day.state()) == {"n1.01": "conflict"}


# --- copies and paper ---


def test_each_organisation_has_a_basis_of_its_own() -> None:
    day = Day()
    day.enrol_all([("party/azul/2", Role.PARTY, ()), ("party/rojo", Role.PARTY, ())])
    mine, _, theirs = (
        day.copy(by, "n1.01", (5, 4, 3, n))
        for by, n in (("party/azul/1", 2), ("party/azul/2", 2), ("party/rojo", 9))
    )
    state = day.state()
    assert [basis.code for basis in state.bases] == ["reported", "copies:party/azul", "copies:party/rojo"]
    assert counts_at(state, "n1.01", "copies:party/azul") == mine
    assert counts_at(state, "n1.01", "copies:party/rojo") == theirs
    assert statuses(state) == [Status.COUNTED, Status.DUPLICATE, Status.COUNTED]


def test_copies_of_one_organisation_that_differ_conflict_in_its_basis_alone() -> None:
    day = machines(Day())
    official = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 1))
    state = day.state()
    assert counts_at(state, "n1.01") == official
    assert pending(state, "copies:party/azul") == {"n1.01": "conflict"}


def test_an_imported_election_has_copies_and_no_official_basis() -> None:
    day = Day(role=LogRole.IMPORTER, author=AuthorRole.IMPORTER)
    day.enrol("importer", Role.IMPORTER)
    index = day.copy("importer", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert [basis.code for basis in state.bases] == ["copies:importer"]
    assert counts_at(state, "n1.01", "copies:importer") == index


def test_a_hand_count_counts_when_two_organisations_agree() -> None:
    day = Day()
    day.enrol_all([("observer/cano/1", Role.OBSERVER, ()), ("party/azul/2", Role.PARTY, ())])
    first = day.hand_count("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.hand_count("party/azul/2", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") is None
    day.hand_count("observer/cano/1", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01", "paper") == first


def test_two_pairs_that_differ_leave_the_paper_pending() -> None:
    day = Day()
    names = [f"party/{name}" for name in ("a", "b", "c", "d")]
    day.enrol_all([(name, Role.PARTY, ()) for name in names])
    for number, name in enumerate(names):
        day.hand_count(name, "n1.01", (5, 4, 3, number // 2))
    assert pending(day.state(), "paper") == {"n1.01": "conflict"}


# --- rulings ---


def ruling(day: Day, decision: Decision, entry: int | None = None, by: str = "authority/1") -> int:
    body = t.Ruling(None, decision, entry, "art. 1", None)
    return day.say(body, by, "n1.01/presidente")


def in_conflict() -> tuple[Day, int]:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    return day, day.sheet("machine/3", "n1.01", (5, 4, 3, 1))


def test_a_ruling_selects_and_the_reported_basis_stays() -> None:
    day, second = in_conflict()
    ruling(day, Decision.SELECT, second)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == second
    assert counts_at(state, "n1.01") is None
    assert pending(state) == {"n1.01": "conflict"}
    assert pending(state, "ruled") == {}


def test_a_ruling_annuls_and_is_neither_counted_nor_pending() -> None:
    day, _ = in_conflict()
    ruling(day, Decision.ANNUL)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert pending(state, "ruled") == {}
    assert state.annulled["presidente"] == (state.roll.index["n1.01"],)


def test_the_last_ruling_holds() -> None:
    day = machines(Day())
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    ruling(day, Decision.ANNUL)
    ruling(day, Decision.DISMISS)
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") == index
    assert state.annulled["presidente"] == ()


@pytest.mark.parametrize("wrong", ["later", "other station", "nothing"])
def test_a_ruling_that_selects_no_sheet_below_it_has_no_effect(wrong: str) -> None:
    day, second = in_conflict()
    other = day.sheet("machine/2", "n1.02", (1, 1, 1, 1))
    entry = {"later": len(day.log) + 1, "other station": other, "nothing": 0}[wrong]
    ruling(day, Decision.SELECT, entry)
    if wrong == "later":
        day.sheet("machine/1", "n1.01", (9, 9, 9, 9))
    state = day.state()
    assert counts_at(state, "n1.01", "ruled") is None
    assert "out-of-order" in codes(state)
    assert second in state.tables["presidente"].index


def test_a_party_cannot_rule() -> None:
    day, second = in_conflict()
    index = ruling(day, Decision.SELECT, second, by="party/azul/1")
    state = day.state()
    assert "ruled" not in [basis.code for basis in state.bases]
    assert [f.entries for f in state.findings if f.code == "key-out-of-scope"] == [(index,)]
    assert next(c for c in state.controls if c.index == index).standing is Standing.REFUSED


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
    other = p.EnrolledKey("machine/1", key("machine/1").public_key, Role.MACHINE, ("n1.02",), (), ())
    day.say(t.Enrolment((other,)), ROOT, "election")
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
    day.say(t.TallySheet((1, 1, 1, 1), 0, 0, None), "machine/2", "n1.01/presidente", signing=key("machine/1"))
    assert codes(day.state()) == ["unknown-key"]


def test_a_key_of_small_order_is_not_enrolled() -> None:
    day = Day()
    index = day.say_plain(3, [[["machine/1", bytes([1] + [0] * 31), 2, [], [], []]]], ROOT, "election")
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
    held = p.EnrolledKey("machine/1", key("machine/1").public_key, Role.MACHINE, (), ("consejo",), ())
    day.say(t.Enrolment((held,)), ROOT, "election")
    day.sheet("machine/1", "n1.01", (5, 4), contest="consejo")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    assert [(f.code, f.contest) for f in day.state().findings] == [("key-out-of-scope", "presidente")]


# --- late keys ---


def consent(day: Day, enrolment: int, by: str) -> None:
    day.say(t.CoRecord(sha256(day.log[enrolment]).digest()), by, "election")


def test_sheets_of_a_late_key_are_a_line_of_their_own() -> None:
    day = Day(calendar=(CLOSES,))
    enrolment = day.enrol("machine/1", Role.MACHINE, "n1.01")
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert counts_at(state, "n1.01", "reported-late") == index
    assert [(f.code, f.entries) for f in state.findings] == [("late-key", (enrolment,))]


def test_a_backdated_enrolment_after_the_first_sheet_is_late_all_the_same() -> None:
    day = Day(calendar=(CLOSES,))
    day.enrol("machine/2", Role.MACHINE, "n1.02", at=CLOSES.at - 9)
    on_time = day.sheet("machine/2", "n1.02", (5, 4, 3, 2))
    day.enrol("machine/1", Role.MACHINE, "n1.01", at=CLOSES.at - 9)
    late = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert counts_at(state, "n1.02") == on_time
    assert counts_at(state, "n1.01", "reported-late") == late


def test_consent_of_authority_and_party_below_a_sheet_lets_it_count() -> None:
    day = Day(calendar=(CLOSES,))
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
    day = Day(calendar=(CLOSES,))
    enrolment = day.enrol("machine/1", Role.MACHINE, "n1.01")
    consent(day, enrolment, "authority/1")
    consent(day, enrolment, "authority/2")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    assert counts_at(day.state(), "n1.01") is None


# --- the roll ---


def test_a_roll_after_the_first_sheet_changes_nothing() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    late = day.roll(b"station,center,area,registered\nn1.02,n1,norte,100\n")
    state = day.state()
    assert "n1.01" in state.roll.stations
    assert [(f.code, f.entries) for f in state.findings] == [("roll-changed-late", (late,))]


def test_a_station_change_before_the_first_sheet_changes_the_roll() -> None:
    day = machines(Day())
    body = t.StationChange(StationChangeKind.CORRECTED, "n2", 14, None)
    day.say(body, "authority/1", "n1.01")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/3", "n1.01", (5, 4, 3, 3))
    state = day.state()
    assert state.roll.registered[state.roll.index["n1.01"]] == 14
    assert codes(state) == ["more-votes-than-registered"]


def test_without_the_rolls_attachment_no_station_is_known() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    body = next(iter(day.state().rolls)).entry.body
    assert isinstance(body, t.Roll)
    del day.attachments[body.stations.digest]
    state = day.state()
    assert state.attachments_missing == (body.stations.digest,)
    assert codes(state) == ["station-unknown"]


# --- logs of any kind ---


def full_day() -> Day:
    """A log with something of everything that counts."""
    day = machines(board(Day(calendar=(CLOSES,))), at=CLOSES.at - 1)
    day.enrol("observer/cano", Role.OBSERVER, at=DAY)
    day.zero("machine/1", "n1.01")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/2", "n1.02", (500, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.02", (5, 4, 3, 2))
    day.hand_count("party/azul/1", "n1.01", (5, 4, 3, 1))
    day.hand_count("observer/cano", "n1.01", (5, 4, 3, 1))
    day.say(t.Revocation(key("machine/1").kid, RevocationReason.ENDED), ROOT, "election")
    day.enrol("machine/8", Role.MACHINE, "n2.01")
    day.sheet("machine/8", "n2.01", (1, 1, 1, 1))
    day.sheet("machine/1", "n1.01", (6, 4, 3, 2))
    day.log.append(b"\xd2\x84 not a record")
    ruling(day, Decision.ANNUL)
    return day


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_folding_in_parts_gives_the_same_state(data: st.DataObject) -> None:
    day = full_day()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(day.log) - 1), max_size=3)))
    whole = day.fold()
    parts = Fold(day.attachments.get)
    for start, end in zip((0, *cuts), (*cuts, len(day.log)), strict=True):
        parts.add(day.log[start:end])
        parts.state()
    assert canonical(parts.state()) == canonical(whole.state())
    assert parts.leaf_hashes() == whole.leaf_hashes() == b"".join(map(leaf_hash, day.log))


def test_a_process_pool_gives_the_same_state() -> None:
    day = full_day()
    told: list[int] = []
    with ProcessPoolExecutor(1) as pool:
        state = fold([day.log[:9], day.log[9:]], day.attachments.get, executor=pool, progress=told.append)
    assert canonical(state) == canonical(day.state())
    assert sum(told) > 0


def test_a_bundle_from_another_election_never_counts() -> None:
    day, other = machines(Day()), machines(Day(officers=2))
    other.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.log.append(other.log[-1])
    state = day.state()
    assert codes(state) == ["bad-record"]
    assert len(state.tables["presidente"]) == 0


def test_a_log_without_definition_is_refused() -> None:
    day = Day()
    for log in ([day.log[1]], [b""], []):
        folding = Fold(day.attachments.get)
        with pytest.raises(DefinitionError):
            folding.add(log)
            folding.state()


def test_a_definition_signed_by_another_key_is_refused() -> None:
    day = Day()
    entry = day.state().definition.entry
    raw = seal(entry.body, key=key("x"), signer="x", subject="election", election=b"", issued_at=DAY)
    with pytest.raises(DefinitionError, match="not signed with its own root key"):
        Fold(day.attachments.get).add([raw])


def test_a_definition_with_an_altered_signature_is_refused() -> None:
    day = Day()
    altered = day.log[0][:-1] + bytes([day.log[0][-1] ^ 1])
    with pytest.raises(DefinitionError, match="entry 0"):
        Fold(day.attachments.get).add([altered])


def test_an_altered_area_table_is_refused() -> None:
    day = Day()
    for content in (None, b"code,parent,level,name\nisla,,country,Isla\n"):
        with pytest.raises(DefinitionError, match="missing or altered"):
            Fold(lambda _, content=content: content).add(day.log[:1])  # type: ignore[misc]


def test_a_log_without_charter_enrols_nobody() -> None:
    day = Day(charter=False)
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert state.charter is None
    assert set(codes(state)) == {"out-of-order", "unknown-key"}


def test_an_official_charter_has_the_definitions_root() -> None:
    day = Day(charter=False)
    title = (p.Title("es", "Otro"),)
    charter = t.Charter("log.example/otro", LogRole.OFFICIAL, title, key("other/root").public_key, None)
    day.say(charter, "other/root", "election")
    assert codes(day.state()) == ["key-out-of-scope"]
    folding = Fold(day.attachments.get)
    folding.add(day.log[:1])
    with pytest.raises(RecordError, match="root key of the definition"):
        folding.admit(day.log[1])


def test_a_partys_log_has_a_root_of_its_own() -> None:
    day = Day(charter=False)
    title = (p.Title("es", "Azul"),)
    charter = t.Charter("log.example/azul", LogRole.PARTY, title, key("azul/root").public_key, None)
    day.say(charter, "azul/root", "election")
    day.enrol_all([("party/azul/1", Role.PARTY, ())], by="azul/root")
    day.enrol_all([("party/azul/2", Role.PARTY, ())], by=ROOT)
    state = day.state()
    assert state.signers == ("party/azul/1",)
    assert codes(state) == ["unknown-key"]


# --- admission ---


def test_what_is_admitted_and_what_is_not() -> None:
    day = machines(Day())
    fold = day.fold()
    fine = day.sheet("machine/1", "n1.02", (5, 4, 3, 2))
    fold.admit(day.log[fine])
    raw = day.log[fine]
    unknown = day.sheet("machine/7", "n1.02", (5, 4, 3, 2))
    enrolment = day.enrol_all([("machine/7", Role.MACHINE, ())], by="authority/1")
    for bad, reason in (
        (raw[:-1], "signature"),
        (raw[:-1] + bytes([raw[-1] ^ 1]), "signature"),
        (day.log[unknown], "no key"),
        (day.log[enrolment], "root key alone"),
        (day.log[0], "another election"),
    ):
        with pytest.raises(RecordError, match=reason):
            fold.admit(bad)


def test_a_new_log_admits_a_definition_then_its_charter() -> None:
    day = Day()
    fold = Fold(day.attachments.get)
    for raw in day.log:
        fold.admit(raw)
        fold.add([raw])
    with pytest.raises(DefinitionError):
        Fold(day.attachments.get).admit(day.log[1])


def test_views_of_a_state() -> None:
    day = full_day()
    opening = day.open_for_board("n1.02")
    state = day.state()
    assert state.contest("consejo").options == ("faro", "ola")
    assert [logged.index for logged in state.rulings("presidente")] == [opening - 1]
    assert state.rulings("consejo") == ()
    assert [logged.index for logged in state.at_station("n1.02")] == [opening]
