"""An election with the copies of one party, which others audit by commands, each with a key of their own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.cli.hands import SECRET, Election, found, roll_in_force
from tests.cli.running import PRESIDENCY, escrutinio

SHEETS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "N1.01": ("[231, 24, 38, 12, 31, 9, 3]", "[4, 2]"),
    "N1.02": ("[228, 21, 34, 19, 27, 12, 1]", "[3, 1]"),
    "N2.01": ("[206, 19, 42, 17, 24, 8, 2]", "[5, 0]"),
})  # fmt: skip
"""Of a fictional country: votes by card in the order of the definition, then null and blank ballots."""

FARO, CONCHA = "observer/faro", "party/concha"
DIGITS: Mapping[str, str] = MappingProxyType({FARO: "3141592653", CONCHA: "2718281828"})
COLUMNS = ("CONCHA", "PERLA", "ANCLA", "REMO", "RED", "VELA", "BOYA", "null", "blank")


class Audited(Election):
    """An election that is audited over the copies of one party."""

    @classmethod
    def begun(cls, begun: Path, home: Path) -> Audited:
        """A copy of one that was begun, with the copies in its log."""
        shutil.copytree(begun, home)
        election = cls(home)
        roll_in_force(election)
        for station, (counts, classes) in SHEETS.items():
            copy = f'form = "paper"\ncounts = {counts}\nclasses = {classes}\n'
            (election.home / "copy.toml").write_text(copy)
            about = ("--about", f"{station}/presidencia", "--from", election.home / "copy.toml")
            election.submit(election.sign(CONCHA, "copy", *about, to=f"copy-{station}"))
        election.publish()
        return election

    def audit(self, by: str, step: str, *arguments: object) -> dict[str, Any]:
        """A step of the audit, sealed with the signer's own key, sent and published."""
        output = self.home / f"{step}-{by.replace('/', '-')}"
        shutil.rmtree(output, ignore_errors=True)
        sealing = ("--key", self.key(by), "-o", output)
        done = escrutinio("audit", step, self.public, *PRESIDENCY, "--as", by, *arguments, *sealing, **SECRET)
        assert done.returncode == 0, done.stderr
        self.submit(output)
        return self.publish()

    def throw_all(self) -> None:
        """Everybody commits to their digits, and then opens them."""
        for name, digits in DIGITS.items():
            self.audit(name, "throw", "--digits", digits, "--keep", self._kept(name))
        for name in DIGITS:
            assert self.status()["seed"] is None
            self.audit(name, "throw", "--open", self._kept(name))

    def _kept(self, name: str) -> Path:
        return self.home / f"digits-{name.partition('/')[2]}"

    def status(self) -> dict[str, Any]:
        return found(self, "audit", "status", self.public, *PRESIDENCY)


def figures_of(station: str) -> dict[str, int]:
    """What the sheet of a station says, by card and class."""
    counts, classes = (text.strip("[]") for text in SHEETS[station])
    return {
        column: int(number) for column, number in zip(COLUMNS, f"{counts},{classes}".split(","), strict=True)
    }
