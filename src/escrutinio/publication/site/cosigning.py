"""Who cosigns a log and who is silent, as `live.json` and the pages say it beside the checkpoint."""

from __future__ import annotations

import msgspec

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.types import WaitingSet


class Silent(msgspec.Struct, frozen=True):
    """A witness by its name in the policy that has not cosigned what it was asked for: since when, in seconds
    since 1970, and why, by language."""

    name: str
    since: int
    why: dict[str, str] = {}


class Waiting(msgspec.Struct, frozen=True):
    """A checkpoint of `size` entries was signed and lacks its quorum, so that the last public one stays:
    since when something waits, in seconds since 1970."""

    since: int
    size: int


class Later(msgspec.Struct, frozen=True):
    """Records with results wait for the moment from which these may be public: how many, and until when the
    last of them does, in seconds since 1970."""

    count: int
    until: int


class Counted(msgspec.Struct, frozen=True):
    """How many of these waited at a `time`, in seconds since 1970, by the record that a receiver signed: its
    name, and the index of the entry."""

    count: int
    time: int
    signer: str
    entry: int


class Cosigning(msgspec.Struct, frozen=True):
    """What waits for a quorum, if anything does, who is silent, and what waits for its moment: by the word of
    whoever publishes, and as `counted` by a record in the log."""

    waiting: Waiting | None = None
    silent: tuple[Silent, ...] = ()
    later: Later | None = None
    counted: Counted | None = None

    def with_counted(self, state: ElectionState) -> Cosigning:
        """The same, beside what the last record in a log says of what waits."""
        return msgspec.structs.replace(self, counted=counted_in(state))


def counted_in(state: ElectionState) -> Counted | None:
    """What the last receiver's record of a log says of what waits; None where it has none, or says that
    nothing does."""
    for logged in state.records(WaitingSet)[-1:]:
        if logged.body.count:
            entry = logged.entry
            return Counted(logged.body.count, entry.issued_at, entry.signer, logged.index)
    return None


ALL_ANSWER = Cosigning()
"""Nothing waits and nobody is silent."""
