"""Do percentages generate the counts: exact counting against brute force, simulation and the vectors."""

from collections.abc import Sequence
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.certainty.percentages import Rounding, agreements, parse_percentage
from escrutinio.evidence.claims.claim_counts import (
    chance_of_all,
    chance_of_all_but_one,
    generated,
    kappa,
    look_for_percentages,
    on_grid,
    printing_alike,
)
from tests.evidence.example2024 import BULLETIN_1, sheets, vectors

BULLETIN_2 = (6_408_844, 5_326_104, 152_360, 116_421, 92_903, 84_231, 64_452, 40_902, 29_611, 20_056)


def rounded(i: int, total: int, grid: int, mode: Rounding) -> int:
    exact = Fraction(i * total, grid)
    floor = exact.numerator // exact.denominator
    up = {Rounding.NEAREST: 2 * (exact - floor) >= 1, Rounding.FLOOR: False, Rounding.CEIL: exact > floor}
    return floor + up[mode]


def all_match(counts: Sequence[int], decimals: int) -> bool:
    """Whether every count is its nearest percentage with `decimals` of the sum, rounded to the nearest."""
    (found,) = (
        match.matched
        for match in look_for_percentages(counts).matches
        if (match.decimals, match.mode, match.left_out) == (decimals, Rounding.NEAREST, None)
    )
    return found


def test_vectors() -> None:
    cases = [v for v in vectors() if v["function"] in ("rounding_match", "rounding_p3")]
    assert len(cases) == 3
    for case in cases:
        inputs, expected = case["inputs"], case["expected"]
        assert isinstance(inputs, dict)
        if case["function"] == "rounding_match":
            assert all_match(inputs["counts"], inputs["decimals"]) is expected
        else:
            assert isinstance(expected, list)
            count = generated(inputs["N"], 3, 100 * 10 ** inputs["decimals"])
            assert count == expected[0]
            assert count / comb(inputs["N"] + 2, 2) == pytest.approx(expected[1], abs=float(str(case["tol"])))


def test_first_bulletin() -> None:
    found = look_for_percentages(BULLETIN_1)
    best = found.best
    assert best is not None
    assert (best.decimals, best.mode, best.left_out, best.exact) == (1, Rounding.NEAREST, None, True)
    assert round(1 / best.chance) == 134_375_310
    assert best.local == Fraction(1, 75_882_581)
    assert found.looked == 48
    assert float(found.adjusted(100) or 1) == pytest.approx(7.44e-7, rel=1e-3)
    assert not all_match(BULLETIN_1, 0)
    assert "134,375,310" in found.sentences("en")[0]
    assert "134.375.310" in found.sentences("es")[0]


def test_two_decimals_for_comparison() -> None:
    assert float(chance_of_all(sum(BULLETIN_1), 3, 10_000, Rounding.NEAREST)[0]) == pytest.approx(
        7.4e-7, rel=0.01
    )


def test_second_bulletin_and_the_sheets_show_nothing() -> None:
    for counts in (BULLETIN_2, sheets().votes.sum(axis=0).tolist()):
        found = look_for_percentages(counts)
        assert found.best is None
        assert found.adjusted() is None
        assert "no sign" in found.sentences("en")[0]


@given(st.integers(1, 900), st.sampled_from((4, 7, 20, 100)), st.sampled_from(Rounding))
def test_on_grid_is_what_rounding_gives(total: int, grid: int, mode: Rounding) -> None:
    reached = {rounded(i, total, grid, mode) for i in range(grid + 1)}
    assert {count for count in range(total + 1) if on_grid(count, total, grid, mode)} == reached


@given(st.integers(1, 2_000), st.sampled_from((3, 4, 10, 25, 60)))
def test_exact_count_against_brute_force(extra: int, grid: int) -> None:
    total = 3 * grid + extra
    points = [rounded(i, total, grid, Rounding.NEAREST) for i in range(grid + 1)]
    triples = sum(
        points[i] + points[j] + points[grid - i - j] == total
        for i in range(grid + 1)
        for j in range(grid + 1 - i)
    )
    assert generated(total, 3, grid) == triples
    assert generated(total, 2, grid) == sum(points[i] + points[grid - i] == total for i in range(grid + 1))


