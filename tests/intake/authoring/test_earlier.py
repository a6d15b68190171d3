"""An earlier election in a configuration: read strictly, and never with figures against themselves."""

from __future__ import annotations

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.authoring.config import read_config
from tests.paths import EXAMPLES

CONFIG = (EXAMPLES / "miniature" / "election.toml").read_text(encoding="utf-8")
AREA = (
    "registered = 3900\nballots = 2730\nvalid = 2640\nvotes = { ceiba = 1240, araguaney = 1050, saman = 200 }"
)


def test_the_figures_of_an_earlier_election_are_read() -> None:
    (earlier,) = read_config(CONFIG.encode()).shown.earlier
    assert earlier.contest == "presidencia"
    assert list(earlier.areas) == ["TI", "N", "C", "S"]
    whole = earlier.areas["TI"]
    assert (whole.registered, whole.ballots, whole.valid) == (3_900, 2_730, 2_640)
    assert whole.votes == {"ceiba": 1_240, "araguaney": 1_050, "saman": 200}


def test_what_is_not_known_is_left_out() -> None:
    known = CONFIG.replace(AREA, "valid = 2640\nvotes = { ceiba = 1240 }")
    whole = read_config(known.encode()).shown.earlier[0].areas["TI"]
    assert (whole.registered, whole.ballots, whole.votes) == (None, None, {"ceiba": 1_240})


@pytest.mark.parametrize(
    ("area", "refusal"),
    [
        (AREA.replace("valid = 2640", "valid = 2489"), "contradict each other"),
        (AREA.replace("ballots = 2730", "ballots = 2639"), "contradict each other"),
        (AREA.replace("registered = 3900", "registered = 2729"), "contradict each other"),
        (AREA.replace("ceiba = 1240", "ceiba = -1"), "contradict each other"),
        (AREA.replace("registered = 3900", "registered = 9007199254740992"), "contradict each other"),
        (AREA.replace("ceiba", "seiba"), "no candidate 'seiba'"),
        (AREA.replace("valid = 2640\n", ""), "valid"),
        (AREA + "\nturnout = 70", "turnout"),
    ],
)
def test_figures_that_contradict_themselves_are_refused(area: str, refusal: str) -> None:
    assert CONFIG.count(AREA) == 1
    with pytest.raises(DefinitionError, match=refusal):
        read_config(CONFIG.replace(AREA, area).encode())


def test_a_contest_has_one_earlier_election_and_exists() -> None:
    named = "[[publication.earlier]]\ncontest = "
    other = CONFIG.replace(named + '"presidencia"', named + '"x"')
    with pytest.raises(DefinitionError, match="contest"):
        read_config(other.encode())
    start = CONFIG.index("[[publication.earlier]]")
    block = CONFIG[start : CONFIG.index("[[publication.account]]")]
    with pytest.raises(DefinitionError, match="earlier election already"):
        read_config(CONFIG.replace(block, block + block).encode())


def test_its_areas_are_areas_of_the_election() -> None:
    shown = read_config(CONFIG.replace("earlier.areas.S]", "earlier.areas.Z]").encode()).shown
    with pytest.raises(DefinitionError, match="names the area 'Z'"):
        shown.check_places(["TI", "N", "C", "S"])
