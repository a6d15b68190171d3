"""An election of forty stations in ten centers, in memory, with its sheets and an audit of them."""

from hashlib import sha256

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, Role
from tests.core.election.build import ORIGIN, Day

SEED = "60382514923758140697"
NAMED = ("party/azul", "observer/red")
STATIONS = tuple(f"c{center}.{table:02}" for center in range(10) for table in range(1, 5))


def roll(registered: str = "200") -> bytes:
    rows = "".join(
        f"{name},{name[:2]},{'norte' if n < 20 else 'sur'},{registered}\n" for n, name in enumerate(STATIONS)
    )
    return b"station,center,area,registered\n" + rows.encode()


def votes(number: int) -> tuple[int, int, int, int]:
    """What the paper in a box says, per option: ana (options 0 and 2) has 100, blas about 50."""
    return (60, 40 + number % 20, 40, 3)


class AuditDay(Day):
    """A day whose paper is known, with a party and an observer who count it.

    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment)
    day.sample(commitment, 1, boxes)
    for box in boxes: day.count_box(commitment, box)
    """

    def __init__(self, *, registered: str = "200", silent: int = 0) -> None:
        super().__init__(stations=roll(registered))
        machines = [(f"machine/{name}", Role.MACHINE, (name,)) for name in STATIONS]
        people = [("observer/red/1", Role.OBSERVER, ()), ("observer/sol/1", Role.OBSERVER, ())]
        self.enrol_all([*machines, *people])
        self.paper = {name: votes(number) for number, name in enumerate(STATIONS)}
        for name in STATIONS[: len(STATIONS) - silent]:
            self.sheet(f"machine/{name}", name, self.reported(name), null=2)

    def reported(self, name: str) -> tuple[int, int, int, int]:
        """What the sheet of a station says: what its paper does, unless a test overrides it."""
        return self.paper[name]

    def commit(
        self,
        method: AuditMethod = AuditMethod.PPEB_BETTING,
        *,
        limit: p.Fraction | None = None,
        organisations: tuple[str, ...] = NAMED,
        head: p.LogHead | None = None,
        by: str = "authority/1",
    ) -> bytes:
        """Commit to the sheets so far; the digest of the commitment."""
        at = head or p.LogHead(ORIGIN, len(self.log), bytes(32))
        body = t.AuditCommitment(method, limit or p.Fraction(1, 20), at, organisations)
        return self.digest(self.say(body, by, "presidente"))

    def digest(self, index: int) -> bytes:
        """SHA-256 of an entry."""
        return sha256(self.log[index]).digest()

    def seed(self, commitment: bytes, seed: str = SEED, by: str = "authority/1") -> int:
        """The public dice."""
        return self.say(t.AuditSeed(commitment, seed), by, "presidente")

    def sample(self, commitment: bytes, number: int, boxes: tuple[str, ...], by: str = "authority/1") -> int:
        """The boxes of a round, as somebody records them."""
        return self.say(t.AuditSample(commitment, number, boxes), by, "presidente")

    def count_box(
        self,
        commitment: bytes | None,
        box: str,
        counts: tuple[int, ...] | None = None,
        *,
        null: int = 2,
        by: tuple[str, ...] = ("party/azul/1", "observer/red/1"),
    ) -> int:
        """Hand counts of a box, equal, by two organisations; the index of the last."""
        body = t.HandCount(counts or self.paper[box], null, 0, None, commitment)
        return [self.say(body, who, f"{box}/presidente") for who in by][-1]

    def state_result(self, commitment: bytes, number: int, risk: p.Fraction, by: str = "authority/1") -> int:
        """A result as somebody states it."""
        return self.say(t.AuditResult(commitment, number, risk, None), by, "presidente")
