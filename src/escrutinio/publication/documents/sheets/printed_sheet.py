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
from escrutinio.base.words.catalogue import catalogue
from escrutinio.base.words.format import Format
from escrutinio.base.words.titles import choose
from escrutinio.core.records.codes import AuthorRole, Form, Kind
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.parts import Contest, Title
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import Copy, Definition, HandCount, ManualSheet, TallySheet, ZeroReport
from escrutinio.publication.documents.labels import KIND_NOTICES, RECORDS
from escrutinio.publication.documents.report.document import Tongue

Sheet: TypeAlias = TallySheet | ManualSheet | Copy | ZeroReport | HandCount
"""The records that print as a sheet."""

TRANSCRIPTION = (
    "Transcripción, no es un acta oficial.",
    "Transcription, not an official sheet.",
)
"""Said in both languages, whatever the language of the print."""

WATERMARKS = {
    Kind.DRILL: "SIMULACRO · DRILL",
    Kind.SIMULATION: "SIMULACIÓN · SIMULATION",
}
NOT_REAL = "No es una elección real. Not a real election."
COPY_MARK = "TRANSCRIPCIÓN · TRANSCRIPTION"

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
    """One option: its number on the ballot from 1, its card, its candidate (empty if named alike), votes; and
    the codes of card and candidate, which stand beside a name that cannot be printed."""

    number: int
    card: str
    candidate: str
    votes: int
    card_code: str
    candidate_code: str


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A sheet ready to be laid out; every text is in `language` except the notices that are in both.

    `heading`: election, place and day, contest. `station` and `contest` are codes; `whereabouts`: lines on
    where the station is. `summary` and
    `provenance` are label and value. `signatures`: roles with a blank line each, by group; empty for what
    no polling board signs. `copy`: number and how many, or None.
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
    summary: tuple[tuple[str, int], ...]
    signatures: tuple[tuple[str, tuple[str, ...]], ...]
    provenance: tuple[tuple[str, str], ...]
    qr: str


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
        raise PublicationError(f"a {body.NAME} is not a sheet that can be printed")
    contest = next((each for each in definition.contests if each.code == entry.about.contest), None)
    if contest is None or len(contest.options) != len(body.counts):
        raise PublicationError(
            f"the sheet of {entry.subject} has {len(body.counts)} counts, which is not how many options "
            "its contest has in the definition"
        )
    say, form = Tongue(language), figures(language)
    real = definition.kind is Kind.REAL
    qr = qr_text(entry.raw, real)

    def name(titles: Sequence[Title], otherwise: str) -> str:
        return choose(titles, language, otherwise).text

    return PrintedSheet(
        language=language,
        kind=_kind(body, language),
        heading=(
            name(definition.titles, definition.code),
            f"{name(definition.place, '')} · {form.day(definition.voting_day)}",
            name(contest.titles, contest.code),
        ),
        station=entry.about.station or "",
        contest=contest.code,
        whereabouts=_whereabouts(place, say),
        copy=None if isinstance(body, Copy) else copy,
        watermarks=watermarks(definition.kind) + ((COPY_MARK,) if isinstance(body, Copy) else ()),
        notices=_notices(definition, body, say, language),
        rows=_rows(contest, body, language),
        summary=_summary(body, place, say),
        signatures=_signatures(body, say),
        provenance=_provenance(entry, body, source, qr, say, form),
        qr=qr,
    )


@cache
def figures(language: str) -> Format:
    """How a language writes days and moments; made once, since making one takes longer than a sheet."""
    return Format(language)


def _kind(body: Sheet, language: str) -> str:
    return catalogue(language).gettext(RECORDS[body.NAME])


def _whereabouts(place: Place, say: Tongue) -> tuple[str, ...]:
    center = f"{place.center_name} ({place.center})" if place.center_name else place.center
    return (
        say(f"Center: {center}", f"Centro de votación: {center}"),
        " · ".join(place.areas[1:] or place.areas),
    )


def watermarks(kind: Kind) -> tuple[str, ...]:
    """The lines of the mark across every page of an election of this kind; none of a real one."""
    return (WATERMARKS[kind], NOT_REAL) if kind in WATERMARKS else ()


def _notices(definition: Definition, body: Sheet, say: Tongue, language: str) -> tuple[str, ...]:
    found = []
    if definition.kind is not Kind.REAL:
        found += [NOT_REAL, catalogue(language).gettext(KIND_NOTICES[definition.kind])]
    if isinstance(body, Copy):
        found += TRANSCRIPTION
    elif isinstance(body, HandCount):
        found.append(
            say("A count of the paper in the box, not the tally sheet of the machine.",
                "Conteo de los comprobantes de la caja, no el acta de la máquina.")
        )  # fmt: skip
    elif isinstance(body, ZeroReport):
        found.append(
            say("Printed before voting began: it holds no result.",
                "Impresa antes de comenzar la votación: no contiene resultados.")
        )  # fmt: skip
    if definition.author_role is AuthorRole.IMPORTER:
        found.append(
            say("This election was defined by an importer of its data, not by the electoral authority.",
                "Definió esta elección quien importó sus datos, no la autoridad electoral.")
        )  # fmt: skip
    return tuple(found)


