"""The draw of an audit as a workbook that makes it again with formulas: weights, running sum, boxes drawn.

A spreadsheet has no SHA-256. So the hash of each draw stands in it as 64 hexadecimal digits beside the exact
text that was hashed, which any other program hashes again (`printf %s 'SEED,1' | sha256sum`). Everything
behind the hash is formulas: the weight of each box from its votes, the running sum, and k = ⌊hash · W /
2^256⌋ by long multiplication, two hexadecimal digits a column from the last to the first, carry = ⌊(digits ·
W + carry)/256⌋. Because W is below 10^11, no step has more than fourteen significant digits, so that
spreadsheets, which count with fifteen, are exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.xlsx import Bold, Cell, Formula, Sheet, cell_name, column_name, xlsx
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, Weights, draw_weights, error_bounds
from escrutinio.evidence.audit.draw import check_seed, numbered_hash, weighted_draws, weighted_number

MAX_BOXES = 1_000_000
"""Most boxes of one workbook; a sheet has 1,048,576 rows."""

MAX_DRAWS = 10_000
"""Most draws of one workbook."""

_EXACT = 10**15
_BYTES = 32
_CREATED = 946_684_800  # 2000-01-01: the same content is the same file


@dataclass(frozen=True, eq=False)
class AuditSheet:
    """What a workbook shows: boxes, the assertions of their outcome, candidates' codes in the order of the
    votes, the seed, how many draws from the first, and the codes of the classes of other ballots."""

    boxes: Boxes
    assertions: Sequence[Assertion]
    candidates: Sequence[str]
    seed: str
    draws: int
    classes: Sequence[str] = ()


def audit_workbook(sheet: AuditSheet, language: str) -> bytes:
    """Write the workbook (XLSX) in a language; the same content always gives the same bytes.

    Raises EvidenceError for a seed of the wrong form and an outcome without a margin, PublicationError for
    more boxes or draws than a workbook takes.
    """
    check_seed(sheet.seed)
    if len(sheet.boxes) > MAX_BOXES or not 0 <= sheet.draws <= MAX_DRAWS:
        raise PublicationError(
            "workbook-boxes", size=len(sheet.boxes), draws=sheet.draws, limit=MAX_BOXES, most=MAX_DRAWS
        )
    weights = draw_weights(error_bounds(sheet.boxes, sheet.assertions))
    return _Workbook(sheet, weights, language).content()


class _Workbook:
    """The four sheets of one workbook."""

    def __init__(self, sheet: AuditSheet, weights: Weights, language: str) -> None:
        self._sheet = sheet
        self._weights = weights
        self._language = language
        self._last = len(sheet.boxes) + 1  # rows count from 1, the first is the header
        # Classes of other ballots and valid ballots stand there where a comparison asks for them.
        names = (*sheet.candidates, *sheet.classes, self._worded("valid"))
        asked = (at for at in range(len(names)) if at < len(sheet.candidates) or self._asks(at))
        self._figures = tuple(asked)
        self._heads = tuple(names[at] for at in self._figures)
        self._votes = len(self._figures)

    def _asks(self, figure: int) -> bool:
        return any(assertion.row[figure] for assertion in self._sheet.assertions)

    def _worded(self, key: str, **values: object) -> str:
        return say_in(self._language, _WORDS[key], **values)

    def _name(self, page: str) -> str:
        return f"'{self._worded(page)}'"

    def content(self) -> bytes:
        """The whole file."""
        return xlsx([self._read(), self._outcome(), self._boxes(), self._draws()], _CREATED, self._names())

    def _read(self) -> Sheet:
        said = [self._worded(f"read-{number}", seed=self._sheet.seed) for number in range(1, 6)]
        return Sheet(self._worded("read"), (), [(text,) for text in said], {0: 100}, wrapped=True)

    def _outcome(self) -> Sheet:
        """Scale and W; votes and coefficients of each comparison, the worst of a voucher, the margins.

        They have names (`_names`), which the formulas of the other sheets use.
        """
        assertions, sums = self._sheet.assertions, self._sheet.boxes.sums
        weight = self._column(self._votes + 2)
        rows: list[Sequence[Cell]] = [
            (self._worded("scale"), self._weights.scale),
            (self._worded("sum"), Formula(f"SUM({weight})", self._weights.total)),
            (),
            [
                Bold(t)
                for t in (self._worded("candidate"), self._worded("votes"), *map(self._title, assertions))
            ],
        ]
        for row, (head, at) in enumerate(zip(self._heads, self._figures, strict=True)):
            whole = Formula(f"SUM({self._column(row + 1)})", sums[at])
            rows.append((head, whole, *(assertion.row[at] for assertion in assertions)))
        rows.append((self._worded("worst"), None, *(assertion.worst for assertion in assertions)))
        margins = [
            Formula(
                f"SUMPRODUCT($B$5:$B${4 + self._votes},{column}5:{column}{4 + self._votes})"
                + (f"{one.constant:+d}" if one.constant else ""),
                one.margin(sums),
            )
            for column, one in ((column_name(2 + n), each) for n, each in enumerate(assertions))
        ]
        rows.append((self._worded("margin"), None, *margins))
        return Sheet(self._worded("outcome"), (), rows, {0: 24, 1: 24})

    def _column(self, column: int) -> str:
        """The range of a column of the sheet of boxes."""
        letters = column_name(column)
        return f"{self._name('boxes')}!{letters}2:{letters}{self._last}"

    def _names(self) -> dict[str, str]:
        page, rows = self._name("outcome"), self._votes
        last = column_name(1 + len(self._sheet.assertions))
        return {
            "Scale": f"{page}!$B$1",
            "WeightSum": f"{page}!$B$2",
            "Coefficients": f"{page}!$C$5:${last}${4 + rows}",
            "Worst": f"{page}!$C${5 + rows}:${last}${5 + rows}",
            "Margins": f"{page}!$C${6 + rows}:${last}${6 + rows}",
        }

    def _title(self, assertion: Assertion) -> str:
        if assertion.winner is None:
            return self._worded("all")
        against = (
            self._worded("share") if assertion.loser is None else self._sheet.candidates[assertion.loser]
        )
        return f"{self._sheet.candidates[assertion.winner]} / {against}"

    def _boxes(self) -> Sheet:
        """Votes, bound, weight and where the box's part of the running sum begins."""
        titles = [
            self._worded("box"),
            *self._heads,
            *map(self._worded, ("bound", "weight", "begins")),
        ]
        widths = {0: 16, self._votes + 2: 14, self._votes + 3: 14}
        return Sheet(self._worded("boxes"), titles, self._box_rows(), widths, frozen=1)

    def _box_rows(self) -> Iterator[list[Cell]]:
        boxes = self._sheet.boxes
        bound, weight, begins = self._votes + 1, self._votes + 2, self._votes + 3
        plain = not self._divides_exactly()
        last, most_column = column_name(self._votes), column_name(bound)
        weights = self._weights.values
        starts = accumulate(weights[:-1], initial=0)
        rows = zip(
            boxes.names,
            boxes.figures[:, self._figures].tolist(),
            boxes.bound.tolist(),
            weights,
            starts,
            strict=True,
        )
        for row, (name, votes, most, value, start) in enumerate(rows, start=1):
            at = row + 1
            reach = f"MMULT(B{at}:{last}{at},Coefficients)+Worst*{most_column}{at}"
            formula = f"MAX(ROUNDUP(({reach})*Scale/Margins,0))"
            weighs = value if plain else Formula(formula, value, array_at=cell_name(row, weight))
            above = f"{cell_name(row - 1, begins)}+{cell_name(row - 1, weight)}"
            yield [name, *votes, most, weighs, Formula(above, start) if row > 1 else 0]

    def _divides_exactly(self) -> bool:
        """Whether a spreadsheet can divide the numbers of the weights exactly."""
        boxes = self._sheet.boxes
        largest = max(
            abs(c) for assertion in self._sheet.assertions for c in (*assertion.row, assertion.worst)
        )
        return 2 * largest * int(boxes.bound.max()) * self._weights.scale < _EXACT

    def _draws(self) -> Sheet:
        """Number, text that is hashed, hash, 32 carries, k, and the box whose part of the running sum has
        it."""
        carries = [f"{self._worded('carry')} {number}" for number in range(1, _BYTES + 1)]
        titles = [*map(self._worded, ("draw", "text", "hash")), *carries, "k", self._worded("box")]
        return Sheet(self._worded("draws"), titles, self._draw_rows(), {1: 28, 2: 68}, frozen=1)

    def _draw_rows(self) -> Iterator[list[Cell]]:
        seed, total, boxes = self._sheet.seed, self._weights.total, self._name("boxes")
        begins = column_name(self._votes + 3)
        places = weighted_draws(seed, self._weights.values, self._sheet.draws)
        for row, place in enumerate(places, start=1):
            digest = numbered_hash(seed, row)
            cells: list[Cell] = [row, f"{seed},{row}", f"{digest:064x}"]
            carry = 0
            for step in range(_BYTES):
                digits = f"HEX2DEC(MID({cell_name(row, 2)},{2 * (_BYTES - step) - 1},2))"
                before = cell_name(row, 2 + step) if step else "0"
                carry = ((digest >> 8 * step) % 256 * total + carry) // 256
                cells.append(Formula(f"INT(({digits}*WeightSum+{before})/256)", carry))
            last, mine = cell_name(row, 2 + _BYTES), cell_name(row, 3 + _BYTES)
            cells.append(Formula(last, weighted_number(seed, total, row)))
            found = f"MATCH({mine},{boxes}!${begins}$2:${begins}${self._last},1)"
            formula = f"INDEX({boxes}!$A$2:$A${self._last},{found})"
            yield [*cells, Formula(formula, self._sheet.boxes.names[place])]


