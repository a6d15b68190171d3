"""The state of an election: what the fold of a log comes to, as values that views are made from.

Bulk entries (sheets, copies, hand counts, zero reports) stand in columns, one `SheetTable` per contest;
everything else stands as opened records (`Logged`) in log order. Nothing here changes a total by itself:
which row counts where is said by `ElectionState.counted`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import IntEnum
from functools import cache, cached_property
from typing import Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say_in
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.rows import MachineTable, SheetTable
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Closes, Method, Ties
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.parts import Article, Attachment, Bar, FirstRound, Title, Win

REPORTED = "reported"
REPORTED_LATE = "reported-late"
RULED = "ruled"
PAPER = "paper"
OFFICIAL = (t.TallySheet.TYPE, t.ManualSheet.TYPE)
"""The types of the official sheets: a machine's, and a board's."""

COPIES = "copies:"
"""Codes of the bases; `COPIES` is followed by the organisation: `copies:party/azul`."""

B = TypeVar("B", bound=t.Body)
T_co = TypeVar("T_co", bound=t.Body, covariant=True)


class Status(IntEnum):
    """What became of a bulk entry in its own basis."""

    COUNTED = 0
    """It counts for its station."""
    DUPLICATE = 1
    """It says again what an earlier entry, which counts, had said."""
    PENDING = 2
    """It differs from another entry for its station; neither counts until a ruling."""
    REFUSED = 3
    """A finding keeps it from counting."""
    EVIDENCE = 4
    """It is shown and compared, and counts nowhere: a zero report, a hand count that stands alone, a
    board's sheet where a machine's stands."""
    RETRACTED = 5
    """Its signer took it back; it counts nowhere and is compared with nothing."""


class Standing(IntEnum):
    """Whether a control record takes effect."""

    EFFECTIVE = 0
    CONSENT = 1
    """One of several equal records by the authority's officers; another one has the effect."""
    REFUSED = 2
    """Its signer may not say this; it stays visible and changes nothing."""
    SUPERSEDED = 3
    """It does not name the act in force, which it would replace; it stays visible and changes nothing."""
    OVERRULED = 4
    """A court of a higher instance has said something else in this matter; it stays visible and changes
    nothing."""
    RETRACTED = 5
    """A claim that its signer took back; it stays visible and is compared with nothing."""
    WAITING = 6
    """A revocation of the root that has not the consents that it needs; the key stays in force."""


@dataclass(frozen=True, slots=True)
class Logged(Generic[T_co]):
    """A record at its index in the log, and whether it takes effect.

    A `Logged[Claim]` has a `Claim` as its body.
    """

    index: int
    entry: Entry
    standing: Standing = Standing.EFFECTIVE

    @property
    def body(self) -> T_co:
        """What the record says."""
        return cast(T_co, self.entry.body)

    def of(self, kind: type[B]) -> "Logged[B] | None":
        """The same record as one of this type; None if it is of another."""
        return cast("Logged[B]", self) if isinstance(self.entry.body, kind) else None

    def takes_effect(self, kind: type[B]) -> "Logged[B] | None":
        """The same record as one of this type, if it takes effect."""
        return self.of(kind) if self.standing is Standing.EFFECTIVE else None


@dataclass(frozen=True, eq=False)
class ContestView:
    """A contest of the definition, ready to count with.

    `option_candidate` is int32 [options], the candidate that each option adds to; `stations` is
    bool [stations of the roll], true where the contest is voted on.
    """

    code: str
    titles: tuple[Title, ...]
    method: Method
    seats: int
    marks: int
    wins: tuple[Win, ...]
    threshold: Bar | None
    quorum: Bar | None
    ties: Ties
    order: tuple[int, ...]
    classes: tuple[str, ...]
    class_titles: tuple[tuple[Title, ...], ...]
    area: str
    candidates: tuple[str, ...]
    candidate_titles: tuple[tuple[Title, ...], ...]
    options: tuple[str, ...]
    option_titles: tuple[tuple[Title, ...], ...]
    option_candidate: NDArray[np.int32]
    stations: NDArray[np.bool_]
    articles: tuple[Article, ...] = ()
    first: FirstRound | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """Which sheets a total adds up; bases are never mixed.

    `reported`: official sheets, a machine's before a board's. `reported-late`: sheets by machine keys that
    were enrolled late and without the consents that this needs. `ruled`: as reported, with the rulings
    applied; there once there is a ruling. `copies:<organisation>`: that organisation's copies. `paper`:
    hand counts on which two sides agree. `organisation` is set for copies only. `called`: its titles,
    or a message that gives them; their words may change, so they are never compared.
    """

    code: str
    called: tuple[Title, ...] | str = field(compare=False)
    organisation: str | None = None

    @property
    def titles(self) -> tuple[Title, ...]:
        """What it is called, for people: in every language, of which a catalogue is read only here."""
        return _titles(self.called) if isinstance(self.called, str) else self.called


