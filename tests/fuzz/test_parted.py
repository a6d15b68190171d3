"""Elections of which the two verifiers once said different things; what campaigns found stays here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from escrutinio.core.log.trust import format_trust
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision, Role
from escrutinio.core.verification.publication import verify_publication
from tests.core.election.build import ROOT, VOTES, Day, honest, ruling
from tests.fuzz.elections import differences, published
from tests.fuzz.node import Node
from tests.fuzz.test_fuzz import need_node


def a_sheet_of_another_contest_selected() -> Day:
    day = honest()
    other = day.say(t.TallySheet((7, 5), (0, 0)), "machine/1", "n1.01/consejo")
    ruling(day, Decision.SELECT, other)
    return day


def a_sheet_in_a_later_version_by_the_root() -> Day:
    day = honest()
    day.say_plain(
        t.TallySheet.TYPE, [list(VOTES)], ROOT, "n1.01/presidente", version=t.TallySheet.VERSION + 1
    )
    return day


def a_sheet_by_the_root() -> Day:
    day = honest()
    day.sheet(ROOT, "n1.01", VOTES)
    return day


def sheets_that_state_valid_ballots_beside_one_mark() -> Day:
    day = honest()
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    day.say(t.TallySheet(VOTES, (0, 0), sum(VOTES)), "machine/2", "n1.02/presidente")
    return day


PARTED = [
    a_sheet_of_another_contest_selected,
    a_sheet_in_a_later_version_by_the_root,
    a_sheet_by_the_root,
    sheets_that_state_valid_ballots_beside_one_mark,
]


@pytest.mark.parametrize("day", PARTED)
def test_both_verifiers_say_the_same(day: Callable[[], Day], tmp_path: Path) -> None:
    need_node()
    trust = published(tmp_path, day())
    node = Node()
    try:
        answer = node.one("whole", directory=str(tmp_path), trust=format_trust(trust).hex())
    finally:
        node.close()
    assert isinstance(answer.said, dict), f"{answer.refused}{answer.broken}"
    assert differences(verify_publication(tmp_path, trust=trust), answer) == ""
