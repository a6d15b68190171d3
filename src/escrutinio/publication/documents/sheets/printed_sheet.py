"""What a printed sheet says: the content of one record, in one language, before it is laid out.

Nothing on a printed sheet names a person: signers are the enrolled names of machines, boards and
organisations, and the lines for signatures are blank and carry roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TypeAlias

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import Format
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.records.codes import AuthorRole, Form, Kind
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.parts import Contest, Title
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import Copy, Definition, HandCount, ManualSheet, TallySheet, ZeroReport
from escrutinio.publication.documents.labels import KIND_NOTICES, RECORDS
from escrutinio.publication.documents.marks import copy_mark, not_real, transcription, watermarks
from escrutinio.publication.documents.report.document import Tongue

Sheet: TypeAlias = TallySheet | ManualSheet | Copy | ZeroReport | HandCount
"""The records that print as a sheet."""

SCRUTINEERS = 6
"""Lines for scrutineers' signatures."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station is, as the roll and the area table have it: center, names of its areas from the largest
    down, registered voters or None where not known."""

    center: str
    center_name: str
    areas: tuple[str, ...]
    registered: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record was read: origin of the log, its fingerprint, the number of the entry, sentences on what
    the log notices about it, and the signer's titles. All of it may be unknown to a machine that prints
    before there is a log."""

    origin: str = ""
    fingerprint: str = ""
    entry: int | None = None
    remarks: tuple[str, ...] = ()
    signer_titles: tuple[Title, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One option: its number on the ballot from 1, its card, its candidate (empty if named alike), votes,
    None on a form that is still to be filled in; and the codes of card and candidate, which stand beside a
    name that cannot be printed."""

    number: int
    card: str
    candidate: str
    votes: int | None
    card_code: str
    candidate_code: str


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A sheet ready to be laid out; every text is in `language` except the marks
    and notices that are in others as well.

    `heading`: election, place and day, contest. `station` and `contest` are codes; `whereabouts`: lines on
    where the station is. `summary` and `provenance` are label and value; a value that is None is to be
    written by hand. `form`: what a blank form is for, empty on a sheet. `signatures`: roles with a blank line
    each, by group; empty for what no polling board signs. `copy`: number and how many, or None.
    """

    language: str
    kind: str
    heading: tuple[str, ...]
    station: str
    contest: str
    whereabouts: tuple[str, ...]
    copy: tuple[int, int] | None
    watermarks: tuple[str, ...]
    notices: tuple[str, ...]
    rows: tuple[Row, ...]
    summary: tuple[tuple[str, int | None], ...]
    signatures: tuple[tuple[str, tuple[str, ...]], ...]
    provenance: tuple[tuple[str, str], ...]
    qr: str
    form: str = ""


def fits(entry: Entry, definition: Definition) -> bool:
    """Whether a record is a sheet with as many counts as its contest has options."""
    options = {contest.code: len(contest.options) for contest in definition.contests}
    return isinstance(entry.body, Sheet) and options.get(entry.about.contest or "") == len(entry.body.counts)


def printed_sheet(
    entry: Entry,
    definition: Definition,
    place: Place,
    source: Source,
    *,
    language: str,
    copy: tuple[int, int] | None = None,
) -> PrintedSheet:
    """The content of the sheet that a record is. The caller has checked the record's signature.

    Raises PublicationError for a record that is no sheet, or does not fit the definition's contest.
    """
    body = entry.body
    if not isinstance(body, Sheet):
        raise PublicationError("sheet-none", kind=body.NAME)
    contest = next((each for each in definition.contests if each.code == entry.about.contest), None)
    if contest is None or len(contest.options) != len(body.counts):
        raise PublicationError("sheet-options", subject=entry.subject, count=len(body.counts))
    say, form = Tongue(language), figures(language)
    real = definition.kind is Kind.REAL
    qr = qr_text(entry.raw, real)

    def name(titles: Sequence[Title], otherwise: str) -> str:
        return choose(titles, language, otherwise).text

    return PrintedSheet(
        language=language,
        kind=say(RECORDS[body.NAME]),
        heading=(
            name(definition.titles, definition.code),
            f"{name(definition.place, '')} · {form.day(definition.voting_day)}",
            name(contest.titles, contest.code),
        ),
        station=entry.about.station or "",
        contest=contest.code,
        whereabouts=whereabouts(place, say),
        copy=None if isinstance(body, Copy) else copy,
        watermarks=(
            *watermarks(definition.kind, language),
            *((copy_mark(language),) if isinstance(body, Copy) else ()),
        ),
        notices=_notices(definition, body, say),
        rows=rows_of(contest, body.counts, language),
        summary=_summary(contest, body, place, say),
        signatures=() if isinstance(body, Copy) else lines_to_sign(say, machine=_of_machine(body)),
        provenance=_provenance(entry, body, source, qr, say, form),
        qr=qr,
    )


@cache
def figures(language: str) -> Format:
    """How a language writes days and moments; made once, since making one takes longer than a sheet."""
    return Format(language)


def whereabouts(place: Place, say: Tongue) -> tuple[str, ...]:
    """Lines on where a station is: its center and its areas."""
    center = f"{place.center_name} ({place.center})" if place.center_name else place.center
    return (
        say("Center: {center}", center=center),
        " · ".join(place.areas[1:] or place.areas),
    )


def _notices(definition: Definition, body: Sheet, say: Tongue) -> tuple[str, ...]:
    found = []
    if definition.kind is not Kind.REAL:
        found += [not_real(say.language), say(KIND_NOTICES[definition.kind])]
    if isinstance(body, Copy):
        found += transcription(say.language)
    elif isinstance(body, HandCount):
        found.append(say("A count of the paper in the box, not the tally sheet of the machine."))
    elif isinstance(body, ZeroReport):
        found.append(say("Printed before voting began: it holds no result."))
    if definition.author_role is AuthorRole.IMPORTER:
        found.append(
            say("This election was defined by an importer of its data, not by the electoral authority.")
        )
    return tuple(found)


def rows_of(contest: Contest, counts: Sequence[int | None], language: str) -> tuple[Row, ...]:
    """The options of a contest in the definition's order, with as many counts."""
    rows = []
    for number, (option, votes) in enumerate(zip(contest.options, counts, strict=True), 1):
        candidate = contest.candidates[option.candidate]
        card = choose(option.titles, language, option.code).text
        name = choose(candidate.titles, language, candidate.code).text
        alike = name.casefold() == card.casefold()
        rows.append(Row(number, card, "" if alike else name, votes, option.code, candidate.code))
    return tuple(rows)


def _summary(contest: Contest, body: Sheet, place: Place, say: Tongue) -> tuple[tuple[str, int], ...]:
    """Votes added up, and what the sheet itself or the roll states; a figure not stated has no line."""
    valid = sum(body.counts) if isinstance(body, ZeroReport) or body.valid is None else body.valid
    label = say("Valid votes") if contest.marks == 1 else say("Valid ballots")
    found: list[tuple[str, int | None]] = [(label, valid)]
    if not isinstance(body, ZeroReport):
        found += [
            (class_name(each.code, each.titles, say.language), count)
            for each, count in zip(contest.classes, body.classes, strict=False)
        ]
        if len(body.classes) == len(contest.classes):  # a copy may not say them
            found.append((say("Total of these"), valid + sum(body.classes)))
    if isinstance(body, TallySheet | ManualSheet | Copy):
        found.append((say("Total that the sheet states"), body.ballots))
        found.append((say("Voters, as the sheet states"), body.voters))
        found.append((say("Voters beyond the list"), body.supplement))
        found.append((say("Spoilt ballots, replaced"), body.spoilt))
    if isinstance(body, HandCount):
        found.append((say("Vouchers in the box"), body.vouchers))
    if isinstance(body, Copy):
        found.append((say("Registered, as the sheet states"), body.registered))
    found.append((say("Registered voters (roll)"), place.registered))
    return tuple((label, value) for label, value in found if value is not None)


def _of_machine(body: Sheet) -> bool:
    return isinstance(body, TallySheet | ZeroReport)


def lines_to_sign(say: Tongue, *, machine: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Roles with a line each, with the operator of a machine where one counted. Nobody signs a transcription
    at a polling station."""
    board: tuple[str, ...] = (
        say("President"),
        say("Secretary"),
        say("Member"),
        say("Member"),
    )
    if machine:
        board += (say("Machine operator"),)
    scrutineer = say("Scrutineer of")
    return (
        (say("Polling board"), board),
        (say("Scrutineers"), (scrutineer,) * SCRUTINEERS),
    )


_READ_FROM = {
    Form.PAPER: N_("the paper sheet"),
    Form.QR2024: N_("the QR code of a sheet of 2024, which carries no signature"),
    Form.PHOTO: N_("a photo of the sheet"),
    Form.TABLE: N_("a published table"),
}


def _provenance(
    entry: Entry, body: Sheet, source: Source, qr: str, say: Tongue, form: Format
) -> tuple[tuple[str, str], ...]:
    title = choose(source.signer_titles, say.language, "").text
    signer = f"{title} ({entry.signer})" if title else entry.signer
    found = [
        (say("Signed by the key of"), signer),
        (say("Issued, as the signer states"), form.moment(entry.issued_at)),
    ]
    if isinstance(body, Copy):
        found.append((say("Read from"), say(_READ_FROM[body.form])))
        found += [
            (label, digest.hex())
            for label, digest in (
                (say("Signed original, SHA-256"), body.original),
                (say("Image, SHA-256"), body.image),
            )
            if digest is not None
        ]
    if isinstance(body, ZeroReport):
        found.append((say("Software, SHA-256"), body.software.hex()))
    found += [
        (say("Record, SHA-256"), entry.digest.hex()),
        (
            say("Text of the QR code, SHA-256 begins"),
            sha256(qr.encode()).hexdigest()[:16],
        ),
    ]
    if source.origin:
        found.append((say("Public log"), source.origin))
    if source.fingerprint:
        found.append((say("Fingerprint of the log"), source.fingerprint))
    if source.entry is not None:
        found.append((say("Entry"), str(source.entry)))
    elif source.fingerprint:
        found.append((say("Entry"), say("not in the log when this was printed")))
    found += [(say("The log notices"), remark) for remark in source.remarks]
    return tuple(found)
