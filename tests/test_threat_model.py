"""Each promise of docs/threat-model.md has a test beside it, and the test is there."""

import re

from tests.paths import ROOT

PAGE = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| --", "| who |", "| |"))
]
NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def test_every_promise_names_a_test() -> None:
    without = [row for row in ROWS if not NAMED.search(row)]
    assert without == []


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) >= len(ROWS) > 20
    missing = [
        f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert missing == []
