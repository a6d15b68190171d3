"""Judging the control records: which take effect, which roll is in force, which keys came late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import numpy as np

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.acts import Act, Acts, Awaiting
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.findings.entries import (
    ACT_NOT_CURRENT,
    ACT_OVERRULED,
    ACT_WAITING,
    KEY_OUT_OF_SCOPE,
)
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.roll import ROLL_UNREADABLE
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.rights import ROOT, Rights, Scopes
from escrutinio.core.election.roll import Roll, read_roll
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Closes, Role
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.subjects import read_subject

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
    signed: Iterable[SignedControl], scopes: Scopes, notes: Findings | None = None
) -> tuple[Logged[t.Body], ...]:
    """Say which records take effect, by the rights of their keys, the number of officers who agree, and the
    acts that are in force.

    The record that completes the number has the effect, at its index; equal ones before it are consents.
    """
    acts = Acts(scopes.rights)
    judged: list[Logged[t.Body]] = []
    for each in signed:
        standing = each.settled
        if standing is None:
            standing = _standing(each, scopes, acts)
        if notes is not None and standing is Standing.REFUSED:
            note_of(KEY_OUT_OF_SCOPE, each.index, each.entry, notes)
        elif notes is not None and standing in _BEHIND:
            note_of(
                _BEHIND[standing],
                each.index,
                each.entry,
                notes,
                acts.in_force(each.entry.body, each.entry.subject),
            )
        judged.append(Logged(each.index, each.entry, standing))
    if notes is not None:
        for waits in acts.awaiting():
            note_waiting(waits, notes)
    return tuple(judged)


def acts_in(state: ElectionState) -> Acts:
    """The acts in force after all entries of a log, and what waits, for whoever goes on from there."""
    acts = Acts(Rights(state.definition.body))
    for logged in state.controls:
        held = state.keys.get(logged.entry.kid)
        if held is not None and logged.standing is not Standing.REFUSED:
            acts.hear(logged.index, logged.entry, held.key.name, held.key.role)
    return acts


def note_waiting(waits: Awaiting, notes: Findings) -> None:
    """Note a record that has not yet as many names as it needs."""
    about = read_subject(waits.body.SUBJECT, waits.subject)
    notes.add(
        ACT_WAITING,
        waits.entries,
        station=about.station,
        contest=about.contest,
        area=about.area,
        count=len(waits.names),
        needed=waits.needed,
        signer=", ".join(waits.names),
    )


_BEHIND = {Standing.SUPERSEDED: ACT_NOT_CURRENT, Standing.OVERRULED: ACT_OVERRULED}


def note_of(code: str, index: int, entry: Entry, notes: Findings, current: Act | None = None) -> None:
    """Note a record that has no effect, with its signer and what it is about; beside it the act in force."""
    about = entry.about
    notes.add(
        code,
        [index] if current is None else [index, current.index],
        station=about.station,
        contest=about.contest,
        area=about.area,
        signer=entry.signer,
        current=None if current is None else current.index,
    )


def _standing(each: SignedControl, scopes: Scopes, acts: Acts) -> Standing:
    entry, kind = each.entry, type(each.entry.body)
    if each.place == ROOT_PLACE:
        return Standing.EFFECTIVE if kind in ROOT else Standing.REFUSED
    key = scopes.keys[each.place].key
    if not scopes.rights.may_sign(key.role, kind, key.name) or not scopes.covers(key, entry.about):
        return Standing.REFUSED
    return acts.hear(each.index, entry, key.name, key.role)


class AttachmentReader:
    """The attachments that a fold asks for; `found` says of each that was asked for whether it was there."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._rolls: dict[bytes, Roll] = {}
        self.found: dict[bytes, bool] = {}

    def read(self, attachment: Attachment) -> bytes | None:
        """Its content; None where it is missing or not what its digest and size say."""
        content = self._attachments(attachment.digest)
        if content is not None and (
            len(content) != attachment.size or sha256(content).digest() != attachment.digest
        ):
            content = None
        self.found[attachment.digest] = content is not None
        return content

    def roll(self, logged: Logged[t.Roll], areas: AreaTree) -> Roll | None:
        """The roll that a record publishes; None where a part is missing. Raises DefinitionError."""
        body, key = logged.body, logged.entry.digest
        if key in self._rolls:
            parts = filter(None, (body.stations, body.centers))
            self.found.update((part.digest, True) for part in parts)
        else:
            stations = self.read(body.stations)
            centers = None if body.centers is None else self.read(body.centers)
            if stations is None or (body.centers is not None and centers is None):
                return None
            self._rolls[key] = read_roll(
                stations, areas, centers=centers, declared=body.declared, frozen_on=body.frozen_on
            )
        return self._rolls[key]

    def foresee(self, logged: Logged[t.Roll], areas: AreaTree) -> None:
        """Read a roll that may be asked for later; that it was read is told then."""
        told = self.found.copy()
        with suppress(DefinitionError):
            self.roll(logged, areas)
        self.found = told


