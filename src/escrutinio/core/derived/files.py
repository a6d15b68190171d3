"""The plain files of a publication's `data/` that anyone recomputes from the log, byte for byte.

docs/data.md describes each file and column. Every file is a function of the election state alone, and has
codes, numbers and what records say: no sentence of this program, whose words may change.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.cells import text_cell
from escrutinio.base.dataclass import dataclass
from escrutinio.base.file_names import file_names, is_portable
from escrutinio.core.derived.cells import free_names, joined_cells, number_cells, table_bytes
from escrutinio.core.derived.claims import Count, claim_table
from escrutinio.core.derived.geometry import Geometry, format_features
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.findings.retractions import RECORD_RETRACTED
from escrutinio.core.election.findings.sheets import DUPLICATE
from escrutinio.core.election.findings.table import KEEPS
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import RULED, Basis, ContestView, ElectionState, Status
from escrutinio.core.election.totals import Totals, totals
from escrutinio.core.records.types import BY_CODE

COVERAGE = (
    "stations_declared",
    "stations_in_roll",
    "stations_counted",
    "stations_pending",
    "stations_annulled",
    "registered_in_counted",
    "registered_unknown_in_counted",
    "classes_unread_in_counted",
)
AREA = ("area", "parent", "level", "name")
SHEET = ("index", "type", "signer", "basis", "station", "status", "reason")
STATED = ("valid", "ballots", "voters", "supplement", "spoilt", "registered")

_TAKEN = ("index", "names")
"""The pages' own directories in `data/`."""

