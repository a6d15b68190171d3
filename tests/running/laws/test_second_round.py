"""A second round: an election of its own, bound to the first by digest, and linked from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.outcome import outcome
from escrutinio.core.election.state import REPORTED, Standing
from escrutinio.core.election.totals import totals
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import FirstRound
from escrutinio.core.records.types import Definition, NextRound
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.intake.authoring.config import read_config
from escrutinio.running.workspace.publish import Published, publish

KEY = SigningKey(bytes(range(32)))
CLOCK = 2_011_000_000
CONFIG = """
[election]
code = "isla-{round}"
kind = "simulation"
title = "Fictional presidency, round {round} (simulation)"
place = "Fictional island"
voting_day = 2033-10-{day}
author = "Fictional board"
[log]
origin = "escrutinio.example/isla-{round}"
role = "official"
operator = "Fictional board"
[[contest]]
code = "presidencia"
title = "Presidency"
method = "{method}"
area = "ISLA"
candidate = [{candidates}]
{rules}
[[import.areas]]
file = "areas.csv"
levels = [{{ level = "country", code = "code", name = "name" }}]
[script]
files = ["day.toml"]
"""
DAY = """
[[entry]]
by = "root"
at = 2033-09-01T00:00:00Z
type = "enrolment"
[entry.says]
keys = [
  { name = "authority/1", role = "authority" },
  { name = "machine/1", role = "machine", scope = ["1"] },
  { name = "machine/2", role = "machine", scope = ["2"] },
]
[[entry]]
by = "authority/1"
at = 2033-09-02T00:00:00Z
type = "roll"
[entry.says]
frozen_on = "2033-09-01"
[entry.says.stations]
text = "station,center,area,registered\\n1,c,ISLA,500\\n2,c,ISLA,500\\n"
media_type = "text/csv"
"""
SHEETS = """
[[entry]]
at = 2033-10-0{day}T23:00:00Z
type = "tally-sheet"
rows = [
  ["machine/1", "1/presidencia", {{ counts = {one}, classes = [3, 1] }}],
  ["machine/2", "2/presidencia", {{ counts = {two}, classes = [2, 2] }}],
]
"""
NEXT = """
[[entry]]
by = "authority/1"
at = 2033-10-05T12:00:00Z
type = "next-round"
about = "presidencia"
says = {{ definition = "{digest}", origin = "escrutinio.example/isla-2" }}
"""
FIRST = {
    "round": "1",
    "day": "02",
    "method": "two-round",
    "candidates": ", ".join(
        f'{{ code = "{name}", title = "Fictional {name}" }}' for name in ("ana", "beto", "caro")
    ),
    "rules": 'win = [{ share = { share = "50%", more = true } }, { share = "40%", lead = "10%" }]',
}
SECOND = FIRST | {
    "round": "2",
    "day": "16",
    "method": "plurality",
    "candidates": ", ".join(f'{{ code = "{name}", title = "Fictional {name}" }}' for name in ("beto", "ana")),
}


def run(directory: Path, config: str, day: str) -> Published:
    """What is published of a configuration; every check of it holds that needs no trust file."""
    directory.mkdir(exist_ok=True)
    (directory / "election.toml").write_text(config, "utf-8")
    (directory / "day.toml").write_text(day, "utf-8")
    (directory / "areas.csv").write_text("code,name\nISLA,Fictional island\n", "utf-8")
    done = publish(directory, directory / "out", master=KEY, clock=CLOCK, progress=lambda *_: None)
    found = verify_publication(str(directory / "out"))
    assert [str(answer.check) for answer in found.answers if answer.outcome is Outcome.FAILS] == []
    return done


def definition(done: Published) -> Definition:
    return done.state.definition.body


def test_a_second_round_is_bound_to_its_first_and_linked_from_it(tmp_path: Path) -> None:
    day = DAY + SHEETS.format(day=2, one="[180, 150, 70]", two="[160, 175, 65]")
    first = run(tmp_path / "first", CONFIG.format(**FIRST), day)
    view = first.state.contest("presidencia")
    votes = totals(first.state, "presidencia", REPORTED).candidates[0].tolist()
    assert votes == [340, 325, 135]  # 42.5 %, and not ten points more than 40.6 %
    found = outcome(view, votes)
    assert found.runoff is not None
    assert found.runoff.certain == (1, 1, 0)
    assert sum(found.seats.certain) == 0

    rules = f'first = {{ election = "{first.state.election.hex()}", contest = "presidencia" }}'
    sheets = SHEETS.format(day=9, one="[210, 190]", two="[205, 195]")
    second = run(tmp_path / "second", CONFIG.format(**(SECOND | {"rules": rules})), DAY + sheets)
    assert definition(second).contests[0].first == FirstRound(first.state.election, "presidencia")
    assert second.state.election != first.state.election
    totalled = totals(second.state, "presidencia", REPORTED).candidates[0].tolist()
    assert list(outcome(second.state.contest("presidencia"), totalled).seats.certain) == [1, 0]

    size = first.state.size
    linked = run(
        tmp_path / "first", CONFIG.format(**FIRST), day + NEXT.format(digest=second.state.election.hex())
    )
    assert (linked.state.election, linked.state.size) == (first.state.election, size + 1)
    [said] = [one for one in linked.state.controls if isinstance(one.entry.body, NextRound)]
    assert said.standing is Standing.EFFECTIVE
    assert said.entry.body == NextRound(second.state.election, "escrutinio.example/isla-2")


@pytest.mark.parametrize("digest", ["", "ab", "g" * 64, "ab" * 31])
def test_a_first_round_is_named_by_a_digest(digest: str) -> None:
    rules = f'first = {{ election = "{digest}", contest = "presidencia" }}'
    with pytest.raises(DefinitionError, match="contest 'presidencia', first"):
        read_config(CONFIG.format(**(SECOND | {"rules": rules})).encode())