def empty_roll() -> Roll:
    """A roll without stations, for a log that published none."""
    none = np.zeros(0, np.int32)
    return Roll((), {}, (), none, none, np.zeros(0, np.int64), {}, {}, "")


def roll_in_force(
    rolls: Sequence[Logged[t.Roll]],
    areas: AreaTree,
    attachments: AttachmentReader,
    closing: int | None,
    notes: Findings,
) -> Roll:
    """The last readable roll below the closing of the roll; if there is none, the first readable one at all.

    Without a closing the last readable one. `rolls` are the effective ones in log order, `closing` the index
    from which the roll is frozen. What a machine says, and when, freezes nothing.
    """
    chosen: Roll | None = None
    for logged in rolls:
        try:
            found = attachments.roll(logged, areas)
        except DefinitionError as error:
            notes.add(ROLL_UNREADABLE, [logged.index], reason=error)
            continue
        if chosen is None or closing is None or logged.index < closing:
            chosen = found or chosen
    return chosen or empty_roll()


def change_stations(roll: Roll, controls: Iterable[Logged[t.Body]], closing: int | None) -> Roll:
    """The roll with the changes of stations that stand below the closing of the roll: registered, center."""
    changes = [change for logged in controls if (change := logged.takes_effect(t.StationChange))]
    if not changes:
        return roll
    registered, center = roll.registered.copy(), roll.center.copy()
    centers = {code: place for place, code in enumerate(roll.centers)}
    for change in changes:
        body, station = change.body, roll.index.get(change.entry.about.station or "", -1)
        if station < 0:
            continue
        if closing is not None and change.index > closing:
            break
        if body.registered is not None:
            registered[station] = body.registered
        center[station] = centers.get(body.center, int(center[station]))
    return replace(roll, registered=registered, center=center)


def late_keys(
    keys: KeyTable, controls: Sequence[Logged[t.Body]], closing: int | None
) -> dict[int, tuple[bool, int | None]]:
    """Which machine keys came late: (True, index from which an authority's and a party's consent stand).

    An enrolment is late where it stands above the closing of enrolment; no clock is asked, and no machine.
    """
    if closing is None:
        return {}
    late: dict[int, bytes] = {}
    consents: dict[bytes, dict[Role, int]] = {}
    for logged in controls:
        body = logged.entry.body
        if logged.standing is not Standing.EFFECTIVE:
            continue
        if isinstance(body, t.Enrolment):
            if logged.index > closing:
                late[logged.index] = logged.entry.digest
        elif isinstance(body, t.CoRecord) and (held := keys.get(logged.entry.kid)) is not None:
            consents.setdefault(body.record, {}).setdefault(held.key.role, logged.index)
    found: dict[int, tuple[bool, int | None]] = {}
    for held in keys:
        if held.enrolled in late and held.key.role is Role.MACHINE:
            given = consents.get(late[held.enrolled], {})
            both = Role.AUTHORITY in given and Role.PARTY in given
            found[held.place] = (True, max(given[Role.AUTHORITY], given[Role.PARTY]) if both else None)
    return found


def closings(controls: Iterable[Logged[t.Body]]) -> dict[Closes, int]:
    """From which index each thing is closed: where its first effective closing stands."""
    found: dict[Closes, int] = {}
    for logged in controls:
        if (closing := logged.takes_effect(t.Closing)) is not None:
            found.setdefault(closing.body.what, closing.index)
    return found
