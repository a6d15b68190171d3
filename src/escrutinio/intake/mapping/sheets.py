"""Tally sheets out of tables: a row for each sheet, or a row for each option of one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import cast

import msgspec

from escrutinio.base.errors import DefinitionError, InputError
from escrutinio.core.records.codes import SheetFact
from escrutinio.intake.mapping.expression import Cells
from escrutinio.intake.mapping.mapping import (
    ORDINARY,
    PENDING,
    Figure,
    Listed,
    SheetsMapping,
    first_of,
    nearest,
)
from escrutinio.intake.mapping.reader import MOST_ALIKE, OptionalCount, Reader, named_columns
from escrutinio.intake.mapping.rows import BadRow, Ballot, FactRow, SheetRow
from escrutinio.intake.mapping.values import FACTS, WITHOUT_SHEET, CellError, short

STATED = ("ballots", "voters", "registered", "supplement", "spoilt")
"""What a sheet states beside its votes and classes, each with a field of that name."""


@dataclass(slots=True)
class Sheets:
    """What has been read so far."""

    rows: list[SheetRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class Ballots:
    """The contests that a table can be of, and their options and classes against its fields.

    Raises DefinitionError where the two do not fit.
    """

    def __init__(self, table: SheetsMapping, contests: Mapping[str, Ballot]) -> None:
        self.of = {code: _ballot(code, contests) for code in _contests_of(table, contests)}
        known = {code for ballot in self.of.values() for code in ballot.options}
        place = first_of([repr(code) for code in self.of], 10)
        codes = table.options if table.option is None else _listed_codes(table.option)
        beyond = () if table.option is None else self.beside(table)
        for option in codes:
            if option not in known and option not in beyond:
                raise DefinitionError(
                    "import-option",
                    option=repr(option),
                    contest=place,
                    nearest=nearest(option, [*sorted(known), *beyond]),
                )
        for contest, ballot in self.of.items():
            self._check(table, contest, ballot)

    def beside(self, table: SheetsMapping) -> tuple[str, ...]:
        """What a row of a long table can say instead of an option's votes."""
        classes = dict.fromkeys(code for ballot in self.of.values() for code in ballot.classes)
        return (*classes, "valid", *STATED)

    def _check(self, table: SheetsMapping, contest: str, ballot: Ballot) -> None:
        if table.option is None:
            given: Iterable[str] = table.options
        elif isinstance(table.option, Listed) and table.option.is_ and table.missing == "refuse":
            given = _listed_codes(table.option)
        else:
            given = ballot.options
        if missing := [code for code in ballot.options if code not in given]:
            raise DefinitionError("import-missing", contest=repr(contest), options=first_of(missing, 30))
        for code in table.others:
            if not any(code in one.classes for one in self.of.values()):
                raise DefinitionError("import-class", code=repr(code[:40]), contest=repr(contest))
        lacking = [code for code in ballot.classes if code not in table.others]
        if table.option is None and table.others and lacking:
            names = ", ".join(lacking)
            raise DefinitionError("import-class-missing", classes=names, contest=repr(contest))
        if ballot.marks > 1 and table.valid is None and table.option is None:
            raise DefinitionError("import-valid", contest=repr(contest))


def classes_apart(table: SheetsMapping, contests: Mapping[str, Ballot]) -> SheetsMapping:
    """The mapping with the columns of classes among those of the options moved to the classes."""
    known = {
        code
        for contest in _contests_of(table, contests)
        if contest in contests
        for code in contests[contest].classes
    }
    found = {code: figure for code, figure in table.options.items() if code in known}
    if not found or len(found) == len(table.options):
        return table
    options = {code: figure for code, figure in table.options.items() if code not in found}
    return msgspec.structs.replace(table, options=options, classes=table.classes | found)


def _contests_of(table: SheetsMapping, contests: Mapping[str, Ballot]) -> Iterable[str]:
    if isinstance(table.contest, str):
        return (table.contest,)
    return _listed_codes(table.contest) or contests


def _listed_codes(field: str | Listed) -> tuple[str, ...]:
    """The codes that a field lists; none where the column says them."""
    if isinstance(field, str):
        return ()
    codes = [*field.is_.values(), *([] if field.other is None else [field.other])]
    return tuple(dict.fromkeys(codes)) if field.is_ else ()


def _ballot(code: str, contests: Mapping[str, Ballot]) -> Ballot:
    if (ballot := contests.get(code)) is None:
        raise DefinitionError("import-contest", contest=repr(code), nearest=nearest(code, list(contests)))
    return ballot


def read_table(reader: Reader, table: SheetsMapping, ballots: Ballots, found: Sheets) -> None:
    """Add what a table says to what was found. Raises InputError where it says nothing of any sheet."""
    before = len(found.rows) + len(found.facts) + len(found.bad)
    if table.option is None:
        wide = _Wide(reader, table, ballots, found)
        reader.each(wide.take, found.bad, may_be_empty=True)
        pending = wide.pending
    else:
        long = _Long(reader, table, ballots)
        reader.each(long.take, found.bad, may_be_empty=True)
        long.finish(found)
        pending = False
    if reader.wanted and not pending and len(found.rows) + len(found.facts) + len(found.bad) == before:
        raise InputError("import-no-sheet", place=reader.table.place, rows=reader.wanted)


