"""Check 9 holds the charter against the checkpoint and the definition."""

from __future__ import annotations

from pathlib import Path

from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.types import Charter
from escrutinio.core.verification.checks import Check
from escrutinio.core.verification.publication import verify_publication
from tests.core.election.build import ORIGIN, ROOT, Day, key, machines
from tests.core.verification.lab import publish
from tests.core.verification.whole import failed

TITLES = (p.Title("es", "Isla"), p.Title("en", "Isla"))


def chartered(origin: str, role: LogRole, root: str) -> Day:
    """A log whose entry 1 says this."""
    day = Day(charter=False)
    day.say(Charter(origin, role, TITLES, key(root).public_key, None), root, "election")
    return day


def faults(directory: Path, day: Day) -> dict[Check, list[str]]:
    return failed(verify_publication(directory, trust=publish(directory, day)).answers)


def test_the_charter_of_this_log_holds(tmp_path: Path) -> None:
    assert faults(tmp_path, machines(Day())) == {}
    assert faults(tmp_path, chartered(ORIGIN, LogRole.PARTY, "party/root")) == {}


def test_a_charter_of_another_log_fails(tmp_path: Path) -> None:
    found = faults(tmp_path, chartered("log.example/other", LogRole.OFFICIAL, ROOT))
    assert found[Check.RECORDS] == ["entry 1"]


def test_an_official_charter_by_another_root_fails(tmp_path: Path) -> None:
    assert faults(tmp_path, chartered(ORIGIN, LogRole.OFFICIAL, "party/root"))[Check.RECORDS] == ["entry 1"]


def test_a_log_without_a_charter_fails(tmp_path: Path) -> None:
    day = Day(charter=False)
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    assert faults(tmp_path, day)[Check.RECORDS] == ["entry 1"]
