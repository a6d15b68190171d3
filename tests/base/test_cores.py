"""How many cores are used."""

import pytest

from escrutinio.base.cores import FEWER, cores
from escrutinio.base.errors import InputError


def test_all_cores_are_used_unless_fewer_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FEWER)
    there = cores()
    assert there >= 1
    for given, used in (("", there), ("1", 1), (str(there), there), ("999999", there)):
        monkeypatch.setenv(FEWER, given)
        assert cores() == used


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "all", "٣", "9" * 7])
def test_a_number_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FEWER, given)
    with pytest.raises(InputError, match=r"ESCRUTINIO_CORES is .* not a number of processor cores"):
        cores()
