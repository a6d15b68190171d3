"""The small language of a mapping's fields.

======================  =====================================================================
``CENTRO``              the content of the column CENTRO
``{CENTRO}.{MESA}``     a template: text and columns joined
``{CENTRO:09}``         the column's digits, padded with zeros on the left to 9
``{CENTRO:1-6}``        its characters 1 to 6
``{CENTRO:09:1-6}``     padded first, then characters 1 to 6
``=presidente``         the constant text after the sign
======================  =====================================================================

``{{`` and ``}}`` stand for braces. Spaces around a cell's content never count.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.mapping.values import CellError, Decimals, whole

Cells = Sequence[str]
Getter = Callable[[Cells], str]

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|([^{}]+)")
_SPEC = re.compile(r"(.+?)(?::0([0-9]{1,2}))?(?::([0-9]{1,2})-([0-9]{1,2}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One column in a template; ``width`` 0 means no padding, ``last`` 0 no cut; both count from 1."""

    column: str
    width: int = 0
    first: int = 0
    last: int = 0

    def read(self, text: str, decimals: Decimals) -> str:
        """Pad and cut the content of a cell. Raises CellError where it does not fit."""
        if self.width:
            text = whole(text, decimals)
            if not (text.isascii() and text.isdigit()):
                raise CellError(self.column, text, "pad-digits")
            if len(text) > self.width:
                raise CellError(self.column, text, "pad-long", width=self.width)
            text = text.zfill(self.width)
        if self.last:
            if len(text) < self.last:
                raise CellError(self.column, text, "cut-short", first=self.first, last=self.last)
            text = text[self.first - 1 : self.last]
        return text


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed field; ``plain`` if it is a bare column name."""

    parts: tuple[str | Part, ...]
    plain: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, in order."""
        return tuple(part.column for part in self.parts if isinstance(part, Part))

    def bind(self, position: Mapping[str, int], decimals: Decimals) -> Getter:
        """Return the function from a row's cells to this field's text.

        The text is empty where every column named is empty. The function raises CellError where only some
        are, or one does not fit its template.
        """
        if self.plain:
            index = position[self.columns[0]]
            return lambda cells: cells[index].strip()
        if not self.columns:
            constant = "".join(map(str, self.parts))
            return lambda cells: constant
        steps = [(part, position[part.column] if isinstance(part, Part) else 0) for part in self.parts]
        indices = [position[column] for column in self.columns]

        def read(cells: Cells) -> str:
            text = ""
            for part, index in steps:
                if isinstance(part, str):
                    text += part
                elif cell := cells[index].strip():
                    text += part.read(cell, decimals)
                elif any(cells[other].strip() for other in indices):
                    raise CellError(part.column, "", "cell-alone")
                else:
                    return ""
            return text

        return read


def parse_expression(text: str) -> Expression:
    """Parse a field of a mapping. Raises DefinitionError naming what is wrong with it."""
    if text.startswith("="):
        return Expression((text[1:],))
    if "{" not in text and "}" not in text:
        if not text.strip():
            raise DefinitionError("mapping-empty")
        return Expression((Part(text.strip()),), plain=True)
    parts: list[str | Part] = []
    end = 0
    while token := _TOKEN.match(text, end):
        end = token.end()
        if token[1]:
            parts.append(_part(token[1], text))
        else:
            parts.append(token[2] or token[0][0])
    if end < len(text):
        raise DefinitionError("template-brace", text=repr(text))
    return Expression(tuple(parts))


def _part(spec: str, template: str) -> Part:
    match = _SPEC.fullmatch(spec)
    assert match is not None  # the name takes whatever is no padding and no cut
    column, width, first, last = match[1].strip(), *(int(group or 0) for group in match.groups()[1:])
    if not column or width > 64 or last > 64 or (match[3] and not 1 <= first <= last):
        raise DefinitionError("template-field", spec=spec, template=repr(template))
    return Part(column, width, first, last)
