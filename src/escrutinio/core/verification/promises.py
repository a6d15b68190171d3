"""The promise of a receiver, held against the log: kept, not yet due, or broken.

A receiver answers with a signed promise that a record will be in the log by a stated time. It is broken where
a checkpoint that witnesses cosigned after that time has no entry of that digest; without a cosigned time
nobody can say that the time has passed. Once the log has the record, checkpoints that somebody kept show
whether it had it in time: one that has it and was cosigned by then, or one that lacks it and was cosigned
later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.embargo import embargo_of
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Cosigned
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.types import Extension, Promise
from escrutinio.core.verification.judge import Answer, Judge, Verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """What a checkpoint of the log says of time: its size, and the earliest and the latest moment that those
    state who cosigned it, in seconds since 1970."""

    size: int
    first: int
    last: int


_AUTHENTIC = (Verdict.IN_LOG, Verdict.NOT_IN_LOG)


def judge_promise(
    state: ElectionState,
    entry: Entry,
    index: int | None,
    kept_at: int | None,
    seen_at: int | None,
    shown: Sequence[Shown] = (),
) -> Answer:
    """Judge the record of a promise, whether the log has it itself (at `index`) or not.

    `kept_at`: the index of the entry that was promised, None where the log does not have it (`find_digest`);
    `seen_at`: when the checkpoint of `state` was surely cosigned (`surely_seen`), None where nobody says;
    `shown`: checkpoints of this very log, this one and earlier ones. A promise that is not authentic, or not
    signed by a receiver, gets the answer of any such record. Raises TypeError for what is no promise.
    """
    promise = entry.body
    if not isinstance(promise, Promise):
        raise TypeError(f"{promise.NAME} is no promise")
    answer = Judge(state).record(entry, index)
    if answer.verdict not in _AUTHENTIC:
        return answer
    answer = replace(answer, entry=kept_at, due=promise.by, seen=seen_at)
    if kept_at is not None:
        kept = _kept(answer, kept_at, promise.by, shown)
        return replace(kept, extensions=_beside(state, promise.by)) if kept.in_time is False else kept
    answer = replace(answer, extensions=_beside(state, promise.by))
    if seen_at is None or seen_at <= promise.by:
        return replace(answer, verdict=Verdict.PROMISE_NOT_DUE)
    return replace(answer, verdict=Verdict.PROMISE_BROKEN)


def _kept(answer: Answer, kept_at: int, by: int, shown: Sequence[Shown]) -> Answer:
    """Whether what the log has was there in time, as far as checkpoints show it: all who cosigned one say so.
    Where they show both, some clock is wrong, and nothing is said."""
    in_time = [each.last for each in shown if each.size > kept_at and 0 < each.last <= by]
    late = [each.first for each in shown if each.size <= kept_at and each.first > by]
    if bool(in_time) == bool(late):
        return replace(answer, verdict=Verdict.PROMISE_KEPT)
    if late:
        return replace(answer, verdict=Verdict.PROMISE_LATE, seen=min(late), in_time=False)
    return replace(answer, verdict=Verdict.PROMISE_KEPT, seen=min(in_time), in_time=True)


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


def shown_by(size: int, cosignatures: Sequence[Cosigned]) -> Shown | None:
    """What a verified checkpoint of this size says of time; None where nobody cosigned it."""
    moments = [each.timestamp for each in cosignatures]
    return Shown(size, min(moments), max(moments)) if moments else None


def find_digest(entries: Iterable[bytes], digest: bytes) -> int | None:
    """The index of the first entry with this SHA-256, of all the entries of a log; None for none."""
    return next((index for index, raw in enumerate(entries) if sha256(raw).digest() == digest), None)