@pytest.mark.parametrize("mode", [Rounding.FLOOR, Rounding.CEIL])
@pytest.mark.parametrize("total", [61, 64, 75, 90])
def test_one_sided_rounding_is_exact_too(total: int, mode: Rounding) -> None:
    grid = 20
    on = {rounded(i, total, grid, mode) for i in range(grid + 1)}
    triples = sum(
        a in on and b in on and total - a - b in on for a in range(total + 1) for b in range(total + 1 - a)
    )
    assert chance_of_all(total, 3, grid, mode) == (Fraction(triples, comb(total + 2, 2)), True)
    pairs = sum(a in on and b in on for a in range(total + 1) for b in range(total + 1 - a))
    assert Fraction(pairs, comb(total + 2, 2)) <= chance_of_all_but_one(total, 3, grid)


def test_alike_against_brute_force() -> None:
    counts, grid = (317, 200, 36), 20
    total = sum(counts)

    def shown(count: int) -> int:
        return (2 * count * grid + total) // (2 * total)

    alike = sum(
        (shown(a), shown(b), shown(total - a - b)) == tuple(map(shown, counts))
        for a in range(total + 1)
        for b in range(total + 1 - a)
    )
    assert printing_alike(counts, grid) == alike
    assert printing_alike(counts[:2], grid) == sum(
        (2 * a * grid + 517) // 1034 == (2 * 317 * grid + 517) // 1034
        and (2 * (517 - a) * grid + 517) // 1034 == (2 * 200 * grid + 517) // 1034
        for a in range(518)
    )


def test_kappa() -> None:
    assert [kappa(k) for k in (2, 3, 4)] == [1, Fraction(3, 4), Fraction(2, 3)]


@pytest.mark.parametrize(("total", "expected"), [(20_774, 1.744e-3), (50_774, 2.921e-4)])
def test_by_simulation(total: int, expected: float) -> None:
    """400,000 uniform triples with the sum; Monte Carlo error below 4 of its standard errors."""
    chance = float(chance_of_all(total, 3, 1_000, Rounding.NEAREST)[0])
    assert chance == pytest.approx(expected, rel=1e-3)
    draws = 400_000
    rng = np.random.Generator(np.random.Philox(20240729))
    cuts = np.sort(rng.integers(0, total + 2, (draws, 2)), axis=1)
    distinct = cuts[cuts[:, 0] < cuts[:, 1]]  # stars and bars: two different bars among total + 2 places
    counts = np.stack(
        [distinct[:, 0], distinct[:, 1] - distinct[:, 0] - 1, total + 1 - distinct[:, 1]], axis=1
    )
    i = (2 * counts * 1_000 + total) // (2 * total)
    seen = float(((2 * i * total + 1_000) // 2_000 == counts).all(axis=1).mean())
    assert abs(seen - chance) < 4 * (chance / draws) ** 0.5


def test_too_few_votes_say_nothing() -> None:
    assert chance_of_all(300, 3, 100, Rounding.NEAREST) == (Fraction(1), True)
    assert "no sign" in look_for_percentages((50, 30, 20)).sentences("en")[0]


@pytest.mark.parametrize("counts", [(5,), (), (5, -1), (0, 0), (2**41, 1)])
def test_refuses(counts: tuple[int, ...]) -> None:
    with pytest.raises(EvidenceError):
        look_for_percentages(counts)


def test_claims_against_each_other() -> None:
    """51 %, 51.2 % and 52 %."""
    pairs = agreements([parse_percentage(text) for text in ("51", "51.2", "52")])
    assert [pair.compatible for pair in pairs] == [True, False, False]
    assert [pair.modes for pair in pairs] == [(Rounding.NEAREST, Rounding.FLOOR), (), (Rounding.CEIL,)]
    assert "cannot be one share" in pairs[1].sentences("en")[0]
    assert "hacia arriba" in pairs[2].sentences("es")[0]


@pytest.mark.parametrize("text", ["", "51 %", "1e2", "-3", "1000", "5.", "٣", "51.2\n"])
def test_no_percentage(text: str) -> None:
    with pytest.raises(EvidenceError, match="not a percentage"):
        parse_percentage(text)


def test_digits_are_kept() -> None:
    one, two = parse_percentage("51.2"), parse_percentage("51,20")
    assert (one.value, one.decimals, two.decimals) == (two.value, 1, 2)
    assert one.prints(Fraction(51_249, 100_000))
    assert not two.prints(Fraction(51_249, 100_000))
    assert not one.prints(Fraction(5_125, 10_000))
