"""The commands of docs/running.md as they stand there, one after another: each finds what others made before.

The hub and its address are the workspace and its `public/` here, published after each sending; what runs for
long (services, the desk, witnesses) is left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.running import in_process
from tests.paths import ROOT

pytestmark = pytest.mark.slow

NIGHT = ROOT / "examples" / "night"
TEXT = (ROOT / "docs" / "running.md").read_text("utf-8")
SECRET = {"ESCRUTINIO_PASSPHRASE": "words of nobody at all"}
VOTES = {"N1.01": (61, 50), "N1.02": (58, 66), "N2.01": (70, 49), "S1.01": (45, 57)}
MOMENTS = {"DAY": "2031-03-10", "OPENS": "2031-03-10T07:00:00-03:00", "CLOSES": "2031-03-10T19:00:00-03:00"}
ELSEWHERE = {
    "https://results.example": "srv/election/public",
    "https://hub.example": "srv/election",
    "/srv/election": "srv/election",
}
STAY = (("witness", "run"), ("mirror",), ("desk", "open"), ("check",), ("verify",), ("hub",))


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def commands(title: str) -> Iterator[list[str]]:
    """The words of each command of a section that stands in lines of its own."""
    text = section(title).replace("\\\n", " ")
    for line in re.findall(r"^ {4,}escrutinio (.+)$", text, re.MULTILINE):
        words = shlex.split(line)
        if not any(words[: len(each)] == list(each) for each in STAY):
            yield words


def typed(words: list[str]) -> None:
    """Type a command; what was sent is published."""
    here = [
        next((each.replace(a, b) for a, b in ELSEWHERE.items() if each.startswith(a)), each) for each in words
    ]
    if "--wait" in here:  # nobody publishes while it waits
        del here[here.index("--wait") :]
    here += ["--yes"] * ("--same-as" in here)
    done = in_process(*here, **SECRET)
    assert done.exit_code == 0, (words, done.stderr)
    if words[0] == "submit":
        published = in_process("workspace", "publish", "srv/election", "-q", **SECRET)
        assert (published.exit_code, "refused 1" in published.stdout) == (0, False), published.output


def others(words: list[str]) -> list[str]:
    """The same for the party, in directories of its own."""
    mine = [each.replace("observer/faro", "party/concha").replace("faro.key", "concha.key") for each in words]
    return [
        f"{each}-2" if before in {"-o", "--keep", "--open"} else each
        for before, each in pairwise(("", *mine))
    ]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """After the ceremony, without witnesses and without a moment for which results wait."""
    monkeypatch.chdir(tmp_path)
    for name in ("areas.csv", "stations.csv", "centers.csv"):
        shutil.copyfile(NIGHT / name, name)
    text = (NIGHT / "election.toml").read_text("utf-8")
    for name, said in MOMENTS.items():
        text = text.replace("{" + name + "}", said)
    Path("election.toml").write_text(
        re.sub(r"^(results_public_\w+|paper) = .*\n", "", text, flags=re.MULTILINE)
    )
    machines = (NIGHT / "machines.csv").read_text("utf-8").rstrip("\n")
    Path("machines.csv").write_text(
        f"{machines}\nobserver/faro,observer,election\nparty/concha,party,election\n"
    )
    Path("roll.toml").write_text(
        'stations = { file = "stations.csv", media_type = "text/csv" }\n'
        'centers = { file = "centers.csv", media_type = "text/csv" }\n'
        'declared = [{ area = "N", stations = 3 }, { area = "S", stations = 2 }]\nfrozen_on = "2031-03-10"\n'
    )
    for name in ("root", "officer-1", "officer-2"):
        typed(["keys", "new", f"authority/{name}", "-o", f"{name}.key"])
    Path("srv").mkdir()
    officers = ["--officer", "officer-1.key", "--officer", "officer-2.key"]
    typed(["workspace", "init", "election.toml", "srv/election", "--root", "root.key", *officers, "-q"])
    shutil.copyfile("srv/election/public/trust.toml", "trust.toml")
    return tmp_path


def test_every_command_runs_in_its_order(authority: Path) -> None:
    weeks = list(commands("Weeks before"))
    for words in weeks:
        typed(words)
    closing = weeks[next(n for n, words in enumerate(weeks) if "what=roll" in words) :]
    for words in closing:  # "and the closing of enrolment the same way"
        again = [
            each.replace("what=roll", "what=enrolment").replace("closed", "closed-enrolment")
            for each in words
        ]
        typed(again)
    for words in commands("The day"):
        typed(words)
    typed(["submit", "zero", "--to", "/srv/election"])
    for number, (station, (a, b)) in enumerate(VOTES.items(), 1):
        said = ["--say", f"counts=[{a}, {b}]", "--say", "classes=[2, 1]", "--say", f"ballots={a + b + 3}"]
        by = ["--key", f"machine-keys/machine/{number}.key", "--log", "/srv/election/public"]
        typed(
            ["sign", "tally-sheet", "--about", f"{station}/presidencia", *said, *by, "-o", f"sheet-{number}"]
        )
        typed(["submit", f"sheet-{number}", "--to", "/srv/election"])
    audited(authority)
    toml = section("Afterwards").partition("`bulletin.toml` says\n")[2].partition("\n   and ")[0]
    (authority / "bulletin.toml").write_text(re.sub("^ +", "", toml, flags=re.MULTILINE))
    (authority / "proclamation.toml").write_text('elected = ["ceiba"]\nhead = "@here"\ncounts = [286, 270]\n')
    last = list(commands("Afterwards"))
    for words in last:
        typed(words)
    for words in last:  # "in the same way"
        typed([each.replace("bulletin", "proclamation") for each in words])
    checked = in_process("verify", "srv/election/public", "--trust", "trust.toml", "-q", **SECRET)
    assert checked.exit_code == 0, checked.output
    assert "1 of 2" not in in_process("workspace", "status", "srv/election", **SECRET).stdout


def audited(authority: Path) -> None:
    """The audit, after each step of which both organisations' records enter the log."""
    for name in ("faro", "concha"):
        directory = "observer" if name == "faro" else "party"
        shutil.copyfile(authority / "machine-keys" / directory / f"{name}.key", authority / f"{name}.key")
    for words in commands("The audit of the paper"):
        typed(words)
        kept = words[words.index("-o") + 1] if "-o" in words else ""
        both = words[:2] == ["audit", "throw"]
        if both:
            typed(others(words))
        if words[0] == "audit" and kept not in {"", "papers"}:
            typed(["submit", kept, *([f"{kept}-2"] * both), "--to", "/srv/election"])
