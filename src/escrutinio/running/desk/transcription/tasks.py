"""Who types what next, and when a sheet is done: pure, from what was typed so far.

A picture is done when two different people typed the same. Where the first two differ a third person sees
in which fields, and decides by typing; whoever differs from both leaves it to a further one. Two people who
call a picture illegible close it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

MOST_TYPISTS = 5
"""People who try one picture; after them it is left for the organisation to look at."""


class Typed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one person read in one picture; `illegible` means nothing else was typed.

    `counts` by the contest's options, `classes` by its classes of other ballots; `valid` ballots where one
    may have several marks; `ballots` the sum that stands on the sheet, `voters` and
    `registered` where it states them. `confirmed`: that it has more votes than voters, or zeros only, and
    that the person looked again.
    """

    station: str = ""
    contest: str = ""
    counts: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()
    valid: int | None = None
    ballots: int | None = None
    voters: int | None = None
    registered: int | None = None
    confirmed: bool = False
    illegible: bool = False


class Typing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the journal: which picture (SHA-256 in hexadecimal), which typist, what."""

    image: str
    typist: str
    typed: Typed


class Stage(StrEnum):
    """Where a picture stands."""

    OPEN = "open"
    DIFFERS = "differs"
    DONE = "done"
    ILLEGIBLE = "illegible"
    LEFT = "left"
    """Too many people differ; the organisation must look."""


@dataclass(frozen=True, slots=True)
class Task:
    """A picture with what was typed of it, in order, one typing a person."""

    image: str
    typings: tuple[Typing, ...] = ()

    @property
    def agreed(self) -> tuple[Typing, Typing] | None:
        """The first two typings that say the same."""
        for number, later in enumerate(self.typings):
            for earlier in self.typings[:number]:
                if _same(earlier.typed, later.typed):
                    return earlier, later
        return None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        found = self.agreed
        if found is not None:
            return Stage.ILLEGIBLE if found[0].typed.illegible else Stage.DONE
        if len(self.typings) < 2:
            return Stage.OPEN
        return Stage.DIFFERS if len(self.typings) < MOST_TYPISTS else Stage.LEFT

    def differing(self) -> frozenset[str]:
        """Names of the fields, of `Typed`, in which the typings differ; of counts as `counts.<number>`, of
        classes likewise."""
        plain = [_fields(typing.typed) for typing in self.typings]
        names = dict.fromkeys(name for fields in plain for name in fields)
        return frozenset(name for name in names if len({fields.get(name) for fields in plain}) > 1)


def tasks_of(images: Iterable[str], typings: Iterable[Typing]) -> dict[str, Task]:
    """Every picture with its typings; a person's later typing of the same picture is left out."""
    found: dict[str, list[Typing]] = {image: [] for image in images}
    for typing in typings:
        there = found.get(typing.image)
        if there is not None and all(one.typist != typing.typist for one in there):
            there.append(typing)
    return {image: Task(image, tuple(typed)) for image, typed in found.items()}


def next_for(typist: str, tasks: Mapping[str, Task], busy: Iterable[str] = ()) -> Task | None:
    """What a person types next: what differs first, then what one person typed, then what nobody did.

    `busy` are pictures that somebody else is looking at; they come last.
    """
    elsewhere = frozenset(busy)
    open_to = [
        task
        for task in tasks.values()
        if task.stage in (Stage.OPEN, Stage.DIFFERS) and all(one.typist != typist for one in task.typings)
    ]
    order = {task.image: number for number, task in enumerate(open_to)}
    return min(
        open_to,
        key=lambda task: (task.image in elsewhere, -len(task.typings), order[task.image]),
        default=None,
    )


def counts_of(tasks: Mapping[str, Task]) -> dict[Stage, int]:
    """How many pictures stand where."""
    stages: Sequence[Stage] = [task.stage for task in tasks.values()]
    return {stage: stages.count(stage) for stage in Stage}


def _same(one: Typed, other: Typed) -> bool:
    return (one.illegible and other.illegible) or _fields(one) == _fields(other)


def _fields(typed: Typed) -> dict[str, object]:
    plain = msgspec.structs.asdict(typed)
    del plain["confirmed"]
    for name in ("counts", "classes"):
        plain |= {f"{name}.{number}": count for number, count in enumerate(plain.pop(name))}
    return plain
