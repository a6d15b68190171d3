"""What clerks in roles typed, as records: the board's sheet, and how it was read from its picture.

The key is a board's, or that of a digitising centre: a key of the board's role whose scope is the areas of
the boards whose pictures it types. Whoever holds it vouches for the typing, and nobody else's figures change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.base.inputs import read_input
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.election.rights import Rights, Scopes
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import SheetFact
from escrutinio.core.records.subjects import read_subject
from escrutinio.core.records.types import ManualSheet, SheetStatus
from escrutinio.intake.authoring.signing import Sealed, Signing
from escrutinio.running.desk.transcription.desk import PENDING, RESULT, Waiting
from escrutinio.running.workspace.cabinet import Cabinet
from escrutinio.running.workspace.collection.inputs import Transcribed

NOTE = ".redaction.json"

L = TypeVar("L", bound=msgspec.Struct)
Figures = tuple[tuple[int, ...], tuple[int, ...], int | None]


@dataclass(frozen=True)
class SealedTypings:
    """`records` in the order to send them; `known`: sheets that the log has already with these figures;
    `differ`: subjects of which it has a sheet of the same signer with other figures, and `others`: how many
    were not typed by clerks in roles. Of these nothing is sealed."""

    records: tuple[Sealed, ...]
    known: int
    differ: tuple[str, ...]
    others: int


class _Redaction(msgspec.Struct, frozen=True):
    """What is read of the note that `escrutinio redact` writes beside a copy."""

    original_sha256: str
    redacted_sha256: str


def seal_typings(
    signing: Signing, state: ElectionState, name: str, files: Cabinet, shown: Path | None
) -> SealedTypings:
    """The records of what is done and what waits in a desk's `files`, signed as `name`.

    `shown` has redacted copies of pictures, as `escrutinio redact` writes them: only they are ever attached.
    Raises InputError and RecordError, also for what the log would refuse.
    """
    may_seal = _rights(signing, state, name)
    copies = {} if shown is None else _redacted(shown)
    held, said = _held(state, name), _said(state, name)
    records: list[Sealed] = []
    known = others = 0
    differ = []
    for typed in _lines(files, RESULT, Transcribed):
        subject = f"{typed.station}/{typed.contest}"
        if not typed.status:
            others += 1
        elif subject in held:
            same = held[subject] == (typed.counts, typed.classes, typed.valid)
            known += same
            differ += [] if same else [subject]
        else:
            may_seal(subject)
            sheet = signing.say(ManualSheet, subject, _sheet(typed))
            records += [sheet, signing.say(SheetStatus, subject, _status(typed, sheet, copies))]
            held[subject] = typed.counts, typed.classes, typed.valid
    for waiting in _lines(files, PENDING, Waiting):
        subject = f"{waiting.station}/{waiting.contest}"
        if subject not in held and (subject, waiting.image) not in said:
            may_seal(subject)
            says: dict[str, object] = {"status": word(SheetFact.TYPINGS_DIFFER), "sheet": None, "note": None}
            records.append(signing.say(SheetStatus, subject, says | {"typed": {"picture": waiting.image}}))
            said.add((subject, waiting.image))
    return SealedTypings(tuple(records), known, tuple(differ), others)


def _rights(signing: Signing, state: ElectionState, name: str) -> Callable[[str], None]:
    """What raises InputError for a subject of which this key may make no board's sheet: the log would take it
    in, and count nothing of it."""
    rights = Rights(state.definition.body)
    scopes = Scopes(state.keys, state.areas, state.roll, rights)

    def check(subject: str) -> None:
        held = signing.held
        about = read_subject(ManualSheet.SUBJECT, subject)
        if (
            held is None
            or not rights.may_sign(held.key.role, ManualSheet)
            or not scopes.covers(held.key, about)
        ):
            raise InputError("seal-no-board", name=name, subject=subject)

    return check


def _sheet(typed: Transcribed) -> dict[str, object]:
    beside = {name: getattr(typed, name) for name in ("valid", "ballots", "voters", "supplement", "spoilt")}
    return {"counts": list(typed.counts), "classes": list(typed.classes), **beside}


def _status(typed: Transcribed, sheet: Sealed, copies: Mapping[str, str]) -> dict[str, object]:
    file = copies.get(typed.image)
    return {
        "status": typed.status,
        "sheet": sheet.entry.digest.hex(),
        "note": None if file is None else {"file": file, "media_type": "image/png"},
        "typed": {"picture": typed.image} | ({"reason": typed.decided} if typed.decided else {}),
    }


def _held(state: ElectionState, name: str) -> dict[str, Figures]:
    """The figures of each manual sheet of this signer in the log, by subject; of several the last."""
    found: dict[str, Figures] = {}
    for contest, table in state.tables.items():
        columns = (table.signer, table.kind, table.station, table.counts, table.classes, table.valid)
        for signer, kind, station, counts, classes, valid in zip(*(c.tolist() for c in columns), strict=True):
            if kind == ManualSheet.TYPE and station >= 0 and state.signers[signer] == name:
                stated = tuple(count for count in classes if count >= 0)
                figures = tuple(counts), stated, valid if valid >= 0 else None
                found[f"{state.roll.stations[station]}/{contest}"] = figures
    return found


def _said(state: ElectionState, name: str) -> set[tuple[str, str]]:
    """The subjects and pictures of which this signer said that their typings differ."""
    return {
        (logged.entry.subject, logged.body.typed.picture.hex())
        for logged in state.records(SheetStatus)
        if logged.entry.signer == name
        and logged.body.status is SheetFact.TYPINGS_DIFFER
        and logged.body.typed is not None
    }


def _redacted(directory: Path) -> dict[str, str]:
    """The names of redacted copies in a directory, by the SHA-256 of the original in hexadecimal."""
    found = {}
    for note in sorted(directory.glob(f"*{NOTE}")):
        try:
            read = msgspec.json.decode(read_input(note), type=_Redaction)
        except NO_JSON as error:
            raise InputError("redaction-form", path=note, why=str(error)) from None
        found[read.original_sha256] = note.name.removesuffix(NOTE) + ".png"
    return found


def _lines(files: Cabinet, name: str, of: type[L]) -> Iterator[L]:
    """The lines of a desk's file, none where it has none yet. Raises InputError."""
    try:
        yield from msgspec.json.Decoder(of).decode_lines(files.read(name) or b"")
    except NO_JSON as error:
        raise InputError("journal-form", path=files.place(name), why=str(error)) from None
