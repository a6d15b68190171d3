"""The contests of tables that nobody has described, and their options with codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from escrutinio.base.errors import RecordError
from escrutinio.core.records.text import check_code
from escrutinio.intake.mapping.columns import plain
from escrutinio.intake.mapping.guess import LONG_WORDS, MOST_CONTESTS, Sketch
from escrutinio.intake.mapping.slugs import slug


@dataclass(frozen=True, slots=True)
class Found:
    """Tables of tally sheets of one shape, and the names of the tables that are not used."""

    tables: tuple[Sketch, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """A contest: its code, its title where the table has one, what the table says of it; its options by code
    and title, their columns, and words of a long table that are no options."""

    code: str
    title: str = ""
    said: str = ""
    options: tuple[tuple[str, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def contests_of(seen: Sketch, code: str) -> list[Contest]:
    """The contests that a table speaks of; `code` is that of the only one."""
    if seen.long is not None:
        return _long(seen, code)
    if seen.contest:
        codes = option_codes(seen.options)
        options = tuple((each, name) for name, each in codes.items())
        columns = {each: name for name, each in codes.items()}
        said = option_codes(_said(seen))
        return [Contest(own, words, words, options, columns) for words, own in said.items()]
    groups = _groups(seen.options)
    if len(groups) == 1:
        return [_wide(code, "", seen.options, seen.options)]
    own_codes = option_codes(list(groups))
    return [
        _wide(own_codes[group], group, names, [name.removesuffix(f" / {group}") for name in names])
        for group, names in groups.items()
    ]


def _wide(code: str, title: str, columns: Sequence[str], names: Sequence[str]) -> Contest:
    codes = list(option_codes(names).values())
    options = tuple(zip(codes, names, strict=True))
    return Contest(code, title, "", options, dict(zip(codes, columns, strict=True)))


def _groups(options: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Options of a header of several lines by the last of them, where each has one and they repeat."""
    ends = [name.rpartition(" / ")[2] for name in options if " / " in name]
    if len(ends) < len(options) or len(set(ends)) * 2 > len(ends):
        return {"": tuple(options)}
    return {end: tuple(name for name in options if name.endswith(f" / {end}")) for end in dict.fromkeys(ends)}


def _said(seen: Sketch) -> list[str]:
    """What the columns of the contest say, joined as a mapping joins them."""
    cells = [seen.table.cells[name] for name in seen.contest]
    joined = dict.fromkeys(
        "-".join(parts) if len(parts) > 1 else parts[0] for parts in zip(*cells, strict=True)
    )
    return [each for each in joined if each][:MOST_CONTESTS]


def _long(seen: Sketch, code: str) -> list[Contest]:
    assert seen.long is not None
    options = seen.table.cells[seen.long[0]]
    cells = [seen.table.cells[name] for name in seen.contest]
    said = ["-".join(parts) for parts in zip(*cells, strict=True)] if cells else [""] * len(options)
    names: dict[str, dict[str, None]] = {}
    for words, option in zip(said, options, strict=True):
        if option:
            names.setdefault(words, {})[option] = None
    beside = {
        option: kind
        for option in dict.fromkeys(options)
        for kind, pattern in LONG_WORDS.items()
        if re.fullmatch(pattern, plain(option))
    }
    codes = option_codes([option for option in dict.fromkeys(options) if option and option not in beside])
    own_codes = option_codes(list(names)) if cells else {"": code}
    return [
        Contest(
            own_codes[words],
            words.rstrip("-"),
            words,
            tuple((codes[option], option) for option in listed if option not in beside),
            {},
            beside,
        )
        for words, listed in list(names.items())[:MOST_CONTESTS]
        if words or not cells
    ]


def option_codes(names: Sequence[str]) -> Mapping[str, str]:
    """A code for each name, itself where it is one, else made of it; no two alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for number, name in enumerate(names, 1):
        try:
            code = check_code(name)
        except RecordError:
            code = slug(name) or f"option-{number}"
        while code in taken:
            code = f"{code[:58]}-{number}"
        taken.add(code)
        found[name] = code
    return found
