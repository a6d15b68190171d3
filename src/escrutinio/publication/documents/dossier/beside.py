"""The figures of one station side by side: official sheet, copies of each organisation, hand counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from escrutinio.base.words.catalogue import catalogue
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import COPIES, PAPER, ElectionState, SheetTable, Status
from escrutinio.core.records.types import BY_CODE, ZeroReport
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.labels import RECORDS
from escrutinio.publication.documents.report.document import Answer, Table, Tongue

WIDE = 4
"""Entries beside each other in one table; with more, another table begins with the first one again."""

_STATUS = {
    Status.COUNTED: ("counts", "cuenta"),
    Status.DUPLICATE: ("said again", "repetida"),
    Status.PENDING: ("pending", "pendiente"),
    Status.REFUSED: ("does not count", "no cuenta"),
    Status.EVIDENCE: ("shown only", "solo se muestra"),
}


def beside(dossier: Dossier, say: Tongue) -> Iterator[Answer]:
    """For each contest all sheets, copies and counts, the official sheet that counts first."""
    state, here = dossier.state, {item.signed.index for item in dossier.items}
    for contest in state.contests:
        table = state.tables[contest.code]
        rows = [
            row
            for row in np.flatnonzero(table.station == dossier.station).tolist()
            if table.kind[row] != ZeroReport.TYPE and int(table.index[row]) in here
        ]
        if not rows:
            continue
        rows.sort(key=lambda row: _order(state, table, row))
        first, rest = rows[0], rows[1:]
        groups = [rest[start : start + WIDE - 1] for start in range(0, len(rest), WIDE - 1)] or [[]]
        labels = [
            *(
                choose(titles, say.language, code).text
                for titles, code in zip(contest.option_titles, contest.options, strict=True)
            ),
            say("Null", "Nulos"),
            say("Blank", "En blanco"),
            say("Total", "Total"),
        ]  # fmt: skip
        tables = tuple(_table(state, table, [first, *group], labels, say) for group in groups)
        title = choose(contest.titles, say.language, contest.code).text
        note = say(
            f"A figure that differs from that of entry {int(table.index[first])} is marked [*].",
            f"La cifra que difiere de la de la entrada {int(table.index[first])} lleva la marca [*].",
        )
        yield Answer(say(f"Side by side: {title}", f"Lado a lado: {title}"), (note,), tables)


def _order(state: ElectionState, table: SheetTable, row: int) -> tuple[int, int]:
    """Official sheets first, then copies, then hand counts; within these, what counts first."""
    code = state.bases[table.basis[row]].code if table.basis[row] >= 0 else PAPER
    group = 2 if code == PAPER else 1 if code.startswith(COPIES) else 0
    return group * 2 + int(table.status[row] != Status.COUNTED), int(table.index[row])


def _table(state: ElectionState, table: SheetTable, rows: list[int], labels: list[str], say: Tongue) -> Table:
    votes = np.column_stack([table.counts[rows], table.null[rows], table.blank[rows]]).astype(np.int64)
    votes = np.column_stack([votes, votes.sum(axis=1)])
    translate = catalogue(say.language).gettext
    head = [
        f"{translate(RECORDS[BY_CODE[int(table.kind[row])].NAME])}\n{state.signers[table.signer[row]]}\n"
        f"{say('entry', 'entrada')} {int(table.index[row])}\n{say(*_STATUS[Status(int(table.status[row]))])}"
        for row in rows
    ]
    body = []
    for label, figures in zip(labels, votes.T.tolist(), strict=True):
        cells = [say.whole(figure) + (" [*]" if figure != figures[0] else "") for figure in figures]
        body.append((label, *cells))
    return Table("", (say("Card", "Tarjeta"), *head), tuple(body))
