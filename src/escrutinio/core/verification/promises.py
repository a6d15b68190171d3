"""The promise of a receiver, held against the log: kept, not yet due, or broken.

A receiver answers with a signed promise that a record will be in the log by a stated time. It is broken where
a checkpoint that witnesses cosigned after that time has no entry of that digest; without a cosigned time
nobody can say that the time has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from escrutinio.core.election.embargo import embargo_of
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Cosigned
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.types import Extension, Promise
from escrutinio.core.verification.judge import Answer, Judge, Verdict

_AUTHENTIC = (Verdict.IN_LOG, Verdict.NOT_IN_LOG)


def judge_promise(
    state: ElectionState, entry: Entry, index: int | None, kept_at: int | None, seen_at: int | None
) -> Answer:
    """Judge the record of a promise, whether the log has it itself (at `index`) or not.

    `kept_at`: the index of the entry that was promised, None where the log does not have it (`find_digest`);
    `seen_at`: when the checkpoint of `state` was surely cosigned (`surely_seen`), None where nobody says. One
    that is not authentic, or not signed by a receiver, gets the answer of any such record. Raises TypeError
    for a record that is no promise.
    """
    promise = entry.body
    if not isinstance(promise, Promise):
        raise TypeError(f"{promise.NAME} is no promise")
    answer = Judge(state).record(entry, index)
    if answer.verdict not in _AUTHENTIC:
        return answer
    answer = replace(answer, entry=kept_at, due=promise.by, seen=seen_at)
    if kept_at is not None:
        return replace(answer, verdict=Verdict.PROMISE_KEPT)
    answer = replace(answer, extensions=_beside(state, promise.by))
    if seen_at is None or seen_at <= promise.by:
        return replace(answer, verdict=Verdict.PROMISE_NOT_DUE)
    return replace(answer, verdict=Verdict.PROMISE_BROKEN)


def _beside(state: ElectionState, due: int) -> tuple[int, ...]:
    """The extensions with an effect that put results off until the moment at which a promise is due or a
    later one. A promise names a digest alone, so all areas are named."""
    moved = set(embargo_of(state).moved)
    return tuple(
        each.index for each in state.records(Extension) if each.index in moved and each.body.until >= due
    )


def surely_seen(cosignatures: Iterable[Cosigned]) -> int | None:
    """The time that all who cosigned a checkpoint state or a later one; None without any. Whoever states a
    later time than the others breaks nobody's promise."""
    return min((each.timestamp for each in cosignatures), default=None)


def find_digest(entries: Iterable[bytes], digest: bytes) -> int | None:
    """The index of the first entry with this SHA-256, of all the entries of a log; None for none."""
    return next((index for index, raw in enumerate(entries) if sha256(raw).digest() == digest), None)
