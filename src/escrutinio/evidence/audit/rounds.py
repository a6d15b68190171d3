"""How an audit goes on: which boxes its next round takes, and which it drew."""

from collections import Counter
from collections.abc import Mapping

from escrutinio.base.errors import InputError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import parts as p
from escrutinio.evidence.audit.frame import Frame
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.replay import unopened
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, frame_of

MAX_BOXES = 10_000
"""Most boxes that a round draws, or that are entered at once."""


def next_sample(
    found: AuditStatus, frame: Frame, *, take: int | None = None, rest: bool = False
) -> tuple[p.Box, ...]:
    """The boxes of the next round: those that would end the audit if all agreed, or so many draws, or all
    the `rest` of the paper. Raises InputError where there is no next round or no number can be said."""
    if found.seed is None:
        raise InputError("seed-missing")
    if found.settled is not None or (found.rounds and found.rounds[-1].rest):
        raise InputError("audit-over")
    if rest:
        left = unopened(frame, found.rounds) if frame.whole else []
        if not left:
            raise InputError("audit-no-rest")
        return tuple(map(p.Box, left))
    if found.rounds and found.rounds[-1].above:
        raise InputError("audit-unbounded-box", box=found.rounds[-1].above[0])
    if take is None:
        if not found.next:
            raise InputError("audit-may-stop" if found.more == 0 else "audit-no-end")
        return found.next
    done = sum(len(each.boxes) for each in found.rounds)
    return frame.draw(found.seed, done + take)[done:]


def drawn_boxes(
    state: ElectionState, audit: AuditRecords, contest: str, attachments: Attachments | None
) -> Mapping[str, int]:
    """Every box with paper of a contest that the audit's samples in the log name or its seed draws for them,
    with how often it was drawn. Raises EvidenceError."""
    stands = audit_status(state, contest, audit.logged.entry.digest, attachments=attachments)
    inside = frame_of(state, audit).parts[contest].place
    return Counter(name for each in stands.rounds for name in each.drawn if name in inside)
