"""Who types what next, and when a sheet is done: pure, from what was typed so far.

A picture is a photo, or a page of a PDF or TIFF file, and may show the sheets of several contests. A sheet is
done when two different people typed the same; a picture is done when two people who finished it agree on each
contest that anybody saw there: on its figures, or that it is not there. Where the first two differ a third
person sees in which fields, and decides by typing; whoever differs from both leaves it to a further one. Two
people who call a picture illegible, or say that it shows no sheet, close it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

MOST_TYPISTS = 5
"""People who try one picture; after them it is left for the organisation to look at."""


class Typed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one person read of one contest in one picture; `illegible` means that the rest of the picture
    cannot be read, `empty` that it shows no sheet, or none but those that the person typed before.

    `counts` by the contest's options, `classes` by its classes of other ballots; `valid` ballots where one
    may have several marks; `ballots` the sum that stands on the sheet; `voters`, `supplement` (voters beyond
    the list), `spoilt` ballots and `registered` voters where it states them. `confirmed`: that it has more
    votes than voters, or zeros only, and that the person looked again.
    """

    station: str = ""
    contest: str = ""
    counts: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()
    valid: int | None = None
    ballots: int | None = None
    voters: int | None = None
    supplement: int | None = None
    spoilt: int | None = None
    registered: int | None = None
    confirmed: bool = False
    illegible: bool = False
    empty: bool = False


class Part(StrEnum):
    """As what somebody types: as one of many, or in a role where clerks type and a third decides."""

    PEER = ""
    CLERK_A = "clerk-a"
    CLERK_B = "clerk-b"
    DECIDER = "decider"


CLERKS = (Part.CLERK_A, Part.CLERK_B)


class Typing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of the journal: which picture (SHA-256 of the file in hexadecimal, and its page from 1), which
    typist, what; `more`: the person has not finished this picture, which shows another sheet. `part`: in
    which role; `reason`: what decided, of who decides (a word of `codes.Reading`)."""

    image: str
    page: int = 1
    typist: str
    typed: Typed
    more: bool = False
    part: Part = Part.PEER
    reason: str = ""

    @property
    def picture(self) -> str:
        """The picture's name (`picture_name`)."""
        return picture_name(self.image, self.page)


def picture_name(image: str, page: int) -> str:
    """The name of a picture: the digest of its file, and its page where it is not the first."""
    return image if page == 1 else f"{image}-{page}"


class Stage(StrEnum):
    """Where a picture stands."""

    OPEN = "open"
    DIFFERS = "differs"
    DONE = "done"
    ILLEGIBLE = "illegible"
    EMPTY = "empty"
    """It shows no sheet."""
    LEFT = "left"
    """Too many people differ; the organisation must look."""


REST = ""
"""Stands for the contests of a picture that a person did not type."""


@dataclass(frozen=True, slots=True)
class Task:
    """A picture with what was typed of it, in order: of each contest one typing a person."""

    name: str
    typings: tuple[Typing, ...] = ()

    @property
    def typists(self) -> tuple[str, ...]:
        """Who typed something of it, in the order in which they began."""
        return tuple(dict.fromkeys(one.typist for one in self.typings))

    @property
    def finished(self) -> frozenset[str]:
        """Who said that they typed all that it shows."""
        return frozenset(one.typist for one in self.typings if not one.more)

    @property
    def contests(self) -> tuple[str, ...]:
        """The contests that anybody typed of it."""
        return tuple(dict.fromkeys(one.typed.contest for one in self.typings if one.typed.contest))

    def typed_by(self, typist: str) -> dict[str, Typed]:
        """What a person typed, by contest; under `REST` what they said of the rest."""
        found = {one.typed.contest: one.typed for one in self.typings if one.typist == typist}
        if len(found) > 1 and REST in found and found[REST].empty:
            del found[REST]  # nothing but what was typed: as whoever saves the last sheet says too
        return found

    @property
    def parts(self) -> dict[Part, str]:
        """Who typed of it in which role."""
        return {one.part: one.typist for one in self.typings if one.part is not Part.PEER}

    def said_as(self, part: Part, contest: str) -> Typed | None:
        """What was typed of a contest in a role, None where it was not."""
        return self.typed_by(self.parts[part]).get(contest) if part in self.parts else None

    def decision(self, contest: str) -> Typing | None:
        """What the third person in that role typed of a contest."""
        as_third = (one for one in self.typings if one.part is Part.DECIDER and one.typed.contest == contest)
        return next(as_third, None)

    def agreed(self, contest: str) -> tuple[Typed, Typed] | None:
        """The first two people's typings of a contest that say the same, or what a third decided; of `REST`,
        of the whole picture."""
        decided = self.decision(contest)
        if decided is not None:
            return decided.typed, decided.typed
        said = [typed for typed in self._said(contest) if typed is not None]
        said.sort(key=lambda typed: not typed.contest)  # figures that two people read are on it
        for number, later in enumerate(said):
            for earlier in said[:number]:
                if _same(earlier, later):
                    return earlier, later
        return None

    def open_contests(self) -> tuple[str, ...]:
        """The contests on which no two people agree yet, be it that they are not there."""
        return tuple(each for each in self.contests if not self._settled(each))

    def sheets(self) -> list[tuple[Typed, Typed]]:
        """What two people typed alike, a pair for each sheet that is done."""
        pairs = [self.agreed(each) for each in self.contests]
        return [pair for pair in pairs if pair is not None and pair[0].contest]

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if len(self.finished) < 2:
            return Stage.OPEN
        if not self.open_contests() and self._settled(REST):
            whole = self.agreed(REST)
            if self.sheets():
                return Stage.DONE
            if whole is not None:
                return Stage.ILLEGIBLE if whole[0].illegible else Stage.EMPTY
        return Stage.DIFFERS if len(self.typists) < MOST_TYPISTS else Stage.LEFT

    def differing(self, contest: str) -> frozenset[str]:
        """Names of the fields, of `Typed`, in which the typings of a contest differ; of counts as
        `counts.<number>`, of classes likewise; `contest` where somebody did not see it."""
        said = self._said(contest)
        plain = [_fields(typed) for typed in said if typed is not None]
        names = dict.fromkeys(name for fields in plain for name in fields)
        found = {name for name in names if len({fields.get(name) for fields in plain}) > 1}
        return frozenset(found | ({"contest"} if plain and len(plain) < len(said) else set()))

    def _said(self, contest: str) -> list[Typed | None]:
        """What each person said of a contest; None where one finished the picture without it."""
        found: list[Typed | None] = []
        for typist in self.typists:
            typed = self.typed_by(typist)
            if contest in typed or REST in typed:
                found.append(typed.get(contest, typed.get(REST)))
            elif typist in self.finished:
                found.append(None)
        return found

    def _settled(self, contest: str) -> bool:
        if self.parts.get(Part.DECIDER) in self.finished:
            return True  # what the third person did not type is not there
        said = self._said(contest)
        nobody = all(typed is None for typed in said)
        return nobody or said.count(None) >= 2 or self.agreed(contest) is not None


