"""The whole status of a risk-limiting audit of a national contest, beside the bounds alone in NumPy integers.

25,073 boxes of ten candidates, as many as the sheets of the example; sixteen draws and their hand counts. The
status bounds every box against nine losers exactly, makes the draw again and measures the risk. The floor is
the sum of max (v_w − v_l + b) / V in int64 and floats, without exact fractions and without a draw.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import measure, parse_options
from escrutinio.evidence.audit.assertions import Ballot
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.measure import Ppeb

CANDIDATES = 10
DRAWS = 16
SEED = "60382514923758140697"


def made_boxes(count: int) -> Boxes:
    """Boxes of some 430 vouchers, two thirds for the first candidate; of no real election."""
    random = np.random.Generator(np.random.Philox(5))
    shares = np.array([67.0, 30.5, *[2.5 / (CANDIDATES - 2)] * (CANDIDATES - 2)])
    votes = random.poisson(4.34 * shares, (count, CANDIDATES)).astype(np.int64)
    names = tuple(f"{number:06}.01" for number in range(count))
    return Boxes(names, votes, votes.sum(axis=1) + random.integers(0, 3, count))


def status(boxes: Boxes) -> object:
    """What an audit's status computes once its records are read."""
    ballot = Ballot(CANDIDATES, tuple(range(CANDIDATES)), marks=1, classes=0)
    procedure = Ppeb(boxes, [ballot.compares(0, loser) for loser in range(1, CANDIDATES)])
    drawn = [box.station for box in procedure.draw(SEED, DRAWS)]
    counts = {name: _as_reported(boxes, procedure.place[name]) for name in set(drawn)}
    return procedure.measure(drawn, counts, Fraction(1, 20))


def _as_reported(boxes: Boxes, place: int) -> Counted:
    votes = tuple(boxes.votes[place].tolist())
    return Counted(votes, (), sum(votes), sum(votes), 0)


def bare(votes: NDArray[np.int64], bound: NDArray[np.int64]) -> float:
    """U in int64 and one division, with neither exact fractions nor draws."""
    margins = votes[:, 0].sum() - votes[:, 1:].sum(axis=0)
    reach = votes[:, :1] - votes[:, 1:] + bound[:, None]
    return float((reach / margins).max(axis=1).sum())


def main() -> None:
    options = parse_options(__doc__ or "")
    count = 2_500 if options.short else 25_073
    boxes = made_boxes(count)
    measure(
        f"audit status, {count:,} boxes x {CANDIDATES}",
        lambda: status(Boxes(boxes.names, boxes.votes, boxes.bound)),
        lambda: bare(boxes.votes, boxes.bound),
        "boxes",
        count=count,
        options=options,
    )


if __name__ == "__main__":
    main()
