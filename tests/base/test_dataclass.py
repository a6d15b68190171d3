"""Frozen dataclasses of ours are those of `dataclasses`, in all that anybody asks of them."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from escrutinio.base.dataclass import dataclass

Decorator = Callable[..., Any]


def declared(made_by: Decorator, *, slots: bool, eq: bool = True) -> type[Any]:
    @made_by(frozen=True, slots=slots, eq=eq)
    class Declared:
        """With every kind of field."""

        KIND: ClassVar[str] = "kind"
        first: int
        second: str = "two"
        several: list[int] = field(default_factory=list)
        secret: bytes = field(default=b"s", repr=False)
        aside: float = field(default=0.5, compare=False)

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError("below zero")

    return Declared


@dataclass(frozen=True, slots=True)
class Kept:
    """One that another process can be sent."""

    name: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Loose:
    name: str

    @cached_property
    def size(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class Longer(Loose):
    number: int = 1

    def __repr__(self) -> str:
        return "mine"


@pytest.mark.parametrize("slots", [False, True])
def test_it_is_what_the_standard_library_makes(slots: bool) -> None:
    ours, theirs = declared(dataclass, slots=slots), declared(dataclasses.dataclass, slots=slots)
    assert inspect.signature(ours).parameters.keys() == inspect.signature(theirs).parameters.keys()
    assert ours.__match_args__ == theirs.__match_args__
    assert [each.name for each in fields(ours)] == [each.name for each in fields(theirs)]
    given: list[tuple[Any, ...]] = [(1,), (1, "x"), (2, "x", [3], b"t"), (2, "x", [3], b"t", 0.7)]
    for values in given:
        assert repr(ours(*values)) == repr(theirs(*values))
        for others in given:
            assert (ours(*values) == ours(*others)) is (theirs(*values) == theirs(*others))
    assert "secret" not in repr(ours(1))
    assert ours(1) != theirs(1)
    assert ours(1).several is not ours(1).several
    assert ours(first=1, aside=2.0).aside == 2.0
    assert replace(ours(1), second="other") == ours(1, "other")
    assert hasattr(ours(1), "__dict__") is hasattr(theirs(1), "__dict__") is not slots
    for wrong in ((), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(TypeError, match="__init__"):
            ours(*wrong)
    with pytest.raises(ValueError, match="below zero"):
        ours(-1)


@pytest.mark.parametrize("made", [Kept("a", (1,)), Loose("a"), Longer("b", 2)])
def test_nothing_of_it_can_be_set_and_it_can_be_sent(made: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        made.name = "other"
    with pytest.raises(FrozenInstanceError):
        del made.name
    with pytest.raises((FrozenInstanceError, AttributeError)):
        made.other = 1
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert again == made
        assert hash(again) == hash(made)
        assert type(again) is type(made)


def test_it_can_be_told_apart_and_matched() -> None:
    assert len({Kept("a"), Kept("a"), Kept("b")}) == 2
    match Kept("a", (1, 2)):
        case Kept("a", numbers):
            assert numbers == (1, 2)
    assert (Loose("abc").size, repr(Longer("a"))) == (3, "mine")
    assert Loose("a") != Longer("a")
    without = declared(dataclass, slots=True, eq=False)
    assert without(1) != without(1)
