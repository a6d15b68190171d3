"""Sheets on their way into an organisation's log: what is taken, what waits for a person, what is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from escrutinio.core.election.embargo import public_moments
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.attachments import TEXT, attachment_of, digest_of
from escrutinio.core.records.codecs import COUNT_LIMIT
from escrutinio.core.records.codes import Form, SheetFact
from escrutinio.core.records.subjects import Subject
from escrutinio.core.records.types import Copy, SheetStatus
from escrutinio.intake.scan.results import is_zero_report


@dataclass(frozen=True, slots=True)
class Collected:
    """One sheet as it was read: by options in the order of the definition.

    `voters`, `registered`, `ballots`, `supplement`, `spoilt` where the sheet states them, `valid`
    ballots where one may have several marks. `confirmed`: the table itself says that it is a sheet, though it
    has no votes. `image`: SHA-256 of the picture; `raw`:
    the signed record that the sheet carried, whose signature was found to hold. `doubt`: the key that signed
    it, where that was revoked, so that it may have been made before or after; such a sheet names no original.
    `source` names where it was read, for the person who asks; it is published nowhere.
    """

    station: str
    contest: str
    counts: tuple[int, ...]
    classes: tuple[int, ...]
    form: Form
    source: str
    ballots: int | None = None
    voters: int | None = None
    registered: int | None = None
    image: bytes | None = None
    original: bytes | None = None
    raw: bytes | None = None
    doubt: str = ""
    valid: int | None = None
    supplement: int | None = None
    spoilt: int | None = None
    confirmed: bool = False

    @property
    def subject(self) -> str:
        """The subject of its record."""
        return f"{self.station}/{self.contest}"

    @property
    def figures(self) -> tuple[int, ...]:
        """All that it counts: options, the classes of other ballots, and valid ballots where it says them."""
        return (*self.counts, *self.classes, *(() if self.valid is None else (self.valid,)))

    def copy(self) -> Copy:
        """The body of its record."""
        return Copy(
            self.counts,
            self.classes,
            self.valid,
            ballots=self.ballots,
            voters=self.voters,
            supplement=self.supplement,
            spoilt=self.spoilt,
            registered=self.registered,
            form=self.form,
            image=self.image,
            original=self.original,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What is the matter with a station's sheet, or why there is none, in the `words` of a table."""

    station: str
    contest: str
    fact: SheetFact
    words: str
    source: str

    @property
    def subject(self) -> str:
        """The subject of its record."""
        return f"{self.station}/{self.contest}"

    @property
    def note(self) -> bytes | None:
        """Its words as they are attached to its record."""
        return self.words.encode() if self.words else None

    def status(self, sheet: bytes | None) -> SheetStatus:
        """The body of its record; `sheet` is the digest of the sheet's own, where there is one."""
        note = None if self.note is None else attachment_of(self.note, TEXT)
        return SheetStatus(self.fact, sheet, note)


class Why(StrEnum):
    """Why a sheet was not taken."""

    ZERO = "zero"
    """Every figure is zero: a zero report until a person says otherwise."""
    DIFFERS = "differs"
    """This organisation already holds a copy of this sheet with other figures."""
    STATION = "station"
    """The roll has no such station, or the contest is not voted on there."""
    CONTEST = "contest"
    COUNTS = "counts"
    """Another number of options than the contest has, or a count that no sheet can have."""
    ELECTION = "election"
    """A record of another election."""
    SIGNATURE = "signature"
    """A signed record whose key the election's log does not enrol, or whose signature does not hold."""
    REVOKED = "revoked"
    """A signed record whose key was revoked in the election's log: made before that, or by a thief after."""
    ROLE = "role"
    """A signed record whose key's role may not make such a sheet."""
    SCOPE = "scope"
    """A signed record whose key is for other stations or contests."""
    UNREAD = "unread"
    OTHER = "other"
    """Not a tally sheet."""


HELD = frozenset({Why.ZERO, Why.DIFFERS, Why.REVOKED})
"""What a person can still let in; everything else is refused."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A sheet, or a picture, that did not go in; `station` is empty where none could be read."""

    why: Why
    station: str
    source: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """`taken` in the order given, each sheet once; `known` is how many were there or repeated others."""

    taken: tuple[Collected, ...]
    known: int
    not_taken: tuple[NotTaken, ...]


