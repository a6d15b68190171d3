"""Contests that stand in files beside an election.toml: hundreds of them, by one set of rules.

    [[contests]]
    file = "mayors.csv"
    method = "plurality"

A table (`.csv`) has a row a candidate, those of one contest one after another, in the order of the ballot:

    contest,title,area,seats,candidate,name,options
    mayor-001,Mayor of Port,T001,1,blue,Blue Party,
    mayor-001,,,,green,Green Party,GREEN FISH

`title` and `name` may be columns by language (`title.es`, `title.en`); title, area, seats and marks are said
in the first row of a contest, and empty or the same in the others. A `.toml` file has `[[contest]]` as an
election.toml has them. What `[[contests]]` itself says holds for each contest that does not say otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from escrutinio.base.errors import DefinitionError
from escrutinio.base.inputs import as_text
from escrutinio.base.toml import convert, nearest
from escrutinio.core.records import parts as p
from escrutinio.intake.authoring.config_contests import ContestReader
from escrutinio.intake.authoring.config_file import ContestsTable, ContestTable, Table
from escrutinio.intake.mapping.files import load, load_toml

MAX_TABLE = 64 * 1024 * 1024
"""Most bytes of a table of contests."""

NEEDED = ("contest", "candidate")
NUMBERS = ("seats", "marks")
TEXTS = ("title", "name")
KNOWN = ("contest", "title", "area", "seats", "marks", "candidate", "name", "options")

Row = Mapping[str, str]


class ContestsFile(Table, frozen=True, kw_only=True):
    """The whole of a file of contests."""

    contest: list[ContestTable]


def read_contest_files(
    tables: Sequence[ContestsTable], base_dir: Path, reader: ContestReader
) -> Iterator[p.Contest]:
    """The contests of all files, in their order.

    Raises DefinitionError with file and line or contest, InputError where a file cannot be read.
    """
    for table in tables:
        rules = {key: value for key, value in msgspec.to_builtins(table).items() if value is not None}
        file = str(rules.pop("file"))
        if file.endswith(".toml"):
            found = load_toml(base_dir, file)
            listed = found.get("contest")
            if isinstance(listed, list):
                found |= {"contest": [rules | row if isinstance(row, dict) else row for row in listed]}
            lines = None
        else:
            found, lines = _table(load(base_dir, file, MAX_TABLE)[0], file, rules)
        for number, contest in enumerate(convert(found, ContestsFile, file).contest):
            place = file if lines is None else f"{file}:{lines[number]}"
            yield reader.contest(contest, place)


def _table(raw: bytes, file: str, rules: Mapping[str, object]) -> tuple[dict[str, object], list[int]]:
    """The contests of a table as `[[contest]]` would have them, and the line in which each begins."""
    contests: list[dict[str, object]] = []
    lines: list[int] = []
    first: Row = {}
    listed: dict[str, list[dict[str, object]]] = {}
    for line, row in _rows(raw, file):
        code, place = row["contest"], f"{file}:{line}"
        if not contests or code != first["contest"]:
            if code in listed:
                raise DefinitionError("contests-apart", place=place, contest=repr(code[:64]))
            first = row
            lines.append(line)
            contests.append(dict(rules) | _head(row, place))
        for key, value in row.items():
            once = key.partition(".")[0] not in ("candidate", "name", "options")
            if once and value and value != first[key]:
                raise DefinitionError(
                    "contests-differ", place=place, column=repr(key), value=repr(value[:40])
                )
        listed.setdefault(code, []).append(_candidate(row))
    for contest in contests:
        candidates = listed[str(contest["code"])]
        if any("options" in each for each in candidates):  # whoever has none named has one of the same code
            candidates = [{"options": [each["code"]]} | each for each in candidates]
        contest["candidate"] = candidates
    return {"contest": contests}, lines


def _head(row: Row, place: str) -> dict[str, object]:
    """What the first row says of a contest itself."""
    found: dict[str, object] = {"code": row["contest"], "title": _words(row, "title")}
    if row.get("area"):
        found["area"] = row["area"]
    for key in NUMBERS:
        if text := row.get(key):
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise DefinitionError("contests-number", place=place, column=repr(key), value=repr(text[:40]))
            found[key] = int(text)
    return found


def _candidate(row: Row) -> dict[str, object]:
    found: dict[str, object] = {"code": row["candidate"], "title": _words(row, "name")}
    if options := row.get("options", "").split():
        found["options"] = options
    return found


def _words(row: Row, what: str) -> object:
    """A text for all languages, or one by language."""
    if what in row:
        return row[what]
    return {key.partition(".")[2]: text for key, text in row.items() if key.startswith(f"{what}.")}


def _rows(raw: bytes, file: str) -> Iterator[tuple[int, Row]]:
    """The rows of a table with their lines, each with every column."""
    try:
        text = as_text(raw, file, error=DefinitionError).decode()
    except UnicodeDecodeError as error:
        raise DefinitionError("file-utf8", path=file, line=raw.count(b"\n", 0, error.start) + 1) from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, f"{file}:1")
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DefinitionError(
                    "contests-cells", place=f"{file}:{reader.line_num}", found=len(cells), wanted=len(header)
                )
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise DefinitionError("at-place", place=f"{file}:{reader.line_num}", why=str(error)) from None


def _check_header(header: Sequence[str], place: str) -> None:
    for number, name in enumerate(header):
        base, _, language = name.partition(".")
        if base not in KNOWN or (language and base not in TEXTS) or name in header[:number]:
            raise DefinitionError(
                "config-word", place=place, nearest=nearest(name, KNOWN), value=repr(name[:40])
            )
    for name in NEEDED:
        if name not in header:
            raise DefinitionError("contests-column", place=place, column=repr(name))
