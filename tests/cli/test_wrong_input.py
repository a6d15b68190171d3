"""What goes wrong where many sign: each with its exit code and one sentence, and nothing half done.

More of it stands where the thing itself is tried: a stick with missing parts in `test_many_hands.py`,
requests in `test_ceremony.py`, witnesses that lie or fall silent in `tests/running/witness`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from escrutinio.core.log.store import Head
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.running.workspace.workspace import SETTINGS
from tests.cli.hands import SECRET, WORDS, Election, roll_in_force
from tests.cli.running import escrutinio, process
from tests.tokens import PIN, Card

SAYS = (
    "--about", "station/C2.02", "--say", "category=count", "--say", "at=2031-05-04T20:00:00-03:00",
    "--say", "commitment=" + "ab" * 32,
)  # fmt: skip


def refused(*arguments: object, **environment: str) -> str:
    """What is said where nothing is done: one sentence, and exit code 2."""
    done = escrutinio(*arguments, "--no-memory", **(SECRET | environment))
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def complaint(election: Election, key: object, *more: object) -> tuple[object, ...]:
    return (
        "sign",
        "complaint",
        *SAYS,
        "--log",
        election.public,
        "--key",
        key,
        "-o",
        election.home / "out",
        *more,
    )


def test_a_key_file_that_is_missing(election: Election) -> None:
    assert "none.key" in refused(*complaint(election, election.home / "none.key"))
    assert not (election.home / "out").exists()


def test_a_passphrase_that_does_not_open_the_key(election: Election) -> None:
    told = refused(*complaint(election, election.key("party/concha")), ESCRUTINIO_PASSPHRASE="another")
    assert "passphrase does not open" in told
    assert not (election.home / "out").exists()


def test_a_passphrase_that_does_not_open_the_logs_key(election: Election) -> None:
    size = election.log().size
    done = escrutinio(
        "workspace", "publish", election.directory, **(SECRET | {"ESCRUTINIO_PASSPHRASE": "no"})
    )
    assert done.returncode == 2
    assert "passphrase does not open" in done.stderr
    assert election.log().size == size


def test_a_key_that_nobody_enrolled(election: Election) -> None:
    stranger = election.home / "stranger.key"
    write_key_file(stranger, "party/nueva", SigningKey.generate(), WORDS)
    assert "has to be enrolled first" in refused(*complaint(election, stranger))


@pytest.mark.token
def test_a_token_that_is_pulled_out_before_a_table_is_signed(election: Election, card: Card) -> None:
    """Nothing is written, and with the token back all of it is."""
    card.make_key("party/roja")
    trust, root = election.public / "trust.toml", election.key("authority/root")
    asked, enrolled = election.home / "roja.request", election.home / "enrolled"
    secret = SECRET | {"ESCRUTINIO_PASSPHRASE": PIN}
    done = escrutinio("keys", "request", card.address("party/roja"), "--election", trust, "--role", "party",
                      "-o", asked, **secret)  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = escrutinio("keys", "enrol", asked, "--election", trust, "--root", root, "-o", enrolled, **SECRET)
    assert done.returncode == 0, done.stderr
    election.submit(enrolled)
    roll_in_force(election)
    table = election.home / "complaints.csv"
    row = "station/C2.02,count,2031-05-04T20:00:00-03:00," + "ab" * 32 + "\n"
    table.write_text("about,category,at,commitment\n" + row + row.replace("ab", "cd"))
    out = election.home / "signed"
    signs = ("sign", "complaint", "--table", table, "--log", election.public, "--key",
             card.address("party/roja"), "-o", out)  # fmt: skip
    card.pull_out()
    assert "token" in refused(*signs, **secret)
    assert not out.exists()
    card.put_back()
    done = process(*signs, "--no-memory", **secret)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("*.cose"))) == 2


def test_a_request_that_another_key_signed(election: Election) -> None:
    trust = election.public / "trust.toml"
    one, other = election.home / "one.key", election.home / "other.key"
    for path in (one, other):
        write_key_file(path, "party/nueva", SigningKey.generate(), WORDS)
    asked = [election.home / f"{path.stem}.request" for path in (one, other)]
    for key, path in zip((one, other), asked, strict=True):
        done = escrutinio(
            "keys", "request", key, "--election", trust, "--role", "party", "-o", path, **SECRET
        )
        assert done.returncode == 0, done.stderr
    mixed, found = (json.loads(path.read_text()) for path in asked)
    mixed["key"]["proof"] = found["key"]["proof"]
    asked[0].write_text(json.dumps(mixed))
    root = ("--root", election.key("authority/root"), "-o", election.home / "enrolled")
    told = refused_plainly("keys", "enrol", asked[0], "--election", trust, *root)
    assert "party/nueva" in told
    assert not (election.home / "enrolled").exists()


def refused_plainly(*arguments: object) -> str:
    """The same of a command that remembers no log."""
    done = escrutinio(*arguments, **SECRET)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_one_key_for_two_witnesses(election: Election) -> None:
    """A policy in which one would count twice is not taken, and the workspace stays as it was."""
    before = (election.directory / SETTINGS).read_bytes()
    home = election.home / "w"
    made = escrutinio("witness", "key", home, "--name", "azul.example/w", **SECRET)
    vkey = made.stdout.splitlines()[0]
    policy = election.home / "witnesses.policy"
    policy.write_text(f"witness a {vkey}\nwitness b {vkey}\ngroup both 2 a b\nquorum both\n")
    told = refused_plainly("workspace", "witnesses", election.directory, policy)
    assert "listed twice" in told
    assert (election.directory / SETTINGS).read_bytes() == before


def test_witnesses_of_another_log(election: Election) -> None:
    other = escrutinio("keys", "new", "--log", "other.example/log", "-o", election.home / "o.key", **SECRET)
    assert other.returncode == 0, other.stderr
    from escrutinio.core.log.notes import KeyType, NoteSigner

    vkey = NoteSigner("other.example/log", KeyType.ED25519, SigningKey.generate().seed()).verifier
    policy = election.home / "witnesses.policy"
    policy.write_text(f"log {vkey}\nquorum none\n")
    assert "another log" in refused_plainly("workspace", "witnesses", election.directory, policy)


@pytest.mark.parametrize("address", ["HTTPS://hub.example", "htps://hub.example", "ftp://hub.example"])
def test_an_address_with_a_slip_is_no_directory(
    election: Election, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent there would lie in a directory of that name, and be said to have been sent."""
    monkeypatch.chdir(election.home)
    out = election.sign("party/concha", "complaint", *SAYS)
    assert "http or https" in refused_plainly("submit", out, "--to", address)
    assert not list(election.home.glob("h*:")) + list(election.home.glob("[Hf]*:"))


