"""What stopped those who first worked with the commands, each as they met it (B1 to B10).

| | what stopped them | shown here by |
| --- | --- | --- |
| B1 | a roll of two officers that is imported was never in force, and nothing said so | `test_b1_…` |
| B2 | nobody's own key could sign for the official log, and no record found its way in | `test_b2_…` |
| B3 | a bulletin of two officers with `@here` disappeared | `test_b3_…` |
| B4 | publishing twice was refused, and said why in a way that led to `--replace` | `test_b4_…` |
| B5 | one key signed two histories in two directories, and nothing said so | `test_b5_…` |
| B6 | extract and dossier left the consents out | `test_b6_…` |
| B7 | a ruling could not select a sheet with more votes than registered voters | `test_b7_…` |
| B8 | a sheet could be printed only once it was in the log | `test_b8_…` |
| B9 | typists shared one keyboard | `tests/running/desk` (the desk over a local network) |
| B10 | a party's log kept the keys and the roll of its beginning | `test_b10_…` |
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.verification.publication import open_verified
from tests.cli.hands import SECRET, WORDS, Election, found, roll_in_force
from tests.cli.running import escrutinio, in_process
from tests.publication.documents.test_sheet_pdf import text

IMPORT = """
[election]
code = "ribera-2032"
kind = "drill"
title = "Ribera 2032"
place = "Ribera"
voting_day = 2032-06-06
author_role = "authority"
author = "Test board"
officers_needed = 2

[log]
origin = "ribera.example/2032"
role = "official"
operator = "Test board"

[[contest]]
code = "mayor"
title = "Mayor"
method = "plurality"
area = "RB"
[[contest.candidate]]
code = "ana"
title = "Ana"
[[contest.candidate]]
code = "bea"
title = "Bea"

[organisation."authority/one"]
role = "authority"
title = "One"
[organisation."authority/two"]
role = "authority"
title = "Two"

[[import.roll]]
file = "roll.csv"
station = "mesa"
center = "centro"
area = "zona"
registered = "inscritos"
[[import.centers]]
file = "roll.csv"
center = "centro"
area = "zona"
[[import.areas]]
file = "roll.csv"
levels = [
  { level = "town", code = "=RB", name = "=Ribera" },
  { level = "ward", code = "zona", name = "zona" },
]