@cache
def _titles(message: str) -> tuple[Title, ...]:
    return tuple(Title(language, say_in(language, message)) for language in sorted(languages()))


@dataclass(frozen=True, eq=False)
class ElectionState:
    """Everything that `size` entries of a log say about an election.

    `election` is the SHA-256 of the definition record. `charter` is None where entry 1 is not one, and
    `roll` has no station where none was published or its attachment is missing. `rolls` are all effective
    rolls in log order, of which the last readable one below the closing of the roll is in force (the first
    one, if all came later). `signers` are the names of the enrolled keys, in the order of `keys`.
    `organisations` and `organisation`, int32 [signers], say whom each signer belongs to: its name up to
    the second slash.

    `tables` has one `SheetTable` per contest. `counted[contest, basis]` is int32 [stations]: the row of the
    table that counts there, -1 for none. `pending[contest, basis]` gives, by number of the station, the
    code of the finding that keeps it from counting; `annulled` the stations, in order, that a ruling took
    out of `ruled`, by contest. A station in none of them has not reported.

    `digests` are what rows point at with their number: software, audit commitments, originals of copies and
    counts committed to, in order of bytes.
    `attachments_needed` are those that totals depend on (the areas, and what effective rolls and lifecycles
    name), of which `attachments_missing` were not there.

    `controls` are all readable records that are not bulk, in log order, those without effect included.
    `repeats` are entries whose bytes stood before, each with the index where they stood first; they are
    nothing else of this state. `retracted` are the copies and claims that their signers took back, each with
    the index of its retraction.

    `unknown_types` and `unread` are well-framed records by keys in force, each as its index and its type,
    of types that this program does not know. Those of `unknown_types` (below `entry.UNREAD`) may change
    keys or totals: while there is one, nothing that this state says of keys or totals can be judged. Those
    of `unread` never do.
    """

    election: bytes
    size: int
    definition: Logged[t.Definition]
    contests: tuple[ContestView, ...]
    charter: Logged[t.Charter] | None
    areas: AreaTree
    roll: Roll
    rolls: tuple[Logged[t.Roll], ...]
    keys: KeyTable
    signers: tuple[str, ...]
    organisations: tuple[str, ...]
    organisation: NDArray[np.int32]
    digests: tuple[bytes, ...]
    machines: MachineTable
    tables: Mapping[str, SheetTable]
    bases: tuple[Basis, ...]
    counted: Mapping[tuple[str, str], NDArray[np.int32]]
    pending: Mapping[tuple[str, str], Mapping[int, str]]
    annulled: Mapping[str, tuple[int, ...]]
    controls: tuple[Logged[t.Body], ...]
    repeats: Mapping[int, int]
    retracted: Mapping[int, int]
    unknown_types: tuple[tuple[int, int], ...]
    unread: tuple[tuple[int, int], ...]
    findings: tuple[Finding, ...]
    attachments_needed: tuple[bytes, ...]
    attachments_missing: tuple[bytes, ...]

    def contest(self, code: str) -> ContestView:
        """The contest with this code. Raises KeyError."""
        return self._contest_by_code[code]

    def basis(self, code: str) -> Basis:
        """The basis with this code. Raises KeyError."""
        return self._basis_by_code[code]

    @cached_property
    def _contest_by_code(self) -> dict[str, ContestView]:
        return {contest.code: contest for contest in self.contests}

    @cached_property
    def _basis_by_code(self) -> dict[str, Basis]:
        return {basis.code: basis for basis in self.bases}

    @cached_property
    def _effective(self) -> dict[type[t.Body], tuple[Logged[t.Body], ...]]:
        found: dict[type[t.Body], list[Logged[t.Body]]] = {}
        for logged in self.controls:
            if logged.standing is Standing.EFFECTIVE:
                found.setdefault(type(logged.body), []).append(logged)
        return {kind: tuple(records) for kind, records in found.items()}

    def records(self, kind: type[B], contest: str | None = None) -> tuple[Logged[B], ...]:
        """The effective control records of one type in log order, of one contest or of all."""
        found = cast("tuple[Logged[B], ...]", self._effective.get(kind, ()))
        if contest is None:
            return found
        return tuple(logged for logged in found if logged.entry.about.contest == contest)

    def at_station(self, code: str) -> tuple[Logged[t.Body], ...]:
        """The control records, effective or not, whose subject is this station."""
        return self._by_station.get(code, ())

    @cached_property
    def _by_station(self) -> dict[str, tuple[Logged[t.Body], ...]]:
        found: dict[str, list[Logged[t.Body]]] = {}
        for logged in self.controls:
            if (code := logged.entry.about.station) is not None:
                found.setdefault(code, []).append(logged)
        return {code: tuple(records) for code, records in found.items()}

    def machine_history(self, station: int) -> NDArray[np.int64]:
        """Rows of `machines` about the machines that were meant for this station (its number in the roll)."""
        here = np.unique(self.machines.machine[self.machines.station == station])
        return np.flatnonzero(np.isin(self.machines.machine, here))

    @cached_property
    def closed(self) -> Mapping[Closes, Logged[t.Closing]]:
        """What the authority closed, each with the closing that counts: its first effective one."""
        found: dict[Closes, Logged[t.Closing]] = {}
        for logged in self.records(t.Closing):
            found.setdefault(logged.body.what, logged)
        return found

    @cached_property
    def has_zero_reports(self) -> bool:
        """Whether any machine says how it started."""
        kind = t.ZeroReport.TYPE
        return any(bool((table.kind == kind).any()) for table in self.tables.values())

    @cached_property
    def issued(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The log indices of all rows of all tables, ascending, and when each of them was issued, in seconds
        since 1970."""
        tables = self.tables.values()
        index = np.concatenate([np.zeros(0, np.int64), *(table.index for table in tables)])
        moments = np.concatenate([np.zeros(0, np.int64), *(table.issued_at for table in tables)])
        order = np.argsort(index, kind="stable")
        return index[order], moments[order]

    @cached_property
    def first_sheet(self) -> int | None:
        """The index of the first official sheet that is not refused; None without one."""
        first: list[int] = []
        for table in self.tables.values():
            mine = np.isin(table.kind, OFFICIAL) & (table.status != Status.REFUSED)
            first += table.index[mine][:1].tolist()
        return min(first, default=None)

    @cached_property
    def claims(self) -> tuple[tuple[Logged[t.Body], Attachment], ...]:
        """Which record names which attachment, in log order, where its signer may say so and has not
        withdrawn it since. A withdrawal ends the claims of its signer's own records below it; those on what
        totals depend never end."""
        open_still: dict[tuple[str, bytes], list[tuple[Logged[t.Body], Attachment]]] = {}
        for logged in self.controls:
            if (withdrawal := logged.takes_effect(t.Withdrawal)) is not None:
                digest = withdrawal.body.attachment
                if digest not in self._depended_on:
                    open_still.pop((logged.entry.signer, digest), None)
            elif logged.standing is not Standing.REFUSED:
                for named in dict.fromkeys(attachments_of(logged.body)):
                    open_still.setdefault((logged.entry.signer, named.digest), []).append((logged, named))
        found = [claim for claims in open_still.values() for claim in claims]
        return tuple(sorted(found, key=lambda claim: claim[0].index))

    @cached_property
    def withdrawn(self) -> frozenset[bytes]:
        """Digests of attachments that are no longer published: every record that names one, by a signer who
        may say so, was followed by its signer's withdrawal, and no total depends on it."""
        named = {
            attachment.digest
            for logged in self.controls
            if logged.standing is not Standing.REFUSED
            for attachment in attachments_of(logged.body)
        }
        return frozenset(named - {attachment.digest for _, attachment in self.claims})

    @cached_property
    def _depended_on(self) -> frozenset[bytes]:
        return frozenset(self.attachments_needed)


def depended_on(definition: t.Definition, controls: Iterable[Logged[t.Body]]) -> set[bytes]:
    """The attachments that totals depend on: areas and contests, and what effective rolls and lifecycles
    name."""
    found = {attachment.digest for attachment in attachments_of(definition)}
    for logged in controls:
        if logged.standing is Standing.EFFECTIVE and isinstance(logged.body, t.Roll | t.Lifecycle):
            found.update(attachment.digest for attachment in attachments_of(logged.body))
    return found


def attachments_of(body: t.Body) -> tuple[Attachment, ...]:
    """The attachments that a record names, in the order of its positions."""
    found: list[Attachment] = []
    for value in vars(body).values():
        if isinstance(value, Attachment):
            found.append(value)
        elif isinstance(value, tuple):
            found += (item for item in value if isinstance(item, Attachment))
    return tuple(found)
