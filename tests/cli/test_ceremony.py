"""A key ceremony, and the keys of an election afterwards, by command: each holder with a key of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.types import Enrolment, Revocation
from escrutinio.core.verification.publication import open_verified
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.keyring import Keyring
from tests.cli.running import escrutinio
from tests.paths import ROOT
from tests.tokens import PIN, Card

CLOCK = "1935000000"
EXAMPLE = ROOT / "examples" / "miniature"
ROOT_NAME, ONE, TWO = "authority/root", "authority/officer-1", "authority/officer-2"


def run(*arguments: object) -> str:
    done = escrutinio(*arguments, ESCRUTINIO_PASSPHRASE=PIN, SOURCE_DATE_EPOCH=CLOCK)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*arguments: object) -> str:
    done = escrutinio(*arguments, ESCRUTINIO_PASSPHRASE=PIN, SOURCE_DATE_EPOCH=CLOCK)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration for two officers, a key file for each name, and the log begun with both."""
    home = tmp_path_factory.mktemp("ceremony")
    shutil.copytree(EXAMPLE, home / "conf")
    configure(home, "officers_needed = 2")
    for name in (ROOT_NAME, ONE, TWO):
        run("keys", "new", name, "-o", key(home, name))
    run(*init(home, "--officer", key(home, ONE), "--officer", key(home, TWO)))
    return home


