"""Mappings for files that authorities publish in a known shape: which there are, and which fits a table.

A recipe is a mapping with comments (intake/recipes/NAME.toml) that a person could fill in by hand.
Its first part, `[recipe]`, says by which columns the shape is known; `<key>` below it stands for the name of
such a column, and `"?"` for what differs from file to file: the file, its contests and their options.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.toml import convert, read_toml
from escrutinio.intake.mapping.mapping import nearest
from escrutinio.intake.mapping.sniff import SeenTable

NONE = "none"
"""What a person says who wants no recipe."""
_PART = re.compile(r"^\[+(?!recipe\b)", re.MULTILINE)


class OptionColumns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which columns hold an option's votes: figures behind one column and before another (keys of the
    recipe's columns), of names that are like a pattern, whose star is the title, and unlike others."""

    after: str = ""
    before: str = ""
    like: str = "*"
    unlike: list[str] = []


class OptionRows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a row is one option: the keys of the columns that say contest, its title, its area and the
    option, joined by `-`, spaces and spaces; patterns of contests to be left out; and what the column of the
    option says of other ballots."""

    option: list[str] = []
    contest: list[str] = []
    title: list[str] = []
    area: str = ""
    without: list[str] = []
    beside: dict[str, str] = {}


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[recipe]`: what the files are called, the columns by which they are known, and where the options are.

    A column is a pattern with stars, or several in the order in which they are tried; `options` by the code
    of the contest, `"?"` where a column says it.
    """

    title: dict[str, str]
    columns: dict[str, str | list[str]]
    options: dict[str, OptionColumns] = {}
    rows: OptionRows | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe: its name, its head, what is said of it, and the mapping with its comments."""

    name: str
    head: Head
    about: str
    mapping: str

    def title(self, language: str) -> str:
        """What the files are called."""
        return self.head.title.get(language) or self.head.title["en"]

    def columns(self, table: SeenTable) -> Mapping[str, str] | None:
        """The names of the recipe's columns in a table; None where it lacks one."""
        found = {}
        for key, patterns in self.head.columns.items():
            each = [patterns] if isinstance(patterns, str) else patterns
            column = next((name for one in each for name in table.columns if is_like(name, [one])), None)
            if column is None:
                return None
            found[key] = column
        return found


def like_of(pattern: str) -> re.Pattern[str]:
    """A pattern with stars, each a group, for texts that are made even; capitals make no difference."""
    return re.compile("(.*)".join(map(re.escape, even(pattern).split("*"))), re.DOTALL | re.IGNORECASE)


def is_like(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text is like one of the patterns."""
    return any(like_of(pattern).fullmatch(even(text)) for pattern in patterns)


def even(text: str) -> str:
    """A text of the same length with one kind of spaces and apostrophes."""
    return re.sub(r"\s", " ", text).replace("’", "'")


@cache
def recipes() -> Mapping[str, Recipe]:
    """All recipes by name."""
    found = {}
    folder = files("escrutinio.intake").joinpath("recipes")
    for item in sorted(folder.iterdir(), key=lambda each: each.name):
        if item.name.endswith(".toml"):
            name = item.name.removesuffix(".toml")
            found[name] = _recipe(name, item.read_text(encoding="utf-8"))
    return found


def _recipe(name: str, text: str) -> Recipe:
    head = convert(read_toml(text.encode(), name)["recipe"], Head, name)  # type: ignore[arg-type]
    about, _, rest = text.partition("[recipe]\n")
    start = _PART.search(rest)
    assert start is not None
    # What is said right above the first table of the mapping belongs to it.
    lines = rest[: start.start()].splitlines(keepends=True)
    above = len(lines)
    while above and lines[above - 1].startswith("#"):
        above -= 1
    return Recipe(name, head, about.strip(), "".join(lines[above:]) + rest[start.start() :])


def recipe_named(name: str) -> Recipe:
    """The recipe of this name. Raises InputError where there is none."""
    known = recipes()
    if name not in known:
        raise InputError("recipe-unknown", recipe=repr(name[:40]), nearest=nearest(name, sorted(known)))
    return known[name]


def recipe_for(tables: Sequence[SeenTable]) -> Recipe | None:
    """The recipe whose columns one of the tables has; of several the one that knows most columns."""
    fitting = [
        recipe for recipe in recipes().values() if any(recipe.columns(each) is not None for each in tables)
    ]
    return max(fitting, key=lambda each: len(each.head.columns), default=None)
