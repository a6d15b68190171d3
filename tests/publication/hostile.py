"""Elections that pages must bear: hostile names, one station or none, forty options, no sheet at all."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from escrutinio.core.records.keys import SigningKey
from escrutinio.running.workspace.publish import publish

EVIL = "<script>alert(1)</script>"
RIGHT_TO_LEFT = "قائمة"
LONG = "Muy largo " * 19

HOSTILE = f"""
[election]
code = "x"
kind = "drill"
title = '{EVIL} 100 % %(count)s {{{{ 7 * 7 }}}}'
place = "Nowhere & nothing"
voting_day = 2030-01-01
author = "Importer"
author_role = "importer"
[log]
origin = "x.example/log"
role = "importer"
operator = "Importer"
[[contest]]
code = "p"
title = "P"
method = "plurality"
area = "X"
candidate = [
  {{ code = "a", title = '{EVIL}"' }},
  {{ code = "b", title = "{RIGHT_TO_LEFT}" }},
  {{ code = "c", title = "{LONG}" }},
]
[organisation."importer/one"]
role = "importer"
title = '{EVIL}'
[[publication.account]]
title = '{EVIL}'
basis = "copies:importer/one"
[script]
roll_by = "importer/one"
sheets_by = "importer/one"
[[import.areas]]
file = "areas.csv"
levels = [{{ level = "{EVIL}", code = "=X", name = "name" }}]
[[import.centers]]
file = "roll.csv"
center = "station"
area = "=X"
name = "name"
[[import.roll]]
file = "roll.csv"
station = "station"
center = "station"
area = "=X"
registered = "registered"
[[import.sheets]]
file = "sheets.csv"
contest = "p"
station = "station"
options = {{ a = "a", b = "b", c = "c" }}
"""


def publish_hostile(source: Path) -> Path:
    """One area and three stations, every name of which is markup, a format or right-to-left."""
    (source / "election.toml").write_text(HOSTILE)
    (source / "areas.csv").write_text(f"name\n{EVIL}\n")
    (source / "roll.csv").write_text(f"station,registered,name\n1,100000,{EVIL}\n2,,{RIGHT_TO_LEFT}\n3,5,\n")
    (source / "sheets.csv").write_text("station,a,b,c\n1,30000,4,1\n2,5,6,0\n")
    return _publish(source)


def publish_bare(source: Path, *, stations: int, options: int, sheets: int) -> Path:
    """An election of one area with so many stations and options, and sheets for the first stations."""
    names = [f"o{number}" for number in range(1, options + 1)]
    listed = ", ".join(f'{{ code = "{name}", title = "{LONG[:90]}{name}" }}' for name in names)
    columns = ", ".join(f'{name} = "{name}"' for name in names)
    text = BARE + (ROLL if stations else "") + (SHEETS if sheets else "")
    (source / "election.toml").write_text(text.format(candidates=listed, options=columns))
    (source / "areas.csv").write_text("name\nPlace\n")
    roll = "".join(f"{number},10\n" for number in range(1, stations + 1))
    (source / "roll.csv").write_text(f"station,registered\n{roll}")
    rows = "".join(f"{number},{','.join('1' * options)}\n" for number in range(1, sheets + 1))
    (source / "sheets.csv").write_text(f"station,{','.join(names)}\n{rows}")
    return _publish(source)


def _publish(source: Path) -> Path:
    publish(
        source,
        source / "out",
        master=SigningKey(sha256(b"key of the tests").digest()),
        clock=1_900_000_000,
        progress=lambda *_: None,
    )
    return source / "out"


BARE = """
[election]
code = "x"
kind = "drill"
title = "An exercise"
place = "Nowhere"
voting_day = 2030-01-01
author = "Importer"
author_role = "importer"
[log]
origin = "x.example/log"
role = "importer"
operator = "Importer"
[[contest]]
code = "p"
title = "P"
method = "plurality"
area = "X"
candidate = [{candidates}]
[organisation."importer/one"]
role = "importer"
title = "Importer"
[script]
roll_by = "importer/one"
sheets_by = "importer/one"
[[import.areas]]
file = "areas.csv"
levels = [{{ level = "country", code = "=X", name = "name" }}]
"""
ROLL = """
[[import.roll]]
file = "roll.csv"
station = "station"
center = "station"
area = "=X"
registered = "registered"
"""
SHEETS = """
[[import.sheets]]
file = "sheets.csv"
contest = "p"
station = "station"
options = {{ {options} }}
"""
