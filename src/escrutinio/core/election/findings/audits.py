"""Counts of the paper beside the official sheets, and audits whose steps stand in another order."""

import numpy as np

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.counting import reported_rows, rows_differing
from escrutinio.core.election.findings.family import CRITICAL, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.election.state import ElectionState, SheetTable, Status
from escrutinio.core.records import types as t

FAMILY = Family("audits")

HAND_COUNT_DIFFERS = FAMILY.finding(
    "hand-count-differs",
    CRITICAL,
    "Hand count differs from official sheet | For station {station} and contest {contest}, the hand "
    "count by {signer} and the official sheet differ.",
)

FAMILY.words(
    OUT_OF_ORDER,
    "what",
    {
        "commitment": N_("commitment of the audit"),
        "seed": N_("seed of the audit"),
    },
)


@FAMILY.contest_rule
def _hand_counts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    rows = np.flatnonzero((table.kind == t.HandCount.TYPE) & (table.status != Status.REFUSED))
    official = reported_rows(state, contest)
    for row, other in rows_differing(table, rows, official[table.station[rows]]):
        notes.add(
            HAND_COUNT_DIFFERS,
            [int(table.index[row]), int(table.index[other])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            signer=state.signers[table.signer[row]],
        )


@FAMILY.rule
def _steps(given: RuleInput, notes: Findings) -> None:
    """A commitment before its seed, a seed before what is drawn with it, effective or not."""
    committed: set[bytes] = set()
    seeded: set[bytes] = set()
    for logged in given.state.controls:
        body, contest = logged.body, logged.entry.about.contest
        if isinstance(body, t.AuditCommitment):
            committed.add(logged.entry.digest)
        elif isinstance(body, t.AuditSeed):
            seeded.add(body.commitment)
            if body.commitment not in committed:
                notes.add(OUT_OF_ORDER, [logged.index], contest=contest, what="commitment")
        elif isinstance(body, t.AuditSample) and body.commitment not in seeded:
            notes.add(OUT_OF_ORDER, [logged.index], contest=contest, what="seed")
