"""The contests of one audit together: one draw over the boxes of all, and each contest's own test."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from escrutinio.core.records.parts import Box
from escrutinio.evidence.audit.counts import BoxCounts
from escrutinio.evidence.audit.measure import Counts, Measured, Procedure

ByContest = Mapping[str, Counts]
"""Agreed hand counts, by contest and by box."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What counts of the boxes opened: `counts` by contest and box; `awaiting`: boxes without an agreed count
    of a contest that they have paper of, or with none since single vouchers were drawn from them;
    `above`: boxes that held more than they were taken to hold."""

    counts: dict[str, Counts]
    awaiting: tuple[str, ...]
    above: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Frame:
    """`parts`: how each contest is drawn and measured, by its code, the commitment's own first. All draw the
    same boxes. `raised`: by how many voters the roll was corrected upward since at their boxes, which hold so
    many ballots more than they are drawn with: they are taken to be against the outcome."""

    parts: Mapping[str, Procedure]
    raised: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> Procedure:
        """The procedure of the contest that the audit's records are about."""
        return next(iter(self.parts.values()))

    @property
    def whole(self) -> bool:
        """Whether boxes are counted whole."""
        return all(part.whole for part in self.parts.values())

    @property
    def names(self) -> tuple[str, ...]:
        """All boxes, by their stations' codes in their order."""
        return self.first.boxes.names if len(self.parts) == 1 else self.first.pool.names

    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        """The first `count` of the sequence that the seed draws. Raises EvidenceError if there are fewer."""
        return self.first.draw(seed, count)

    def accepted(
        self,
        counted: Mapping[str, BoxCounts],
        drawn: Sequence[str],
        samples: Mapping[str, Sequence[int]] | None = None,
    ) -> Accepted:
        """The hand counts of the boxes drawn, by what was counted for each contest; `samples`: where single
        vouchers are counted, the indexes of those that drew from each box so far."""
        times, counts = Counter(drawn), {}
        awaiting: set[str] = set()
        above: set[str] = set()
        for contest, part in self.parts.items():
            mine = {
                name: part.choose(name, counted[contest], taken, len((samples or {}).get(name, ())) or None)
                for name, taken in times.items()
                if name in part.place
            }
            counts[contest] = {name: each for name, each in mine.items() if each is not None}
            awaiting |= mine.keys() - counts[contest].keys()
            if not part.whole and samples is not None:
                found = counts[contest].items()
                awaiting |= {name for name, each in found if each.index < samples[name][-1]}
            above.update(name for name, each in counts[contest].items() if part.above(name, each))
        return Accepted(
            dict(counts),
            tuple(name for name in times if name in awaiting),
            tuple(name for name in times if name in above),
        )

    def measure(
        self,
        drawn: Sequence[str],
        counts: ByContest,
        limit: Fraction,
        share: Fraction,
        outstanding: Mapping[str, int] | None = None,
    ) -> dict[str, Measured]:
        """The risk of each contest, with so many votes of it still to come at their worst; `share`: the part
        of the limit that the audit's seed may use. A contest whose paper is all counted has none, or 1; one
        with a box above its bound has 1."""
        found = {}
        for contest, part in self.parts.items():
            mine = counts.get(contest, {})
            to_come = (outstanding or {}).get(contest, 0)
            settled = part.settled(mine, to_come)
            if settled is not None:
                found[contest] = Measured(Fraction(not settled), None, 0 if settled else None)
            elif any(part.above(name, each) for name, each in mine.items()):
                found[contest] = Measured(Fraction(1), None, None)
            else:
                worst = to_come + self.raised.get(contest, 0)
                found[contest] = _shared(part.measure(drawn, mine, limit * share, worst), share)
        return found

    def settled(self, counts: ByContest) -> dict[str, bool]:
        """Of every contest all of whose paper is counted, whether it has the outcome."""
        found = {contest: part.settled(counts.get(contest, {})) for contest, part in self.parts.items()}
        return {contest: each for contest, each in found.items() if each is not None}


def _shared(found: Measured, share: Fraction) -> Measured:
    macro = None if found.macro is None else min(Fraction(1), found.macro / share)
    return Measured(min(Fraction(1), found.risk / share), macro, found.more)


def greatest(risks: Mapping[str, Measured]) -> Measured:
    """The risk of all contests together: the greatest, and as many more boxes as the one that needs most.

    No correction for their number is needed: a wrong outcome passes only where its own risk does.
    """
    macros = [each.macro for each in risks.values()]
    more = [each.more for each in risks.values()]
    known = [each for each in macros if each is not None]
    certain = [each for each in more if each is not None]
    return Measured(
        max(each.risk for each in risks.values()),
        max(known) if len(known) == len(macros) else None,
        max(certain) if len(certain) == len(more) else None,
    )
