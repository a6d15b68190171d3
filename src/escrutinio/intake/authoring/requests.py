"""Enrolment requests: what the holder of a key hands to whoever enrols it, one or many at a time.

One is a JSON file: the election's digest, and the key as it is to be enrolled, with its proof of possession.
Many are a CSV table of name, role, scope, contests, public_key and proof (several scopes with blanks between
them). Whoever enrols needs nothing else, and may be offline.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_text, read_input
from escrutinio.base.toml import nearest
from escrutinio.core.election.bulk.proofs import all_possess
from escrutinio.core.election.tables import write_table
from escrutinio.core.records.cbor import encode
from escrutinio.core.records.codecs import Struct, word
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import KeyHolder, check_public_key, key_is_acceptable
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import check_possession
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.records.text import check_name
from escrutinio.core.records.types import Enrolment

MAX_TABLE = 256 * 1024 * 1024
"""Bytes of the longest table that is read: a million keys."""

ROOM_FOR_KEYS = 64_000
"""Most bytes of the keys in one enrolment, so that it stays under the size of an entry."""

MOST_KEYS = 300
"""Most keys in one enrolment, so that a page shows it."""

COLUMNS = ("name", "role", "scope", "contests", "public_key", "proof")

_FORM, _VERSION = "escrutinio-request", 1
_KEY = Struct(EnrolledKey)
_ROLES = {word(role): role for role in Role}


@dataclass(frozen=True, slots=True)
class Request:
    """A key as its holder asks for it to be enrolled, in the election with this digest (32 bytes)."""

    election: bytes
    key: EnrolledKey

    def text(self) -> str:
        """The file's content."""
        said = {_FORM: _VERSION, "election": self.election.hex(), "key": _KEY.to_plain(self.key)}
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def read_requests(paths: Iterable[Path], election: bytes) -> list[EnrolledKey]:
    """The keys that requests in files ask for, in order, each proved to be its holder's.

    Raises InputError, naming the file and row, for what is no request, is of another election, was signed by
    another key than it names, or asks twice for one key or one name.
    """
    found: list[tuple[str, EnrolledKey]] = []
    for path in paths:
        text = as_text(read_input(path, MAX_TABLE), str(path)).decode(errors="replace")
        if text.lstrip().startswith("{"):
            found.append((str(path), _one(text, path, election)))
        else:
            found += _table(text, str(path))
    _check_once(found)
    keys = [key for _, key in found]
    _check_proofs(found, keys, election)
    return keys


def _one(text: str, path: Path, election: bytes) -> EnrolledKey:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"escrutinio-request": 1, "election": str(digest), "key": dict(key)} if len(said) == 3:
            pass
        case _:
            raise InputError("request-form", path=path)
    if digest != election.hex():
        raise InputError("request-election", path=path, election=digest[:64], asked=election.hex())
    try:
        return _KEY.from_plain(key)
    except RecordError as error:
        raise InputError("at-place", place=path, why=error) from None


def _table(text: str, place: str) -> list[tuple[str, EnrolledKey]]:
    found = []
    for row in read_rows(text, place):
        if not row.public_key or not row.proof:
            raise InputError("request-row-open", place=row.place, name=row.name)
        found.append((row.place, row.key()))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of requests or names; `public_key` and `proof` are empty where they are to be made."""

    place: str
    name: str
    role: Role
    scope: tuple[str, ...]
    contests: tuple[str, ...]
    public_key: bytes = b""
    proof: bytes = b""

    def key(self) -> EnrolledKey:
        """The key as it is to be enrolled."""
        return EnrolledKey(self.name, self.public_key, self.role, self.scope, self.contests, (), self.proof)


def read_rows(text: str, place: str) -> Iterator[Row]:
    """The rows of a table; name and role are needed, the other columns may be missing. Raises InputError."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in header:
            if name not in COLUMNS or header.count(name) > 1:
                raise InputError(
                    "request-column", place=place, name=repr(name[:40]), known=", ".join(COLUMNS)
                )
        if not {"name", "role"} <= set(header):
            raise InputError("request-columns", place=place, known=", ".join(COLUMNS))
        at = [header.index(name) if name in header else -1 for name in COLUMNS]
        for cells in reader:
            if not cells:
                continue
            where = f"{place}:{reader.line_num}"
            if len(cells) != len(header):
                raise InputError("request-cells", place=where, size=len(cells), want=len(header))
            yield _row(where, [cells[column].strip() if column >= 0 else "" for column in at])
    except csv.Error as error:
        raise InputError("at-place", place=f"{place}:{reader.line_num}", why=str(error)) from None


