"""What of the package no other code of the package uses: names of modules, and methods of classes.

A name counts as used where code names it that runs: a module's statements, a command, and what these use. A
method counts as used where any code or template names it so, since nobody knows of which class a value is.
What a package says that it gives to others (a text `part.module:Name` in its `__init__`) is used by them, and
so are the methods of such a class.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Name = tuple[str, str]
"""A module and what it defines there; the second is empty for the module's own statements."""

_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_INERT = {"Enum", "IntEnum", "Exception", "Protocol", "Struct"}
"""Base classes that call nothing of what their classes add."""


_PLAIN = {"cache", "contextmanager", "dataclass", "lru_cache", "total_ordering"}
"""Decorators that enter what they decorate nowhere."""


@dataclass
class Module:
    """A module as it is written: what it defines at its top, and what its imports stand for."""

    name: str
    tree: ast.Module
    imported: dict[str, Name] = field(default_factory=dict)

    @cached_property
    def defined(self) -> set[str]:
        return {name for statement in self.tree.body for name in _defines(statement)}


def unused(source: Path) -> set[str]:
    """The public names below a directory that nothing there uses, as `module.name` or `Class.method`."""
    modules = {_dotted(path.relative_to(source)): path for path in sorted(source.rglob("*.py"))}
    read = {name: Module(name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in modules.items()}
    for module in read.values():
        module.imported = dict(_imports(module.tree, read))
    templates = " ".join(
        path.read_text(encoding="utf-8") for path in source.rglob("*") if path.suffix in {".html", ".xml"}
    )
    return _names(read) | _methods(read, set(re.findall(r"\w+", templates)))


def _names(modules: dict[str, Module]) -> set[str]:
    uses: dict[Name, set[Name]] = defaultdict(set)
    runs = set()
    for module in modules.values():
        for statement in module.tree.body:
            by = (module.name, next(iter(_defines(statement)), ""))
            uses[by].update(_uses(module, statement, modules))
            if not by[1] or _is_command(statement) or _registers(statement):
                runs.add(by)
    used: set[Name] = set()
    while runs:
        used |= runs
        runs = set().union(*(uses[name] for name in runs)) - used
    defined = {(module.name, name) for module in modules.values() for name in module.defined}
    return {f"{module}.{name}" for module, name in defined - used if not name.startswith("_")}


def _methods(modules: dict[str, Module], templates: set[str]) -> set[str]:
    found, named = {}, set(templates)
    given = {
        _given(module, node.value)
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                named.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif isinstance(node, ast.ClassDef) and not (
                _is_of_others(module, node) or (module.name, node.name) in given
            ):
                for method in node.body:
                    if isinstance(method, _DEFINED) and not method.name.startswith("_"):
                        found[f"{node.name}.{method.name}"] = method.name
    return {method for method, name in found.items() if name not in named}


def _is_of_others(module: Module, node: ast.ClassDef) -> bool:
    """Whether a class is one of a library's that calls the methods of its classes."""
    bases = {ast.unparse(base) for base in node.bases if not isinstance(base, ast.Subscript)}
    return any(
        base not in module.defined | module.imported.keys() and base.rpartition(".")[2] not in _INERT
        for base in bases
    )


def _is_command(statement: ast.stmt) -> bool:
    """Whether a function is a command, which whoever types its name calls."""
    return isinstance(statement, _DEFINED) and any(
        isinstance(each, ast.Call) and ast.unparse(each.func).endswith((".command", ".group"))
        for each in statement.decorator_list
    )


def _registers(statement: ast.stmt) -> bool:
    """Whether a definition is entered into a register when its module is loaded: by its decorator, which is
    more than one of Python's own, or as a constant that a register gave."""
    if isinstance(statement, _DEFINED):
        return any(ast.unparse(each).partition("(")[0] not in _PLAIN for each in statement.decorator_list)
    value = getattr(statement, "value", None)
    return isinstance(value, ast.Call) and "." in ast.unparse(value.func)


def _uses(module: Module, statement: ast.stmt, modules: dict[str, Module]) -> Iterator[Name]:
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield module.imported.get(name, (module.name, name))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in module.imported:
                of, part = module.imported[name]
                within = f"{of}.{part}" if f"{of}.{part}" in modules else of
                yield modules[within].imported.get(attribute, (within, attribute))
            case ast.Constant(value=str(name)) if name in module.defined:
                yield module.name, name
            case ast.Constant(value=str(text)) if (given := _given(module, text)) is not None:
                yield given


def _given(package: Module, text: str) -> Name | None:
    """What a package gives to others by a text such as `library.table:Table`."""
    found = re.fullmatch(r"([\w.]+):(\w+)", text)
    return None if found is None else (f"{package.name}.{found[1]}", found[2])


def _imports(tree: ast.Module, modules: dict[str, Module]) -> Iterator[tuple[str, Name]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name == "*" and node.module in modules:
                    of = modules[node.module]
                    yield from ((name, (node.module, name)) for name in of.defined if name[0] != "_")
                elif node.module in modules or f"{node.module}.{alias.name}" in modules:
                    yield alias.asname or alias.name, (node.module, alias.name)


def _defines(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, _DEFINED):
        yield statement.name
    for target in getattr(statement, "targets", [getattr(statement, "target", None)]):
        if isinstance(target, ast.Name):
            yield target.id


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
