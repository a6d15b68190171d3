"""What each column of a table nobody has described may be: figures with their marks, codes, or words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from escrutinio.base.errors import RecordError
from escrutinio.core.records.text import check_code
from escrutinio.intake.mapping.slugs import LONGEST, slug

MOST_MARKS, FEW_ODD = 12, 20
"""Most different words that may stand in a column of figures; how many figures excuse one that is none."""

TOTALS = {
    "valid": r"valid|gultig",
    "null": r"(?<![a-z])nul|invalid|rejected|spoil|ungultig|niewazn",
    "blank": r"blanc|blank",
    "registered": r"regist|inscri|habilit|padron|elector|eligible|censo|lista.?nom|wahlberecht|uprawn|enrol",
    "voters": r"votantes|voters|turnout|asistencia|participa|sufragantes|wahler|votaron",
    "ballots": r"ballots|papeletas|boletas|emitid|escrutad|total|cast",
}
"""Words of the names of columns that state a total, in the order in which they are tried."""
OTHER_BALLOTS = r"impugn|recurr|contest|challeng|nocomput|no.computad|disput|objet|observad"
"""Ballots that are neither valid nor null nor blank."""
NO_TOTAL = r"(no|not|non).{0,3}regis|write.?in"
"""Names with the word of a total in them that are options."""
CENTER = r"centro|center|centre|local|recinto|colegio|puesto|polling.?place"
STATION = (
    r"mesa|station|casilla|junta|booth|seccion|section|urna|precinct|(?<![a-z])uik(?![a-z])|acta|^st$|^nr$|"
    r"table|stimmbezirk"
)
AREA = (
    r"parroq|parish|(?<![a-z])ward|barrio|munic|estado|state|depart|provin|distri|region|county|canton|entidad|"
    r"constituency|riding|gemeinde|gebiet|town|city|ciudad|pais|country|gehort|wojew|powiat|gmina|(?<![a-z])(edo|tik)(?![a-z])"
)
ID = (
    r"^(id|cod|code|codigo|clave|num|nro|no|nr|numero|ubigeo|year|census.?year|ano|fecha|date|hora|time|lat|lon)"
    r"(_|\b|$)|(_|\b)(id|cod|code|no|nr)$|^ext_"
)
_DIGITS = re.compile(r"[0-9]{1,20}")
_DECIMAL = re.compile(r"[0-9]{1,10}\.0{1,2}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’ \u00a0\u202f])[0-9]{3})+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by what its cells hold.

    `figures`: whether they are counts, but for `marks`, words that stand instead of some; `decimals`: written
    as 134.0; `thousands`: what parts them; `empty`: some say nothing. `digits`: all are digits, between
    `shortest` and `longest` long; `code`: each could be an identifier; `distinct` different ones.
    """

    name: str
    figures: bool
    marks: tuple[str, ...]
    decimals: bool
    thousands: str
    empty: bool
    digits: bool
    code: bool
    zeros: bool
    shortest: int
    longest: int
    distinct: int

    def named(self, pattern: str) -> bool:
        """Whether the column's name has a word of the pattern in it."""
        return re.search(pattern, plain(self.name)) is not None


def column_of(name: str, values: Sequence[str]) -> Column:
    """What the cells of a column have in common."""
    known = set(values) - {""}
    whole = {text for text in known if _DIGITS.fullmatch(text)}
    decimal = {text for text in known if _DECIMAL.fullmatch(text)}
    grouped = {found[1] for text in known - whole - decimal if (found := _GROUPED.fullmatch(text))}
    thousands = grouped.pop() if len(grouped) == 1 else ""
    parted = {text for text in known if thousands and _GROUPED.fullmatch(text)}
    counts = whole | decimal | parted
    marks = tuple(sorted(known - counts))
    # Of many figures one may be written wrongly; it is then a bad cell, and no mark.
    odd = {mark for mark in marks if re.search(r"[0-9]", mark)}
    marks = tuple(mark for mark in marks if mark not in odd)
    figures = len(marks) <= MOST_MARKS and len(counts) >= max(len(marks), FEW_ODD * len(odd), 1)
    lengths = [len(value) for value in known] or [0]
    return Column(
        name=name,
        figures=figures,
        marks=marks if figures else (),
        decimals=figures and bool(decimal),
        thousands=thousands if figures and thousands in ",.'’ " else "",
        empty="" in values,
        digits=bool(known) and len(whole) == len(known),
        code=bool(known) and all(map(_is_code, known)),
        zeros=any(text.startswith("0") and len(text) > 1 for text in whole),
        shortest=min(lengths),
        longest=max(lengths),
        distinct=len(known),
    )


def _is_code(text: str) -> bool:
    try:
        check_code(text)
    except RecordError:
        return False
    return True


def plain(name: str) -> str:
    """A column name in small letters without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def written(column: Column) -> str:
    """The part of a template that reads a column's content as an identifier: digits whose number varies had
    zeros on the left, and words become a code."""
    if column.digits and column.shortest != column.longest:
        return f"{{{column.name}:0{column.longest}}}"
    return f"{{{column.name}}}" if column.code else f"{{{column.name}|code}}"


def as_code(column: Column, text: str) -> str:
    """What `written` makes of a cell."""
    if column.digits and column.shortest != column.longest:
        return text.zfill(column.longest)
    return text if column.code else slug(text)


def fits_in_code(columns: Sequence[Column]) -> bool:
    """Whether identifiers joined of these columns are short enough."""
    return sum(min(each.longest, 24) + 1 for each in columns) - 1 <= LONGEST and all(
        "{" not in each.name and "}" not in each.name and "|" not in each.name for each in columns
    )
