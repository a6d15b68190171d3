"""What organisations read off sheets, beside the official sheets."""

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.counting import reported_rows, rows_differing
from escrutinio.core.election.findings.family import CRITICAL, NOTE, WARNING, Family
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import OFFICIAL, REPORTED, ElectionState, Status

FAMILY = Family("copies")

COPY_UNSIGNED = FAMILY.finding(
    "copy-unsigned",
    NOTE,
    "Copies without a signed original | {organisation}: copies for contest {contest} that name no "
    "original, or one that nobody entitled to it signed: {count}.",
)

COPY_ORIGINAL_ABSENT = FAMILY.finding(
    "copy-original-absent",
    NOTE,
    "Copies whose original is not in this log | {organisation}: copies for contest {contest} that name a "
    "signed original which is not in this log, so that nothing here shows who signed it: {count}.",
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
    "Copies without an official sheet | {organisation}: stations with a copy for contest {contest} and no "
    "official sheet in this log: {count}.",
)


_APART = (Status.REFUSED, Status.RETRACTED)
"""What is compared with nothing."""


@FAMILY.contest_rule
def _copies(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    for number, basis in enumerate(state.bases):
        if basis.organisation is not None:
            rows = np.flatnonzero((table.basis == number) & ~np.isin(table.status, _APART))
            _of_one(state, contest, rows, basis.organisation, notes)


def _of_one(
    state: ElectionState, contest: str, rows: NDArray[np.int64], organisation: str, notes: Findings
) -> None:
    """What the copies of one organisation, the rows of a contest's table, show."""
    table, official = state.tables[contest], reported_rows(state, contest)
    there, signed = _originals(table, rows)
    absent = (table.original[rows] >= 0) & ~there
    for code, found in ((COPY_UNSIGNED, rows[~signed & ~absent]), (COPY_ORIGINAL_ABSENT, rows[absent])):
        if len(found):
            entries = table.index[found].tolist()
            notes.add(code, entries, contest=contest, count=len(found), organisation=organisation)
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


def _originals(table: SheetTable, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the original that each of these copies names is an entry of the contest, and whether it is an
    official sheet of the copy's station that its signer was entitled to: bool [rows] each."""
    named = np.flatnonzero(table.record >= 0)
    original = np.full(int(table.record.max(initial=-1)) + 2, -1, np.int64)  # the last place is for none
    original[table.record[named]] = named
    of = table.original[rows]
    row = np.where((of >= 0) & (of < len(original) - 1), original[np.minimum(of, len(original) - 1)], -1)
    entitled = np.isin(table.kind[row], OFFICIAL) & (table.status[row] != Status.REFUSED)
    return row >= 0, (row >= 0) & entitled & (table.station[row] == table.station[rows])