[script]
roll_by = ROLL_BY
"""
ROLL = "mesa,centro,zona,inscritos\n1.01,1,W1,100\n2.01,2,W2,120\n"


def imported(home: Path, roll_by: str, *arguments: object, to: str = "pub") -> tuple[Path, str]:
    """Publish a small election whose roll comes from a table; where, and what standard error says."""
    (home / "election.toml").write_text(IMPORT.replace("ROLL_BY", roll_by))
    (home / "roll.csv").write_text(ROLL)
    if not (home / "root.key").exists():
        write_key_file(home / "root.key", "root", SigningKey.generate(), WORDS)
    done = escrutinio("publish", home / "election.toml", "-o", home / to, "--key", home / "root.key", "-q",
                      *arguments, **{"ESCRUTINIO_PASSPHRASE": WORDS})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return home / to, done.stderr


def test_b1_an_imported_roll_is_in_force_when_both_officers_sign_it(tmp_path: Path) -> None:
    public, _ = imported(tmp_path, '["authority/one", "authority/two"]')
    state = open_verified(public).state
    assert len(state.roll) == 2
    assert not state.findings


def test_b1_of_one_officer_it_waits_and_that_is_a_finding(tmp_path: Path) -> None:
    public, _ = imported(tmp_path, '"authority/one"')
    state = open_verified(public).state
    assert len(state.roll) == 0
    assert [each.code for each in state.findings] == ["act-waiting"]


def test_b2_an_observers_own_key_says_something_in_the_official_log(election: Election) -> None:
    roll_in_force(election)
    says = ("--say", "category=access", "--say", "at=2031-05-04T10:00:00-03:00")
    out = election.sign("observer/faro", "incident-report", "--about", "station/C2.02", *says)
    election.submit(out)
    played = election.publish()
    entry = open_record(election.log().entry(played["size"] - 1))
    assert (entry.signer, entry.body.NAME) == ("observer/faro", "incident-report")


@pytest.mark.slow
def test_b3_a_bulletin_keeps_the_head_that_its_first_officer_saw(election: Election) -> None:
    roll_in_force(election)
    says = election.home / "bulletin.toml"
    says.write_text(
        'number = 1\nbasis = "reported"\nhead = "@here"\ncounts = [0, 0, 0, 0, 0]\nclasses = [0, 0]\n'
        "stations = 0\n"
    )
    at = election.log().size
    election.say("authority/officer-1", "bulletin", "--about", "presidencia", "--from", says)
    election.say("authority/officer-2", "--same-as", at, "--yes")
    page = (election.public / "en" / "bulletins.html").read_text()
    assert "No announced result" not in page


def test_b4_publishing_again_later_adds_and_keeps_the_first_moment(tmp_path: Path) -> None:
    public, _ = imported(tmp_path, '"authority/one"', "--clock", "2032-06-06T20:00:00Z")
    first = (public / "log" / "tile" / "entries" / "000.p" / "4").read_bytes()
    public, _ = imported(tmp_path, '["authority/one", "authority/two"]', "--clock", "2032-06-06T21:00:00Z")
    log = open_verified(public)
    assert log.size == 5
    assert b"".join(len(raw).to_bytes(2, "big") + raw for raw in map(log.entry, range(4))) == first


def test_b5_a_second_history_of_one_key_is_said_wherever_it_is_written(tmp_path: Path) -> None:
    """Into another directory: `publish` has no store, and says what it remembers."""
    _, told = imported(tmp_path, '"authority/one"')
    assert "another history" not in told
    _, told = imported(tmp_path, '["authority/two", "authority/one"]', to="other")
    assert "this key signed another history of this log before" in told
    # The same again, and more of the same, are no second history.
    shutil.rmtree(tmp_path / "other")
    _, told = imported(tmp_path, '["authority/one", "authority/two"]')
    assert "another history" not in told


@pytest.mark.slow
def test_b5_a_workspace_refuses_where_its_store_is_older(election: Election) -> None:
    old = election.home / "old.sqlite"
    shutil.copyfile(election.directory / "private" / "store.sqlite", old)
    roll_in_force(election)
    shutil.copyfile(old, election.directory / "private" / "store.sqlite")
    done = escrutinio("workspace", "publish", election.directory, **SECRET)
    assert done.returncode == 2
    assert "entries" in done.stderr
    assert "recover" in done.stderr


@pytest.mark.slow
def test_b6_an_extract_of_an_area_has_what_both_officers_signed(election: Election) -> None:
    roll_in_force(election)
    archive = election.home / "north.zip"
    done = escrutinio("extract", "N", "--log", election.public, "-o", archive, "-q", "--no-memory")
    assert done.returncode == 0, done.stderr
    log = election.log()
    rolls = {
        entry.digest
        for entry in (open_record(log.entry(index)) for index in range(log.size))
        if entry.body.NAME == "roll"
    }
    assert len(rolls) == 2
    with zipfile.ZipFile(archive) as found_in:
        packed = b"".join(found_in.read(name) for name in found_in.namelist())
    for raw in map(log.entry, range(log.size)):
        if open_record(raw).digest in rolls:
            assert raw in packed


def more_than_registered(election: Election) -> tuple[int, Path]:
    """A machine's sheet with more votes than the station has voters, in the log; its entry."""
    out = election.sign(
        "machine/101", "tally-sheet", "--about", "N1.01/presidencia",
        "--say", "counts=[500, 100, 0, 0, 0, 0, 0]", "--say", "classes=[0, 0]", "--say", "ballots=600",
    )  # fmt: skip
    election.submit(out)
    return election.publish()["size"] - 1, out


@pytest.mark.slow
def test_b7_a_ruling_selects_a_sheet_with_more_votes_than_registered(election: Election) -> None:
    roll_in_force(election)
    sheet, _ = more_than_registered(election)
    assert "more-votes-than-registered" in {each.code for each in election.log().state.findings}
    rules = ("--say", "decision=select", "--say", f"sheet=@{sheet}", "--say", "legal_basis=Law, art. 3")
    about = ("ruling", "--about", "station/N1.01/presidencia")
    election.say("authority/officer-1", *about, *rules)
    election.say("authority/officer-2", "--same-as", sheet + 1, "--yes")
    state = election.log().state
    station = state.roll.index["N1.01"]
    assert state.counted["presidencia", "reported"][station] < 0
    assert state.counted["presidencia", "ruled"][station] >= 0
    assert "more-votes-than-registered" in {each.code for each in state.findings}


@pytest.mark.slow
def test_b8_a_sheet_prints_before_it_is_sent(election: Election) -> None:
    roll_in_force(election)
    out = election.sign(
        "machine/101", "tally-sheet", "--about", "N1.01/presidencia",
        "--say", "counts=[121, 14, 98, 22, 31, 9, 3]", "--say", "classes=[4, 2]", "--say", "ballots=304",
    )  # fmt: skip
    paper = election.home / "before.pdf"
    printing = ("print", "--record", out, "--log", election.public, "--language", "en", "--no-memory")
    done = escrutinio(*printing, "-o", paper)
    assert done.returncode == 0, done.stderr
    assert "not in the log when this was printed" in text(paper.read_bytes())
    election.submit(out)
    size = election.publish()["size"]
    after = election.home / "after.pdf"
    assert escrutinio(*printing, "-o", after).returncode == 0
    assert f"Entry {size - 1}" in text(after.read_bytes())


