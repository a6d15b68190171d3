"""Elections by other laws, made up: every name, place and figure is invented, and all of it says so.

A directory as a person would write it: election.toml, contests in a table, areas, roll and sheets. The
figures come from a seed, so that the same election is made anywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

LISTS = ("garza", "ibis", "cardenal", "tucan", "colibri", "turpial", "gavilan", "guacharaca")
"""Lists that stand everywhere, as many as a contest has."""


@dataclass(frozen=True)
class Race:
    """One contest of a made election: where, how many seats and marks, and its candidates."""

    code: str
    area: str
    seats: int
    candidates: tuple[str, ...]
    marks: int = 1
    classes: tuple[str, ...] = ("null", "blank")


@dataclass(frozen=True)
class Rules:
    """A `[[contests]]` of the configuration: a file of contests and what holds for each of them."""

    file: str
    races: tuple[Race, ...]
    said: str


@dataclass
class Made:
    """An election to be written: areas and how many stations each has."""

    code: str
    areas: Sequence[str]
    stations: int
    rules: Sequence[Rules]
    more: str = ""
    seed: int = 1
    races: list[Race] = field(default_factory=list)

    def write(self, directory: Path) -> Path:
        """Write its files; the configuration's path."""
        random = Random(self.seed)
        directory.mkdir(parents=True, exist_ok=True)
        self.races = [race for rules in self.rules for race in rules.races]
        rows = [
            (f"{area}.{number:03}", area) for area in self.areas for number in range(1, self.stations + 1)
        ]
        _table(
            directory / "areas.csv", ("code", "name"), ((area, f"Fictional {area}") for area in self.areas)
        )
        roll = {station: random.randint(300, 500) for station, _ in rows}
        listed = ((station, area, roll[station]) for station, area in rows)
        _table(directory / "roll.csv", ("station", "area", "registered"), listed)
        for rules in self.rules:
            _table(
                directory / rules.file,
                ("contest", "title", "area", "seats", "candidate", "name"),
                _contests(rules),
            )
        for race in self.races:
            sheets = [
                _sheet(random, race, station, roll[station])
                for station, area in rows
                if race.area in (area, "XX")
            ]
            header = ("station", *race.candidates, "valid", *race.classes)
            _table(directory / f"sheets-{race.code}.csv", header, sheets)
        path = directory / "election.toml"
        path.write_text(self.config(), "utf-8")
        return path

    def config(self) -> str:
        """Its election.toml."""
        return "\n".join(
            [
                HEAD.format(code=self.code, more=self.more),
                *(f'[[contests]]\nfile = "{rules.file}"\n{rules.said}' for rules in self.rules),
                TABLES,
                *map(_sheets, self.races),
            ]
        )


CONTESTS = ("contest", "title", "area", "seats", "candidate", "name")
HEAD = """# Made up for a test: a simulation of a fictional country.
[election]
code = "{code}"
kind = "simulation"
title = {{ es = "Elección ficticia (simulación)", en = "Fictional election (simulation)" }}
place = {{ es = "País ficticio", en = "Fictional country" }}
voting_day = 2033-10-02
author_role = "importer"
author = {{ es = "Ejemplo de prueba", en = "Test example" }}
{more}
[log]
origin = "escrutinio.example/{code}"
role = "importer"
operator = {{ es = "Ejemplo de prueba", en = "Test example" }}
[organisation."importer/ejemplo"]
role = "importer"
title = {{ es = "Ejemplo de prueba", en = "Test example" }}
[script]
roll_by = "importer/ejemplo"
sheets_by = "importer/ejemplo"
frozen_on = 2033-09-01
"""
TABLES = """
[[import.areas]]
file = "areas.csv"
levels = [
  { level = "country", code = "=XX", name = "=Fictional country" },
  { level = "district", code = "code", name = "name" },
]
[[import.roll]]
file = "roll.csv"
station = "station"
center = "{area}-c"
area = "area"
registered = "registered"
"""


def _sheets(race: Race) -> str:
    options = ", ".join(f'{code} = "{code}"' for code in race.candidates)
    classes = ", ".join(f'{code} = "{code}"' for code in race.classes)
    return (
        f'[[import.sheets]]\nfile = "sheets-{race.code}.csv"\ncontest = "{race.code}"\nstation = "station"\n'
        f'options = {{ {options} }}\nclasses = {{ {classes} }}\nvalid = "valid"\n'
    )


def _contests(rules: Rules) -> Iterable[tuple[object, ...]]:
    for race in rules.races:
        for place, code in enumerate(race.candidates):
            said = (f"Fictional {race.code}", race.area, race.seats) if place == 0 else ("", "", "")
            yield race.code, *said, code, f"Fictional {code}"


def _sheet(random: Random, race: Race, station: str, registered: int) -> tuple[object, ...]:
    """A sheet of up to 9 in 10 of the voters, with as many marks as are allowed, or fewer."""
    ballots = random.randint(registered // 2, registered * 9 // 10)
    beside = [random.randint(0, 4) for _ in race.classes]
    valid = ballots - sum(beside)
    weights = [random.random() ** 2 + 0.02 for _ in race.candidates]
    counts = [0] * len(race.candidates)
    for _ in range(valid):
        marked: set[int] = set()
        for choice in random.choices(range(len(counts)), weights, k=race.marks):
            marked.add(choice)
        for choice in marked:
            counts[choice] += 1
    return station, *counts, valid, *beside


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def parliament(stations: int) -> Made:
    """87 districts, each with its deputies by D'Hondt among lists of 3 % at least."""
    random = Random(87)
    areas = [f"D{number:02}" for number in range(1, 88)]
    races = tuple(
        Race(f"diputados-{area}", area, random.randint(2, 12), LISTS[: random.randint(3, 8)])
        for area in areas
    )
    said = 'method = "dhondt"\nthreshold = "3%"\narticles = { method = "Fictional law, art. 10" }\n'
    return Made("parlamento-ficticio", areas, stations, [Rules("deputies.csv", races, said)])


def councils(towns: int, stations: int) -> Made:
    """A mayor by plurality and a council by Sainte-Laguë in each of so many towns."""
    random = Random(335)
    areas = [f"M{number:03}" for number in range(1, towns + 1)]
    mayors = tuple(Race(f"alcalde-{area}", area, 1, LISTS[: random.randint(2, 5)]) for area in areas)
    seats = tuple(
        Race(f"concejo-{area}", area, random.randrange(5, 14, 2), LISTS[: random.randint(3, 7)])
        for area in areas
    )
    return Made(
        "municipios-ficticios",
        areas,
        stations,
        [
            Rules("mayors.csv", mayors, 'method = "plurality"\n'),
            Rules("councils.csv", seats, 'method = "sainte-lague"\n'),
        ],
    )


def senate(stations: int) -> Made:
    """Three senators of the whole country, three marks a ballot; challenged ballots counted apart."""
    areas = [f"R{number}" for number in range(1, 9)]
    race = Race("senado", "XX", 3, LISTS, 3, ("null", "blank", "challenged"))
    said = 'method = "plurality"\nmarks = 3\nquorum = "40%"\ntie_lots = true\n'
    said += 'class = [{ code = "null" }, { code = "blank" }, { code = "challenged" }]\n'
    return Made("senado-ficticio", areas, stations, [Rules("senate.csv", (race,), said)])
