"""What an organisation collected, as sheets: rows of a scan, transcriptions, and tables by a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.election.qr2024_options import Qr2024Options, classes_2024
from escrutinio.core.election.rights import Rights, Scopes
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import Form
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.keys import check_signature
from escrutinio.core.records.qr import read_qr_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.core.records.types import ManualSheet, TallySheet
from escrutinio.intake.mapping.files import load_toml
from escrutinio.intake.mapping.mapping import parse_mapping
from escrutinio.intake.mapping.rows import Ballot, Imported, SheetRow
from escrutinio.intake.mapping.tables import read_sheets
from escrutinio.intake.scan.form_code import read_form_code
from escrutinio.intake.scan.problems import Problem
from escrutinio.intake.scan.results import MAX_LINE, Found, ScanResult, Sheet, from_line, group_sheets
from escrutinio.running.workspace.cabinet import Cabinet
from escrutinio.running.workspace.collection.collection import KnownKey
from escrutinio.running.workspace.collection.scanning import scanned_rows
from escrutinio.running.workspace.collection.sheets import Collected, NotTaken, Said, Why

MAX_FILE = 512 * 1024 * 1024

Read = Collected | NotTaken


class Transcribed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One sheet that people typed (docs/collecting.md): a line of a transcription file.

    `image` is the SHA-256 of the picture's file in hexadecimal, `page` its page there, from 1; `typists` the
    codes, issued by the organisation, of those who typed it or decided between them. `status` where clerks in
    roles typed it: a word of `codes.SheetFact`; `decided`: the reason, where a third person decided.
    """

    kind: str
    station: str
    contest: str
    counts: tuple[int, ...]
    classes: tuple[int, ...] = ()
    valid: int | None = None
    ballots: int | None = None
    voters: int | None = None
    supplement: int | None = None
    spoilt: int | None = None
    registered: int | None = None
    image: str
    page: int = 1
    source: str
    typists: tuple[str, ...]
    confirmed: bool = False
    status: str = ""
    decided: str = ""


TRANSCRIBED = "transcribed"
TYPED = "desk/typed/transcribed.jsonl"
"""What was typed at the desk of a collection, in its private part."""


def of_files(
    paths: Iterable[Path],
    state: ElectionState,
    keys: Mapping[bytes, KnownKey],
    qr2024: Qr2024Options | None,
) -> Iterator[Read | Said]:
    """The sheets of files: JSON lines, or tables by a mapping in a .toml file; and what tables say of them.

    Raises InputError for a file that is neither, and for a table with bad rows.
    """
    for path in paths:
        if path.suffix != ".toml":
            yield from read_lines(path, state, keys, qr2024)
            continue
        found = read_table(path, state)
        if found.bad:
            raise InputError("rows-unreadable", path=path, size=len(found.bad), first=found.bad[0])
        yield from of_table(found)


def of_kept(
    files: Cabinet, state: ElectionState, keys: Mapping[bytes, KnownKey], qr2024: Qr2024Options | None
) -> Iterator[Read]:
    """The sheets of the pictures that a collection keeps: what their codes say, and what was typed at its
    desk. Raises InputError."""
    yield from of_scan(scanned_rows(files), state, keys, qr2024)
    for number, line in enumerate((files.read(TYPED) or b"").splitlines(), 1):
        yield _transcribed(line, f"{files.place(TYPED)}:{number}")


def unread_pages(path: Path) -> dict[Path, frozenset[int]]:
    """The pages that a scan could not read, and those of forms filled in by hand, by file, relative to its
    folder. Raises InputError."""
    rows = (from_line(line, f"{path.name}, line {number}") for number, line in enumerate(_lines(path), 1))
    found: dict[Path, set[int]] = {}
    for row in rows:
        if row.kind is Found.UNREAD or row.problem is Problem.FORM:
            found.setdefault(Path(row.path), set()).add(row.page)
    return {path: frozenset(pages) for path, pages in found.items()}


def read_lines(
    path: Path, state: ElectionState, keys: Mapping[bytes, KnownKey], qr2024: Qr2024Options | None
) -> Iterator[Read]:
    """The sheets of a file of JSON lines: rows of a scan, each sheet once, or transcriptions.

    `keys` and `qr2024` are a collection's. Raises InputError for a line that is neither.
    """
    rows: list[ScanResult] = []
    for number, line in enumerate(_lines(path), 1):
        place = f"{path.name}, line {number}"
        if f'"kind":"{TRANSCRIBED}"'.encode() in line:
            yield _transcribed(line, place)
        else:
            rows.append(from_line(line, place))
    yield from of_scan(rows, state, keys, qr2024)


def of_scan(
    rows: Iterable[ScanResult],
    state: ElectionState,
    keys: Mapping[bytes, KnownKey],
    qr2024: Qr2024Options | None,
) -> Iterator[Read]:
    """The sheets among the rows of a scan, and what was no sheet."""
    known = list(rows)
    for row in known:
        if row.problem is Problem.NO_QR_ON_PAGE:
            continue  # another page of the file has the code
        if row.kind is Found.UNREAD:
            yield NotTaken(Why.UNREAD, "", row.path, row.problem.value)
        elif (place := read_form_code(row.text)) is not None:
            yield NotTaken(Why.UNREAD, place.station, row.path, row.problem.value)
        elif row.sheet is None:
            yield NotTaken(Why.OTHER, "", row.path, row.problem.value)
    for group in group_sheets(known):
        first = group.first
        assert first.sheet is not None  # only rows with a sheet are grouped
        if first.kind is Found.QR2024:
            yield _of_2024(first, first.sheet, state, qr2024)
        else:
            yield _of_record(first, first.sheet, state, keys)


