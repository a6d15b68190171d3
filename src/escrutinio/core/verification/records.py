"""Checks 7 to 10: the trusted log, of an election whose signed records its entries are."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.words.catalogue import N_, SOURCE
from escrutinio.base.words.say import Joined, Phrase
from escrutinio.core.election.findings.entries import BAD_RECORD, BAD_SIGNATURE, OUT_OF_BOUNDS, UNKNOWN_KEY
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.founding import OTHER_VERSION
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.mirrors import MIRRORS, open_mirrors
from escrutinio.core.log.notes import MAX_NOTE
from escrutinio.core.log.policy import MAX_POLICY
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.verification.checkpoint import NO_TRUST
from escrutinio.core.verification.checks import Answer, Check, Running, unjudged
from escrutinio.core.verification.reading import Reading
from escrutinio.core.verification.tree import not_read

RECORD_FAULTS = frozenset({BAD_RECORD})
SIGNATURE_FAULTS = frozenset({BAD_SIGNATURE, UNKNOWN_KEY})
COPY = "trust.toml"
FIRST = "log/tile/entries/000"
NO_ELECTION = Phrase("No election could be read from the log.")

_PINNED = (
    (
        Phrase("The definition was not read."),
        Phrase("The log has no definition."),
        N_("The definition is {found}; the trust file names {named}."),
    ),
    (
        Phrase("The charter was not read."),
        Phrase("The log has no charter."),
        N_("The charter is {found}; the trust file names {named}."),
    ),
)
"""What is said of the entries that the trust file names: not read, not there, another one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a finding says, as the reason of a check; `code` is the finding's."""

    finding: Finding

    @property
    def code(self) -> str:
        """The finding's."""
        return self.finding.code

    def said_in(self, language: str) -> str:
        """Its sentence."""
        return self.finding.sentence(language)

    def __str__(self) -> str:
        return self.said_in(SOURCE)


def check_trust(trust: Trust | None, reading: Reading, fetch: Fetch) -> Answer:
    """Check 7: definition and charter are those that the trust file names; and what is published beside the
    log names no others: the copy of the trust file, which readers may take, and the list of mirrors."""
    check = Running(Check.TRUST_FILE)
    if trust is None:
        return unjudged([Check.TRUST_FILE], FIRST, NO_TRUST)[0]
    for place, expected in enumerate((trust.definition, trust.charter)):
        unread, missing, other = _PINNED[place]
        if place >= reading.size:
            check.fail(f"entry {place}", missing)
            continue
        if not reading.was_read(place):
            check.leave_open(f"entry {place}", unread)
            continue
        check.count += 1
        found = sha256(reading.first_entries[place]).hexdigest()
        if found != expected.hex():
            check.fail(f"entry {place}", Phrase(other, found=found, named=expected.hex()))
    _copy(check, trust, fetch)
    _mirrors(check, trust, fetch)
    return check.done()


def _copy(check: Running, trust: Trust, fetch: Fetch) -> None:
    """The publication's copy of the trust file names no other log, key or file than the one at hand."""
    try:
        content = fetch(COPY, MAX_POLICY)
        if content is None:
            return
        copy = parse_trust(content, COPY)
    except FileUnreadableError as error:
        check.leave_open(COPY, error)
        return
    except LogError as error:
        check.fail(COPY, error)
        return
    ours = {each.name: each.key for each in trust.policy.witnesses}
    named = {
        N_("definition"): copy.definition != trust.definition,
        N_("charter"): copy.charter != trust.charter,
        N_("key of the log"): not {each.key for each in copy.policy.logs}
        <= {each.key for each in trust.policy.logs},
        N_("key of a witness"): any(ours.get(w.name, w.key) != w.key for w in copy.policy.witnesses),
        N_("offline verifier"): None not in (copy.verifier_html, trust.verifier_html)
        and copy.verifier_html != trust.verifier_html,
    }
    if other := tuple(Phrase(what) for what, differs in named.items() if differs):
        check.fail(
            COPY,
            Phrase(
                "The copy of the trust file in the publication differs from the one given in: {listed}.",
                listed=Joined(other),
            ),
        )


def _mirrors(check: Running, trust: Trust, fetch: Fetch) -> None:
    """The list of mirrors is one that the log signed."""
    try:
        content = fetch(MIRRORS, MAX_NOTE)
        if content is not None:
            open_mirrors(content, [log.key for log in trust.policy.logs])
    except FileUnreadableError as error:
        check.leave_open(MIRRORS, error)
    except LogError as error:
        check.fail(MIRRORS, error)


