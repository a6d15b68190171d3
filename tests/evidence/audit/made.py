"""An election of forty stations in ten centers, in memory, with its sheets and an audit of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256

from escrutinio.core.election.state import REPORTED
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource, Role
from escrutinio.core.records.commitments import count_digest, digits_digest
from tests.core.election.build import ORIGIN, Day

SEED = "60382514923758140697"
NAMED = ("party/azul", "observer/red")
COUNTING = ("party/azul/1", "observer/red/1")
STATIONS = tuple(f"c{center}.{table:02}" for center in range(10) for table in range(1, 5))


def roll(registered: str = "200") -> bytes:
    rows = "".join(
        f"{name},{name[:2]},{'norte' if n < 20 else 'sur'},{registered}\n" for n, name in enumerate(STATIONS)
    )
    return b"station,center,area,registered\n" + rows.encode()


def salt(name: str) -> bytes:
    """The random bytes of a name, which are none."""
    return sha256(b"salt of " + name.encode()).digest()


def votes(number: int) -> tuple[int, int, int, int]:
    """What the paper in a box says, per option: ana (options 0 and 2) has 100, blas about 50."""
    return (60, 40 + number % 20, 40, 3)


def manifest(paper: Mapping[str, tuple[int, ...]]) -> bytes:
    """A manifest of boxes that hold the votes of their paper and two null ballots."""
    rows = "".join(f"{name},seal-{name},{sum(votes) + 2}\n" for name, votes in paper.items())
    return b"station,seal,most\n" + rows.encode()


class AuditDay(Day):
    """A day whose paper is known, with a party and an observer who count it.

    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment)
    day.sample(commitment, 1, boxes)
    for box in boxes: day.count_box(commitment, box)
    """

    def __init__(
        self,
        *,
        registered: str = "200",
        silent: int = 0,
        law: Callable[[t.Definition], t.Definition] | None = None,
    ) -> None:
        super().__init__(stations=roll(registered), law=law)
        machines = [(f"machine/{name}", Role.MACHINE, (name,)) for name in STATIONS]
        people = [("observer/red/1", Role.OBSERVER, ()), ("observer/sol/1", Role.OBSERVER, ())]
        self.enrol_all([*machines, *people])
        self.paper = {name: votes(number) for number, name in enumerate(STATIONS)}
        listed = self.attach(manifest(self.paper))
        self.manifest = self.digest(self.say(t.BallotManifest(listed), "authority/1", "presidente"))
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
        throwers: tuple[str, ...] = (),
        head: p.LogHead | None = None,
        by: str = "authority/1",
        basis: str = REPORTED,
        bound: BoundSource = BoundSource.MANIFEST,
        most: int | None = None,
        manifest: bytes | None = None,
        bet: p.Fraction | None = None,
        follows: bytes | None = None,
        beside: tuple[p.AuditedContest, ...] | None = None,
    ) -> bytes:
        """Commit to the sheets so far; the digest of the commitment."""
        body = t.AuditCommitment(
            method,
            limit or p.Fraction(1, 20),
            head or p.LogHead(ORIGIN, len(self.log), bytes(32)),
            basis=basis,
            bound=bound,
            most=most,
            bet=bet,
            manifest=manifest or (self.manifest if bound is BoundSource.MANIFEST else None),
            throwers=throwers or (by,),
            counters=organisations,
            follows=follows,
            beside=beside,
        )
        return self.digest(self.say(body, by, "presidente"))

    def seed(
        self, commitment: bytes, seed: str = SEED, by: str = "authority/1", also: str = "observer/red/1"
    ) -> int:
        """Public dice of the one who throws, which another one states too; "" for nobody."""
        at = self.say(t.AuditSeed(commitment, seed), by, "presidente")
        if also:
            at = self.say(t.AuditSeed(commitment, seed, None, by), also, "presidente")
        return at

    def throw(self, commitment: bytes, digits: str, by: str) -> int:
        """The digest of digits that somebody threw."""
        body = t.DigitsCommitment(commitment, digits_digest(salt(by), digits))
        return self.say(body, by, "presidente")

    def open_digits(self, commitment: bytes, digits: str, by: str, *, instead_of: str | None = None) -> int:
        """The digits themselves, or dice thrown in another one's place."""
        opening = None if instead_of else salt(by)
        return self.say(t.AuditSeed(commitment, digits, opening, instead_of), by, "presidente")

    def sample(
        self, commitment: bytes, number: int, boxes: tuple[str | p.Box, ...], by: str = "authority/1"
    ) -> int:
        """The boxes of a round, as somebody records them."""
        drawn = tuple(p.Box(box) if isinstance(box, str) else box for box in boxes)
        return self.say(t.AuditSample(commitment, number, drawn), by, "presidente")

    def count_box(
        self,
        commitment: bytes,
        box: str,
        counts: tuple[int, ...] | None = None,
        *,
        null: int = 2,
        by: tuple[str, ...] = COUNTING,
        about: str = "presidente",
    ) -> int:
        """Hand counts of a box, equal, by two organisations that commit to them first; the index of the
        last."""
        self.commit_count(commitment, box, counts, null=null, by=by, about=about)
        return self.open_count(commitment, box, counts, null=null, by=by, about=about)

    def open_count(
        self,
        commitment: bytes | None,
        box: str,
        counts: tuple[int, ...] | None = None,
        *,
        null: int = 2,
        by: tuple[str, ...] = COUNTING,
        blind: bool = True,
        corrects: int | None = None,
        about: str = "presidente",
    ) -> int:
        """What was committed to, or a correction of it; `blind` False: without what opens it."""
        before = None if corrects is None else self.digest(corrects)
        body = t.HandCount(counts or self.paper[box], (null, 0), audit=commitment, corrects=before)
        said = [replace(body, salt=salt(who) if blind else None) for who in by]
        return [self.say(each, who, f"{box}/{about}") for each, who in zip(said, by, strict=True)][-1]

    def commit_count(
        self,
        commitment: bytes,
        box: str,
        counts: tuple[int, ...] | None = None,
        *,
        null: int = 2,
        by: tuple[str, ...] = COUNTING,
        about: str = "presidente",
    ) -> int:
        """What two organisations commit to before they say a count; the index of the last."""
        count = t.HandCount(counts or self.paper[box], (null, 0), audit=commitment)
        said = [t.CountCommitment(commitment, count_digest(salt(who), count)) for who in by]
        return [self.say(each, who, f"{box}/{about}") for each, who in zip(said, by, strict=True)][-1]

    def state_result(
        self,
        commitment: bytes,
        number: int,
        risk: p.Fraction,
        by: str = "authority/1",
        corrects: int | None = None,
    ) -> int:
        """A result as somebody states it."""
        before = None if corrects is None else self.digest(corrects)
        return self.say(t.AuditResult(commitment, number, risk, None, before), by, "presidente")
