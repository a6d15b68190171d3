"""The roll as it stood when an audit was committed to: what changes it afterwards changes no draw.

Whoever may change the roll would otherwise choose, once the seed is known, how likely each box is to be
drawn, which boxes there are, and which stations a center has.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.control import AttachmentReader, Attachments, change_stations, roll_in_force
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Closes


def roll_changes(state: ElectionState, index: int) -> Sequence[int]:
    """The entries from `index` on that changed the roll that is in force, in log order."""
    closing = _closing(state)
    found = [*state.rolls, *state.records(t.StationChange)]
    return sorted(each.index for each in found if each.index >= index and not 0 <= closing < each.index)


def roll_at(state: ElectionState, index: int, attachments: Attachments | None) -> Roll:
    """The roll below an entry, with its stations numbered as in the state; of one that it did not have yet
    `center` and `registered` are -1.

    Raises EvidenceError where it had a station that the roll in force lacks, or has elsewhere, so that its
    sheets cannot be found; and where it was changed since and its tables are not at hand.
    """
    changes = roll_changes(state, index)
    if not changes:
        return state.roll
    closing = min(index - 1, _closing(state)) if _closing(state) >= 0 else index - 1
    rolls = [each for each in state.rolls if each.index < index]
    reader = AttachmentReader(attachments or (lambda _: None))
    published = roll_in_force(rolls, state.areas, reader, closing, Findings())
    now, then = state.roll, change_stations(published, state.controls, closing)
    if not len(then) or any(name not in now.index for name in then.stations):
        raise EvidenceError("audit-roll-changed", entry=changes[0])
    place = np.array([now.index[name] for name in then.stations], np.int64)
    if not np.array_equal(then.area, now.area[place]):
        raise EvidenceError("audit-roll-changed", entry=changes[0])
    center, registered = np.full(len(now), -1, np.int32), np.full(len(now), -1, np.int64)
    center[place], registered[place] = then.center, then.registered
    return replace(now, centers=then.centers, center=center, registered=registered)


def _closing(state: ElectionState) -> int:
    closed = state.closed.get(Closes.ROLL)
    return -1 if closed is None else closed.index
