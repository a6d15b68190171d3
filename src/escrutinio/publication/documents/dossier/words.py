"""The statement of a dossier in plain words: what the log holds, how it was checked, what that is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from escrutinio.base.words.titles import choose
from escrutinio.core.election.findings.table import ROWS
from escrutinio.core.election.state import COPIES, PAPER, REPORTED, RULED, ElectionState, SheetTable
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.steps import LAWS
from escrutinio.publication.documents.report.document import Tongue


def plain_words(dossier: Dossier, say: Tongue) -> Iterator[str]:
    """The statement, a paragraph each."""
    state, head = dossier.state, dossier.head.signed.checkpoint
    size, own = say.whole(head.size), sum(not item.base for item in dossier.items)
    count = say.whole(own)
    yield say(
        f"When the public log {head.origin} had {size} entries, {count} of them concerned station "
        f"{dossier.code}.",
        f"Cuando el registro público {head.origin} tenía {size} entradas, {count} "
        f"{'trataba' if own == 1 else 'trataban'} de la mesa {dossier.code}.",
    ) + say(
        " This dossier has all of that, and the records that it rests on.",
        " Este expediente tiene todo eso, y los asientos en que se apoya.",
    )
    yield say(
        "The signature of every record was checked with the key that the log had for its signer at that "
        "place, and a proof leads from each record to the root that the log signed. Whoever keeps that root "
        "sees if a record is altered or taken out later.",
        "La firma de cada asiento se comprobó con la clave que el registro tenía de quien lo firma en ese "
        "lugar, y una prueba lleva de cada asiento a la raíz que el registro firmó. Quien guarde esa raíz "
        "nota si después se altera o se quita un asiento.",
    )
    for contest in state.contests:
        if contest.stations[dossier.station]:
            title = choose(contest.titles, say.language, contest.code).text
            yield f"{title}: {' '.join(_contest(state, contest.code, dossier.station, say))}"
    yield say(
        f"Findings that concern the station: {len(dossier.findings)}. A finding says what a rule noticed, "
        "not what to conclude from it.",
        f"Hallazgos que conciernen a la mesa: {len(dossier.findings)}. Un hallazgo dice qué notó una regla, "
        "no qué concluir de ello.",
    )
    yield say(
        "A signature says which key signed which bytes. It does not say who held the key, nor that what was "
        "signed is true. Nothing here says who is right.",
        "Una firma dice qué clave firmó qué bytes. No dice quién tenía la clave, ni que lo firmado sea "
        "cierto. Nada de esto dice quién tiene razón.",
    )
    yield say(*LAWS)


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
        yield _entry(
            table,
            reported,
            say("The official sheet that counts is entry", "El acta oficial que cuenta es la entrada"),
        )
    elif (code := state.pending.get((contest, REPORTED), {}).get(station)) is not None:
        reason = ROWS[code].label(say.language)
        yield say(
            f"As reported, no official sheet counts ({reason}).",
            f"Según lo reportado, ningún acta oficial cuenta ({reason}).",
        )
    else:
        yield say(
            "The log has no official sheet that counts.", "El registro no tiene acta oficial que cuente."
        )
    if station in state.annulled.get(contest, ()):
        yield say("A ruling annulled it.", "Una decisión la anuló.")
    elif ruled >= 0 and ruled != reported:
        yield _entry(
            table, ruled, say("By a ruling, what counts is entry", "Por una decisión, cuenta la entrada")
        )
    official = reported if reported >= 0 else ruled
    for basis in state.bases:
        if basis.code == PAPER or basis.code.startswith(COPIES):
            row = counted_row(state, contest, basis.code, station)
            if row >= 0:
                name = choose(basis.titles, say.language, basis.code).text
                if basis.code != PAPER:
                    name = say(f"Copy by “{name}”", f"Copia de «{name}»")
                yield _compared(table, name, row, official, say)


def _entry(table: SheetTable, row: int, words: str) -> str:
    return f"{words} {int(table.index[row])}."


def _compared(table: SheetTable, name: str, row: int, official: int, say: Tongue) -> str:
    index = int(table.index[row])
    if official < 0:
        return say(f"{name} is entry {index}.", f"{name} es la entrada {index}.")
    votes = np.column_stack([table.counts, table.null, table.blank])[[row, official]]
    differing = int((votes[0] != votes[1]).sum())
    if not differing:
        return say(f"{name} (entry {index}) says the same.", f"{name} (entrada {index}) dice lo mismo.")
    return say(
        f"{name} (entry {index}) differs from it in {differing} figures.",
        f"{name} (entrada {index}) difiere de ella en {differing} cifras.",
    )
