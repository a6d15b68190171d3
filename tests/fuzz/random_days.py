"""Elections made by chance: every record of every speaker, said by whoever, rightly and wrongly.

What officers, machines, boards, parties and observers can say is said of stations and contests that exist
and of some that do not; keys are enrolled late, revoked and used by others; records are repeated and damaged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any

from escrutinio.base.errors import RecordError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuditMethod,
    AuditOutcome,
    AuthorRole,
    Basis,
    Category,
    Channel,
    Closes,
    Contingency,
    Decision,
    EventKind,
    Form,
    LogRole,
    Nomination,
    RefusalReason,
    Removal,
    RevocationReason,
    Role,
    StationChangeKind,
    Step,
)
from tests.core.election.build import AREAS, CLOSES, DAY, ORIGIN, ROOT, SOFTWARE, STATIONS, Day, key

STATIONS_SAID = ("n1.01", "n1.02", "n2.01", "s1.01", "nowhere")
CONTESTS = {"presidente": 4, "consejo": 2, "nada": 3}
AREAS_SAID = ("isla", "norte", "sur", "marte")
CANDIDATES = ("ana", "blas", "carla", "zz", "others")
MOST = 253_402_300_799
"""The last second that a record may state: of year 9999."""

OFFICERS = ("authority/1", "authority/2")
ROLLS = (
    STATIONS,
    STATIONS.replace(b",100", b",7"),
    STATIONS.replace(b"s1.01,s1,sur,50\n", b""),
    STATIONS.replace(b",100", b","),
    b"station,center,area,registered\nn1.01,n1,sur,30\n",
)
UNREADABLE_ROLLS = (
    b"broken", STATIONS.replace(b"\n", b"\r\n"), STATIONS[:-1], STATIONS + b"\n", b"\xef\xbb\xbf" + STATIONS,
    STATIONS.replace(b"norte", b"marte"), STATIONS.replace(b"n1.01", b'"n1.01"'),
    STATIONS.replace(b",50", b",+50"), b"station,center,area,registered\n",
    STATIONS + STATIONS.split(b"\n", 1)[1], STATIONS.replace(b",50", b",050"),
)  # fmt: skip
LISTINGS = (b"machine,station\nmachine/0,n1.01\n", b"machine,station\n", b"machine\nx\n", b"")


class RandomDay:
    """A day that grows by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.day = Day(
            officers=random.choice((1, 1, 2, 3)),
            role=random.choice((LogRole.OFFICIAL, LogRole.OFFICIAL, LogRole.IMPORTER, LogRole.PARTY)),
            author=random.choice((AuthorRole.AUTHORITY, AuthorRole.AUTHORITY, AuthorRole.IMPORTER)),
            calendar=(CLOSES,) if random.random() < 0.5 else (),
            stations=None,
        )
        self.names = [*OFFICERS, "party/azul/1"]
        self.at = DAY
        self.acts: dict[tuple[int, str], list[bytes]] = {}

    def grow(self, most: int) -> Day:
        """The day, with up to so many records more."""
        for _ in range(self.random.randrange(3, 9)):
            self.enrol()
        if self.random.random() < 0.8:
            self.roll()
        for _ in range(self.random.randrange(10, most)):
            self.at = self.random.choice((DAY, DAY, DAY + 5))
            (act,) = self.random.choices(list(ACTS), weights=list(ACTS.values()))
            with suppress(RecordError):  # a sum too large to be said
                act(self)
        return self.day

    # --- what is chosen --------------------------------------------------------------------------------

    def maybe(self, value: Any, share: float = 0.4) -> Any:
        """The value, or nothing."""
        return value if self.random.random() < share else None

    def some(self, *values: Any) -> Any:
        return self.random.choice(values)

    def who(self) -> str:
        return self.random.choice(self.names) if self.random.random() < 0.95 else ROOT

    def station(self) -> str:
        return self.random.choice(STATIONS_SAID if self.random.random() < 0.1 else STATIONS_SAID[:4])

    def contest(self) -> str:
        return self.random.choices(list(CONTESTS), (8, 3, 0.4))[0]

    def number(self) -> int:
        rare = self.random.random() < 0.05
        return self.random.choice((2**32 - 1, 2**32 - 1, 1_000) if rare else (0, 1, 2, 3, 4, 5, 20, 60))

    def figures(self, contest: str) -> tuple[tuple[int, ...], int, int, int]:
        """Counts of a contest, null, blank, and their sum."""
        many = CONTESTS[contest] + (self.some(-1, 1) if self.random.random() < 0.04 else 0)
        usual = (5, 4, 3, 2, 0)[:many]
        counts = usual if self.random.random() < 0.5 else tuple(self.number() for _ in range(many))
        null, blank = self.some(0, 0, 1), self.some(0, 0, 2)
        return counts, null, blank, sum(counts) + null + blank

    def head(self) -> p.LogHead:
        return p.LogHead(self.some(ORIGIN, "x"), self.some(0, 3, len(self.day.log), 10**9), bytes(32))

    def say(self, body: t.Body, subject: str, by: str | None = None) -> None:
        """Said by anybody, seldom with the key of somebody else."""
        name = by or self.who()
        signing = key("forger") if self.random.random() < 0.03 else None
        self.day.say(body, name, subject, at=self.at, signing=signing)

    def officers_say(self, body: t.Body, subject: str) -> None:
        """Said by both officers, by one of them, or by somebody who is none.

        What stands for one matter at a time names the act that it replaces: rightly, wrongly, or not at all.
        """
        said = self.acts.setdefault((body.TYPE, subject), [])
        if hasattr(body, "replaces") and self.random.random() < 0.8:
            named = said[-2:] if self.random.random() < 0.8 else [*said, bytes(32)]
            body = replace(body, replaces=self.some(*named) if named else None)  # type: ignore[type-var]
        for name in self.some(OFFICERS, OFFICERS, OFFICERS[:1], (self.who(),)):
            self.day.say(body, name, subject, at=self.at)
            said.append(sha256(self.day.log[-1]).digest())

    # --- what is said ----------------------------------------------------------------------------------

    def enrol(self) -> None:
        role = self.some(*Role)
        name = f"{role.name.lower().replace('_', '-')}/{self.random.randrange(4)}"
        name += f"/{self.random.randrange(2)}" if self.random.random() < 0.4 else ""
        scope = tuple(self.random.sample(STATIONS_SAID + AREAS_SAID, self.some(0, 0, 1, 1, 2)))
        contests = tuple(self.random.sample(list(CONTESTS), self.some(0, 0, 0, 1)))
        held = key(name) if self.random.random() < 0.9 else key(self.some(*self.names, ROOT))
        enrolled = p.EnrolledKey(name, held.public_key, role, scope, contests, ())
        by = ROOT if self.random.random() < 0.95 else self.who()
        self.day.say(t.Enrolment((enrolled,)), by, "election", at=self.some(DAY, DAY - 500, DAY - 100))
        self.names.append(name)

    def revoke(self) -> None:
        kid = key(self.some(*self.names, ROOT)).kid
        by = ROOT if self.random.random() < 0.9 else self.who()
        self.day.say(t.Revocation(kid, self.some(*RevocationReason)), by, "election", at=self.at)

    def roll(self) -> None:
        table = self.some(*(UNREADABLE_ROLLS if self.random.random() < 0.15 else ROLLS))
        declared = () if self.random.random() < 0.5 else (p.Declared(self.some(*AREAS_SAID), 3),)
        centers = self.maybe(self.day.attach(self.some(b"center,area,name\nn1,norte,Uno\n", b"bad\n")), 0.1)
        body = t.Roll(self.day.attach(table), centers, declared, "2030-11-01")
        self.officers_say(body, "election")

    def tally_sheet(self) -> None:
        contest = self.contest()
        counts, null, blank, total = self.figures(contest)
        body = t.TallySheet(counts, null, blank, self.maybe(self.some(total, total, total + 1)))
        self.say(body, f"{self.station()}/{contest}")

    def zero_report(self) -> None:
        contest = self.contest()
        counts = self.figures(contest)[0] if self.random.random() < 0.3 else (0,) * CONTESTS[contest]
        self.say(t.ZeroReport(counts, SOFTWARE), f"{self.station()}/{contest}")

    def manual_sheet(self) -> None:
        contest = self.contest()
        counts, null, blank, total = self.figures(contest)
        body = t.ManualSheet(counts, null, blank, self.maybe(total), self.maybe(self.number()))
        self.say(body, f"{self.station()}/{contest}")

    def copy(self) -> None:
        contest = self.contest()
        counts, null, blank, total = self.figures(contest)
        body = t.Copy(
            counts, null, blank, self.maybe(total), self.maybe(self.number()), self.maybe(self.some(3, 100)),
            self.some(*Form), self.maybe(bytes(32)), self.maybe(bytes(32)),
        )  # fmt: skip
        self.say(body, f"{self.station()}/{contest}")

    def hand_count(self) -> None:
        contest = self.contest()
        counts, null, blank, total = self.figures(contest)
        body = t.HandCount(
            counts, null, blank, self.maybe(self.some(total, total + 1)), self.maybe(bytes(32))
        )
        self.say(body, f"{self.station()}/{contest}")

    def ruling(self) -> None:
        entry = self.maybe(self.random.randrange(len(self.day.log) + 2), 0.6)
        body = t.Ruling(None, self.some(*Decision), entry, "art. 1", None)
        self.officers_say(body, f"{self.station()}/{self.contest()}")

    def station_change(self) -> None:
        center = self.some("n1", "s1", "zz")
        body = t.StationChange(
            self.some(*StationChangeKind), center, self.maybe(self.some(0, 5, 1_000)), None
        )
        self.officers_say(body, self.station())

    def contingency(self) -> None:
        self.officers_say(t.ContingencyOpening(self.some(*Contingency)), self.station())

    def lifecycle(self) -> None:
        machines = (p.MachineAt(self.some("machine/0", "machine/zz"), self.maybe(self.station())),)
        listed = self.random.random() < 0.3
        listing = self.day.attach(self.some(*LISTINGS)) if listed else None
        body = t.Lifecycle(self.some(*Step), () if listed else machines, self.maybe(SOFTWARE), listing)
        self.officers_say(body, "lot-1")

    def withdrawal(self) -> None:
        file = self.some(STATIONS, AREAS, b"the report", *ROLLS, *LISTINGS)
        self.say(t.Withdrawal(sha256(file).digest(), self.some(*Removal)), "election")

    def complaint(self) -> None:
        place = self.some("election", "area/norte", "area/zz", "station/n1.01", "station/zz")
        if self.random.random() < 0.5:
            self.say(t.Complaint(self.some(*Category), DAY, bytes(32)), place)
        else:
            self.say(t.IncidentReport(self.some(*Category), DAY, (self.day.attach(b"the report"),)), place)

    def co_record(self) -> None:
        record = self.random.choice(self.day.log)
        self.say(t.CoRecord(sha256(record).digest()), "election")

    def bulletin(self) -> None:
        votes = tuple(self.random.randrange(100) for _ in range(self.some(3, 3, 2)))
        body = t.Bulletin(
            self.random.randrange(3), self.some(*Basis), self.head(), votes, 0, 0, self.random.randrange(5)
        )
        self.officers_say(body, self.some("presidente", "presidente/norte", "consejo", "presidente/zz"))

    def proclamation(self) -> None:
        elected = tuple(self.some(*CANDIDATES) for _ in range(self.random.randrange(1, 3)))
        votes = tuple(self.random.randrange(100) for _ in range(self.some(3, 2)))
        self.officers_say(t.Proclamation(elected, self.head(), votes), self.contest())

    def nomination(self) -> None:
        self.officers_say(
            t.NominationChange(self.some(*CANDIDATES), self.some(*Nomination), "art. 2"), self.contest()
        )

    def claim(self) -> None:
        shares = ("51.2", "0.0", "100", "33.333333", "0")
        announced = tuple(
            p.Announced(
                self.some(*CANDIDATES),
                self.maybe(self.some(0, 5, 10**6, 2**53 - 1)),
                self.maybe(self.some(*shares)),
            )
            for _ in range(self.random.randrange(5))
        )
        body = t.Claim(
            f"c{self.random.randrange(3)}", (p.Title("en", "A claim"),), "2030-12-01", announced,
            self.maybe(self.some(0, 10, 100, 10**9)), self.maybe(3), self.maybe(self.some(0, 20, 10**9)),
            self.maybe(10**10), self.maybe("80"), self.maybe("75.5"), ("http://a.example",), None,
        )  # fmt: skip
        self.say(body, self.some("presidente", "presidente/norte", "consejo", "nada"))

    def statement(self) -> None:
        about = (p.Title("es", "Lo dicho"),)
        file = self.day.attach(b"what was said")
        body = t.Statement(
            f"s{self.random.randrange(3)}", about, self.maybe("2030-12-02"), file, "http://a.example", None
        )
        self.say(body, "election")

    def audit(self) -> None:
        limit = p.Fraction(self.some(0, 1, 5), self.some(1, 20))
        by, contest = self.who(), self.some("presidente", "consejo")
        body = t.AuditCommitment(self.some(*AuditMethod), limit, self.head(), ("party/azul", "observer/0"))
        self.say(body, contest, by)
        named = sha256(self.day.log[-1]).digest()
        self.say(t.AuditSeed(named, "123456"), contest, by)
        drawn = tuple(self.some("n1.01", "n1.02", "zz") for _ in range(self.random.randrange(6)))
        self.say(t.AuditSample(named, self.random.randrange(3), drawn), contest, by)
        self.say(t.AuditResult(named, self.random.randrange(3), limit, None), contest, by)

    def arrival(self) -> None:
        arrived = (p.Arrived(self.some(*Channel), 5),) * self.random.randrange(3)
        self.say(t.Arrival(self.some(0, 5, 10**9), arrived, ()), "election")

    def closing(self) -> None:
        self.officers_say(t.Closing(self.some(*Closes), "art. 3"), "election")

    def removal_request(self) -> None:
        file = self.some(STATIONS, b"the report", *LISTINGS)
        body = t.RemovalRequest(sha256(file).digest(), self.some(*Removal), "art. 4")
        self.officers_say(body, "election")

    def accreditation(self) -> None:
        areas, ends = tuple(self.random.sample(AREAS_SAID, self.some(0, 1, 2))), self.some(DAY, 2 * DAY, MOST)
        body = t.Accreditation((p.Title("es", "Observa"),), areas, self.some((), ("consejo",)), DAY, ends)
        self.officers_say(body, self.some("observer/0", "observer/1/0", "party/azul/1"))
        if self.random.random() < 0.5:
            named = sha256(self.day.log[-1]).digest()
            self.say(t.Acceptance(named, self.some(0, 1)), self.some("observer/0", "party/azul/1"))

    def observation(self) -> None:
        place = self.some("election", "area/norte", "station/n1.01", "station/zz")
        report = self.maybe(self.day.attach(b"what was seen"))
        self.say(t.ObservationReport(self.some(bytes(32), sha256(b"what was seen").digest()), report), place)

    def machine_says(self) -> None:
        match self.random.randrange(3):
            case 0:
                event = t.MachineEvent(self.some(*EventKind), self.some(DAY, MOST), self.random.randrange(9))
                self.say(event, self.station())
            case 1:
                self.say(t.SealCheck("A-1", self.some(0, 1)), self.station())
            case _:
                self.say(t.RefusalToSign(self.some(*RefusalReason)), f"{self.station()}/{self.contest()}")

    def minutes(self) -> None:
        self.officers_say(t.AuditMinutes(self.some(*AuditOutcome), self.some(0, DAY, MOST), ()), "audit-1")

    def disclosure(self) -> None:
        body = t.IncidentDisclosure(self.some(*Category), DAY, self.maybe(self.some(DAY + 9, MOST)), ())
        self.officers_say(body, self.some("election", "area/norte", "station/zz"))

    def repeat(self) -> None:
        self.day.log.append(self.random.choice(self.day.log[2:]))

    def damage(self) -> None:
        record = bytearray(self.random.choice(self.day.log[2:]))
        record[self.random.randrange(len(record))] ^= 1 << self.random.randrange(8)
        self.day.log.append(bytes(record))