@dataclass(frozen=True, slots=True)
class _Fields:
    """What is read of a contest: its options, whether none has a figure, and its classes with what else is
    stated."""

    options: Callable[[Cells], tuple[int, ...]]
    blank: Callable[[Cells], bool]
    others: Callable[[Cells], tuple[int | None, ...]]
    classes: int
    marks: int


class _Wide:
    """A row for each sheet."""

    def __init__(self, reader: Reader, table: SheetsMapping, ballots: Ballots, found: Sheets) -> None:
        self.pending = False
        self._reader = reader
        self._found = found
        self._place = reader.table.place
        self._station = reader.code(table.station)
        constant = isinstance(table.contest, str)
        self._contest = reader.listed("=" + str(table.contest) if constant else table.contest)
        beside = {name: figure for name in ("valid", *STATED) if (figure := getattr(table, name)) is not None}
        names = list(beside)
        self._stated = itemgetter(
            *(names.index(each) if each in beside else -1 for each in ("valid", *STATED))
        )
        self._of = {}
        for contest, ballot in ballots.of.items():
            options = [table.options[code] for code in ballot.options]
            classes = [table.others[code] for code in ballot.classes if code in table.others]
            self._of[contest] = _Fields(
                reader.counts(options),
                reader.without_figure(options),
                reader.optional_counts([*classes, *beside.values()]),
                len(classes),
                ballot.marks,
            )
        self._valid_columns = named_columns(table.valid)
        self._status = _status(reader, table.status)
        self._confirmed = frozenset(table.confirmed)

    def take(self, line: int, cells: Cells) -> None:
        """Add the sheet of a row, and what is said of it."""
        contest = self._contest(cells)
        if contest not in self._of:
            return
        station = self._station(cells)
        status, fact, words = self._status(cells) if self._status is not None else ("", None, "")
        if status == PENDING:
            self.pending = True
            return
        if fact not in WITHOUT_SHEET:
            self._sheet(line, cells, station, contest, fact, confirmed=bool(words and status == ORDINARY))
        if fact is None and not self._reader.facts:
            return
        said = {} if fact is None else {fact: [words]}
        for marked, column, mark in self._reader.facts:
            said.setdefault(marked, []).append(f"{column}: {mark}")
        self._found.facts += (
            FactRow(self._place, line, station, contest, one, "\n".join(dict.fromkeys(text)))
            for one, text in sorted(said.items())
        )

    def _sheet(
        self,
        line: int,
        cells: Cells,
        station: str,
        contest: str,
        fact: SheetFact | None,
        *,
        confirmed: bool,
    ) -> None:
        fields = self._of[contest]
        marks = fields.marks
        try:
            counts = fields.options(cells)
        except CellError:
            if fields.blank(cells):
                self.pending = True
                return
            raise
        if not any(counts) and fields.blank(cells):
            self.pending = True
            return
        if self._reader.facts and any(marked in WITHOUT_SHEET for marked, _, _ in self._reader.facts):
            return
        others = fields.others(cells)
        classes = others[: fields.classes]
        # The order of STATED, with None for what the mapping has no field of.
        beside = *others[fields.classes :], None
        valid, ballots, voters, registered, supplement, spoilt = self._stated(beside)
        if marks > 1:
            if valid is None:
                raise CellError(self._valid_columns, "", "cell-no-count")
            if sum(counts) > marks * valid:
                raise CellError(self._valid_columns, str(valid), "row-sum", votes=sum(counts), stated=valid)
        elif valid is not None:
            if valid != sum(counts):
                raise CellError(self._valid_columns, str(valid), "row-sum", votes=sum(counts), stated=valid)
            valid = None
        self._found.rows.append(
            SheetRow(
                self._place, line, station, contest, counts,
                () if None in classes else cast(tuple[int, ...], classes),
                ballots, voters, registered, valid, supplement, spoilt,
                confirmed or station in self._confirmed,
            )
        )  # fmt: skip


def _status(
    reader: Reader, status: Listed | None
) -> Callable[[Cells], tuple[str, SheetFact | None, str]] | None:
    """Read what a column says of the sheet: a word of the mapping, its fact, and the words of the table."""
    if status is None:
        return None
    get, column = reader.text(status.column, lenient=True)
    words = {word.strip(): meaning for word, meaning in status.is_.items()}
    words.setdefault("", ORDINARY)
    known: dict[str, tuple[str, SheetFact | None, str]] = {}

    def read(cells: Cells) -> tuple[str, SheetFact | None, str]:
        text = get(cells)
        if (before := known.get(text)) is not None:
            return before
        meaning = words.get(text, status.other) if status.is_ else text.lower() or ORDINARY
        if meaning not in (ORDINARY, PENDING) and meaning not in FACTS:
            raise CellError(column, text, "status-not-listed")
        found = str(meaning), FACTS.get(str(meaning)), text
        if len(known) < MOST_ALIKE:
            known[text] = found
        return found

    return read


