"""The first two entries of a log: the definition of an election, and the charter of a log of it."""

from __future__ import annotations

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.core.election.areas import AreaTree, read_areas
from escrutinio.core.election.contests import check_areas
from escrutinio.core.election.control import AttachmentReader
from escrutinio.core.election.definition import check_contests, check_definition, read_contests
from escrutinio.core.election.state import Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import Entry, open_record, read_record, verify
from escrutinio.core.records.keys import check_public_key
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import Contest


@dataclass(frozen=True)
class Foundation:
    """What entry 0 settles for good: the election, by `digest`, its contests and its areas."""

    digest: bytes
    entry: Entry
    body: t.Definition
    contests: tuple[Contest, ...]
    areas: AreaTree


OTHER_VERSION = "definition-version"
"""The code of refusal of an election that was defined in another version of the formats: it is neither right
nor wrong for a program of this one."""


def open_definition(raw: bytes, attachments: AttachmentReader) -> Foundation:
    """Open entry 0. Raises DefinitionError."""
    try:
        entry = open_record(raw)
        if not isinstance(entry.body, t.Definition):
            raise RecordError("record-is-other", type=entry.body.NAME)
        if entry.kid != key_id(entry.body.root_key):
            raise RecordError("not-signed-by-own-root")
        verify(raw, check_public_key(entry.body.root_key))
    except RecordError as error:
        if error.code == OTHER_VERSION:
            raise DefinitionError(OTHER_VERSION, **error.values) from None
        raise DefinitionError("definition-none", why=error) from None
    check_definition(entry.body)
    table = attachments.read(entry.body.areas)
    if table is None:
        raise DefinitionError("areas-missing", digest=entry.body.areas.digest.hex())
    areas = read_areas(table)
    contests = _contests(entry.body, attachments)
    check_contests(contests)
    check_areas(contests, areas)
    return Foundation(entry.digest, entry, entry.body, contests, areas)


def _contests(body: t.Definition, attachments: AttachmentReader) -> tuple[Contest, ...]:
    """The contests of a definition, which stand in it or in a file of its own."""
    if body.contests_file is None:
        return body.contests
    file = attachments.read(body.contests_file)
    if file is None:
        raise DefinitionError("contests-missing", digest=body.contests_file.digest.hex())
    return read_contests(file)


def open_charter(raw: bytes, election: Foundation) -> tuple[Entry, bytes, Standing]:
    """Open entry 1, with its root key. Raises EntryError; a charter whose root is not the one it must be is
    REFUSED."""
    try:
        entry = read_record(raw)
        body = entry.body
        if not isinstance(body, t.Charter) or entry.election != election.digest:
            raise RecordError("not-charter")
        if entry.kid != key_id(check_public_key(body.root_key)):
            raise RecordError("not-charter")
    except RecordError as error:
        raise EntryError(Fault.MALFORMED, error) from None
    open_signed(raw, Signer(body.root_key, ""), election.digest)
    wrong = body.role is LogRole.OFFICIAL and body.root_key != election.body.root_key
    return entry, body.root_key, Standing.REFUSED if wrong else Standing.EFFECTIVE
