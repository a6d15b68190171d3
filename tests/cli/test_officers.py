"""Two of three officers, one absent, one who changes his mind; courts that stay; what is kept back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.types import Ruling
from tests.cli.hands import SECRET, Election, found, roll_in_force
from tests.cli.running import escrutinio, in_process

pytestmark = pytest.mark.slow

ONE, TWO, THREE = (f"authority/officer-{number}" for number in (1, 2, 3))
ABOUT = ("ruling", "--about", "station/N1.01/presidencia")


def decides(decision: str) -> tuple[str, ...]:
    return ("--say", f"decision={decision}", "--say", "legal_basis=Law, art. 3")


def waiting(election: Election) -> list[tuple[str, list[str]]]:
    status = found(election, "workspace", "status", election.directory)
    return [(one["about"], one["signed"]) for one in status["waiting"]]


def rulings(election: Election) -> list[str]:
    """The decisions in effect, in log order."""
    state = election.log().state
    return [one.body.decision.name.lower() for one in state.records(Ruling) if one.takes_effect(Ruling)]


def test_two_of_three_are_enough_and_one_may_be_absent(election: Election) -> None:
    """The second officer is not there; the third signs the same, from the file that the first sent over."""
    first = election.sign(ONE, "roll", "--from", election.home / "roll.toml", to="first")
    [record] = first.glob("*.cose")
    told = escrutinio("sign", "--same-as", record, "--yes", "--log", election.public, "--key",
                      election.key(THREE), "-o", election.home / "told", **SECRET)  # fmt: skip
    assert "of 2 signatures" not in told.stdout  # with the first's, which it has seen, nothing waits any more
    third = election.sign(THREE, "--same-as", record, "--yes", to="third")
    election.submit(first, third)
    assert election.publish()["waiting"] == []
    state = election.log().state
    assert len(state.roll) == 12
    assert not state.findings


def test_a_record_that_its_first_officer_did_not_sign_is_not_signed_by_the_second(
    election: Election,
) -> None:
    first = election.sign(ONE, "roll", "--from", election.home / "roll.toml", to="first")
    [record] = first.glob("*.cose")
    raw = bytearray(record.read_bytes())
    raw[-1] ^= 1
    record.write_bytes(raw)
    done = escrutinio("sign", "--same-as", record, "--yes", "--log", election.public, "--key",
                      election.key(THREE), "-o", election.home / "told", **SECRET)  # fmt: skip
    assert done.returncode == 2
    assert "signature" in done.stderr
    assert not (election.home / "told").exists()


def test_one_alone_decides_nothing_and_says_so_for_as_long_as_it_waits(election: Election) -> None:
    roll_in_force(election)
    election.say(ONE, *ABOUT, *decides("annul"))
    assert waiting(election) == [("station/N1.01/presidencia", [ONE])]
    assert rulings(election) == []
    assert "act-waiting" in {each.code for each in election.log().state.findings}
    # Signing it again is no second officer.
    done = escrutinio("sign", *ABOUT, *decides("annul"), "--log", election.public, "--key", election.key(ONE),
                      "-o", election.home / "again", **SECRET)  # fmt: skip
    assert done.returncode in (0, 2)
    if done.returncode == 0:
        election.submit(election.home / "again")
        election.publish()
    assert rulings(election) == []


def test_an_officer_who_changes_his_mind_says_something_else_and_both_stay_to_be_read(
    election: Election,
) -> None:
    """He signed an annulment; then what the other one says. The first stays, and comes to nothing."""
    roll_in_force(election)
    election.say(ONE, *ABOUT, *decides("annul"))
    size = election.log().size
    election.say(TWO, *ABOUT, *decides("uphold"))
    election.say(ONE, "--same-as", size, "--yes")
    assert rulings(election) == ["uphold"]
    log = election.log()
    said = [open_record(log.entry(index)) for index in range(size - 1, log.size)]
    assert [(one.signer, one.body.decision.name) for one in said if isinstance(one.body, Ruling)] == [
        (ONE, "ANNUL"), (TWO, "UPHOLD"), (ONE, "UPHOLD"),
    ]  # fmt: skip
    # What would replace nothing any more is not waited for; and whoever wants it back signs it anew.
    assert waiting(election) == []
    again = escrutinio("sign", "--same-as", size - 1, "--yes", "--log", election.public, "--key",
                       election.key(THREE), "-o", election.home / "late", **SECRET)  # fmt: skip
    assert again.returncode == 2
    assert "would" in again.stderr or "replac" in again.stderr


def test_a_second_officer_who_signs_something_else_completes_nothing(election: Election) -> None:
    roll_in_force(election)
    election.say(ONE, *ABOUT, *decides("annul"))
    election.say(TWO, *ABOUT, *decides("uphold"))
    assert waiting(election) == [("station/N1.01/presidencia", [ONE]), ("station/N1.01/presidencia", [TWO])]
    assert rulings(election) == []
    page = (election.public / "en" / "findings.html").read_text()
    assert page.count("1 of 2") >= 2 or "waits" in page


def test_a_court_stays_a_result_and_the_sheet_is_counted_as_before_beside_it(election: Election) -> None:
    """One judge is enough by the definition; the stay has an end, and changes no figure."""
    roll_in_force(election)
    election.say(
        "machine/101", "tally-sheet", "--about", "N1.01/presidencia",
        "--say", "counts=[121, 14, 98, 22, 31, 9, 3]", "--say", "classes=[4, 2]", "--say", "ballots=304",
    )  # fmt: skip
    until = ("--say", "until=2031-05-12T18:00:00-03:00")
    election.say("court/tribunal/1", "ruling", "--about", "contest/presidencia", *decides("stay"), *until)
    state = election.log().state
    assert rulings(election) == ["stay"]
    station = state.roll.index["N1.01"]
    for basis in ("reported", "ruled"):
        assert state.counted["presidencia", basis][station] >= 0
    without = escrutinio("sign", "ruling", "--about", "contest/presidencia", *decides("stay"), "--log",
                         election.public, "--key", election.key("court/tribunal/1"), "-o",
                         election.home / "open", **SECRET)  # fmt: skip
    assert without.returncode == 2
    assert "until" in without.stderr


def test_what_the_authority_keeps_back_stays_provable_with_its_sender(election: Election) -> None:
    """An embargo that lasts: what was sent lies in the inbox and no run takes it. Whoever sent it is told
    that it is not public, keeps it, and anybody can check it; once it is taken the proof comes."""
    roll_in_force(election)
    out = election.sign(
        "machine/101", "tally-sheet", "--about", "N1.01/presidencia",
        "--say", "counts=[121, 14, 98, 22, 31, 9, 3]", "--say", "classes=[4, 2]", "--say", "ballots=304",
    )  # fmt: skip
    send = ("submit", out, "--to", election.directory, "--log", election.public, "--json")
    sent = in_process(*send, **SECRET)
    assert (sent.exit_code, json.loads(sent.stdout)["public"]) == (4, 0)
    assert found(election, "workspace", "status", election.directory)["sent"] == 1
    [sheet] = out.glob("*.cose")
    checked = escrutinio("check", sheet, "--log", election.public)
    assert "not in this log" in checked.stdout
    election.publish()
    assert json.loads(in_process(*send, **SECRET).stdout)["public"] == 1


@pytest.mark.parametrize("late", [False, True])
def test_a_party_whose_key_was_revoked_goes_on_signing_and_is_marked(election: Election, late: bool) -> None:
    """Two officers consented: from there on what it says enters, counts for nothing, and is a finding."""
    roll_in_force(election)
    out = election.home / "revoked"
    done = escrutinio(
        "keys", "revoke", "party/concha", "--election", election.public, "--reason", "lost",
        "--law", "Law, art. 9", "--root", election.key("authority/root"), "-o", out, **SECRET,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    election.submit(out)
    at = election.publish()["size"] - 1
    election.say(ONE, "co-record", "--say", f"record=@{at}")
    if late:
        election.say(THREE, "co-record", "--say", f"record=@{at}")
    told = escrutinio(
        "sign", "complaint", "--about", "station/C2.02", "--say", "category=count", "--say",
        "at=2031-05-04T20:00:00-03:00", "--say", "commitment=" + "ab" * 32, "--log", election.public, "--key",
        election.key("party/concha"), "-o", election.home / "says", **SECRET,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert ("was revoked" in told.stderr) is late
    election.submit(election.home / "says")
    election.publish()
    [said] = (election.home / "says").glob("*.cose")
    checked = escrutinio("check", said, "--log", election.public).stdout
    assert ("of the log, marked; it counts in no total" in checked) is late
    dossier = election.home / "dossier"
    done = escrutinio("dossier", "C2.02", "--log", election.public, "-o", dossier.with_suffix(".zip"), "-q")
    assert done.returncode == 0, done.stderr
    shutil.unpack_archive(dossier.with_suffix(".zip"), dossier)
    checks = subprocess.run([sys.executable, "-I", "check.py"], cwd=dossier, capture_output=True, check=False)
    assert checks.returncode == 0, checks.stdout
    codes = {each.code for each in election.log().state.findings}
    assert ("signed-after-revocation" in codes) is late
