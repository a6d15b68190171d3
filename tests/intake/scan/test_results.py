"""What QR texts are read as, rows as lines of JSON and back, and sheets that count nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import InputError
from escrutinio.intake.scan.form_code import FormKind, form_place
from escrutinio.intake.scan.problems import Problem, explain
from escrutinio.intake.scan.results import (
    Found,
    ScanResult,
    as_line,
    from_line,
    group_sheets,
    is_zero_report,
    read_text,
    whole_files,
)
from tests.intake.scan.made import QR2024, text_of


def row(path: str = "a.jpg", text: str = "", number: int = 1, of: int = 1, digest: str = "00") -> ScanResult:
    kind, problem, detail, sheet = read_text(text) if text else (Found.UNREAD, Problem.NO_QR, "", None)
    return ScanResult(path, 9, 7, digest, 1, number, of, kind, problem, detail, text=text, sheet=sheet)


def test_a_record_is_opened_and_not_judged() -> None:
    kind, problem, _, sheet = read_text(text_of(7))
    assert (kind, problem) == (Found.RECORD, Problem.NONE)
    assert sheet is not None
    assert (sheet.type, sheet.station, sheet.contest) == ("tally-sheet", "000000007.01", "presidente")
    assert (sheet.counts, sheet.classes, sheet.zero) == ((5, 4, 3, 2), (1, 0), False)
    assert (sheet.real, sheet.signer, len(sheet.sha256)) == (False, "machine/1", 64)


def test_the_unsigned_format_of_2024_is_read_with_its_zeros() -> None:
    kind, _, _, sheet = read_text(QR2024)
    assert kind is Found.QR2024
    assert sheet is not None
    assert (sheet.station, sum(sheet.counts), sheet.real) == ("010111037.02", 379, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://example.org/menu", Problem.NOT_A_SHEET),
        (form_place(bytes(32), FormKind.SHEET, "N.1", "c").qr, Problem.FORM),
        ("ESCX:", Problem.NOT_A_RECORD),
        (text_of(7)[:-3], Problem.NOT_A_RECORD),
        ("ESC1:" + "A" * 30, Problem.NOT_A_RECORD),
        (QR2024.replace("!0!0", "!0"), Problem.NOT_A_SHEET),
    ],
)
def test_other_texts_are_named_and_kept(text: str, problem: Problem) -> None:
    kind, found, _, sheet = read_text(text)
    assert (kind, found, sheet) == (Found.OTHER, problem, None)


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert from_line(as_line(row(text=text))) == row(text=text)


@pytest.mark.parametrize("text", ["", QR2024, text_of(7), text_of(7, (0, 0, 0, 0))])
def test_a_row_comes_back_from_its_line(text: str) -> None:
    line = as_line(row(text=text))
    assert line.count(b"\n") == 1
    assert from_line(line) == row(text=text)
    assert set(json.loads(line)) <= DOCUMENTED


def test_every_key_of_a_row_is_documented_and_every_problem_has_words() -> None:
    for problem in Problem:
        assert problem.value == "" or problem.value in DOCUMENTED
        assert explain(problem, "x", "en") != explain(problem, "x", "es") or problem is Problem.NONE
        assert "{}" not in explain(problem, "", "es") + explain(problem, "x", "en")


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b'{"path":1}',
        b"\xff\xfe",
        as_line(row())[:-9],
        as_line(row()).replace(b'"page":1', b'"page":"1"'),
    ],
)
def test_what_is_no_row_is_refused(line: bytes) -> None:
    with pytest.raises(InputError, match=r"^f, line 3, is no row of a scan"):
        from_line(line, "f, line 3,")


def test_a_file_counts_once_all_its_rows_are_there() -> None:
    rows = [row("a", number=1, of=2), row("a", number=2, of=2), row("b", number=1, of=2), row("c")]
    assert [[each.path for each in found] for found in whole_files(rows)] == [["a", "a"], ["c"]]


def test_ten_photos_of_a_sheet_are_one_sheet() -> None:
    rows = [row(f"{n}.jpg", text_of(7)) for n in range(10)] + [row("x.jpg", QR2024), row("none.jpg")]
    assert [(each.first.path, len(each.images)) for each in group_sheets(rows)] == [
        ("0.jpg", 10),
        ("x.jpg", 1),
    ]


@pytest.mark.parametrize(
    ("counts", "zero"),
    [((0, 0, 0), True), ((0, 1, 0), False), ((), False)],
)
def test_all_zero_is_a_zero_report(counts: tuple[int, ...], zero: bool) -> None:
    assert is_zero_report(counts) is zero


def _documented() -> frozenset[str]:
    import re

    from tests.paths import ROOT

    return frozenset(re.findall(r"`([a-z0-9-]+)`", (ROOT / "docs/reading-sheets.md").read_text("utf-8")))


DOCUMENTED = _documented()
