"""The lives of the machines: where they were installed, what ran on them, how they started, their seals."""

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import CRITICAL, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Step

FAMILY = Family("machines")

NO_ZERO_REPORT = FAMILY.finding(
    "no-zero-report",
    WARNING,
    "No zero report | The log has no zero report with all counts at zero by {signer} for the sheet of "
    "station {station}.",
)

NOT_INSTALLED = FAMILY.finding(
    "not-installed",
    WARNING,
    "Machine not recorded as installed | {signer} made a sheet for station {station}; the log does "
    "not record it as installed there before.",
)

SOFTWARE_MISMATCH = FAMILY.finding(
    "software-mismatch",
    CRITICAL,
    "Other software than programmed | {signer} reports at station {station} another software digest "
    "than the one it was programmed with.",
)

SEAL_BROKEN = FAMILY.finding(
    "seal-broken",
    WARNING,
    "Seal not intact | Entry {entry} records that seal {seal} at station {station} was not intact.",
)

LISTING_UNREADABLE = FAMILY.finding(
    "listing-unreadable",
    WARNING,
    "Machine list that cannot be read | The list that entry {entry} names is not written as the formats ask; "
    "the steps of that entry are left out.",
)

FAMILY.words(
    OUT_OF_ORDER,
    "what",
    {
        "zero-report": N_("zero report"),
        "assembled": N_("machine assembled"),
        "programmed": N_("machine programmed"),
        "quality-checked": N_("machine quality-checked"),
        "audited": N_("machine audited"),
        "sealed": N_("machine sealed"),
        "shipped": N_("machine shipped"),
        "received": N_("machine received"),
        "installed": N_("machine installed"),
    },
)


def _machine_rows(table: SheetTable, kind: int) -> NDArray[np.int64]:
    return np.flatnonzero((table.kind == kind) & (table.status != Status.REFUSED))


@FAMILY.contest_rule
def _zero_reports(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """Where machines say how they started: each sheet's machine, at its station, with all counts at zero."""
    if not state.has_zero_reports and not len(state.machines):
        return
    zeros = _machine_rows(table, t.ZeroReport.TYPE)
    zeros = zeros[~table.counts[zeros].any(axis=1)]
    sheets = _machine_rows(table, t.TallySheet.TYPE)
    span = len(state.roll) + 1
    started, first = np.unique(table.signer[zeros] * np.int64(span) + table.station[zeros], return_index=True)
    wanted = table.signer[sheets] * np.int64(span) + table.station[sheets]
    at = np.searchsorted(started, wanted)
    there = np.zeros(len(sheets), np.bool_)
    there[at < len(started)] = started[at[at < len(started)]] == wanted[at < len(started)]
    for row in sheets[~there].tolist():
        _note_machine(NO_ZERO_REPORT, state, contest, table, row, notes)
    since = table.index[zeros[first[at[there]]]]
    for row, zero in zip(sheets[there].tolist(), since.tolist(), strict=True):
        if zero > table.index[row]:
            station = state.roll.stations[table.station[row]]
            entries = [int(table.index[row]), zero]
            notes.add(OUT_OF_ORDER, entries, station=station, contest=contest, what="zero-report")


def _note_machine(
    code: str, state: ElectionState, contest: str, table: SheetTable, row: int, notes: Findings, *more: int
) -> None:
    notes.add(
        code,
        [int(table.index[row]), *more],
        station=state.roll.stations[table.station[row]],
        contest=contest,
        signer=state.signers[table.signer[row]],
    )


def _last_steps(
    state: ElectionState, steps: NDArray[np.int64], table: SheetTable, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each row, the last of these rows of `state.machines` about its machine below it, or -1."""
    machines = state.machines
    number = {name: place for place, name in enumerate(machines.machines)}
    by_signer = np.array([number.get(name, -1) for name in state.signers], np.int64)
    span = np.int64(state.size + 1)
    keys = machines.machine[steps] * span + machines.index[steps]
    wanted = by_signer[table.signer[rows]]
    at = np.searchsorted(keys, wanted * span + table.index[rows]) - 1
    found = np.full(len(rows), -1, np.int64)
    fine = (at >= 0) & (wanted >= 0)
    fine[fine] = machines.machine[steps[at[fine]]] == wanted[fine]
    found[fine] = steps[at[fine]]
    return found


@FAMILY.contest_rule
def _installed(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    """Where installations are recorded: one is the last step before a sheet, at its station."""
    machines = state.machines
    if not (machines.step == Step.INSTALLED).any():
        return
    rows = _machine_rows(table, t.TallySheet.TYPE)
    last = _last_steps(state, np.arange(len(machines)), table, rows)
    here = (machines.station[last] == table.station[rows]) | (machines.station[last] < 0)
    for row in rows[(last < 0) | (machines.step[last] != Step.INSTALLED) | ~here].tolist():
        _note_machine(NOT_INSTALLED, state, contest, table, row, notes)


@FAMILY.contest_rule
def _software(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    machines = state.machines
    programmed = np.flatnonzero((machines.step == Step.PROGRAMMED) & (machines.software >= 0))
    rows = _machine_rows(table, t.ZeroReport.TYPE)
    if not len(programmed) or not len(rows):
        return
    last = _last_steps(state, programmed, table, rows)
    other = (last >= 0) & (machines.software[last] != table.digest[rows])
    for row, step in zip(rows[other].tolist(), last[other].tolist(), strict=True):
        _note_machine(SOFTWARE_MISMATCH, state, contest, table, row, notes, int(machines.index[step]))


@FAMILY.rule
def _steps(given: RuleInput, notes: Findings) -> None:
    """A machine's life goes forward, unless it was replaced or returned."""
    machines = given.state.machines
    back = (machines.machine[1:] == machines.machine[:-1]) & (machines.step[1:] < machines.step[:-1])
    back &= machines.step[:-1] < Step.REPLACED
    for row in np.flatnonzero(back).tolist():
        what = word(Step(int(machines.step[row + 1])))
        entries = [int(machines.index[row]), int(machines.index[row + 1])]
        notes.add(OUT_OF_ORDER, entries, what=what, machine=machines.machines[machines.machine[row]])


@FAMILY.rule
def _seals(given: RuleInput, notes: Findings) -> None:
    for logged in given.state.records(t.SealCheck):
        if not logged.body.intact:
            station = logged.entry.about.station
            notes.add(SEAL_BROKEN, [logged.index], station=station, seal=logged.body.seal)
