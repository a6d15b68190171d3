"""An audit of two contests with one sample, where the ballots of two stations lie in one box, by commands."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.audit_hands import CONCHA, FARO, Audited
from tests.cli.hands import SECRET, found, roll_in_force
from tests.cli.running import escrutinio

pytestmark = pytest.mark.slow

OFFICER = "authority/officer-1"
SHEETS = {
    "N1.01": ("[121, 14, 98, 22, 31, 9, 3]", "[4, 2]"),
    "N1.02": ("[118, 11, 64, 19, 27, 12, 1]", "[3, 1]"),
    "N2.01": ("[96, 9, 72, 17, 24, 8, 2]", "[5, 0]"),
}
COUNCIL = {"N1.01": "[150, 80, 60]", "N1.02": "[140, 70, 30]", "N2.01": "[120, 60, 40]"}
BOTH = ("--contest", "presidencia", "--also", "consejo-norte")
MANIFEST = "station,seal,most\nN1.01,B-1,310\nN1.02,B-1,262\nN2.01,B-2,150\nN2.01,B-3,90\n"
OPTIONS = "station,CONCHA,ANCLA,PERLA,RED,REMO,VELA,BOYA,null,blank,vouchers"
LISTS = "station,lista-concha,lista-ancla,lista-red,null,blank,vouchers"


def step(election: Audited, by: str, name: str, *arguments: object) -> None:
    """A step of an audit with the options of its contest, sealed, sent and published."""
    output = election.home / f"{name}-{by.replace('/', '-')}"
    shutil.rmtree(output, ignore_errors=True)
    election.submit(_sealed(election, by, name, output, *arguments))
    election.publish()


def _sealed(election: Audited, by: str, name: str, output: Path, *arguments: object) -> Path:
    own = ("--as", by, "--key", election.key(by), "-o", output)
    done = escrutinio("audit", name, election.public, *arguments, *own, **SECRET)
    assert done.returncode == 0, done.stderr
    return output


def test_two_contests_and_a_mixed_box(hands_begun: Path, tmp_path: Path) -> None:
    shutil.copytree(hands_begun, tmp_path / "home")
    election = Audited(tmp_path / "home")
    roll_in_force(election)
    for station, (counts, classes) in SHEETS.items():
        for contest, votes in (("presidencia", counts), ("consejo-norte", COUNCIL[station])):
            text = f'form = "paper"\ncounts = {votes}\nclasses = {classes}\n'
            (election.home / "copy.toml").write_text(text)
            about = ("--about", f"{station}/{contest}", "--from", election.home / "copy.toml")
            election.submit(election.sign(CONCHA, "copy", *about, to=f"copy-{station}-{contest}"))
    (election.home / "boxes.csv").write_text(MANIFEST)
    (election.home / "manifest.toml").write_text('boxes = { file = "boxes.csv", media_type = "text/csv" }\n')
    listed = ("--about", "presidencia", "--from", election.home / "manifest.toml")
    election.submit(election.sign(OFFICER, "ballot-manifest", *listed, to="manifest"))
    election.publish()
    manifest = next(
        each.entry.digest.hex()
        for each in election.log().state.controls
        if each.entry.body.NAME == "ballot-manifest"
    )

    named = ("--counts", CONCHA, "--counts", FARO, "--bound", "manifest", "--manifest", manifest)
    step(election, FARO, "commit", *BOTH, *named)
    dice = ("--contest", "presidencia", "--digits", "31415926535897932384", "--public")
    for name in (FARO, CONCHA):
        step(election, name, "throw", *dice)
    step(election, FARO, "draw", "--contest", "presidencia", "--rest")
    stands = status(election, "consejo-norte")
    assert stands["rounds"][0]["drawn"] == ["N1.01", "N2.01"]
    assert [each["mixed"] for each in stands["contests"]] == [[["N1.01", "N1.02"]]] * 2

    president = {
        "N1.01": (239, 162, 25, 58, 41, 21, 4, 7, 3, 560),
        "N2.01": (96, 72, 9, 24, 17, 8, 2, 5, 0, 233),
    }
    council = {"N1.01": (290, 150, 90, 7, 3, 540), "N2.01": (120, 60, 40, 5, 0, 225)}
    for contest, header, rows in (
        ("presidencia", OPTIONS, president),
        ("consejo-norte", LISTS, council),
    ):
        table = election.home / f"{contest}.csv"
        lines = [",".join(map(str, (name, *numbers))) for name, numbers in rows.items()]
        table.write_text("\n".join((header, *lines)) + "\n")
        for name in (CONCHA, FARO):
            kept = election.home / f"kept-{contest}-{name.partition('/')[2]}.csv"
            step(election, name, "record", "--contest", contest, "--csv", table, "--keep", kept)
        for name in (CONCHA, FARO):
            kept = election.home / f"kept-{contest}-{name.partition('/')[2]}.csv"
            step(election, name, "record", "--contest", contest, "--csv", kept)
    stands = status(election, "presidencia")
    assert (stands["settled"], stands["may_stop"]) == (True, True)
    assert [each["code"] for each in stands["notes"]] == ["mixed"]
    assert {(each["contest"], each["station"], each["error"]) for each in stands["compared"]} == {
        (contest, box, 0) for contest in ("presidencia", "consejo-norte") for box in ("N1.01", "N2.01")
    }
    # A mixed box is nobody's hand count of one station.
    state = election.log().state
    counted = state.counted["presidencia", "paper"].tolist()
    assert [state.roll.stations[place] for place, row in enumerate(counted) if row >= 0] == ["N2.01"]
    assert not [each.code for each in state.findings if "audit" in each.code or "hand-count" in each.code]
    alone = ("--contest", "presidencia", "--station", "N1.02", "--as", FARO, "--option", "CONCHA=1")
    done = escrutinio("audit", "record", election.public, *alone)
    assert "they are counted together, as box N1.01" in done.stderr


def status(election: Audited, contest: str) -> dict[str, Any]:
    return found(election, "audit", "status", election.public, "--contest", contest)
