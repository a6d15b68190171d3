"""Readings that rest on an assumption: their numbers, and how the assumption fails."""

from fractions import Fraction
from statistics import stdev

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records.codes import Role
from escrutinio.evidence.certainty.missing_at_random import lead_deviation, post_stratified, randomly_missing
from escrutinio.evidence.certainty.projection import if_like_their_neighbours, if_randomly_missing
from tests.core.election.build import Day
from tests.evidence.example2024 import sheets


def test_bulletin_1_if_stations_were_missing_at_random() -> None:
    leads = sheets().votes[:, 0] - sheets().votes[:, 1]
    deviation = lead_deviation(leads)
    assert deviation == pytest.approx(132.1, abs=0.05)
    found = randomly_missing(30_026, 24_021, 704_114, 1_000, deviation)
    assert round(found.projected) == pytest.approx(880_143, abs=20)
    assert found.standard_error == pytest.approx(11_444, abs=2)
    assert found.z == pytest.approx(77, abs=0.5)
    assert found.serfling == pytest.approx(3.9e-23, rel=0.05)
    assert randomly_missing(30_026, 24_021, 704_114, 1_451).serfling == pytest.approx(2.3e-11, rel=0.05)
    assert "random" in found.sentences("en")[1]


def test_order_of_arrival_is_not_random() -> None:
    """With the stations of many voters first, the last fifth looks quite different."""
    votes = sheets().votes
    valid = votes.sum(axis=1)
    order = np.argsort(-sheets().capacity, kind="stable")
    first = order[: len(order) * 4 // 5]
    last = order[len(order) * 4 // 5 :]
    shares = [100 * float(votes[part, 0].sum() / valid[part].sum()) for part in (first, last)]
    assert shares[0] - shares[1] > 10


def test_deviation_is_exact() -> None:
    leads = np.array([5, -3, 10**9, 7], np.int64)
    assert lead_deviation(leads) == pytest.approx(stdev(leads.tolist()), rel=1e-12)
    assert lead_deviation(leads[:1]) is None


def test_simulated_reversals_stay_below_the_bound() -> None:
    """1,000 samples of 10 of 40 stations with a small lead: the share that shows a lead of `margin` or more
    though the whole is even is at most Serfling's bound (the other way round, by symmetry)."""
    leads = np.tile([-10, 10], 20)
    rng = np.random.Generator(np.random.Philox(7))
    sums = np.array([rng.permutation(leads)[:10].sum() for _ in range(1_000)])
    for margin in (20, 40, 60):
        seen = float((sums >= margin).mean())
        assert seen <= randomly_missing(40, 10, margin, 10).serfling + 3 * (seen * (1 - seen) / 1_000) ** 0.5


def test_post_stratified_by_hand() -> None:
    votes = np.array([[30, 10], [10, 40], [5, 5]], np.int64)
    found = post_stratified(
        votes, np.array([80, 100, -1], np.int64), np.array([0, 1, 1]), np.array([40, 0, 90], np.int64)
    )
    # Cell 0: 40 voters more at 30/80 and 10/80; cell 2 has nobody counted: the whole, 40/180 and 50/180.
    assert found.projected.tolist() == pytest.approx([45 + 15 + 20, 55 + 5 + 25])
    assert found.bare.tolist() == [False, False, True]
    assert "1 groups" in found.sentences(("a", "b"), "en")[1]
    with pytest.raises(EvidenceError, match="project from"):
        post_stratified(votes, np.full(3, -1, np.int64), np.zeros(3, np.int64), np.array([5], np.int64))


def test_of_a_log() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (40, 10, 0, 0))
    day.sheet("machine/1", "s1.01", (5, 20, 0, 0))
    state = day.state()
    found = if_like_their_neighbours(state, "presidente", "reported", "state")
    # North: n1.02 has 100 voters, n2.01 the mean of the counted, 100: both at 40/100 and 10/100. n1 is a
    # center of two stations; n2, of one, has nobody counted, so that the whole (45 and 30 of 150) stands in.
    assert found.counted.tolist() == [45, 30, 0]
    assert found.registered_missing.sum() == 200
    assert found.projected.tolist() == pytest.approx([45 + 40 + 30, 30 + 10 + 20, 0])
    assert if_randomly_missing(state, "presidente", "reported").projected == Fraction(15 * 4, 2)
    with pytest.raises(EvidenceError, match="level"):
        if_like_their_neighbours(state, "presidente", "reported", "galaxy")


@pytest.mark.parametrize(
    ("stations", "counted", "margin", "bound"), [(5, 6, 1, 1), (5, 0, 1, 1), (5, 2, -1, 1)]
)
def test_refuses(stations: int, counted: int, margin: int, bound: int) -> None:
    with pytest.raises(EvidenceError):
        randomly_missing(stations, counted, margin, bound)
