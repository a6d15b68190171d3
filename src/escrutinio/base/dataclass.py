"""Frozen dataclasses that are made in a quarter of the time: of their methods only `__init__` is compiled.

`dataclasses` compiles six for each class. A command that verifies makes over a hundred of such classes before
it begins, which took as long as a thousand signatures. Fields, `replace`, `match` and slots are those of
`dataclasses`; what compares, shows and refuses to be set is the same few functions for all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, eq=True, slots=False):
        """As `dataclasses.dataclass`, which also makes all classes that are not frozen."""

        def make(cls):
            if not frozen:
                return dataclasses.dataclass(eq=eq, slots=slots)(cls)
            own = {name for name in _OWN if vars(cls).get(name) is not None}
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
            methods = {"__setattr__": _refuse, "__delattr__": _refuse, "__repr__": _shown}
            if eq:
                methods |= {"__eq__": _equal, "__hash__": _hash}
            if slots:
                methods |= {"__getstate__": _state, "__setstate__": _restore}
            if "__init__" not in own:
                methods["__init__"] = _constructor(made)
            for name in methods.keys() - own:
                setattr(made, name, methods[name])
            return made

        return make if cls is None else make(cls)


def _constructor(cls: type[Any]) -> Callable[..., None]:
    """What takes a value for each of the fields, or its default, and has `__post_init__` look at them."""
    known: dict[str, Any] = {"_set": object.__setattr__}
    parameters, lines = ["self"], []
    in_slots = "__slots__" in vars(cls)
    for each in sorted(dataclasses.fields(cls), key=lambda field: bool(field.kw_only)):
        if each.kw_only and "*" not in parameters:
            parameters.append("*")
        value = each.name
        if each.default is not dataclasses.MISSING:
            known[f"_of_{each.name}"] = each.default
            parameters.append(f"{each.name}=_of_{each.name}")
        elif each.default_factory is not dataclasses.MISSING:
            known[f"_of_{each.name}"], known["_new"] = each.default_factory, _NEW
            parameters.append(f"{each.name}=_new")
            value = f"_of_{each.name}() if {each.name} is _new else {each.name}"
        else:
            parameters.append(each.name)
        if in_slots:  # what stands in a slot is set in half the time
            known[f"_set_{each.name}"] = getattr(cls, each.name).__set__
            lines.append(f" _set_{each.name}(self, {value})")
        else:
            lines.append(f" _set(self, {each.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass"), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {each.name: each.type for each in dataclasses.fields(cls)}
    made.__module__ = cls.__module__
    return made


_OWN = ("__init__", "__repr__", "__eq__", "__hash__")
"""What a class may have written itself. A class that has `__eq__` alone has None for a hash."""

_NEW = object()
"""Stands for a value that is made anew for each instance."""


_GETTERS: dict[object, Callable[[object], object]] = {}


def _values(cls: type[Any]) -> Callable[[object], object]:
    """Gives what instances of a class are compared by."""
    if (found := _GETTERS.get(cls)) is None:
        names = [each.name for each in dataclasses.fields(cls) if each.compare]
        found = _GETTERS[cls] = attrgetter(*names) if names else lambda _: ()
    return found


def _equal(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    values = _values(type(self))
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(_values(type(self))(self))


def _shown(self: Any) -> str:
    shown = [f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr]
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{type(self).__qualname__} is frozen: {name}")


def _state(self: Any) -> list[object]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
