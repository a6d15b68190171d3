"""The benchmark harness counts its runs and prints one row, for people or as JSON."""

import json

import pytest

from benchmarks.harness import Options, measure, parse_options


def test_work_and_floor_take_turns_and_one_json_row_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[str] = []
    row = measure(
        "count",
        lambda: calls.append("work"),
        lambda: calls.append("floor"),
        "call",
        count=1,
        options=parse_options("A test.", ["--short", "--json"]),
        repeat=2,
    )
    assert calls == ["floor", "work", "floor", "work"]
    printed = json.loads(capsys.readouterr().out)
    assert printed["name"] == "count"
    assert printed["ratio"] == row.ratio
    assert printed["per_second"] == row.per_second


def test_work_without_a_floor_has_no_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    row = measure("count", lambda: None, None, "call", count=1, options=Options(short=True, json=False))
    assert row.ratio is None
    assert "no floor" in capsys.readouterr().out
