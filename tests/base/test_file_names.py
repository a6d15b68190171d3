"""Names of files: every disk can hold them and keeps them apart, and most codes are their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.file_names import file_names, is_portable, names_of_codes

CODE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
ODD = st.sampled_from(
    ["con", "CON", "Con.1", "nul", "NUL.", "aux", "com1", "COM1", "com10", "lpt9.x", "a.", "A."]
)


@given(st.lists(CODE | ODD, unique=True, max_size=30))
def test_names_differ_in_any_case_and_every_disk_can_hold_them(codes: list[str]) -> None:
    names = names_of_codes(codes, taken=("index",))
    assert list(names) == codes
    assert len({name.casefold() for name in names.values()} | {"index"}) == len(codes) + 1
    assert all(is_portable(name) for name in names.values())


@given(st.lists(CODE | ODD, unique=True, max_size=12))
def test_names_depend_on_the_codes_and_not_on_their_order(codes: list[str]) -> None:
    other = sorted(codes, key=lambda code: (len(code), code[::-1]))
    assert names_of_codes(codes) == names_of_codes(other)


def test_a_code_that_meets_nothing_is_its_own_name() -> None:
    assert names_of_codes(["N1", "n2", "com10", "console"]) == {
        code: code for code in ("N1", "n2", "com10", "console")
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("con", "con-1143da2b"),
        ("nul.1", "nul-1-"),
        ("a.", "a.-"),
        ("index", "index-1bc04b52"),
    ],
)
def test_what_a_disk_cannot_hold_gets_a_part_of_its_digest(code: str, name: str) -> None:
    assert names_of_codes([code, "b"], taken=("index",))[code].startswith(name)


def test_a_code_that_looks_like_a_marked_one_is_not_taken_for_it() -> None:
    names = names_of_codes(["con", "con-1143da2b"])
    assert names["con-1143da2b"] == "con-1143da2b"
    assert names["con"].startswith("con-1143da2b")
    assert len(set(names.values())) == 2


def test_other_names_than_the_codes_are_kept_apart_too() -> None:
    names = file_names([("a:b", "a-b"), ("a/b", "A-b"), ("c", "c")])
    assert names["c"] == "c"
    assert len({name.casefold() for name in names.values()}) == 3
