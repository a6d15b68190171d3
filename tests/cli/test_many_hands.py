"""An election in which many sign: each with a key of their own, what they sign carried to the log by hand."""

from __future__ import annotations

import json
import shutil
from typing import Any

import msgspec
import pytest

from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keyfiles import read_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Bulletin, Enrolment
from escrutinio.core.verification.publication import open_verified
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.running.exchange.parcel import send
from escrutinio.running.workspace.collection.collection import open_collection
from escrutinio.running.workspace.workspace import SETTINGS, open_workspace
from tests.cli.hands import CLOCK, ROLES, SECRET, WORDS, Election, found, roll_in_force
from tests.cli.running import escrutinio, in_process

BULLETIN = """
number = 1
basis = "reported"
head = "@here"
counts = [0, 0, 0, 0, 0]
classes = [0, 0]
stations = 0
"""


def test_two_officers_put_a_roll_in_force(election: Election) -> None:
    """What waits for the second is said when it is signed, published and asked for, and is a finding."""
    output = election.home / "first"
    done = escrutinio(
        "sign", "roll", "--from", election.home / "roll.toml", "--log", election.public,
        "--key", election.key("authority/officer-1"), "-o", output, **SECRET,
    )  # fmt: skip
    assert "1 of 2 signatures" in done.stdout
    assert sorted(path.name for path in output.iterdir()) == ["001-roll-election.cose", "attachments"]
    election.submit(output)
    played = election.publish()
    assert [(one["type"], one["signed"], one["needed"]) for one in played["waiting"]] == [
        ("roll", ["authority/officer-1"], 2)
    ]
    log = election.log()
    assert len(log.state.roll) == 0
    assert [each.code for each in log.state.findings] == ["act-waiting"]
    status = found(election, "workspace", "status", election.directory)
    assert status["waiting"] == played["waiting"]
    assert status["pages_current"]
    election.say("authority/officer-2", "--same-as", log.size - 1, "--yes")
    state = election.log().state
    assert len(state.roll) == 12
    assert not state.findings
    assert found(election, "workspace", "status", election.directory)["waiting"] == []


def test_the_second_officer_sees_what_the_first_signed_and_may_decline(election: Election) -> None:
    election.say("authority/officer-1", "roll", "--from", election.home / "roll.toml")
    at = election.log().size - 1
    asked = in_process(
        "sign", "--same-as", at, "--log", election.public, "--key", election.key("authority/officer-2"),
        "-o", election.home / "second", **SECRET,
    )  # fmt: skip
    assert "frozen_on    2031-03-10" in asked.stdout
    assert asked.exit_code != 0
    assert not (election.home / "second").exists()


@pytest.mark.parametrize(
    ("by", "again", "sentence"),
    [
        ("authority/officer-1", True, "has signed this already"),
        ("party/concha", True, "does not sign"),
        ("party/concha", False, "does not sign"),
    ],
)
def test_who_may_not_sign_it_is_told_before_it_is_sent(
    election: Election, by: str, again: bool, sentence: str
) -> None:
    election.say("authority/officer-1", "roll", "--from", election.home / "roll.toml")
    what = ["--same-as", 3, "--yes"] if again else ["roll", "--from", election.home / "roll.toml"]
    done = escrutinio("sign", *what, "--log", election.public, "--key", election.key(by), "-o",
                      election.home / "o", **SECRET)  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (election.home / "o").exists()


def test_a_record_is_in_the_log_at_the_next_publication_with_its_proof(election: Election) -> None:
    roll_in_force(election)
    out = election.sign(
        "observer/faro", "complaint", "--about", "station/C2.02", "--say", "category=count",
        "--say", "at=2031-05-04T20:00:00-03:00", "--say", "commitment=" + "ab" * 32,
    )  # fmt: skip
    stick = election.home / "stick"
    sent = in_process("submit", out, "--to", stick, "--json")
    assert json.loads(sent.stdout)["sent"] == 1
    played = election.publish("--from", stick)
    assert [taken["new"] for taken in played["taken"]] == [0, 1]
    assert not list(stick.glob("*.parcel"))
    proofs = election.home / "proofs"
    done = found(election, "submit", out, "--to", election.directory, "--wait", "0", "--proofs", proofs)
    assert done["entries"] == [played["size"] - 1]
    [proof] = proofs.iterdir()
    checked = escrutinio("check", *out.glob("*.cose"), "--log", election.public)
    assert "in the log" in checked.stdout
    assert proof.suffix == ".tlog-proof"
    # What was sent a second time for its proof is known, and changes nothing.
    again = election.publish()
    assert (again["taken"][0]["new"], again["taken"][0]["known"], again["size"]) == (0, 1, played["size"])


