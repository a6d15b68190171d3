"""The draw of an audit as a workbook that makes it again with formulas: weights, running sum, boxes drawn.

A spreadsheet has no SHA-256. So the hash of each draw stands in it as 64 hexadecimal digits beside the exact
text that was hashed, which any other program hashes again (`printf %s 'SEED,1' | sha256sum`). Everything
behind the hash is formulas: the weight of each box from its votes, the running sum, and k = ⌊hash · W /
2^256⌋ by long multiplication, two hexadecimal digits a column from the last to the first, carry = ⌊(digits ·
W + carry)/256⌋. Because W is below 10^11, no step has more than fourteen significant digits, so that
spreadsheets, which count with fifteen, are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import accumulate

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.wording import in_language
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, Weights, draw_weights, error_bounds
from escrutinio.evidence.audit.draw import check_seed, numbered_hash, weighted_draws, weighted_number

MAX_BOXES = 1_000_000
"""Most boxes of one workbook; a sheet has 1,048,576 rows."""

MAX_DRAWS = 10_000
"""Most draws of one workbook."""

_EXACT = 10**15
_BYTES = 32
_CREATED = datetime(2000, 1, 1)  # the same content is the same file


@dataclass(frozen=True, eq=False)
class AuditSheet:
    """What a workbook shows: boxes, the assertions of their outcome, candidates' codes in the order of the
    votes, the seed, and how many draws from the first."""

    boxes: Boxes
    assertions: Sequence[Assertion]
    candidates: Sequence[str]
    seed: str
    draws: int


def audit_workbook(sheet: AuditSheet, language: str) -> bytes:
    """Write the workbook (XLSX) in "en" or "es"; the same content always gives the same bytes.

    Raises EvidenceError for a seed of the wrong form and an outcome without a margin, PublicationError for
    more boxes or draws than a workbook takes.
    """
    check_seed(sheet.seed)
    if len(sheet.boxes) > MAX_BOXES or not 0 <= sheet.draws <= MAX_DRAWS:
        raise PublicationError(
            f"a workbook takes {MAX_BOXES:,} boxes and {MAX_DRAWS:,} draws, "
            f"not {len(sheet.boxes):,} and {sheet.draws:,}"
        )
    weights = draw_weights(error_bounds(sheet.boxes, sheet.assertions))
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    _Writer(book, sheet, weights, language).write()
    book.close()
    return out.getvalue()


class _Writer:
    """Writes the four sheets of one workbook."""

    def __init__(self, book: Workbook, sheet: AuditSheet, weights: Weights, language: str) -> None:
        self._book = book
        self._sheet = sheet
        self._weights = weights
        self._language = language
        self._bold = book.add_format({"bold": True})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        pages = "read", "outcome", "boxes", "draws"
        self._pages = {name: book.add_worksheet(self._say(name)) for name in pages}
        self._last = len(sheet.boxes) + 1  # rows count from 1, the first is the header
        self._votes = len(sheet.candidates)

    def _say(self, key: str, **values: object) -> str:
        return in_language(_WORDS[key], self._language, **values)

    def _name(self, page: str) -> str:
        return f"'{self._say(page)}'"

    def _head(self, page: Worksheet, titles: Sequence[str]) -> None:
        page.write_row(0, 0, titles, self._bold)
        page.freeze_panes(1, 1)

    def write(self) -> None:
        """Write all four."""
        self._write_read()
        self._write_outcome()
        self._write_boxes()
        self._write_draws()

    def _write_read(self) -> None:
        page = self._pages["read"]
        page.set_column(0, 0, 100, self._wrap)
        said = [self._say(f"read-{number}", seed=self._sheet.seed) for number in range(1, 6)]
        page.write_column(0, 0, said)

    def _write_outcome(self) -> None:
        """Scale and W; votes and coefficients of each comparison, the worst of a voucher, the margins.

        They get names, which the formulas of the other sheets use.
        """
        page, boxes, rows = self._pages["outcome"], self._name("boxes"), self._votes
        page.set_column(0, 1, 24)
        page.write_row(0, 0, [self._say("scale"), self._weights.scale])
        page.write_string(1, 0, self._say("sum"))
        weight = xl_col_to_name(rows + 2)
        page.write_formula(1, 1, f"=SUM({boxes}!{weight}2:{weight}{self._last})", None, self._weights.total)
        titles = [self._say("candidate"), self._say("votes"), *map(self._title, self._sheet.assertions)]
        page.write_row(3, 0, titles, self._bold)
        for row, (code, votes) in enumerate(
            zip(self._sheet.candidates, self._sheet.boxes.totals, strict=True)
        ):
            page.write_string(4 + row, 0, code)
            column = xl_col_to_name(row + 1)
            page.write_formula(4 + row, 1, f"=SUM({boxes}!{column}2:{column}{self._last})", None, votes)
            page.write_row(4 + row, 2, [assertion.coefficients[row] for assertion in self._sheet.assertions])
        page.write_string(4 + rows, 0, self._say("worst"))
        page.write_row(4 + rows, 2, [assertion.worst for assertion in self._sheet.assertions])
        page.write_string(5 + rows, 0, self._say("margin"))
        for place, assertion in enumerate(self._sheet.assertions):
            column = xl_col_to_name(2 + place)
            formula = f"=SUMPRODUCT($B$5:$B${4 + rows},{column}5:{column}{4 + rows})"
            page.write_formula(5 + rows, 2 + place, formula, None, assertion.margin(self._sheet.boxes.totals))
        self._name_ranges(xl_col_to_name(1 + len(self._sheet.assertions)))

    def _name_ranges(self, last: str) -> None:
        page, rows = self._name("outcome"), self._votes
        for name, cells in (
            ("Scale", "$B$1"),
            ("WeightSum", "$B$2"),
            ("Coefficients", f"$C$5:${last}${4 + rows}"),
            ("Worst", f"$C${5 + rows}:${last}${5 + rows}"),
            ("Margins", f"$C${6 + rows}:${last}${6 + rows}"),
        ):
            self._book.define_name(name, f"={page}!{cells}")

    def _title(self, assertion: Assertion) -> str:
        against = self._say("share") if assertion.loser is None else self._sheet.candidates[assertion.loser]
        return f"{self._sheet.candidates[assertion.winner]} / {against}"

    def _write_boxes(self) -> None:
        """Votes, bound, weight and where the box's part of the running sum begins."""
        page, boxes = self._pages["boxes"], self._sheet.boxes
        titles = [self._say("box"), *self._sheet.candidates, *map(self._say, ("bound", "weight", "begins"))]
        self._head(page, titles)
        bound, weight, begins = self._votes + 1, self._votes + 2, self._votes + 3
        page.set_column(0, 0, 16)
        page.set_column(weight, begins, 14)
        plain = not self._divides_exactly()
        last = xl_col_to_name(self._votes)
        most_column = xl_col_to_name(bound)
        starts = [0, *accumulate(self._weights.values)]
        rows = zip(boxes.names, boxes.votes.tolist(), boxes.bound.tolist(), strict=True)
        for row, (name, votes, most) in enumerate(rows, start=1):
            page.write_string(row, 0, name)
            page.write_row(row, 1, [*votes, most])
            value, start = self._weights.values[row - 1], starts[row - 1]
            if plain:
                page.write_number(row, weight, value)
            else:
                at = row + 1
                reach = f"MMULT(B{at}:{last}{at},Coefficients)+Worst*{most_column}{at}"
                formula = f"{{=MAX(ROUNDUP(({reach})*Scale/Margins,0))}}"
                page.write_array_formula(row, weight, row, weight, formula, None, value)
            if row == 1:
                page.write_number(row, begins, 0)
            else:
                above = xl_rowcol_to_cell(row - 1, begins), xl_rowcol_to_cell(row - 1, weight)
                page.write_formula(row, begins, "={}+{}".format(*above), None, start)

    def _divides_exactly(self) -> bool:
        """Whether a spreadsheet can divide the numbers of the weights exactly."""
        boxes = self._sheet.boxes
        largest = max(abs(c) for assertion in self._sheet.assertions for c in assertion.coefficients)
        return 2 * largest * int(boxes.bound.max()) * self._weights.scale < _EXACT

    def _write_draws(self) -> None:
        """Number, text that is hashed, hash, 32 carries, k, and the box whose part of the running sum has
        it."""
        page, seed, total = self._pages["draws"], self._sheet.seed, self._weights.total
        carries = [f"{self._say('carry')} {number}" for number in range(1, _BYTES + 1)]
        self._head(page, [*map(self._say, ("draw", "text", "hash")), *carries, "k", self._say("box")])
        page.set_column(1, 1, 28)
        page.set_column(2, 2, 68)
        begins = xl_col_to_name(self._votes + 3)
        boxes = self._name("boxes")
        places = weighted_draws(seed, self._weights.values, self._sheet.draws)
        for row, place in enumerate(places, start=1):
            digest = numbered_hash(seed, row)
            page.write_number(row, 0, row)
            page.write_string(row, 1, f"{seed},{row}")
            page.write_string(row, 2, f"{digest:064x}")
            carry = 0
            for step in range(_BYTES):
                digits = f"HEX2DEC(MID({xl_rowcol_to_cell(row, 2)},{2 * (_BYTES - step) - 1},2))"
                before = xl_rowcol_to_cell(row, 2 + step) if step else "0"
                formula = f"=INT(({digits}*WeightSum+{before})/256)"
                carry = ((digest >> 8 * step) % 256 * total + carry) // 256
                page.write_formula(row, 3 + step, formula, None, carry)
            k = weighted_number(seed, total, row)
            last, mine = xl_rowcol_to_cell(row, 2 + _BYTES), xl_rowcol_to_cell(row, 3 + _BYTES)
            page.write_formula(row, 3 + _BYTES, f"={last}", None, k)
            found = f"MATCH({mine},{boxes}!${begins}$2:${begins}${self._last},1)"
            formula = f"=INDEX({boxes}!$A$2:$A${self._last},{found})"
            page.write_formula(row, 4 + _BYTES, formula, None, self._sheet.boxes.names[place])


