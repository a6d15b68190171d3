"""Which rows a mapping wants: `where = { COLUMN = condition }`.

======================  =====================================================
``"MESA"``              the cell says this
``["MESA", "CASA"]``    it says one of these
``{ not = "Total" }``   it says neither this nor any of a list
``{ empty = false }``   it says something (``true``: nothing)
``{ like = "P-*" }``    it is like one of these, ``*`` any text, ``?`` one sign
======================  =====================================================

Several keys in one table, and several columns, must all hold.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.expression import Cells, Getter


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a cell must be, be like, or not be."""

    is_: str | list[str] | None = msgspec.field(name="is", default=None)
    not_: str | list[str] | None = msgspec.field(name="not", default=None)
    like: str | list[str] | None = None
    unlike: str | list[str] | None = None
    empty: bool | None = None


Condition = str | list[str] | Test
Where = Mapping[str, Condition]

_MOST_SHOWN = 12


def test_of(condition: Condition) -> Callable[[str], bool]:
    """The function from the text of a cell to whether it is as wanted."""
    if not isinstance(condition, Test):
        wanted = frozenset(_texts(condition))
        return lambda text: text in wanted
    tests: list[Callable[[str], bool]] = []
    if condition.is_ is not None:
        tests.append(frozenset(_texts(condition.is_)).__contains__)
    if condition.not_ is not None:
        others = frozenset(_texts(condition.not_))
        tests.append(lambda text: text not in others)
    if condition.like is not None:
        like = _pattern(condition.like)
        tests.append(lambda text: like.fullmatch(text) is not None)
    if condition.unlike is not None:
        unlike = _pattern(condition.unlike)
        tests.append(lambda text: unlike.fullmatch(text) is None)
    if condition.empty is not None:
        empty = condition.empty
        tests.append(lambda text: (not text) is empty)
    return lambda text: all(test(text) for test in tests)


def _texts(one_or_more: str | Sequence[str]) -> list[str]:
    texts = [one_or_more] if isinstance(one_or_more, str) else one_or_more
    return [text.strip() for text in texts]


def _pattern(one_or_more: str | Sequence[str]) -> re.Pattern[str]:
    """Stars and question marks alone."""
    signs = {"*": ".*", "?": "."}
    each = ("".join(signs.get(sign, re.escape(sign)) for sign in text) for text in _texts(one_or_more))
    return re.compile("|".join(f"(?:{text})" for text in each), re.DOTALL)


class Chosen:
    """The rows that all conditions of a `where` hold for, and what its columns said while none did."""

    def __init__(self, where: Where, getters: Mapping[str, Getter]) -> None:
        self._tests = [(field, getters[field], test_of(condition)) for field, condition in where.items()]
        # The answer to a text is remembered: columns of kinds and levels say the same again and again.
        self._known: list[tuple[Getter, Callable[[str], bool], dict[str, bool]]] = [
            (get, test, {}) for _, get, test in self._tests
        ]
        self._where = where
        self.matched = 0
        self.rows = 0

    def __call__(self, cells: Cells) -> bool:
        self.rows += 1
        for get, test, known in self._known:
            text = get(cells)
            answer = known.get(text)
            if answer is None:
                answer = test(text)
                if len(known) < 1 << 16:
                    known[text] = answer
            if not answer:
                return False
        self.matched += 1
        return True

    def refusal(self, place: str) -> InputError:
        """That no row is wanted, with what the first column that has no wanted cell holds."""
        for (field, _, _), (_, _, known) in zip(self._tests, self._known, strict=True):
            if True not in known.values():
                return self._nothing(place, field, known)
        return self._nothing(place, self._tests[-1][0], self._known[-1][2])

    def _nothing(self, place: str, field: str, known: Mapping[str, bool]) -> InputError:
        held = [text for text in known if text]
        listed = ", ".join(text[:60] for text in held[:_MOST_SHOWN])
        return InputError(
            "where-nothing",
            place=place,
            field=field,
            wanted=said(self._where[field]),
            rows=self.rows,
            listed=listed + (", …" if len(held) > _MOST_SHOWN else "") or "–",
        )


def said(condition: Condition) -> str:
    """A condition as it is written in a mapping."""
    from escrutinio.base.toml import inline

    if isinstance(condition, Test):
        return inline(msgspec.to_builtins(condition))
    return inline(condition)
