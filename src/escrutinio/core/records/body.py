"""What every record body has, and the register of their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform

from escrutinio.core.records import codecs as c

VERSION = 1


class Body:
    """Base of every record body.

    `TYPE` is its code, `NAME` its word, `SUBJECT` the form of its subject, `LAYOUT` its positions.
    """

    TYPE: ClassVar[int]
    NAME: ClassVar[str]
    SUBJECT: ClassVar[str]
    LAYOUT: ClassVar[c.Layout]


B = TypeVar("B", bound=Body)


@dataclass_transform(frozen_default=True, field_specifiers=(c.put,))
def record(code: int, subject: str) -> Callable[[type[B]], type[B]]:
    """Number a record class and make it a frozen dataclass."""

    def number(cls: type[B]) -> type[B]:
        cls.TYPE, cls.NAME, cls.SUBJECT = code, c.cddl_name(cls.__name__), subject
        if code in BY_CODE:
            raise ValueError(f"record type {code} is taken")
        made = dataclass(frozen=True)(cls)
        made.LAYOUT = c.layout(made)
        BY_CODE[code] = BY_NAME[cls.NAME] = made
        return made

    return number


BY_CODE: dict[int, type[Body]] = {}
BY_NAME: dict[str, type[Body]] = {}
