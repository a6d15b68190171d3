"""A form for any type of record, made from its field table (`Body.LAYOUT`): the one that `sign` reads by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum

from escrutinio.base.errors import InputError
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.state import ContestView
from escrutinio.core.records import codecs as c
from escrutinio.core.records.parts import LogHead
from escrutinio.core.records.types import Body
from escrutinio.intake.authoring.saying import field_of
from escrutinio.running.desk.signing.words import field_label

MAX_FIGURE = 10
HERE = "@here"
"""The log as it stands (docs/script.md)."""


class Shape(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    CHOICE = "choice"
    FIGURES = "figures"
    """A figure for each option or class of a contest."""

    TABLE = "table"
    """Several lines, as TOML writes lists and tables."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form: `name` as in docs/formats.md, `form` its form there (CDDL); `choices` of a CHOICE,
    `rows` (name in the form, label) of FIGURES; `first` what stands there at first; `needed`
    where the record cannot go without."""

    name: str
    label: str
    shape: Shape
    form: str
    needed: bool
    choices: tuple[str, ...] = ()
    first: str = ""
    rows: tuple[tuple[str, str], ...] = ()


def form_fields(kind: type[Body], view: ContestView | None, language: str) -> list[FormField]:
    """The fields of a type, in the order of its table; figures have a contest's options where it is known."""
    default = {each.name: each.default is not MISSING for each in fields(kind)}  # type: ignore[arg-type]
    return [_form_field(name, codec, default[name], view, language) for name, codec in kind.LAYOUT]


def said_in_form(kind: type[Body], form: Mapping[str, str], view: ContestView | None) -> dict[str, object]:
    """What a filled form says, field by field as `sign --say` reads it; an empty field says nothing.

    Raises InputError for figures that are none.
    """
    said: dict[str, object] = {}
    for field in form_fields(kind, view, "en"):
        if field.shape is Shape.FIGURES:
            figures = [form.get(name, "").strip() for name, _ in field.rows]
            if any(figures):
                said[field.name] = [_figure(field.name, text) for text in figures]
            continue
        text = form.get(field.name, "").replace("\r\n", "\n").strip()
        if text:
            said[field.name] = field_of(kind, f"{field.name}={text}")[1]
    return said


def _form_field(
    name: str, codec: object, default: bool, view: ContestView | None, language: str
) -> FormField:
    cddl = str(getattr(codec, "cddl", ""))
    needed = not (
        default or isinstance(codec, c.Optional) or (isinstance(codec, c.Array) and codec.least == 0)
    )
    while isinstance(codec, c.Optional):
        codec = codec.item
    label = field_label(name, language)
    if isinstance(codec, c.Code):
        return FormField(
            name, label, Shape.CHOICE, cddl, needed, choices=tuple(c.word(each) for each in codec.of)
        )
    if view is not None and name in ("counts", "classes") and isinstance(codec, c.Array):
        rows = tuple(_figure_rows(name, view, language))
        if rows:
            return FormField(name, label, Shape.FIGURES, cddl, needed, rows=rows)
    line = isinstance(codec, c.Text | c.Bytes | c.Uint) and cddl != "long"
    here = HERE if isinstance(codec, c.Struct) and codec.of is LogHead else ""
    return FormField(name, label, Shape.LINE if line or here else Shape.TABLE, cddl, needed, first=here)


def _figure_rows(name: str, view: ContestView, language: str) -> Iterator[tuple[str, str]]:
    if name == "classes":
        for number, (code, titles) in enumerate(zip(view.classes, view.class_titles, strict=True)):
            yield f"{name}.{number}", class_name(code, titles, language)
        return
    for number, code in enumerate(view.options):
        candidate = int(view.option_candidate[number])
        person = choose(view.candidate_titles[candidate], language, view.candidates[candidate]).text
        card = choose(view.option_titles[number], language, code).text
        yield f"{name}.{number}", person if person == card else f"{person} · {card}"


def _figure(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_FIGURE:
        raise InputError("form-figure", name=name, text=repr(text[:20]))
    return int(text)


def contest_view(contests: Sequence[ContestView], code: str | None) -> ContestView | None:
    """The contest with this code."""
    return next((each for each in contests if each.code == code), None)
