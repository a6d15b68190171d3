"""Bytes that should be JSON: whatever they are, what msgspec raises is caught everywhere by one name."""

from __future__ import annotations

import ast

import msgspec
import pytest

from escrutinio.base.json_text import NO_JSON
from tests.paths import ROOT

HOME = ROOT / "src" / "escrutinio" / "base" / "json_text.py"


class _Said(msgspec.Struct):
    name: str = ""


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b'{"name":"\xff"}', b'{"name":1}', b"[" * 100_000, b'{"other":' + b"[" * 100_000],
    ids=["nothing", "no text", "no UTF-8 in a text", "another type", "no end", "no end in what is not asked"],
)
def test_what_is_no_json_is_caught(raw: bytes) -> None:
    with pytest.raises(NO_JSON):
        msgspec.json.decode(raw, type=_Said)


def test_nobody_catches_a_part_of_it() -> None:
    for path in (ROOT / "src" / "escrutinio").rglob("*.py"):
        names = {
            node.attr for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Attribute)
        }
        assert path == HOME or "DecodeError" not in names, path
