"""What the verifier is made of: whoever reads it need read the core, the foundation and its command."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

SOURCE = ROOT / "src" / "escrutinio"
HEAVY = ("polars", "scipy", "jinja2", "babel", "httpx")

LOADED = """
import sys
from escrutinio.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert end.code == 0, end.code
print()
print(*sys.modules)
"""


def imported(file: Path) -> set[str]:
    """The modules of this software that a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, file
            found.add(node.module or "")
    return {name for name in found if name.split(".")[0] == "escrutinio"}


@pytest.mark.parametrize("room", ["core/verification", "core"])
def test_verification_rests_on_core_and_base_alone(room: str) -> None:
    files = sorted((SOURCE / room).rglob("*.py"))
    assert files
    for file in files:
        storeys = {".".join(name.split(".")[1:2]) for name in imported(file)}
        assert storeys <= {"core", "base"}, file


def loaded(*arguments: object) -> set[str]:
    """The modules that a command has loaded when it ends."""
    command = [sys.executable, "-c", LOADED, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.splitlines()[-1].split())


def test_verifying_a_log_loads_core_base_and_its_command(miniature: Path) -> None:
    trust = miniature / "trust.toml"
    found = loaded("verify", miniature, "--trust", trust, "--only-log", "--quiet")
    ours = {name for name in found if name.split(".")[0] == "escrutinio"}
    assert {name.split(".")[1] for name in ours if "." in name} == {"core", "base", "cli"}
    commands = {name for name in ours if name.startswith("escrutinio.cli.")}
    assert commands == {
        f"escrutinio.cli.{name}"
        for name in ("memory", "opening", "options", "output", "parser_words", "verify")
    }
    assert not found & set(HEAVY)
