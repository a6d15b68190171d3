"""A synthetic election of any size, as a log on disk: a fictional country, one key per machine.

The figures come from a counter through SHA-256, so that every run measures the same bytes.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from escrutinio.core.election.admission import Admission
from escrutinio.core.election.areas import Area, build_areas, write_areas
from escrutinio.core.election.roll import Station, write_stations
from escrutinio.core.log.accept import Acceptor, refused
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records import codes
from escrutinio.core.records.attachments import CSV, attachment_of
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Attachment, BallotClass, Candidate, Contest, Option, Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Body, Charter, Definition, Enrolment, Roll, TallySheet

OPTIONS = 38
KEYS_PER_ENROLMENT = 300
REGIONS = 25
CLOCK = 1_900_000_000
NAME = (Title("en", "Synthetic election of a fictional country"),)


class SyntheticElection:
    """Records of a fictional election with `stations` machines; write it with `write`.

    They lie in 200 areas; where `districts` are asked for, in as many districts of 25 regions, center by
    center.
    """

    def __init__(self, stations: int, districts: int = 0) -> None:
        self._districts = districts
        self.stations = [f"{number // 4:09}.{number % 4 + 1:02}" for number in range(stations)]
        self.attachments: dict[bytes, bytes] = {}
        self.election = b""
        self._root = signing_key("root")

    def attach(self, content: bytes) -> Attachment:
        """Keep `content`, a CSV, and return what a record says of it."""
        made = attachment_of(content, CSV)
        self.attachments[made.digest] = content
        return made

    def records(self) -> Iterator[bytes]:
        """Every record of the log in order; the last ones are one sheet per station."""
        areas = self.attach(write_areas(build_areas(self._areas())))
        first = self.seal(self._definition(areas), self._root, "election")
        self.election = sha256(first).digest()
        yield first
        charter = Charter("bench.example/log", codes.LogRole.OFFICIAL, NAME, self._root.public_key, None)
        yield self.seal(charter, self._root, "election")
        officer = enrolled(signing_key("authority/1"), self.election, "authority/1", codes.Role.AUTHORITY)
        yield self.seal(Enrolment((officer,)), self._root, "election")
        rows = (Station(code, code[:9], self._area_of(n), 900) for n, code in enumerate(self.stations))
        roll = Roll(self.attach(write_stations(rows)), None, (), "2030-01-01")
        yield self.seal(roll, signing_key("authority/1"), "election", "authority/1")
        yield from self._enrolments()
        yield from self.sheets()

    def _areas(self) -> Iterator[Area]:
        yield Area("X", None, "country", "Fictional country")
        if not self._districts:
            yield from (Area(f"{number:03}", "X", "area", f"Area {number}") for number in range(200))
            return
        yield from (Area(f"R{number:02}", "X", "region", f"Region {number}") for number in range(REGIONS))
        for number in range(self._districts):
            yield Area(f"{number:05}", f"R{number % REGIONS:02}", "district", f"District {number}")

    def _area_of(self, station: int) -> str:
        return f"{station // 4 % self._districts:05}" if self._districts else f"{station % 200:03}"

    def seal(self, body: Body, key: SigningKey, subject: str, signer: str = "authority/root") -> bytes:
        """One record of this election."""
        return seal(body, key=key, signer=signer, subject=subject, election=self.election, issued_at=CLOCK)

    def _definition(self, areas: Attachment) -> Definition:
        options = tuple(Option(f"P{n}", (), n % 10) for n in range(OPTIONS))
        candidates = tuple(Candidate(f"C{n}", (Title("en", f"Candidate {n}"),)) for n in range(10))
        classes = (BallotClass("null", ()), BallotClass("blank", ()))
        contest = Contest("president", NAME, codes.Method.PLURALITY, 1, 1, "X", candidates, options, classes)
        return Definition(
            codes.Kind.SIMULATION, "synthetic", NAME, NAME, "2030-01-02", codes.AuthorRole.AUTHORITY, NAME,
            self._root.public_key, 1, (contest,), areas, (),
        )  # fmt: skip

    def _enrolments(self) -> Iterator[bytes]:
        for start in range(0, len(self.stations), KEYS_PER_ENROLMENT):
            keys = [
                enrolled(
                    signing_key(machine_name(n)),
                    self.election,
                    machine_name(n),
                    codes.Role.MACHINE,
                    scope=(self.stations[n],),
                )
                for n in range(start, min(start + KEYS_PER_ENROLMENT, len(self.stations)))
            ]
            yield self.seal(Enrolment(tuple(keys)), self._root, "election")

    def sheets(self) -> Iterator[bytes]:
        """One signed sheet per station."""
        for number, station in enumerate(self.stations):
            noise = sha256(station.encode()).digest() * 2
            counts = (noise[0] + 20, *(byte % 12 for byte in noise[1 : OPTIONS - 1]), noise[40] // 2)
            sheet = TallySheet(counts, (noise[41] % 5, 0), ballots=sum(counts) + noise[41] % 5)
            yield self.seal(
                sheet, signing_key(machine_name(number)), f"{station}/president", machine_name(number)
            )

    def write(self, directory: Path) -> int:
        """Write log, attachments and trust file as a publication without data or pages; return its
        entries."""
        (directory / "log").mkdir(parents=True)
        (directory / "attachments").mkdir()
        signer = NoteSigner("bench.example/log", KeyType.ED25519, sha256(b"bench log key").digest())
        store = SqliteStore(directory / "store.sqlite")
        acceptor = Acceptor(store, open_log(directory / "log"), Admission(self.attachments.get))
        records = list(self.records())
        why = refused(acceptor.accept(records))
        assert not why, why
        with Publisher(directory / "log", store, signer, clock=lambda: CLOCK) as publisher:
            publisher.publish()
        size = store.size
        store.close()
        for digest, content in self.attachments.items():
            (directory / "attachments" / digest.hex()).write_bytes(content)
        definition, charter = (sha256(record).digest() for record in records[:2])
        trust = Trust(definition, charter, Policy((LogIdentity(signer.verifier),)))
        (directory / "trust.toml").write_bytes(format_trust(trust))
        return size


def machine_name(number: int) -> str:
    return f"machine/{number:07}"


def signing_key(name: str) -> SigningKey:
    return SigningKey(sha256(f"benchmark key of {name}".encode()).digest())
