"""Who may sign what (docs/formats.md, "Who may sign what"), and of which stations and contests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.election.areas import AreaTree
from escrutinio.election.keys import KeyTable
from escrutinio.election.roll import Roll
from escrutinio.records import types as t
from escrutinio.records.codes import AuthorRole, Role
from escrutinio.records.parts import EnrolledKey
from escrutinio.records.subjects import Subject

Kinds = frozenset[type[t.Body]]

ROOT: Kinds = frozenset({t.Enrolment, t.Revocation, t.WitnessPolicy})
"""What the operator's root key signs; the charter besides, which is judged by its place."""

OFFICERS: Kinds = frozenset(
    {
        t.Roll,
        t.NominationChange,
        t.StationChange,
        t.Accreditation,
        t.Lifecycle,
        t.ContingencyOpening,
        t.Ruling,
        t.IncidentDisclosure,
        t.AuditMinutes,
        t.Bulletin,
        t.Proclamation,
    }
)
"""What the authority says with as many officers as the definition asks for."""

_ANYBODY: Kinds = frozenset({t.Claim, t.Statement})
_AUDITS: Kinds = frozenset({t.AuditCommitment, t.AuditSeed, t.AuditSample, t.AuditResult})
_WATCHERS: Kinds = frozenset(
    {t.Acceptance, t.Copy, t.HandCount, t.IncidentReport, t.Complaint, t.ObservationReport, t.RefusalToSign}
)

RIGHTS: dict[Role, Kinds] = {
    Role.AUTHORITY: OFFICERS | _ANYBODY | _AUDITS | {t.Complaint, t.CoRecord, t.Withdrawal, t.WitnessPolicy},
    Role.RECEIVER: _ANYBODY | {t.Arrival},
    Role.MACHINE: _ANYBODY | {t.ZeroReport, t.TallySheet, t.MachineEvent},
    Role.BOARD: _ANYBODY | {t.ManualSheet, t.SealCheck, t.HandCount},
    Role.PARTY: _ANYBODY | _AUDITS | _WATCHERS | {t.CoRecord, t.Withdrawal},
    Role.OBSERVER: _ANYBODY | _AUDITS | _WATCHERS | {t.Withdrawal},
    Role.COMPLAINT_DESK: _ANYBODY | {t.Complaint},
    Role.IMPORTER: _ANYBODY | _AUDITS | {t.Roll, t.Copy, t.WitnessPolicy, t.Withdrawal},
    Role.PRESS: _ANYBODY,
}


def may_sign(role: Role, kind: type[t.Body], author: AuthorRole) -> bool:
    """Whether a key of this role signs records of this type; an importer only in an imported election."""
    if role is Role.IMPORTER and author is not AuthorRole.IMPORTER:
        return False
    return kind in RIGHTS[role]


_EVERYWHERE, _LOOK = -2, -3


@dataclass(frozen=True)
class Scopes:
    """Judges what keys speak of, by the areas and the roll in force."""

    areas: AreaTree
    roll: Roll
    author: AuthorRole

    def covers(self, key: EnrolledKey, about: Subject) -> bool:
        """Whether a record about this subject lies in the key's scope; the election as a whole does."""
        if about.contest is not None and key.contests and about.contest not in key.contests:
            return False
        if not key.scope:
            return True
        if about.station is not None:
            return self._station(key, about.station)
        return about.area is None or self._area(key, self.areas.index.get(about.area, -1))

    def allowed(
        self,
        keys: KeyTable,
        signer: NDArray[np.int32],
        kind: NDArray[np.uint8],
        station: NDArray[np.int32],
        contest: str,
    ) -> NDArray[np.bool_]:
        """Which rows of a contest are signed by a key with the right and the scope for them, bool [rows]."""
        right = self.rightful(keys, signer, kind)
        only, barred = self._scopes(keys, contest)
        place = only[signer]
        fine = (place == _EVERYWHERE) | ((place >= 0) & (place == station))
        for row in np.flatnonzero((place == _LOOK) & (station >= 0)).tolist():
            fine[row] = self._station(keys[int(signer[row])].key, self.roll.stations[station[row]])
        allowed: NDArray[np.bool_] = right & fine & ~barred[signer]
        return allowed

    def rightful(
        self, keys: KeyTable, signer: NDArray[np.int32], kind: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Which rows are of a kind that the role of their key may sign, bool [rows]."""
        roles = np.array([held.key.role for held in keys], np.int64)
        right: NDArray[np.bool_] = self._rights()[roles[signer], kind]
        return right

    def _rights(self) -> NDArray[np.bool_]:
        table = np.zeros((len(Role), 256), np.bool_)
        for role in Role:
            for code in t.BULK:
                table[role, code] = may_sign(role, t.BY_CODE[code], self.author)
        return table

    def _scopes(self, keys: KeyTable, contest: str) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Per key: the station it is for (or everywhere, or to be looked up), and whether it is barred."""
        only = np.full(len(keys), _LOOK, np.int32)
        barred = np.zeros(len(keys), np.bool_)
        stations, areas = self.roll.index, self.areas.index
        for place, held in enumerate(keys):
            scope, contests = held.key.scope, held.key.contests
            if not scope:
                only[place] = _EVERYWHERE
            elif len(scope) == 1 and scope[0] not in areas:
                only[place] = stations.get(scope[0], _LOOK)
            barred[place] = bool(contests) and contest not in contests
        return only, barred

    def _station(self, key: EnrolledKey, code: str) -> bool:
        if code in key.scope:
            return True
        station = self.roll.index.get(code, -1)
        return station >= 0 and self._area(key, int(self.roll.area[station]))

    def _area(self, key: EnrolledKey, area: int) -> bool:
        if area < 0:
            return False
        codes: Sequence[str] = self.areas.codes
        return any(codes[above] in key.scope for above in self.areas.path(area))
