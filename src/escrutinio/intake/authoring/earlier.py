"""An earlier election that a configuration puts beside a contest: its figures, held against themselves.

They are in no log, and nothing here follows from one; the page says whose they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from escrutinio.base.errors import DefinitionError
from escrutinio.base.toml import nearest
from escrutinio.core.records.parts import Contest
from escrutinio.intake.authoring.config_file import EarlierAreaTable, EarlierTable
from escrutinio.intake.authoring.config_values import Languages, Titles, read_code

MOST = 2**53
"""Below it every count is exact in a browser."""


@dataclass(frozen=True, slots=True)
class EarlierArea:
    """What an earlier election came to in an area: voters, ballots and valid votes, and those of some
    candidates of now, or of who stood in their place, by code. None is not known."""

    registered: int | None
    ballots: int | None
    valid: int
    votes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier election beside a contest: what it is called, where its figures come from, and those by
    area."""

    contest: str
    title: Titles
    note: Titles
    areas: Mapping[str, EarlierArea]


def read_earlier(
    tables: Iterable[EarlierTable], contests: Collection[Contest], languages: Languages
) -> tuple[Earlier, ...]:
    """The earlier elections of a configuration.

    Raises DefinitionError for a contest or candidate that there is not, a contest that has two, and figures
    that contradict themselves: votes above the valid ones, these above the ballots, or those above the
    voters.
    """
    found: dict[str, Earlier] = {}
    known = {contest.code: [candidate.code for candidate in contest.candidates] for contest in contests}
    for table in tables:
        place = f"publication, earlier {table.contest[:64]!r}"
        if table.contest not in known:
            code = repr(table.contest[:64])
            raise DefinitionError(
                "config-contest-unknown", nearest=nearest(table.contest, known), contest=code
            )
        if table.contest in found:
            raise DefinitionError("earlier-twice", place=place)
        areas = {
            read_code(code, place): _area(area, known[table.contest], f"{place}, areas {code[:64]!r}")
            for code, area in table.areas.items()
        }
        title, note = (
            languages.titles(table.title, f"{place}, title"),
            languages.titles(table.note, f"{place}, note"),
        )
        found[table.contest] = Earlier(table.contest, title, note, areas)
    return tuple(found.values())


def _area(table: EarlierAreaTable, candidates: Collection[str], place: str) -> EarlierArea:
    for code in table.votes:
        if code not in candidates:
            raise DefinitionError(
                "earlier-candidate", place=place, candidate=repr(code[:64]), nearest=nearest(code, candidates)
            )
    rising = [sum(table.votes.values()), table.valid, table.ballots, table.registered]
    numbers = [number for number in rising if number is not None]
    if min([*table.votes.values(), *numbers]) < 0 or max(numbers) >= MOST or numbers != sorted(numbers):
        raise DefinitionError("earlier-figures", place=place)
    return EarlierArea(table.registered, table.ballots, table.valid, table.votes)
