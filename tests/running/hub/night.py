"""A small election whose log a hub keeps, its processes, and people who send to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from escrutinio.core.election.areas import Area, build_areas, write_areas
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.codes import Category, LogRole, Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Deadline
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Complaint, Enrolment, TallySheet
from escrutinio.intake.authoring.compose import read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.running.workspace.log_keys import log_key_name
from escrutinio.running.workspace.workspace import Beginning, Workspace, begin, open_workspace
from tests.paths import ROOT

WORDS = "a passphrase for tests"
CLOCK = 1_935_000_000
EXAMPLE = ROOT / "examples" / "miniature"
ROLES = {
    "receiver/1": Role.RECEIVER,
    "observer/faro": Role.OBSERVER,
    "party/concha": Role.PARTY,
    "machine/1": Role.MACHINE,
}
WHO = {
    **os.environ, "ESCRUTINIO_PASSPHRASE": WORDS, "ESCRUTINIO_LANG": "en", "NO_COLOR": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Night:
    """A workspace that was begun below `home`, and the keys of those who speak in its log."""

    home: Path
    keys: dict[str, SigningKey]

    @property
    def directory(self) -> Path:
        return self.home / "authority"

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.directory)

    @property
    def election(self) -> bytes:
        return bytes.fromhex(self.workspace.settings.election)

    @property
    def signer(self) -> NoteSigner:
        return self.workspace.log_signer(WORDS)

    def complaints(self, count: int, first: int = 0, by: str = "observer/faro") -> list[bytes]:
        """So many different records by an observer."""
        return [
            seal(
                Complaint(Category.COUNT, CLOCK, digest_of(f"{number}".encode())),
                key=self.keys[by], signer=by, subject="election", election=self.election, issued_at=CLOCK,
            )
            for number in range(first, first + count)
        ]  # fmt: skip

    def sheets(self, count: int, by: str = "machine/1", version: int = 0) -> list[bytes]:
        """So many different tally sheets by a machine, of one station; the fold finds much in them."""
        return [
            seal(
                TallySheet((number, 1, 2, 3, 4), (0, 0)),
                key=self.keys[by], signer=by, subject="C1.01/presidencia", election=self.election,
                issued_at=CLOCK + version,
            )
            for number in range(count)
        ]  # fmt: skip

    def enrolment(self, name: str, role: Role = Role.OBSERVER) -> bytes:
        """The root enrols a new key, which is in `keys` from now on."""
        self.keys[name] = SigningKey.generate()
        body = Enrolment((enrolled(self.keys[name], self.election, name, role),))
        return seal(
            body, key=self.keys["authority/root"], signer="authority/root", subject="election",
            election=self.election, issued_at=CLOCK,
        )  # fmt: skip


def begun(home: Path, calendar: Sequence[Deadline] = ()) -> Night:
    """Begin the log: definition, charter, and the keys of `ROLES`. `calendar`: more dates."""
    text = (EXAMPLE / "election.toml").read_text()
    config = read_config(text[: text.index("[script]")].encode(), "election.toml", EXAMPLE)
    tree = build_areas(
        Area(row.code, row.parent, row.level, row.name) for row in read_tables(config, EXAMPLE).areas
    )
    keys = {name: SigningKey.generate() for name in (*ROLES, "authority/root")}
    root, log_key = keys["authority/root"], SigningKey.generate()
    write_key_file(home / "receiver.key", "receiver/1", keys["receiver/1"], WORDS)
    body = config.definition_body(root.public_key, tree)
    definition = seal(
        replace(body, calendar=(*body.calendar, *calendar)),
        key=root, signer="authority/root", subject="election", election=b"", issued_at=CLOCK,
    )  # fmt: skip
    election = digest_of(definition)
    people = Enrolment(tuple(enrolled(keys[name], election, name, role) for name, role in ROLES.items()))
    own = [
        seal(body, key=root, signer="authority/root", subject="election", election=election, issued_at=CLOCK)
        for body in (config.charter_body(root.public_key), people)
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
    return Night(home, keys)


@dataclass(frozen=True)
class Running:
    """A process of a hub, and where it listens."""

    process: subprocess.Popen[str]
    address: str

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def hub(
    night: Night,
    *arguments: object,
    what: str = "receive",
    clock: int | None = None,
    knows: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """`escrutinio hub WHAT` as a process, ended with the block; `clock`: the only moment that it knows;
    `knows`: more of its environment."""
    env = {**WHO, **(knows or {})}
    if clock is not None:
        env["SOURCE_DATE_EPOCH"] = str(clock)
    command = [sys.executable, "-u", "-m", "escrutinio", "hub", what, str(night.directory)]
    port = () if what == "publish" else ("--port", "0")
    with subprocess.Popen(
        [*command, *port, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.wait()
            address = line[line.index("http://") :].split()[0].rstrip("/") if "http://" in line else ""
            yield Running(process, address)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def published(night: Night) -> None:
    """One round of the publisher, without pages."""
    night.workspace.finish(night.signer, CLOCK)


def batch(records: Sequence[bytes]) -> bytes:
    """A CBOR sequence."""
    return b"".join(records)
