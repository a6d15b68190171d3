"""The design of a quick count, committed to before the polls open, and the draw that follows from it.

What is committed to is a SHA-256 digest of the whole design with a secret: the list of tables stays private
until the polls close, so that nobody can prepare those tables, and nobody can choose other ones afterwards.
That the seed was thrown and not chosen is for those to say who watched the dice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.state import ElectionState
from escrutinio.evidence.audit.draw import check_seed, consistent_sample

SECRET_BYTES = 32


class Design(StrEnum):
    """How tables are drawn."""

    SIMPLE = "simple"
    """Tables at random out of all."""
    STRATIFIED = "stratified"
    """Tables at random within each stratum, in proportion to its tables."""
    CLUSTERS = "clusters"
    """Whole centers at random, with all their tables: cheaper to staff, needs more tables."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A table that can be drawn: its station's code, its stratum (an area) and its center."""

    station: str
    stratum: str
    center: str


@dataclass(frozen=True)
class Plan:
    """A frame of tables in the order of their codes, a design, how many units to draw and the public seed.

    `take` counts tables, or centers where whole centers are drawn. Raises EvidenceError for an empty frame,
    a station that stands twice, more units than there are, and a seed that is not 20 to 64 digits.
    """

    design: Design
    frame: tuple[Unit, ...]
    take: int
    seed: str

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if not self.frame:
            raise EvidenceError("sample-no-table")
        codes = [unit.station for unit in self.frame]
        if codes != sorted(set(codes)):
            raise EvidenceError("sample-order")
        least = self._least()
        if not least <= self.take <= self.units:
            raise EvidenceError("sample-size", take=self.take, units=self.units, least=least)

    def _least(self) -> int:
        if self.design is not Design.STRATIFIED:
            return 2 if self.units > 1 else 1
        return sum(min(2, tables) for tables in Counter(unit.stratum for unit in self.frame).values())

    @property
    def units(self) -> int:
        """How many units there are to draw from."""
        if self.design is Design.CLUSTERS:
            return len({unit.center for unit in self.frame})
        return len(self.frame)

    def allocation(self) -> dict[str, int]:
        """Tables to draw in each stratum: two for each (or its only one), the rest by largest remainders.

        With fewer than two the spread in a stratum would be unknown, and with it the margin. Equal
        remainders go by the order of codes, so that everybody allocates alike.
        """
        sizes = Counter(unit.stratum for unit in self.frame)
        least = {stratum: min(2, size) for stratum, size in sizes.items()}
        spare, free = self.take - sum(least.values()), max(1, len(self.frame) - sum(least.values()))
        quota = {stratum: spare * (size - least[stratum]) for stratum, size in sizes.items()}
        taken = {stratum: least[stratum] + quota[stratum] // free for stratum in sizes}
        rest = sorted(sizes, key=lambda stratum: (-(quota[stratum] % free), stratum))
        for stratum in rest[: self.take - sum(taken.values())]:
            taken[stratum] += 1
        return taken

    def sample(self) -> tuple[str, ...]:
        """The stations drawn, in the order of their codes: lowest tickets (`consistent_sample`)."""
        match self.design:
            case Design.SIMPLE:
                drawn = self._lowest([unit.station for unit in self.frame], self.take)
            case Design.CLUSTERS:
                centers = self._lowest(sorted({unit.center for unit in self.frame}), self.take)
                drawn = {unit.station for unit in self.frame if unit.center in centers}
            case Design.STRATIFIED:
                drawn = set()
                for stratum, count in self.allocation().items():
                    here = [unit.station for unit in self.frame if unit.stratum == stratum]
                    drawn |= self._lowest(here, count)
        return tuple(sorted(drawn))

    def _lowest(self, codes: Sequence[str], take: int) -> set[str]:
        return {code for _, code, _ in consistent_sample(codes, self.seed, take)}

    def text(self) -> str:
        """The plan and its sample, line by line, as it is committed to and later published."""
        head = (f"design {self.design}", f"take {self.take}", f"seed {self.seed}")
        frame = (f"table {unit.station} {unit.stratum} {unit.center}" for unit in self.frame)
        drawn = (f"drawn {station}" for station in self.sample())
        return "\n".join(("escrutinio quick count 1", *head, *frame, *drawn)) + "\n"


def commitment(plan: Plan, secret: bytes) -> bytes:
    """The digest to publish before the polls open: SHA-256(secret, plan's text), 32 bytes.

    Raises EvidenceError unless `secret` is 32 bytes; fresh random ones, or the sample could be guessed.
    """
    if len(secret) != SECRET_BYTES:
        raise EvidenceError("secret-size", size=len(secret), want=SECRET_BYTES)
    return sha256(secret + plan.text().encode()).digest()


def frame_of(state: ElectionState, contest: str, level: str) -> tuple[Unit, ...]:
    """All stations of a contest as units, with strata at a level of the area tree ("state").

    A station outside any area of that level is in the stratum of the tree's root. Raises KeyError for an
    unknown contest.
    """
    roll, areas = state.roll, state.areas
    stratum = {}
    for area in set(roll.area.tolist()):
        at = next((i for i in areas.path(area) if areas.levels[i] == level), 0)
        stratum[area] = areas.codes[at]
    votes = state.contest(contest).stations.tolist()
    return tuple(
        Unit(code, stratum[area], roll.centers[center])
        for code, area, center, here in zip(
            roll.stations, roll.area.tolist(), roll.center.tolist(), votes, strict=True
        )
        if here
    )
