"""Which sources are compared of the accounts that somebody names, and what they are called."""

import pytest

from escrutinio.base.errors import InputError
from escrutinio.core.records.codes import Role
from escrutinio.evidence.accounts.choosing import bases_of, by_contest
from escrutinio.evidence.accounts.sources import Source
from tests.core.election.build import Day

COPIES = "copies:party/azul"


def bases(address: str, basis: str = "") -> list[Source]:
    day = Day()
    day.enrol("machine/1", Role.MACHINE)
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (6, 4, 3, 2))
    return bases_of(day.state(), address, basis)


def names(found: list[list[Source]]) -> list[list[str]]:
    return [[source.name for source in each] for each in found]


def test_one_publication_is_compared_basis_by_basis() -> None:
    found = bases("public/one")
    assert [each.name for each in found] == ["public/one#reported", f"public/one#{COPIES}"]
    assert names(by_contest([found])) == [["reported", COPIES]]


def test_beside_others_a_publication_stands_for_its_first_basis_under_a_name_that_tells_it_apart() -> None:
    one, two = bases("public/one"), bases("public/two/")
    assert names(by_contest([one, two])) == [["one#reported", "two#reported"]]
    asked = bases("public/two/", COPIES)
    assert names(by_contest([one, asked])) == [["reported", COPIES]]
    same = bases("other/one")
    assert names(by_contest([one, same])) == [["public/one#reported", "other/one#reported"]]


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"public/one has no basis 'copies:x'; it has: reported"):
        bases("public/one", "copies:x")
    one = bases("public/one")
    for contest in ("alcalde", None):
        with pytest.raises(InputError, match="Fewer than two of the accounts"):
            by_contest([one, []] if contest is None else [one, one], contest)
