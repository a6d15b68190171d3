"""What screening looks at: the figures of the counted sheets of one contest."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import by_candidate

MOST_BALLOTS = 1_000_000
"""Most ballots or registered voters of one station; more is a slip of the pen, and would only cost time."""


@dataclass(frozen=True, eq=False)
class Sheets:
    """The counted sheets of a contest, one row each, in the order of the stations' codes.

    `votes` int64 [sheets, candidates] in ballot order; `null` int64 [sheets]: ballots for nobody (of all
    classes); `registered` int64 [sheets], -1 where unknown; `center` int64 [sheets], index into `centers`.
    `left_out` are the stations whose sheet counts and is beyond `MOST_BALLOTS`, which no screen looks at.

    Raises EvidenceError where the columns do not fit each other, a station stands twice, a number is
    negative or beyond `MOST_BALLOTS`, there are fewer than two candidates, or no sheet has a vote.
    """

    stations: tuple[str, ...]
    candidates: tuple[str, ...]
    centers: tuple[str, ...]
    votes: Int64
    null: Int64
    registered: Int64
    center: Int64
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rows = len(self.stations)
        shapes = {self.null.shape, self.registered.shape, self.center.shape}
        if shapes != {(rows,)} or self.votes.shape != (rows, len(self.candidates)):
            raise EvidenceError("screening-columns")
        if len(self.candidates) < 2:
            raise EvidenceError("screening-one-candidate")
        if len(set(self.stations)) != rows:
            ordered = sorted(self.stations)
            twice = next(a for a, b in pairwise(ordered) if a == b)
            raise EvidenceError("screening-twice", station=repr(twice))
        if not rows or not self.votes.any():
            raise EvidenceError("screening-no-vote")
        self._check_bounds()

    def _check_bounds(self) -> None:
        if int(self.center.min()) < 0 or int(self.center.max()) >= len(self.centers):
            raise EvidenceError("screening-center")
        if int(self.votes.min()) < 0 or int(self.null.min()) < 0 or int(self.registered.min()) < -1:
            raise EvidenceError("screening-negative")
        # A column of options is below 2^32 (a record's count), so this sum stays inside int64.
        for column in (self.ballots, self.registered):
            at = int(column.argmax())
            if column[at] > MOST_BALLOTS:
                raise EvidenceError(
                    "screening-large",
                    station=repr(self.stations[at]),
                    ballots=int(column[at]),
                    limit=MOST_BALLOTS,
                )

    def __len__(self) -> int:
        return len(self.stations)

    @cached_property
    def valid(self) -> Int64:
        """Valid votes, int64 [sheets]."""
        found: Int64 = self.votes.sum(axis=1)
        return found

    @property
    def ballots(self) -> Int64:
        """Valid votes and ballots for nobody, int64 [sheets]."""
        return self.valid + self.null

    @cached_property
    def leading(self) -> tuple[int, ...]:
        """Whoever has as many votes as the second and at least one, most first: two candidates; one where
        all votes are for one; more where several are level, of whom the order on the ballot chooses none."""
        votes = self.votes.sum(axis=0)
        least = max(1, int(np.sort(votes)[-2]))
        return tuple(each for each in np.argsort(-votes, kind="stable").tolist() if votes[each] >= least)

    @property
    def roll_known(self) -> NDArray[np.bool_]:
        """Where the number of registered voters is known and not zero, bool [sheets]."""
        return self.registered > 0


def sheets_of(state: ElectionState, contest: str, basis: str) -> Sheets:
    """The sheets that count in a contest and basis; those beyond `MOST_BALLOTS` are left out and named.

    Raises KeyError for codes that the state does not have, and EvidenceError as `Sheets` does and for a
    contest with several marks a ballot, of which the models know nothing.
    """
    view, code = state.contest(contest), state.basis(basis).code
    if view.marks > 1:
        raise EvidenceError("screening-marks", marks=view.marks)
    rows = state.counted.get((contest, code), np.full(len(state.roll), -1, np.int32))
    table, counted = state.tables[contest], np.flatnonzero(rows >= 0)
    # One sheet that its key may sign, and that nothing bounds, must not keep the others from being looked at.
    ballots = ballots_of(table)[rows[counted]]
    beyond = (ballots > MOST_BALLOTS) | (state.roll.registered[counted] > MOST_BALLOTS)
    stations = counted[~beyond]
    if len(counted) and not len(stations):
        raise EvidenceError("screening-all-large", limit=MOST_BALLOTS)
    taken = rows[stations]
    return Sheets(
        stations=tuple(state.roll.stations[i] for i in stations.tolist()),
        candidates=view.candidates,
        centers=state.roll.centers,
        votes=by_candidate(view, table.counts[taken]),
        null=table.others[taken],
        registered=state.roll.registered[stations],
        center=state.roll.center[stations].astype(np.int64),
        left_out=tuple(state.roll.stations[i] for i in counted[beyond].tolist()),
    )
