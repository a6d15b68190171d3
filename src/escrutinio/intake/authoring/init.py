"""The start of an election.toml, written by looking at a table of tally sheets."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from escrutinio.base.errors import RecordError
from escrutinio.base.toml import quote
from escrutinio.core.records.text import check_code
from escrutinio.intake.mapping.sniff import Column, Sketch, sketch

Language = Literal["es", "en"]


def suggest_config(path: Path, lang: Language = "es") -> str:
    """Return a commented configuration, valid TOML, for the CSV at `path`; a person completes it.

    The file is named relative to the directory it lies in. Raises InputError if it is not a table of text.
    """
    seen = sketch(path)
    words = _WORDS[lang]
    codes = {column: _code(column, index) for index, column in enumerate(seen.options, 1)}
    lines = [f"# {words['title']}".replace("FILE", _comment(path.name)), "", *_election(codes, words)]
    lines += ["", *_sheets(path.name, seen, codes, words), "", *_roll(path.name, seen, words)]
    return "\n".join(lines) + "\n"


def _election(codes: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    unnamed = f'{{ es = "{words["complete"]}", en = "{words["complete"]}" }}'
    lines = ["[election]", f'code = "{words["code"]}"', f'kind = "simulation"  # {words["kind"]}']
    lines += [f"title = {unnamed}", f"place = {unnamed}", f'voting_day = "2000-01-01"  # {words["day"]}']
    lines += [f'author_role = "importer"  # {words["author"]}', f"author = {unnamed}", ""]
    lines += ["[log]", f'origin = "{words["code"]}.example"  # {words["origin"]}', 'role = "importer"']
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
        "",
        f"# {words['candidates']}",
    ]
    for column, code in codes.items():
        lines += ["[[contest.candidate]]", f"code = {quote(code)}", f"title = {quote(column or code)}"]
    return lines


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


_WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "es": {
            "title": "Comienzo de una elección, conjeturado al mirar FILE. Revise cada línea.",
            "kind": "real, drill (simulacro) o simulation",
            "code": "eleccion",
            "contest": "cargo",
            "complete": "Por completar",
            "day": "por completar",
            "author": "authority si la autoridad electoral lleva el sistema",
            "origin": "un nombre único para el registro público, sin https://",
            "candidates": "Si hay varias casillas por candidato, se listan como [[contest.option]].",
            "sheets": "Las actas: una fila por mesa. {COLUMNA:09} repone los ceros perdidos a la izquierda.",
            "station": "identifica la mesa",
            "adds": "filas en que las opciones suman este control",
            "others": "Columnas sin usar",
            "missing": "por completar: no se encontró la columna",
            "roll": "El registro: cada mesa, su centro, su área y, si se conocen, sus inscritos.",
            "area": "el código del área menor; debe ser único en todo el país",
            "areas": "Las áreas, de la mayor a la menor, cada una con un código único en todo el país.",
            "country": "pais",
        },
        "en": {
            "title": "The start of an election, guessed by looking at FILE. Check every line.",
            "kind": "real, drill or simulation",
            "code": "election",
            "contest": "contest",
            "complete": "To be completed",
            "day": "to be completed",
            "author": "authority where the electoral authority runs the system",
            "origin": "a name of its own for the public log, without https://",
            "candidates": "Where a candidate has several boxes on the ballot, list them: [[contest.option]].",
            "sheets": "The tally sheets, one row per station. {COLUMN:09} restores zeros lost on the left.",
            "station": "identifies the station",
            "adds": "rows in which the options add up to this control",
            "others": "Columns not used",
            "missing": "to be completed: no such column was found",
            "roll": "The roll: every station, its center, its area and, where known, its registered voters.",
            "area": "the code of the smallest area; it must be unique in the whole country",
            "areas": "The areas, largest first, each with a code that is unique in the whole country.",
            "country": "country",
        },
    }
)
