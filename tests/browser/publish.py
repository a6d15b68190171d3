"""A small publication made with the Python log room: what the browser's modules read."""

from __future__ import annotations

import json
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import escrutinio.publication.browser as browser
from escrutinio.core.derived.version import KNOWN
from escrutinio.core.log.accept import Acceptor
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.codes import Role
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.downloads.data import write_data
from escrutinio.publication.site.index_keys import renew_indexes
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.shelf import Shelf
from tests.core.election.build import ORIGIN, Day
from tests.core.log.builders import NOW, AdmitAll, StrictWitness, cosigner
from tests.core.verification.lab import write_log
from tests.paths import ROOT

EXAMPLES = ROOT / "examples"
ASSETS = Path(browser.__file__).parent / "assets"
LOG_SIGNER = NoteSigner(ORIGIN, KeyType.ED25519, sha256(b"test key of the log").digest())
WITNESSES = ("party-azul.example", "observer.example")
POLICY = Policy(
    (LogIdentity(LOG_SIGNER.verifier),),
    tuple(WitnessIdentity(name, cosigner(name).verifier) for name in WITNESSES),
    (Group("both", 2, WITNESSES),),
    "both",
)


def isla() -> Day:
    """An official log of four stations: one copy agrees, one differs; a conflict; a bad sum."""
    day = Day()
    stations = ("n1.01", "n1.02", "n2.01", "s1.01")
    day.enrol_all([(f"machine/{station}", Role.MACHINE, (station,)) for station in stations])
    day.sheet("machine/n1.01", "n1.01", (21, 4, 3, 2), null=1)
    day.sheet("machine/n1.02", "n1.02", (5, 40, 3, 2), blank=2)
    day.sheet("machine/n2.01", "n2.01", (7, 7, 7, 7))
    day.sheet("machine/n2.01", "n2.01", (7, 7, 7, 8))
    day.sheet("machine/s1.01", "s1.01", (9, 9, 9, 9), ballots=35)
    day.copy("party/azul/1", "n1.01", (21, 4, 3, 2), null=1)
    day.copy("party/azul/1", "n1.02", (5, 41, 3, 2))
    day.copy("party/azul/1", "n2.01", (7, 7, 7, 7))
    day.enrol("party/azul/2", Role.PARTY)
    day.copy("party/azul/2", "n2.01", (7, 7, 7, 7))
    return day


def state_version(directory: Path, **version: int) -> None:
    """Let the description of `data/` state by which version its files were made; nothing, if by none."""
    path = directory / "data" / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package.pop("escrutinio", None)
    if version:
        package["escrutinio"] = version
    path.write_text(json.dumps(package), "utf-8")


def trust_of(day: Day, policy: Policy = POLICY) -> bytes:
    """The trust file for a day's log."""
    definition, charter = (sha256(raw).digest() for raw in day.log[:2])
    return format_trust(Trust(definition, charter, policy))


def publish(day: Day, directory: Path, shown: Presentation | None = None) -> None:
    """Write a day's log, in several appends, its attachments, its data and the site's indexes."""
    log = directory / "log"
    log.mkdir(parents=True)
    witnesses = [StrictWitness(name, LOG_SIGNER.verifier) for name in WITNESSES]
    with (
        closing(SqliteStore(directory / "store.db")) as store,
        Publisher(log, store, LOG_SIGNER, clock=lambda: NOW, policy=POLICY, witnesses=witnesses) as publisher,
    ):
        acceptor = Acceptor(store, open_log(log), AdmitAll())
        for start in range(0, len(day.log), 9):
            acceptor.accept(day.log[start : start + 9])
            publisher.publish()
    if len(set(day.log)) < len(day.log):
        write_log(log, day.log)  # an honest writer keeps no entry twice
    for digest, content in day.attachments.items():
        path = directory / "attachments" / digest.hex()
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    write_data(day.state(), directory / "data", generated_at=NOW, sources=())
    state_version(directory, tables=KNOWN.tables, rules=KNOWN.rules, size=len(day.log))
    site = Site(day.state(), shown or Presentation(), Shelf(directory))
    for name, content in renew_indexes(site, directory / "log", {}, ()).files:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
