"""The small language of a mapping's fields.

==========================  =====================================================================
``CENTRO``                  the content of the column CENTRO
``#7``                      the content of the seventh column
``{CENTRO}.{MESA}``         a template: text and columns joined
``{CENTRO:09}``             the column's digits, padded with zeros on the left to 9
``{CENTRO:1-6}``            its characters 1 to 6; ``{CENTRO:6-}`` from the sixth on
``{CENTRO:09:1-6}``         padded first, then characters 1 to 6
``{UIK|digits:04}``         its digits alone, then padded
``{LUGAR|before ' - '}``    what stands before the first such text; ``|after …`` behind it
``{region|code}``           a code made of a name; ``|code 12`` of at most 12 characters
``{region|regions}``        its code by the table ``[import.codes.regions]``
``=presidente``             the constant text after the sign
==========================  =====================================================================

``{{`` and ``}}`` stand for braces. Spaces around a cell's content never count.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.mapping.slugs import LONGEST, SHORTEST, USUAL, slug
from escrutinio.intake.mapping.values import CellError, Decimals, shown, whole

Cells = Sequence[str]
Getter = Callable[[Cells], str]
Cut = Callable[[str], str]

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|([^{}]+)")
_SPEC = re.compile(r"(.*?)(?::0([0-9]{1,2}))?(?::([0-9]{1,2})-([0-9]{0,2}))?", re.DOTALL)
_FILTER = re.compile(r"(\S+)(?: (.+))?", re.DOTALL)
_STAGE = re.compile(r"(?:[^|']|'[^']*')+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What fields are read with: where each column stands, how decimals are taken, tables of codes by their
    names, and the names that codes were made of, by column and code."""

    position: Mapping[str, int]
    decimals: Decimals = "refuse"
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    named: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """A filter of a part, and the padding and cut after it.

    The first stage has no filter. ``width`` 0 means no padding, ``first`` 0 no cut, ``last`` 0 an open end;
    both count from 1.
    """

    name: str = ""
    argument: str = ""
    width: int = 0
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One column in a template, and what is done with its content, stage by stage."""

    column: str
    stages: tuple[Stage, ...] = (Stage(),)

    def cut(self, around: Surroundings) -> Cut:
        """The function from a cell's content to this part's text. It raises CellError where that does not
        fit."""
        steps = [step for stage in self.stages for step in self._steps(stage, around)]
        if len(steps) < 2:
            return steps[0] if steps else str

        def cut(text: str) -> str:
            for step in steps:
                text = step(text)
            return text

        return cut

    def _steps(self, stage: Stage, around: Surroundings) -> list[Cut]:
        steps: list[Cut] = []
        if stage.name:
            steps.append(self._filter(stage, around))
        if stage.width:
            steps.append(lambda text: self._padded(stage, whole(text, around.decimals)))
        if stage.first:
            steps.append(lambda text: self._sliced(stage, text))
        return steps

    def _padded(self, stage: Stage, text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            raise CellError(self.column, text, "pad-digits")
        if len(text) > stage.width:
            raise CellError(self.column, text, "pad-long", width=stage.width)
        return text.zfill(stage.width)

    def _sliced(self, stage: Stage, text: str) -> str:
        if len(text) < (stage.last or stage.first):
            if stage.last:
                raise CellError(self.column, text, "cut-short", first=stage.first, last=stage.last)
            raise CellError(self.column, text, "cut-open", first=stage.first)
        return text[stage.first - 1 : stage.last or None].strip()

    def _filter(self, stage: Stage, around: Surroundings) -> Cut:
        column, argument = self.column, stage.argument

        def digits(text: str) -> str:
            if not (found := "".join(filter(str.isdecimal, text))):
                raise CellError(column, text, "cut-no-digits")
            return "".join(str(int(digit)) for digit in found)

        def before(text: str) -> str:
            return split(text)[0].strip()

        def after(text: str) -> str:
            return split(text)[1].strip()

        def split(text: str) -> tuple[str, str]:
            left, found, right = text.partition(argument)
            if not found:
                raise CellError(column, text, "cut-no-separator", separator=repr(argument))
            return left, right

        longest = int(argument or USUAL) if stage.name == "code" else 0

        def code(text: str) -> str:
            made = slug(text, longest)
            if not made:
                raise CellError(column, text, "code-of-nothing")
            first = around.named.setdefault((column, made), text)
            if first != text:
                raise CellError(column, text, "code-of-two", code=made, name=shown(first))
            return made

        def listed(text: str) -> str:
            if (found := table.get(text)) is None:
                raise CellError(column, text, "code-not-listed", table=stage.name)
            return found

        match stage.name:
            case "digits":
                return digits
            case "before":
                return before
            case "after":
                return after
            case "code":
                return code
        if stage.name not in around.codes:
            names = ", ".join(["digits", "before", "after", "code", *around.codes])
            raise DefinitionError("template-filter", name=stage.name, known=names)
        table = around.codes[stage.name]
        return listed


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed field; ``plain`` if it is a bare column name."""

    parts: tuple[str | Part, ...]
    plain: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, in order."""
        return tuple(part.column for part in self.parts if isinstance(part, Part))

    def bind(self, around: Surroundings, *, lenient: bool = False) -> Getter:
        """Return the function from a row's cells to this field's text.

        The text is empty where every column named is empty. The function raises CellError where only some
        are, unless `lenient`, or one does not fit its template. Raises DefinitionError for a filter that is
        none.
        """
        position = around.position
        if self.plain:
            index = position[self.columns[0]]
            return lambda cells: cells[index].strip()
        if not self.columns:
            constant = "".join(map(str, self.parts))
            return lambda cells: constant
        steps = [
            (part, position[part.column], part.cut(around)) if isinstance(part, Part) else (part, 0, str)
            for part in self.parts
        ]
        indices = [position[column] for column in self.columns]

        def read(cells: Cells) -> str:
            text = ""
            for part, index, cut in steps:
                if isinstance(part, str):
                    text += part
                elif cell := cells[index].strip():
                    text += cut(cell)
                elif lenient:
                    continue
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
    stages = _STAGE.findall(spec)
    if "|".join(stages) != spec or not stages:
        raise _malformed(spec, template)
    column, first = _stage(stages[0], template)
    if not column:
        raise _malformed(spec, template)
    return Part(column, (first, *(_filter_stage(stage, template) for stage in stages[1:])))


def _stage(spec: str, template: str) -> tuple[str, Stage]:
    match = _SPEC.fullmatch(spec)
    assert match is not None  # the name takes whatever is no padding and no cut
    width, first, last = (int(group or 0) for group in match.groups()[1:])
    open_end = match[4] == ""
    if width > 64 or last > 64 or (match[3] and not (first >= 1 and (open_end or first <= last))):
        raise _malformed(spec, template)
    return match[1].strip(), Stage(width=width, first=first, last=last)


def _filter_stage(spec: str, template: str) -> Stage:
    called, stage = _stage(spec, template)
    match = _FILTER.fullmatch(called)
    if match is None:
        raise _malformed(spec, template)
    name, argument = match[1], match[2] or ""
    if len(argument) > 2 and argument[0] == argument[-1] == "'":
        argument = argument[1:-1]
    fits = {
        "digits": not argument,
        "before": bool(argument),
        "after": bool(argument),
        "code": not argument or (argument.isdecimal() and SHORTEST <= int(argument) <= LONGEST),
    }
    if not fits.get(name, not argument):
        raise _malformed(spec, template)
    return Stage(name, argument, stage.width, stage.first, stage.last)


def _malformed(spec: str, template: str) -> DefinitionError:
    return DefinitionError("template-field", spec=spec, template=repr(template))
