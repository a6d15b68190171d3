"""An election in which many sign, for tests: each has a key of their own, in a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from escrutinio.core.election.areas import Area, AreaTree, build_areas, write_areas
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Enrolment
from escrutinio.core.verification.publication import open_verified
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.compose import read_tables
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from escrutinio.running.workspace.log_keys import log_key_name
from escrutinio.running.workspace.workspace import Beginning, begin
from tests.cli.running import escrutinio, in_process
from tests.paths import ROOT

WORDS = "a passphrase for tests"
SECRET = {"ESCRUTINIO_PASSPHRASE": WORDS, "SOURCE_DATE_EPOCH": "1935000000"}
CLOCK = 1_935_000_000
EXAMPLE = ROOT / "examples" / "miniature"
ROLES = {
    "authority/officer-1": Role.AUTHORITY,
    "authority/officer-2": Role.AUTHORITY,
    "authority/officer-3": Role.AUTHORITY,
    "court/tribunal/1": Role.COURT,
    "party/concha": Role.PARTY,
    "observer/faro": Role.OBSERVER,
    "machine/101": Role.MACHINE,
}

NO_BOARDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def miniature(needed: int, days: str = "") -> tuple[ElectionConfig, AreaTree]:
    """The example, with these lines more in its calendar."""
    text = (EXAMPLE / "election.toml").read_text().replace("[calendar]\n", f"[calendar]\n{days}", 1)
    text = text[: text.index("[script]")].replace("[election]", f"[election]\nofficers_needed = {needed}", 1)
    config = read_config(text.encode(), "election.toml", EXAMPLE)
    rows = read_tables(config, EXAMPLE).areas
    return config, build_areas(Area(row.code, row.parent, row.level, row.name) for row in rows)


@dataclass(frozen=True)
class Election:
    """A workspace whose root, log and signers have keys of their own, in files below `home`."""

    home: Path

    @property
    def directory(self) -> Path:
        return self.home / "authority"

    @property
    def public(self) -> Path:
        return self.directory / "public"

    def key(self, name: str) -> Path:
        return self.home / f"{name.replace('/', '-')}.key"

    def log(self) -> VerifiedLog:
        return open_verified(self.public)

    def sign(self, by: str, *arguments: object, to: str = "out") -> Path:
        """Seal something with the key of a signer; the new directory in which it lies."""
        output = self.home / to
        shutil.rmtree(output, ignore_errors=True)
        done = escrutinio(
            "sign", *arguments, "--log", self.public, "--key", self.key(by), "-o", output, **SECRET
        )
        assert done.returncode == 0, done.stderr
        return output

    def submit(self, *arguments: object) -> None:
        done = escrutinio("submit", *arguments, "--to", self.directory)
        assert done.returncode == 0, done.stderr

    def publish(self, *arguments: object) -> dict[str, Any]:
        done = in_process("workspace", "publish", self.directory, *arguments, "--json", **SECRET)
        assert done.exit_code == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def say(self, by: str, *arguments: object) -> dict[str, Any]:
        """Sign, submit and publish."""
        self.submit(self.sign(by, *arguments))
        return self.publish()


def found(election: Election, *arguments: object) -> dict[str, Any]:
    done = in_process(*arguments, "--json", **SECRET)
    assert done.exit_code == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def begin_election(home: Path, boards: Mapping[str, tuple[str, ...]] = NO_BOARDS, days: str = "") -> Path:
    """Two officers are needed. Everybody's key is in a file of its own; the log has them all, and those of
    boards by their names, with their scopes; its calendar has these days more."""
    config, tree = miniature(2, days)
    root, log_key = SigningKey.generate(), SigningKey.generate()
    keys = {name: SigningKey.generate() for name in (*ROLES, *boards)}
    for name, key in {**keys, "authority/root": root}.items():
        write_key_file(home / f"{name.replace('/', '-')}.key", name, key, WORDS)
    definition = seal(
        config.definition_body(root.public_key, tree),
        key=root, signer="authority/root", subject="election", election=b"", issued_at=CLOCK,
    )  # fmt: skip
    election = digest_of(definition)
    charter = config.charter_body(root.public_key)
    people = Enrolment((
        *(enrolled(keys[name], election, name, role) for name, role in ROLES.items()),
        *(enrolled(keys[name], election, name, Role.BOARD, scope=scope) for name, scope in boards.items()),
    ))  # fmt: skip
    own = [
        seal(body, key=root, signer="authority/root", subject="election", election=election, issued_at=CLOCK)
        for body in (charter, people)
    ]
    areas = write_areas(tree)
    begin(
        home / "authority",
        Beginning([definition, *own], {digest_of(areas): areas}),
        role=LogRole.OFFICIAL,
        operator=config.code,
        origin=config.log.origin,
        titles={},
        keyring=NoteSigner(config.log.origin, KeyType.ED25519, log_key.seed()),
        clock=CLOCK,
        key_file=lambda path: write_key_file(
            path.with_name("log.key"), log_key_name(config.log.origin), log_key, WORDS
        ),
    )
    roll = (
        'frozen_on = "2031-03-10"\n'
        'stations = { file = "stations.csv", media_type = "text/csv" }\n'
        'centers = { file = "centers.csv", media_type = "text/csv" }\n'
    )
    for name in ("stations.csv", "centers.csv"):
        shutil.copyfile(EXAMPLE / name, home / name)
    (home / "roll.toml").write_text(roll)
    made = Election(home)
    made.publish()
    return home


def roll_in_force(election: Election) -> Election:
    election.say("authority/officer-1", "roll", "--from", election.home / "roll.toml")
    at = election.log().size - 1
    election.say("authority/officer-2", "--same-as", at, "--yes")
    return election