def test_b8_what_no_key_in_force_signed_is_not_printed(election: Election) -> None:
    roll_in_force(election)
    out = election.sign(
        "machine/101", "tally-sheet", "--about", "N1.01/presidencia",
        "--say", "counts=[121, 14, 98, 22, 31, 9, 3]", "--say", "classes=[4, 2]", "--say", "ballots=304",
    )  # fmt: skip
    [path] = out.glob("*.cose")
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    done = escrutinio("print", "--record", out, "--log", election.public, "-o", election.home / "x.pdf")
    assert done.returncode == 2
    assert "signature" in done.stderr.lower()
    assert not (election.home / "x.pdf").exists()


@pytest.mark.slow
def test_b10_a_partys_log_takes_over_keys_that_came_and_keys_that_went(election: Election) -> None:
    """By `collect refresh`; and it is signed with the key that the election enrols for the party."""
    roll_in_force(election)
    concha = election.home / "concha"
    begun = escrutinio(
        "collect", "init", concha, "--definition", election.public, "--organisation", "party/concha",
        "--origin", "concha.example/actas", "--key", election.key("party/concha"), "--no-memory", **SECRET,
    )  # fmt: skip
    assert begun.returncode == 0, begun.stderr
    private = [path.read_bytes() for path in (concha / "private").iterdir() if path.is_file()]
    assert not any(str(election.key("party/concha")).encode() in content for content in private)
    own = {held.key.name: held.key.public_key for held in open_verified(concha / "public").state.keys}
    official = {held.key.name: held.key.public_key for held in election.log().state.keys}
    assert own["party/concha"] == official["party/concha"]
    out = election.home / "revoked"
    done = escrutinio(
        "keys", "revoke", "authority/officer-1", "machine/101", "--election", election.public, "--reason",
        "stolen", "--root", election.key("authority/root"), "-o", out, **SECRET,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    election.submit(out)
    election.publish()
    told = found(election, "collect", "refresh", concha, "--definition", election.public)
    assert told["revoked"] == 1  # the officer's; the machine's key is in no entry of this log
    state = open_verified(concha / "public").state
    revoked = {held.key.name for held in state.keys if held.revoked is not None}
    assert revoked == {"authority/officer-1"}
    again = found(election, "collect", "refresh", concha, "--definition", election.public)
    assert (again["revoked"], again["records"]) == (0, 0)
    assert len(state.roll) == 12


@pytest.mark.slow
def test_b10_a_collection_is_signed_with_the_partys_own_key(election: Election) -> None:
    roll_in_force(election)
    concha = election.home / "concha"
    init = ("collect", "init", concha, "--definition", election.public, "--origin", "concha.example/actas")
    done = escrutinio(*init, "--organisation", "party/otra", "--key", election.key("party/concha"), **SECRET)
    assert done.returncode == 2
    assert "party/otra" in done.stderr
    assert not concha.exists()
    key = election.key("party/concha")
    done = escrutinio(*init, "--organisation", "party/concha", "--key", key, **SECRET)
    assert done.returncode == 0, done.stderr
    table = election.home / "sheets.jsonl"
    row = {
        "kind": "transcribed", "station": "N1.01", "contest": "presidencia", "image": "ab" * 32,
        "counts": [121, 14, 98, 22, 31, 9, 3], "classes": [4, 2], "valid": None, "ballots": 304,
        "voters": None, "registered": None, "source": "a.jpg", "typists": ["one", "two"], "confirmed": False,
    }  # fmt: skip
    table.write_text(json.dumps(row, separators=(",", ":")) + "\n")
    told = found(election, "collect", "add", concha, table)
    assert told["added"] == 1
    log = open_verified(concha / "public")
    entry = open_record(log.entry(log.size - 1))
    _, own = read_key_file(key, WORDS)
    assert (entry.signer, entry.kid) == ("party/concha", own.kid)
    key.rename(election.home / "moved.key")
    lost = in_process("collect", "add", concha, table, **SECRET)
    assert lost.exit_code == 2
    assert "party-concha.key" in lost.stderr
    again = found(election, "collect", "add", concha, table, "--key", election.home / "moved.key")
    assert (again["added"], again["known"]) == (0, 1)
