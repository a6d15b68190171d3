"""What a cell may say: counts, codes, names and coordinates, parsed strictly."""

import re
from typing import Literal

from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.records.codes import SheetFact
from escrutinio.core.records.text import check_code, check_text

Decimals = Literal["refuse", "zero"]

NONE, UNKNOWN = "none", "unknown"
"""What a mark can mean beside the facts: that there are none, and that nobody knows."""
FACTS = {fact.name.lower().replace("_", "-"): fact for fact in SheetFact if fact <= SheetFact.NOT_INSTALLED}
"""What is the matter with a sheet, as a mapping writes it; how it was typed is for who has its picture."""
WITHOUT_SHEET = frozenset({SheetFact.ANNULLED, SheetFact.NOT_INSTALLED})
"""Facts of stations whose figures, if there are any, are no votes."""

MAX_COUNT = 2**32 - 1
MAX_NAME_BYTES = 200

_SHOWN = 60
_DIGITS = re.compile(r"[0-9]{1,10}")
# Two zeros at most: in half of the world 1.000 is a thousand.
_ZERO_DECIMALS = re.compile(r"\.0{1,2}")
_DECIMALS = re.compile(r"[0-9]+\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}([.,'’ \u00a0\u202f][0-9]{3})+")
_SIGNED = re.compile(r"[+\-−–][0-9]+")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")


class CellError(InputError):
    """A cell, or the row it stands in, is refused: its column, its content, and why."""

    def __init__(self, column: str, value: str, code: str, /, **values: object) -> None:
        super().__init__(code, **values)
        self.column = column
        self.value = value


def short(value: str) -> str:
    """A cell as it stood, at most 60 characters, everything invisible escaped."""
    cut = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return cut if cut.isprintable() else repr(cut)[1:-1]


def shown(value: str) -> str:
    """Quote a cell for a message, shortened."""
    return f"'{short(value)}'" if value else ""


def whole(text: str, decimals: Decimals) -> str:
    """Return `text` without a fraction of one or two zeros where the mapping allows it (`134.0`)."""
    if decimals == "zero" and (point := text.find(".")) > 0 and _ZERO_DECIMALS.fullmatch(text, point):
        return text[:point]
    return text


def parse_count(column: str, text: str, decimals: Decimals, thousands: str = "") -> int:
    """Read a count: ASCII digits, 0 to 4,294,967,295, in groups of three if `thousands` parts them.

    Raises CellError for anything else.
    """
    digits = whole(text, decimals)
    if thousands and not digits.isdecimal():
        separator = r"[ \u00a0\u202f]" if thousands == " " else re.escape(thousands)
        if re.fullmatch(rf"[0-9]{{1,3}}(?:{separator}[0-9]{{3}})+", digits):
            digits = re.sub(separator, "", digits)
    if _DIGITS.fullmatch(digits) and (count := int(digits)) <= MAX_COUNT:
        return count
    raise CellError(column, text, _why_no_count(text))


def _why_no_count(text: str) -> str:
    if not text:
        return "cell-no-count"
    if _GROUPED.fullmatch(text):
        return "count-grouped"
    if _DECIMALS.fullmatch(text):
        if text.partition(".")[2].strip("0"):
            return "count-fraction"
        return "count-decimals"
    if _SIGNED.fullmatch(text):
        return "count-negative" if text[0] != "+" else "count-sign"
    if text.isdecimal():
        return "count-large" if text.isascii() else "count-digits"
    return "count-none"


def parse_code(column: str, text: str) -> str:
    """Read an identifier: 1 to 64 letters, digits, `.`, `-`, `_`, as in records. Raises CellError.

    A date is none: spreadsheets make dates of codes such as 1-2.
    """
    if not text:
        raise CellError(column, text, "cell-no-code")
    if _DATE.match(text):
        raise CellError(column, text, "cell-date")
    try:
        return check_code(text)
    except RecordError:
        raise CellError(column, text, "cell-code") from None


def parse_name(column: str, text: str) -> str:
    """Read a name for people: 1 to 200 UTF-8 bytes, no control or bidi characters. Raises CellError."""
    if not text:
        raise CellError(column, text, "cell-no-name")
    try:
        return check_text(text, MAX_NAME_BYTES)
    except RecordError as error:
        raise CellError(column, text, error.code, **error.values) from None


def parse_degrees(column: str, text: str, limit: int) -> str:
    """Read a longitude (limit 180) or latitude (limit 90) in decimal degrees. Raises CellError."""
    if not _DEGREES.fullmatch(text) or abs(float(text)) > limit:
        raise CellError(column, text, "cell-degrees", limit=limit)
    return text
