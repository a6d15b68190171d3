"""The area tree: what its table says, what it refuses, and sums up the tree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import MAX_DEPTH, Area, AreaTree, build_areas, read_areas, write_areas

TABLE = """code,parent,level,name
AT,,country,Atlantida
AT1,AT,region,"North, and the isles"
AT11,AT1,town,Puerto Añil
AT2,AT,region,South
AT12,AT1,town,Alta
"""


def tree() -> AreaTree:
    return read_areas(TABLE.encode())


def refusal(table: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_areas(table.encode())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_table_is_a_tree() -> None:
    areas = tree()
    assert areas.codes == ("AT", "AT1", "AT11", "AT2", "AT12")
    assert areas.names[1] == "North, and the isles"
    assert areas.levels == ("country", "region", "town", "region", "town")
    assert areas.parent.tolist() == [-1, 0, 1, 0, 1]
    assert areas.depth.tolist() == [0, 1, 2, 1, 2]
    assert areas.children(0) == (1, 3)
    assert areas.children(1) == (2, 4)
    assert areas.path(4) == (0, 1, 4)
    assert areas.ancestors(4) == (1, 0)
    assert areas.ancestors(0) == ()


def test_writing_gives_the_table_back() -> None:
    assert write_areas(tree()) == TABLE.encode()


def test_a_parent_may_come_later() -> None:
    lines = TABLE.splitlines(keepends=True)
    areas = read_areas("".join([lines[0], *reversed(lines[1:])]).encode())
    assert set(areas.codes) == set(tree().codes)
    assert all(parent < child for child, parent in enumerate(areas.parent.tolist()))
    assert areas.path(areas.index["AT11"]) == tuple(areas.index[code] for code in ("AT", "AT1", "AT11"))


def test_within_and_sums() -> None:
    areas = tree()
    places = np.arange(5, dtype=np.int32)
    assert areas.within(1, places).tolist() == [False, True, True, False, True]
    assert areas.roll_up(np.array([1, 10, 100, 1000, 10000])).tolist() == [11111, 10110, 100, 1000, 10000]
    stations = np.array([4, 3, 4], np.int32)
    assert areas.add_up(stations, 1).tolist() == [3, 2, 0, 1, 2]
    assert areas.add_up(stations, np.array([[1, 5], [2, 6], [3, 7]]))[1].tolist() == [4, 12]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.data())
def test_sums_are_those_of_a_walk(own: list[int], data: st.DataObject) -> None:
    parents = [None, *(data.draw(st.integers(0, child - 1)) for child in range(1, len(own)))]
    rows = [Area(f"a{i}", None if p is None else f"a{p}", "x", "x") for i, p in enumerate(parents)]
    order = data.draw(st.permutations(rows))
    if any(len(_chain(parents, i)) > MAX_DEPTH for i in range(len(own))):
        return
    areas = build_areas(order)
    expected = [0] * len(own)
    for i in range(len(own)):
        for above in _chain(parents, i):
            expected[above] += own[i]
    numbered = np.array([own[int(code[1:])] for code in areas.codes])
    assert areas.roll_up(numbered).tolist() == [expected[int(code[1:])] for code in areas.codes]
    again = read_areas(write_areas(areas))
    assert again.codes == areas.codes
    assert again.parent.tolist() == areas.parent.tolist()


def _chain(parents: list[int | None], at: int) -> list[int]:
    chain = [at]
    while (above := parents[chain[-1]]) is not None:
        chain.append(above)
    return chain


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code,parent,level,name", "code,parent,name", "begins with 'code,parent,name', where"),
        ("AT2,AT,", "AT2,,", "2 areas without a parent, such as 'AT' and 'AT2'"),
        ("AT,,", "AT,AT12,", "not have exactly one area without a parent"),
        ("AT1,AT,", "AT1,AT11,", "lie in each other: AT1 in AT11 in AT1"),
        ("AT2,AT,", "AT2,AT2,", "lie in each other: AT2 in AT2"),
        ("AT2,AT,", "AT2,XX,", "line 5: the parent 'XX' of 'AT2' is not in the table"),
        ("AT2,AT,", "AT1,AT,", "has the area 'AT1' twice, in lines 3 and 5"),
        ("AT2,AT,", "A T2,AT,", "line 5: 'A T2' is not a code"),
        ("South", "", "line 5: The table of areas has an empty name or level"),
        ("South", "So\u202euth", "line 5: The text has the character U+202E"),
        ("South", "x" * 201, "line 5: The text is longer than 200 bytes"),
        ("South", "South,really", "has 5 fields in line 5, not 4"),
        ("South", '"So\nuth"', "a line break in a field"),
        ("South", '"South', "cannot be read"),
        ("AT2,AT,region,South\n", "\n", "has 0 fields in line 5, not 4"),
    ],
)
def test_a_table_with_one_fault_is_refused(old: str, new: str, reason: str) -> None:
    assert old in TABLE
    assert reason in refusal(TABLE.replace(old, new))


def test_a_table_without_areas_is_refused() -> None:
    assert "has no area" in refusal("code,parent,level,name\n")
    assert "begins with ''" in refusal("")


def test_other_encodings_are_refused_with_the_line() -> None:
    with pytest.raises(DefinitionError, match="not UTF-8 text in line 4"):
        read_areas(TABLE.encode("latin-1"))


def test_a_tree_deeper_than_any_country_is_refused() -> None:
    below = (Area(f"a{i}", f"a{i - 1}", "x", "x") for i in range(1, MAX_DEPTH + 1))
    rows = [Area("a0", None, "x", "x"), *below]
    assert int(build_areas(rows).depth.max()) == MAX_DEPTH
    deeper = [*rows, Area("last", rows[-1].code, "x", "x")]
    with pytest.raises(DefinitionError, match="'last' more than 64 levels below the root"):
        build_areas(deeper)
    with pytest.raises(DefinitionError, match="more than 64 levels"):
        build_areas(reversed(deeper))