def test_a_table_is_many_records_and_a_bad_row_none(election: Election) -> None:
    roll_in_force(election)
    table = election.home / "complaints.csv"
    row = "station/C2.0{n},count,2031-05-04T20:00:00-03:00," + "ab" * 32 + "\n"
    head = "about,category,at,commitment\n"
    table.write_text(head + row.format(n=1) + row.format(n=2))
    election.submit(election.sign("party/concha", "complaint", "--table", table))
    assert election.publish()["taken"][0]["new"] == 2
    table.write_text(head + row.format(n=3) + row.format(n=4).replace("count", "noise"))
    done = escrutinio("sign", "complaint", "--table", table, "--log", election.public, "--key",
                      election.key("party/concha"), "-o", election.home / "o", **SECRET)  # fmt: skip
    assert done.returncode == 2
    assert "line 3" in done.stderr
    assert not (election.home / "o").exists()


def test_a_table_that_no_program_can_read_is_refused_in_a_sentence(election: Election) -> None:
    table = election.home / "broken.csv"
    table.write_text("about,category\n" + '"' + "x" * 200_000 + '",count\n')
    done = escrutinio("sign", "complaint", "--table", table, "--log", election.public, "--key",
                      election.key("party/concha"), "-o", election.home / "o", **SECRET)  # fmt: skip
    assert done.returncode == 2
    assert "broken.csv" in done.stderr


def test_a_stick_with_missing_parts_waits_whole(election: Election) -> None:
    """A parcel that is cut, or lacks a file that it names: said, and nothing of it taken; then it comes."""
    out = election.sign("authority/officer-1", "roll", "--from", election.home / "roll.toml")
    stick = election.home / "stick"
    assert escrutinio("submit", out, "--to", stick).returncode == 0
    lost, _ = sorted((stick / "attachments").iterdir())
    kept = lost.read_bytes()
    lost.unlink()
    [parcel] = stick.glob("*.parcel")
    size = election.log().size
    played = election.publish("--from", stick)
    assert [(left["code"], left["waits"]) for left in played["taken"][1]["left"]] == [("parcel-lacks", True)]
    lost.write_bytes(kept)
    whole = parcel.read_bytes()
    parcel.write_bytes(whole[:-1])
    played = election.publish("--from", stick)
    assert [left["code"] for left in played["taken"][1]["left"]] == ["parcel-damaged"]
    assert played["size"] == size
    parcel.write_bytes(whole)
    assert election.publish("--from", stick)["size"] == size + 1


def test_what_the_log_refuses_is_put_aside_with_the_reason(election: Election) -> None:
    """Of a stranger's record it is said that the key is to be enrolled, and it waits."""
    log = election.log()
    stranger = SigningKey.generate()
    officer = SigningKey.generate()
    body = Enrolment((enrolled(stranger, log.state.election, "party/nueva", Role.PARTY),))
    by_stranger = seal(body, key=stranger, signer="party/nueva", subject="election",
                       election=log.state.election, issued_at=CLOCK)  # fmt: skip
    other = seal(body, key=officer, signer="party/concha", subject="election", election=b"\1" * 32,
                 issued_at=CLOCK)  # fmt: skip
    send(open_workspace(election.directory).inbox, [by_stranger, other], {})
    played = election.publish()
    assert [(left["code"], left["waits"]) for left in played["taken"][0]["left"]] == [
        ("key-not-enrolled", True),
        ("entry-election", False),
    ]
    inbox = open_workspace(election.directory).inbox
    [reason] = (inbox / "refused").glob("*.json")
    assert json.loads(reason.read_text()).keys() == {"code", "es", "en"}
    assert reason.with_suffix(".cose").read_bytes() == other
    assert len(list(inbox.glob("*.parcel"))) == 1
    assert election.publish()["size"] == log.size


