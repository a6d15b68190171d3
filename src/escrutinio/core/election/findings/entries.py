"""Entries that are no records, or not by a key that may say so; noted where entries are read and judged."""

from collections.abc import Iterable, Mapping, Sequence

from escrutinio.core.election.findings.family import CRITICAL, NOTE, WARNING, Family
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.state import Logged
from escrutinio.core.records import types as t
from escrutinio.core.records.opening import Fault

FAMILY = Family("entries")

BAD_RECORD = FAMILY.finding(
    "bad-record",
    CRITICAL,
    "Unreadable entry | Entry {entry} cannot be used as a record of this election.",
)

BAD_SIGNATURE = FAMILY.finding(
    "bad-signature",
    CRITICAL,
    "Signature that does not hold | The signature of entry {entry} does not hold for the key that it names.",
    keeps=True,
)

UNKNOWN_KEY = FAMILY.finding(
    "unknown-key",
    CRITICAL,
    "Key not in force | Entry {entry} names a key that was not in force under that name at that place "
    "in the log.",
    keeps=True,
)

KEY_OUT_OF_SCOPE = FAMILY.finding(
    "key-out-of-scope",
    WARNING,
    "Key without this right | Entry {entry}, by {signer}, says something that its key was not "
    "enrolled to say.",
    keeps=True,
)

ACT_NOT_CURRENT = FAMILY.finding(
    "act-not-current",
    WARNING,
    "Act that does not name the one in force | Entry {entry}, by {signer}, does not name as replaced the act "
    "that is in force in its matter (entry {current}); it changes nothing.",
)

ACT_OVERRULED = FAMILY.finding(
    "act-overruled",
    WARNING,
    "Act against a higher instance | Entry {entry}, by {signer}, is about a matter in which a court of a "
    "higher instance has spoken (entry {current}); it changes nothing.",
)

ACT_WAITING = FAMILY.finding(
    "act-waiting",
    WARNING,
    "Record that waits for more signatures | Entry {entry} waits for others to sign the same: signatures so "
    "far: {count} ({signer}), needed: {needed}. Until then it changes nothing.",
)

ENTRY_REPEATED = FAMILY.finding(
    "entry-repeated",
    WARNING,
    "Entry repeated | Entry {entry} has the same bytes as entry {first}; it counts for nothing.",
)

SIGNED_AFTER_REVOCATION = FAMILY.finding(
    "signed-after-revocation",
    NOTE,
    "Signed after the key was revoked | {signer} signed with a key that was revoked in entry {revocation} "
    "(legal basis: {law}); records that stand behind it: {count}. They are in the log and count in no total.",
)

OUT_OF_BOUNDS = FAMILY.finding(
    "out-of-bounds",
    WARNING,
    "Beyond what a record may state | Entry {entry} states a time after the year 9999, a share above one, "
    "a file that no record may name, or a ruling that lacks what it rules; it has no effect.",
)

OF_FAULT: Mapping[Fault, str] = {
    Fault.MALFORMED: BAD_RECORD,
    Fault.UNKNOWN_KEY: UNKNOWN_KEY,
    Fault.BAD_SIGNATURE: BAD_SIGNATURE,
    Fault.OUT_OF_BOUNDS: OUT_OF_BOUNDS,
}
"""The code for each fault that an entry can have."""


def note_faults(faults: Iterable[tuple[int, Fault, str]], notes: Findings) -> None:
    """Note entries that were refused, by index, fault and reason."""
    for index, fault, reason in sorted(faults, key=lambda each: each[0]):
        notes.add(OF_FAULT[fault], [index], reason=reason)


def note_repeats(repeats: Mapping[int, int], notes: Findings) -> None:
    """Note entries whose bytes stood before, each with the first."""
    for index, first in sorted(repeats.items()):
        notes.add(ENTRY_REPEATED, [index, first], first=first)


def note_after_revocation(
    keys: KeyTable, marked: Mapping[int, int], controls: Sequence[Logged[t.Body]], notes: Findings
) -> None:
    """Note the entries of each key that was revoked before them and is heard on, by index and its place."""
    by: dict[bytes, Logged[t.Revocation]] = {}
    for logged in controls:
        if (revocation := logged.takes_effect(t.Revocation)) is not None:
            by.setdefault(revocation.body.kid, revocation)
    for place in sorted(set(marked.values())):
        held = keys[place]
        behind = sorted(index for index, signer in marked.items() if signer == place)
        revocation = by[held.kid]
        notes.add(
            SIGNED_AFTER_REVOCATION,
            [revocation.index, *behind],
            count=len(behind),
            signer=held.key.name,
            revocation=revocation.index,
            law=revocation.body.legal_basis.strip() or None,
        )
