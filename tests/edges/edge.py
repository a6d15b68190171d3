"""A log at an edge, and how the cases are gathered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from tests.core.election.build import (
    ORIGIN,
    Day,
    machines,
)

BOTH, PYTHON, BROWSER, NEITHER = "both", "python", "browser", "neither"
"""Who had been right before the rule was written down."""

ATTACHMENTS = "attachments"
BUNDLES = "log/tile/entries/000"
REPORT = b"The door was locked until eight."
FINE = {8: "holds", 9: "holds", 10: "holds", 11: "holds"}


@dataclass
class Edge:
    """A log and the answers to it.

    `right`: who had been right; `because` a sentence. `checks`: number to "holds", "fails" or "open".
    `files`: paths of the publication whose content is another, None for one that is not there. `unreadable`:
    paths that are there and cannot be read. `origin`: of the checkpoint.
    """

    day: Day
    right: str
    because: str
    checks: dict[int, str] = field(default_factory=lambda: dict(FINE))
    files: dict[str, bytes | None] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    origin: str = ORIGIN


EDGES: dict[str, Callable[[], Edge]] = {}


def edge(make: Callable[[], Edge]) -> Callable[[], Edge]:
    EDGES[make.__name__.replace("_", "-")] = make
    return make


def named(content: bytes) -> str:
    """Where an attachment stands."""
    return f"{ATTACHMENTS}/{sha256(content).hexdigest()}"


def sheets(day: Day) -> int:
    """Two stations whose machines report; the first sheet's entry. Ana leads as long as both count."""
    machines(day)
    first = day.sheet("machine/1", "n1.01", (50, 4, 3, 2))
    day.sheet("machine/2", "n1.02", (5, 40, 3, 2))
    return first
