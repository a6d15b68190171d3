"""A table of as many stations as a country has, made up: read by its mapping, and signed and published whole.

Reading stands beside Polars reading the same file, publishing beside signing as many records.
"""

import gzip
import random
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.harness import measure, parse_options
from escrutinio.base.workers import workers
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.compose import read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.running.workspace.publish import publish

STATIONS, FEW = 86_488, 600
"""As many as Peru had in 2021."""
CONFIG = """
[election]
code = "tables"
kind = "simulation"
title = "Made up"
place = "Nowhere"
voting_day = 2030-01-01
author = "Importer"
author_role = "importer"
[log]
origin = "tables.example/log"
role = "importer"
operator = "Importer"
[[contest]]
code = "p"
title = "Presidency"
method = "plurality"
area = "X"
candidate = [{ code = "a", title = "A" }, { code = "b", title = "B" }]
[organisation."importer/one"]
role = "importer"
title = "Importer"
[script]
roll_by = "importer/one"
sheets_by = "importer/one"
[import.defaults]
file = "sheets.csv.gz"
station = "station"
registered = "registered"
[[import.sheets]]
contest = "p"
options = { a = "a", b = "b" }
null = "null"
blank = "blank"
ballots = "ballots"
status = { column = "state", is = { COUNTED = "ordinary" } }
[[import.roll]]
center = "station"
area = "{district}"
[[import.areas]]
levels = [
  { level = "country", code = "=X", name = "=X" },
  { level = "region", code = "{district:1-2}", name = "region" },
  { level = "province", code = "{district:1-4}", name = "province" },
  { level = "district", code = "{district}", name = "name" },
]
"""


def write_election(directory: Path, stations: int) -> None:
    """The table and its configuration."""
    chance = random.Random(14)
    lines = ["station,district,region,province,name,registered,ballots,a,b,blank,null,state"]
    for number in range(stations):
        region, province, district = number % 25, number // 25 % 8, number // 200 % 9
        figures = [chance.randrange(150), chance.randrange(150), chance.randrange(5), chance.randrange(12)]
        names = f"Region {region},Province {region}-{province},District {region}-{province}-{district}"
        counted = ",".join(map(str, (sum(figures), *figures)))
        code = f"{region:02}{province:02}{district:02}"
        lines.append(f"{number:06},{code},{names},320,{counted},COUNTED")
    (directory / "sheets.csv.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), 1))
    (directory / "election.toml").write_text(CONFIG)


def main() -> None:
    options = parse_options(__doc__ or "")
    stations = FEW if options.short else STATIONS
    key = SigningKey(sha256(b"benchmark key").digest())
    message = bytes(224)
    with TemporaryDirectory() as scratch, workers() as executor:
        base = Path(scratch)
        write_election(base, stations)
        config = read_config((base / "election.toml").read_bytes(), "election.toml", base)
        measure(
            f"read a table of {stations:,} stations",
            lambda: read_tables(config, base),
            lambda: pl.read_csv(base / "sheets.csv.gz"),
            "stations",
            count=stations,
            options=options,
        )
        measure(
            f"publish a table of {stations:,} stations",
            lambda: publish(
                base / "election.toml",
                base / "publication",
                master=key,
                clock=1_900_000_000,
                progress=lambda *_: None,
                executor=executor,
            ),
            lambda: [key.sign(message) for _ in range(stations)],
            "stations",
            count=stations,
            options=options,
            repeat=1,
        )


if __name__ == "__main__":
    main()
