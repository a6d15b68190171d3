"""The lives of the machines, from lifecycle records: one row per machine and step."""

from collections.abc import Iterable, Mapping

import numpy as np

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.control import AttachmentReader
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.machines import LISTING_UNREADABLE
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.rows import MachineTable
from escrutinio.core.election.state import Logged
from escrutinio.core.election.tables import read_columns
from escrutinio.core.records import types as t
from escrutinio.core.records.text import check_code, check_name

LISTING = ("machine", "station")
"""The header of a lifecycle's attachment; the station is empty where none is meant."""


def machine_table(
    controls: Iterable[Logged[t.Body]],
    roll: Roll,
    attachments: AttachmentReader,
    digests: Mapping[bytes, int],
    notes: Findings,
) -> MachineTable:
    """The steps that effective lifecycle records state; `digests` numbers their software."""
    numbers: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    for logged in controls:
        recorded = logged.takes_effect(t.Lifecycle)
        if recorded is None:
            continue
        body = recorded.body
        try:
            listed = _listed(body, attachments)
        except (DefinitionError, RecordError) as error:
            notes.add(LISTING_UNREADABLE, [logged.index], reason=error)
            continue
        software = -1 if body.software is None else digests[body.software]
        for machine, station in listed:
            place = roll.index.get(station or "", -1)
            number = numbers.setdefault(machine, len(numbers))
            rows.append((number, logged.index, int(body.step), place, software))
    columns = np.array(rows, np.int64).reshape(-1, 5)
    columns = columns[np.lexsort((columns[:, 1], columns[:, 0]))]
    return MachineTable(
        tuple(numbers),
        columns[:, 0].astype(np.int32),
        columns[:, 1],
        columns[:, 2].astype(np.uint8),
        columns[:, 3].astype(np.int32),
        columns[:, 4].astype(np.int32),
    )


def software_of(controls: Iterable[Logged[t.Body]]) -> set[bytes]:
    """The digests of software that lifecycle records name."""
    bodies = (logged.body for logged in controls)
    return {body.software for body in bodies if isinstance(body, t.Lifecycle) and body.software is not None}


def _listed(body: t.Lifecycle, attachments: AttachmentReader) -> list[tuple[str, str | None]]:
    """The machines of one record with their stations, those of its attachment included."""
    listed: list[tuple[str, str | None]] = [(each.machine, each.station) for each in body.machines]
    content = None if body.listing is None else attachments.read(body.listing)
    if content is not None:
        for _, (machines, stations) in read_columns(content, LISTING, Phrase("The machine list")):
            listed += [
                (check_name(machine), check_code(station) if station else None)
                for machine, station in zip(machines, stations, strict=True)
            ]
    return listed
