"""What two people say of the boxes of an audit, and when a box is counted: pure, from what was typed so far.

A box is counted once two different people said the same of it, of every contest whose ballots lie in it.
Where they differ both count again, each for themselves: they see in which lines, and not what the other has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from escrutinio.base.dataclass import dataclass

MOST_COUNTINGS = 8
"""Countings of a box, by all people together; after them it is left for whoever supervises."""

SEAL = "seal"
"""The line of the seal, among those in which two differ."""


class SealFound(StrEnum):
    """How somebody found the seal of a box."""

    LISTED = "listed"
    OTHER = "other"
    BROKEN = "broken"
    NONE = "none"


class BoxMissing(StrEnum):
    """Why a box has no count."""

    LOST = "lost"
    UNREADABLE = "unreadable"
    MIXED = "mixed"


class Counting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one person said of a box: of the audit with this commitment (SHA-256 in hexadecimal), by its
    station, who counted (a label), the seal, and by contest and column of a hand count the figures; none of
    them where the box is `missing`. `sample`: of single vouchers, how many samples had drawn from the box."""

    audit: str
    box: str
    counter: str
    seal: SealFound = SealFound.NONE
    figures: dict[str, dict[str, int]] = {}
    missing: BoxMissing | None = None
    sample: int = 0

    @property
    def said(self) -> Mapping[tuple[str, str], object]:
        """What has to be equal, by contest and line."""
        figures = {(race, line): n for race, lines in self.figures.items() for line, n in lines.items()}
        return {("", SEAL): self.seal, ("", "missing"): self.missing, **figures}


class BoxStage(StrEnum):
    """Where a box stands at this desk."""

    OPEN = "open"
    ONCE = "once"
    """One person counted it."""
    DIFFERS = "differs"
    AGREED = "agreed"
    MISSING = "missing"
    """Two people say that it cannot be counted."""
    LEFT = "left"
    """Counted again and again, and never the same."""


@dataclass(frozen=True, slots=True)
class CountedBox:
    """A box with what was said of it, in order."""

    countings: tuple[Counting, ...] = ()

    def at(self, sample: int) -> CountedBox:
        """What was said of it after so many samples had drawn from it."""
        return CountedBox(tuple(each for each in self.countings if each.sample == sample))

    @property
    def last(self) -> Mapping[str, Counting]:
        """What each person said last, who spoke last at the end."""
        found: dict[str, Counting] = {}
        for each in self.countings:
            found.pop(each.counter, None)
            found[each.counter] = each
        return found

    @property
    def agreed(self) -> Counting | None:
        """What two different people say, of the box or of why it has no count."""
        last = list(self.last.values())
        for number, each in enumerate(last):
            if any(each.said == other.said for other in last[:number]):
                return each
        return None

    @property
    def stage(self) -> BoxStage:
        """Where it stands."""
        if (agreed := self.agreed) is not None:
            return BoxStage.AGREED if agreed.missing is None else BoxStage.MISSING
        if len(self.countings) >= MOST_COUNTINGS:
            return BoxStage.LEFT
        return (BoxStage.OPEN, BoxStage.ONCE)[len(self.last)] if len(self.last) < 2 else BoxStage.DIFFERS

    @property
    def differing(self) -> frozenset[tuple[str, str]]:
        """Contest and line in which the two who spoke last differ; ("", line) for the box itself."""
        if self.stage is not BoxStage.DIFFERS:
            return frozenset()
        one, other = [each.said for each in self.last.values()][-2:]
        return frozenset(line for line in {*one, *other} if one.get(line) != other.get(line))

    def may_count(self, counter: str) -> bool:
        """Whether a person may say something of it now: nobody twice before another one has."""
        times = {who: sum(each.counter == who for each in self.countings) for who in (*self.last, counter)}
        others = max((many for who, many in times.items() if who != counter), default=0)
        open_to_say = self.stage in (BoxStage.OPEN, BoxStage.ONCE, BoxStage.DIFFERS)
        return open_to_say and (not times[counter] or times[counter] <= others)


def counted_boxes(countings: Iterable[Counting]) -> dict[tuple[str, str], CountedBox]:
    """Every box of which something was said, by its audit and station."""
    found: dict[tuple[str, str], list[Counting]] = {}
    for each in countings:
        found.setdefault((each.audit, each.box), []).append(each)
    return {box: CountedBox(tuple(said)) for box, said in found.items()}
