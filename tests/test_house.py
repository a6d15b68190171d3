"""The house: CONTRIBUTING draws what the contracts say, no import makes a circle, no room is too big."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from tests.paths import ROOT

SOURCE = ROOT / "src" / "escrutinio"
BIGGEST = 0.2
"""The share of all lines that one room may have."""


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path) -> set[str]:
    """The modules of the project that a file imports, those that it imports late among them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("escrutinio"):
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                found.add(whole if whole in modules() else node.module)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name in modules()}
    return found


def room_of(path: Path) -> str:
    """The room that a file stands in: two folders deep, or one where the storey has no rooms."""
    parts = path.relative_to(SOURCE).parts
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def contracts() -> dict[str, list[str]]:
    """The layers of each container, from above; planned rooms without their brackets."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {
        contract["containers"][0]: [
            name.strip("() ") for layer in contract["layers"] for name in layer.split("|")
        ]
        for contract in linter["contracts"]
        if contract["type"] == "layers"
    }


def picture() -> dict[str, list[str]]:
    """The same, as CONTRIBUTING draws it: a storey at four spaces, its rooms at eight."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = text.split("## The house", 1)[1].split("\n## ", 1)[0]
    found: dict[str, list[str]] = {"escrutinio": []}
    for line in block.splitlines():
        if storey := re.match(r" {4}(\w+)/ ", line):
            found["escrutinio"].append(storey[1])
            found[f"escrutinio.{storey[1]}"] = []
        elif room := re.match(r" {8}(\w+) ", line):
            found[f"escrutinio.{found['escrutinio'][-1]}"].append(room[1])
    return {name: rooms for name, rooms in found.items() if rooms}


def test_the_picture_is_what_the_contracts_say() -> None:
    assert picture() == contracts()


def test_every_room_of_the_contracts_is_there_or_planned() -> None:
    linter = (ROOT / "pyproject.toml").read_text()
    for container, rooms in contracts().items():
        for room in rooms:
            there = SOURCE.joinpath(*container.split(".")[1:], room)
            assert there.exists() != (f"({room})" in linter), there


def test_no_import_makes_a_circle() -> None:
    arrows = {name: imports_of(path) - {name} for name, path in modules().items()}
    while leaves := {name for name, below in arrows.items() if not below & arrows.keys()}:
        arrows = {name: below for name, below in arrows.items() if name not in leaves}
    assert arrows == {}, sorted(arrows)


def test_no_room_has_a_fifth_of_the_lines() -> None:
    lines: Counter[str] = Counter()
    for path in SOURCE.rglob("*"):
        if path.suffix in (".py", ".js", ".css", ".html") and "vendor" not in path.parts:
            lines[room_of(path)] += path.read_text(encoding="utf-8").count("\n")
    room, most = lines.most_common(1)[0]
    assert most < BIGGEST * sum(lines.values()), f"{room} has {most:,} of {sum(lines.values()):,} lines"