_WORDS = {
    "read": {"en": "Read me", "es": "Léame"},
    "outcome": {"en": "Outcome", "es": "Resultado"},
    "boxes": {"en": "Boxes", "es": "Cajas"},
    "draws": {"en": "Draws", "es": "Sorteo"},
    "scale": {"en": "Scale", "es": "Escala"},
    "sum": {"en": "Sum of weights W", "es": "Suma de pesos W"},
    "candidate": {"en": "Candidate", "es": "Candidato"},
    "votes": {"en": "Votes", "es": "Votos"},
    "worst": {"en": "Worst of one voucher", "es": "Lo peor de un comprobante"},
    "margin": {"en": "Margin", "es": "Margen"},
    "share": {"en": "share of valid votes", "es": "parte de los votos válidos"},
    "box": {"en": "Box", "es": "Caja"},
    "bound": {"en": "Vouchers at most", "es": "Comprobantes como máximo"},
    "weight": {"en": "Weight", "es": "Peso"},
    "begins": {"en": "Begins at", "es": "Comienza en"},
    "draw": {"en": "Draw", "es": "Extracción"},
    "text": {"en": "Text", "es": "Texto"},
    "hash": {"en": "SHA-256 of the text", "es": "SHA-256 del texto"},
    "carry": {"en": "Carry", "es": "Acarreo"},
    "read-1": {
        "en": "This workbook makes the draw of an audit again. The seed is {seed}, thrown in public with "
        "dice after the sheets were committed to.",
        "es": "Este libro repite el sorteo de una auditoría. La semilla es {seed}, obtenida en público con "
        "dados después del compromiso con las actas.",
    },
    "read-2": {
        "en": "Weights: a box can make the outcome look better by its votes for the winner less those for "
        "the loser plus all its vouchers; that, over the margin and times the scale, rounded up, is its "
        "weight, the greatest over all comparisons.",
        "es": "Pesos: una caja puede mejorar el resultado en sus votos por el ganador menos los del "
        "perdedor más todos sus comprobantes; eso, entre el margen y por la escala, redondeado hacia "
        "arriba, es su peso: el mayor de todas las comparaciones.",
    },
    "read-3": {
        "en": "Hashes: a spreadsheet cannot compute SHA-256, so the hashes are values. Check any of them "
        "elsewhere: the text in column B, in UTF-8 and without a line end, has the hash in column C.",
        "es": "Resúmenes: una hoja de cálculo no calcula SHA-256, así que los resúmenes son valores. "
        "Compruebe cualquiera en otro programa: el texto de la columna B, en UTF-8 y sin fin de línea, "
        "tiene el de la columna C.",
    },
    "read-4": {
        "en": "Draw: k is the hash times W over 2^256, rounded down, by long multiplication from the last "
        "two digits of the hash to the first. The box drawn is the last one that begins at k or before it. "
        "A box can come twice.",
        "es": "Sorteo: k es el resumen por W entre 2^256, redondeado hacia abajo, por multiplicación larga "
        "desde las dos últimas cifras hasta las primeras. Sale la última caja que comienza en k o antes. "
        "Una caja puede repetirse.",
    },
    "read-5": {
        "en": "Not shown here: whether the sheets are those committed to, and whether the seed came after; "
        "the log shows both.",
        "es": "Aquí no se ve si las actas son las del compromiso ni si la semilla vino después; el "
        "registro muestra ambas cosas.",
    },
}
