"""Hand counts as people write them: a table that is none, and cells that say no count."""

import pytest

from escrutinio.base.errors import InputError
from escrutinio.evidence.audit.hand_counts import read_counts

HEADER = "station,a,b,null,blank"
COLUMNS = ("a", "b", "null", "blank")


def test_a_table_of_counts() -> None:
    assert read_counts(f"\ufeff{HEADER}\nn1,1,2,3,4\n\n".encode(), COLUMNS, "t.csv") == [
        {"station": "n1", "a": "1", "b": "2", "null": "3", "blank": "4"}
    ]
    (row,) = read_counts(b"vouchers,blank,null,b,a,station\n10,4,3,2,1,n1\n", COLUMNS, "t.csv")
    assert (row["vouchers"], row["a"]) == ("10", "1")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff", "not a CSV table"),
        (b'station,a,b,null,blank\n"n1', "not a CSV table"),
        (b"", "Its first line should be station,a,b,null,blank"),
        (b"station,a,null,blank\nn1,1,2,3\n", "Its first line"),
        (HEADER.encode(), "1 to 10,000 rows of 5 cells"),
        (f"{HEADER}\nn1,1,2,3\n".encode(), "rows of 5 cells"),
        (f"{HEADER}\n".encode() + b"n1,1,2,3,4\n" * 10_001, "rows of 5 cells"),
    ],
)
def test_what_is_no_table_of_counts(raw: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read_counts(raw, COLUMNS, "t.csv")
    assert str(refused.value).startswith("t.csv: ")
