"""Certificates of small elections by every method, held against all ways of filling what is outstanding."""

from collections import Counter
from random import Random

import pytest

from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty.inequality import Finality
from tests.evidence.certainty.brute_force import check, random_election


@pytest.mark.parametrize("method", list(Method))
def test_nothing_is_irreversible_that_some_filling_changes(method: Method) -> None:
    random = Random(f"brute force of {method.name}")
    found = Counter(check(random_election(random, method)) for _ in range(400))
    assert found[Finality.IRREVERSIBLE] > 40
    assert found[Finality.OPEN] > 40


@pytest.mark.long
@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_irreversible_in_many_more(method: Method, seed: int) -> None:
    random = Random(f"many more of {method.name}, {seed}")
    for _ in range(2_000):
        check(random_election(random, method))
