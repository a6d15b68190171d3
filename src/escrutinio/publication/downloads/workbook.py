"""`data/results.xlsx`: the totals by area and the stations' votes, for who works in a spreadsheet.

A view like every other file of `data/`; the CSV files have all of it, and columns that are not here. Text
is written as text, so that no cell is a formula and codes keep their zeros.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in_all
from escrutinio.base.xlsx import MAX_ROWS, Cell, Sheet, sheet_names, xlsx
from escrutinio.core.derived.cells import free_names
from escrutinio.core.derived.files import AREA, areas_of, shown_bases, sums_of
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.election.totals import by_candidate, totals
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.parts import Title

WORKBOOK = "results.xlsx"
"""Path of the workbook below `data/`."""

_COVERAGE = ("stations_declared", "stations_counted", "stations_pending", "registered_in_counted")
_STATION = ("station", "area", "basis", "index")
_NOT_REAL = N_("Not real")


def workbook(state: ElectionState, generated_at: int) -> bytes:
    """The workbook; `generated_at`, in seconds since 1970, is the date in its properties.

    A sheet about it all; for each contest a row per area and basis, and a row per counted sheet.
    """
    bodies: list[Sheet] = []
    for contest in state.contests:
        bodies += (_areas(state, contest), _stations(state, contest))
    names = sheet_names(["about", *(sheet.name for sheet in bodies)])
    named = [Sheet(name, body.header, body.rows) for name, body in zip(names[1:], bodies, strict=True)]
    return xlsx([Sheet(names[0], ("what", "is"), _about(state)), *named], generated_at)


def _about(state: ElectionState) -> Iterator[tuple[Cell, Cell]]:
    body = state.definition.body
    for title in body.titles:
        yield f"election ({title.language})", title.text
    kind = word(body.kind)
    yield "kind", kind if body.kind is Kind.REAL else f"{kind}: {' / '.join(say_in_all(_NOT_REAL).values())}"
    yield "definition, SHA-256", state.election.hex()
    yield "entries of the log", state.size
    for contest in state.contests:
        for code, titles in zip(contest.candidates, contest.candidate_titles, strict=True):
            yield f"{contest.code}, {code}", _either(titles, code)
    for basis in state.bases:
        yield f"basis {basis.code}", _either(basis.titles, basis.code)
    yield "rows of a sheet", f"at most {MAX_ROWS - 1:,}; the CSV files of data/ have all"


def _either(titles: Sequence[Title], code: str) -> str:
    """A name in every language that it has, once each."""
    return " / ".join(dict.fromkeys(title.text for title in titles)) or code


def _areas(state: ElectionState, contest: ContestView) -> Sheet:
    fixed = (*AREA, "basis", *_COVERAGE)
    sums = sums_of(contest)
    header = (*fixed, *free_names(contest.candidates, fixed + sums), *sums)
    return Sheet(f"{contest.code} areas", header, _area_rows(state, contest))


def _area_rows(state: ElectionState, contest: ContestView) -> Iterator[list[Cell]]:
    tree = state.areas
    for basis in shown_bases(state, contest.code):
        found = totals(state, contest.code, basis.code)
        columns = [getattr(found, name) for name in _COVERAGE]
        figures = np.column_stack((*columns, found.candidates, found.valid, found.beside)).tolist()
        for at in areas_of(state, contest):
            above = int(tree.parent[at])
            parent = tree.codes[above] if above >= 0 else None
            place = (tree.codes[at], parent, tree.levels[at], tree.names[at])
            yield [*place, basis.code, *(None if cell < 0 else cell for cell in figures[at])]


def _stations(state: ElectionState, contest: ContestView) -> Sheet:
    sums = (*sums_of(contest), "registered")
    header = (*_STATION, *free_names(contest.candidates, _STATION + sums), *sums)
    return Sheet(f"{contest.code} stations", header, _station_rows(state, contest))


def _station_rows(state: ElectionState, contest: ContestView) -> Iterator[list[Cell]]:
    """A row for each sheet that counts, with the registered voters of the roll where known."""
    roll, table = state.roll, state.tables[contest.code]
    areas = roll.area.tolist()
    for basis in shown_bases(state, contest.code):
        rows = state.counted.get((contest.code, basis.code))
        stations = np.flatnonzero(rows >= 0) if rows is not None else np.empty(0, np.int64)
        if rows is None or not len(stations):
            continue
        at = rows[stations]
        votes = by_candidate(contest, table.counts[at])
        sums = (valid_of(table)[at], table.classes[at], ballots_of(table)[at], roll.registered[stations])
        figures = np.column_stack((table.index[at], votes, *sums)).tolist()
        for station, cells in zip(stations.tolist(), figures, strict=True):
            # What a sheet does not say, or the roll does not know, is an empty cell.
            shown = [cell if cell >= 0 else None for cell in cells]
            yield [roll.stations[station], state.areas.codes[areas[station]], basis.code, *shown]