@pytest.fixture
def begun(made: Path, tmp_path: Path) -> Path:
    """All of it, in a directory of the test's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def home(begun: Path) -> Path:
    """The configuration and the keys, before there is a log."""
    shutil.rmtree(begun / "log")
    return begun


def configure(home: Path, *lines: str, kind: str = "simulation") -> None:
    text = (EXAMPLE / "election.toml").read_text()
    text = text[: text.index("[script]")].replace("[election]", "\n".join(("[election]", *lines)), 1)
    text = text.replace('kind = "simulation"', f'kind = "{kind}"', 1)
    (home / "conf" / "election.toml").write_text(text)


def key(home: Path, name: str) -> Path:
    return home / f"{name.replace('/', '-')}.key"


def init(home: Path, *arguments: object, to: str = "log") -> tuple[object, ...]:
    root = ("--root", key(home, ROOT_NAME))
    return ("workspace", "init", home / "conf", home / to, *root, *arguments)


def opened(home: Path, to: str = "log") -> VerifiedLog:
    return open_verified(home / to / "public")


def records(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(directory.glob("*.cose"))]


def submit(home: Path, *directories: Path) -> None:
    for directory in directories:
        run("submit", *sorted(directory.glob("*.cose")), "--to", home / "log")
    run("workspace", "publish", home / "log")


def names(log: VerifiedLog) -> dict[str, bool]:
    return {held.key.name: held.revoked is None for held in log.state.keys}


def test_a_log_begins_with_its_officers_and_the_root_is_needed_no_more(home: Path) -> None:
    definition = home / "definition.cose"
    digest = run(
        "workspace", "define", home / "conf", "--root", key(home, ROOT_NAME), "-o", definition
    ).strip()
    request = home / "two.request"
    run("keys", "request", key(home, TWO), "--election", definition, "--role", "authority", "-o", request)
    given = ("--officer", key(home, ONE), "--request", request, "--definition", definition)
    record: dict[str, Any] = json.loads(run(*init(home, *given), "--json"))
    log = opened(home)
    assert (log.state.election.hex(), record["election"]) == (digest, digest)
    assert names(log) == {ONE: True, TWO: True}
    assert log.state.definition.body.officers_needed == record["officers_needed"] == 2
    trust = parse_trust((home / "log" / "public" / "trust.toml").read_bytes())
    assert record["fingerprint"] == fingerprint(trust)
    assert [(one["name"], one["role"], one["kept"]) for one in record["present"]] == [
        (ROOT_NAME, "root", "file"),
        ("escrutinio.example/tres-islas-2031", "log", "workspace"),
        (ONE, "authority", "file"),
        (TWO, "authority", "elsewhere"),
    ]
    assert json.loads((home / "log" / "ceremony.json").read_text()) == record
    assert (home / "log" / "fingerprint.pdf").read_bytes().startswith(b"%PDF-")
    kept = {path.name for path in (home / "log" / "private").iterdir()}
    assert kept == {"log.key", "store.sqlite"}
    assert "Every check holds; the origin is authenticated." in run(
        "verify", home / "log" / "public", "--fingerprint", record["fingerprint"], "--only-log"
    )
    run("workspace", "publish", home / "log")


def test_a_table_of_names_becomes_requests_and_entries(begun: Path) -> None:
    trust = begun / "log" / "public" / "trust.toml"
    (begun / "names.csv").write_text(
        "name,role,scope\n" + "".join(f"machine/{n},machine,N1.0{n}\n" for n in range(1, 4))
    )
    table, keys = begun / "requests.csv", begun / "keys"
    run("keys", "request", "--table", begun / "names.csv", "--keys", keys, "--election", trust, "-o", table)
    name, machine = read_key_file(keys / "machine" / "1.key", PIN)
    assert name == "machine/1"
    assert machine.public_key.hex() in table.read_text()
    out = begun / "out"
    run("keys", "enrol", table, "--election", trust, "--root", key(begun, ROOT_NAME), "-o", out)
    assert [type(open_record(raw).body) for raw in records(out)] == [Enrolment]
    submit(begun, out)
    assert names(opened(begun)) == {ONE: True, TWO: True, **{f"machine/{n}": True for n in range(1, 4)}}
    # the requests of a table that is complete need no keys
    again = ("--table", table, "--keys", begun / "none", "--election", trust, "-o", begun / "again.csv")
    run("keys", "request", *again)
    assert (begun / "again.csv").read_bytes() == table.read_bytes()
    assert not (begun / "none").exists()
    public = begun / "log" / "public"
    held = refused(
        "keys", "enrol", table, "--election", public, "--root", key(begun, ROOT_NAME), "-o", begun / "x"
    )
    assert "machine/1 has a key in force already" in held


def test_a_key_is_replaced_under_its_name_and_whoever_holds_it_is_told(begun: Path) -> None:
    public = begun / "log" / "public"
    root = ("--election", public, "--root", key(begun, ROOT_NAME))
    run("keys", "new", TWO, "-o", begun / "new.key")
    asked = begun / "new.request"
    run("keys", "request", begun / "new.key", "--election", public, "--role", "authority", "-o", asked)
    assert "rotate" in refused("keys", "enrol", asked, *root, "-o", begun / "x")
    run("keys", "rotate", asked, *root, "-o", begun / "rotated")
    assert [type(open_record(raw).body) for raw in records(begun / "rotated")] == [Revocation, Enrolment]
    submit(begun, begun / "rotated")
    log = opened(begun)
    found = [one for one in log.state.findings if one.code == "name-enrolled-again"]
    assert len(found) == 1
    assert TWO in found[0].sentence("en")
    kid = read_key_file(begun / "new.key", PIN)[1].kid.hex()
    assert [held.kid.hex() for held in log.state.keys if held.key.name == TWO and held.revoked is None] == [
        kid
    ]
    feed = next((public / "en" / "areas").glob("TI*.xml")).read_text()
    assert f"A further key was enrolled for {TWO}: {kid}" in feed
    again = refused("keys", "revoke", "0" * 16, "--reason", "lost", *root, "-o", begun / "x")
    assert "No key of 0000000000000000 is in force" in again


def test_the_key_of_a_party_is_revoked_with_a_legal_basis_and_the_officers(begun: Path) -> None:
    public = begun / "log" / "public"
    root = ("--election", public, "--root", key(begun, ROOT_NAME))
    run("keys", "new", "party/concha", "-o", begun / "party.key")
    asked = ("--role", "party", "--title", "es=Concha", "--scope", "N", "--contest", "presidencia")
    run("keys", "request", begun / "party.key", "--election", public, *asked, "-o", begun / "party.request")
    run("keys", "enrol", begun / "party.request", *root, "-o", begun / "one")
    submit(begun, begun / "one")
    revoke = ("keys", "revoke", "party/concha", "--reason", "ended", *root, "-o", begun / "two")
    assert "needs a legal basis" in refused(*revoke)
    assert not (begun / "two").exists()
    said = escrutinio(*revoke, "--law", "art. 5", ESCRUTINIO_PASSPHRASE=PIN)
    assert "party/concha: in force until 2 of the officers have consented" in said.stderr
    submit(begun, begun / "two")
    assert names(opened(begun))["party/concha"] is True


def test_keys_are_named_by_their_digits_where_there_is_no_log(home: Path) -> None:
    election = "ab" * 32
    kid = read_key_file(key(home, TWO), PIN)[1].kid.hex()
    root = ("--root", key(home, ROOT_NAME), "--as", "authority/other-root")
    run("keys", "revoke", kid, "--reason", "stolen", "--election", election, *root, "-o", home / "out")
    entry = open_record(records(home / "out")[0])
    assert (entry.signer, entry.election.hex()) == ("authority/other-root", election)
    by_name = refused(
        "keys", "revoke", TWO, "--reason", "lost", "--election", election, *root, "-o", home / "x"
    )
    assert "is not the 16 digits of a key" in by_name


def test_a_real_election_begins_with_keys_of_their_holders(home: Path) -> None:
    configure(home, "officers_needed = 2", kind="real")
    told = refused("publish", home / "conf", "-o", home / "public", "--key", key(home, ROOT_NAME))
    assert "escrutinio workspace init" in told
    assert not (home / "public").exists()
    _, root = read_key_file(key(home, ROOT_NAME), PIN)
    derived = Keyring(root, "tres-islas-2031").key("authority/officer-3")
    write_key_file(home / "derived.key", "authority/officer-3", derived, PIN)
    assert "derived from the root" in refused(*init(home, "--officer", home / "derived.key"))
    run(*init(home, "--officer", key(home, ONE)))
    assert names(opened(home)) == {ONE: True}


def test_each_task_needs_a_key_of_its_own(home: Path) -> None:
    assert "has the same key as" in refused(*init(home, "--officer", key(home, ROOT_NAME)))
    twice = refused(*init(home, "--officer", key(home, ONE), "--officer", key(home, ONE)))
    assert "has the same key as authority/officer-1" in twice
    assert not (home / "log").exists()


def test_a_log_key_is_of_one_log(home: Path) -> None:
    origin = "escrutinio.example/tres-islas-2031"
    run("keys", "new", "--log", origin, "-o", home / "log.key")
    run(*init(home, "--log-key", home / "log.key"))
    text = (home / "conf" / "election.toml").read_text()
    (home / "conf" / "election.toml").write_text(text.replace(origin, "drill.example/tres-islas-2031"))
    assert "drill.example" in refused(*init(home, "--log-key", home / "log.key", to="drill"))
    assert "is the key of authority/officer-1" in refused(
        *init(home, "--log-key", key(home, ONE), to="drill")
    )


def test_requests_are_for_a_definition_that_stands(home: Path) -> None:
    definition, request = home / "definition.cose", home / "two.request"
    run("workspace", "define", home / "conf", "--root", key(home, ROOT_NAME), "-o", definition)
    run("keys", "request", key(home, TWO), "--election", definition, "--role", "authority", "-o", request)
    assert "workspace define" in refused(*init(home, "--request", request))
    configure(home, "officers_needed = 3")
    given = ("--request", request, "--definition", definition)
    assert "is not the definition that the configuration describes now" in refused(*init(home, *given))


def test_a_record_that_is_no_definition_names_no_election(begun: Path) -> None:
    path = begun / "charter.cose"
    path.write_bytes(opened(begun).entry(1))
    asked = ("--election", path, "--role", "authority", "-o", begun / "x")
    assert "no definition" in refused("keys", "request", key(begun, TWO), *asked)


@pytest.mark.token
def test_root_and_officer_may_be_on_tokens(home: Path, card: Card) -> None:
    card.make_key(ROOT_NAME)
    card.make_key(ONE)
    root = ("--root", card.address(ROOT_NAME))
    run("workspace", "init", home / "conf", home / "log", *root, "--officer", card.address(ONE))
    log = opened(home)
    assert names(log) == {ONE: True}
    kept = [one["kept"] for one in json.loads((home / "log" / "ceremony.json").read_text())["present"]]
    assert kept == ["token", "workspace", "token"]
    trust = home / "log" / "public" / "trust.toml"
    asked = ("keys", "request", key(home, TWO), "--election", trust, "--role", "authority")
    run(*asked, "-o", home / "two.request")
    enrol = ("keys", "enrol", home / "two.request", "--election", trust, *root, "-o", home / "out")
    run(*enrol)
    submit(home, home / "out")
    assert names(opened(home)) == {ONE: True, TWO: True}
    card.pull_out()
    shutil.rmtree(home / "out")
    assert "token" in refused(*enrol)
    assert not (home / "out").exists()


def test_what_is_missing_or_does_not_open_is_said(home: Path) -> None:
    missing = refused(
        "keys", "request", home / "none.key", "--election", "ab" * 32, "--role", "party", "-o", "x"
    )
    assert "none.key" in missing
    done = escrutinio(*init(home), ESCRUTINIO_PASSPHRASE="another")
    assert done.returncode == 2
    assert "passphrase does not open" in done.stderr
    assert not (home / "log").exists()


@pytest.mark.parametrize("origin", ["", "two words", "a\x1b[31m", "a+b", "caf\udce9", "x" * 256])
def test_no_key_is_made_for_an_origin_that_no_log_can_have(origin: str, tmp_path: Path) -> None:
    told = refused("keys", "new", "--log", origin, "-o", tmp_path / "log.key")
    assert "\x1b" not in told
    assert not (tmp_path / "log.key").exists()
