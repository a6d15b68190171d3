"""Quick counts: planning, the committed draw, the estimator by hand, and coverage on the sheets of 2024."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from math import sqrt
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records.codes import Role
from escrutinio.evidence.quickcount.design import Design, Plan, Unit, commitment, frame_of
from escrutinio.evidence.quickcount.estimate import Sample, estimate, ratio
from escrutinio.evidence.quickcount.from_state import quick_count
from escrutinio.evidence.quickcount.planning import tables_needed, voters_needed
from escrutinio.evidence.quickcount.student import student_quantile
from tests.core.election.build import Day
from tests.evidence.example2024 import vectors
from tests.evidence.sheets2024 import sheets, states
from tests.reference.interval_coverage import Coverage, coverage
from tests.reference.margin_of_voters import margin_of_voters

SEED = "31415926535897932384"


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


# --- planning ---


@pytest.mark.parametrize("name", ["ndi-peru-2001", "ndi-moe-voters"])
def test_vectors_of_the_handbook(name: str) -> None:
    case = next(case for case in vectors() if case["id"] == name)
    inputs = cast("dict[str, float]", case["inputs"])
    if name == "ndi-peru-2001":
        found = voters_needed(inputs["P"], inputs["moe"], inputs["z"], int(inputs["voters"]))
    else:
        found = margin_of_voters(inputs["P"], int(inputs["n"]), inputs["z"])
    assert found == pytest.approx(cast("float", case["expected"]), abs=cast("float", case["tol"]))


@pytest.mark.parametrize(("margin", "tables"), [(0.02, 178), (0.01, 696), (0.005, 2_569)])
def test_tables_needed_in_2024(margin: float, tables: int) -> None:
    size = tables_needed(sheets().votes[:, 0], sheets().valid, margin)
    assert size.tables == tables
    assert size.design_effect == pytest.approx(36.6, abs=0.05)
    assert size.correlation == pytest.approx(0.082, abs=5e-4)
    # What the formula for single voters would name is far too few.
    assert size.voters * 30 < size.tables
    assert str(tables) in size.sentences("en")[0].replace(",", "")
    assert "mesas, sorteadas" in size.sentences("es")[0]
    assert "too few" in size.sentences("en")[1]


def test_a_formula_that_names_no_fewer_tables_is_not_called_too_few() -> None:
    size = tables_needed(ints(50, 9), ints(95, 27), 0.01)
    assert (size.tables, size.voters) == (2, 2)
    assert "too few" not in size.sentences("en")[1]
    assert "Se sortean mesas" in size.sentences("es")[1]


@pytest.mark.parametrize(
    ("votes", "valid", "margin", "sentence"),
    [
        (ints(5), ints(9), 0.01, "at least two tables"),
        (ints(0, 0), ints(0, 0), 0.01, "at least two tables"),
        (ints(5, 4), ints(9, 9), 1.0, "margin"),
        (ints(5, 4), ints(9, 9), 0.0, "margin"),
        (ints(9, 9), ints(9, 9), 0.01, "all of them"),
    ],
)
def test_planning_without_an_answer(
    votes: np.ndarray[tuple[int], np.dtype[np.int64]],
    valid: np.ndarray[tuple[int], np.dtype[np.int64]],
    margin: float,
    sentence: str,
) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        tables_needed(votes, valid, margin)


# --- design, commitment and draw ---


def frame(sizes: dict[str, int]) -> tuple[Unit, ...]:
    """Strata with tables, two to a center."""
    return tuple(
        Unit(f"{stratum}{i:03d}", stratum, f"{stratum}-{i // 2}")
        for stratum in sorted(sizes)
        for i in range(sizes[stratum])
    )


def test_the_draw_can_be_repeated_with_sha256_alone() -> None:
    plan = Plan(Design.SIMPLE, frame({"a": 30}), 4, SEED)
    prefix = sha256(SEED.encode()).hexdigest()

    def ticket(station: str) -> str:
        return str(int.from_bytes(sha256((prefix + station).encode()).digest(), "big")).rjust(64, "0")[::-1]

    lowest = sorted((unit.station for unit in plan.frame), key=ticket)[:4]
    assert plan.sample() == tuple(sorted(lowest))
    # A smaller sample is part of a larger one.
    assert set(plan.sample()) < set(replace(plan, take=9).sample())


def test_allocation_by_hand() -> None:
    plan = Plan(Design.STRATIFIED, frame({"a": 50, "b": 30, "c": 1, "d": 3}), 15, SEED)
    # Two each, c its only one, is 7; of the 8 left a has 8·48/77 = 4.99, b 8·28/77 = 2.91, d 8·1/77 = 0.10.
    assert plan.allocation() == {"a": 7, "b": 5, "c": 1, "d": 2}
    assert Counter(code[0] for code in plan.sample()) == plan.allocation()


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1).flatmap(
        lambda sizes: st.tuples(
            st.just(sizes), st.integers(sum(min(2, n) for n in sizes.values()), sum(sizes.values()))
        )
    )
)
def test_an_allocation_fits_its_strata(drawn: tuple[dict[str, int], int]) -> None:
    sizes, take = drawn
    found = Plan(Design.STRATIFIED, frame(sizes), take, SEED).allocation()
    assert sum(found.values()) == take
    assert all(min(2, sizes[s]) <= n <= sizes[s] for s, n in found.items())


def test_whole_centers() -> None:
    plan = Plan(Design.CLUSTERS, frame({"a": 12}), 3, SEED)
    drawn = plan.sample()
    assert len(drawn) == 6
    assert len({int(code[1:]) // 2 for code in drawn}) == 3


def test_a_commitment_changes_with_every_part_of_the_plan() -> None:
    plan, secret = Plan(Design.SIMPLE, frame({"a": 9}), 3, SEED), bytes(range(32))
    digests = {
        commitment(plan, secret),
        commitment(plan, bytes(32)),
        commitment(replace(plan, take=4), secret),
        commitment(replace(plan, seed="0" + SEED[1:]), secret),
        commitment(replace(plan, frame=frame({"a": 10})), secret),
        commitment(replace(plan, design=Design.CLUSTERS), secret),
    }
    assert len(digests) == 6
    assert commitment(plan, secret) == sha256(secret + plan.text().encode()).digest()
    with pytest.raises(EvidenceError, match="32 bytes, and this is 31"):
        commitment(plan, bytes(31))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seed": "12345"}, "seed '12345'"),
        ({"frame": ()}, "at least one table"),
        ({"frame": (*frame({"a": 9}), Unit("a003", "a", "z"))}, "order of their codes"),
        ({"take": 10}, "cannot be drawn from 9"),
        ({"take": 1}, "cannot be drawn from 9"),
        ({"take": 6, "design": Design.CLUSTERS}, "cannot be drawn from 5"),
    ],
)
def test_plans_that_cannot_be(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        replace(Plan(Design.SIMPLE, frame({"a": 9}), 3, SEED), **change)  # type: ignore[arg-type]


# --- the estimator ---


def test_ratio_by_hand() -> None:
    # p = 90/150 = .6; e = 4, 0, -4; s² = 16; Var = 10²·(1 - .3)/3·16/500².
    found = ratio(ints(34, 30, 26), ints(50, 50, 50), ints(0, 0, 0), ints(10))
    assert found.value == pytest.approx(0.6)
    assert found.error == pytest.approx(sqrt(10 * 7 * 16 / 3) / 500)


def test_combined_ratio_by_hand() -> None:
    # Strata of 10 and 4 tables: X̂ = 5·100 + 2·40 = 580, Ŷ = 5·64 + 2·10 = 340.
    found = ratio(ints(34, 30, 6, 4), ints(50, 50, 20, 20), ints(0, 0, 1, 1), ints(10, 4))
    assert found.value == pytest.approx(340 / 580)
    # e differs by 4 in the first and by 2 in the second: s² = 8 and 2.
    assert found.error == pytest.approx(sqrt(10 * 8 * 8 / 2 + 4 * 2 * 2 / 2) / 580)


def test_a_census_has_no_error() -> None:
    assert ratio(ints(3, 5), ints(9, 9), ints(0, 0), ints(2)).error == 0


def test_what_cannot_be_known_is_none() -> None:
    assert ratio(ints(3), ints(9), ints(0), ints(5)).error is None
    assert ratio(ints(0, 0), ints(0, 0), ints(0, 0), ints(5)).value is None
    single_of_one = ratio(ints(3, 5, 2), ints(9, 9, 9), ints(0, 0, 1), ints(5, 1))
    assert single_of_one.error is not None
    assert ratio(ints(3, 5, 2), ints(9, 9, 9), ints(0, 0, 1), ints(5, 2)).error is None
    with pytest.raises(EvidenceError, match="no more than it has"):
        ratio(ints(3, 5), ints(9, 9), ints(0, 0), ints(1))


def a_sample(tables: int = 40, missing: int = 0, registered: int = 120) -> Sample:
    random = np.random.Generator(np.random.Philox(3))
    first = random.binomial(100, 0.6, tables)
    obtained = np.arange(tables) >= missing
    return Sample(
        candidates=("ana", "blas"),
        votes=np.where(obtained[:, None], np.stack((first, 100 - first), axis=1), -1),
        obtained=obtained,
        most=np.full(tables, registered),
        unit=np.arange(tables),
        stratum=np.zeros(tables, np.int64),
        population=ints(400),
    )


def test_a_whole_sample() -> None:
    found = estimate(a_sample())
    ana, blas = found.estimates
    assert found.leader == "ana"
    assert ana.obtained is not None
    assert blas.obtained == pytest.approx(1 - ana.obtained)
    assert ana.margin == pytest.approx(1.96 * sqrt(0.24 / 4_000) * sqrt(0.9), rel=0.25)
    assert found.leads[0].obtained == pytest.approx(2 * ana.obtained - 1)
    assert "ana leads" in found.sentences("en")[1]
    assert "ana va adelante" in found.sentences("es")[1]


def test_missing_tables_widen_the_interval_and_are_not_filled_in() -> None:
    whole, few, many = (estimate(a_sample(missing=n)) for n in (0, 2, 15))
    assert few.estimates[0].margin is None
    widths = [(q.estimates[0].high or 0) - (q.estimates[0].low or 0) for q in (whole, few, many)]
    assert widths[0] < widths[1] < widths[2]
    assert (few.leader, many.leader) == ("ana", None)
    assert "open" in many.sentences("en")[1]
    assert "Of 40 tables drawn 25 came in" in many.sentences("en")[0]


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), min_size=3, max_size=3))
def test_no_way_of_filling_the_missing_tables_leaves_the_interval(filling: list[tuple[int, int]]) -> None:
    bounds = estimate(a_sample(missing=3)).estimates[0]
    sample = a_sample(missing=3)
    votes = sample.votes.copy()
    votes[:3] = [(a, min(b, 120 - a)) for a, b in filling]
    filled = estimate(replace(sample, votes=votes, obtained=np.ones(40, np.bool_))).estimates[0]
    assert bounds.low is not None
    assert bounds.high is not None
    assert filled.obtained is not None
    assert bounds.low <= filled.obtained <= bounds.high


def test_missing_tables_with_an_unknown_roll_leave_everything_unknown() -> None:
    sample = a_sample(missing=1)
    registered = sample.most.copy()
    registered[0] = -1
    found = estimate(replace(sample, most=registered))
    assert [(e.low, e.high, e.margin) for e in found.estimates] == [(None, None, None)] * 2
    assert found.leader is None
    assert "unknown" in found.sentences("en")[1]
    assert "desconoce" in found.sentences("es")[1]
    # The roll of a table that came in is not needed.
    registered[0], registered[1] = 120, -1
    assert estimate(replace(sample, most=registered)).estimates[0].low is not None


def test_one_table_has_no_margin() -> None:
    found = estimate(a_sample(tables=1))
    assert (found.estimates[0].margin, found.leader) == (None, None)


def test_a_tie_has_no_leader() -> None:
    sample = replace(a_sample(), votes=np.full((40, 2), 50))
    found = estimate(sample)
    assert found.leader is None
    assert found.leads[0].obtained == 0
    # Forty equal tables of 400 do not show that the other 360 are equal too.
    assert found.leads[0].margin is None
    assert estimate(replace(sample, population=ints(40))).leads[0].margin == 0


def test_a_candidate_without_votes_in_the_sample_has_an_unknown_share() -> None:
    sample = a_sample()
    votes = np.concatenate((sample.votes, np.zeros((40, 1), np.int64)), axis=1)
    found = estimate(replace(sample, candidates=("ana", "blas", "carla"), votes=votes))
    assert (found.estimates[2].obtained, found.estimates[2].margin, found.estimates[2].high) == (
        0,
        None,
        None,
    )
    assert found.leader == "ana"


def test_a_sample_without_votes() -> None:
    found = estimate(replace(a_sample(), votes=np.zeros((40, 2), np.int64)))
    assert found.estimates[0].obtained is None
    assert found.leader is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"candidates": ("ana",), "votes": np.zeros((40, 1), np.int64)}, "one candidate"),
        ({"votes": np.full((40, 2), -1)}, "negative"),
        ({"most": ints(1)}, "differ in length"),
    ],
)
def test_samples_that_do_not_hold_together(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        replace(a_sample(), **change)  # type: ignore[arg-type]


def test_from_a_log() -> None:
    day = Day()
    for number, station in enumerate(("n1.01", "n1.02", "s1.01")):
        day.enrol(f"machine/{number}", Role.MACHINE, station)
        day.sheet(f"machine/{number}", station, (10 + number, 4, 3, 2))
    state = day.state()
    units = frame_of(state, "presidente", "state")
    assert [(unit.station, unit.stratum) for unit in units] == [
        ("n1.01", "norte"), ("n1.02", "norte"), ("n2.01", "norte"), ("s1.01", "sur"),
    ]  # fmt: skip
    everything = quick_count(Plan(Design.SIMPLE, units, 4, SEED), state, "presidente", "reported")
    assert (everything.drawn, everything.obtained) == (4, 3)
    # Nobody knows how many voters n2.01 has.
    assert everything.estimates[0].low is None
    known = tuple(unit for unit in units if unit.station != "n2.01")
    for design, take in ((Design.SIMPLE, 3), (Design.STRATIFIED, 3), (Design.CLUSTERS, 2)):
        found = quick_count(Plan(design, known, take, SEED), state, "presidente", "reported")
        # A census: ana has 13 + 14 + 15 of 19 + 20 + 21, without error.
        assert found.estimates[0].obtained == pytest.approx(42 / 60)
        assert found.estimates[0].margin == pytest.approx(0)
        assert found.leader == "ana"
    stranger = Plan(Design.SIMPLE, (*known, Unit("z9.01", "sur", "z9")), 4, SEED)
    with pytest.raises(EvidenceError, match=r"no station 'z9\.01'"):
        quick_count(stranger, state, "presidente", "reported")


# --- coverage on the example ---

DESIGNS = {
    "300": ({"take": 300}, 1.54, 1.50),
    "951": ({"take": 951}, 0.85, 0.83),
    "1500": ({"take": 1_500}, 0.67, 0.65),
    "3000": ({"take": 3_000}, 0.46, 0.45),
    "states": ({"take": 1_500, "stratum": True}, 0.60, 0.59),
    "centers": ({"take": 784, "unit": True}, 1.09, 1.05),
}


def covered(design: str, candidate: int, replications: int) -> Coverage:
    options = dict(DESIGNS[design][0])
    return coverage(
        sheets().votes[:, candidate],
        sheets().valid,
        take=options["take"],
        replications=replications,
        seed=20240728,
        stratum=states() if "stratum" in options else None,
        unit=sheets().center if "unit" in options else None,
    )


@pytest.mark.parametrize("design", list(DESIGNS))
def test_margins_of_the_example(design: str) -> None:
    for candidate, margin in enumerate(DESIGNS[design][1:]):
        found = covered(design, candidate, 100)
        assert 100 * found.margin == pytest.approx(margin, abs=0.03)
        assert found.covered >= 0.95 - 4 * found.monte_carlo_error


@pytest.mark.slow
@pytest.mark.parametrize("design", list(DESIGNS))
def test_coverage_of_the_example(design: str) -> None:
    for candidate in (0, 1):
        found = covered(design, candidate, 4_000)
        assert found.monte_carlo_error == pytest.approx(0.0034, abs=1e-4)
        assert found.covered == pytest.approx(0.95, abs=4 * found.monte_carlo_error)
        assert abs(found.bias) < 4 * found.margin / 1.96 / sqrt(4_000)


@pytest.mark.slow
@pytest.mark.parametrize(("take", "by"), [(30, ""), (30, "center"), (48, "state")])
def test_intervals_of_few_units_cover(take: int, by: str) -> None:
    """95 % within the Monte Carlo error; a normal quantile and Taylor's error held it in 91 to 93 %."""
    found = coverage(
        sheets().votes[:, 0],
        sheets().valid,
        take=take,
        replications=2_000,
        seed=7,
        unit=sheets().center if by == "center" else None,
        stratum=states() if by == "state" else None,
    )
    assert found.covered == pytest.approx(0.95, abs=3 * found.monte_carlo_error)


