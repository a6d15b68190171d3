"""Ties, thresholds that nobody reaches, and no votes: no page names anybody by the order of the list."""

import html
import re
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.core.records.keys import SigningKey
from escrutinio.running.workspace.publish import publish

CONFIG = """
[election]
code = "ribera-2032"
kind = "drill"
title = "Ribera 2032"
place = "Ribera"
voting_day = 2032-06-06
author_role = "importer"
author = "Test desk"
languages = ["es", "en"]
[log]
origin = "ribera.example/2032"
role = "importer"
operator = "Test desk"
[[contest]]
code = "mayor"
title = "Mayor"
{rules}
area = "RB"
[[contest.candidate]]
code = "ana"
title = "Ana Álvarez"
[[contest.candidate]]
code = "bea"
title = "Bea Núñez"
[[contest.candidate]]
code = "caro"
title = "Caro Ib"
[[import.sheets]]
file = "sheets.csv"
contest = "mayor"
station = "mesa"
options = {{ ana = "ANA", bea = "BEA", caro = "CARO" }}
null = "NULOS"
blank = "BLANCOS"
[[import.roll]]
file = "roll.csv"
station = "mesa"
center = "centro"
area = "zona"
registered = "inscritos"
[[import.areas]]
file = "roll.csv"
levels = [
  {{ level = "town", code = "=RB", name = "=Ribera" }},
  {{ level = "ward", code = "zona", name = "zona" }},
]
[organisation."importer/desk"]
role = "importer"
title = "Test desk"
[script]
roll_by = "importer/desk"
sheets_by = "importer/desk"
"""

ALL = ("Ana Álvarez", "Bea Núñez", "Caro Ib")


def said(directory: Path, rules: str, votes: tuple[int, int, int]) -> str:
    """The words of the home page of an election with these votes at one station."""
    config = directory / "config"
    config.mkdir()
    (config / "election.toml").write_text(CONFIG.format(rules=rules), "utf-8")
    (config / "sheets.csv").write_text(
        "mesa,ANA,BEA,CARO,NULOS,BLANCOS\n1.01," + ",".join(map(str, votes)) + ",1,0\n"
    )
    (config / "roll.csv").write_text("mesa,centro,zona,inscritos\n1.01,1,A,2000\n")
    master = SigningKey(sha256(b"key of the tests").digest())
    publish(config, directory / "public", master=master, clock=1_900_000_000, progress=lambda *_: None)
    text = (directory / "public/en/index.html").read_text("utf-8")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def test_one_station_is_said_as_one(tmp_path: Path) -> None:
    found = said(tmp_path, 'method = "plurality"\nseats = 1', (70, 20, 5))
    assert "at the one counted station where these are known." in found
    assert "Mayor: all candidates, in one place" in found
    assert (
        "Copies, Test desk: The counted sheets have Ana Álvarez first, 50 votes ahead of the next." in found
    )
    assert "(abroad, in transit, staff who vote where they serve) are left out." in found


@pytest.mark.parametrize(
    ("rules", "votes", "words"),
    [
        (
            'method = "dhondt"\nseats = 3',
            (720, 360, 360),
            "Seats by D'Hondt: Ana Álvarez 1. By D'Hondt 2 of 3 seats are open: "
            "Ana Álvarez, Bea Núñez, Caro Ib have equal claims.",
        ),
        (
            'method = "dhondt"\nseats = 3\nthreshold = "50%"',
            (180, 120, 96),
            "No list reaches 50.00% of the votes that count for it, so nobody takes part in the seats.",
        ),
        (
            'method = "plurality"\nseats = 1',
            (50, 50, 10),
            "Ana Álvarez, Bea Núñez have the same number of votes.",
        ),
        (
            'method = "two-round"\nseats = 1',
            (40, 30, 30),
            "Bea Núñez, Caro Ib are equal for a place in the second.",
        ),
        ('method = "two-round"\nseats = 1', (0, 0, 0), "Nobody has a vote yet."),
    ],
)
def test_home_names_all_or_nobody(
    tmp_path: Path, rules: str, votes: tuple[int, int, int], words: str
) -> None:
    found = said(tmp_path, rules, votes)
    assert words in found or not any(votes)
    for sentence in re.findall(r"[^.]*\b(?:ahead|first|equal|seats? to)\b[^.]*\.", found):
        equal = [name for name, count in zip(ALL, votes, strict=True) if votes.count(count) > 1]
        named = [name for name in equal if name in sentence]
        assert named in ([], equal), sentence


def test_the_column_of_seats_says_which_stay_open(tmp_path: Path) -> None:
    found = said(tmp_path, 'method = "dhondt"\nseats = 3', (720, 360, 360))
    assert "Ana Álvarez72050.00%1+ ?" in found
    assert "Caro Ib36025.00%0+ ?" in found
    assert "Seats that stay open: lists with “+ ?” have equal claims2 " in found


def test_where_every_seat_is_certain_the_column_asks_nothing(tmp_path: Path) -> None:
    found = said(tmp_path, 'method = "dhondt"\nseats = 3', (700, 360, 340)).partition("Candidate")[2]
    assert "%2 " in found or "%2Bea" in found
    assert "+ ?" not in found
    assert "stay open" not in found
