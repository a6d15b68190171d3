"""Keys that came late, or that were revoked after they had signed."""

from collections import Counter

import numpy as np

from escrutinio.core.election.findings.family import NOTE, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.keys import HeldKey
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role

FAMILY = Family("keys")

KEY_LATER_REVOKED = FAMILY.finding(
    "key-later-revoked",
    NOTE,
    "Key revoked later | The key of {signer} was revoked in entry {revocation} (legal basis: {law}); entries "
    "by it that stand before and remain: {count}.",
)

LATE_KEY = FAMILY.finding(
    "late-key",
    WARNING,
    "Machine keys enrolled late | Entry {entry} enrols machine keys after enrolment closed: "
    "{count}; authority and party had consented at: {consent}.",
)

KEY_WITHOUT_POSSESSION = FAMILY.finding(
    "key-without-possession",
    NOTE,
    "Keys without a proof of possession | Entry {entry} enrols keys in the way of the formats before, "
    "without a proof that their holders have them: {count}.",
)

REVOCATION_WAITING = FAMILY.finding(
    "revocation-waiting",
    WARNING,
    "Revocation without the officers' consents | Entry {entry} revokes the key of {signer}, a party's or an "
    "observer's (legal basis: {law}); officers who consented: {count}, needed: {needed}. The key stays in "
    "force.",
)

NAME_ENROLLED_TWICE = FAMILY.finding(
    "name-enrolled-twice",
    WARNING,
    "Second key under one name | Entry {entry} enrols another key for {signer}, whose key of entry {first} "
    "was in force.",
)

NAME_ENROLLED_AGAIN = FAMILY.finding(
    "name-enrolled-again",
    NOTE,
    "New key under a name | Entry {entry} enrols a key for {signer}, whose key of entry {first} was revoked "
    "in entry {revocation}. Whoever holds the name knows whether it is theirs.",
)


@FAMILY.rule
def _names(given: RuleInput, notes: Findings) -> None:
    """A further key under a name: while the one before is in force, or in place of one that was revoked."""
    before: dict[str, HeldKey] = {}
    for held in given.state.keys:
        first = before.setdefault(held.key.name, held)
        if first is held:
            continue
        if first.revoked is None or first.revoked > held.enrolled:
            notes.add(
                NAME_ENROLLED_TWICE,
                [held.enrolled, first.enrolled],
                signer=held.key.name,
                first=first.enrolled,
            )
        else:
            notes.add(
                NAME_ENROLLED_AGAIN,
                [held.enrolled, first.enrolled, first.revoked],
                signer=held.key.name,
                first=first.enrolled,
                revocation=first.revoked,
            )
            before[held.key.name] = held


@FAMILY.rule
def _revoked(given: RuleInput, notes: Findings) -> None:
    state = given.state
    signers = np.concatenate([table.signer for table in state.tables.values()])
    index = np.concatenate([table.index for table in state.tables.values()])
    controls = [(held.place, c.index) for c in state.controls if (held := state.keys.get(c.entry.kid))]
    signers = np.concatenate([signers, np.array([place for place, _ in controls], np.int32)])
    index = np.concatenate([index, np.array([at for _, at in controls], np.int64)])
    order = np.lexsort((index, signers))
    signers, index = signers[order], index[order]
    by: dict[bytes, Logged[t.Revocation]] = {}
    for revocation in state.records(t.Revocation):
        by.setdefault(revocation.body.kid, revocation)
    for held in state.keys:
        if held.revoked is None:
            continue
        first, last = np.searchsorted(signers, [held.place, held.place + 1])
        mine = index[first:last]
        mine = mine[mine < held.revoked]
        if len(mine):
            since = sorted({by[held.kid].index, held.revoked})
            notes.add(
                KEY_LATER_REVOKED,
                [*since, *mine.tolist()],
                count=len(mine),
                signer=held.key.name,
                revocation=by[held.kid].index,
                law=by[held.kid].body.legal_basis.strip() or None,
            )


@FAMILY.rule
def _waiting(given: RuleInput, notes: Findings) -> None:
    """Revocations of parties' and observers' keys that the officers have not consented to, or not enough."""
    state = given.state
    for logged in state.controls:
        body, digest = logged.body, logged.entry.digest
        if logged.standing is not Standing.WAITING or not isinstance(body, t.Revocation):
            continue
        held = state.keys.get(body.kid)
        consents = {
            each.entry.signer: each.index
            for each in reversed(state.records(t.CoRecord))
            if each.body.record == digest and each.index > logged.index and _is_officer(state, each.entry.kid)
        }
        notes.add(
            REVOCATION_WAITING,
            [logged.index, *sorted(consents.values())],
            signer=None if held is None else held.key.name,
            law=body.legal_basis.strip() or None,
            count=len(consents),
            needed=state.definition.body.officers_needed,
        )


def _is_officer(state: ElectionState, kid: bytes) -> bool:
    held = state.keys.get(kid)
    return held is not None and held.key.role is Role.AUTHORITY


@FAMILY.rule
def _late(given: RuleInput, notes: Findings) -> None:
    late: dict[int, list[int | None]] = {}
    for held in given.state.keys:
        if held.late:
            late.setdefault(held.enrolled, []).append(held.consented)
    for enrolment, consents in late.items():
        notes.add(LATE_KEY, [enrolment], count=len(consents), consent=consents[0])


@FAMILY.rule
def _unproved(given: RuleInput, notes: Findings) -> None:
    unproved = Counter(held.enrolled for held in given.state.keys if not held.key.proof)
    for enrolment, keys in sorted(unproved.items()):
        notes.add(KEY_WITHOUT_POSSESSION, [enrolment], count=keys)
