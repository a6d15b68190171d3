"""A part of a log to carry: the records of one area, their proofs and a page that verifies them, as a ZIP.

The layout is that of docs/verifying-in-the-browser.md, "A part of the log"; the browser makes the same files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
import numpy as np

from escrutinio.base.beside import new_file, refusal
from escrutinio.base.errors import InputError, PublicationError
from escrutinio.core.election.qr2024_options import QR2024_FILE
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.pinned import OtherFileError
from escrutinio.core.log.proofs import format_proof
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import AuditMethod
from escrutinio.core.records.parts import Attachment
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.publication.browser.bundle import NAME, bundle
from escrutinio.publication.browser.files import asset

MOST_RECORDS = 20_000
"""Most records of one part; for more the whole log is the better thing to carry."""

WORTH_IT = 4_096
"""Bytes from which a file is compressed: records and proofs, of which there are thousands, gain little."""

FRAMING = (t.Roll, t.Closing, t.Ruling, t.AuditCommitment)
"""What says of which records of a station count, and as what."""

TRUST = "trust.toml"
DECODER = tuple(f"assets/vendor/qr/{name}" for name in ("index.js", "decode.js", "LICENSE.txt"))
"""What reads photos in `verify.html`, where the publication has it; that knows its digests."""

MAX_ALONG = 16 * 1024 * 1024
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)


def part_controls(state: ElectionState) -> dict[str, list[int]]:
    """The log indices that every part looks at, by what they are; the browser finds them in `data/`.

    Of rolls, closings and rulings the officers' consents too: without them nobody could see that they take
    effect. Rulings about one station stand with what else is about it. Of commitments to audits those of
    single vouchers: without them their counts would stand for counts of the boxes.
    """
    kinds: tuple[type[t.Body], ...] = (*FRAMING, t.Revocation, t.CoRecord)
    found: dict[str, list[int]] = {kind.NAME: [] for kind in kinds}
    for logged in state.controls:
        by_officers = isinstance(logged.body, FRAMING) and logged.standing is Standing.CONSENT
        if isinstance(logged.body, t.AuditCommitment) and logged.body.method is not AuditMethod.BRAVO:
            continue
        if isinstance(logged.body, t.Ruling) and logged.entry.about.station is not None:
            continue
        if isinstance(logged.body, kinds) and (logged.standing is Standing.EFFECTIVE or by_officers):
            found[logged.body.NAME].append(logged.index)
    return found


def part_entries(state: ElectionState, area: str) -> tuple[int, ...]:
    """The log indices of what a part holds of an area, in order.

    What is about its stations; definition, charter, rolls, closings, rulings about areas and whole contests,
    and commitments to audits of single vouchers, with the officers' consents to them; and for each key that
    signed any of it, its enrolment, its revocation and the co-records of these. Raises InputError for an area
    that there is not, and for more than
    `MOST_RECORDS`.
    """
    top = state.areas.index.get(area)
    if top is None:
        raise InputError("part-area", area=repr(area[:80]))
    inside = state.areas.within(top, state.roll.area)
    controls = part_controls(state)
    framing = (index for kind in FRAMING for index in controls[kind.NAME])
    found = {0, 1, *framing, *_about(state, inside)}
    size = 0
    while size < len(found):
        size = len(found)
        found |= resting_on(state, found)
    if len(found) > MOST_RECORDS:
        raise InputError("part-large", size=len(found), limit=MOST_RECORDS)
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


def resting_on(state: ElectionState, entries: set[int]) -> set[int]:
    """What the keys that signed these entries rest on."""
    kids = {logged.entry.kid for logged in state.controls if logged.index in entries}
    for table in state.tables.values():
        rows = np.isin(table.index, list(entries))
        kids.update(state.keys[place].kid for place in np.unique(table.signer[rows]).tolist())
    found: set[int] = set()
    for kid in kids:
        if (held := state.keys.get(kid)) is not None:
            found.update(index for index in (held.enrolled, held.revoked) if index is not None)
    found.update(logged.index for logged in state.records(t.Revocation) if logged.body.kid in kids)
    of_root = (*state.records(t.Enrolment), *state.records(t.Revocation))
    agreed = {logged.entry.digest for logged in of_root if logged.index in entries}
    consents = state.records(t.CoRecord)
    found.update(logged.index for logged in consents if logged.body.record in agreed)
    return found


def part_files(log: VerifiedLog, area: str) -> Iterator[tuple[str, bytes]]:
    """The files of an area's part of a log, by name.

    Raises InputError as `part_entries` does, LogError where the log does not give what was verified, and
    PublicationError where an attachment is missing.
    """
    indices = part_entries(log.state, area)
    yield "README.txt", asset("area-readme.txt")
    yield NAME, _verifier(log)
    trust = log.unverified(TRUST, MAX_ALONG)
    if trust is not None:
        yield TRUST, trust
    for path in (*DECODER, QR2024_FILE):
        content = log.unverified(path, MAX_ALONG)
        if content is not None:
            yield path, content
    yield "checkpoint", log.signed.note.data
    yield "area.json", msgspec.json.encode({"area": area, "size": log.size, "entries": indices}) + b"\n"
    for digest in dict.fromkeys(named.digest for named in _tables(log.state)):
        path = f"attachments/{file_name(digest)}"
        content = log.attachment(digest)
        if content is None:
            raise PublicationError("part-missing", path=path)
        yield path, content
    for index, raw in log.entries_at(indices):
        yield f"records/{index}.cose", raw
        yield f"proofs/{index}.tlog-proof", format_proof(log.proof(index))


def _verifier(log: VerifiedLog) -> bytes:
    """The offline verifier that the trust file names, as published; this program's own where none is vouched
    for. Raises OtherFileError where another one stands in its place."""
    named = None if log.trust is None else log.trust.verifier_html
    content = None if named is None else log.unverified(NAME, MAX_ALONG)
    if content is not None and sha256(content).digest() != named:
        raise OtherFileError(NAME)
    return content or bundle()


def _tables(state: ElectionState) -> Iterator[Attachment]:
    yield state.definition.body.areas
    for roll in state.records(t.Roll):
        yield from attachments_of(roll.body)


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
