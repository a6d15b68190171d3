"""Audits of an election as people would hold them, honest or not, by the program's own methods."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import count

import numpy as np

from escrutinio.core.records.parts import Box
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.frame import Frame, greatest
from escrutinio.evidence.audit.measure import Bravo, Hot, Ppeb, Procedure, Srs
from escrutinio.evidence.audit.pool import Pool
from escrutinio.evidence.audit.ppeb import MACRO
from escrutinio.evidence.audit.seeds import ALL_OPEN
from escrutinio.evidence.audit.status import pool_of
from tests.risk.outcomes import FIRST, SECOND, Election, beside, some_boxes

LIMIT = Fraction(1, 20)
Make = Callable[[Election, str, Pool | None], Procedure]


METHODS: dict[str, Make] = {
    "ppeb, bet 0.9": lambda e, seed, pool: Ppeb(e.boxes, e.outcome, pool=pool),
    "ppeb, MACRO": lambda e, seed, pool: Ppeb(e.boxes, e.outcome, MACRO, pool),
    "srs-alpha": lambda e, seed, pool: Srs(e.boxes, e.outcome, pool),
    "bravo": lambda e, seed, pool: Bravo(e.boxes, e.outcome, pool),
    "hot-audit": lambda e, seed, pool: Hot(e.boxes, e.outcome, e.centers, seed=seed, pool=pool),
}

ENDS = {"srs-alpha": (20, 45, 89), "bravo": (100, 300, 600, 1_000)}
"""How many draws an audit of each method has taken after its rounds."""
ENDS_ELSE = (30, 60, 120)

Counts = dict[str, Counted]


def counts_of(election: Election, procedure: Procedure, drawn: Sequence[Box]) -> Counts:
    """What honest people count: the boxes drawn, or the vouchers at the places drawn."""
    place = procedure.place
    if procedure.whole:
        return {name: election.counted(place[name]) for name in {box.station for box in drawn}}
    kinds: Counter[tuple[str, int]] = Counter()
    for box in drawn:
        ends = np.cumsum(election.paper[place[box.station]])
        which = int(np.searchsorted(ends, box.position or 0))
        if which < len(ends):
            kinds[box.station, which] += 1
    found = {}
    for name in {box.station for box in drawn}:
        mine = [kinds[name, which] for which in range(election.paper.shape[1])]
        found[name] = election.count(np.array(mine, np.int64))
    return found


Alter = Callable[[Election, Procedure, Counts], Iterator[Counts]]


def as_counted(election: Election, procedure: Procedure, counts: Counts) -> Iterator[Counts]:
    """All counts at once."""
    yield counts


def best_first(election: Election, procedure: Procedure, counts: Counts) -> Iterator[Counts]:
    """Counts come one after the other, the best for the outcome first; the audit stops as soon as it may."""
    boxes = election.boxes

    def error(name: str) -> int:
        reported, found = boxes.votes[procedure.place[name]], counts[name].votes
        return int(reported[FIRST] - reported[SECOND] - found[FIRST] + found[SECOND])

    order = sorted(counts, key=error)
    for some in range(len(order) * 3 // 4, len(order) + 1, max(1, len(order) // 12)):
        yield {name: counts[name] for name in order[:some]}
    yield counts


def without_what_differs(election: Election, procedure: Procedure, counts: Counts) -> Iterator[Counts]:
    """Whoever keeps the boxes loses those whose paper speaks against the first, or agrees on none of them."""
    found = {}
    for name, each in counts.items():
        reported = election.boxes.votes[procedure.place[name]]
        before = int(reported[FIRST] - reported[SECOND]) if procedure.whole else 0
        if before - each.votes[FIRST] + each.votes[SECOND] <= 0:
            found[name] = each
    yield found


def with_slips(election: Election, procedure: Procedure, counts: Counts) -> Iterator[Counts]:
    """One count in ten is not agreed on, one in ten has some votes in the wrong column, one in forty has the
    columns exchanged; which of them, chance says."""
    random = np.random.default_rng(sum(map(int, counts)) + 1000 * len(counts))
    found = {}
    for name, each in sorted(counts.items()):
        chance, votes = random.random(), list(each.votes)
        if chance < 0.1:
            continue
        if chance < 0.125:
            votes[FIRST], votes[SECOND] = votes[SECOND], votes[FIRST]
        elif chance < 0.225:
            moved = int(random.integers(-3, 4))
            moved = max(-votes[FIRST], min(votes[SECOND], moved))
            votes[FIRST], votes[SECOND] = votes[FIRST] + moved, votes[SECOND] - moved
        found[name] = replace(each, votes=tuple(votes))
    yield found


def passes(
    method: str, election: Election, seed: str, limit: Fraction = LIMIT, alter: Alter = as_counted
) -> bool:
    """Whether one audit, in as many rounds as it has, is ever at the limit."""
    procedure = METHODS[method](election, seed, None)
    ends = ENDS.get(method, ENDS_ELSE)
    drawn = procedure.draw(seed, ends[-1])
    for end in ends:
        names = [box.station for box in drawn[:end]]
        for counts in alter(election, procedure, counts_of(election, procedure, drawn[:end])):
            if any(procedure.above(name, each) for name, each in counts.items()):
                return False
            if procedure.measure(names, counts, limit).risk <= limit:
                return True
    return False


def seeds_from(first: int) -> Iterator[str]:
    """Seeds, each used once."""
    return (f"{number:020}" for number in count(first))


def honest(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit with public dice."""
    return passes(method, election, next(seeds))