def check_records(reading: Reading, origin: str) -> list[Answer]:
    """Checks 8 to 10: entry 0 defines an election; entry 1 is the charter of the log of `origin`; each entry
    is a record of the election, by a key in force. A repeat of an entry is neither good nor bad."""
    definition = Running(Check.DEFINITION)
    rest = (Check.RECORDS, Check.SIGNATURES)
    state = reading.state
    if state is None:
        other = reading.refusal is not None and reading.refusal.code == OTHER_VERSION
        whole = reading.was_read(0) and not reading.unreadable and not other
        why = reading.refusal or (
            Phrase("Too little of it was read." if reading.size else "The log is empty.")
        )
        (definition.fail if whole else definition.leave_open)(FIRST, why)
        for digest, error in reading.unreadable.items():
            definition.leave_open(f"attachments/{digest.hex()}", error)
        return [definition.done(), *unjudged(rest, FIRST, NO_ELECTION)]
    definition.count = 1
    records, signatures = Running(Check.RECORDS), Running(Check.SIGNATURES)
    _check_charter(records, state, reading, origin)
    _faults(records, state, RECORD_FAULTS, reading)
    _faults(signatures, state, SIGNATURE_FAULTS, reading)
    bad = sum(finding.count for finding in state.findings if finding.code in RECORD_FAULTS)
    records.count, signatures.count = state.size, state.size - bad - len(state.repeats)
    for index, code in state.unknown_types:
        records.leave_open(
            f"entry {index}",
            Phrase(
                "Entry {entry} is of type {type}, which this program does not know; a newer version may. It "
                "can change what counts, so that no total can be judged here.",
                entry=index,
                type=code,
            ),
        )
    notes = tuple(_notes(state))
    records.note = Joined(notes, " ") if notes else None
    for name in reading.unread:
        for check in (records, signatures):
            check.leave_open(f"log/{name.path}", not_read(name))
    answer = signatures.done()
    return [
        definition.done(),
        records.done(),
        Answer(answer.check, answer.count, reading.seconds, answer.failures, answer.unjudged, answer.note),
    ]


def _check_charter(check: Running, state: ElectionState, reading: Reading, origin: str) -> None:
    """Entry 1 says whose log this is: of this origin, and with the root that it must have."""
    if not reading.was_read(1):
        return
    if state.charter is None:
        check.fail("entry 1", Phrase("Entry 1 is not the charter of a log of this election."))
    elif state.charter.body.origin != origin:
        check.fail(
            "entry 1",
            Phrase(
                "The charter is of the log {named}, and this checkpoint of {origin}.",
                named=repr(state.charter.body.origin),
                origin=repr(origin),
            ),
        )


def _notes(state: ElectionState) -> Iterator[Phrase]:
    """What check 9 says of entries that say nothing and are no faults."""
    if state.unread:
        yield Phrase(
            "Entries of types that this program does not read, and that never change a total: {count:,}.",
            count=len(state.unread),
        )
    beyond = [finding for finding in state.findings if finding.code == OUT_OF_BOUNDS]
    if beyond:
        first = min(index for finding in beyond for index in finding.entries)
        yield Phrase(
            "Entries that state what no record may, and have no effect: {count:,}; the first of them is "
            "entry {first}.",
            count=sum(finding.count for finding in beyond),
            first=first,
        )


def _faults(check: Running, state: ElectionState, codes: frozenset[str], reading: Reading) -> None:
    """What the fold found of these codes. An entry that was not read is none of them, and a key that may
    have been enrolled by one, or by one of a type that is not known, is not unknown."""
    unread = [*(name.start for name in reading.unread), *(index for index, _ in state.unknown_types)]
    first_unread = min(unread, default=state.size)
    for finding in state.findings:
        if finding.code not in codes:
            continue
        if finding.entries and not all(map(reading.was_read, finding.entries)):
            continue
        place = f"entry {finding.entries[0]}" if finding.entries else "log"
        if finding.code == UNKNOWN_KEY and min(finding.entries, default=0) > first_unread:
            check.leave_open(
                place,
                Phrase("The key of entry {entry} may stand among those not read.", entry=finding.entries[0]),
            )
        else:
            check.fail(place, Found(finding))
