"""Elections of nowhere whose sheets show another outcome than their paper, by as little as can be."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.core.election.state import ContestView
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.outcomes import outcome_of
from tests.evidence.audit.contest import most_votes

BOXES, CENTER = 90, 3
FIRST, SECOND, OTHER = range(3)


@dataclass(frozen=True, eq=False)
class Election:
    """What the sheets say in `boxes`, with a bound of each, and how many ballots of each kind the paper has,
    int64 [boxes, kinds]: of a vote for each, or of what `says` has, int64 [kinds, figures]. `contest`: the
    rule, the most votes where not given."""

    boxes: Boxes
    paper: Int64
    part_of: dict[str, list[str]] | None = None
    contest: ContestView | None = None
    says: Int64 | None = None

    @property
    def outcome(self) -> tuple[Assertion, ...]:
        """What an audit of it tests."""
        if self.contest is None:
            return most_votes(self.boxes.totals)
        return outcome_of(self.contest, self.boxes)

    @property
    def centers(self) -> dict[str, list[str]]:
        """The stations of each center, of all contests where it is one of several."""
        if self.part_of is not None:
            return self.part_of
        names = self.boxes.names
        return {f"c{at:03}": list(names[at : at + CENTER]) for at in range(0, len(names), CENTER)}

    def counted(self, place: int) -> Counted:
        """What a count of a box finds."""
        return self.count(self.paper[place])

    def count(self, kinds: Int64) -> Counted:
        """The count of so many ballots of each kind."""
        size = self.boxes.votes.shape[1]
        figures = [*kinds, kinds.sum()] if self.says is None else kinds @ self.says
        row = tuple(map(int, figures))
        return Counted(row[:size], row[size:-1], row[-1], int(kinds.sum()), 0)


def _sheets(random: np.random.Generator) -> Int64:
    """Sheets of which the first has some 58 of 100 votes, more in some places than in others."""
    return _shared(random, random.integers(120, 400, BOXES))


def _shared(random: np.random.Generator, size: Int64) -> Int64:
    share = np.clip(random.normal(0.58, 0.1, len(size)), 0.1, 0.9)
    first, other = np.round(size * share * 0.97), np.round(size * 0.03)
    return np.stack([first, size - first - other, other], axis=1).astype(np.int64)


def _election(sheets: Int64, paper: Int64, most: Int64) -> Election:
    assert paper[:, FIRST].sum() <= paper[:, SECOND].sum()
    assert sheets[:, FIRST].sum() > sheets[:, SECOND].sum()
    assert (paper.sum(axis=1) <= most).all()
    return Election(Boxes(tuple(f"{place:03}" for place in range(len(sheets))), sheets, most), paper)


def _moved(sheets: Int64, order: Int64, part: float, more: int = 0) -> Int64:
    """The paper, if in these boxes so large a part of the first's votes are the second's, until both are
    level."""
    paper = sheets.copy()
    need = int(sheets[:, FIRST].sum() - sheets[:, SECOND].sum()) + more
    for place in order.tolist():
        votes = min(int(np.ceil(paper[place, FIRST] * part)), -(-need // 2))
        if votes <= 0:
            break
        paper[place] += np.array([-votes, votes, 0])
        need -= 2 * votes
    return paper


def whole_boxes(random: np.random.Generator) -> Election:
    """The boxes where the first has most are wrong as a whole, the others right."""
    sheets = _sheets(random)
    paper = _moved(sheets, np.argsort(sheets[:, SECOND] - sheets[:, FIRST]), 1)
    return _election(sheets, paper, sheets.sum(axis=1) + 5)


def half_of_boxes(random: np.random.Generator) -> Election:
    """Boxes anywhere are wrong by half of the first's votes."""
    sheets = _sheets(random)
    return _election(sheets, _moved(sheets, random.permutation(BOXES), 0.5), sheets.sum(axis=1) + 5)


def all_boxes_a_little(random: np.random.Generator) -> Election:
    """Every box is wrong by the same part."""
    sheets = _sheets(random)
    margin = sheets[:, FIRST].sum() - sheets[:, SECOND].sum()
    part = float(margin / (2 * sheets[:, FIRST].sum())) * 1.01
    return _election(sheets, _moved(sheets, random.permutation(BOXES), part), sheets.sum(axis=1) + 5)


def made_up_elsewhere(random: np.random.Generator) -> Election:
    """Boxes anywhere are wrong as a whole, and others err a little for the second."""
    sheets, more = _sheets(random), np.zeros((BOXES, 3), np.int64)
    more[:, SECOND] = np.minimum(random.integers(0, 8, BOXES), sheets[:, SECOND])
    more[:, FIRST] = -more[:, SECOND]
    paper = _moved(sheets, random.permutation(BOXES), 1, 2 * int(more[:, SECOND].sum()))
    paper -= more
    return _election(sheets, paper, sheets.sum(axis=1) + 12)


def dropped_votes(random: np.random.Generator) -> Election:
    """The sheets of some boxes of the second's state ten ballots; the roll bounds every box."""
    paper = _sheets(random)
    strong = random.permutation(BOXES)[:25]
    paper[strong] = paper[strong][:, [SECOND, FIRST, OTHER]]
    sheets = paper.copy()
    for place in strong.tolist():
        if paper[:, FIRST].sum() > paper[:, SECOND].sum():
            paper[place, SECOND] += 150
        sheets[place] = (6, 4, 0)
    short = max(0, int(paper[:, FIRST].sum() - paper[:, SECOND].sum()))
    paper[strong[0], SECOND] += short
    return _election(sheets, paper, np.full(BOXES, int(paper.sum(axis=1).max()), np.int64))


def short_bounds(random: np.random.Generator) -> Election:
    """As where sheets drop votes, and the roll had as few voters there as the sheets have votes."""
    found = dropped_votes(random)
    sheets = found.boxes.votes
    short = sheets.sum(axis=1) == 10
    most = np.where(short, 10, found.paper.sum(axis=1).max())
    return Election(Boxes(found.boxes.names, sheets, most), found.paper)


def right(random: np.random.Generator) -> Election:
    """The paper says what the sheets do: the audit should end."""
    sheets = _sheets(random)
    return Election(
        Boxes(tuple(f"{at:03}" for at in range(BOXES)), sheets, sheets.sum(axis=1) + 5), sheets.copy()
    )


def beside(election: Election, random: np.random.Generator) -> Election:
    """Another contest on the same papers, whose sheets are right."""
    boxes = election.boxes
    sheets = _shared(random, boxes.votes.sum(axis=1))
    return Election(Boxes(boxes.names, sheets, boxes.bound), sheets.copy())


def some_boxes(election: Election, first: int, end: int) -> Election:
    """An election of some of the boxes of another one."""
    whole = election.boxes
    boxes = Boxes(whole.names[first:end], whole.votes[first:end], whole.bound[first:end])
    return Election(boxes, election.paper[first:end])


JUST_WRONG: tuple[Callable[[np.random.Generator], Election], ...] = (
    whole_boxes, half_of_boxes, all_boxes_a_little, made_up_elsewhere,
)  # fmt: skip