ACTS: dict[Callable[[RandomDay], None], float] = {
    RandomDay.enrol: 6, RandomDay.roll: 3, RandomDay.tally_sheet: 18, RandomDay.zero_report: 4,
    RandomDay.manual_sheet: 6, RandomDay.copy: 14, RandomDay.hand_count: 8, RandomDay.ruling: 7,
    RandomDay.station_change: 4, RandomDay.contingency: 4, RandomDay.revoke: 4, RandomDay.lifecycle: 2,
    RandomDay.withdrawal: 2, RandomDay.complaint: 2, RandomDay.co_record: 2, RandomDay.bulletin: 2,
    RandomDay.proclamation: 1, RandomDay.nomination: 1, RandomDay.claim: 2, RandomDay.statement: 1,
    RandomDay.accreditation: 1, RandomDay.observation: 1, RandomDay.machine_says: 2, RandomDay.minutes: 1,
    RandomDay.disclosure: 1, RandomDay.closing: 2, RandomDay.removal_request: 1, RandomDay.audit: 1,
    RandomDay.arrival: 1, RandomDay.repeat: 4, RandomDay.damage: 2,
}  # fmt: skip
"""What is said, and how often."""


def random_day(random: Random, most: int = 60) -> Day:
    """An election made by chance, of at most about so many records."""
    return RandomDay(random).grow(most)
