"""Accounts of an election joined and held against each other."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.areas import Area, build_areas
from escrutinio.core.records.codes import Kind as ElectionKind
from escrutinio.core.records.codes import Role
from escrutinio.evidence.accounts.accounts import MAX_SOURCES, compare
from escrutinio.evidence.accounts.differences import KINDS, Kind
from escrutinio.evidence.accounts.sources import Places, Source, join, source_of
from tests.core.election.build import Day

COPIES = "copies:party/azul"
TREE = build_areas(
    [Area("c", None, "country", "C"), Area("n", "c", "state", "N"), Area("s", "c", "state", "S")]
)


def source(
    name: str,
    sheets: Mapping[str, tuple[int, ...]],
    options: tuple[str, ...] = ("a", "b", "c"),
    *,
    voters: dict[str, int] | None = None,
    registered: dict[str, int] | None = None,
) -> Source:
    """A table; stations that begin with n lie in the north, all others in the south."""
    codes = tuple(sorted(sheets))
    figures = np.array([(*sheets[code], -1, -1) for code in codes], np.int64)
    places = None
    if registered is not None:
        area = np.array([1 if code.startswith("n") else 2 for code in sorted(registered)], np.int32)
        known = np.array([registered[code] for code in sorted(registered)], np.int64)
        places = Places(tuple(sorted(registered)), TREE, area, known)
    came = np.array([(voters or {}).get(code, -1) for code in codes], np.int64)
    return Source(name, "x", codes, options, figures, came, places=places)


LEFT: dict[str, tuple[int, ...]] = {"n1": (50, 10, 5), "n2": (40, 10, 0), "s1": (9, 1, 0)}
ROLL = {"n1": 100, "n2": 90, "n3": 80, "s1": 20}


def test_two_tables() -> None:
    right = {"n1": (50, 10, 5), "n2": (38, 12, 0), "n3": (7, 8, 0)}
    found = compare(join([source("one", LEFT, registered=ROLL), source("two", right)]))
    (pair,) = found.pairs
    joined = found.joined
    assert joined.stations == ("n1", "n2", "n3", "s1")
    assert [KINDS[kind] for kind in pair.kind.tolist()] == [
        Kind.AGREE, Kind.MOVED, Kind.ONLY_RIGHT, Kind.ONLY_LEFT,
    ]  # fmt: skip
    # The country, the north, the south.
    assert pair.net.tolist() == [[-2, 2, 0], [-2, 2, 0], [0, 0, 0]]
    assert pair.extra.tolist() == [[7, 8, 0], [7, 8, 0], [0, 0, 0]]
    assert [pair.count(Kind.ONLY_LEFT, area) for area in range(3)] == [1, 0, 1]
    assert [pair.differ(area) for area in range(3)] == [1, 1, 0]
    margins = (pair.outcome_left, pair.outcome_right, pair.outcome_replaced, pair.outcome_joined)
    assert [each.margin for each in margins] == [78, 65, 74, 73]
    # Without n2, whose 90 voters are in question: 59 against 11.
    assert pair.differing.outstanding.capacity == 90
    assert pair.open_stations.outstanding.capacity == 170
    assert not pair.differing.irreversible
    assert joined.alone == (1, 1)
    assert "1 alike, 1 different (net, two minus one: a −2, b +2)" in found.sentences(pair, "en")[0]
    assert "1 con las mismas cifras, 1 con otras" in found.sentences(pair, "es")[0]


def test_stations_of_unknown_size_are_bounded_by_the_roll_alone() -> None:
    roll = {**ROLL, "n3": -1}
    right = source("two", {"n1": (50, 10, 5), "n2": (38, 12, 0)})
    joined = join([source("one", LEFT, registered=roll), right])
    assert compare(joined).pairs[0].open_stations.outstanding.capacity is None
    # n1 agrees and has 100 voters; s1 is on the left alone and has 20.
    assert compare(joined, registered=1_000).pairs[0].open_stations.outstanding.capacity == 880
    with pytest.raises(EvidenceError, match="A roll of 150 voters is smaller"):
        compare(joined, registered=150)


def test_logs_join_by_candidate_where_one_has_cards_and_the_other_names() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    cards = source_of(day.state(), "presidente", "reported", "log")
    assert cards.options == ("ana-1", "blas-1", "ana-2", "carla-1")
    assert cards.election is ElectionKind.SIMULATION
    names = source("names", {"n1.01": (2, 8, 5)}, ("carla", "ana", "blas"))
    found = compare(join([cards, names]))
    assert found.joined.view.options == found.joined.view.candidates == ("ana", "blas", "carla")
    assert found.joined.figures[0][0].tolist()[:3] == [8, 4, 2]
    assert found.joined.invented is ElectionKind.SIMULATION
    (difference,) = found.pairs[0].differences
    assert [(each.row, each.left, each.right) for each in difference.figures] == [(1, 4, 5)]


def test_options_without_a_partner_are_listed_and_left_out() -> None:
    right = source("two", {"n1": (10, 50, 7)}, ("b", "a", "others"))
    joined = join([source("one", LEFT), right])
    assert joined.view.options == ("a", "b")
    assert joined.left_out == (("c",), ("others",))
    assert compare(joined).pairs[0].count(Kind.AGREE) == 1


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (source("two", {"z1": (1, 2, 3)}),
         "no station in common with the rest: it has n1, n2, s1, two has z1"),
        (source("two", LEFT, ("x", "y", "z")), "one and two have no option in common: one has a, b, c"),
        (replace(source("two", LEFT), stations=(), figures=np.zeros((0, 5), np.int64),
                 voters=np.zeros(0, np.int64)), "two has no sheet that counts"),
    ],
)  # fmt: skip
def test_another_election_is_refused(other: Source, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        join([source("one", LEFT), other])


def test_one_of_three_from_another_election_is_named() -> None:
    others = [source("one", LEFT), source("two", LEFT), source("three", {"z1": (1, 2, 3)})]
    with pytest.raises(EvidenceError, match="three has no station in common with the rest: it has z1, one"):
        join(others)


def test_a_sheet_without_votes_is_a_zero_report_until_a_person_says_otherwise() -> None:
    zeros = {**LEFT, "n2": (0, 0, 0), "s1": (0, 0, 0)}
    sources = [source("one", LEFT), source("two", zeros, voters={"n2": 50})]
    held = compare(join(sources))
    assert held.joined.zero_report[1].tolist() == [False, True, True]
    assert held.pairs[0].count(Kind.ALL_ZERO) == 2
    # It takes nothing from anybody.
    assert held.pairs[0].net[0].tolist() == [0, 0, 0]
    confirmed = compare(join(sources, confirmed_zero=frozenset({"n2"})))
    assert confirmed.joined.zero_report[1].tolist() == [False, False, True]
    assert confirmed.pairs[0].net[0].tolist() == [-40, -10, 0]
    with pytest.raises(EvidenceError, match="No source knows a station 'q9'"):
        join(sources, confirmed_zero=frozenset({"q9"}))


def test_that_nobody_voted_is_for_a_person_to_say() -> None:
    nobody = {"n1": (0, 0, 0), "n2": (1, 0, 0)}
    sources = [source("one", nobody), source("two", nobody)]
    assert [int(zero.sum()) for zero in join(sources).zero_report] == [1, 1]
    joined = join(sources, confirmed_zero=frozenset({"n1"}))
    assert not any(zero.any() for zero in joined.zero_report)
    assert compare(joined).pairs[0].count(Kind.AGREE) == 2


def test_what_most_of_three_say() -> None:
    one = source("one", {"n1": (5, 1, 0), "n2": (5, 1, 0), "s1": (5, 1, 0), "s2": (5, 1, 0)})
    two = source("two", {"n1": (5, 1, 0), "n2": (5, 1, 0), "s1": (6, 1, 0), "s2": (6, 1, 0)})
    three = source("three", {"n1": (5, 1, 0), "n2": (9, 1, 0), "s1": (7, 1, 0)})
    found = compare(join([one, two, three]))
    assert [(pair.left, pair.right) for pair in found.pairs] == [(0, 1), (0, 2), (1, 2)]
    majority = found.majority
    assert majority is not None
    # All three; two of three; each its own; one against one.
    assert majority.agreeing.tolist() == [3, 2, 0, 0]
    assert majority.table() == {(3, 3): 1, (2, 3): 1, (0, 3): 1, (0, 2): 1}
    assert majority.against == (0, 0, 1)
    assert majority.votes == (10, 2, 0)
    assert majority.settled == 2
    assert compare(join([one, two])).majority is None


def test_there_is_a_limit_to_how_many_are_compared() -> None:
    with pytest.raises(EvidenceError, match=f"more than the {MAX_SOURCES}"):
        compare(join([source(str(at), LEFT) for at in range(MAX_SOURCES + 1)]))
