"""An election whose codes are what disks cannot hold or keep apart: in areas, contests and stations."""

from __future__ import annotations

from pathlib import Path

from escrutinio.core.records.keys import SigningKey
from escrutinio.running.workspace.publish import publish
from tests.intake.imported import CONFIG as IMPORTED

AREAS = ("CON", "con", "nul.1", "aux", "com1", "Sur.", "areas-of-stations", "index", "plain")
"""The stations of each are numbered, as `con-1`; the last two name their own files."""

CONTESTS = ("nul", "names", "P", "p")

_TABLES = """
[[import.areas]]
file = "roll.csv"
levels = [{ level = "country", code = "=X", name = "=X" }, { level = "ward", code = "area", name = "area" }]
[[import.roll]]
file = "roll.csv"
station = "station"
center = "center"
area = "area"
registered = "registered"
"""
_SHEETS = """
[[import.sheets]]
file = "sheets.csv"
contest = "{}"
station = "station"
options = {{ a = "a", b = "b" }}
"""


def publish_odd(source: Path, key: SigningKey, clock: int) -> Path:
    """Publish it below an empty directory, with an address so that there are previews; where it stands."""
    head, contest, rest = IMPORTED.partition("[[contest]]\n")
    one, organisation, end = rest.partition("[organisation.")
    contests = "".join(contest + one.replace('code = "p"', f'code = "{code}"') for code in CONTESTS)
    address = '[publication]\nurl = "https://x.example/"\n'
    text = head + contests + organisation + end + address + _TABLES
    (source / "election.toml").write_text(text + "".join(map(_SHEETS.format, CONTESTS)))
    stations = [(f"{area}-{number}", area) for area in AREAS for number in (1, 2)]
    roll = "".join(f"{station},c-{station},{area},100\n" for station, area in stations)
    (source / "roll.csv").write_text(f"station,center,area,registered\n{roll}")
    rows = "".join(f"{station},3,4\n" for station, _ in stations)
    (source / "sheets.csv").write_text(f"station,a,b\n{rows}")
    made = publish(source, source / "out", master=key, clock=clock, progress=lambda *_: None)
    return made.directory
