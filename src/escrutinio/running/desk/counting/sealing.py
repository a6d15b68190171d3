"""What an audit board counted, as records, in the order that keeps a count blind.

First the digest of each count with its salt; the figures with the salt once two organisations that the
audit's commitment names have committed to theirs. So nobody sees another one's figures before their own are
fixed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import replace

import numpy as np

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.commitments import count_digest
from escrutinio.evidence.audit.counts import AGREEING
from escrutinio.running.desk.counting.audits import OpenAudit
from escrutinio.running.desk.counting.countings import CountedBox

Said = t.CountCommitment | t.HandCount | t.MixedCount


@dataclass(frozen=True, slots=True)
class CountsToSay:
    """`records` to seal now, each with its subject; `waiting`: counts committed to, until another
    organisation has; `known`: those that the log has; `elsewhere`: those to which this organisation committed
    without this desk, whose salt is not here."""

    records: tuple[tuple[Said, str], ...]
    waiting: int
    known: int
    elsewhere: int


def counts_to_say(
    state: ElectionState,
    audits: Mapping[str, OpenAudit],
    name: str,
    boxes: Mapping[tuple[str, str], CountedBox],
    salts: MutableMapping[str, str],
) -> CountsToSay:
    """What the organisation of `name` says next of the `boxes` on which two people agree; `salts`, by audit,
    box and contest, are added to, and have to be on the disk before anything of this is sent.

    Raises InputError where no audit names the organisation as one that counts.
    """
    side = side_of(name)
    mine = {
        digest: audit
        for digest, audit in audits.items()
        if side in map(side_of, audit.records.body.counters)
    }  # fmt: skip
    if not mine:
        raise InputError("counts-not-named", name=name)
    records: list[tuple[Said, str]] = []
    waiting = known = elsewhere = 0
    for (digest, box), counted in boxes.items():
        if digest not in mine:
            continue
        audit, drawn = mine[digest], mine[digest].samples(box)
        agreed = counted.at(len(drawn)).agreed
        if agreed is None or agreed.missing is not None:
            continue
        for contest, count in audit.records_of(agreed).items():
            about, key = f"{box}/{contest}", "/".join([digest, box, contest, *map(str, drawn[-1:])])
            committed = _committed(state, audit, box, contest)
            if side not in committed:
                salt = bytes.fromhex(salts.setdefault(key, secrets.token_bytes(32).hex()))
                records.append((t.CountCommitment(bytes.fromhex(digest), count_digest(salt, count)), about))
                continue
            salt = bytes.fromhex(salts.get(key, ""))
            if count_digest(salt, count) != committed[side]:
                elsewhere += 1
            elif _is_said(state, audit, side, box, contest):
                known += 1
            elif len(committed) < AGREEING:
                waiting += 1
            else:
                records.append((replace(count, salt=salt), about))
    return CountsToSay(tuple(records), waiting, known, elsewhere)


def _committed(state: ElectionState, audit: OpenAudit, box: str, contest: str) -> dict[str, bytes]:
    """What each organisation that counts committed to first of a box, since the sample."""
    named = set(map(side_of, audit.records.body.counters))
    since = _since(state, audit, box)
    found: dict[str, bytes] = {}
    for logged in state.records(t.CountCommitment, contest):
        side = side_of(logged.entry.signer)
        here = logged.entry.about.station == box and logged.body.commitment == audit.papers.audit.digest
        if here and side in named and logged.index >= since:
            found.setdefault(side, logged.body.count)
    return found


def _since(state: ElectionState, audit: OpenAudit, box: str) -> int:
    """Where the sample stands from which on a box is counted: the first, of single vouchers its last."""
    samples = audit.samples(box) or [each.index for each in audit.records.samples[:1]]
    return samples[-1] if samples else state.size


def _is_said(state: ElectionState, audit: OpenAudit, side: str, box: str, contest: str) -> bool:
    """Whether the log has a count of a box by an organisation for this audit, since the sample."""
    since, commitment = _since(state, audit, box), audit.papers.audit.digest
    if any(
        logged.body.commitment == commitment
        and logged.index > since
        and logged.entry.about.station == box
        and side_of(logged.entry.signer) == side
        for logged in state.records(t.MixedCount, contest)
    ):
        return True
    table = state.tables[contest]
    digest = state.digests.index(commitment) if commitment in state.digests else -1
    mine = (table.kind == t.HandCount.TYPE) & (table.digest == digest) & (table.status != Status.REFUSED)
    mine &= (table.station == state.roll.stations.index(box)) & (table.index > since)
    return any(side_of(state.signers[signer]) == side for signer in table.signer[np.flatnonzero(mine)])