def test_fewer_units_than_an_interval_needs_have_none() -> None:
    sample = a_sample(tables=29)
    found = estimate(sample)
    assert [(e.margin, e.low) for e in found.estimates] == [(None, None)] * 2
    assert (found.few, found.leader) == (True, None)
    assert "With fewer than 30 tables" in found.sentences("en")[1]
    assert estimate(a_sample(tables=30)).leader == "ana"
    assert not estimate(replace(sample, population=ints(29))).few  # a census has no sampling error


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.7062), (2, 4.30265), (9, 2.26216), (30, 2.04227)])
def test_quantiles_of_student(freedom: int, quantile: float) -> None:
    assert student_quantile(freedom) == pytest.approx(quantile, abs=6e-6)  # Fisher and Yates, table III


def test_the_error_of_a_stratum_of_one_table_is_unknown_and_its_quantile_infinite() -> None:
    assert student_quantile(0) == float("inf")


def test_arrival_is_said_by_stratum() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (10, 4, 3, 2))
    state = day.state()
    plan = Plan(Design.SIMPLE, frame_of(state, "presidente", "state"), 4, SEED)
    found = quick_count(plan, state, "presidente", "reported")
    assert [(a.stratum, a.drawn, a.obtained) for a in found.arrival] == [("norte", 3, 1), ("sur", 1, 0)]
    assert "By stratum, between 0% and 33% of those drawn came in." in found.sentences("en")[0]


def test_coverage_needs_a_sample_that_fits() -> None:
    with pytest.raises(EvidenceError, match="cannot be drawn from 3"):
        coverage(ints(1, 2, 3), ints(4, 4, 4), take=4, replications=2, seed=1)
