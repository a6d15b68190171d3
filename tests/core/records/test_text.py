"""Which texts, names and codes are let through, at their edges."""

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records.subjects import read_subject
from escrutinio.core.records.text import (
    MAX_CODE,
    check_code,
    check_date,
    check_name,
    check_subject,
    check_text,
)

FORBIDDEN = [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x7F, 0x80, 0x9F, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029]
FORBIDDEN += [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xD800, 0xDFFF]


@pytest.mark.parametrize("code_point", FORBIDDEN, ids=hex)
def test_control_and_bidi_characters_are_refused_by_name(code_point: int) -> None:
    with pytest.raises(RecordError, match=rf"U\+{code_point:04X}"):
        check_text(f"a{chr(code_point)}b", 200)


@pytest.mark.parametrize(
    "text", ["", "Acta Nº 1, «mesa» 2", "עברית", "हिन्दी", "\u200d", "🗳", "\u00a0", "\ufeff"]
)
def test_other_text_is_kept_as_it_is(text: str) -> None:
    assert check_text(text, 200) == text


def test_a_limit_counts_bytes_and_not_characters() -> None:
    assert check_text("ñ" * 100, 200)
    with pytest.raises(RecordError, match="longer than 200 bytes"):
        check_text("ñ" * 100 + "n", 200)


@pytest.mark.parametrize("code", ["0", "a", "010111037.02", "A-1_b.c", "x" * 64])
def test_codes(code: str) -> None:
    assert check_code(code) == check_name(code) == check_subject(code) == code


@pytest.mark.parametrize(
    "code", ["", ".", "..", "-a", "_a", "a b", "a/b", "á", "a\n", "\uff11", "x" * 65, "a\x00"]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(RecordError, match="is not a code"):
        check_code(code)


@pytest.mark.parametrize("path", ["", "/", "a/", "/a", "a//b", "a/../b", "a/./b", "a/b\n", "a\\b", "x" * 138])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(RecordError, match="is not a signer's name"):
        check_name(path)
    with pytest.raises(RecordError, match="is not a subject"):
        check_subject(path)


def test_a_name_has_64_characters_and_a_subject_as_many_as_the_longest_codes_need() -> None:
    assert check_name("m" * 64)
    with pytest.raises(RecordError):
        check_name("m" * 65)
    station, contest = "s" * MAX_CODE, "c" * MAX_CODE
    about = read_subject("matter", f"station/{station}/{contest}")
    assert (about.station, about.contest) == (station, contest)
    for form, subject in (
        ("station/contest", f"{station}/{contest}"),
        ("contest-area", f"{contest}/{station}"),
        ("matter", f"area/{station}/{contest}"),
        ("place", f"station/{station}"),
    ):
        read_subject(form, subject)
    with pytest.raises(RecordError):
        check_subject(f"station/{station}/{contest}x")


@pytest.mark.parametrize("day", ["2024-07-28", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_days(day: str) -> None:
    assert check_date(day) == day


@pytest.mark.parametrize(
    "day",
    [
        "",
        "2023-02-29",
        "20240728",
        "2024-7-28",
        "2024-W30-7",
        "2024-07-28T00:00",
        " 2024-07-28",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(RecordError, match="is not a day"):
        check_date(day)
