"""Who cosigns a log and who is silent, as `live.json` and the pages say it beside the checkpoint."""

from __future__ import annotations

import msgspec


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


class Cosigning(msgspec.Struct, frozen=True):
    """What waits for a quorum, if anything does, who is silent, and what waits for its moment."""

    waiting: Waiting | None = None
    silent: tuple[Silent, ...] = ()
    later: Later | None = None


ALL_ANSWER = Cosigning()
"""Nothing waits and nobody is silent."""
