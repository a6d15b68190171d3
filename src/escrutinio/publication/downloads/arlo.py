"""Manifest and tallies of an audit as Arlo reads them, so that other software can plan the same audit.

Arlo's batch comparison takes two CSV files per jurisdiction: the ballot manifest, `Batch Name,Number of
Ballots`, and the candidate totals by batch, `Batch Name` and one column per choice, with the same batches.
Here a batch is a box, and its number of ballots is what bounds it.
"""

from collections.abc import Sequence

from escrutinio.core.derived.cells import joined_cells, table_bytes
from escrutinio.evidence.audit.bounds import Boxes


def arlo_manifest(boxes: Boxes) -> bytes:
    """The ballot manifest: UTF-8 CSV, one box a line."""
    return table_bytes(("Batch Name", "Number of Ballots"), boxes.names, map(str, boxes.bound.tolist()))


def arlo_tallies(boxes: Boxes, choices: Sequence[str]) -> bytes:
    """The candidate totals by batch, a box a line, `choices` in the order of the votes' columns."""
    return table_bytes(("Batch Name", *choices), boxes.names, joined_cells(boxes.votes))