def test_a_party_takes_over_what_came_after_its_log_began(election: Election) -> None:
    """Machines that are enrolled, and a roll that is replaced, after a party began."""
    roll_in_force(election)
    azul = election.home / "azul"
    begun = escrutinio("collect", "init", azul, "--definition", election.public, "--organisation",
                       "party/azul", "--origin", "azul.example/actas", **SECRET)  # fmt: skip
    assert begun.returncode == 0, begun.stderr
    log = election.log()
    machine = SigningKey.generate()
    _, root = read_key_file(election.key("authority/root"), WORDS)
    body = Enrolment((enrolled(machine, log.state.election, "machine/102", Role.MACHINE),))
    raw = seal(body, key=root, signer="authority/root", subject="election", election=log.state.election,
               issued_at=CLOCK)  # fmt: skip
    send(open_workspace(election.directory).inbox, [raw], {})
    election.publish()
    roll = (election.home / "roll.toml").read_text().replace("2031-03-10", "2031-03-11")
    (election.home / "roll.toml").write_text(roll)
    roll_in_force(election)
    told = found(election, "collect", "refresh", azul, "--definition", election.public)
    assert told == {"keys": len(ROLES) + 1, "new_keys": 1, "records": 2, "revoked": 0}
    state = open_verified(azul / "public").state
    assert [logged.body.frozen_on for logged in state.rolls] == ["2031-03-10", "2031-03-11"]
    assert machine.kid in open_collection(azul).known_keys()
    again = found(election, "collect", "refresh", azul, "--definition", election.public)
    assert (again["new_keys"], again["records"]) == (0, 0)


def test_a_store_that_is_lost_is_made_again_from_the_public_log(election: Election) -> None:
    roll_in_force(election)
    size = election.log().size
    key = election.directory / "private" / "log.key"
    done = escrutinio(
        "workspace", "recover", election.public, election.home / "again", "--log-key", key, **SECRET
    )
    assert done.returncode == 0, done.stderr
    again = Election(election.home)
    shutil.rmtree(election.directory)
    (election.home / "again").rename(election.directory)
    assert again.publish()["size"] == size
    again.say("party/concha", "complaint", "--about", "election", "--say", "category=count", "--say",
              "at=2031-05-04T20:00:00-03:00", "--say", "commitment=" + "ab" * 32)  # fmt: skip
    assert again.log().size == size + 1


def test_a_log_made_again_from_a_mirror_keeps_its_witnesses(election: Election) -> None:
    """A mirror has no trust file: the one that was handed out says who cosigns."""
    home, mirror, trust = election.home / "azul", election.home / "mirror", election.home / "trust.toml"
    key = found_words("witness", "key", home, "--name", "azul.example/cofirmante").splitlines()[0]
    policy = election.home / "witnesses.policy"
    policy.write_text(f"witness azul {key}\ngroup public 1 azul\nquorum public\n")
    found_words("workspace", "witnesses", election.directory, policy)
    shutil.copyfile(election.public / "trust.toml", trust)
    found_words(
        "witness", "pull", home, election.public, "--trust", trust, "-o",
        election.directory / "inbox" / "azul.cosigned",
    )  # fmt: skip
    election.publish()
    shutil.copytree(election.public, mirror)
    (mirror / "trust.toml").unlink()
    kept = ("--log-key", election.directory / "private" / "log.key", "--no-memory")
    plain = found_words("workspace", "recover", mirror, election.home / "without", *kept)
    assert "It has no witnesses" in plain
    whole = found_words("workspace", "recover", mirror, election.home / "with", *kept, "--trust", trust)
    assert "It has no witnesses" not in whole
    settings = json.loads((election.home / "with" / "workspace.json").read_text())
    assert [each["vkey"] for each in settings["witnesses"]["witness"]] == [key]
    assert settings["witnesses"]["quorum"] == "public"