@pytest.mark.slow
def test_witnesses_that_are_named_later_cosign_what_is_public(election: Election) -> None:
    """The trust file asks for them at once; the checkpoint that stands is cosigned by the next run."""
    home = election.home / "w"
    vkey = escrutinio("witness", "key", home, "--name", "azul.example/w", **SECRET).stdout.splitlines()[0]
    policy = election.home / "witnesses.policy"
    policy.write_text(f"witness azul {vkey}\nquorum azul\n")
    done = escrutinio("workspace", "witnesses", election.directory, policy)
    assert done.returncode == 0, done.stderr
    trust = election.public / "trust.toml"
    verify = ("verify", election.public, "--trust", trust, "--only-log", "-q", "--no-memory")
    assert escrutinio(*verify).returncode != 0
    assert election.publish()["silent"]
    pulled = escrutinio("witness", "pull", home, election.public, "--trust", trust, "-o",
                        election.directory / "inbox" / "azul.cosigned", **SECRET)  # fmt: skip
    assert pulled.returncode == 0, pulled.stderr
    assert election.publish()["silent"] == []
    assert escrutinio(*verify).returncode == 0


@pytest.mark.slow
def test_a_store_older_than_the_public_log_and_the_way_back(election: Election) -> None:
    """Refused, explained, and made again from the public log; then the log goes on."""
    private = election.directory / "private"
    old = election.home / "old.sqlite"
    shutil.copyfile(private / "store.sqlite", old)
    roll_in_force(election)
    size = election.log().size
    shutil.copyfile(old, private / "store.sqlite")
    told = refused_plainly("workspace", "publish", election.directory)
    assert "second history" in told
    assert "workspace recover" in told
    again = election.home / "again"
    done = escrutinio("workspace", "recover", election.public, again, "--log-key", private / "log.key",
                      "--no-memory", **SECRET)  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(election.directory)
    again.rename(election.directory)
    assert election.publish()["size"] == size


@pytest.mark.slow
def test_two_workspaces_of_one_log(election: Election) -> None:
    """A copy that went on by itself: whoever sees both has two signed histories, and neither writes over what
    the other made public."""
    copy = election.home / "copy"
    shutil.copytree(election.directory, copy)
    roll_in_force(election)
    other = Election(election.home / "elsewhere")
    other.home.mkdir()
    copy.rename(other.directory)
    for path in election.home.glob("*.key"):
        shutil.copyfile(path, other.home / path.name)
    other.say("party/concha", "complaint", *SAYS)
    trust = ("--trust", election.public / "trust.toml")
    done = escrutinio("mirrors", "check", election.public, *trust, "--mirror", other.public)
    assert done.returncode == 1
    assert "ANOTHER HISTORY" in done.stdout
    shutil.rmtree(other.public)
    shutil.copytree(election.public, other.public)
    told = refused_plainly("workspace", "publish", other.directory)
    assert "history" in told


def test_an_empty_store_is_none_of_a_log_that_stands(election: Election) -> None:
    (election.directory / "private" / "store.sqlite").write_bytes(b"")
    told = refused_plainly("workspace", "publish", election.directory)
    assert "second history" in told
    assert Head().size == 0
    assert Path(election.public / "log" / "checkpoint").is_file()
