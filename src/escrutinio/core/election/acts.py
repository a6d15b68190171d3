"""Acts of the authority: how many officers one needs, and which one is in force in its matter.

Some acts stand for one *matter* at a time, such as the ruling about one station and contest. An act that
replaces the one in force names it, so that no act comes back by being said again, and no consent to an act
that was replaced completes it (docs/formats.md, "Acts and their matters").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.state import Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import Entry

Matter: TypeAlias = tuple[int, str, str | int | None]
"""Type, subject, and what of the body tells two matters of one subject apart: a candidate, a number."""

MATTERS = frozenset(code for code, body in t.BY_CODE.items() if body.LAYOUT[-1][0] == "replaces")
"""The types of the acts that stand for one matter at a time: those that can name the one they replace."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act in force: the record by which it took effect, where that stands in the log, and the instance of
    the court that said it, 0 for the authority."""

    index: int
    entry: Entry
    instance: int


def matter_of(body: t.Body, subject: str) -> Matter | None:
    """The matter that an act is about; None for a record that stands for none."""
    if body.TYPE not in MATTERS:
        return None
    match body:
        case t.NominationChange(candidate=code):
            return body.TYPE, subject, code
        case t.Bulletin(number=number):
            return body.TYPE, subject, number
    return body.TYPE, subject, None


def replaced_by(body: t.Body) -> bytes | None:
    """The digest of the act that this one says it replaces; None where it names none."""
    found: bytes | None = getattr(body, "replaces", None)
    return found


def _replacing(body: t.Body, digest: bytes | None) -> t.Body:
    return replace(body, replaces=digest)  # type: ignore[type-var]


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A record that takes effect once enough names say the same: what it says and is about, who said it so
    far and in which entries, and of how many names it needs."""

    subject: str
    body: t.Body
    names: tuple[str, ...]
    entries: tuple[int, ...]
    needed: int


class Acts:
    """Who said the same so far, where an act needs several, and which acts are in force.

    Records are heard in log order, each by a key that may sign it by the `rights` of the election.
    """

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._waiting: dict[tuple[str, str, t.Body], Awaiting] = {}
        self._in_force: dict[Matter, Act] = {}

    def in_force(self, body: t.Body, subject: str) -> Act | None:
        """The act in force in the matter of this one; None where there is none, or where it has no matter."""
        matter = matter_of(body, subject)
        return None if matter is None else self._in_force.get(matter)

    def naming(self, body: t.Body, subject: str) -> t.Body:
        """An act that names the one in force, where its author names none: so it can replace it.

        What says the same as the act in force is made equal to it, and so a consent.
        """
        current = None if replaced_by(body) else self.in_force(body, subject)
        if current is None:
            return body
        same = _replacing(body, replaced_by(current.entry.body))
        return same if same == current.entry.body else _replacing(body, current.entry.digest)

    def hear(self, index: int, entry: Entry, name: str, role: Role) -> Standing:
        """How a record stands: one that needs more names is a consent of its signer's.

        What a court of a higher instance has in force is OVERRULED by nobody below it.
        """
        body = entry.body
        instance, whose = self._rights.speaks_for(name, role)
        needed = self._rights.needed(role, type(body))
        matter = matter_of(body, entry.subject)
        if matter is None:
            return self._agree(index, entry, name, whose, needed)
        current = self._in_force.get(matter)
        if current is not None and current.entry.body == body and current.instance == instance:
            return Standing.CONSENT
        if current is not None and current.instance > instance:
            return Standing.OVERRULED
        if replaced_by(body) != (None if current is None else current.entry.digest):
            return Standing.SUPERSEDED
        # What waits to replace another act than the current one stays behind for ever: it does not come here.
        standing = self._agree(index, entry, name, whose, needed)
        if standing is Standing.EFFECTIVE:
            self._in_force[matter] = Act(index, entry, instance)
        return standing

    def _agree(self, index: int, entry: Entry, name: str, whose: str, needed: int) -> Standing:
        if needed < 2:
            return Standing.EFFECTIVE
        what = whose, entry.subject, entry.body
        before = self._waiting.pop(what, None) or Awaiting(entry.subject, entry.body, (), (), needed)
        new = () if name in before.names else (name,)
        if len(before.names) + len(new) >= needed:
            return Standing.EFFECTIVE
        at = (index,) if new else ()
        self._waiting[what] = replace(before, names=before.names + new, entries=before.entries + at)
        return Standing.CONSENT

    def awaiting(self) -> tuple[Awaiting, ...]:
        """What waits for more names, in the order of the first of them; what can come to nothing any more is
        left out."""
        alive = [each for each in self._waiting.values() if self._may_come(each)]
        return tuple(sorted(alive, key=lambda each: each.entries))

    def _may_come(self, each: Awaiting) -> bool:
        if matter_of(each.body, each.subject) is None:
            return True
        current = self.in_force(each.body, each.subject)
        return replaced_by(each.body) == (None if current is None else current.entry.digest)

    def copy(self) -> Acts:
        """The same, to go on apart from this one."""
        made = Acts(self._rights)
        made._waiting, made._in_force = self._waiting.copy(), self._in_force.copy()
        return made
