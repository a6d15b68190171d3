"""The draw of an audit as a workbook that makes it again with formulas: weights, running sum, boxes drawn.

A spreadsheet has no SHA-256. So the hash of each draw stands in it as 64 hexadecimal digits beside the exact
text that was hashed, which any other program hashes again (`printf %s 'SEED,1' | sha256sum`). Everything
behind the hash is formulas: the weight of each box from its votes, the running sum, and k = ⌊hash · W /
2^256⌋ by long multiplication, two hexadecimal digits a column from the last to the first, carry = ⌊(digits ·
W + carry)/256⌋. Because W is below 10^11, no step has more than fourteen significant digits, so that
spreadsheets, which count with fifteen, are exact. Where one sample serves several contests, each has pages of
its own, and a box the greatest of its weights.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.xlsx import Bold, Cell, Formula, Sheet, cell_name, column_name, xlsx
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Bounds, Boxes, error_bounds, weights_at
from escrutinio.evidence.audit.draw import check_seed, numbered_hash, weighted_draws, weighted_number
from escrutinio.evidence.audit.pool import Pool, pooled

MAX_BOXES = 1_000_000
"""Most boxes of one workbook; a sheet has 1,048,576 rows."""

MAX_DRAWS = 10_000
"""Most draws of one workbook."""

_EXACT = 10**15
_BYTES = 32
_CREATED = 946_684_800  # 2000-01-01: the same content is the same file


@dataclass(frozen=True, eq=False)
class SheetContest:
    """One contest of a workbook: its name, its boxes, the assertions of their outcome, candidates' codes in
    the order of the votes, and the codes of the classes of other ballots."""

    name: str
    boxes: Boxes
    assertions: Sequence[Assertion]
    candidates: Sequence[str]
    classes: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class AuditSheet:
    """What a workbook shows: the contests that are audited with one sample, the seed, and how many draws from
    the first."""

    contests: Sequence[SheetContest]
    seed: str
    draws: int


def audit_workbook(sheet: AuditSheet, language: str) -> bytes:
    """Write the workbook (XLSX) in a language; the same content always gives the same bytes.

    Raises EvidenceError for a seed of the wrong form and an outcome without a margin, PublicationError for
    more boxes or draws than a workbook takes.
    """
    check_seed(sheet.seed)
    bounds = [error_bounds(each.boxes, each.assertions) for each in sheet.contests]
    pool = pooled([(each.boxes, mine) for each, mine in zip(sheet.contests, bounds, strict=True)])
    if len(pool.names) > MAX_BOXES or not 0 <= sheet.draws <= MAX_DRAWS:
        raise PublicationError(
            "workbook-boxes", size=len(pool.names), draws=sheet.draws, limit=MAX_BOXES, most=MAX_DRAWS
        )
    return _Workbook(sheet, pool, bounds, language).content()


def _worded(language: str, key: str, **values: object) -> str:
    return say_in(language, _WORDS[key], **values)


def _column(page: str, column: int, boxes: int) -> str:
    """The range of a column of a page of boxes, whose first row is the header; rows count from 1."""
    letters = column_name(column)
    return f"'{page}'!${letters}$2:${letters}${boxes + 1}"


class _Pages:
    """The outcome and the boxes of one contest; `number` is empty where there is one."""

    def __init__(self, contest: SheetContest, bounds: Bounds, pool: Pool, number: str, language: str) -> None:
        self._contest, self._pool, self._language = contest, pool, language
        self._number = number
        self.weights = weights_at(bounds, pool.weights.scale)
        # Classes of other ballots and valid ballots stand there where a comparison asks for them.
        names = (*contest.candidates, *contest.classes, self._worded("valid"))
        asked = (at for at in range(len(names)) if at < len(contest.candidates) or self._asks(at))
        self._figures = tuple(asked)
        self._heads = tuple(names[at] for at in self._figures)
        self._votes = len(self._figures)

    def _asks(self, figure: int) -> bool:
        return any(assertion.row[figure] for assertion in self._contest.assertions)

    def _worded(self, key: str) -> str:
        return _worded(self._language, key)

    def page(self, key: str) -> str:
        """The name of one of its pages."""
        return f"{self._worded(key)} {self._number}".strip()

    def _called(self, name: str) -> str:
        """The name of a range of its outcome."""
        return f"{name}_{self._number}" if self._number else name

    @property
    def weight_column(self) -> int:
        """The column of its page of boxes in which the weights stand; what begins where, in the next."""
        return self._votes + 2

    def outcome(self, weights: str) -> Sheet:
        """Scale and W, the sum of the range `weights`; votes and coefficients of each comparison, the worst
        of a voucher, the margins.

        They have names (`names`), which the formulas of the other pages use.
        """
        assertions, boxes = self._contest.assertions, self._contest.boxes
        drawn = self._pool.weights
        first = self._number in ("", "1")
        rows: list[Sequence[Cell]] = [
            (self._worded("scale"), drawn.scale if first else Formula("Scale", drawn.scale)),
            (self._worded("sum"), Formula(f"SUM({weights})" if first else "WeightSum", drawn.total)),
            (self._contest.name,) if self._number else (),
            [
                Bold(t)
                for t in (self._worded("candidate"), self._worded("votes"), *map(self._title, assertions))
            ],
        ]
        for row, (head, at) in enumerate(zip(self._heads, self._figures, strict=True)):
            column = _column(self.page("boxes"), row + 1, len(boxes))
            rows.append((head, Formula(f"SUM({column})", boxes.sums[at]), *(a.row[at] for a in assertions)))
        rows.append((self._worded("worst"), None, *(assertion.worst for assertion in assertions)))
        margins = [
            Formula(
                f"SUMPRODUCT($B$5:$B${4 + self._votes},{column}5:{column}{4 + self._votes})"
                + (f"{one.constant:+d}" if one.constant else ""),
                one.margin(boxes.sums),
            )
            for column, one in ((column_name(2 + n), each) for n, each in enumerate(assertions))
        ]
        rows.append((self._worded("margin"), None, *margins))
        return Sheet(self.page("outcome"), (), rows, {0: 24, 1: 24})

    def names(self) -> dict[str, str]:
        """The ranges of its outcome that formulas name."""
        page, rows = f"'{self.page('outcome')}'", self._votes
        last = column_name(1 + len(self._contest.assertions))
        found = {
            self._called("Coefficients"): f"{page}!$C$5:${last}${4 + rows}",
            self._called("Worst"): f"{page}!$C${5 + rows}:${last}${5 + rows}",
            self._called("Margins"): f"{page}!$C${6 + rows}:${last}${6 + rows}",
        }
        if self._number in ("", "1"):
            found |= {"Scale": f"{page}!$B$1", "WeightSum": f"{page}!$B$2"}
        return found

    def _title(self, assertion: Assertion) -> str:
        if assertion.winner is None:
            return self._worded("all")
        against = (
            self._worded("share") if assertion.loser is None else self._contest.candidates[assertion.loser]
        )
        return f"{self._contest.candidates[assertion.winner]} / {against}"

    def boxes(self) -> Sheet:
        """Votes, bound and weight, and where it is the only contest where the box's part of the running sum
        begins."""
        alone = ("begins",) if not self._number else ()
        titles = [
            self._worded("box"),
            *self._heads,
            *map(self._worded, ("bound", "weight", *alone)),
        ]
        widths = {0: 16, self._votes + 2: 14, self._votes + 3: 14}
        return Sheet(self.page("boxes"), titles, self._box_rows(), widths, frozen=1)

    def _box_rows(self) -> Iterator[list[Cell]]:
        boxes = self._contest.boxes
        bound, weight = self._votes + 1, self.weight_column
        plain = not self._divides_exactly()
        last, most_column = column_name(self._votes), column_name(bound)
        coefficients, worst, margins = map(self._called, ("Coefficients", "Worst", "Margins"))
        starts = accumulate(self.weights[:-1], initial=0)
        rows = zip(
            boxes.names,
            boxes.figures[:, self._figures].tolist(),
            boxes.bound.tolist(),
            self.weights,
            starts,
            strict=True,
        )
        for row, (name, votes, most, value, start) in enumerate(rows, start=1):
            at = row + 1
            reach = f"MMULT(B{at}:{last}{at},{coefficients})+{worst}*{most_column}{at}"
            formula = f"MAX(ROUNDUP(({reach})*Scale/{margins},0))"
            weighs = value if plain else Formula(formula, value, array_at=cell_name(row, weight))
            begins = [] if self._number else [_begins(row, weight, start)]
            yield [name, *votes, most, weighs, *begins]

    def _divides_exactly(self) -> bool:
        """Whether a spreadsheet can divide the numbers of the weights exactly."""
        boxes = self._contest.boxes
        largest = max(
            abs(c) for assertion in self._contest.assertions for c in (*assertion.row, assertion.worst)
        )
        return 2 * largest * int(boxes.bound.max()) * self._pool.weights.scale < _EXACT


def _begins(row: int, weight: int, start: int) -> Cell:
    """Where the part of a box in the running sum begins, beside its weight."""
    above = f"{cell_name(row - 1, weight + 1)}+{cell_name(row - 1, weight)}"
    return Formula(above, start) if row > 1 else 0


class _Workbook:
    """The pages of one workbook."""

    def __init__(self, sheet: AuditSheet, pool: Pool, bounds: Sequence[Bounds], language: str) -> None:
        self._sheet, self._pool, self._language = sheet, pool, language
        self._several = len(sheet.contests) > 1
        self._parts = [
            _Pages(contest, mine, pool, str(number) if self._several else "", language)
            for number, (contest, mine) in enumerate(zip(sheet.contests, bounds, strict=True), start=1)
        ]

    def _worded(self, key: str, **values: object) -> str:
        return _worded(self._language, key, **values)

    @property
    def _drawn_from(self) -> tuple[str, int]:
        """The page on which the boxes of all contests stand, and the column of their weights."""
        if self._several:
            return self._worded("together"), len(self._parts) + 1
        return self._parts[0].page("boxes"), self._parts[0].weight_column

    def content(self) -> bytes:
        """The whole file."""
        page, column = self._drawn_from
        weights = _column(page, column, len(self._pool.names))
        pages = [each for part in self._parts for each in (part.outcome(weights), part.boxes())]
        together = [self._together()] if self._several else []
        names = {name: at for part in self._parts for name, at in part.names().items()}
        return xlsx([self._read(), *pages, *together, self._draws()], _CREATED, names)

    def _read(self) -> Sheet:
        said = [self._worded(f"read-{number}", seed=self._sheet.seed) for number in range(1, 6)]
        if self._several:
            listed = enumerate(self._sheet.contests, start=1)
            named = "; ".join(f"{number} {each.name}" for number, each in listed)
            said.insert(2, self._worded("read-several", contests=named))
        return Sheet(self._worded("read"), (), [(text,) for text in said], {0: 100}, wrapped=True)

    def _together(self) -> Sheet:
        """The boxes of all contests: the weight of each for every contest that it has paper of, and the
        greatest of these, with which it is drawn."""
        numbered = [f"{self._worded('weight')} {number}" for number in range(1, len(self._parts) + 1)]
        titles = [self._worded("box"), *numbered, self._worded("weight"), self._worded("begins")]
        widths = {0: 16} | dict.fromkeys(range(1, len(titles)), 14)
        return Sheet(self._worded("together"), titles, self._together_rows(), widths, frozen=1)

    def _together_rows(self) -> Iterator[list[Cell]]:
        weights, last = self._pool.weights.values, len(self._parts)
        places = [{name: at for at, name in enumerate(each.boxes.names)} for each in self._sheet.contests]
        starts = accumulate(weights[:-1], initial=0)
        for row, (name, value, start) in enumerate(zip(self._pool.names, weights, starts, strict=True), 1):
            mine: list[Cell] = []
            for part, place in zip(self._parts, places, strict=True):
                at = place.get(name)
                there = (
                    "" if at is None else f"'{part.page('boxes')}'!{cell_name(at + 1, part.weight_column)}"
                )
                mine.append(None if at is None else Formula(there, part.weights[at]))
            greatest = Formula(f"MAX({cell_name(row, 1)}:{cell_name(row, last)})", value)
            yield [name, *mine, greatest, _begins(row, last + 1, start)]

    def _draws(self) -> Sheet:
        """Number, text that is hashed, hash, 32 carries, k, and the box whose part of the running sum has
        it."""
        carries = [f"{self._worded('carry')} {number}" for number in range(1, _BYTES + 1)]
        titles = [*map(self._worded, ("draw", "text", "hash")), *carries, "k", self._worded("box")]
        return Sheet(self._worded("draws"), titles, self._draw_rows(), {1: 28, 2: 68}, frozen=1)

    def _draw_rows(self) -> Iterator[list[Cell]]:
        seed, total = self._sheet.seed, self._pool.weights.total
        page, weight = self._drawn_from
        names, begins = (_column(page, column, len(self._pool.names)) for column in (0, weight + 1))
        places = weighted_draws(seed, self._pool.weights.values, self._sheet.draws)
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
            found = f"MATCH({mine},{begins},1)"
            yield [*cells, Formula(f"INDEX({names},{found})", self._pool.names[place])]


_WORDS = {
    "read": N_("Read me"),
    "outcome": N_("Outcome"),
    "boxes": N_("Boxes"),
    "together": N_("All boxes"),
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
    "read-several": N_(
        "Several contests: each has pages of its own, by number: {contests}. A box is drawn with the "
        "greatest of its weights over the contests that it has paper of, and counted for each of them."
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
