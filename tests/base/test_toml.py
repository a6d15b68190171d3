"""TOML, read and written in one way."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.toml import convert, inline, quote, read_toml
from escrutinio.intake.mapping.files import load_toml


class Item(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    item: tuple[Item, ...] = ()


NOT_TOML = [
    (b"x = " + b"9" * 5_000, "f.toml has a number of thousands of digits"),
    (b"x = " + b"[" * 100_000, "f.toml has tables or lists too deep inside each other"),
    (b"x = 1\ny = \xff", "f.toml is not UTF-8 text in line 2"),
    (b"x", "f.toml is not TOML: at its end, “Expected"),
    (b"x = 1\ny z", "f.toml is not TOML: line 2, column 3, “Expected"),
    (b"#" * 200_000, "f.toml has 200,000 bytes; 199,999 are allowed"),
]


@pytest.mark.parametrize(("raw", "sentence"), NOT_TOML)
def test_what_is_no_toml_is_refused_in_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(LogError, match=sentence):
        read_toml(raw, "f.toml", error=LogError, max_bytes=199_999)


@pytest.mark.parametrize(("raw", "sentence"), NOT_TOML[:5])
def test_files_beside_a_configuration_are_refused_likewise(raw: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_bytes(raw)
    with pytest.raises(InputError, match=sentence):
        load_toml(tmp_path, "f.toml")


def test_a_byte_order_mark_is_taken_where_it_may_stand() -> None:
    assert read_toml(b"\xef\xbb\xbfx = 1", "f") == {"x": 1}
    with pytest.raises(LogError, match="not TOML"):
        read_toml(b"\xef\xbb\xbfx = 1", "f", error=LogError, byte_order_mark=False)


def test_an_unknown_key_is_named_with_its_table_also_inside_tuples() -> None:
    with pytest.raises(InputError, match="item 2 has an unknown key 'nam'; did you mean 'name'"):
        convert({"item": [{}, {"nam": ""}]}, Whole, "f", error=InputError)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    TEXT | st.integers(-(2**63), 2**63 - 1) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert read_toml(f"x = {inline(value)}".encode(), "f") == {"x": value}


def test_texts_stand_in_one_line_of_what_can_be_printed() -> None:
    assert quote('"b" \\ \n\x7fñ\U0001f600') == r'"\"b\" \\ \U0000000a\U0000007fñ' + '\U0001f600"'
    assert inline({"a b": None, "c": (1, True)}) == "{ c = [1, true] }"
    with pytest.raises(TypeError, match="float"):
        inline(0.5)