@dataclass(slots=True)
class _Gathered:
    """What the rows of one sheet have said so far, and the first of them."""

    line: int
    counts: dict[str, int] = field(default_factory=dict)
    stated: dict[str, int] = field(default_factory=dict)
    broken: bool = False


class _Long:
    """A row for each option of a sheet, and perhaps for other figures of it."""

    def __init__(self, reader: Reader, table: SheetsMapping, ballots: Ballots) -> None:
        assert table.option is not None
        assert table.votes is not None
        self._reader, self._table, self._ballots = reader, table, ballots
        self._station = reader.code(table.station)
        constant = isinstance(table.contest, str)
        self._contest = reader.listed("=" + str(table.contest) if constant else table.contest)
        self._option = reader.listed(table.option)
        name = table.option if isinstance(table.option, str) else table.option.column
        self._option_text, self._option_column = reader.text(name, lenient=True)
        self._votes, self._votes_columns = reader.count(table.votes), named_columns(table.votes)
        self._beside = frozenset(ballots.beside(table))
        fields: dict[str, Figure | None] = {**table.others, "valid": table.valid}
        fields |= {name: getattr(table, name) for name in STATED}
        self._fields: list[tuple[str, OptionalCount, str]] = [
            (name, reader.optional_count(column), named_columns(column))
            for name, column in fields.items()
            if column is not None
        ]
        self._sheets: dict[tuple[str, str], _Gathered] = {}
        self._stated: dict[str, set[str]] = {}
        self._options = {contest: frozenset(ballot.options) for contest, ballot in ballots.of.items()}

    def take(self, line: int, cells: Cells) -> None:
        """Add a row to its sheet."""
        contest = self._contest(cells)
        if contest not in self._options:
            return
        key = self._station(cells), contest
        sheet = self._sheets.get(key)
        if sheet is None:
            sheet = self._sheets[key] = _Gathered(line)
        try:
            self._add(sheet, contest, cells)
        except CellError:
            sheet.broken = True
            raise

    def _add(self, sheet: _Gathered, contest: str, cells: Cells) -> None:
        option = self._option(cells)
        if option in self._options[contest]:
            into = sheet.counts
        elif option in self._beside:
            into = sheet.stated
        else:
            raise CellError(
                self._option_column, self._option_text(cells), "import-row-option", contest=repr(contest)
            )
        votes = self._votes(cells)
        if option in into:
            if self._table.repeated == "refuse":
                raise CellError(
                    self._option_column, self._option_text(cells), "option-row-twice", first=sheet.line
                )
            votes += into[option]
        into[option] = votes
        for name, count, columns in self._fields:
            value = count(cells)
            if value is not None and sheet.stated.setdefault(name, value) != value:
                raise CellError(
                    columns, str(value), "sheet-contradicts", stated=sheet.stated[name], line=sheet.line
                )

    def finish(self, found: Sheets) -> None:
        """Make the sheets of what was gathered; one that a row is missing of is a bad row."""
        place = self._reader.table.place
        for (_, contest), sheet in self._sheets.items():
            self._stated.setdefault(contest, set()).update(sheet.stated)
        for (station, contest), sheet in self._sheets.items():
            if sheet.broken or not (sheet.counts or sheet.stated):
                continue
            try:
                found.rows.append(self._row(place, station, contest, sheet))
            except CellError as error:
                found.bad.append(BadRow(place, sheet.line, error.column, short(error.value), error))

    def _row(self, place: str, station: str, contest: str, sheet: _Gathered) -> SheetRow:
        ballot = self._ballots.of[contest]
        absent = [code for code in ballot.options if code not in sheet.counts]
        if absent and (self._table.missing == "refuse" or not sheet.counts):
            names = first_of(absent, 30)
            raise CellError("", "", "options-absent", station=station, contest=contest, options=names)
        counts = tuple(sheet.counts.get(code, 0) for code in ballot.options)
        stated = sheet.stated
        valid = stated.get("valid")
        if ballot.marks > 1 and valid is None:
            raise CellError("", "", "options-absent", station=station, contest=contest, options="valid")
        if ballot.marks == 1 and valid is not None:
            if valid != sum(counts):
                raise CellError(self._votes_columns, str(valid), "row-sum", votes=sum(counts), stated=valid)
            valid = None
        classes: Sequence[str] = ballot.classes
        if self._table.missing == "none":  # as of an option: none, where the table has such rows at all
            stated = {code: 0 for code in classes if code in self._stated[contest]} | stated
        known = tuple(stated[code] for code in classes if code in stated)
        return SheetRow(
            place,
            sheet.line,
            station,
            contest,
            counts,
            known if len(known) == len(classes) else (),
            stated.get("ballots"),
            stated.get("voters"),
            stated.get("registered"),
            valid,
            stated.get("supplement"),
            stated.get("spoilt"),
            station in self._table.confirmed,
        )
