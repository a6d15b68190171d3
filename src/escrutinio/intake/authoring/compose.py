"""From a configuration and its tables to the records of a log, in their order.

definition, charter; for imported tables the importer's keys, the roll and the sheets as copies; then the
configuration's scripts and statements. Reading (`read_tables`) is apart from signing (`compose`), so that
nothing is signed while a row is bad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from escrutinio.base.errors import DefinitionError
from escrutinio.base.progress import Progress
from escrutinio.base.toml import convert
from escrutinio.core.election.areas import Area, AreaTree, build_areas, write_areas
from escrutinio.core.election.roll import Center, Station, write_centers, write_stations
from escrutinio.core.records.attachments import CBOR, CSV
from escrutinio.core.records.codes import Form
from escrutinio.core.records.parts import Declared
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Copy, Enrolment, Roll, SheetStatus
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import ElectionConfig
from escrutinio.intake.authoring.keyring import ROOT, Keyring
from escrutinio.intake.authoring.requests import batches
from escrutinio.intake.authoring.script import play
from escrutinio.intake.authoring.statements import add_statements, read_statements
from escrutinio.intake.mapping.aside import set_aside
from escrutinio.intake.mapping.files import load_toml
from escrutinio.intake.mapping.mapping import ImportMapping, parse_mapping
from escrutinio.intake.mapping.opening import Files
from escrutinio.intake.mapping.rows import (
    AreaRow,
    BadRow,
    Ballot,
    CenterRow,
    FactRow,
    Imported,
    RollRow,
    SheetRow,
    SourceFile,
)
from escrutinio.intake.mapping.tables import opened_files, read_areas, read_centers, read_roll, read_sheets


class ScriptTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[script]`: who signs what is imported, and which scripts and statements follow. Where an act needs
    several officers, `roll_by` lists them: each signs the roll."""

    files: list[str] = []
    statements: list[str] = []
    statements_by: str | None = None
    statements_language: str = "en"
    roll_by: str | list[str] | None = None
    sheets_by: str | None = None
    sheets_form: str = "table"
    frozen_on: date | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables of a configuration say: rows of each kind, facts of sheets, bad rows, the files
    they came from, and sheets without any vote, which are zero reports until a person says otherwise."""

    areas: tuple[AreaRow, ...]
    centers: tuple[CenterRow, ...]
    roll: tuple[RollRow, ...]
    sheets: tuple[SheetRow, ...]
    bad: tuple[BadRow, ...]
    sources: tuple[SourceFile, ...]
    facts: tuple[FactRow, ...] = ()
    zero: tuple[BadRow, ...] = ()

    def without_rows(self) -> Tables:
        """The same without what the records say once they are signed; a country's rows fill memory."""
        return replace(self, sheets=(), roll=(), centers=(), facts=())


def read_tables(config: ElectionConfig, base_dir: Path, executor: Executor | None = None) -> Tables:
    """Read every table that `[import]` names; an `executor` reads some meanwhile. Raises InputError or
    DefinitionError; bad rows are returned."""
    mapping = parse_mapping(config.imports)
    options = {
        contest.code: Ballot(
            tuple(option.code for option in contest.options),
            tuple(each.code for each in contest.classes),
            contest.marks,
        )
        for contest in config.contests
    }
    if executor is None:
        with opened_files(mapping, base_dir) as files:
            areas, centers, roll = _read_places(mapping, base_dir, files)
            sheets = read_sheets(mapping, base_dir, options, files)
    else:
        places = executor.submit(_read_places, mapping, base_dir)
        try:
            sheets = read_sheets(mapping, base_dir, options)
        finally:  # what is wrong with these tables is said before what is with the sheets
            areas, centers, roll = places.result()
    # A row can stand in the tables of several kinds, and is refused once.
    own_roll = {table.file for table in mapping.roll}.isdisjoint(table.file for table in mapping.sheets)
    apart = set_aside(sheets.rows, {row.station for row in roll.rows} if own_roll else ())
    bad = dict.fromkeys((*areas.bad, *centers.bad, *roll.bad, *sheets.bad, *apart.sums))
    stations = tuple(row for row in roll.rows if row.station not in apart.of_sums)
    sources = (*areas.sources, *centers.sources, *roll.sources, *sheets.sources)
    by_file = {source.file: source for source in sources}
    return Tables(
        areas.rows,
        centers.rows,
        stations,
        apart.sheets,
        tuple(bad),
        tuple(by_file.values()),
        sheets.facts,
        apart.zero,
    )


def _read_places(
    mapping: ImportMapping, base_dir: Path, files: Files | None = None
) -> tuple[Imported[AreaRow], Imported[CenterRow], Imported[RollRow]]:
    if files is None:
        with opened_files(mapping, base_dir) as own:
            return _read_places(mapping, base_dir, own)
    return (
        read_areas(mapping, base_dir, files),
        read_centers(mapping, base_dir, files),
        read_roll(mapping, base_dir, files),
    )