_FILES = (".csv", ".geojson", ".gz", ".json", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class DerivedFile:
    """A file of `data/`: its path there, which kind of table it is, and its content when asked for.

    `kind`: areas, stations, findings, claims, sheets, area-totals, area-features, option-totals or results.
    """

    path: str
    kind: str
    content: Callable[[], bytes]


def derived_files(state: ElectionState, geometry: Geometry | None = None) -> Iterator[DerivedFile]:
    """All derived files of a state, the small general ones first; those with shapes if there are any."""
    yield DerivedFile("areas.csv", "areas", partial(_areas, state))
    yield DerivedFile("stations.csv", "stations", partial(_stations, state))
    yield DerivedFile("findings.csv", "findings", partial(_findings, state))
    count: Count = cache(partial(totals, state))
    bases = partial(_basis_codes, state)
    yield DerivedFile("claims.csv", "claims", partial(claim_table, state, count, bases))
    yield DerivedFile("results.json", "results", partial(_results, state, count))
    slugs, directories = basis_slugs(state), contest_directories(state)
    for contest in state.contests:
        at = directories[contest.code]
        yield DerivedFile(f"{at}/sheets.csv", "sheets", partial(_sheets, state, contest))
        for basis in shown_bases(state, contest.code):
            slug = slugs[basis.code]
            by_area = partial(_area_totals, state, count, contest, basis)
            yield DerivedFile(f"{at}/areas-{slug}.csv", "area-totals", partial(by_area, by_option=False))
            if geometry is not None:
                features = partial(_area_features, state, geometry, count, contest, basis)
                yield DerivedFile(f"{at}/areas-{slug}.geojson", "area-features", features)
            if has_cards(contest):
                by_card = partial(by_area, by_option=True)
                yield DerivedFile(f"{at}/options-{slug}.csv", "option-totals", by_card)


def shown_bases(state: ElectionState, contest: str) -> tuple[Basis, ...]:
    """The bases in which any station of a contest is counted, pending or annulled, in the state's order."""

    def has_any(basis: Basis) -> bool:
        rows = state.counted.get((contest, basis.code))
        counted = rows is not None and bool((rows >= 0).any())
        annulled = basis.code == RULED and bool(state.annulled.get(contest))
        return counted or annulled or bool(state.pending.get((contest, basis.code)))

    return tuple(filter(has_any, state.bases))


def _basis_codes(state: ElectionState, contest: str) -> tuple[str, ...]:
    return tuple(basis.code for basis in shown_bases(state, contest))


def basis_slugs(state: ElectionState) -> dict[str, str]:
    """A name for use in file names for each basis code: `copies:party/azul` is `copies-party-azul`."""
    plain = ((basis.code, basis.code.replace(":", "-").replace("/", "-")) for basis in state.bases)
    return file_names(plain, _TAKEN, _fits)


def contest_directories(state: ElectionState) -> dict[str, str]:
    """The directory in `data/` for each contest code: the code itself, unless it looks like a file."""
    return file_names(((contest.code, contest.code) for contest in state.contests), _TAKEN, _fits)


def _fits(name: str) -> bool:
    """Whether a name is one that every disk can hold, and none of a file of `data/`."""
    return is_portable(name) and not name.casefold().endswith(_FILES)


def sums_of(contest: ContestView) -> tuple[str, ...]:
    """The columns behind those of votes: valid ballots, those of each class, and all together."""
    return ("valid", *contest.classes, "ballots")


def vote_columns(contest: ContestView, codes: Sequence[str]) -> list[str]:
    """The columns of votes, by candidate or option, of the tables by area."""
    return free_names(codes, AREA + COVERAGE + sums_of(contest))


def has_cards(contest: ContestView) -> bool:
    """Whether votes by option say more than votes by candidate do."""
    same = np.array_equal(contest.option_candidate, np.arange(len(contest.candidates)))
    return not (same and contest.options == contest.candidates)


def _areas(state: ElectionState) -> bytes:
    tree, declared = state.areas, state.roll.declared
    return table_bytes(
        ("code", "parent", "level", "name", "stations_declared"),
        *_area_cells(state, range(len(tree))),
        [str(declared.get(code, "")) for code in tree.codes],
    )


def _area_cells(state: ElectionState, shown: Sequence[int]) -> tuple[list[str], ...]:
    """The columns code, parent, level, name of some areas, by number."""
    tree = state.areas
    parents = [int(tree.parent[at]) for at in shown]
    return (
        [tree.codes[at] for at in shown],
        [tree.codes[at] if at >= 0 else "" for at in parents],
        [text_cell(tree.levels[at]) for at in shown],
        [text_cell(tree.names[at]) for at in shown],
    )


def _stations(state: ElectionState) -> bytes:
    roll, tree = state.roll, state.areas
    names = [text_cell(roll.center_names.get(center, "")) for center in roll.centers]
    centers = roll.center.tolist()
    return table_bytes(
        ("station", "center", "center_name", "area", "registered"),
        roll.stations,
        [roll.centers[at] for at in centers],
        [names[at] for at in centers],
        [tree.codes[at] for at in roll.area.tolist()],
        number_cells(roll.registered),
    )


def _sheets(state: ElectionState, contest: ContestView) -> bytes:
    table = state.tables[contest.code]
    kinds = {code: BY_CODE[code].NAME for code in np.unique(table.kind).tolist()}
    statuses = {status.value: status.name.lower() for status in Status}
    classes = free_names(contest.classes, SHEET + STATED)
    return table_bytes(
        (
            *SHEET,
            *free_names(contest.options, (*SHEET, *classes, *STATED)),
            *classes,
            *STATED,
        ),
        map(str, table.index.tolist()),
        [kinds[code] for code in table.kind.tolist()],
        _names(table.signer, state.signers),
        _names(table.basis, tuple(basis.code for basis in state.bases)),
        _names(table.station, state.roll.stations),
        [statuses[code] for code in table.status.tolist()],
        _reasons(state, contest.code, table),
        joined_cells(table.counts),
        *(number_cells(column) for column in table.classes.T),
        *(number_cells(getattr(table, name)) for name in STATED),
    )


def _names(places: NDArray[np.integer], names: tuple[str, ...]) -> list[str]:
    """The name at each place; empty where the place is -1."""
    padded = (*names, "")
    return [padded[at] for at in places.tolist()]


def _reasons(state: ElectionState, contest: str, table: SheetTable) -> list[str]:
    """Per row, the code of the first finding that keeps it from counting; empty where none does."""
    reasons = [""] * len(table)
    kept = np.flatnonzero(np.isin(table.status, (Status.PENDING, Status.REFUSED))).tolist()
    by_entry: dict[int, str] = {}
    for finding in state.findings if kept else ():
        if finding.code in KEEPS:
            for entry in finding.entries:
                by_entry.setdefault(entry, finding.code)
    for row in kept:
        reason = by_entry.get(int(table.index[row]))
        if reason is None and table.basis[row] >= 0:
            # A finding names at most so many entries; the station still knows why it is pending.
            pending = state.pending.get((contest, state.bases[table.basis[row]].code), {})
            reason = pending.get(int(table.station[row]))
        reasons[row] = reason or ""
    for row in np.flatnonzero(table.status == Status.DUPLICATE).tolist():
        reasons[row] = DUPLICATE
    for row in np.flatnonzero(table.status == Status.RETRACTED).tolist():
        reasons[row] = RECORD_RETRACTED
    return reasons


def _area_totals(
    state: ElectionState, count: Count, contest: ContestView, basis: Basis, *, by_option: bool
) -> bytes:
    found = count(contest.code, basis.code)
    shown = areas_of(state, contest)
    codes, votes = (contest.options, found.options) if by_option else (contest.candidates, found.candidates)
    return table_bytes(
        (*AREA, *COVERAGE, *vote_columns(contest, codes), *sums_of(contest)),
        *_area_cells(state, shown),
        joined_cells(area_figures(found, votes)[shown]),
    )


def _area_features(
    state: ElectionState, geometry: Geometry, count: Count, contest: ContestView, basis: Basis
) -> bytes:
    """The rows of `_area_totals` by candidate, as the properties of the areas that have a place."""
    found = count(contest.code, basis.code)
    tree, shown = state.areas, areas_of(state, contest)
    names = (*COVERAGE, *vote_columns(contest, contest.candidates), *sums_of(contest))
    parents = [tree.codes[at] if at >= 0 else None for at in tree.parent.tolist()]
    figures = area_figures(found, found.candidates)[shown].tolist()
    rows: Iterator[dict[str, object]] = (
        dict(zip(AREA, (tree.codes[at], parents[at], tree.levels[at], tree.names[at]), strict=True))
        | dict(zip(names, (None if cell < 0 else cell for cell in row), strict=True))
        for at, row in zip(shown, figures, strict=True)
    )
    return format_features(geometry, rows)


def areas_of(state: ElectionState, contest: ContestView) -> list[int]:
    """The areas in which a contest is voted on, its own first."""
    tree = state.areas
    everywhere = np.arange(len(tree), dtype=np.int32)
    shown: list[int] = np.flatnonzero(tree.within(tree.index[contest.area], everywhere)).tolist()
    return shown


def area_figures(found: Totals, votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per area the columns COVERAGE, the votes, and `sums_of` the contest; -1 for what is not known, as no
    counted sheet there states its classes."""
    return np.column_stack(
        (
            found.stations_declared,
            found.stations_in_roll,
            found.stations_counted,
            found.stations_pending,
            found.stations_annulled,
            found.registered_in_counted,
            found.registered_unknown_in_counted,
            found.classes_unread,
            votes,
            found.valid,
            found.beside,
        )
    )


def _findings(state: ElectionState) -> bytes:
    """Codes and values; what they mean is in docs/findings.md."""
    found = state.findings
    return table_bytes(
        (
            *("code", "severity", "keeps_from_counting", "cases", "entries", "station", "contest", "area"),
            "values",
        ),
        [finding.code for finding in found],
        [finding.row.severity.name.lower() for finding in found],
        ["true" if finding.row.keeps else "false" for finding in found],
        [str(finding.count) for finding in found],
        [" ".join(map(str, finding.entries)) for finding in found],
        [text_cell(finding.station or "") for finding in found],
        [text_cell(finding.contest or "") for finding in found],
        [text_cell(finding.area or "") for finding in found],
        [text_cell(_values(finding)) for finding in found],
    )


def _values(finding: Finding) -> str:
    """A finding's values as JSON with its names in order; empty where it has none."""
    values = dict(finding.values)
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if values else ""


def _results(state: ElectionState, count: Count) -> bytes:
    """Totals of every contest, basis and area as JSON, one area a line."""
    contests = ",\n".join(_contest_results(state, count, contest) for contest in state.contests)
    return f'{{"election":"{state.election.hex()}","size":{state.size},"contests":[\n{contests}]}}\n'.encode()


def _contest_results(state: ElectionState, count: Count, contest: ContestView) -> str:
    named = {
        "code": contest.code,
        "area": contest.area,
        "candidates": contest.candidates,
        "columns": [*COVERAGE, *vote_columns(contest, contest.candidates), *sums_of(contest)],
    }
    shown = areas_of(state, contest)
    codes = [state.areas.codes[at] for at in shown]
    bases = []
    for basis in shown_bases(state, contest.code):
        found = count(contest.code, basis.code)
        rows = joined_cells(area_figures(found, found.candidates)[shown], "null")
        lines = ",\n".join(f'"{code}":[{row}]' for code, row in zip(codes, rows, strict=True))
        bases.append(f'{{"code":"{basis.code}","areas":{{\n{lines}}}}}')
    head = json.dumps(named, separators=(",", ":"))
    joined = ",\n".join(bases)
    return f'{head[:-1]},"bases":[\n{joined}]}}'
