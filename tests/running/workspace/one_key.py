"""A small election in which every record type is said by a key that may say it, with whatever figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from escrutinio.base.errors import RecordError
from escrutinio.base.files import write_files
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.rights import RIGHTS
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.bounds import OutOfBoundsError
from escrutinio.core.records.codes import Role
from escrutinio.core.records.keys import SMALL_ORDER
from escrutinio.core.records.possession import signed_by_key
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.browser.bundle import bundle
from escrutinio.running.workspace.views import write_views
from tests.core.election.build import DAY, ROOT, STATIONS, Day, attachment, key
from tests.core.log.builders import NOW
from tests.core.records.extremes import extreme_bodies, subjects
from tests.core.verification.lab import trust_of, write_log

SAID = b"what was said"
LISTING = b"machine,station\nmachine/1,n1.01\n"
CENTERS = b"center,area,name\nn1,norte,Uno\n"
FILES = {t.Roll: STATIONS, t.Lifecycle: LISTING}
"""What the attachments of a record hold, where it is not words."""
CONTESTS = ("presidente", "consejo")
SIGNERS = {
    role: {Role.AUTHORITY: "authority/1", Role.PARTY: "party/azul/1"}.get(role, f"{role.name.lower()}/1")
    for role in Role
}
KNOWN: dict[str, object] = {
    "uint53": 3, "count": 2, "seconds": DAY, "bit": 1, "uint8": 1, "file-size": len(SAID),
    "part": 1, "whole": 2,
    "digest": sha256(SAID).digest(), "key": key("machine/9").public_key, "kid": key("machine/9").kid,
    "signature": bytes(64), "salt": bytes(32),
    "code": "ana", "name": "observer/1", "date": "2030-12-01", "short": "51.2", "long": "art. 1",
    "media-type": "text/plain", "counts": (5, 4, 3, 2),
}  # fmt: skip
KINDS = tuple(kind for kind in t.BY_CODE.values() if kind not in (t.Definition, t.Charter, t.Revocation))


@dataclass(frozen=True)
class Case:
    """One record that a log may be asked to take."""

    what: str
    body: t.Body
    subject: str


def signer(kind: type[t.Body]) -> str:
    """The name of a key whose role signs records of a type."""
    return next((SIGNERS[role] for role, kinds in RIGHTS.items() if kind in kinds), ROOT)


def cases(kind: type[t.Body]) -> Iterator[Case]:
    """Every extreme of a type, of the first of its subjects; and an ordinary one of each other subject."""
    usual, *others = subjects(kind.SUBJECT)
    bodies = list(extreme_bodies(kind, KNOWN | {"attachment": attachment(FILES.get(kind, SAID))}))
    if isinstance(bodies[0][1], t.Enrolment):
        bodies = [(what, body) for what, body in bodies if _fit(body)]
    for what, body in bodies:
        yield Case(what, _fresh(body, what), usual)
    for subject in others:
        yield Case(f"{kind.NAME} of {subject}", _fresh(bodies[0][1], subject), subject)


def _fit(body: Any) -> bool:
    return all(each.public_key == KNOWN["key"] and each.public_key not in SMALL_ORDER for each in body.keys)


def _fresh(body: Any, what: str) -> Any:
    """An announcement under a code of its own, so that none replaces another; a roll with centers."""
    if isinstance(body, t.Roll) and body.centers == body.stations:
        return replace(body, centers=attachment(CENTERS))
    if isinstance(body, t.Claim | t.Statement) and body.code == KNOWN["code"]:
        return replace(body, code="c" + sha256(what.encode()).hexdigest()[:12])
    return body


class OneKey(Day):
    """A day with sheets, a copy and a hand count, whose log then takes whatever one key says."""

    def __init__(self) -> None:
        super().__init__()
        enrolled = (
            (name, role) for role, name in SIGNERS.items() if role not in (Role.AUTHORITY, Role.PARTY)
        )
        self.enrol_all([(name, role, ()) for name, role in enrolled])
        for content in (SAID, LISTING, CENTERS):
            self.attach(content)
        self.zero("machine/1", "n1.01")
        self.sheet("machine/1", "n1.01", (50, 40, 3, 2), 1, 1)
        self.sheet("machine/1", "n1.02", (40, 40, 3, 2), ballots=85)
        self.sheet("machine/1", "n1.01", (5, 4), contest="consejo")
        self.copy("party/azul/1", "n1.01", (50, 40, 3, 2), 1)
        self.hand_count("party/azul/1", "n1.01", (50, 40, 3, 2))
        self.last: dict[tuple[object, ...], bytes] = {}
        self.admission = Admission(self.attachments.get)
        self.admission.follow(self.log)

    def take(self, case: Case) -> bool:
        """Say it, by a key that may, and let the log take it; whether the formats have such a record."""
        body: Any = case.body
        if isinstance(body, t.Enrolment):
            body = replace(body, keys=tuple(self._proved(each) for each in body.keys))
        matter = (body.TYPE, case.subject, getattr(body, "candidate", None), getattr(body, "number", None))
        if getattr(body, "replaces", b"") is None and matter in self.last:
            body = replace(body, replaces=self.last[matter])
        try:
            self.say(body, signer(type(body)), case.subject)
        except OutOfBoundsError:
            return False
        except RecordError as error:
            if "bytes; 65,535 are allowed" in str(error):
                return False
            raise
        raw = self.log[-1]
        if getattr(case.body, "replaces", None) is None:
            self.last[matter] = sha256(raw).digest()
        (verdict,) = self.admission.judge([raw])
        assert verdict is None, (case.what, verdict)
        self.admission.follow([raw])
        return True

    def _proved(self, enrolled: p.EnrolledKey) -> p.EnrolledKey:
        """With the proof of its holder, without which no log takes it."""
        signed = signed_by_key(self.election, enrolled)
        return replace(enrolled, proof=key("machine/9").sign(signed))


def is_at_hand(case: Case, day: Day) -> bool:
    """Whether every file that a record names is there, as it says."""
    return all(
        day.attachments.get(each.digest) is not None and len(day.attachments[each.digest]) == each.size
        for each in _named(case.body)
    )


def _named(value: object) -> Iterator[p.Attachment]:
    if isinstance(value, p.Attachment):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _named(item)
    elif isinstance(value, t.Body):
        yield from _named(tuple(vars(value).values()))


def day_of(said: Iterable[Case]) -> OneKey:
    """A day in which all this is said."""
    day = OneKey()
    for case in said:
        day.take(case)
    return day


def publish_whole(directory: Path, day: Day, state: ElectionState) -> Trust:
    """A publication with data, pages in both languages, feeds and indexes."""
    trust = trust_of(day)
    signed = write_log(directory / "log", day.log)
    attached = [(f"attachments/{file_name(digest)}", raw) for digest, raw in day.attachments.items()]
    write_files(directory, [*attached, ("verify.html", bundle()), ("trust.toml", format_trust(trust))])
    write_views(
        directory, state, Presentation(), checkpoint=signed, trust=trust, clock=NOW, sources=(),
        progress=lambda *_: None,
    )  # fmt: skip
    return trust


def commands(directory: Path, out: Path, signers: Iterable[str]) -> Iterator[tuple[object, ...]]:
    """Everything that a reader may ask about the publication in a directory."""
    stations = [line.split(b",")[0].decode() for line in STATIONS.splitlines()[1:]]
    for words in ((), ("--json",)):
        for each in (*signers, *stations):
            yield ("show", each, "--log", directory, *words)
        for contest in CONTESTS:
            about = (directory, "--contest", contest, *words)
            yield ("claims", *about)
            yield ("irreversibility", *about)
            yield ("audit", "plan", *about)
            yield ("audit", "status", *about)
            yield ("screen", *about, "--reps", "399", "--seed", "7")
            yield ("quickcount", "sample", *about, "--seed", "27182818284590452353", "--take", "2")
        yield (
            "reconcile",
            f"{directory}#reported",
            f"{directory}#copies:party/azul",
            "--contest",
            "presidente",
            *words,
        )
    yield ("report", directory, "-o", out / "report.html")
    yield ("report", directory, "-o", out / "informe.html", "--pdf", out / "informe.pdf", "--lang", "es")
    for number, station in enumerate(stations):
        yield ("dossier", station, "--log", directory, "-o", out / f"{number}.zip")
    yield ("print", "n1.01", "--log", directory, "--contest", "presidente", "-o", out / "n.pdf")
    yield ("extract", "norte", "--log", directory, "-o", out / "norte.zip")
