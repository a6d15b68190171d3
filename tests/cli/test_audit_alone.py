"""An audit in which everybody signs alone: an observer commits, two throw, draw and count, by commands and
with keys of their own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.hands import SECRET, Election, found, roll_in_force
from tests.cli.running import PRESIDENCY, escrutinio

pytestmark = pytest.mark.slow

SHEETS = {
    "N1.01": ("[121, 14, 98, 22, 31, 9, 3]", "[4, 2]"),
    "N1.02": ("[118, 11, 64, 19, 27, 12, 1]", "[3, 1]"),
    "N2.01": ("[96, 9, 72, 17, 24, 8, 2]", "[5, 0]"),
}
FARO, CONCHA, OFFICER = "observer/faro", "party/concha", "authority/officer-1"
DIGITS = {FARO: "3141592653", CONCHA: "2718281828"}


class Audited(Election):
    """An election with the copies of one party, which others audit."""

    def audit(self, by: str, step: str, *arguments: object) -> dict[str, Any]:
        """A step of the audit, sealed with the signer's own key, sent and published."""
        output = self.home / f"{step}-{by.replace('/', '-')}"
        shutil.rmtree(output, ignore_errors=True)
        sealing = ("--key", self.key(by), "-o", output)
        done = escrutinio("audit", step, self.public, *PRESIDENCY, "--as", by, *arguments, *sealing, **SECRET)
        assert done.returncode == 0, done.stderr
        self.submit(output)
        return self.publish()

    def status(self) -> dict[str, Any]:
        return found(self, "audit", "status", self.public, *PRESIDENCY)


def test_an_observer_audits_with_nobody_signing_in_their_place(hands_begun: Path, tmp_path: Path) -> None:
    shutil.copytree(hands_begun, tmp_path / "home")
    election = Audited(tmp_path / "home")
    roll_in_force(election)
    for station, (counts, classes) in SHEETS.items():
        (election.home / "copy.toml").write_text(f'form = "paper"\ncounts = {counts}\nclasses = {classes}\n')
        out = f"copy-{station}"
        about = ("--about", f"{station}/presidencia", "--from", election.home / "copy.toml")
        election.submit(election.sign(CONCHA, "copy", *about, to=out))
    election.publish()

    named = ("--throws", FARO, "--throws", CONCHA, "--counts", CONCHA, "--counts", FARO)
    election.audit(FARO, "commit", *named)
    assert election.status()["throwers"] == [FARO, CONCHA]
    for name, digits in DIGITS.items():
        kept = election.home / f"digits-{name.partition('/')[2]}"
        election.audit(name, "throw", "--digits", digits, "--keep", kept)
    for name in DIGITS:
        assert election.status()["seed"] is None
        election.audit(name, "throw", "--open", election.home / f"digits-{name.partition('/')[2]}")
    assert election.status()["seed"] == "31415926532718281828"

    election.audit(FARO, "draw", "--rest")
    drawn = election.status()["rounds"][0]["drawn"]
    assert drawn == sorted(SHEETS)
    table = election.home / "counts.csv"
    header = "station,CONCHA,ANCLA,PERLA,RED,REMO,VELA,BOYA,null,blank,vouchers"
    rows = {
        station: dict(zip(header.split(",")[1:], _by_option(counts, classes), strict=True))
        for station, (counts, classes) in SHEETS.items()
    }
    lines = (",".join((name, *(rows[name][code] for code in header.split(",")[1:]))) for name in drawn)
    table.write_text("\n".join((header, *lines)) + "\n")
    for name in (CONCHA, FARO):
        kept = election.home / f"kept-{name.partition('/')[2]}.csv"
        election.audit(name, "record", "--csv", table, "--keep", kept)
    assert election.status()["rounds"][0]["awaiting"] == drawn
    for name in (CONCHA, FARO):
        election.audit(name, "record", "--csv", election.home / f"kept-{name.partition('/')[2]}.csv")

    stands = election.status()
    assert (stands["settled"], stands["may_stop"], stands["notes"]) == (True, True, [])
    assert [each["error"] for each in stands["compared"]] == [0, 0, 0]
    assert _signers_of(election) == {FARO, CONCHA}
    assert not [each.code for each in election.log().state.findings if each.code.startswith("audit")]


def _by_option(counts: str, classes: str) -> list[str]:
    """A row in the order of the options as the election defines them, of the classes, and all vouchers."""
    numbers = [int(each) for each in (counts.strip("[]") + "," + classes.strip("[]")).split(",")]
    order = [0, 2, 1, 4, 3, 5, 6, 7, 8]
    return [*(str(numbers[at]) for at in order), str(sum(numbers))]


def _signers_of(election: Election) -> set[str]:
    """Who signed the records of the audit that are no sheets."""
    audit = ("audit-", "digits-", "count-")
    controls = election.log().state.controls
    return {each.entry.signer for each in controls if each.entry.body.NAME.startswith(audit)}
