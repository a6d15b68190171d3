"""What a reader found: one `ScanResult` per QR code, or per image in which none could be read.

Written as JSON lines (docs/reading-sheets.md), the same file is the result and the journal from which an
interrupted run goes on. What a QR code says is not judged here: a record is opened, its signature is not
checked (`escrutinio check` does that).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import groupby

import msgspec

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text
from escrutinio.core.records.qr2024 import Sheet2024, read_qr2024
from escrutinio.core.records.types import Copy, HandCount, ManualSheet, TallySheet, ZeroReport
from escrutinio.intake.scan.form_code import read_form_code
from escrutinio.intake.scan.problems import Problem

_THE_LINE = Phrase("The line")


MAX_LINE = 1 << 18
"""Longest line of a result file that is read, in characters."""

ZERO = N_("all its figures are zero: a zero report until a person says otherwise")
"""What is said of such a sheet (`is_zero_report`)."""

Corner = tuple[int, int]


class Found(StrEnum):
    """What stands in a row: a record of this system, a sheet of 2024, another QR code, or nothing read."""

    RECORD = "record"
    QR2024 = "qr2024"
    OTHER = "other"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code on a page: its text, its four corners in pixels of the page as it is shown (clockwise from
    the code's own top left), and the name of the attempt that read it."""

    text: str
    corners: tuple[Corner, ...]
    attempt: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the text of a QR code says, unjudged.

    `type` is the name of the record's type, `qr2024` for a sheet of 2024. `sha256`, `election` and `signer`
    are a record's (hexadecimal digests), "" for a sheet of 2024, as `real` is None there: the sheet does not
    say. `counts` by option in the order of the definition (of the 38 of 2024), empty for a record that
    counts nothing; `classes`, other ballots by class, and `valid`, `ballots`, `voters`, `registered` where
    the record states them. `zero`: see `is_zero_report`.
    """

    type: str
    station: str | None = None
    contest: str | None = None
    counts: tuple[int, ...] = ()
    classes: tuple[int, ...] | None = None
    ballots: int | None = None
    voters: int | None = None
    registered: int | None = None
    zero: bool = False
    sha256: str = ""
    election: str = ""
    signer: str = ""
    real: bool | None = None
    valid: int | None = None


@dataclass(frozen=True, slots=True)
class ScanResult:
    """One row of a scan.

    `path` is relative to the folder, with `/` between its parts; `size` in bytes and `modified` in
    nanoseconds since 1970 are the file's, `digest` the SHA-256 of its bytes in hexadecimal ("" where they
    could not be read). It is row `number` of the `of` rows that its file gave; `page` counts from 1.
    `detail` says what a `problem` was found in. `sheet` is there for records and sheets of 2024.
    """

    path: str
    size: int
    modified: int
    digest: str
    page: int
    number: int
    of: int
    kind: Found
    problem: Problem = Problem.NONE
    detail: str = ""
    attempt: str = ""
    corners: tuple[Corner, ...] = ()
    text: str = ""
    sheet: Sheet | None = None


@dataclass(frozen=True, slots=True)
class SheetImages:
    """One sheet and the rows of all images that show it; the first of them stands for it."""

    first: ScanResult
    images: tuple[ScanResult, ...]


def is_zero_report(counts: Sequence[int]) -> bool:
    """Whether every figure of a sheet is zero.

    `counts` are the votes of all options, then other ballots by class and valid ones where the sheet has
    them. Such a sheet is a zero report (the proof that a machine started empty, or a row that waits for its
    figures) until a person or a column of the sheet's state says otherwise, wherever sheets are read.
    """
    return len(counts) > 0 and not any(counts)


def read_text(text: str) -> tuple[Found, Problem, str, Sheet | None]:
    """What the text of a QR code is: its kind, the problem with it and details, and the sheet it says."""
    if text.startswith((REAL, NOT_REAL)):
        try:
            raw, real = read_qr_text(text)
            return Found.RECORD, Problem.NONE, "", sheet_of(open_record(raw), real)
        except RecordError as error:
            return Found.OTHER, Problem.NOT_A_RECORD, str(error), None
    place = read_form_code(text)
    if place is not None:
        return Found.OTHER, Problem.FORM, place.text, None
    try:
        return Found.QR2024, Problem.NONE, "", sheet_of_2024(read_qr2024(text))
    except RecordError:
        return Found.OTHER, Problem.NOT_A_SHEET, "", None


def sheet_of(entry: Entry, real: bool) -> Sheet:
    """What a record says of a station; `real` as the prefix of its QR code has it."""
    body, about = entry.body, entry.about
    sheet = Sheet(
        type=body.NAME,
        station=about.station,
        contest=about.contest,
        sha256=entry.digest.hex(),
        election=entry.election.hex(),
        signer=entry.signer,
        real=real,
    )
    match body:
        case ZeroReport():
            return replace(sheet, counts=body.counts)
        case HandCount():
            figures = replace(sheet, ballots=body.vouchers)
        case TallySheet() | ManualSheet():
            figures = replace(sheet, ballots=body.ballots, voters=body.voters)
        case Copy():
            voters, registered = body.voters, body.registered
            figures = replace(sheet, ballots=body.ballots, voters=voters, registered=registered)
        case _:
            return sheet
    zero = is_zero_report((*body.counts, *body.classes, body.valid or 0))
    return replace(figures, counts=body.counts, classes=body.classes, valid=body.valid, zero=zero)


def sheet_of_2024(said: Sheet2024) -> Sheet:
    """What a sheet of 2024 says; it names no contest, for there was one."""
    return Sheet(
        type=Found.QR2024.value,
        station=said.station,
        counts=said.counts,
        classes=(said.null, said.blank),
        zero=is_zero_report((*said.counts, said.null, said.blank)),
    )


def group_sheets(results: Iterable[ScanResult]) -> list[SheetImages]:
    """The sheets among the rows, each once with all its images, in the order in which they first appear."""
    found: dict[str, list[ScanResult]] = {}
    for row in results:
        if row.sheet is not None:
            found.setdefault(row.text, []).append(row)
    return [SheetImages(rows[0], tuple(rows)) for rows in found.values()]


def as_line(row: ScanResult) -> bytes:
    """A row as a line of JSON, without what it does not have, ending in a newline."""
    plain = {name: value for name, value in asdict(row).items() if value not in ("", (), None)}
    if row.sheet is not None:
        plain["sheet"] = {name: v for name, v in asdict(row.sheet).items() if v not in ("", (), None)}
    return msgspec.json.encode(plain) + b"\n"


def from_line(line: bytes, place: str | Said = _THE_LINE) -> ScanResult:
    """Read what `as_line` wrote, strictly typed. Raises InputError, naming `place`."""
    if len(line) > MAX_LINE:
        raise InputError("scan-row-long", place=place, limit=MAX_LINE)
    try:
        return msgspec.json.decode(line, type=ScanResult)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("scan-row", place=place, why=str(error)) from None


def whole_files(rows: Iterable[ScanResult]) -> Iterator[list[ScanResult]]:
    """The rows of each file of which all are there, file by file."""
    for _, group in groupby(rows, key=lambda row: (row.path, row.digest, row.modified)):
        found = list(group)
        if [row.number for row in found] == list(range(1, found[0].of + 1)):
            yield found
