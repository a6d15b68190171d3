"""Tables of text."""

from escrutinio.base.text_table import text_table


def test_the_first_column_is_text_and_the_others_end_together() -> None:
    assert text_table(("name", "n"), [("a", "1"), ("longer", "1.000")]) == [
        "name        n",
        "a           1",
        "longer  1.000",
    ]


def test_headers_of_several_lines_stand_above_a_rule() -> None:
    assert text_table(("", "votes\ncast", "x"), [("a", "12", "")], ruled=True) == [
        "   votes  x",
        "    cast",
        "-  -----  -",
        "a     12",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert text_table(("a", "b"), []) == ["a  b"]