def found_words(*arguments: object) -> str:
    done = escrutinio(*arguments, **SECRET)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_store_is_not_made_where_a_mirror_has_more(election: Election) -> None:
    mirror = election.home / "mirror"
    old = election.home / "old"
    shutil.copytree(election.public, old)
    roll_in_force(election)
    shutil.copytree(election.public, mirror)
    key = election.directory / "private" / "log.key"
    done = escrutinio("workspace", "recover", old, election.home / "again", "--log-key", key,
                      "--mirror", mirror, "--no-memory", **SECRET)  # fmt: skip
    assert done.returncode == 2
    assert "more of the log" in done.stderr or "longer" in done.stderr
    assert not (election.home / "again").exists()


def succeeded(election: Election, *arguments: object, origin: str = "isla.example/second") -> Any:
    return escrutinio("workspace", "succeed", election.public, election.home / "second", "--root",
                      election.key("authority/root"), "--origin", origin, "--no-memory", *arguments,
                      **SECRET)  # fmt: skip


def test_a_bulletin_of_two_officers_keeps_the_head_of_the_first(election: Election) -> None:
    """`@here` is where the first officer stood; the log grows before the second signs the same."""
    roll_in_force(election)
    says = election.home / "bulletin.toml"
    says.write_text(BULLETIN)
    here = election.log().checkpoint
    election.say("authority/officer-1", "bulletin", "--about", "presidencia", "--from", says)
    election.say("authority/officer-2", "--same-as", here.size, "--yes")
    log = election.log()
    [bulletin] = [each for each in log.state.records(Bulletin) if each.takes_effect(Bulletin)]
    head = bulletin.body.head
    assert (head.origin, head.size, head.root) == (here.origin, here.size, here.root)
    assert not [each for each in log.state.findings if each.code == "act-waiting"]


def test_a_log_whose_key_is_gone_is_succeeded_by_another(election: Election) -> None:
    """The same state at the same indices; both verify, and pages and charter say from which it goes on. What
    was announced of heads of the first is not called wrong, and the second is shown as the first was."""
    roll_in_force(election)
    says = election.home / "bulletin.toml"
    says.write_text(BULLETIN)
    election.say("authority/officer-1", "bulletin", "--about", "presidencia", "--from", says)
    election.say("authority/officer-2", "--same-as", election.log().size - 1, "--yes")
    shown = election.directory / "presentation.json"
    shown.write_bytes(msgspec.json.encode(Presentation(licence=(Title("en", "Licence of the tests"),))))
    settings = election.directory / SETTINGS
    settings.write_text(settings.read_text().replace('"shown": ""', '"shown": "presentation.json"'))
    before = election.log()
    done = succeeded(election)
    assert done.returncode == 0, done.stderr
    second = election.home / "second"
    published = in_process("workspace", "publish", second, "--json", **SECRET)
    assert published.exit_code == 0, published.stderr
    log = open_verified(second / "public")
    assert log.checkpoint.origin == "isla.example/second"
    assert log.state.charter is not None
    head = log.state.charter.body.predecessor
    assert head is not None
    assert (head.origin, head.size, head.root) == (
        before.checkpoint.origin, before.size, before.checkpoint.root,
    )  # fmt: skip
    assert log.size == before.size
    assert log.state.roll.stations == before.state.roll.stations
    assert {k: v.tolist() for k, v in log.state.counted.items()} == {
        k: v.tolist() for k, v in before.state.counted.items()
    }
    assert log.state.findings == before.state.findings
    for public in (election.public, second / "public"):
        verified = escrutinio("verify", public, "--trust", public / "trust.toml", "--no-memory")
        assert verified.returncode == 0, verified.stdout
    assert "Licence of the tests" in (second / "public" / "en" / "data.html").read_text()
    assert "shown plainly" not in done.stderr
    page = (second / "public" / "en" / "log.html").read_text()
    assert "Goes on from" in page
    assert before.checkpoint.root.hex() in page


@pytest.mark.parametrize(
    ("origin", "by", "sentence"),
    [("", "authority/root", "another origin"), ("isla.example/second", "party/concha", "is not the root")],
)
def test_only_its_root_begins_a_successor_and_under_another_origin(
    election: Election, origin: str, by: str, sentence: str
) -> None:
    done = succeeded(election, "--root", election.key(by), origin=origin or election.log().checkpoint.origin)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (election.home / "second").exists()