def sort_out(
    sheets: Iterable[Collected], state: ElectionState, organisation: str, confirmed: frozenset[str]
) -> Sorted:
    """Sort sheets by what the organisation's own log, in `state`, says already.

    `confirmed`: the stations for which a person said that the figures stand, all zero, differing or signed
    by a revoked key though they are. The same sheet in several pictures is taken once.
    """
    held = _held(state, organisation)
    options = {view.code: len(view.options) for view in state.contests}
    taken: list[Collected] = []
    not_taken: list[NotTaken] = []
    known = 0
    for sheet in sheets:
        why, detail = _misfit(sheet, state, options)
        there = held.setdefault((sheet.station, sheet.contest), set())
        if why is None and sheet.figures in there:
            known += 1
            continue
        if why is None and sheet.station not in confirmed:
            if sheet.doubt:
                why, detail = Why.REVOKED, sheet.doubt
            elif is_zero_report(sheet.figures) and not sheet.confirmed:
                why = Why.ZERO
            elif there:
                why = Why.DIFFERS
        if why is not None:
            not_taken.append(NotTaken(why, sheet.station, sheet.source, detail))
            continue
        there.add(sheet.figures)
        taken.append(sheet)
    return Sorted(tuple(taken), known, tuple(not_taken))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What may be said now, and until when each other sheet or fact waits, in seconds since 1970."""

    sheets: tuple[Collected, ...]
    facts: tuple[Said, ...]
    later: tuple[int, ...]


def let_wait(sheets: Iterable[Collected], facts: Iterable[Said], state: ElectionState, clock: int) -> Waiting:
    """Keep from the log what says results of a station before these may be public, by its calendar and its
    extensions. Nothing remembers it here: whoever has the files adds them again then."""
    since = public_moments(state)
    later: list[int] = []

    def comes(one: Collected | Said) -> bool:
        until = since(Subject(station=one.station, contest=one.contest))
        if until > clock:
            later.append(until)
        return until <= clock

    return Waiting(tuple(filter(comes, sheets)), tuple(filter(comes, facts)), tuple(later))


def sort_facts(
    facts: Iterable[Said], state: ElectionState, organisation: str
) -> tuple[tuple[Said, ...], tuple[NotTaken, ...]]:
    """The facts that the organisation's own log, in `state`, does not say yet, each once, and those of no
    station of the contest."""
    known = {
        (logged.entry.subject, logged.body.status, logged.body.note and logged.body.note.digest)
        for logged in state.records(SheetStatus)
        if logged.entry.signer == organisation
    }
    contests = frozenset(view.code for view in state.contests)
    taken: list[Said] = []
    not_taken: list[NotTaken] = []
    for said in facts:
        why, detail = _elsewhere(said, state, contests)
        if why is not None:
            not_taken.append(NotTaken(why, said.station, said.source, detail))
            continue
        key = said.subject, said.fact, said.note and digest_of(said.note)
        if key not in known:
            known.add(key)
            taken.append(said)
    return tuple(taken), tuple(not_taken)


def _held(state: ElectionState, organisation: str) -> dict[tuple[str, str], set[tuple[int, ...]]]:
    """The figures of each copy that the organisation's log has, by station and contest."""
    signers = {number for number, name in enumerate(state.signers) if name == organisation}
    found: dict[tuple[str, str], set[tuple[int, ...]]] = {}
    for contest, table in state.tables.items():
        columns = (table.signer, table.kind, table.station, table.counts, table.classes, table.valid)
        for signer, kind, station, counts, *beside in zip(*(c.tolist() for c in columns), strict=True):
            if signer in signers and kind == Copy.TYPE and station >= 0:
                key = (state.roll.stations[station], contest)
                stated = (count for count in (*beside[0], beside[1]) if count >= 0)
                found.setdefault(key, set()).add((*counts, *stated))
    return found


def _misfit(sheet: Collected, state: ElectionState, options: Mapping[str, int]) -> tuple[Why | None, str]:
    why, detail = _elsewhere(sheet, state, options)
    if why is not None:
        return why, detail
    if len(sheet.counts) != options[sheet.contest]:
        return Why.COUNTS, f"{len(sheet.counts)} ≠ {options[sheet.contest]}"
    beside = sheet.ballots, sheet.voters, sheet.registered, sheet.supplement, sheet.spoilt
    stated = (each for each in beside if each is not None)
    if not all(0 <= count < COUNT_LIMIT for count in (*sheet.figures, *stated)):
        return Why.COUNTS, ""
    return None, ""


def _elsewhere(
    one: Collected | Said, state: ElectionState, contests: Collection[str]
) -> tuple[Why | None, str]:
    """Why it is of no station of a contest, None where it is."""
    if one.contest not in contests:
        return Why.CONTEST, one.contest
    number = state.roll.index.get(one.station, -1)
    if number < 0 or not state.contest(one.contest).stations[number]:
        return Why.STATION, ""
    return None, ""
