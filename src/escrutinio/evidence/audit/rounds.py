"""How an audit goes on: its seed, how it draws, how many boxes its next round takes, and which it drew."""

from fractions import Fraction

from escrutinio.base.errors import InputError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import AuditMethod
from escrutinio.evidence.audit.draw import check_seed
from escrutinio.evidence.audit.measure import Procedure
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.status import audit_status

MAX_BOXES = 10_000
"""Most boxes that a round draws, or that are entered at once."""


def seed_of(audit: AuditRecords, given: str | None) -> str:
    """The audit's seed: that in the log, or the one given where it has none yet.

    Raises InputError where there is none, or another one, and EvidenceError for one of a wrong form.
    """
    if given is not None:
        check_seed(given)
    if audit.seed is None and given is None:
        raise InputError("seed-missing")
    if audit.seed is not None and given not in (None, audit.seed):
        raise InputError("seed-other", seed=audit.seed, index=audit.seed_index)
    seed = audit.seed or given
    assert seed is not None
    return seed


def draws_to_end(
    state: ElectionState, audit: AuditRecords, procedure: Procedure, attachments: Attachments | None
) -> int:
    """How many draws would end the audit if all boxes agreed. Raises InputError where none can be said."""
    if audit.body.method is AuditMethod.HOT_AUDIT:
        return len(procedure.boxes)
    if audit.samples:
        digest = audit.logged.entry.digest
        more = audit_status(state, audit.contest, digest, attachments=attachments).more
    else:
        limit = audit.body.risk_limit
        more = procedure.measure((), {}, Fraction(limit.numerator, limit.denominator)).more
    if not more or more > MAX_BOXES:
        raise InputError("audit-no-end" if more != 0 else "audit-may-stop")
    return more


def drawn_boxes(state: ElectionState, audit: AuditRecords, attachments: Attachments | None) -> frozenset[str]:
    """Every box that the audit's samples in the log name or its seed draws for them. Raises EvidenceError."""
    stands = audit_status(state, audit.contest, audit.logged.entry.digest, attachments=attachments)
    return frozenset(name for each in stands.rounds for name in each.drawn)
