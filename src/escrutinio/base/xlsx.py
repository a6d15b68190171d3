"""Writing plain XLSX workbooks (ECMA-376, Office Open XML): text, whole numbers, and formulas where asked.

A library writes half a million cells in about three seconds; writing just these kinds of cells takes a
tenth of that, and the file has half the size, because no cell carries its own reference and hardly one a
style. Text is written as text whatever it begins with: only a `Formula` is a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from escrutinio.base.dataclass import dataclass

MAX_ROWS = 1_048_576
"""Rows that a sheet has room for, the header among them."""

MAX_NAME = 31
"""Characters of a sheet's name."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its "=", and the value that it has, for programs that do not calculate.

    `array_at`: the name of its own cell (`cell_name`), if it calculates with whole ranges (an array formula).
    """

    text: str
    value: int | str
    array_at: str = ""


@dataclass(frozen=True, slots=True)
class Bold:
    """A text in bold: a heading among the rows."""

    text: str


Cell = str | int | None | Formula | Bold
"""Text, a number, nothing, or one of the special kinds."""

_BLOCK = 1 << 13
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BOLD = "<b/>"
_WRAPPED = '<alignment vertical="top" wrapText="1"/>'
_STYLE_BOLD, _STYLE_WRAPPED = 1, 2
_MEANT_LITERALLY = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, the names of its columns, and its rows, each as many cells as there are columns.

    A header stays in view, and beside it the first `frozen` columns; without names there is none. `widths`
    are in characters, by the number of a column from 0. `wrapped`: long texts take several lines.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Mapping[int, int] = field(default_factory=dict)
    frozen: int = 0
    wrapped: bool = False


def column_name(column: int) -> str:
    """The letters of a column, counted from 0: A to Z, AA and so on."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """What formulas call a cell, both counted from 0: (1, 2) is C2."""
    return f"{column_name(column)}{row + 1}"


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that a workbook takes: short enough, without forbidden signs, different whatever their case."""
    found: list[str] = []
    taken: set[str] = set()
    for name in wanted:
        base = made = _NOT_IN_NAMES.sub("_", name)[:MAX_NAME] or "_"
        number = 1
        while made.casefold() in taken:
            number += 1
            made = f"{base[: MAX_NAME - len(str(number)) - 1]}~{number}"
        found.append(made)
        taken.add(made.casefold())
    return found


def xlsx(sheets: Sequence[Sheet], created: int, names: Mapping[str, str] | None = None) -> bytes:
    """The workbook; `created`, seconds since 1970, is the only moment in it: same input, same bytes.

    Names of sheets are as `sheet_names` makes them. Rows that a sheet has no room for are left out. `names`
    are ranges that formulas call by a name, such as `'Votes'!$B$1`; with such, a program calculates anew when
    it opens the workbook.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, content in _frame(sheets, created, names or {}):
            archive.writestr(_entry(path), _HEAD + content)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as file:
                for part in _sheet(sheet):
                    file.write(part.encode())
    return out.getvalue()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path)  # dated 1980-01-01
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(sheets: Sequence[Sheet], created: int, names: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Path and content of every part but the sheets."""
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/{path}" ContentType="{kind}"/>'
        for path, kind in (
            ("xl/workbook.xml", f"{_TYPE}.sheet.main+xml"),
            ("xl/styles.xml", f"{_TYPE}.styles+xml"),
            ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
            *((f"xl/worksheets/sheet{number}.xml", f"{_TYPE}.worksheet+xml") for number in numbers),
        )
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>',
    )
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    yield (
        "_rels/.rels",
        _relations((f"{_OFFICE}/officeDocument", "xl/workbook.xml"), (core, "docProps/core.xml")),
    )
    when = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield (
        "docProps/core.xml",
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{when}</dcterms:created></cp:coreProperties>',
    )
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets>{_names(names)}</workbook>',
    )
    parts = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations(*parts, (f"{_OFFICE}/styles", "styles.xml"))
    yield "xl/styles.xml", _styles(any(sheet.wrapped for sheet in sheets))


def _names(names: Mapping[str, str]) -> str:
    if not names:
        return ""
    listed = "".join(
        f"<definedName name={quoteattr(name)}>{escape(cells)}</definedName>"
        for name, cells in sorted(names.items())
    )
    return f'<definedNames>{listed}</definedNames><calcPr fullCalcOnLoad="1"/>'


def _relations(*targets: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles(wrapped: bool) -> str:
    """Style 0 is plain, style 1 is bold; style 2, in several lines, is there for who uses it."""
    fonts = "".join(f'<font>{bold}<sz val="11"/><name val="Calibri"/></font>' for bold in ("", _BOLD))
    cells = "".join(f'<xf numFmtId="0" fontId="{n}" fillId="0" borderId="0" xfId="0"/>' for n in (0, 1))
    if wrapped:
        cells += f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0">{_WRAPPED}</xf>'
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2">{fonts}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border><left/><right/><top/><bottom/></border></borders>"
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{3 if wrapped else 2}">{cells}</cellXfs></styleSheet>'
    )


def _sheet(sheet: Sheet) -> Iterable[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{_pane(sheet)}'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>{_columns(sheet)}<sheetData>'
    )
    if sheet.header:
        yield f"<row>{''.join(_bold(name) for name in sheet.header)}</row>"
    rows = iter(islice(sheet.rows, MAX_ROWS - bool(sheet.header)))
    cell = _wrapped if sheet.wrapped else _cell
    while block := list(islice(rows, _BLOCK)):
        yield "".join(f"<row>{''.join(map(cell, row))}</row>" for row in block)
    yield "</sheetData></worksheet>"


def _pane(sheet: Sheet) -> str:
    if not sheet.header:
        return ""
    columns, side = (f'xSplit="{sheet.frozen}" ', "bottomRight") if sheet.frozen else ("", "bottomLeft")
    first = cell_name(1, sheet.frozen)
    return f'<pane {columns}ySplit="1" topLeftCell="{first}" activePane="{side}" state="frozen"/>'


def _columns(sheet: Sheet) -> str:
    listed = "".join(
        f'<col min="{column + 1}" max="{column + 1}" width="{width}" customWidth="1"/>'
        for column, width in sorted(sheet.widths.items())
    )
    return f"<cols>{listed}</cols>" if listed else ""


def _cell(value: Cell) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    return _bold(value.text) if isinstance(value, Bold) else _formula(value)


def _wrapped(value: Cell) -> str:
    return _cell(value).replace("<c", f'<c s="{_STYLE_WRAPPED}"', 1)


def _bold(text: str) -> str:
    return f'<c s="{_STYLE_BOLD}" t="inlineStr"><is><t>{_text(text)}</t></is></c>'


def _formula(formula: Formula) -> str:
    kind = f' t="array" ref="{formula.array_at}"' if formula.array_at else ""
    of_text = "" if isinstance(formula.value, int) else ' t="str"'
    return f"<c{of_text}><f{kind}>{escape(formula.text)}</f><v>{_text(str(formula.value))}</v></c>"


def _text(text: str) -> str:
    """Text as XML; what XML has no place for, and what would be read as such a thing, is written _xHHHH_."""
    if "_x" in text or not text.isprintable():
        text = _MEANT_LITERALLY.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(text)