def with_slips_held(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit whose counts have slips."""
    return passes(method, election, next(seeds), alter=with_slips)


def losing_boxes(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit of which the counts of all that differ are lost, once it is seen which these are."""
    return passes(method, election, next(seeds), alter=without_what_differs)


def raised_after_the_draw(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit whose bounds are corrected upward once its seed is known, to what the boxes hold."""
    seed = next(seeds)
    procedure = METHODS[method](election, seed, None)
    more = np.maximum(election.paper.sum(axis=1) - election.boxes.bound, 0)
    frame, ends = Frame({"one": procedure}, {"one": int(more.sum())}), ENDS.get(method, ENDS_ELSE)
    drawn = procedure.draw(seed, ends[-1])
    for end in ends:
        counts = {"one": counts_of(election, procedure, drawn[:end])}
        names = [box.station for box in drawn[:end]]
        if greatest(frame.measure(names, counts, LIMIT, Fraction(1))).risk <= LIMIT:
            return True
    return False


def in_the_best_order(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit whose counts are published in the order that suits the outcome."""
    return passes(method, election, next(seeds), alter=best_first)


def keeping_digits_back(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """Three who throw are one and open last: each in turn keeps back what makes a seed that does not end."""
    shares = [ALL_OPEN, *((1 - ALL_OPEN) / 2**replaced for replaced in (1, 2, 3))]
    return any(passes(method, election, next(seeds), LIMIT * share) for share in shares)


def repeated(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """Three audits by one organisation, one after the other: none is stated below those before it."""
    held = [passes(method, election, next(seeds)) for _ in range(3)]
    return any(all(held[: last + 1]) for last in range(len(held)))


def among_right_ones(method: str, election: Election, seeds: Iterator[str]) -> bool:
    """One audit of three contests with one sample: two are right, in parts of the boxes, one is not."""
    every = (election, *_right_ones(election))
    pool = pool_of([(each.boxes, each.outcome) for each in every])
    seed, ends = next(seeds), ENDS.get(method, ENDS_ELSE)
    parts = [METHODS[method](replace(each, part_of=election.centers), seed, pool) for each in every]
    drawn = parts[0].draw(seed, ends[-1])
    for end in ends:
        names = [box.station for box in drawn[:end]]
        frame = Frame({str(place): part for place, part in enumerate(parts)})
        counts = {
            code: counts_of(each, part, [box for box in drawn[:end] if box.station in part.place])
            for each, (code, part) in zip(every, frame.parts.items(), strict=True)
        }
        if greatest(frame.measure(names, counts, LIMIT, Fraction(1))).risk <= LIMIT:
            return True
    return False


@cache
def _right_ones(election: Election) -> tuple[Election, ...]:
    """Two contests that the voters of some of the boxes vote for too."""
    random = np.random.default_rng(11)
    return tuple(some_boxes(beside(election, random), *part) for part in ((0, 60), (45, 90)))


Hold = Callable[[str, Election, Iterator[str]], bool]
