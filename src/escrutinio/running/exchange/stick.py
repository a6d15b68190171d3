"""Records on a stick, on their way to a hub without a network: parcels, and a list of them that stands last.

    <number>-<SHA-256>.parcel     as in any inbox (`parcel`), and what they attach
    <SHA-256>.manifest            what one `usb save` wrote: each file's name, size and records (JSON)
    answers/<SHA-256>.tlog-proof, .promise.cose, .waiting
                                  what a hub answered, on its way back

A list is named by its own SHA-256, so that one that was cut is noticed; what it names and is not there is
said. Sticks of several stations may be copied into one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from itertools import chain, count
from pathlib import Path

import msgspec

from escrutinio.base.errors import EscrutinioError, InputError, RecordError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import MAX_SMALL, read_input
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.log.proofs import MAX_PROOF
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.cose import MAX_RECORD
from escrutinio.core.records.entry import UnknownTypeError, read_record
from escrutinio.running.exchange.parcel import (
    ATTACHMENTS,
    Parcel,
    named_attachments,
    parcels,
    read_parcel,
    send,
    sent_attachment,
)

ANSWERS = "answers"


class AnswerKind(StrEnum):
    """What a hub answers about a record, by the end of its file's name; a path is that of a promise among
    what waits."""

    PROMISE = "promise.cose"
    PATH = "waiting"
    PROOF = "tlog-proof"


_LIST = re.compile(r"([0-9a-f]{64})\.manifest")
_ANSWER = re.compile(r"([0-9a-f]{64})\.(?:(\d{1,4})\.)?(promise\.cose|waiting|tlog-proof)")


class ListedFile(msgspec.Struct, frozen=True):
    """A file on a stick: its path below the stick, bytes, and the records in it."""

    name: str
    size: int
    records: int = 0


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one save wrote, of one election (SHA-256 of its definition, hexadecimal)."""

    version: int
    election: str
    records: int
    files: tuple[ListedFile, ...]


@dataclass
class OnStick:
    """What a stick holds: whole records with what they attach, those of other elections left out (`others`),
    and a sentence for each part that is missing or damaged."""

    records: list[bytes] = field(default_factory=list)
    attachments: dict[bytes, bytes] = field(default_factory=dict)
    others: int = 0
    problems: list[EscrutinioError] = field(default_factory=list)


def save(stick: Path, election: str, records: Sequence[bytes], attachments: Mapping[bytes, bytes]) -> int:
    """Write records to a stick, durably, and last the list of what was written; the number of files that it
    names. Raises LogError where something cannot be written."""
    files = [
        ListedFile(path.name, path.stat().st_size, len(read_parcel(path).records))
        for path in send(stick, records, attachments)
    ]
    files += [
        ListedFile(f"{ATTACHMENTS}/{file_name(digest)}", len(content))
        for digest, content in sorted(attachments.items())
    ]
    content = msgspec.json.encode(Manifest(1, election, len(records), tuple(files))) + b"\n"
    write_files(stick, [(f"{digest_of(content).hex()}.manifest", content)])
    return len(files)


def read_stick(stick: Path, election: str | None) -> OnStick:
    """What is whole on a stick, of one election or of any; every part of the rest is named.

    Raises InputError where nothing was saved there, or nothing of this election, or it cannot be read.
    """
    found, listed = OnStick(), dict[str, ListedFile]()
    there = False
    for name in _names(stick):
        if _LIST.fullmatch(name):
            there = True
            try:
                listed |= {each.name: each for each in _manifest(stick / name).files}
            except InputError as error:
                found.problems.append(error)
    whole = set()
    for parcel in parcels(stick):
        there = True
        if isinstance(parcel, InputError):
            found.problems.append(parcel)
            whole.add(Path(str(parcel.values.get("path"))).name)
            continue
        whole.add(parcel.path.name)
        if parcel.path.name not in listed:
            found.problems.append(InputError("stick-unlisted", path=parcel.path))
        _take(parcel, election, found)
    if not there:
        raise InputError("stick-nothing", directory=stick)
    found.problems += [
        InputError("stick-missing", path=stick / name, size=each.records)
        for name, each in listed.items()
        if "/" not in name and name not in whole
    ]
    found.records = list(dict.fromkeys(found.records))
    if found.others and not found.records:
        raise InputError("stick-election", directory=stick, election=election)
    return found


