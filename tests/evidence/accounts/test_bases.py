"""The bases of one log against each other: what agrees, what differs and for whom, whether it matters."""

from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from escrutinio.core.election.places import Beyond
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Role
from escrutinio.evidence.accounts.accounts import Accounts, Pair, compare, compare_bases
from escrutinio.evidence.accounts.differences import DIFFERENT, NUMBER, Kind
from escrutinio.evidence.accounts.sources import join, source_of
from tests.core.election.build import Day
from tests.evidence.accounts.test_accounts import source

COPIES = "copies:party/azul"
LACKED = (Kind.ONLY_RIGHT, Kind.NEITHER)
ALL = (
    b"station,center,area,registered\n"
    b"n1.01,n1,norte,100\nn1.02,n1,norte,100\nn2.01,n2,norte,100\ns1.01,s1,sur,50\n"
)


def day_with(
    sheets: dict[str, tuple[int, ...]],
    copies: dict[str, tuple[int, ...]],
    *,
    supplement: p.Supplement | None = None,
) -> Day:
    supplements = () if supplement is None else (supplement,)
    day = Day(law=lambda definition: replace(definition, supplements=supplements))
    day.roll(ALL, replaces=day.rolled)
    day.enrol("machine/1", Role.MACHINE)
    for station, counts in sheets.items():
        day.sheet("machine/1", station, counts)
    for station, counts in copies.items():
        day.copy("party/azul/1", station, counts)
    return day


def held(sheets: dict[str, tuple[int, ...]], copies: dict[str, tuple[int, ...]]) -> tuple[Accounts, Pair]:
    (found,) = compare_bases(day_with(sheets, copies).state(), "presidente", "reported")
    assert found.names(found.pairs[0]) == ("reported", COPIES)
    return found, found.pairs[0]


def test_what_agrees_what_differs_and_what_one_side_lacks() -> None:
    accounts, found = held(
        {"n1.01": (50, 10, 5, 0), "n1.02": (40, 10, 0, 0), "s1.01": (9, 1, 0, 0)},
        {"n1.01": (50, 10, 5, 0), "n1.02": (38, 10, 0, 2), "n2.01": (7, 8, 0, 0)},
    )
    kinds = (Kind.AGREE, Kind.MOVED, Kind.ONLY_RIGHT, Kind.ONLY_LEFT)
    assert found.kind.tolist() == [NUMBER[kind] for kind in kinds]
    (difference,) = found.differences
    assert accounts.joined.stations[difference.station] == "n1.02"
    assert [(each.row, each.left, each.right) for each in difference.figures] == [(0, 40, 38), (3, 0, 2)]
    # The whole, then north and south.
    assert found.net.tolist() == [[-2, 0, 2], [-2, 0, 2], [0, 0, 0]]
    assert found.extra.tolist() == [[7, 8, 0], [7, 8, 0], [0, 0, 0]]
    assert found.lacking.tolist() == [[9, 1, 0], [0, 0, 0], [9, 1, 0]]
    assert [found.differ(area) for area in range(3)] == [1, 1, 0]
    assert found.outcome_left.margin == 104 - 21
    assert found.outcome_replaced.margin == 102 - 21
    assert found.outcome_joined.margin == 109 - 29
    assert not found.changes_order
    text = accounts.sentences(found, "en")[0]
    assert "ana −2, carla +2" in text
    assert "1 alike, 1 different" in text


def test_whether_it_matters() -> None:
    # Without n1.02: 59 against 11 + 100 of its voters.
    accounts, could = held(
        {"n1.01": (50, 10, 0, 0), "n1.02": (40, 10, 0, 0), "s1.01": (9, 1, 0, 0)}, {"n1.02": (39, 11, 0, 0)}
    )
    assert not could.differing.irreversible
    assert "voters enough" in accounts.sentences(could, "en")[0]
    # Without s1.01: 150 against 5 and 50 voters; with n2.01, which nobody has, 100 more.
    accounts, stands = held(
        {"n1.01": (80, 0, 0, 0), "n1.02": (70, 5, 0, 0), "s1.01": (9, 1, 0, 0)}, {"s1.01": (1, 9, 0, 0)}
    )
    assert stands.differing.irreversible
    assert stands.differing.outstanding.capacity == 50
    assert stands.open_stations.outstanding.capacity == 150
    assert not stands.open_stations.irreversible
    assert "stays" in accounts.sentences(stands, "en")[0]
    accounts, changes = held({"n1.01": (50, 40, 0, 0)}, {"n1.01": (40, 50, 0, 0)})
    assert changes.changes_order
    assert "another one" in accounts.sentences(changes, "en")[0]
    assert "otro" in accounts.sentences(changes, "es")[0]


def test_who_may_vote_beyond_the_list_is_outstanding_with_it() -> None:
    sheets: dict[str, tuple[int, ...]] = {
        "n1.01": (50, 0, 0, 0),
        "n1.02": (70, 5, 0, 0),
        "s1.01": (9, 1, 0, 0),
    }
    for most, capacity, final in ((None, None, False), (61, 50 + 61, True), (65, 50 + 65, False)):
        day = day_with(sheets, {"s1.01": (1, 9, 0, 0)}, supplement=p.Supplement("x", (), "art. 9", most, ()))
        (found,) = compare_bases(day.state(), "presidente", "reported")
        differing = found.pairs[0].differing
        assert differing.outstanding.capacity == capacity
        assert differing.outstanding.unbounded == (1 if most is None else 0)
        assert differing.irreversible is final
        both = found.pairs[0].open_stations.outstanding
        assert both.capacity == (None if most is None else 50 + 100 + 2 * most)


