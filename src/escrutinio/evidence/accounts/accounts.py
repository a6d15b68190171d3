"""Accounts of one contest held against each other: by kind of difference, by area, and what it changes.

Neither side is taken to be right. The effect on the outcome is shown as it is (the other side's figures put
in) and at its worst (whatever the stations in question hold, up to every voter registered there).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.wording import whole
from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import ElectionState
from escrutinio.evidence.accounts.difference_texts import pair_sentences
from escrutinio.evidence.accounts.differences import (
    DIFFERENT,
    KINDS,
    NUMBER,
    Difference,
    Kind,
    Slip,
    classify,
)
from escrutinio.evidence.accounts.sources import Joined, bases_of, join, sources_of
from escrutinio.evidence.certainty.certified import Outstanding
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.rules import rules_of

MAX_SOURCES = 8
"""Most accounts that are compared at once, two by two."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two of the sources held against each other; `left` and `right` are their numbers.

    `options`: how many were compared. `kind` uint8 [stations]: number in `KINDS`. `differences`: the stations
    that differ. `by_kind` int64 [areas, kinds]: stations of each kind in an area and all that lies in it.
    `net` int64 [areas, candidates]: right minus left, added up over stations that differ; `extra`: votes at
    stations only on the right; `lacking`: only on the left.

    `outcome_left`, `outcome_right`: by each side alone. `outcome_replaced`: the left side with the right's
    figures where they differ; `outcome_joined`: with stations only on the right added as well. `differing`
    and `open_stations` certify whether the outcome by the left side stands whatever is in the stations that
    differ; and whatever is in these and in the stations that the left side lacks.
    """

    left: int
    right: int
    options: int
    kind: NDArray[np.uint8]
    differences: tuple[Difference, ...]
    by_kind: Int64
    net: Int64
    extra: Int64
    lacking: Int64
    outcome_left: Outcome
    outcome_right: Outcome
    outcome_replaced: Outcome
    outcome_joined: Outcome
    differing: Certificate
    open_stations: Certificate

    def count(self, kind: Kind, area: int = 0) -> int:
        """How many stations of an area, by number, are of a kind."""
        return int(self.by_kind[area, NUMBER[kind]])

    def differ(self, area: int = 0) -> int:
        """How many stations of an area, by number, differ."""
        return sum(self.count(kind, area) for kind in DIFFERENT)

    def slips(self) -> Mapping[Slip, int]:
        """How many differing figures of options there are of each kind, in the order of `Slip`."""
        found = Counter(
            figure.slip
            for difference in self.differences
            for figure in difference.figures
            if figure.row < self.options
        )
        return {slip: found[slip] for slip in Slip if found[slip]}

    @property
    def changes_order(self) -> bool:
        """Whether the right side's figures, where they differ, change the order or the seats."""
        return _shape(self.outcome_left) != _shape(self.outcome_replaced)


@dataclass(frozen=True, eq=False)
class Majority:
    """What most sources say, station by station.

    `agreeing` uint8 [stations]: how many sources say what most of them say, 0 where no sheet stands or no
    figures have more sources than others. `having` uint8 [stations]: how many have a sheet. `against`: per
    source, at how many stations a majority (more than half of those that have a sheet) says otherwise.
    `votes` int64 [candidates]: by the stations with a majority; `settled` of them.
    """

    agreeing: NDArray[np.uint8]
    having: NDArray[np.uint8]
    against: tuple[int, ...]
    votes: tuple[int, ...]
    settled: int

    def table(self) -> dict[tuple[int, int], int]:
        """Stations by (how many agree, how many have a sheet), most first."""
        found = Counter(zip(self.agreeing.tolist(), self.having.tolist(), strict=True))
        return {key: found[key] for key in sorted(found, reverse=True) if key[1]}


