"""What every record body has, and the register of their types."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar, dataclass_transform

from escrutinio.base.dataclass import dataclass
from escrutinio.core.records import codecs as c

REPLACES = c.Trailing(c.DIGEST)
"""The last position of an act that replaces another one of its matter: the digest of the record by which that
one took effect."""


class Body:
    """Base of every record body.

    `TYPE` is its code, `VERSION` the version of its type, `NAME` its word, `SUBJECT` the form of its subject,
    `LAYOUT` its positions; `IS_BULK` says whether an election has one for each of its stations at least.
    `LEAST` is how many of the positions every record of the type has: all, or all but a last one that is
    there only where it is used.
    """

    TYPE: ClassVar[int]
    VERSION: ClassVar[int]
    NAME: ClassVar[str]
    SUBJECT: ClassVar[str]
    LAYOUT: ClassVar[c.Layout]
    LEAST: ClassVar[int]
    IS_BULK: ClassVar[bool]


class Earlier(Body):
    """Base of what was written before the version of today."""

    def now(self) -> Body:
        """The same, as the version of today says it."""
        raise NotImplementedError


B = TypeVar("B", bound=Body)


REGISTERED: dict[int, type[Body]] = {}
"""The record classes by their code, in the order in which their files were read."""

EARLIER: dict[tuple[int, int], type[Earlier]] = {}
"""What is still read of versions before, by type and version."""


@dataclass_transform(frozen_default=True, field_specifiers=(c.put,))
def record(code: int, subject: str, *, version: int = 1, bulk: bool = False) -> Callable[[type[B]], type[B]]:
    """Number a record class and make it a frozen dataclass. Raises ValueError if code or name is taken."""

    def number(cls: type[B]) -> type[B]:
        cls.TYPE, cls.VERSION, cls.SUBJECT, cls.IS_BULK = code, version, subject, bulk
        cls.NAME = c.cddl_name(cls.__name__)
        if code in REGISTERED:
            raise ValueError(f"record type {code} is taken")
        if cls.NAME in (body.NAME for body in REGISTERED.values()):
            raise ValueError(f"the name {cls.NAME} is taken")
        made = _laid_out(cls)
        REGISTERED[code] = made
        return made

    return number


E = TypeVar("E", bound="Earlier")


@dataclass_transform(frozen_default=True, field_specifiers=(c.put,))
def earlier(of: type[Body], version: int) -> Callable[[type[E]], type[E]]:
    """Make a class the way in which a version before of the type `of` was written; it is read, never
    sealed."""

    def number(cls: type[E]) -> type[E]:
        cls.TYPE, cls.VERSION, cls.SUBJECT, cls.IS_BULK = of.TYPE, version, of.SUBJECT, of.IS_BULK
        cls.NAME = f"{of.NAME}-{version}"
        made = _laid_out(cls)
        EARLIER[of.TYPE, version] = made
        return made

    return number


def _laid_out(cls: type[B]) -> type[B]:
    made = dataclass(frozen=True)(cls)
    made.LAYOUT = c.layout(made)
    made.LEAST = len(made.LAYOUT) - isinstance(made.LAYOUT[-1][1], c.Trailing)
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(c.put,))
def shared(cls: type[B]) -> type[B]:
    """Make a class whose positions several records begin with a frozen dataclass; it is no record itself."""
    return dataclass(frozen=True)(cls)
