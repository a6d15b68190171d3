"""The one clock."""

import time

import pytest

from escrutinio.base.clock import EPOCH, moment, now
from escrutinio.base.errors import InputError


def test_now_is_now_unless_a_moment_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for unset in (None, ""):
        if unset is None:
            monkeypatch.delenv(EPOCH, raising=False)
        else:
            monkeypatch.setenv(EPOCH, unset)
        before = int(time.time())
        assert before <= now() <= time.time()
    monkeypatch.setenv(EPOCH, "1722859200")
    assert now() == 1_722_859_200


@pytest.mark.parametrize("given", ["-1", "1.5", "soon", "٣", "9" * 13])
def test_a_moment_that_is_no_number_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH, given)
    with pytest.raises(InputError, match=r"SOURCE_DATE_EPOCH is .* not a number of seconds"):
        now()


def test_moments_have_their_zone() -> None:
    assert moment("2024-08-05T12:00:00Z") == moment("2024-08-05T08:00:00-04:00") == 1_722_859_200
    for wrong in ("2024-08-05T12:00:00", "2024-08-05", "1969-12-31T23:59:59Z", "noon", ""):
        with pytest.raises(InputError, match="not a moment with its zone"):
            moment(wrong)
