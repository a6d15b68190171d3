"""Check 15: the log extends what was seen of it before.

An older copy of a log and a second history of it each verify alone. Whoever has seen the log before has its
signed checkpoint, and a consistency proof leads from that to this one, or none does: then the two signed
checkpoints together are the evidence. Where earlier checkpoints are kept is not decided here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.catalogue import NN_
from escrutinio.base.words.say import Phrase, PhraseOfMany, Said
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint, find_log_key
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.trust import Trust
from escrutinio.core.verification.checkpoint import PLACE
from escrutinio.core.verification.checks import Answer, Check, Running
from escrutinio.core.verification.records import NO_ELECTION

NOTHING_SEEN = Phrase("Nothing of this log was seen before.")
NOT_ASKED = Phrase("Left out, as was asked.")
NO_TRUST_FILE = Phrase("Without a trust file it is not compared with what was seen before.")
_ENTRIES = NN_("{count:,} entry", "{count:,} entries")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A checkpoint seen before: what it is, the name of its file, and when it was seen (seconds since 1970)
    where that is known. `given`: the user named it, so that it must be of this log."""

    signed: SignedCheckpoint
    place: str
    seen_at: int | None = None
    given: bool = False

    def when(self) -> Said:
        """Size and moment, for a sentence."""
        size = _entries(self.signed.checkpoint.size)
        if self.seen_at is None:
            return size
        moment = f"{datetime.fromtimestamp(self.seen_at, UTC):%Y-%m-%d %H:%M} UTC"
        return Phrase("{entries} (seen {moment})", entries=size, moment=moment)


def _entries(count: int) -> Said:
    return PhraseOfMany(count, *_ENTRIES)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of the logs of an election, what of it cannot be read (file and reason), and what to
    say where nothing is compared."""

    seen: tuple[Earlier, ...] = ()
    unreadable: tuple[tuple[str, Said], ...] = ()
    note: Said = NOTHING_SEEN


@dataclass(frozen=True, slots=True)
class Compared:
    """Answer 15, and the earlier checkpoints that this one contradicts."""

    answer: Answer
    contradicted: tuple[Earlier, ...] = ()


def check_earlier(
    memory: Memory, trust: Trust | None, log: PinnedLog, state: ElectionState | None
) -> Compared:
    """Check 15. A checkpoint that the log did not sign says nothing of the log, and is left open.

    Of a successor, what was seen of the log before it is held against the head that its charter names.
    """
    check = Running(Check.EARLIER)
    if trust is None:
        check.note = NO_TRUST_FILE
        return Compared(check.done())
    for place, why in memory.unreadable:
        check.leave_open(place, why)
    contradicted: list[Earlier] = []
    held: list[Earlier] = []
    for earlier in memory.seen:
        if not _signed(earlier.signed, trust) or _origin(earlier) != log.checkpoint.origin:
            known = _predecessor(check, earlier, state)
        elif not _signed(log.signed, trust):
            known = None
            check.leave_open(
                PLACE, Phrase("This checkpoint is not signed by the log, so that it shows nothing of it.")
            )
        else:
            known = _same_log(check, earlier, log)
        if known is not None:
            check.count += 1
            (held if known else contradicted).append(earlier)
    if not check.failures and not check.unjudged:
        latest = max(held, key=lambda each: each.signed.checkpoint.size, default=None)
        check.note = memory.note if latest is None else Phrase("It extends {earlier}.", earlier=latest.when())
    return Compared(check.done(), tuple(contradicted))


def _origin(earlier: Earlier) -> str:
    return earlier.signed.checkpoint.origin


def _signed(signed: SignedCheckpoint, trust: Trust) -> bool:
    """Whether a log key of the trust file, of the name of its origin, signed a checkpoint."""
    try:
        find_log_key(signed, trust.policy)
    except LogError:
        return False
    return True


def _same_log(check: Running, earlier: Earlier, log: PinnedLog) -> bool | None:
    """Whether the log extends an earlier checkpoint of it; None where that cannot be judged."""
    before, now = earlier.signed.checkpoint, log.checkpoint
    if before.size > now.size:
        check.leave_open(
            PLACE,
            Phrase(
                "This is an older copy of {entries}; the log was seen before with {earlier}.",
                entries=_entries(now.size),
                earlier=earlier.when(),
            ),
        )
        return None
    try:
        root = now.root if before.size == now.size else log.root_at(before.size)
    except LogError as error:
        check.leave_open(
            PLACE,
            Phrase("Whether it extends {earlier} cannot be seen: {why}", earlier=earlier.when(), why=error),
        )
        return None
    if root == before.root:
        return True
    check.fail(
        PLACE,
        Phrase(
            "The log signed another history of the same size: with {entries} it is not the one of {place}, "
            "of {earlier}. Keep both signed checkpoints."
            if before.size == now.size
            else "The log signed a history that was rewritten: with {entries} it does not extend the one of "
            "{place}, of {earlier}. Keep both signed checkpoints.",
            entries=_entries(now.size),
            place=earlier.place,
            earlier=earlier.when(),
        ),
    )
    return False


def _predecessor(check: Running, earlier: Earlier, state: ElectionState | None) -> bool | None:
    """Whether an earlier checkpoint of the log before this one is the head that the charter goes on from.

    None where it is of another log, or where that cannot be judged.
    """
    if state is None:
        check.leave_open(PLACE, NO_ELECTION)
        return None
    head = None if state.charter is None else state.charter.body.predecessor
    before = earlier.signed.checkpoint
    if head is None or head.origin != before.origin:
        if earlier.given:
            why = Phrase("It is of another log: {origin}.", origin=before.origin[:100])
            check.leave_open(earlier.place, why)
        return None
    if before.size != head.size:
        check.leave_open(
            PLACE,
            Phrase(
                "The charter goes on from {entries} of the log {origin}, which was seen with {earlier}: "
                "whether these are one history only that log can show.",
                entries=_entries(head.size),
                origin=head.origin,
                earlier=earlier.when(),
            ),
        )
        return None
    if before.root == head.root:
        return True
    check.fail(
        PLACE,
        Phrase(
            "The charter goes on from another history of the log {origin} than the one of {place}, of "
            "{earlier}. Keep both signed checkpoints.",
            origin=head.origin,
            place=earlier.place,
            earlier=earlier.when(),
        ),
    )
    return False
