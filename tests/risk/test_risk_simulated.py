"""A hundredth of `python -m tests.risk`: enough to see a method that confirms what it should not."""

import numpy as np
import pytest

from tests.risk.audits import METHODS, honest, raised_after_the_draw, seeds_from
from tests.risk.campaign import AUDITS, BY_RULE, EVERY, VOUCHERS, Line, line_of
from tests.risk.outcomes import short_bounds


@pytest.mark.parametrize("method", METHODS)
def test_no_wrong_outcome_is_confirmed_above_the_limit(method: str) -> None:
    found = [line_of(method, outcome, 1 / 100) for outcome in EVERY if outcome not in BY_RULE]
    assert len(found) == 17
    assert [line for line in found if not line.holds] == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize("outcome", BY_RULE)
def test_single_vouchers_confirm_no_wrong_outcome_of_any_rule_above_the_limit(outcome: str) -> None:
    assert line_of(VOUCHERS, outcome, 1 / 100).holds


def test_bounds_that_turn_out_short_would_confirm_it_if_nothing_were_taken_for_them() -> None:
    election, seeds = short_bounds(np.random.default_rng(1)), seeds_from(10)
    before = [honest("ppeb, bet 0.9", election, seeds) for _ in range(20)]
    after = [raised_after_the_draw("ppeb, bet 0.9", election, seeds) for _ in range(20)]
    assert sum(before) > 10
    assert not any(after)


def test_a_line_says_when_the_limit_is_passed() -> None:
    assert Line("m", "o", AUDITS, 50).holds
    assert Line("m", "o", AUDITS, 75).holds
    assert not Line("m", "o", AUDITS, 85).holds
    assert not Line("m", "o", 10, 6).holds
    assert Line("m", "o", AUDITS, 50).error == pytest.approx(0.0138, abs=1e-4)
