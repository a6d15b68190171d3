"""Who may sign what (docs/formats.md, "Who may sign what"), and of which stations and contests."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.keys import KeyTable, organisation_of
from escrutinio.core.election.powers import JUDGED, OFFICERS, Kinds
from escrutinio.core.election.roll import Roll
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Role
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.subjects import Subject

ROOT: Kinds = frozenset({t.Enrolment, t.Revocation, t.WitnessPolicy})
"""What the operator's root key signs; the charter besides, which is judged by its place."""

_ANYBODY: Kinds = frozenset({t.Claim, t.Statement, t.Retraction})
_AUDITS: Kinds = frozenset(
    {
        t.AuditCommitment,
        t.DigitsCommitment,
        t.AuditSeed,
        t.AuditSample,
        t.AuditResult,
        t.CountCommitment,
        t.MixedCount,
    }
)
_KEEPING: Kinds = frozenset({t.BallotManifest, t.Custody, t.Checklist, t.SheetStatus})
_WATCHERS: Kinds = frozenset(
    {
        t.Acceptance,
        t.Copy,
        t.HandCount,
        t.IncidentReport,
        t.Complaint,
        t.ObservationReport,
        t.RefusalToSign,
        t.Visit,
        t.Checklist,
        t.SheetStatus,
    }
)

RIGHTS: dict[Role, Kinds] = {
    Role.AUTHORITY: OFFICERS
    | _ANYBODY
    | _AUDITS
    | _KEEPING
    | {t.Complaint, t.CoRecord, t.Withdrawal, t.WitnessPolicy},
    Role.RECEIVER: _ANYBODY | {t.Arrival, t.Promise, t.WaitingSet},
    Role.MACHINE: _ANYBODY | {t.ZeroReport, t.TallySheet, t.MachineEvent},
    Role.BOARD: _ANYBODY
    | _KEEPING
    | {t.ManualSheet, t.SealCheck, t.HandCount, t.CountCommitment, t.MixedCount},
    Role.PARTY: _ANYBODY | _AUDITS | _WATCHERS | {t.CoRecord, t.Withdrawal},
    Role.OBSERVER: _ANYBODY | _AUDITS | _WATCHERS | {t.Withdrawal},
    Role.COMPLAINT_DESK: _ANYBODY | {t.Complaint},
    Role.IMPORTER: _ANYBODY | _AUDITS | {t.Roll, t.Copy, t.WitnessPolicy, t.Withdrawal, t.SheetStatus},
    Role.PRESS: _ANYBODY,
    Role.COURT: _ANYBODY | {t.Withdrawal},
}
"""What each role signs; courts besides what the definition lets them say."""


class Rights:
    """Who may sign what in one election, and of how many names an act needs the consent, by its
    definition."""

    def __init__(self, body: t.Definition) -> None:
        self._imported = body.author_role is AuthorRole.IMPORTER
        self._officers = body.officers_needed
        self._powers = {(power.act, power.role): power.needed for power in body.powers}
        self._instances = {f"court/{court.code}": court.instance for court in body.courts}

    def may_sign(self, role: Role, kind: type[t.Body], name: str | None = None) -> bool:
        """Whether a key of this role, and of this name where one is given, signs records of this type; an
        importer only in an imported election, and what courts rule only those of the definition."""
        if role is Role.IMPORTER and not self._imported:
            return False
        if role is Role.COURT and kind in JUDGED:
            known = name is None or organisation_of(name) in self._instances
            return known and (kind.TYPE, role) in self._powers
        return kind in RIGHTS[role]

    def needed(self, role: Role, kind: type[t.Body]) -> int:
        """Of how many names of this role an act needs the consent, its own signer's included."""
        if role is Role.COURT and kind in JUDGED:
            return self._powers.get((kind.TYPE, role), 1)
        if role is Role.AUTHORITY and kind in OFFICERS:
            return self._powers.get((kind.TYPE, role), self._officers)
        return 1

    def speaks_for(self, name: str, role: Role) -> tuple[int, str]:
        """Whose act it is that this name signs, and of which instance: 0 of the authority and of whoever else
        is no court of the definition."""
        court = organisation_of(name)
        if role is Role.COURT and court in self._instances:
            return self._instances[court], court
        return 0, role.name


_EVERYWHERE, _LOOK = -2, -3


@dataclass(frozen=True)
class Scopes:
    """Judges what keys speak of, by the areas and the roll in force."""

    keys: KeyTable
    areas: AreaTree
    roll: Roll
    rights: Rights

    def covers(self, key: EnrolledKey, about: Subject) -> bool:
        """Whether a record about this subject lies in the key's scope; the election as a whole does."""
        return _contest(key, about) and self._place(key, about)

    def excludes(self, key: EnrolledKey, about: Subject) -> bool:
        """Whether a record about this subject lies outside the key's scope whatever another roll may say.

        Where the roll lacks the station, it may yet lie in an area of the scope.
        """
        unknown = about.station is not None and about.station not in self.roll.index
        if unknown and any(code in self.areas.index for code in key.scope):
            return not _contest(key, about)
        return not self.covers(key, about)

    def _place(self, key: EnrolledKey, about: Subject) -> bool:
        if not key.scope:
            return True
        if about.station is not None:
            return self._station(key, about.station)
        return about.area is None or self._area(key, self.areas.index.get(about.area, -1))

    def allowed(
        self, signer: NDArray[np.int32], kind: NDArray[np.uint8], station: NDArray[np.int32], contest: str
    ) -> NDArray[np.bool_]:
        """Which rows of a contest are signed by a key with the right and the scope for them, bool [rows]."""
        place = self._only[signer]
        fine = (place == _EVERYWHERE) | ((place >= 0) & (place == station))
        for row in np.flatnonzero((place == _LOOK) & (station >= 0)).tolist():
            fine[row] = self._station(self.keys[int(signer[row])].key, self.roll.stations[station[row]])
        barred = [at for at, contests in self._limited if contest not in contests]
        allowed: NDArray[np.bool_] = self.rightful(signer, kind) & fine & ~np.isin(signer, barred)
        return allowed

    def rightful(self, signer: NDArray[np.int32], kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which rows are of a kind that the role of their key may sign, bool [rows]."""
        table = np.zeros((len(Role), 256), np.bool_)
        for role in Role:
            for code in t.BULK:
                table[role, code] = self.rights.may_sign(role, t.BY_CODE[code])
        right: NDArray[np.bool_] = table[self._roles[signer], kind]
        return right

    @cached_property
    def _roles(self) -> NDArray[np.int64]:
        return np.fromiter((held.key.role for held in self.keys), np.int64, len(self.keys))

    @cached_property
    def _limited(self) -> list[tuple[int, tuple[str, ...]]]:
        """The keys that are for some contests only."""
        return [(held.place, held.key.contests) for held in self.keys if held.key.contests]

    @cached_property
    def _only(self) -> NDArray[np.int32]:
        """Per key the one station that it is for, or `_EVERYWHERE`, or `_LOOK` for a closer look."""
        stations, areas = self.roll.index, self.areas.index
        scopes = [held.key.scope for held in self.keys]
        only = [
            stations.get(scope[0], _LOOK)
            if len(scope) == 1 and scope[0] not in areas
            else (_LOOK if scope else _EVERYWHERE)
            for scope in scopes
        ]
        return np.array(only, np.int32)

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


def _contest(key: EnrolledKey, about: Subject) -> bool:
    return about.contest is None or not key.contests or about.contest in key.contests