def sheet(random: Random, most: int) -> tuple[int, ...]:
    """Votes of three, the last without any, within so many ballots."""
    ours = random.randint(0, most)
    return ours, random.randint(0, (most - ours) // 2), 0


def test_what_accounts_call_final_no_filling_changes() -> None:
    """Small elections: whatever the stations in question hold, within lists and supplements."""
    random = Random(13)
    seen = Counter[bool]()
    for _ in range(600):
        codes = ("n1", "n2", "s1")
        listed = {code: random.choice((-1, 0, 2, 4)) for code in codes}
        extra = {code: random.choice((0, 0, 1, 3, -1)) for code in codes}
        room = {code: max(listed[code], 4) + max(extra[code], 0) for code in codes}
        here = {code: sheet(random, room[code]) for code in codes if code == "n1" or random.random() < 0.8}
        there = {code: here.get(code, (1, 1, 0)) for code in codes}
        there |= {code: sheet(random, room[code]) for code in codes if random.random() < 0.3}
        left, right = source("left", here, registered=listed), source("right", there)
        assert left.places is not None
        beyond = Beyond(
            np.array([max(extra[code], 0) for code in codes]), np.array([extra[code] < 0 for code in codes])
        )
        joined = join([replace(left, places=replace(left.places, beyond=beyond)), right])
        roll = None if random.random() < 0.5 else 60
        (pair,) = compare(joined, registered=roll).pairs
        for found, questions in ((pair.differing, DIFFERENT), (pair.open_stations, (*DIFFERENT, *LACKED))):
            asked = np.isin(pair.kind, [NUMBER[kind] for kind in questions])
            kept = joined.votes(0)[~np.isin(pair.kind, [NUMBER[kind] for kind in DIFFERENT])].sum(axis=0)
            rooms = []
            for number in np.flatnonzero(asked).tolist():
                code = joined.stations[number]
                said = max(int(joined.votes(side)[number].sum()) for side in (0, 1))
                free = extra[code] < 0
                if listed[code] < 0 and pair.kind[number] in [NUMBER[kind] for kind in DIFFERENT]:
                    rooms.append(said)  # one of the two sides is taken to be right
                else:
                    rooms.append(max(max(listed[code], 0) + (9 if free else extra[code]), said))
            most = sum(rooms)
            now = np.argmax(kept)
            others = [place for place in range(3) if place != now]
            changed = any(kept[place] + most >= kept[now] for place in others)
            assert not (found.irreversible and changed), (listed, extra, here, there, roll)
            seen[found.irreversible] += 1
    assert min(seen.values()) > 50, seen


def test_null_votes_alone_differ_without_a_net_effect() -> None:
    day = day_with({"n1.01": (50, 40, 0, 0)}, {})
    day.copy("party/azul/1", "n1.01", (50, 40, 0, 0), 3)
    (found,) = compare_bases(day.state(), "presidente", "reported")
    (pair,) = found.pairs
    assert (pair.differ(), pair.count(Kind.NULL_BLANK)) == (1, 1)
    assert [(each.row, each.left, each.right) for each in pair.differences[0].figures] == [(4, 0, 3)]
    assert not pair.net.any()


def test_nothing_official_at_all_leaves_nothing_to_hold_against_it() -> None:
    state = day_with({}, {"n1.01": (5, 4, 0, 0)}).state()
    assert compare_bases(state, "presidente", "reported") == ()
    with pytest.raises(KeyError):
        compare_bases(state, "alcalde", "reported")


def test_bases_of_one_election_need_no_station_in_common() -> None:
    accounts, found = held({"n1.01": (5, 4, 0, 0)}, {"s1.01": (4, 5, 0, 0)})
    assert [found.count(kind) for kind in (Kind.AGREE, Kind.ONLY_LEFT, Kind.ONLY_RIGHT)] == [0, 1, 1]
    assert found.outcome_joined.margin == 0
    assert "Nothing differs" in accounts.sentences(found, "en")[0]


def test_hand_counts_and_copies_against_official() -> None:
    day = day_with({"n1.01": (50, 40, 0, 0)}, {"n1.01": (50, 40, 0, 0)})
    day.enrol("party/rojo/1", Role.PARTY)
    for party in ("party/azul/1", "party/rojo/1"):
        day.hand_count(party, "n1.01", (49, 41, 0, 0))
    compared = compare_bases(day.state(), "presidente", "reported")
    found = {each.names(each.pairs[0])[1]: each.pairs[0] for each in compared}
    assert found[COPIES].count(Kind.AGREE) == 1
    assert found["paper"].net[0].tolist() == [-1, 1, 0]


def test_a_basis_agrees_with_itself() -> None:
    state = day_with({"n1.01": (5, 4, 0, 0), "s1.01": (1, 1, 1, 1)}, {}).state()
    sources = [source_of(state, "presidente", "reported", name) for name in ("one", "two")]
    (found,) = compare(join(sources)).pairs
    assert (found.count(Kind.AGREE), found.differ(), int(np.abs(found.net).sum())) == (2, 0, 0)
