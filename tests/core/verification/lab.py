"""Small publications of an election that does not exist: a log, attachments, tables, a trust file."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from escrutinio.base.files import write_files
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, cosign_checkpoint, sign_checkpoint
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.core.log.staging import LogEdge
from escrutinio.core.log.tiles import Frontier
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import Category, Decision
from escrutinio.core.records.types import IncidentReport
from escrutinio.publication.browser.bundle import bundle
from escrutinio.publication.downloads.data import write_data
from tests.core.election.build import DAY, ORIGIN, Day, machines, ruling
from tests.core.log.builders import NOW, cosigner, signer

LOG = signer(ORIGIN)
WITNESSES = ("witness-a", "witness-b")
MINIATURE = 156
"""How many entries the log of the miniature example has."""
NEEDED = "the area table"
UNUSED = b"The door was locked until eight."


def policy_of(witnesses: Sequence[str] = ()) -> Policy:
    """The log's key, and a quorum of all these witnesses."""
    known = tuple(WitnessIdentity(name, cosigner(name).verifier) for name in witnesses)
    groups = (Group("all", len(witnesses), tuple(witnesses)),) if witnesses else ()
    return Policy((LogIdentity(LOG.verifier),), known, groups, "all" if witnesses else "none")


def trust_of(day: Day, witnesses: Sequence[str] = ()) -> Trust:
    """What one must know to verify the log of a day."""
    definition, charter = (sha256(record).digest() for record in day.log[:2])
    return Trust(definition, charter, policy_of(witnesses), sha256(bundle()).digest())


def write_log(log: Path, entries: Sequence[bytes], witnesses: Sequence[str] = ()) -> SignedCheckpoint:
    """The files of a log of these entries, whatever they are."""
    edge, files = LogEdge(Frontier()).extend(entries)
    signed = sign_checkpoint(Checkpoint(ORIGIN, edge.size, edge.frontier.root), LOG)
    signed = signed.with_signatures(tuple(cosign_checkpoint(signed, cosigner(w), NOW) for w in witnesses))
    log.mkdir(parents=True, exist_ok=True)
    write_files(log, [*files, (CHECKPOINT, signed.note.data)])
    return signed


def publish(directory: Path, day: Day, witnesses: Sequence[str] = ()) -> Trust:
    """A publication of a day without pages; its trust file."""
    trust = trust_of(day, witnesses)
    write_log(directory / "log", day.log, witnesses)
    attached = [(f"attachments/{file_name(digest)}", raw) for digest, raw in day.attachments.items()]
    write_files(directory, [*attached, ("verify.html", bundle()), ("trust.toml", format_trust(trust))])
    write_data(day.state(), directory / "data", generated_at=DAY)
    return trust


def disputed() -> tuple[Day, Day]:
    """A day with a station annulled by one ruling and reinstated by the next; and the same with one more.

    Reinstated, Ana wins; annulled, Blas does. Whoever can show the one log to be verified and the other to be
    used chooses the winner.
    """
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", (50, 4, 3, 2))
    day.sheet("machine/2", "n1.02", (5, 40, 3, 2))
    annulled = ruling(day, Decision.ANNUL)
    selected = ruling(day, Decision.SELECT, sheet, replaces=annulled)
    longer = Day()
    longer.log, longer.attachments, longer.election = [*day.log], day.attachments, day.election
    ruling(longer, Decision.ANNUL, replaces=selected)
    return day, longer


MACHINES = (("machine/1", "n1.01"), ("machine/2", "n1.02"))


def long_day(sheets: int = 300, *, first: int | None = None) -> Day:
    """A day whose log has several bundles, with an attachment that no total needs.

    After the `first` sheets the others are of a second station.
    """
    day = machines(Day())
    report = IncidentReport(Category.ACCESS, DAY, (day.attach(UNUSED),))
    day.say(report, "party/azul/1", "station/n1.01")
    for number in range(sheets):
        machine, station = MACHINES[first is not None and number >= first]
        day.sheet(machine, station, (number, 4, 3, 2))
    return day
