"""A parcel: sealed records in the order in which they were said, in one file, and what they attach beside it.

An inbox is a directory that both sides reach: on the same machine, on a shared disk, on a stick.

    <number>-<SHA-256>.parcel     records, one after another (a CBOR sequence, RFC 8742)
    attachments/<SHA-256>         what they name
    refused/<SHA-256>.cose        a record that the log did not take, and beside it why (.json)

A parcel appears whole or not at all, and its name says what it holds: half of one is never read, the same
one twice is one. What it attaches stands there before it does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, InputError, RecordError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import read_input
from escrutinio.core.election.state import attachments_of
from escrutinio.core.records.attachments import MAX_ATTACHMENT, digest_of, file_name
from escrutinio.core.records.cose import records_of
from escrutinio.core.records.entry import read_record
from escrutinio.running.exchange.paper import MAX_TEXTS, records_on_paper

ENDING = ".parcel"
ATTACHMENTS, REFUSED = "attachments", "refused"

MAX_PARCEL = 64 * 1024 * 1024
"""Bytes of the longest parcel that is read; who sends more makes several."""

_NAME = re.compile(r"[0-9]{5}-([0-9a-f]{64})\.parcel")


@dataclass(frozen=True)
class Parcel:
    """Records as they were sent together, and the file that they stand in."""

    path: Path
    records: tuple[bytes, ...]

    @property
    def inbox(self) -> Path:
        """The directory in which it lies."""
        return self.path.parent


# --- sending ---


def send(inbox: Path, records: Sequence[bytes], attachments: Mapping[bytes, bytes]) -> list[Path]:
    """Put records into an inbox, with what they attach; the parcels that hold them, in order.

    Durable when it returns: a stick may be pulled out. Raises LogError where something cannot be written.
    """
    write_files(inbox / ATTACHMENTS, ((file_name(digest), raw) for digest, raw in attachments.items()))
    made = []
    for number, content in enumerate(_cut(records), 1):
        name = f"{number:05}-{digest_of(content).hex()}{ENDING}"
        write_files(inbox, [(name, content)])
        made.append(inbox / name)
    return made


def _cut(records: Sequence[bytes]) -> Iterator[bytes]:
    part: list[bytes] = []
    size = 0
    for raw in records:
        if part and size + len(raw) > MAX_PARCEL:
            yield b"".join(part)
            part, size = [], 0
        part.append(raw)
        size += len(raw)
    if part:
        yield b"".join(part)


def named_attachments(raw: bytes) -> tuple[bytes, ...]:
    """The digests of what a record attaches; none where it cannot be read, which a log will say."""
    try:
        return tuple(each.digest for each in attachments_of(read_record(raw).body))
    except EscrutinioError:
        return ()


def attached_to(records: Iterable[bytes], attachments: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Those of some files that these records attach, by digest."""
    named = {digest for raw in records for digest in named_attachments(raw)}
    return {digest: content for digest, content in attachments.items() if digest in named}


# --- receiving ---


def parcels(inbox: Path) -> Iterator[Parcel | InputError]:
    """The parcels of an inbox as they came, and one refusal for each that is damaged; it stays where it is.

    Raises InputError where the inbox cannot be read.
    """
    try:
        found = [
            (each.stat().st_mtime_ns, each.name) for each in os.scandir(inbox) if _NAME.fullmatch(each.name)
        ]
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError("file-unreadable", path=inbox, why=error.strerror or str(error)) from None
    for _, name in sorted(found):
        try:
            yield read_parcel(inbox / name)
        except InputError as error:
            yield error


def read_parcel(path: Path) -> Parcel:
    """Read a parcel strictly. Raises InputError where it is not what its name says, or holds no records."""
    content = read_input(path, MAX_PARCEL)
    named = _NAME.fullmatch(path.name)
    if named is None or digest_of(content).hex() != named[1]:
        raise InputError("parcel-damaged", path=path)
    try:
        records = records_of(content)
    except RecordError as error:
        raise InputError("parcel-no-records", path=path, why=error) from None
    return Parcel(path, tuple(records))


def sent_attachment(inbox: Path, digest: bytes) -> bytes | None:
    """What was sent with a parcel under this SHA-256; None where it is missing, or is something else."""
    try:  # a stick may have a pipe or a device in the place of a file
        content = read_input(inbox / ATTACHMENTS / file_name(digest), MAX_ATTACHMENT)
    except InputError:
        return None
    return content if digest_of(content) == digest else None


# --- what is to be sent ---


def read_sealed(paths: Iterable[Path]) -> tuple[list[bytes], dict[bytes, bytes]]:
    """The records in files and directories, in the order of their names, and what they attach: files named by
    their SHA-256 in the directory `attachments` beside them. A file may also be of texts of QR codes.

    Raises InputError for a file that is no record, for one that attaches what is not there, and for nothing.
    """
    records: list[bytes] = []
    attachments: dict[bytes, bytes] = {}
    for path in paths:
        for file in _sealed_in(path) if path.is_dir() else [path]:
            found = _records_in(file)
            for raw in found:
                attachments |= _attached(raw, file)
            records += found
    if not records:
        raise InputError("submit-nothing")
    return list(dict.fromkeys(records)), attachments


def _records_in(file: Path) -> list[bytes]:
    content = read_input(file, MAX_TEXTS if file.suffix == ".jsonl" else MAX_PARCEL)
    if (read := records_on_paper(content, file)) is not None:
        return read
    try:
        return records_of(content)
    except RecordError as error:
        raise InputError("parcel-no-records", path=file, why=error) from None


def _sealed_in(directory: Path) -> list[Path]:
    return sorted(each for each in directory.iterdir() if each.suffix in (".cose", ENDING))


def _attached(raw: bytes, file: Path) -> dict[bytes, bytes]:
    found = {}
    for digest in named_attachments(raw):
        content = sent_attachment(file.parent, digest)
        if content is None:
            raise InputError("parcel-lacks", path=file, name=file_name(digest))
        found[digest] = content
    return found
