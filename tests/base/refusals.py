"""Where the program raises its refusals, read from the source: codes, the values given, and the rooms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from escrutinio.base.errors import CONTEXT
from escrutinio.base.limited import Ending
from escrutinio.intake.scan.problems import Problem
from tests.catalogue import SRC, messages

MADE = {f"left-{each.value}" for each in Ending} | {f"scan-{each.value}" for each in Problem if each.value}
"""Codes that are put together from a value of an enumeration."""

BROWSER = "browser"
_MAKERS = {"refused": 0, "error": 0}
_CELL = {"CellError": 2}
_JS = re.compile(r"(?:refuse|new Refusal)\(\s*\"([a-z0-9-]+)\"")


@dataclass(frozen=True)
class Raised:
    """One place that makes an error of a code; `names` are the values given, and more where `open`."""

    place: str
    code: str
    names: frozenset[str]
    open: bool


@cache
def table(language: str) -> dict[str, str]:
    """Every refusal of a language by its code."""
    return {one.id: one.forms[0] for one in messages(language) if one.context == CONTEXT}


def values_of(sentence: str) -> frozenset[str]:
    """The values that a sentence names."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


@dataclass(frozen=True)
class _Module:
    """What is looked at of a module of the source, each read once."""

    path: Path
    classes: tuple[ast.ClassDef, ...]
    calls: tuple[ast.Call, ...]
    texts: frozenset[str]


@cache
def _modules() -> tuple[_Module, ...]:
    return tuple(_read(path) for path in sorted(SRC.rglob("*.py")))


def _read(path: Path) -> _Module:
    classes, calls, texts = [], [], set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call():
                calls.append(node)
            case ast.Constant(value=str(text)):
                texts.add(text)
            case ast.ClassDef():
                classes.append(node)
    return _Module(path, tuple(classes), tuple(calls), frozenset(texts))


@cache
def raised() -> tuple[Raised, ...]:
    """Every error that Python makes with a code written out."""
    kinds, own = _classes(each for module in _modules() for each in module.classes)
    found = []
    for module in _modules():
        place = module.path.relative_to(SRC).as_posix()
        found += [each for call in module.calls for each in _made(call, place, kinds - own)]
    return tuple(found)


def _classes(classes: Iterable[ast.ClassDef]) -> tuple[set[str], set[str]]:
    bases: dict[str, set[str]] = {}
    own = set()
    for node in classes:
        bases[node.name] = {ast.unparse(base) for base in node.bases}
        if any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body):
            own.add(node.name)
    kinds = {"EscrutinioError"}
    while more := {name for name, above in bases.items() if above & kinds} - kinds:
        kinds |= more
    return kinds, own - {"EscrutinioError"}


def _made(node: ast.Call, place: str, kinds: set[str]) -> Iterator[Raised]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if (name == "__init__" and ast.unparse(node.func) == "super().__init__") or name in kinds:
        at = 0
    else:
        at = {**_MAKERS, **_CELL}.get(name, -1)
    if not 0 <= at < len(node.args):
        return
    names = frozenset(word.arg for word in node.keywords if word.arg is not None)
    for code in _texts(node.args[at]):
        yield Raised(f"{place}:{node.lineno}", code, names, any(word.arg is None for word in node.keywords))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        if ast.unparse(node) not in ("f'left-{ending.value}'", "f'scan-{problem.value}'"):
            yield ast.unparse(node)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


@cache
def rooms() -> dict[str, frozenset[str]]:
    """Where each code is written in the source: rooms of Python as `core/log`, and the browser."""
    found: dict[str, set[str]] = {code: set() for code in table("en")}
    for module in _modules():
        room = "/".join(module.path.relative_to(SRC).parts[:-1][:2])
        for code in module.texts & found.keys():
            found[code].add(room)
    for code in MADE:
        found[code].add("base" if code.startswith("left-") else "intake/scan")
    for code, where in found.items():
        if code in browser_codes():
            where.add(BROWSER)
    return {code: frozenset(where) for code, where in found.items()}


@cache
def browser_codes() -> frozenset[str]:
    """The codes that the browser refuses with."""
    text = "".join(_scripts())
    return frozenset(code for code in table("en") if f'"{code}"' in text)


def _scripts() -> Iterator[str]:
    folder: Path = SRC / "publication/browser/assets/js"
    for path in sorted(folder.rglob("*.js")):
        if path.name != "refusals.js":
            yield path.read_text("utf-8")