def _names(directory: Path) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError as error:
        raise InputError("file-unreadable", path=directory, why=error.strerror or str(error)) from None


def _manifest(path: Path) -> Manifest:
    content = read_input(path, 64 * MAX_SMALL)
    named = _LIST.fullmatch(path.name)
    try:
        found = msgspec.json.decode(content, type=Manifest)
    except NO_JSON:
        found = None
    if found is None or found.version != 1 or named is None or digest_of(content).hex() != named[1]:
        raise InputError("stick-list", path=path)
    return found


def _take(parcel: Parcel, election: str | None, found: OnStick) -> None:
    for raw in parcel.records:
        if election is not None and _election_of(raw) != election:
            found.others += 1
            continue
        contents = {each: sent_attachment(parcel.inbox, each) for each in named_attachments(raw)}
        lacking = [file_name(each) for each, content in contents.items() if content is None]
        if lacking:
            found.problems.append(InputError("parcel-lacks", path=parcel.path, name=lacking[0]))
            continue
        found.records.append(raw)
        found.attachments |= {each: content for each, content in contents.items() if content is not None}


def _election_of(raw: bytes) -> str:
    """The election that a record names, hexadecimal, or a definition is; nothing where it is no record."""
    try:
        return (read_record(raw).election or sha256(raw).digest()).hex()
    except UnknownTypeError as unknown:
        return unknown.election.hex()
    except RecordError:
        return ""


# --- the way back ---


def put_answers(
    directory: Path, found: Iterable[tuple[bytes, AnswerKind, bytes]], *, below: str = ANSWERS
) -> None:
    """Write answers (SHA-256 of the record, kind, bytes), by default beside the records of a stick. None is
    put in the place of another one. Raises LogError."""
    given = dict[str, bytes]()
    for digest, kind, content in found:
        given[_free_name(directory / below, given, digest.hex(), kind, content)] = content
    write_files(directory, ((f"{below}/{name}" if below else name, each) for name, each in given.items()))


def _free_name(
    directory: Path, given: Mapping[str, bytes], digest: str, kind: AnswerKind, content: bytes
) -> str:
    """A name that no other content has: an answer that was given before is evidence, and stays."""
    for name in chain([f"{digest}.{kind}"], (f"{digest}.{n}.{kind}" for n in count(2))):
        there = given[name] if name in given else _content(directory / name)
        if there is None or there == content or kind is AnswerKind.PROOF:
            return name
    raise AssertionError("the numbers have no end")


def _content(path: Path) -> bytes | None:
    """What stands at a place; None for nothing, and nothing for what cannot be read."""
    try:
        return read_input(path, MAX_RECORD) if os.path.lexists(path) else None
    except InputError:
        return b""


def answers(directory: Path) -> Iterator[tuple[bytes, AnswerKind, bytes]]:
    """The answers on a stick, or in a directory of them: SHA-256 of the record, kind, and bytes; of one
    record promises first, in the order in which they were kept. Raises InputError where it cannot be read."""
    inside = directory / ANSWERS
    where = inside if inside.is_dir() else directory
    kinds = list(AnswerKind)
    found = [
        (one[1], kinds.index(AnswerKind(one[3])), int(one[2] or 1), name)
        for name in _names(where)
        if (one := _ANSWER.fullmatch(name)) is not None
    ]
    for digest, kind, _, name in sorted(found):
        limit = MAX_PROOF if kinds[kind] is AnswerKind.PROOF else MAX_RECORD
        yield bytes.fromhex(digest), kinds[kind], read_input(where / name, limit)