@dataclass(frozen=True, eq=False)
class Accounts:
    """All sources of a contest, two by two, and what most of them say where there are three or more."""

    joined: Joined
    pairs: tuple[Pair, ...]
    majority: Majority | None

    def names(self, pair: Pair) -> tuple[str, str]:
        """What the two sources are called."""
        sources = self.joined.sources
        return sources[pair.left].name, sources[pair.right].name

    def sentences(self, pair: Pair, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown one."""
        left, right = self.names(pair)
        net = ", ".join(
            f"{code} {'+' if votes > 0 else ''}{whole(votes, language)}"
            for code, votes in zip(self.joined.view.candidates, pair.net[0].tolist(), strict=True)
            if votes
        )
        values = {
            "left": left,
            "right": right,
            "net": net or "0",
            "agree": pair.count(Kind.AGREE),
            "differ": pair.differ(),
            "only_left": pair.count(Kind.ONLY_LEFT),
            "only_right": pair.count(Kind.ONLY_RIGHT),
        }
        effect = "none" if not pair.differ() else "stands" if pair.differing.irreversible else "could"
        if pair.differ() and pair.changes_order:
            effect = "changes"
        return pair_sentences(effect, values, language)


def compare(joined: Joined, *, registered: int | None = None) -> Accounts:
    """Hold every two sources against each other.

    `registered`: voters on the whole roll of the contest, where somebody states it; it bounds what stations
    of unknown size can hold. Raises EvidenceError for more than `MAX_SOURCES` sources and for a roll that is
    smaller than the stations that agree.
    """
    if len(joined.sources) > MAX_SOURCES:
        raise EvidenceError("sources-many", size=len(joined.sources), limit=MAX_SOURCES)
    pairs = tuple(
        _pair(joined, left, right, registered) for left, right in combinations(range(len(joined.sources)), 2)
    )
    return Accounts(joined, pairs, _majority(joined) if len(joined.sources) > 2 else None)


def compare_bases(state: ElectionState, contest: str, official: str) -> tuple[Accounts, ...]:
    """The basis `official` of a contest against each other one that has a sheet which counts, in their order.

    Empty where the official basis has none. Raises KeyError for a contest that the state does not have.
    """
    bases = [basis.code for basis in bases_of(state, contest)]
    if official not in bases or len(bases) == 1:
        return ()
    sources = {source.name: source for source in sources_of(state, contest)}
    left = sources.pop(official)
    return tuple(compare(join([left, right])) for right in sources.values())


def _pair(joined: Joined, left: int, right: int, registered: int | None) -> Pair:
    here, there = joined.present[left], joined.present[right]
    zero = joined.zero_report[left] & there | joined.zero_report[right] & here
    comparable, options = here & there | zero, len(joined.view.options)
    differences = classify(joined.figures[left], joined.figures[right], comparable, options)
    kind = np.select(
        [here & there, here & ~there, there & ~here],
        [NUMBER[Kind.AGREE], NUMBER[Kind.ONLY_LEFT], NUMBER[Kind.ONLY_RIGHT]],
        NUMBER[Kind.NEITHER],
    ).astype(np.uint8)
    for difference in differences:
        kind[difference.station] = NUMBER[difference.kind]
    differs = np.isin(kind, [NUMBER[each] for each in DIFFERENT])
    votes = joined.votes(left), joined.votes(right)
    # A side without the figure, or with a zero report, says nothing that could be put in the other's place.
    both = differs & here & there & (kind != NUMBER[Kind.NO_FIGURE])
    gap = np.where(both[:, None], votes[1] - votes[0], 0)
    only_left, only_right = (kind == NUMBER[each] for each in (Kind.ONLY_LEFT, Kind.ONLY_RIGHT))
    extra = np.where(only_right[:, None], votes[1], 0)
    lacking = np.where(only_left[:, None], votes[0], 0)
    beside = joined.classes(left), joined.classes(right)
    kept = np.where(both[:, None], beside[1] - beside[0], 0)
    others = beside[0].sum(axis=0)
    sums = votes[0].sum(axis=0)
    replaced, replaced_others = sums + gap.sum(axis=0), others + kept.sum(axis=0)
    joined_others = replaced_others + np.where(only_right[:, None], beside[1], 0).sum(axis=0)
    neither = kind == NUMBER[Kind.NEITHER]
    view = joined.view
    open_ones = differs | only_right | neither
    return Pair(
        left=left,
        right=right,
        options=len(view.options),
        kind=kind,
        differences=differences,
        by_kind=joined.roll_up(np.eye(len(KINDS), dtype=np.int64)[kind]),
        net=joined.roll_up(gap),
        extra=joined.roll_up(extra),
        lacking=joined.roll_up(lacking),
        outcome_left=outcome(view, sums.tolist(), others.tolist()),
        outcome_right=outcome(view, votes[1].sum(axis=0).tolist(), beside[1].sum(axis=0).tolist()),
        outcome_replaced=outcome(view, replaced.tolist(), replaced_others.tolist()),
        outcome_joined=outcome(view, (replaced + extra.sum(axis=0)).tolist(), joined_others.tolist()),
        differing=_certify(joined, (left, right), votes, differs, differs, None, 0),
        open_stations=_certify(joined, (left, right), votes, differs, open_ones, registered, joined.unlisted),
    )


def _certify(
    joined: Joined,
    pair: tuple[int, int],
    votes: tuple[Int64, Int64],
    differs: NDArray[np.bool_],
    in_question: NDArray[np.bool_],
    roll: int | None,
    unlisted: int,
) -> Certificate:
    """Take the stations that differ out of the left side; every voter in question is outstanding: who is on
    the list, and as many more as the law lets vote there.

    Where registered voters are unknown, the larger of the two sides' ballots stand in for a station that
    differs (one of them is taken to be right); a station without a sheet on the left is of unknown size,
    which only the size of the whole `roll` bounds. Where a share is of ballots of a class that the left side
    does not give, or the law lets others vote without a number, what is outstanding is unknown.
    """
    left, rules, options = pair[0], rules_of(joined.view), len(joined.view.options)
    known = joined.registered >= 0

    def ballots(marks: int) -> Int64:
        """The larger side's, where each ballot has so many marks; how many, nobody says here."""
        sides = [
            -(-side.sum(axis=1) // marks) + joined.classes(each).sum(axis=1)
            for each, side in zip(pair, votes, strict=True)
        ]
        found: Int64 = np.maximum(*sides)
        return found

    most, least = ballots(1), ballots(joined.view.marks)
    free = joined.beyond.unbounded
    # Ballots of a station without a list may all be of voters beyond it, where the law gives no number.
    beyond = np.where(free & differs & ~known, most, joined.beyond.most)
    # Of the roll's voters: whoever is on a list, and ballots that no voter beyond it can account for.
    from_list = np.where(free, 0, np.maximum(most - beyond, 0))
    asked = int(np.where(known, np.maximum(joined.registered, from_list), from_list)[in_question].sum())
    from_list = np.where(free, 0, np.maximum(least - beyond, 0))
    settled = int(np.where(known, np.maximum(joined.registered, from_list), from_list)[~in_question].sum())
    unknown = in_question & ~known & ~differs
    if roll is not None and roll < settled + asked:
        raise EvidenceError("roll-small", voters=roll)
    others = int(beyond[in_question].sum())
    here = np.where(known, np.maximum(joined.registered + beyond, most), most)
    capacity: int | None = int(here[in_question].sum())
    if unknown.any() or unlisted:
        each = joined.beyond_unlisted or 0
        capacity = None if roll is None else roll - settled + others + unlisted * each
    unbounded = in_question & free & (known | ~differs)
    if unbounded.any() or (unlisted and joined.beyond_unlisted is None):
        capacity = None
    needed = joined.figures[left][:, [options + each for each in sorted(rules.classes)]]
    unread = (needed < 0).any(axis=1) & joined.present[left] & ~differs
    if unread.any():
        capacity = None
    found = Outstanding(
        capacity,
        silent=int((in_question & ~differs).sum()),
        disputed=int(differs.sum()),
        unlisted=unlisted,
        registered_unknown=int(unknown.sum()),
        unbounded=int(unbounded.sum()),
        unread=int(unread.sum()),
        least=int(here[in_question & (known | differs)].sum()),
    )
    view, source = joined.view, joined.sources[left]
    kept = votes[0].sum(axis=0) - votes[0][differs].sum(axis=0)
    classes = joined.classes(left)
    return certify(
        rules, view.candidates, kept.tolist(), found,
        classes=(classes.sum(axis=0) - classes[differs].sum(axis=0)).tolist(),
        contest=joined.contest, area=view.area, basis=source.name,
    )  # fmt: skip


def _majority(joined: Joined) -> Majority:
    """Group the sources of each station by what they say of the options."""
    stations, options = len(joined.stations), len(joined.view.options)
    same = np.zeros((len(joined.sources), stations), np.int64)
    for one, mine in enumerate(joined.figures):
        for other, theirs in enumerate(joined.figures):
            equal = (mine[:, :options] == theirs[:, :options]).all(axis=1)
            same[one] += equal & joined.present[one] & joined.present[other]
    having = np.sum(joined.present, axis=0)
    most = same.max(axis=0)
    # Equal groups: as many sources as are in some largest group stand in more than one group of that size.
    alone = (same == most).sum(axis=0) == most
    agreeing = np.where(alone, most, 0)
    settled = 2 * agreeing > having
    against = tuple(
        int((settled & joined.present[one] & (same[one] < agreeing)).sum()) for one in range(len(same))
    )
    votes = np.zeros(len(joined.view.candidates), np.int64)
    first = np.argmax(same, axis=0)
    for one in range(len(same)):
        votes += joined.votes(one)[settled & (first == one)].sum(axis=0)
    return Majority(
        agreeing.astype(np.uint8),
        having.astype(np.uint8),
        against,
        tuple(votes.tolist()),
        int(settled.sum()),
    )


def _shape(found: Outcome) -> tuple[object, ...]:
    return tuple(rank.candidates for rank in found.ranks), found.seats, found.runoff
