"""Which acts need several names: those of the officers, and those that courts may say.

Without NumPy, since a voting machine reads its definition too.
"""

from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role

Kinds = frozenset[type[t.Body]]

OFFICERS: Kinds = frozenset(
    {
        t.Roll,
        t.NominationChange,
        t.StationChange,
        t.Accreditation,
        t.Lifecycle,
        t.ContingencyOpening,
        t.Ruling,
        t.Lots,
        t.IncidentDisclosure,
        t.AuditMinutes,
        t.Bulletin,
        t.Proclamation,
        t.Closing,
        t.RemovalRequest,
        t.NextRound,
        t.Extension,
    }
)
"""What the authority says with as many officers as the definition asks for."""

JUDGED: Kinds = frozenset({t.Ruling, t.RemovalRequest, t.Lots})
"""What a definition may let courts say."""


def may_be_given(act: int, role: Role) -> bool:
    """Whether a power over an act, by its record type, has an effect for a role. Of a type that only later
    versions know, nobody here can say that it has none."""
    kinds = {Role.AUTHORITY: OFFICERS, Role.COURT: JUDGED}.get(role, frozenset[type[t.Body]]())
    return t.BY_CODE[act] in kinds if act in t.BY_CODE else bool(kinds)
