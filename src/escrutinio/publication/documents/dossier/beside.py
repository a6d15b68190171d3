"""The figures of one station side by side: official sheet, copies of each organisation, hand counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import NONE
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import COPIES, PAPER, ContestView, ElectionState, Status
from escrutinio.core.records.types import BY_CODE, HandCount, ZeroReport
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.labels import RECORDS
from escrutinio.publication.documents.report.document import Answer, Table, Tongue

WIDE = 4
"""Entries beside each other in one table; with more, another table begins with the first one again."""

_STATUS = {
    Status.COUNTED: N_("counts"),
    Status.DUPLICATE: N_("said again"),
    Status.PENDING: N_("pending"),
    Status.REFUSED: N_("does not count"),
    Status.EVIDENCE: N_("shown only"),
    Status.RETRACTED: N_("taken back"),
}


def beside(dossier: Dossier, say: Tongue) -> Iterator[Answer]:
    """For each contest all sheets, copies and counts, the official sheet that counts first; what lay at the
    places of single vouchers is of no whole box, and stands among the entries alone."""
    state, here = dossier.state, {item.signed.index for item in dossier.items}
    for contest in state.contests:
        table = state.tables[contest.code]
        rows = [
            row
            for row in np.flatnonzero(table.station == dossier.station).tolist()
            if table.kind[row] != ZeroReport.TYPE
            and int(table.index[row]) in here
            and not (table.kind[row] == HandCount.TYPE and table.basis[row] < 0)
        ]
        if not rows:
            continue
        rows.sort(key=lambda row: _order(state, table, row))
        first, rest = rows[0], rows[1:]
        groups = [rest[start : start + WIDE - 1] for start in range(0, len(rest), WIDE - 1)] or [[]]
        tables = tuple(_table(state, contest, [first, *group], say) for group in groups)
        title = choose(contest.titles, say.language, contest.code).text
        note = say(
            "A figure that differs from that of entry {index} is marked [*].", index=int(table.index[first])
        )
        yield Answer(say("Side by side: {title}", title=title), (note,), tables)


def _order(state: ElectionState, table: SheetTable, row: int) -> tuple[int, int]:
    """Official sheets first, then copies, then hand counts; within these, what counts first."""
    code = state.bases[table.basis[row]].code if table.basis[row] >= 0 else PAPER
    group = 2 if code == PAPER else 1 if code.startswith(COPIES) else 0
    return group * 2 + int(table.status[row] != Status.COUNTED), int(table.index[row])


def _figures(
    contest: ContestView, table: SheetTable, rows: list[int], say: Tongue
) -> Iterator[tuple[str, list[int]]]:
    """Each figure of some rows with what it is called: votes by card, valid ballots where they are not the
    votes added up, classes, all ballots, and what a sheet states besides. -1 stands for what is not said."""
    named = zip(contest.option_titles, contest.options, table.counts[rows].T.tolist(), strict=True)
    for titles, code, votes in named:
        yield choose(titles, say.language, code).text, votes
    if contest.marks > 1:
        yield say("Valid ballots"), valid_of(table)[rows].tolist()
    classes = zip(contest.classes, contest.class_titles, table.classes[rows].T.tolist(), strict=True)
    for code, titles, count in classes:
        yield class_name(code, titles, say.language), count
    told = (table.classes[rows] >= 0).all(axis=1)
    yield say("Total"), np.where(told, ballots_of(table)[rows], -1).tolist()
    for label, column in (
        (say("Voters, as the sheet states"), table.voters),
        (say("Voters beyond the list"), table.supplement),
        (say("Spoilt ballots, replaced"), table.spoilt),
    ):
        if (column[rows] >= 0).any():
            yield label, column[rows].tolist()


def _table(state: ElectionState, contest: ContestView, rows: list[int], say: Tongue) -> Table:
    table = state.tables[contest.code]
    head = [
        "\n".join(
            (
                say(RECORDS[BY_CODE[int(table.kind[row])].NAME]),
                state.signers[table.signer[row]],
                say("entry {index}", index=int(table.index[row])),
                say(_STATUS[Status(int(table.status[row]))]),
            )
        )
        for row in rows
    ]
    body = []
    for label, figures in _figures(contest, table, rows, say):
        cells = [
            NONE if figure < 0 else say.whole(figure) + (" [*]" if 0 <= figures[0] != figure else "")
            for figure in figures
        ]
        body.append((label, *cells))
    return Table("", (say("Card"), *head), tuple(body))
