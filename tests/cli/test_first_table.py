"""docs/first-table.md does what it says: from its table to a site that verifies."""

import re
from pathlib import Path

import pytest

from tests.cli.running import escrutinio
from tests.paths import ROOT

SECONDS = re.compile(r"[0-9]+\.[0-9]+ s\b")
PAGE = (ROOT / "docs" / "first-table.md").read_text("utf-8")


def commands() -> list[tuple[list[str], list[str]]]:
    """The commands of the page in their order, each with the lines that it is said to answer."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        command, *answer = block.splitlines()
        found.append((command.removeprefix("$ escrutinio ").split(), answer))
    return found


def test_the_page_from_a_table_to_a_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results.csv").write_text(PAGE.split("```csv\n")[1].split("```")[0], "utf-8")
    codes = []
    for arguments, answer in commands():
        done = escrutinio(*arguments)
        said = SECONDS.sub("", done.stdout + done.stderr).splitlines()
        assert [line for line in answer if SECONDS.sub("", line) not in said] == []
        codes.append(done.returncode)
    assert codes == [0, 0, 4, 0]
