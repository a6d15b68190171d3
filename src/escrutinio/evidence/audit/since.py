"""What the log says of the boxes of an audit since it was committed to, and of what bounds them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import REPORTED, ElectionState
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records.codes import BoundSource
from escrutinio.evidence.audit.boxes import above_law, counted_then
from escrutinio.evidence.audit.frame import Frame
from escrutinio.evidence.audit.measure import Procedure
from escrutinio.evidence.audit.notes import AuditFinding, note
from escrutinio.evidence.audit.records import AuditRecords


@dataclass(frozen=True, slots=True)
class SheetsSince:
    """The sheets that count now beside those that an audit is of, at the stations of a contest: at how many
    the one that counts is `changed` or gone, how many have one that had none (`added`), and whether what
    counts now still has the `same` outcome."""

    changed: int
    added: int
    same: bool


def sheets_since(
    state: ElectionState, audit: AuditRecords, contest: str, procedure: Procedure
) -> SheetsSince:
    """What became of the sheets of a contest that an audit is of."""
    basis = audit.of(contest).basis
    then, now = (
        counted_then(state, contest, basis, audit.sheets_below, audit.roll),
        state.counted[contest, basis],
    )
    changed, added = int(((then >= 0) & (now != then)).sum()), int(((then < 0) & (now >= 0)).sum())
    if not changed and not added:
        return SheetsSince(0, 0, True)
    return SheetsSince(changed, added, _shown_by(state, contest, now, procedure))


def official_otherwise(state: ElectionState, audit: AuditRecords, frame: Frame) -> list[AuditFinding]:
    """The contests that an audit is of by other sheets than the official ones, which show another outcome."""
    found = []
    for part in audit.parts:
        rows = state.counted.get((part.contest, REPORTED))
        if part.basis == REPORTED or rows is None or not (rows >= 0).any():
            continue
        if not _shown_by(state, part.contest, rows, frame.parts[part.contest]):
            found.append(note("official-otherwise", audit.logged.index, contest=part.contest))
    return found


def _shown_by(state: ElectionState, contest: str, counted: NDArray[np.int32], procedure: Procedure) -> bool:
    """Whether the rows that count at the stations have the outcome that an audit tests."""
    table, rows = state.tables[contest], counted[counted >= 0]
    votes = by_candidate(state.contest(contest), table.counts[rows]).sum(axis=0)
    others = np.maximum(table.classes[rows], 0).sum(axis=0)
    figures = [*votes.tolist(), *others.tolist(), int(valid_of(table)[rows].sum())]
    return all(each.margin(figures) > 0 for each in procedure.assertions)


def of_bounds(state: ElectionState, audit: AuditRecords, frame: Frame) -> list[AuditFinding]:
    """What there is to say of what bounds the boxes: boxes that the manifest lacks, whose registered voters
    are the bound; a number of the law that the roll goes beyond; what the roll or
    a manifest said later."""
    found, index = [], audit.logged.index
    for part in audit.parts:
        boxes, listed = frame.parts[part.contest].boxes, part.bound.manifest
        if listed is not None and part.bound.source is BoundSource.MANIFEST:
            lacking = (name for name in boxes.names if name not in listed.most)
            found += [note("not-listed", index, box=name) for name in lacking]
        if beyond := above_law(state, boxes, part.bound, audit.roll):
            found.append(note("law-below", index, most=part.bound.most, boxes=beyond))
        if more := frame.raised.get(part.contest, 0):
            found.append(note("bounds-raised", index, more=more))
        if part.entries and part.bound.source is BoundSource.MANIFEST:
            found.append(note("manifest-newer", index, changes=", ".join(map(str, part.entries[:20]))))
    return found