def compose(
    config: ElectionConfig,
    tables: Tables,
    keyring: Keyring,
    *,
    base_dir: Path,
    clock: int,
    progress: Progress,
    moments: Sequence[int] = (),
    executor: Executor | None = None,
) -> Composer:
    """Sign every record of the log. Raises DefinitionError, InputError or RecordError; writes nothing.

    `clock`: seconds since 1970-01-01 UTC, the `issued_at` of all that is imported;
    `moments` those of the entries that stand already, in order; an `executor` checks signatures meanwhile.
    """
    script: ScriptTable = convert(dict(config.script), ScriptTable, "script")
    tree = build_areas(Area(row.code, row.parent, row.level, row.name) for row in tables.areas)
    composer = Composer(keyring, config.log.origin, clock, base_dir, moments, executor)
    _add_beginning(composer, config, tree)
    if config.organisations:
        _enrol_organisations(composer, config)
    if tables.roll:
        _add_roll(composer, tables, script, config)
    indices: Mapping[tuple[str, int], int] = {}
    if tables.sheets:
        indices = _add_copies(composer, tables.sheets, script, progress)
    if tables.facts:
        _add_facts(composer, tables.facts, indices, script)
    for file in script.files:
        play(composer, load_toml(base_dir, file), file)
    for file in script.statements:
        by = _named(script.statements_by, "statements_by")
        add_statements(composer, read_statements(base_dir, file), by=by, language=script.statements_language)
    return composer


def _add_beginning(composer: Composer, config: ElectionConfig, tree: AreaTree) -> None:
    root = composer.keyring.key(ROOT).public_key
    body = config.definition_body(root, tree)
    composer.attach(write_areas(tree), CSV)
    if config.contests_file is not None:
        composer.attach(config.contests_file, CBOR)
    composer.add(body, by=ROOT, about="election")
    composer.add(config.charter_body(root), by=ROOT, about="election")


def _enrol_organisations(composer: Composer, config: ElectionConfig) -> None:
    keys = [
        enrolled(composer.keyring.key(one.name), composer.election, one.name, one.role, titles=one.titles)
        for one in config.organisations
    ]
    for batch in batches(keys):
        composer.add(Enrolment(batch), by=ROOT, about="election")


def _add_roll(composer: Composer, tables: Tables, script: ScriptTable, config: ElectionConfig) -> None:
    stations = (Station(row.station, row.center, row.area, row.registered) for row in tables.roll)
    centers = [Center(row.center, row.area, row.name or "") for row in tables.centers]
    frozen = script.frozen_on.isoformat() if script.frozen_on else config.voting_day
    roll = Roll(
        stations=composer.attach(write_stations(stations), CSV),
        centers=composer.attach(write_centers(centers), CSV) if centers else None,
        declared=tuple(_declared(tables.areas)),
        frozen_on=frozen,
    )
    by = script.roll_by
    for name in by if isinstance(by, list) else [_named(by, "roll_by")]:
        composer.add(roll, by=name, about="election")


def _declared(areas: Iterable[AreaRow]) -> Iterable[Declared]:
    return (Declared(row.code, row.stations_declared) for row in areas if row.stations_declared is not None)


def _add_copies(
    composer: Composer, rows: tuple[SheetRow, ...], script: ScriptTable, progress: Progress
) -> Mapping[tuple[str, int], int]:
    """Sign a copy of each sheet. Returns their indices in the log by where each row stands."""
    indices: dict[tuple[str, int], int] = {}
    by = _named(script.sheets_by, "sheets_by")
    form = _form(script.sheets_form)
    seen: Counter[tuple[str, str]] = Counter()
    for number, row in enumerate(rows):
        copy = Copy(
            row.counts,
            row.classes,
            row.valid,
            ballots=row.ballots,
            voters=row.voters,
            supplement=row.supplement,
            spoilt=row.spoilt,
            registered=row.registered,
            form=form,
        )
        about = f"{row.station}/{row.contest}"
        # A second row for a station is another record, not the same bytes again: both stay visible.
        index = composer.add(copy, by=by, about=about, later=seen[row.station, row.contest])
        indices[row.source, row.line] = index
        seen[row.station, row.contest] += 1
        if number % 500 == 499 or number == len(rows) - 1:
            progress("sign", number + 1, len(rows))
    return indices


def _add_facts(
    composer: Composer,
    facts: tuple[FactRow, ...],
    indices: Mapping[tuple[str, int], int],
    script: ScriptTable,
) -> None:
    """Sign what the tables say is the matter with a sheet, of the copy of it where there is one."""
    by = _named(script.sheets_by, "sheets_by")
    for row in facts:
        index = indices.get((row.source, row.line))
        sheet = sha256(composer.records[index]).digest() if index is not None else None
        note = composer.attach(row.words.encode(), "text/plain") if row.words else None
        composer.add(SheetStatus(row.fact, sheet, note), by=by, about=f"{row.station}/{row.contest}")


def _form(text: str) -> Form:
    forms: Mapping[str, Form] = {form.name.lower(): form for form in Form}
    if text not in forms:
        raise DefinitionError("script-sheets-form", known=", ".join(forms), value=repr(text[:40]))
    return forms[text]


def _named(name: str | None, key: str) -> str:
    if name is None:
        raise DefinitionError("script-key-missing", key=key)
    return name
