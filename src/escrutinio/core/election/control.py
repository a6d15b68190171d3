"""Judging the control records: which take effect, which roll is in force, which keys came late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.findings.entries import BAD_RECORD, KEY_OUT_OF_SCOPE
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.rights import OFFICERS, ROOT, Scopes, may_sign
from escrutinio.core.election.roll import Roll, read_roll
from escrutinio.core.election.state import Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.parts import Attachment, EnrolledKey

Attachments = Callable[[bytes], bytes | None]
"""An attachment by its SHA-256; None where it is not at hand."""

ROOT_PLACE = -1


@dataclass(frozen=True, slots=True)
class SignedControl:
    """A readable control record whose signature holds, and whose: the key's place, `ROOT_PLACE` for the root.

    `settled` is set where the fold judged it when it came (definition, charter, enrolments, revocations).
    """

    index: int
    entry: Entry
    place: int
    settled: Standing | None = None


def judge(
    signed: Iterable[SignedControl], scopes: Scopes, officers: int, notes: Findings | None = None
) -> tuple[Logged[t.Body], ...]:
    """Say which records take effect, by the rights of their keys and the number of officers who agree.

    The record that completes the number has the effect, at its index; equal ones before it are consents.
    """
    consents = Consents(officers)
    judged: list[Logged[t.Body]] = []
    for each in signed:
        standing = each.settled
        if standing is None:
            standing = _standing(each, scopes, consents)
        if standing is Standing.REFUSED and notes is not None:
            about = each.entry.about
            notes.add(
                KEY_OUT_OF_SCOPE,
                [each.index],
                station=about.station,
                contest=about.contest,
                area=about.area,
                signer=each.entry.signer,
            )
        judged.append(Logged(each.index, each.entry, standing))
    return tuple(judged)


def _standing(each: SignedControl, scopes: Scopes, consents: Consents) -> Standing:
    entry, kind = each.entry, type(each.entry.body)
    if each.place == ROOT_PLACE:
        return Standing.EFFECTIVE if kind in ROOT else Standing.REFUSED
    key = scopes.keys[each.place].key
    if not may_sign(key.role, kind, scopes.author) or not scopes.covers(key, entry.about):
        return Standing.REFUSED
    return consents.hear(entry, key)


class Consents:
    """Which officers said the same so far, where the definition asks for `needed` of them."""

    def __init__(self, needed: int) -> None:
        self._needed = needed
        self._waiting: dict[tuple[object, ...], frozenset[str]] = {}

    def hear(self, entry: Entry, key: EnrolledKey) -> Standing:
        """How a record stands that its key may sign: one that needs more officers is a consent."""
        kind = type(entry.body)
        if kind not in OFFICERS or key.role is not Role.AUTHORITY or self._needed < 2:
            return Standing.EFFECTIVE
        what = (kind, entry.subject, entry.body)
        who = self._waiting.pop(what, frozenset()) | {key.name}
        if len(who) >= self._needed:
            return Standing.EFFECTIVE
        self._waiting[what] = who
        return Standing.CONSENT

    def copy(self) -> Consents:
        """The same, to go on apart from this one."""
        made = Consents(self._needed)
        made._waiting = self._waiting.copy()
        return made


class AttachmentReader:
    """The attachments that a fold asks for; what was asked for and not found is remembered."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._rolls: dict[bytes, Roll] = {}
        self.needed: dict[bytes, bool] = {}

    def read(self, attachment: Attachment) -> bytes | None:
        """Its content; None where it is missing or not what its digest and size say."""
        content = self._attachments(attachment.digest)
        if content is not None and (
            len(content) != attachment.size or sha256(content).digest() != attachment.digest
        ):
            content = None
        self.needed[attachment.digest] = content is not None
        return content

    def roll(self, logged: Logged[t.Roll], areas: AreaTree) -> Roll | None:
        """The roll that a record publishes; None where a part is missing. Raises DefinitionError."""
        body, key = logged.body, logged.entry.digest
        if key not in self._rolls:
            stations = self.read(body.stations)
            centers = None if body.centers is None else self.read(body.centers)
            if stations is None or (body.centers is not None and centers is None):
                return None
            self._rolls[key] = read_roll(
                stations, areas, centers=centers, declared=body.declared, frozen_on=body.frozen_on
            )
        return self._rolls[key]