def check_names(rows: Iterable[Row]) -> None:
    """Raise InputError for the first row whose name stood before."""
    names: set[str] = set()
    for row in rows:
        if row.name in names:
            raise InputError("request-twice", place=row.place, name=row.name)
        names.add(row.name)


def _row(place: str, cells: Sequence[str]) -> Row:
    name, role, scope, contests, public_key, proof = cells
    try:
        check_name(name)
        if role not in _ROLES:
            known = nearest(role, _ROLES)
            raise InputError("config-word", place=place, nearest=known, value=repr(role[:40]))
        return Row(
            place,
            name,
            _ROLES[role],
            tuple(scope.split()),
            tuple(contests.split()),
            _bytes(public_key, 32),
            _bytes(proof, 64),
        )
    except RecordError as error:
        raise InputError("at-place", place=place, why=error) from None


def _bytes(text: str, size: int) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b"?"
    if text and len(found) != size:
        raise RecordError("request-hex", size=2 * size, value=repr(text[:40]))
    return found


def _check_once(found: Sequence[tuple[str, EnrolledKey]]) -> None:
    names, keys = {key.name for _, key in found}, {key.public_key for _, key in found}
    if len(names) == len(found) == len(keys):
        return
    names, keys = set(), set()
    for place, key in found:
        if key.name in names or key.public_key in keys:
            raise InputError("request-twice", place=place, name=key.name)
        names.add(key.name)
        keys.add(key.public_key)


def _check_proofs(
    found: Sequence[tuple[str, EnrolledKey]], keys: Sequence[EnrolledKey], election: bytes
) -> None:
    fit = all(len(key.proof) == 64 and key_is_acceptable(key.public_key) for key in keys)
    if fit and all_possess(election, keys):
        return
    for place, key in found:
        try:
            check_public_key(key.public_key)
        except RecordError as error:
            raise InputError("at-place", place=place, why=error) from None
        try:
            check_possession(election, key)
        except RecordError:
            kid = key_id(key.public_key).hex()
            raise InputError("request-proof", place=place, name=key.name, kid=kid) from None


def request_table(keys: Iterable[EnrolledKey]) -> bytes:
    """A table of requests. Raises InputError for a key with titles, which a table has no column for."""
    return write_table(COLUMNS, map(_cells, keys))


def _cells(key: EnrolledKey) -> tuple[str, ...]:
    if key.titles:
        raise InputError("request-titles", name=key.name)
    scope, contests = " ".join(key.scope), " ".join(key.contests)
    return key.name, word(key.role), scope, contests, key.public_key.hex(), key.proof.hex()


def batches(keys: Sequence[EnrolledKey]) -> Iterator[tuple[EnrolledKey, ...]]:
    """The keys in as many parts as entries they fill."""
    batch: list[EnrolledKey] = []
    room = ROOM_FOR_KEYS
    for key in keys:
        size = len(encode(_KEY.encode(key)))
        if batch and (size > room or len(batch) == MOST_KEYS):
            yield tuple(batch)
            batch, room = [], ROOM_FOR_KEYS
        batch.append(key)
        room -= size
    if batch:
        yield tuple(batch)


def enrolments(
    keys: Sequence[EnrolledKey], *, root: KeyHolder, signer: str, election: bytes, issued_at: int
) -> Iterator[bytes]:
    """The sealed entries that enrol these keys, as few as they fit into. Raises RecordError."""
    for batch in batches(keys):
        yield seal(
            Enrolment(batch),
            key=root,
            signer=signer,
            subject=ELECTION,
            election=election,
            issued_at=issued_at,
        )