def _rows(contest: Contest, body: Sheet, language: str) -> tuple[Row, ...]:
    rows = []
    for number, (option, votes) in enumerate(zip(contest.options, body.counts, strict=True), 1):
        candidate = contest.candidates[option.candidate]
        card = choose(option.titles, language, option.code).text
        name = choose(candidate.titles, language, candidate.code).text
        alike = name.casefold() == card.casefold()
        rows.append(Row(number, card, "" if alike else name, votes, option.code, candidate.code))
    return tuple(rows)


def _summary(body: Sheet, place: Place, say: Tongue) -> tuple[tuple[str, int], ...]:
    """Votes added up, and what the sheet itself or the roll states; a figure not stated has no line."""
    valid = sum(body.counts)
    found: list[tuple[str, int | None]] = [(say("Valid votes", "Votos válidos"), valid)]
    if not isinstance(body, ZeroReport):
        found += [
            (say("Null votes", "Votos nulos"), body.null),
            (say("Blank votes", "Votos en blanco"), body.blank),
            (say("Total of these", "Total de estos"), valid + body.null + body.blank),
        ]
    if isinstance(body, TallySheet | ManualSheet | Copy):
        found.append((say("Total that the sheet states", "Total que indica el acta"), body.ballots))
    if isinstance(body, ManualSheet | Copy):
        found.append((say("Voters, as the sheet states", "Votantes, según el acta"), body.voters))
    if isinstance(body, HandCount):
        found.append((say("Vouchers in the box", "Comprobantes en la caja"), body.vouchers))
    if isinstance(body, Copy):
        found.append((say("Registered, as the sheet states", "Inscritos, según el acta"), body.registered))
    found.append(
        (say("Registered voters (roll)", "Electores inscritos (padrón electoral)"), place.registered)
    )
    return tuple((label, value) for label, value in found if value is not None)


def _signatures(body: Sheet, say: Tongue) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Roles with a line each. Nobody signs a transcription at a polling station."""
    if isinstance(body, Copy):
        return ()
    board: tuple[str, ...] = (
        say("President", "Presidencia"),
        say("Secretary", "Secretaría"),
        say("Member", "Miembro"),
        say("Member", "Miembro"),
    )
    if isinstance(body, TallySheet | ZeroReport):
        board += (say("Machine operator", "Operación de la máquina"),)
    scrutineer = say("Scrutineer of", "Testigo de")
    return (
        (say("Polling board", "Miembros de la mesa"), board),
        (say("Scrutineers", "Testigos"), (scrutineer,) * SCRUTINEERS),
    )


_READ_FROM = {
    Form.PAPER: ("the paper sheet", "el acta en papel"),
    Form.QR2024: ("the QR code of a sheet of 2024, which carries no signature",
                  "el código QR de un acta de 2024, que no lleva firma"),
    Form.PHOTO: ("a photo of the sheet", "una foto del acta"),
    Form.TABLE: ("a published table", "una tabla publicada"),
}  # fmt: skip


def _provenance(
    entry: Entry, body: Sheet, source: Source, qr: str, say: Tongue, form: Format
) -> tuple[tuple[str, str], ...]:
    title = choose(source.signer_titles, say.language, "").text
    signer = f"{title} ({entry.signer})" if title else entry.signer
    found = [
        (say("Signed by the key of", "Firmado con la clave de"), signer),
        (say("Issued, as the signer states", "Emitido, según quien firma"), form.moment(entry.issued_at)),
    ]
    if isinstance(body, Copy):
        found.append((say("Read from", "Leído de"), say(*_READ_FROM[body.form])))
        found += [
            (label, digest.hex())
            for label, digest in (
                (say("Signed original, SHA-256", "Original firmado, SHA-256"), body.original),
                (say("Image, SHA-256", "Imagen, SHA-256"), body.image),
            )
            if digest is not None
        ]
    if isinstance(body, ZeroReport):
        found.append((say("Software, SHA-256", "Software, SHA-256"), body.software.hex()))
    found += [
        (say("Record, SHA-256", "Asiento, SHA-256"), entry.digest.hex()),
        (
            say("Text of the QR code, SHA-256 begins", "Texto del código QR, SHA-256 comienza"),
            sha256(qr.encode()).hexdigest()[:16],
        ),
    ]
    if source.origin:
        found.append((say("Log", "Registro público"), source.origin))
    if source.fingerprint:
        found.append((say("Fingerprint of the log", "Huella del registro"), source.fingerprint))
    if source.entry is not None:
        found.append((say("Entry", "Entrada"), str(source.entry)))
    found += [(say("The log notices", "El registro hace notar"), remark) for remark in source.remarks]
    return tuple(found)
