"""A plan as a file: exactly what was written, with the secret that was committed to, or nothing."""

import pytest

from escrutinio.base.errors import InputError
from escrutinio.evidence.quickcount.design import Design, Plan, Unit, commitment
from escrutinio.evidence.quickcount.plan_file import check_commitment, read_plan

PLAN = Plan(
    Design.STRATIFIED,
    tuple(Unit(f"n{number}.01", "norte", f"n{number}") for number in range(1, 6)),
    3,
    "31415926535897932384",
)
SECRET = bytes(range(32))


def test_a_plan_is_read_as_it_was_written() -> None:
    assert read_plan(PLAN.text().encode(), "plan.txt") == PLAN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("take 3", "take 03"),
        ("take 3", "take 3\ntake 3"),
        ("design stratified", "design whatever"),
        ("table n1.01 norte n1", "table n1.01 norte"),
        ("drawn ", "drawn n9.01\ndrawn "),
        ("quick count 1", "quick count 2"),
        ("take 3", "took 3"),
    ],
)
def test_any_other_text_is_refused(old: str, new: str) -> None:
    text = PLAN.text()
    assert old in text
    with pytest.raises(InputError, match=r"plan\.txt is not the plan"):
        read_plan(text.replace(old, new, 1).encode(), "plan.txt")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="is not the plan"):
        read_plan(b"\xff" + PLAN.text().encode(), "plan.txt")


def test_plan_and_secret_are_what_was_committed_to() -> None:
    digest = commitment(PLAN, SECRET).hex()
    check_commitment(PLAN, SECRET.hex(), digest)
    with pytest.raises(InputError, match="not what was committed to"):
        check_commitment(PLAN, bytes(32).hex(), digest)
    for secret, stated in ((SECRET.hex()[1:], digest), (SECRET.hex(), digest.upper())):
        with pytest.raises(InputError, match="64 hexadecimal digits"):
            check_commitment(PLAN, secret, stated)
