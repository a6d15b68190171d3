"""A hundredth of `python -m tests.risk`: enough to see a method that confirms what it should not."""

import pytest

from tests.risk.audits import METHODS
from tests.risk.campaign import AUDITS, BY_RULE, LINES, RIGHT, SEVERAL, VOUCHERS, Line, line_of


@pytest.mark.parametrize("method", METHODS)
def test_no_wrong_outcome_is_confirmed_above_the_limit(method: str) -> None:
    found = [line_of(method, outcome, 1 / 100) for outcome in (*LINES, RIGHT, *SEVERAL)]
    assert len(found) == 14
    assert [line for line in found if not line.holds] == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize("outcome", BY_RULE)
def test_single_vouchers_confirm_no_wrong_outcome_of_any_rule_above_the_limit(outcome: str) -> None:
    assert line_of(VOUCHERS, outcome, 1 / 100).holds


def test_a_line_says_when_the_limit_is_passed() -> None:
    assert Line("m", "o", AUDITS, 50).holds
    assert Line("m", "o", AUDITS, 75).holds
    assert not Line("m", "o", AUDITS, 85).holds
    assert not Line("m", "o", 10, 6).holds
    assert Line("m", "o", AUDITS, 50).error == pytest.approx(0.0138, abs=1e-4)
