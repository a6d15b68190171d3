"""What organisations read off sheets, beside the official sheets."""

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.counting import reported_rows, rows_differing
from escrutinio.core.election.findings.family import CRITICAL, NOTE, WARNING, Family
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.state import REPORTED, ElectionState, SheetTable, Status

FAMILY = Family("copies")

COPY_UNSIGNED = FAMILY.finding(
    "copy-unsigned",
    NOTE,
    "Copies without a signed original | {count} copies by {organisation} for contest {contest} name "
    "no original that a machine's key signed.",
)

COPY_DIFFERS = FAMILY.finding(
    "copy-differs",
    CRITICAL,
    "Copy differs from official sheet | For station {station} and contest {contest}, the copy by "
    "{organisation} and the official sheet differ.",
)

OFFICIAL_MISSING = FAMILY.finding(
    "official-missing",
    WARNING,
    "Copies without an official sheet | {count} stations have a copy by {organisation} for contest "
    "{contest} and no official sheet in this log.",
)


@FAMILY.contest_rule
def _copies(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    for number, basis in enumerate(state.bases):
        if basis.organisation is not None:
            rows = np.flatnonzero((table.basis == number) & (table.status != Status.REFUSED))
            _of_one(state, contest, rows, basis.organisation, notes)


def _of_one(
    state: ElectionState, contest: str, rows: NDArray[np.int64], organisation: str, notes: Findings
) -> None:
    """What the copies of one organisation, the rows of a contest's table, show."""
    table, official = state.tables[contest], reported_rows(state, contest)
    bare = rows[~table.original[rows]]
    if len(bare):
        entries = table.index[bare].tolist()
        notes.add(COPY_UNSIGNED, entries, contest=contest, count=len(bare), organisation=organisation)
    stated = rows[table.status[rows] != Status.DUPLICATE]
    for row, other in rows_differing(table, stated, official[table.station[stated]]):
        notes.add(
            COPY_DIFFERS,
            [int(table.index[row]), int(table.index[other])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            organisation=organisation,
        )
    stations, first = np.unique(table.station[stated], return_index=True)
    silent = official[stations] < 0
    silent[np.isin(stations, list(state.pending.get((contest, REPORTED), {})))] = False
    if silent.any():
        entries = np.sort(table.index[stated[first[silent]]]).tolist()
        count = int(silent.sum())
        notes.add(OFFICIAL_MISSING, entries, contest=contest, count=count, organisation=organisation)
