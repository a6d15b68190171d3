"""The statement of a dossier in plain words: what the log holds, how it was checked, what that is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from escrutinio.base.words.say import say_many_in
from escrutinio.base.words.titles import choose
from escrutinio.core.election.findings.table import ROWS
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import COPIES, PAPER, REPORTED, RULED, ElectionState
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.steps import LAWS
from escrutinio.publication.documents.report.document import Tongue


def plain_words(dossier: Dossier, say: Tongue) -> Iterator[str]:
    """The statement, a paragraph each."""
    state, head = dossier.state, dossier.head.signed.checkpoint
    concerned = say_many_in(
        say.language,
        sum(not item.base for item in dossier.items),
        "When the public log {log} had {size:,} entries, {count:,} of them concerned station {station}.",
        "When the public log {log} had {size:,} entries, {count:,} of them concerned station {station}.",
        log=head.origin,
        size=head.size,
        station=dossier.code,
    )
    yield f"{concerned} {say('This dossier has all of that, and the records that it rests on.')}"
    yield say(
        "The signature of every record was checked with the key that the log had for its signer "
        "at that place, and a proof leads from each record to the root that the log signed. "
        "Whoever keeps that root sees if a record is altered or taken out later."
    )
    for contest in state.contests:
        if contest.stations[dossier.station]:
            title = choose(contest.titles, say.language, contest.code).text
            yield f"{title}: {' '.join(_contest(state, contest.code, dossier.station, say))}"
    yield say(
        "Findings that concern the station: {count:,}. A finding says what a rule noticed, not what to "
        "conclude from it.",
        count=len(dossier.findings),
    )
    yield say(
        "A signature says which key signed which bytes. It does not say who held the key, nor "
        "that what was signed is true. Nothing here says who is right."
    )
    yield say(LAWS)


def counted_row(state: ElectionState, contest: str, basis: str, station: int) -> int:
    """The row of the contest's table that counts at a station in a basis, -1 for none."""
    rows = state.counted.get((contest, basis))
    return -1 if rows is None else int(rows[station])


def _contest(state: ElectionState, contest: str, station: int, say: Tongue) -> Iterator[str]:
    """Which official sheet counts, and whether copies and hand counts say the same."""
    table = state.tables[contest]
    reported = counted_row(state, contest, REPORTED, station)
    ruled = counted_row(state, contest, RULED, station)
    if reported >= 0:
        yield say("The official sheet that counts is entry {index}.", index=int(table.index[reported]))
    elif (code := state.pending.get((contest, REPORTED), {}).get(station)) is not None:
        yield say("As reported, no official sheet counts ({reason}).", reason=ROWS[code].label(say.language))
    else:
        yield say("The log has no official sheet that counts.")
    if station in state.annulled.get(contest, ()):
        yield say("A ruling annulled it.")
    elif ruled >= 0 and ruled != reported:
        yield say("By a ruling, what counts is entry {index}.", index=int(table.index[ruled]))
    official = reported if reported >= 0 else ruled
    for basis in state.bases:
        if basis.code == PAPER or basis.code.startswith(COPIES):
            row = counted_row(state, contest, basis.code, station)
            if row >= 0:
                name = choose(basis.titles, say.language, basis.code).text
                if basis.code != PAPER:
                    name = say("Copy by “{name}”", name=name)
                yield _compared(table, name, row, official, say)


def _compared(table: SheetTable, name: str, row: int, official: int, say: Tongue) -> str:
    index = int(table.index[row])
    if official < 0:
        return say("{name} is entry {index}.", name=name, index=index)
    votes = np.column_stack([table.counts, table.classes])[[row, official]]
    differing = int((votes[0] != votes[1]).sum())
    if not differing:
        return say("{name} (entry {index}) says the same.", name=name, index=index)
    return say_many_in(
        say.language,
        differing,
        "{name} (entry {index}) differs from it in {count} figure.",
        "{name} (entry {index}) differs from it in {count} figures.",
        name=name,
        index=index,
    )