_WORDS = {
    "read": N_("Read me"),
    "outcome": N_("Outcome"),
    "boxes": N_("Boxes"),
    "draws": N_("Draws"),
    "scale": N_("Scale"),
    "sum": N_("Sum of weights W"),
    "candidate": N_("Candidate"),
    "votes": N_("Votes"),
    "worst": N_("Worst of one voucher"),
    "margin": N_("Margin"),
    "share": N_("share of the votes"),
    "valid": N_("Valid ballots"),
    "all": N_("all ballots"),
    "box": N_("Box"),
    "bound": N_("Vouchers at most"),
    "weight": N_("Weight"),
    "begins": N_("Begins at"),
    "draw": N_("Draw"),
    "text": N_("Text"),
    "hash": N_("SHA-256 of the text"),
    "carry": N_("Carry"),
    "read-1": N_(
        "This workbook makes the draw of an audit again. The seed is {seed}, thrown in public with "
        "dice after the sheets were committed to."
    ),
    "read-2": N_(
        "Weights: a box can make the outcome look better by its votes for the winner less those for "
        "the loser plus all its vouchers; that, over the margin and times the scale, rounded up, is its "
        "weight, the greatest over all comparisons."
    ),
    "read-3": N_(
        "Hashes: a spreadsheet cannot compute SHA-256, so the hashes are values. Check any of them "
        "elsewhere: the text in column B, in UTF-8 and without a line end, has the hash in column C."
    ),
    "read-4": N_(
        "Draw: k is the hash times W over 2^256, rounded down, by long multiplication from the last "
        "two digits of the hash to the first. The box drawn is the last one that begins at k or before it. "
        "A box can come twice."
    ),
    "read-5": N_(
        "Not shown here: whether the sheets are those committed to, and whether the seed came after; "
        "the log shows both."
    ),
}
