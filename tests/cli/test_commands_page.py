"""docs/commands.md is what the commands say, and the overview groups them by who has use for them."""

import re

from escrutinio.cli import COMMANDS, GROUPS
from tests.cli.make_commands import PAGE, PAGES, in_english
from tests.cli.running import process
from tests.paths import ROOT


def test_the_page_is_made_from_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == in_english()


def test_every_command_stands_in_one_group_and_names_a_page() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(COMMANDS)
    assert PAGES.keys() == COMMANDS.keys()


def test_the_overview_groups_the_commands_in_both_languages() -> None:
    for language, heading in (("en", "Check what is published:"), ("es", "Comprobar lo publicado:")):
        text = process("--help", lang=language).stdout
        assert text.index(heading) < text.index("  verify ") < text.index("  irreversibility ")
        assert len([line for line in text.splitlines() if line.endswith(":")]) == len(GROUPS) + 1


def test_every_variable_that_the_commands_read_stands_on_the_page() -> None:
    package = ROOT / "src" / "escrutinio"
    code = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    read = set(re.findall(r"[\"'](ESCRUTINIO_[A-Z_]+|SOURCE_DATE_EPOCH)[\"']", code))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert read == told
