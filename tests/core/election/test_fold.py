"""The fold of logs of any kind, and that it is the same however a log is cut."""

from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.fold import Fold, fold
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    Decision,
    LogRole,
    Role,
    StationChangeKind,
)
from escrutinio.core.records.entry import seal
from tests.core.election.build import (
    DAY,
    ROOT,
    Day,
    codes,
    counts_at,
    full_day,
    key,
    machines,
    ruling,
)
from tests.reference.canonical import canonical

# --- the roll ---


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
    for raw in (day.log[1], b"", b"\xd2\x84"):
        with pytest.raises(DefinitionError, match="Entry 0"):
            Fold(day.attachments.get).add([raw])
    with pytest.raises(DefinitionError, match="empty"):
        Fold(day.attachments.get).state()


def test_a_definition_signed_by_another_key_is_refused() -> None:
    day = Day()
    entry = day.state().definition.entry
    raw = seal(entry.body, key=key("x"), signer="x", subject="election", election=b"", issued_at=DAY)
    with pytest.raises(DefinitionError, match="not signed with its own root key"):
        Fold(day.attachments.get).add([raw])


def test_a_definition_with_an_altered_signature_is_refused() -> None:
    day = Day()
    altered = day.log[0][:-1] + bytes([day.log[0][-1] ^ 1])
    with pytest.raises(DefinitionError, match="Entry 0"):
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
    (refusal,) = folding.admission().judge([day.log[1]])
    assert refusal is not None
    assert refusal.code == "not-entitled"


def test_a_second_charter_or_definition_changes_nothing() -> None:
    day = machines(Day())
    charter = day.fold().state().charter
    assert charter is not None
    again = day.say(charter.entry.body, ROOT, "election", at=DAY + 1)
    day.log.append(day.log[0])
    index = day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()
    assert state.charter == charter
    assert counts_at(state, "n1.01") == index
    assert [(f.code, f.entries) for f in state.findings] == [
        ("key-out-of-scope", (again,)),
        ("entry-repeated", (again + 1, 0)),
    ]


@given(st.binary(max_size=300), st.integers(1, 9))
@settings(max_examples=30)
def test_rubbish_anywhere_is_a_finding_and_stops_nothing(rubbish: bytes, at: int) -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    at = min(at, len(day.log))
    day.log.insert(at, rubbish)
    state = day.state()
    assert (at,) in [f.entries for f in state.findings if f.code == "bad-record"]
    if at > 1:
        assert counts_at(state, "n1.01") == len(day.log) - 1 - (at == len(day.log) - 1)


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


def test_views_of_a_state() -> None:
    day = full_day()
    opening = day.open_for_board("n1.02")
    state = day.state()
    assert state.contest("consejo").options == ("faro", "ola")
    assert [logged.index for logged in state.records(t.Ruling, "presidente")] == [opening - 1]
    assert state.records(t.Ruling, "consejo") == ()
    assert [logged.index for logged in state.at_station("n1.02")] == [opening]


def test_a_ruling_selects_a_sheet_that_has_more_votes_than_registered() -> None:
    """What holds a sheet is a question that a ruling may answer: relief voters and staff, say."""
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", (500, 4, 3, 2))
    assert codes(day.state()) == ["more-votes-than-registered"]
    ruling(day, Decision.SELECT, sheet)
    state = day.state()
    assert counts_at(state, "n1.01") is None
    assert counts_at(state, "n1.01", "ruled") == sheet
