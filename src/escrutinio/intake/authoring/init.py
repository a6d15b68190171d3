"""The start of an election.toml, written by looking at a table of tally sheets."""

import re
from collections.abc import Mapping
from pathlib import Path

from escrutinio.base.errors import RecordError
from escrutinio.base.toml import quote
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.base.words.say import say_in, say_key
from escrutinio.core.records.text import check_code
from escrutinio.intake.authoring.config_file import USUAL
from escrutinio.intake.mapping.sniff import Column, Sketch, sketch


def suggest_config(path: Path, language: str) -> str:
    """Return a commented configuration, valid TOML, for the CSV at `path`; a person completes it.

    The file is named relative to the directory it lies in. Raises InputError if it is not a table of text,
    and KeyError for an unknown language.
    """
    seen = sketch(path)
    words = {key: say_in(language, text, file=_comment(path.name)) for key, text in _WORDS.items()}
    words |= {key: say_key(language, "code", key) for key in _CODES}
    codes = {column: _code(column, index) for index, column in enumerate(seen.options, 1)}
    lines = [f"# {words['title']}", "", *_election(seen, codes, words)]
    lines += ["", *_sheets(path.name, seen, codes, words), "", *_roll(path.name, seen, words)]
    return "\n".join(lines) + "\n"


def _election(seen: Sketch, codes: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    complete = quote(words["complete"])
    unnamed = f"{{ {', '.join(f'{each} = {complete}' for each in languages())} }}"
    lines = [
        "[election]",
        *_languages(),
        f'code = "{words["election"]}"',
        f'kind = "simulation"  # {words["kind"]}',
    ]
    lines += [f"title = {unnamed}", f"place = {unnamed}", f'voting_day = "2000-01-01"  # {words["day"]}']
    lines += [f'author_role = "importer"  # {words["author"]}', f"author = {unnamed}", ""]
    lines += ["[log]", f'origin = "{words["election"]}.example"  # {words["origin"]}', 'role = "importer"']
    lines += [
        f"operator = {unnamed}",
        "",
        "[[contest]]",
        f'code = "{words["contest"]}"',
        f"title = {unnamed}",
    ]
    lines += [
        'method = "plurality"',
        "seats = 1",
        f'area = "{words["country"]}"',
        *_classes(seen),
        "",
        f"# {words['candidates']}",
    ]
    for column, code in codes.items():
        lines += ["[[contest.candidate]]", f"code = {quote(code)}", f"title = {quote(column or code)}"]
    return lines


def _classes(seen: Sketch) -> list[str]:
    """The classes of ballots that the table counts, where they are not the usual ones: what it lacks is
    unknown."""
    found = [code for code in ("null", "blank") if code in seen.totals]
    return [f'class = [{{ code = "{found[0]}" }}]'] if len(found) == 1 else []


def _languages() -> list[str]:
    """The languages of the titles, where they are not those of an election that names none."""
    return [] if languages() == USUAL else [f"languages = [{', '.join(map(quote, languages()))}]"]


def _sheets(file: str, seen: Sketch, codes: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    lines = [f"# {words['sheets']}", "[[import.sheets]]", *_source(file, seen)]
    lines += [f'contest = "{words["contest"]}"', *_station(seen, words)]
    pairs = ", ".join(f"{quote(code)} = {quote(_field(column))}" for column, code in codes.items())
    lines += [f"options = {{ {pairs} }}" if pairs else f"options = {{}}  # {words['missing']}"]
    for kind in ("valid", "null", "blank", "ballots", "voters", "registered"):
        if kind in seen.totals:
            note = f"  # {words['adds']}: {seen.adds_up} / {seen.rows}" if kind == "valid" else ""
            lines.append(f"{kind} = {quote(_field(seen.totals[kind]))}{note}")
    if seen.others:
        lines.append(f"# {words['others']}: {', '.join(map(_comment, seen.others))}")
    return lines


def _roll(file: str, seen: Sketch, words: Mapping[str, str]) -> list[str]:
    lines = [f"# {words['roll']}", "[[import.roll]]", *_source(file, seen), *_station(seen, words)]
    lines.append(
        f"center = {quote(_padded(seen.center))}" if seen.center else f'center = "="  # {words["missing"]}'
    )
    area = _nested(seen, len(seen.areas)) if seen.areas else f"={words['country']}"
    lines += [f"area = {quote(area)}  # {words['area']}"]
    if "registered" in seen.totals:
        lines.append(f"registered = {quote(_field(seen.totals['registered']))}")
    lines += ["", f"# {words['areas']}", "[[import.areas]]", *_source(file, seen), "levels = ["]
    root, unnamed = words["country"], words["complete"]
    lines.append(f'  {{ level = "country", code = "={root}", name = "={unnamed}" }},')
    for depth, (_, name) in enumerate(seen.areas, 1):
        level, code = quote(_comment(name).lower()), quote(_nested(seen, depth))
        lines.append(f"  {{ level = {level}, code = {code}, name = {quote(_field(name))} }},")
    return [*lines, "]"]


def _source(file: str, seen: Sketch) -> list[str]:
    lines = [f"file = {quote(file)}"]
    if seen.encoding != "utf-8":
        lines.append(f'encoding = "{seen.encoding}"')
    if seen.delimiter != ",":
        lines.append(f"delimiter = {quote(seen.delimiter)}")
    return lines


def _station(seen: Sketch, words: Mapping[str, str]) -> list[str]:
    parts = [_padded(column, braces=True) for column in (seen.center, seen.station) if column]
    if not parts:
        return [f'station = "="  # {words["missing"]}']
    return [f"station = {quote('.'.join(parts))}  # {words['station']}"]


def _padded(column: Column, braces: bool = False) -> str:
    """Return the field for an identifier: where its digits vary in length, zeros were likely lost."""
    if column.digits and column.shortest != column.longest:
        return f"{{{column.name}:0{column.longest}}}"
    return f"{{{column.name}}}" if braces else _field(column.name)


def _nested(seen: Sketch, depth: int) -> str:
    """Return the field for an area's code: many tables count the areas anew in each larger one."""
    return ".".join(_padded(column, braces=True) for column, _ in seen.areas[:depth])


def _field(column: str) -> str:
    return f"{{{column}}}" if column.startswith("=") else column


def _code(column: str, index: int) -> str:
    try:
        return check_code(column)
    except RecordError:
        return f"option-{index}"


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)[:60]


_CODES = ("election", "contest", "country")
"""What stands in codes, without accents; the words are under the context `code`."""
_WORDS = {
    "title": N_("The start of an election, guessed by looking at {file}. Check every line."),
    "kind": N_("real, drill or simulation"),
    "complete": N_("To be completed"),
    "day": N_("to be completed"),
    "author": N_("authority where the electoral authority runs the system"),
    "origin": N_("a name of its own for the public log, without https://"),
    "candidates": N_("Where a candidate has several boxes on the ballot, list them: [[contest.option]]."),
    "sheets": N_("The tally sheets, one row per station. {{COLUMN:09}} restores zeros lost on the left."),
    "station": N_("identifies the station"),
    "adds": N_("rows in which the options add up to this control"),
    "others": N_("Columns not used"),
    "missing": N_("to be completed: no such column was found"),
    "roll": N_("The roll: every station, its center, its area and, where known, its registered voters."),
    "area": N_("the code of the smallest area; it must be unique in the whole country"),
    "areas": N_("The areas, largest first, each with a code that is unique in the whole country."),
}