def tasks_of(pictures: Iterable[str], typings: Iterable[Typing]) -> dict[str, Task]:
    """Every picture with its typings; what a person may not say of it any more (`may_say`) is left out."""
    found: dict[str, list[Typing]] = {name: [] for name in pictures}
    for typing in typings:
        there = found.get(typing.picture)
        if there is not None and may_say(there, typing):
            there.append(typing)
    return {name: Task(name, tuple(typed)) for name, typed in found.items()}


def may_say(typings: Sequence[Typing], typing: Typing) -> bool:
    """Whether a person may add this to what was typed of a picture: a contest once, and nothing after what
    they said of the rest; and in a role only one person, who has no other (`may_begin`)."""
    own = {one.typed.contest for one in typings if one.typist == typing.typist}
    there = Task(typing.picture, tuple(typings))
    return (
        typing.typed.contest not in own and REST not in own and may_begin(there, typing.typist, typing.part)
    )


def may_begin(task: Task, typist: str, part: Part) -> bool:
    """Whether somebody may type of a picture in a role: each clerk for themselves, and one who is neither of
    them once both have finished and differ."""
    if part is Part.PEER:
        return not task.parts
    if typist in task.typists and task.parts.get(part) != typist:
        return False
    if task.parts.get(part, typist) != typist or len(task.parts) < len(task.typists):
        return False
    if part in CLERKS:
        return Part.DECIDER not in task.parts
    clerks = {task.parts.get(each) for each in CLERKS}
    return clerks <= task.finished and (Part.DECIDER in task.parts or task.stage is Stage.DIFFERS)


def next_for(
    typist: str, tasks: Mapping[str, Task], busy: Iterable[str] = (), part: Part = Part.PEER
) -> Task | None:
    """What a person types next: what they have not finished, then what differs, then what one person typed,
    then what nobody did.

    `busy` are pictures that somebody else is looking at; they come last.
    """
    elsewhere = frozenset(busy)
    open_to = [
        task
        for task in tasks.values()
        if task.stage in (Stage.OPEN, Stage.DIFFERS)
        and typist not in task.finished
        and may_begin(task, typist, part)
    ]
    order = {task.name: number for number, task in enumerate(open_to)}
    return min(
        open_to,
        key=lambda task: (
            typist not in task.typists,
            task.name in elsewhere,
            -len(task.typists),
            order[task.name],
        ),
        default=None,
    )


def counts_of(tasks: Mapping[str, Task]) -> dict[Stage, int]:
    """How many pictures stand where."""
    stages: Sequence[Stage] = [task.stage for task in tasks.values()]
    return {stage: stages.count(stage) for stage in Stage}


def _same(one: Typed, other: Typed) -> bool:
    return _fields(one) == _fields(other)


def _fields(typed: Typed) -> dict[str, object]:
    plain = msgspec.structs.asdict(typed)
    del plain["confirmed"]
    for name in ("counts", "classes"):
        plain |= {f"{name}.{number}": count for number, count in enumerate(plain.pop(name))}
    return plain