def empty_roll() -> Roll:
    """A roll without stations, for a log that published none."""
    none = np.zeros(0, np.int32)
    return Roll((), {}, (), none, none, np.zeros(0, np.int64), {}, {}, "")


@dataclass(frozen=True)
class RollInForce:
    """The roll that counts, and all effective rolls in log order."""

    roll: Roll
    history: tuple[Logged[t.Roll], ...]


def roll_in_force(
    rolls: Sequence[Logged[t.Roll]],
    areas: AreaTree,
    attachments: AttachmentReader,
    first_sheet: int | None,
    notes: Findings,
) -> RollInForce:
    """Choose the last readable roll before the first official sheet; if there is none, the first readable.

    A roll that comes later never changes what counts, whatever time it states.
    """
    chosen: Roll | None = None
    for logged in rolls:
        if chosen is not None and first_sheet is not None and logged.index > first_sheet:
            continue
        try:
            chosen = attachments.roll(logged, areas) or chosen
        except DefinitionError as error:
            notes.add(BAD_RECORD, [logged.index], reason=error)
    return RollInForce(chosen or empty_roll(), tuple(rolls))


def change_stations(roll: Roll, controls: Iterable[Logged[t.Body]], first_sheet: int | None) -> Roll:
    """The roll with the changes of stations that came before the first official sheet: registered, center."""
    changes = [change for logged in controls if (change := logged.takes_effect(t.StationChange))]
    if not changes:
        return roll
    registered, center = roll.registered.copy(), roll.center.copy()
    centers = {code: place for place, code in enumerate(roll.centers)}
    for change in changes:
        body, station = change.body, roll.index.get(change.entry.about.station or "", -1)
        if station < 0:
            continue
        if first_sheet is not None and change.index > first_sheet:
            break
        if body.registered is not None:
            registered[station] = body.registered
        center[station] = centers.get(body.center, int(center[station]))
    return replace(roll, registered=registered, center=center)


def late_keys(
    keys: KeyTable, controls: Sequence[Logged[t.Body]], closes: int | None, first_sheet: int | None
) -> dict[int, tuple[bool, int | None]]:
    """Which machine keys came late: (True, index from which an authority's and a party's consent stand).

    An enrolment is late where the calendar has `enrolment_closes`, and the enrolment states a later time or
    stands in the log after the first official sheet; so nobody gains by stating an earlier time.
    """
    if closes is None:
        return {}
    late: dict[int, bytes] = {}
    consents: dict[bytes, dict[Role, int]] = {}
    for logged in controls:
        body = logged.entry.body
        if logged.standing is not Standing.EFFECTIVE:
            continue
        if isinstance(body, t.Enrolment):
            if logged.entry.issued_at > closes or (first_sheet is not None and logged.index > first_sheet):
                late[logged.index] = logged.entry.digest
        elif isinstance(body, t.CoRecord) and (held := keys.get(logged.entry.kid)) is not None:
            consents.setdefault(body.enrolment, {}).setdefault(held.key.role, logged.index)
    found: dict[int, tuple[bool, int | None]] = {}
    for held in keys:
        if held.enrolled in late and held.key.role is Role.MACHINE:
            given = consents.get(late[held.enrolled], {})
            both = Role.AUTHORITY in given and Role.PARTY in given
            found[held.place] = (True, max(given[Role.AUTHORITY], given[Role.PARTY]) if both else None)
    return found


def deadline(definition: t.Definition, code: str) -> int | None:
    """A date of the calendar in seconds since 1970-01-01 UTC; None where the calendar lacks it."""
    return next((day.at for day in definition.calendar if day.code == code), None)
