"""Officers put results off by the command, as docs/hub.md has it."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

import pytest

from escrutinio.core.election.embargo import embargo_of
from escrutinio.core.records.types import Extension
from tests.cli.hands import Election, begin_election
from tests.cli.running import in_process
from tests.paths import ROOT

pytestmark = pytest.mark.slow

DAYS = "results_public_from = 2031-05-04T20:00:00-03:00\nresults_public_latest = 2031-05-04T22:00:00-03:00\n"


def example() -> list[str]:
    """What the guide has an officer say, between `sign` and the log, of an area of the miniature."""
    text = (ROOT / "docs" / "hub.md").read_text("utf-8")
    start = text.index("    escrutinio sign extension")
    words = shlex.split(text[start : text.index("\n\n", start)].replace("\\\n", " "))
    said = words[words.index("sign") + 1 : words.index("--log")]
    return ["area/N" if each == "area/norte" else each for each in said]


def test_an_extension_takes_effect_when_as_many_officers_signed_it_as_are_needed(tmp_path: Path) -> None:
    begin_election(tmp_path, days=DAYS)
    election = Election(tmp_path)
    beyond = [each.replace("T21:", "T23:") for each in example()]
    with pytest.raises(AssertionError, match="allows 2031-05-05 01:00 UTC at the latest"):
        election.say("authority/officer-1", *beyond)
    first, second = ("authority/officer-1", "authority/officer-2")
    [one] = election.say(first, *example())["waiting"]
    assert one["signed"] == [first]
    before = embargo_of(election.log().state)
    assert (before.moved, set(before.moments.tolist())) == ((), {at("20:00")})
    assert election.say(second, "--same-as", election.log().size - 1, "--yes")["waiting"] == []
    state = election.log().state
    held, [said] = embargo_of(state), state.records(Extension)
    assert held.moved == (said.index,)
    moments = dict(zip(held.areas.codes, held.moments.tolist(), strict=True))
    assert moments.pop("N") == at("21:00")
    assert at("20:00") in moments.values()
    assert not state.findings
    shown = in_process("show", said.index, "--log", election.public)
    assert "until        2031-05-05T00:00:00+00:00" in shown.stdout  # as the second officer was asked


def test_an_area_that_there_is_not_is_refused_at_once(tmp_path: Path) -> None:
    begin_election(tmp_path, days=DAYS)
    words = ["area/norte" if each == "area/N" else each for each in example()]
    with pytest.raises(AssertionError, match="has no area 'norte'"):
        Election(tmp_path).say("authority/officer-1", *words)


def at(hour: str) -> int:
    return int(datetime.fromisoformat(f"2031-05-04T{hour}:00-03:00").timestamp())
