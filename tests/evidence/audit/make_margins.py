"""Write the table of margins in docs/audits.md: `python -m tests.evidence.audit.make_margins`.

The sheets of examples/venezuela-2024, with votes of the first moved to the second until the margin is the
share named; what bounds a box is what an audit takes today: its registered voters, and for a station of which
they are not known the largest number of the roll.
"""

from fractions import Fraction

import numpy as np

from escrutinio.core.records.codes import Method
from escrutinio.evidence.audit.bounds import Boxes, draw_weights, error_bounds
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.ppeb import BET, MACRO, clean_draws
from tests.evidence.audit.contest import rules
from tests.evidence.example2024 import CANDIDATES, sheets
from tests.paths import ROOT

PAGE = ROOT / "docs" / "audits.md"
BEGIN, END = "<!-- margins -->\n", "<!-- /margins -->\n"
MARGINS = (None, 20, 10, 5, 2, 1)
"""Percent of all ballots; None is the margin of the sheets themselves."""
LIMIT = Fraction(1, 20)
ONE_SEAT = rules(Method.PLURALITY, len(CANDIDATES), classes=1)

HEADS = (
    "margin, of all ballots",
    "sum of error bounds U",
    "boxes at a risk limit of 5 %, MACRO",
    "the same with the bet of 0.9",
)


def boxes_at(percent: int | None) -> Boxes:
    """The sheets with a margin of so many percent of all ballots, each box bounded by its voters."""
    found = sheets()
    votes, ballots = found.votes.copy(), int(found.votes.sum() + found.null.sum())
    first, second = CANDIDATES.index("EG"), CANDIDATES.index("NM")
    if percent is not None:
        surplus = int((votes[:, first] - votes[:, second]).sum()) - ballots * percent // 100
        total = int(votes[:, first].sum())
        moved = votes[:, first] * (surplus // 2) // total
        moved[np.argsort(-votes[:, first])[: surplus // 2 - int(moved.sum())]] += 1
        votes[:, first] -= moved
        votes[:, second] += moved
    names = tuple(f"{place:05}" for place in range(len(votes)))
    # A sheet of some stations states a few ballots more than the roll has voters.
    most = np.maximum(found.capacity, votes.sum(axis=1) + found.null)
    return Boxes(names, votes, most, found.null[:, None])


def table() -> str:
    """The table, as Markdown."""
    columns = []
    for percent in MARGINS:
        boxes = boxes_at(percent)
        first, second = sorted(boxes.totals)[:-3:-1]
        ballots = sum(boxes.sums[len(CANDIDATES) :])
        weights = draw_weights(error_bounds(boxes, outcome_of(ONE_SEAT, boxes)))
        total = weights.sum_of_bounds
        share = f"{100 * (first - second) / ballots:.0f}\u00a0%"
        draws = [str(clean_draws(total, LIMIT, bet=bet)) for bet in (MACRO, BET)]
        columns.append([share, f"{float(total):.2f}", *draws])
    rows = [" | ".join((head, *row)) for head, *row in zip(HEADS, *columns, strict=True)]
    rows.insert(1, " | ".join(["---", *("---:" for _ in columns)]))
    return "".join(f"| {row} |\n" for row in rows)


def page() -> str:
    """The page with its table made again."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