def _of_2024(row: ScanResult, sheet: Sheet, state: ElectionState, qr2024: Qr2024Options | None) -> Read:
    station = sheet.station or ""
    if qr2024 is None:
        return NotTaken(Why.CONTEST, station, row.path, "qr2024")
    views = {view.code: view for view in state.contests}
    if qr2024.contest not in views:
        return NotTaken(Why.CONTEST, station, row.path, qr2024.contest)
    said, view = read_qr2024(row.text), views[qr2024.contest]
    counts, classes = qr2024.counts(said, view.options), classes_2024(said, view.classes)
    image = _image(row)
    return Collected(station, view.code, counts, classes, Form.QR2024, row.path, image=image)


def _of_record(row: ScanResult, sheet: Sheet, state: ElectionState, keys: Mapping[bytes, KnownKey]) -> Read:
    station = sheet.station or ""
    raw, _ = read_qr_text(row.text)
    entry = open_record(raw)
    body = entry.body
    if entry.election != state.election:
        return NotTaken(Why.ELECTION, station, row.path, entry.election.hex())
    if not isinstance(body, TallySheet | ManualSheet) or entry.about.contest is None:
        return NotTaken(Why.OTHER, station, row.path, body.NAME)
    held = keys.get(entry.kid)
    signed_by = f"{entry.signer}, {entry.kid.hex()}"
    if held is None or held.name != entry.signer:
        return NotTaken(Why.SIGNATURE, station, row.path, signed_by)
    frame = split(raw)
    try:
        check_signature(bytes.fromhex(held.public_key), frame.signed, frame.signature)
    except RecordError:
        return NotTaken(Why.SIGNATURE, station, row.path, signed_by)
    # A signature makes an original of a sheet only where its signer was entitled to make it.
    rights = Rights(state.definition.body)
    if not rights.may_sign(held.key.role, type(body)):
        return NotTaken(Why.ROLE, station, row.path, f"{entry.signer}, {held.key.role.name.lower()}")
    if not Scopes(state.keys, state.areas, state.roll, rights).covers(held.key, entry.about):
        return NotTaken(Why.SCOPE, station, row.path, f"{entry.signer}, {' '.join(held.scope)}")
    return Collected(
        station,
        entry.about.contest,
        body.counts,
        body.classes,
        Form.PHOTO,
        row.path,
        valid=body.valid,
        ballots=body.ballots,
        voters=body.voters,
        supplement=body.supplement,
        spoilt=body.spoilt,
        image=_image(row),
        original=None if held.revoked else entry.digest,
        raw=None if held.revoked else raw,
        doubt=f"{entry.kid.hex()} {entry.signer}" if held.revoked else "",
    )


def _image(row: ScanResult) -> bytes:
    """The digest of the picture. Raises InputError where the row has none."""
    try:
        digest = bytes.fromhex(row.digest)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise InputError("picture-row", path=row.path[:200])
    return digest


def _transcribed(line: bytes, place: str) -> Collected:
    try:
        said = msgspec.json.decode(line, type=Transcribed)
        image = bytes.fromhex(said.image)
    except (ValueError, *NO_JSON) as error:
        raise InputError("transcription-form", place=place, why=str(error)) from None
    if len(image) != 32:
        raise InputError("picture-form", place=place)
    return Collected(
        said.station,
        said.contest,
        said.counts,
        said.classes,
        Form.PHOTO,
        said.source,
        valid=said.valid,
        ballots=said.ballots,
        voters=said.voters,
        supplement=said.supplement,
        spoilt=said.spoilt,
        registered=said.registered,
        image=image,
    )


def read_table(mapping: Path, state: ElectionState) -> Imported[SheetRow]:
    """The rows of a table by the mapping file `mapping` (docs/importing.md)."""
    table = load_toml(mapping.parent, mapping.name)
    inner = table.get("import")
    tables = parse_mapping(inner if isinstance(inner, dict) else table)
    options = {view.code: Ballot(view.options, view.classes, view.marks) for view in state.contests}
    return read_sheets(tables, mapping.parent, options)


def of_table(found: Imported[SheetRow]) -> Iterator[Collected | Said]:
    """The sheets among the rows of a table, and what it says of them."""
    for row in found.rows:
        yield Collected(
            row.station,
            row.contest,
            row.counts,
            row.classes,
            Form.TABLE,
            f"{row.source}:{row.line}",
            valid=row.valid,
            ballots=row.ballots,
            voters=row.voters,
            supplement=row.supplement,
            spoilt=row.spoilt,
            registered=row.registered,
            confirmed=row.confirmed,
        )
    for said in found.facts:
        yield Said(said.station, said.contest, said.fact, said.words, f"{said.source}:{said.line}")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        if not path.is_file():
            raise InputError("input-not-regular", path=path)
        if path.stat().st_size > MAX_FILE:
            raise InputError("fetch-long", path=path, limit=MAX_FILE)
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE + 1):
                if line.strip():
                    yield line
    except OSError as error:
        raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None
