"""A part of a log to carry: the records of one area, their proofs and a page that verifies them, as a ZIP.

The layout is that of docs/verifying-in-the-browser.md, "A part of the log"; the browser makes the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
import numpy as np

from escrutinio.base.beside import new_file, refusal
from escrutinio.base.errors import InputError, LogError, PublicationError
from escrutinio.base.fetch import Fetch
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.merkle import leaf_hash, verify_inclusion
from escrutinio.core.log.proofs import format_proof, make_proof
from escrutinio.core.log.reader import FileReader, hash_source
from escrutinio.core.log.tiles import ENTRIES, TILE_WIDTH, TileName, decode_bundle
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import Role
from escrutinio.core.records.parts import Attachment
from escrutinio.publication.browser.bundle import NAME, bundle
from escrutinio.publication.browser.files import asset

MOST_RECORDS = 20_000
"""Most records of one part; for more the whole log is the better thing to carry."""

WORTH_IT = 4_096
"""Bytes from which a file is compressed: records and proofs, of which there are thousands, gain little."""

TRUST = "trust.toml"
MAX_ALONG = 16 * 1024 * 1024
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)


def part_controls(state: ElectionState) -> dict[str, list[int]]:
    """The log indices that every part looks at, by what they are; the browser finds them in `data/`.

    `first-sheet` has the first official sheet or zero report, before which a roll takes effect.
    """
    kinds = (t.Roll, t.Revocation, t.CoRecord)
    found = {kind.NAME: [logged.index for logged, _ in state.records(kind)] for kind in kinds}
    return found | {"first-sheet": _first_sheet(state)}


def _first_sheet(state: ElectionState) -> list[int]:
    roles = np.array([held.key.role for held in state.keys], np.int64)
    first: list[int] = []
    for table in state.tables.values():
        role = roles[table.signer]
        by_machine = (role == Role.MACHINE) & np.isin(table.kind, (t.ZeroReport.TYPE, t.TallySheet.TYPE))
        by_board = (role == Role.BOARD) & (table.kind == t.ManualSheet.TYPE)
        first += table.index[by_machine | by_board][:1].tolist()
    return sorted(first)[:1]


def part_entries(state: ElectionState, area: str) -> tuple[int, ...]:
    """The log indices of what a part holds of an area, in order.

    What is about its stations; definition, charter, rolls and the first official sheet; and for each key
    that signed any of it, its enrolment, its revocation and the co-records of that enrolment. Raises
    InputError for an area that there is not, and for more than `MOST_RECORDS`.
    """
    top = state.areas.index.get(area)
    if top is None:
        raise InputError(f"there is no area {area[:80]!r} in this election")
    inside = state.areas.within(top, state.roll.area)
    controls = part_controls(state)
    found = {0, 1, *controls[t.Roll.NAME], *controls["first-sheet"], *_about(state, inside)}
    size = 0
    while size < len(found):
        size = len(found)
        found |= _resting_on(state, found)
    if len(found) > MOST_RECORDS:
        raise InputError(f"this area has {len(found):,} records; carry a copy of the whole log instead")
    return tuple(sorted(found))


def _about(state: ElectionState, inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> set[int]:
    """What is about the stations, bool [stations], or about machines that were meant for one of them."""
    found: set[int] = set()
    for table in state.tables.values():
        known = table.station >= 0
        known[known] = inside[table.station[known]]
        found.update(table.index[known].tolist())
    codes = {state.roll.stations[at] for at in np.flatnonzero(inside).tolist()}
    found.update(logged.index for logged in state.controls if logged.entry.about.station in codes)
    machines = state.machines
    meant = np.flatnonzero(machines.station >= 0)
    ours = machines.machine[meant[inside[machines.station[meant]]]]
    found.update(machines.index[np.isin(machines.machine, ours)].tolist())
    return found


def _resting_on(state: ElectionState, entries: set[int]) -> set[int]:
    """What the keys that signed these entries rest on."""
    kids = {logged.entry.kid for logged in state.controls if logged.index in entries}
    for table in state.tables.values():
        rows = np.isin(table.index, list(entries))
        kids.update(state.keys[place].kid for place in np.unique(table.signer[rows]).tolist())
    found: set[int] = set()
    for kid in kids:
        if (held := state.keys.get(kid)) is not None:
            found.update(index for index in (held.enrolled, held.revoked) if index is not None)
    enrolments = {logged.entry.digest for logged, _ in state.records(t.Enrolment) if logged.index in entries}
    found.update(logged.index for logged, body in state.records(t.CoRecord) if body.enrolment in enrolments)
    return found


def part_files(
    state: ElectionState, area: str, signed: SignedCheckpoint, fetch: Fetch
) -> Iterator[tuple[str, bytes]]:
    """The files of an area's part, by name; `fetch` reads the publication that `state` and `signed` are of.

    Raises InputError as `part_entries` does, LogError where the log does not give what its checkpoint says,
    and PublicationError where an attachment is missing.
    """
    indices = part_entries(state, area)
    reader = FileReader(lambda path, limit: fetch(f"log/{path}", limit))
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if size < state.size:
        raise LogError(f"The log has {size} entries, where {state.size} were verified.")
    yield "README.txt", asset("area-readme.txt")
    yield NAME, fetch(NAME, MAX_ALONG) or bundle()
    trust = fetch(TRUST, MAX_ALONG)
    if trust is not None:
        yield TRUST, trust
    yield "checkpoint", signed.note.data
    yield "area.json", msgspec.json.encode({"area": area, "size": size, "entries": indices}) + b"\n"
    for named in dict.fromkeys(_tables(state)):
        path = f"attachments/{file_name(named.digest)}"
        content = fetch(path, named.size)
        if content is None:
            raise PublicationError(f"{path} is missing, so that no part of this log can be verified")
        yield path, content
    hash_at = hash_source(reader, size)
    read = _entries(reader, size)
    for index in indices:
        raw = read(index)
        proof = make_proof(index, signed, hash_at)
        verify_inclusion(leaf_hash(raw), index, size, proof.hashes, root)
        yield f"records/{index}.cose", raw
        yield f"proofs/{index}.tlog-proof", format_proof(proof)


def _tables(state: ElectionState) -> Iterator[Attachment]:
    yield state.body().areas
    for _, roll in state.records(t.Roll):
        yield roll.stations


def _entries(reader: FileReader, size: int) -> Callable[[int], bytes]:
    """Entries of the log by index; the bundle read last is kept, since indices come in order."""
    last: tuple[int, list[bytes]] = (-1, [])

    def read(index: int) -> bytes:
        nonlocal last
        number, place = divmod(index, TILE_WIDTH)
        if last[0] != number:
            name = TileName(ENTRIES, number, min(TILE_WIDTH, size - number * TILE_WIDTH))
            last = number, decode_bundle(reader.tile(name), name.width, name.path)
        return last[1][place]

    return read


def write_zip(path: Path, content: Iterable[tuple[str, bytes]]) -> int:
    """Write files (name, content) into a new ZIP file, whole or not at all; return its size in bytes.

    The same content gives the same file. Raises InputError where it exists, PublicationError where it cannot
    be written.
    """
    try:
        with new_file(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as made:
            for name, data in content:
                info = ZipInfo(name, _NO_CLOCK)
                info.compress_type = ZIP_DEFLATED if len(data) >= WORTH_IT else ZIP_STORED
                info.external_attr = 0o644 << 16
                made.writestr(info, data)
        return path.stat().st_size
    except OSError as error:
        raise refusal(path, error) from None
