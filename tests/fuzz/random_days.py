"""Elections made by chance: every record of every speaker, said by whoever, rightly and wrongly.

What officers, courts, machines, boards, parties and observers can say is said of stations and contests that
exist and of some that do not; keys are enrolled late, revoked and used by others; records are repeated and
damaged, taken back, and written as other versions would write them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from random import Random

from escrutinio.base.errors import RecordError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuditMethod,
    AuditOutcome,
    Basis,
    BoundSource,
    Category,
    Channel,
    Closes,
    Contingency,
    Decision,
    EventKind,
    Nomination,
    RefusalReason,
    Removal,
    RevocationReason,
    Role,
    Seal,
    StationChangeKind,
    Step,
)
from escrutinio.core.records.possession import enrolled
from tests.core.election.build import AREAS, DAY, ROOT, SOFTWARE, STATIONS, Day, key
from tests.fuzz.random_definitions import COURTS
from tests.fuzz.random_sheets import RandomSheets
from tests.fuzz.random_speakers import OFFICERS, STATIONS_SAID

AREAS_SAID = ("isla", "norte", "sur", "marte")
CANDIDATES = ("ana", "blas", "carla", "zz", "others")
MOST = 253_402_300_799
"""The last second that a record may state: of year 9999."""

UNFIT = (b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", bytes(32))
"""Public keys whose signatures cannot be checked."""
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


class RandomDay(RandomSheets):
    """A day that grows by chance."""

    def grow(self, most: int) -> Day:
        """The day, with up to so many records more."""
        if self.random.random() < 0.9:
            self.usual_keys()
        for _ in range(self.random.randrange(1, 6)):
            self.enrol()
        if self.random.random() < 0.9:
            for name in OFFICERS:
                self.day.roll(STATIONS, by=name)
                self.acts.setdefault((t.Roll.TYPE, "election"), []).append(self.of_last())
        else:
            self.roll()
        for _ in range(self.random.randrange(10, most)):
            self.at = self.random.choice((DAY, DAY, DAY + 5))
            (act,) = self.random.choices(list(ACTS), weights=list(ACTS.values()))
            with suppress(RecordError):  # a sum too large to be said, a ruling without what it needs
                act(self)
        return self.day

    # --- keys ------------------------------------------------------------------------------------------

    def usual_keys(self) -> None:
        """Of everybody who speaks in most elections, everywhere."""
        roles = {
            Role.MACHINE: ("machine/0", "machine/1"), Role.BOARD: ("board/0", "board/1"),
            Role.OBSERVER: ("observer/0", "observer/1/0"), Role.PARTY: ("party/rojo/1",),
            Role.RECEIVER: ("receiver/0",), Role.IMPORTER: ("importer/0",),
            Role.COURT: tuple(f"court/{code}/{number}" for code in COURTS for number in (1, 2)),
        }  # fmt: skip
        held = [(name, role, ()) for role, names in roles.items() for name in names]
        self.day.enrol_all(held, at=DAY - 500)
        self.names += [name for name, _, _ in held]

    def enrol(self) -> None:
        role = self.some(*Role, Role.MACHINE, Role.COURT)
        name = f"{role.name.lower().replace('_', '-')}/{self.random.randrange(4)}"
        name += f"/{self.random.randrange(2)}" if self.random.random() < 0.4 else ""
        if role is Role.COURT and self.random.random() < 0.9:
            name = f"court/{self.some(*COURTS)}/{self.some(1, 2)}"
        scope = tuple(self.random.sample(STATIONS_SAID + AREAS_SAID, self.some(0, 0, 1, 1, 2)))
        contests = tuple(self.random.sample([*self.contests, "nada"], self.some(0, 0, 0, 1)))
        if role is Role.COURT and self.random.random() < 0.8:
            scope = contests = ()
        held = key(name) if self.random.random() < 0.9 else key(self.some(*self.names, ROOT))
        election = self.day.election if self.random.random() < 0.96 else bytes(32)
        made = enrolled(held, election, name, role, scope=scope, contests=contests)
        if self.random.random() < 0.03:
            made = replace(
                made, **self.some({"name": name + "x"}, {"proof": bytes(64)}, {"scope": ("isla",)})
            )
        by = ROOT if self.random.random() < 0.95 else self.who()
        at = self.some(DAY, DAY - 500, DAY - 100)
        self.names.append(name)
        if self.random.random() < 0.05:
            self.enrol_plainly(made, by, at)
        else:
            self.day.say(t.Enrolment((made,)), by, "election", at=at)
            self.note(t.Enrolment((made,)))

    def enrol_plainly(self, made: p.EnrolledKey, by: str, at: int) -> None:
        """As the version before wrote it, without proof; or a key that no signature can be checked with."""
        said: list[object] = [made.name, made.public_key, int(made.role), [*made.scope], [*made.contests], []]
        before = self.random.random() < 0.6
        if not before:
            said = [said[0], self.some(*UNFIT), *said[2:], made.proof]
        self.day.say_plain(3, [[said]], by, "election", at=at, version=1 if before else 2)

    def revoke(self) -> None:
        kid = key(self.some(*self.names, ROOT)).kid
        by = ROOT if self.random.random() < 0.9 else self.who()
        body = t.Revocation(kid, self.some(*RevocationReason), "art. 6")
        self.day.say(body, by, "election", at=self.at)
        self.note(body)
        if self.random.random() < 0.5:
            self.consent(self.of_last())

    def consent(self, named: bytes) -> None:
        """Officers, or somebody, agree to a record of the root."""
        for name in self.some(OFFICERS, OFFICERS[:1], (self.who(),)):
            self.say(t.CoRecord(named), "election", name)

    def co_record(self) -> None:
        self.consent(self.of_log(self.some(t.Enrolment, t.Revocation, None)))

    def roll(self) -> None:
        table = self.some(*(UNREADABLE_ROLLS if self.random.random() < 0.15 else ROLLS))
        declared = () if self.random.random() < 0.5 else (p.Declared(self.some(*AREAS_SAID), 3),)
        centers = self.maybe(self.day.attach(self.some(b"center,area,name\nn1,norte,Uno\n", b"bad\n")), 0.1)
        body = t.Roll(self.day.attach(table), centers, declared, "2030-11-01")
        self.officers_say(body, "election")

    # --- acts of officers and courts -------------------------------------------------------------------

    def ruling(self) -> None:
        decision = self.some(*Decision)
        right = self.random.random() < 0.95
        body = t.Ruling(
            None,
            decision,
            self.of_log(self.some(t.TallySheet, t.TallySheet, t.ManualSheet, t.Copy))
            if (decision is Decision.SELECT) is right
            else None,
            DAY + 9 if (decision is Decision.STAY) is right else None,
            "art. 1",
            None,
            bytes(32) if decision is Decision.REVERSE else None,
        )
        contest = self.contest()
        subject = self.some(
            *(f"station/{self.station()}/{contest}",) * 4,
            f"area/{self.some(*AREAS_SAID)}/{contest}",
            f"contest/{contest}",
        )
        before = len(self.day.log)
        self.officers_say(body, subject, *self.judges())
        if decision in (Decision.RECOUNT, Decision.REPEAT):
            self.ordered += [sha256(raw).digest() for raw in self.day.log[before:]]
            station = subject.split("/")[1] if subject.startswith("station") else self.station()
            ruling = self.some(*self.ordered[-2:])
            for _ in range(self.random.randrange(3)):
                sheet = t.ManualSheet(**self.sheet(contest), ruling=ruling)
                self.say(sheet, f"{station}/{contest}", self.by("board"))

    def lots(self) -> None:
        among = tuple(self.random.sample(CANDIDATES, self.some(2, 3)))
        drawn = tuple(self.random.sample(among, self.some(1, 2)))
        self.officers_say(t.Lots(among, drawn, ()), self.contest(), *self.judges())

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

    def bulletin(self) -> None:
        subject = self.some("presidente", "presidente/norte", "consejo", "presidente/zz")
        figures = self.figures(subject.split("/")[0])
        candidates = tuple(self.random.randrange(100) for _ in range(self.some(3, 3, 2)))
        body = t.Bulletin(
            self.random.randrange(3), self.some(*Basis), self.head(), candidates, figures["classes"],
            figures["valid"], self.random.randrange(5),
        )  # fmt: skip
        self.officers_say(body, subject)

    def proclamation(self) -> None:
        elected = tuple(self.some(*CANDIDATES) for _ in range(self.random.randrange(1, 3)))
        votes = tuple(self.random.randrange(100) for _ in range(self.some(3, 2)))
        self.officers_say(t.Proclamation(elected, self.head(), votes), self.contest())

    def next_round(self) -> None:
        self.officers_say(t.NextRound(bytes(32), "log.example/isla-2"), self.contest())

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
        if self.random.random() < 0.5:
            boxes = self.day.attach(b"station,seal,most\nn1.01,A-1,100\n")
            self.say(t.BallotManifest(boxes), contest, by)
        body = t.AuditCommitment(
            self.some(*AuditMethod), limit, self.head(), self.some("reported", "ruled", "x"),
            self.some(*BoundSource), self.maybe(self.number()), self.maybe(limit),
            self.maybe(self.of_log(t.BallotManifest)), ("party/azul", "observer/0"), ("party/azul",),
            self.maybe(self.of_log(t.AuditCommitment), 0.1),
        )  # fmt: skip
        self.say(body, contest, by)
        named = self.of_last()
        salt = bytes(32)
        self.say(t.DigitsCommitment(named, sha256(salt + b"123456").digest()), contest)
        seed = t.AuditSeed(named, "123456", self.maybe(salt), self.maybe("observer/0", 0.2))
        self.say(seed, contest, by)
        boxes_drawn = tuple(
            p.Box(self.some("n1.01", "n1.02", "zz"), self.maybe(self.number()))
            for _ in range(self.random.randrange(6))
        )
        self.say(t.AuditSample(named, self.random.randrange(3), boxes_drawn), contest, by)
        self.say(t.CountCommitment(named, bytes(32)), f"{self.station()}/{contest}")
        mixed = t.MixedCount((self.station(),), named, (self.number(), 1), (0,), None, None, self.maybe(salt))
        self.say(mixed, f"{self.station()}/{contest}")
        corrects = self.maybe(self.of_log(t.AuditResult), 0.2)
        self.say(t.AuditResult(named, self.random.randrange(3), limit, None, corrects), contest, by)

    def arrival(self) -> None:
        arrived = (p.Arrived(self.some(*Channel), 5),) * self.random.randrange(3)
        self.say(t.Arrival(self.some(0, 5, 10**9), arrived, ()), "election")
        self.say(t.WaitingSet(7, bytes(32), DAY + 60, 1), "election")

    def closing(self) -> None:
        self.officers_say(t.Closing(self.some(*Closes), "art. 3"), "election")

    def removal_request(self) -> None:
        file = self.some(STATIONS, b"the report", *LISTINGS)
        body = t.RemovalRequest(sha256(file).digest(), self.some(*Removal), "art. 4")
        self.officers_say(body, "election", *self.judges())

    def promise(self) -> None:
        self.say(t.Promise(self.of_log(), self.some(DAY, MOST)), "election")

    def kept(self) -> None:
        """Custody, checklists and visits, which change no total."""
        report = (self.day.attach(b"the report"),)
        match self.random.randrange(3):
            case 0:
                custody = t.Custody("box-1", "A-1", self.some(*Seal), self.some(DAY, MOST), ())
                self.say(custody, self.station())
            case 1:
                points = self.day.attach(b"points")
                self.say(t.Checklist(points, ("one",), self.some((), ("two",))), self.station())
            case _:
                self.say(t.Visit(DAY, self.maybe(self.some(DAY, MOST)), report), self.station())

    def accreditation(self) -> None:
        areas, ends = tuple(self.random.sample(AREAS_SAID, self.some(0, 1, 2))), self.some(DAY, 2 * DAY, MOST)
        body = t.Accreditation((p.Title("es", "Observa"),), areas, self.some((), ("consejo",)), DAY, ends)
        self.officers_say(body, self.some("observer/0", "observer/1/0", "party/azul/1"))
        if self.random.random() < 0.5:
            named = self.of_last()
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

    def otherwise(self) -> None:
        """As another version would say it: a type that is not known, a known one in another version, or what
        is beyond a bound of the formats."""
        by, place = self.who(), f"{self.station()}/{self.contest()}"
        code, version, subject, values = self.some(
            *((code, 1, place, []) for code in (134, 255, 1_000)),
            *((code, 1, "election", [[], 1]) for code in (45, 127)),
            (14, 3, place, [[1]]),
            (14, 1, place, [[5, 4, 3, 2], 0, 0, []]),
            (129, 2, place, []),
            (4, 1, "election", [bytes(8), 0]),
            (24, 2, f"station/{place}", [[], 2, [], [], "art. 1", []]),
            (24, 2, f"station/{place}", [[], 7, [], [], "art. 1", []]),
            (24, 2, f"station/{place}", [[], 1, [bytes(32)], [], "art. 1", []]),
            (44, 1, "election", [bytes(32), MOST + 1]),
        )
        self.day.say_plain(code, values, by, subject, at=self.at, version=version)

    def repeat(self) -> None:
        self.day.log.append(self.random.choice(self.day.log[2:]))

    def damage(self) -> None:
        record = bytearray(self.random.choice(self.day.log[2:]))
        record[self.random.randrange(len(record))] ^= 1 << self.random.randrange(8)
        self.day.log.append(bytes(record))


ACTS: dict[Callable[[RandomDay], None], float] = {
    RandomDay.enrol: 6, RandomDay.roll: 3, RandomDay.tally_sheet: 18, RandomDay.zero_report: 4,
    RandomDay.manual_sheet: 6, RandomDay.copy: 14, RandomDay.hand_count: 8, RandomDay.ruling: 9,
    RandomDay.station_change: 4, RandomDay.contingency: 4, RandomDay.revoke: 2, RandomDay.lifecycle: 2,
    RandomDay.withdrawal: 2, RandomDay.complaint: 2, RandomDay.co_record: 2, RandomDay.bulletin: 2,
    RandomDay.proclamation: 1, RandomDay.nomination: 1, RandomDay.claim: 2, RandomDay.statement: 1,
    RandomDay.accreditation: 1, RandomDay.observation: 1, RandomDay.machine_says: 2, RandomDay.minutes: 1,
    RandomDay.disclosure: 1, RandomDay.closing: 2, RandomDay.removal_request: 1, RandomDay.audit: 1,
    RandomDay.arrival: 1, RandomDay.retraction: 3, RandomDay.sheet_status: 1, RandomDay.lots: 1,
    RandomDay.next_round: 0.5, RandomDay.promise: 1, RandomDay.kept: 1, RandomDay.otherwise: 0.4,
    RandomDay.repeat: 4, RandomDay.damage: 2,
}  # fmt: skip
"""What is said, and how often."""


def random_day(random: Random, most: int = 60) -> Day:
    """An election made by chance, of at most about so many records."""
    return RandomDay(random).grow(most)
