"""The files of an import, each read once, and the tables of codes that its fields use."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Readers
from escrutinio.intake.mapping.expression import Cells
from escrutinio.intake.mapping.files import load, matching, members
from escrutinio.intake.mapping.mapping import CodesMapping, TableMapping
from escrutinio.intake.mapping.reader import Reader
from escrutinio.intake.mapping.rows import BadRow, SourceFile
from escrutinio.intake.mapping.sources import TABLE, Blocks, open_table
from escrutinio.intake.mapping.spool import Spool
from escrutinio.intake.mapping.values import CellError, shown


class Files:
    """The files of one import, each read from the disk once, and each sheet of a workbook read once."""

    def __init__(self, base_dir: Path, max_bytes: int, codes: Mapping[str, CodesMapping]) -> None:
        self._base_dir = base_dir
        self._max_bytes = max_bytes
        self._codes = codes
        self._tables: dict[str, Mapping[str, str]] = {}
        self._loaded: dict[str, tuple[bytes, SourceFile]] = {}
        self._spooled: dict[tuple[str, str | None], Spool] = {}
        self._readers = Readers(TABLE)

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._readers.stop()
        for spool in self._spooled.values():
            spool.close()

    def open(self, mapping: TableMapping) -> Iterator[Reader]:
        """Open the table of a mapping, in each of its files. Raises InputError."""
        for file in matching(self._base_dir, mapping.file):
            if file not in self._loaded:
                self._loaded[file] = load(self._base_dir, file, self._max_bytes)
            data = self._loaded[file][0]
            for member in members(data, file, mapping.member):
                yield self._open(data, msgspec.structs.replace(mapping, file=file, member=member))

    def _open(self, data: bytes, mapping: TableMapping) -> Reader:
        def spooled(blocks: Callable[[], Blocks]) -> Blocks:
            key = mapping.file, mapping.sheet
            if key not in self._spooled:
                self._spooled[key] = Spool(blocks())
            return self._spooled[key].blocks()

        table = open_table(data, mapping, self._max_bytes, self._readers, spooled)
        return Reader(table, mapping, _Codes(self))

    def codes(self, name: str) -> Mapping[str, str] | None:
        """The table of codes of that name, read when it is first asked for; None where there is none."""
        if name not in self._tables and (mapping := self._codes.get(name)) is not None:
            self._tables[name] = self._read_codes(name, mapping)
        return self._tables.get(name)

    @property
    def code_names(self) -> tuple[str, ...]:
        """The names of the tables of codes."""
        return tuple(self._codes)

    def _read_codes(self, name: str, mapping: CodesMapping) -> dict[str, str]:
        found = {word.strip(): code for word, code in mapping.is_.items()}
        if mapping.file:
            for reader in self.open(mapping):
                _take_codes(reader, mapping, name, found)
        return found

    def read(self) -> tuple[SourceFile, ...]:
        """Return the files read so far."""
        return tuple(source for _, source in self._loaded.values())


def _take_codes(reader: Reader, mapping: CodesMapping, name: str, found: dict[str, str]) -> None:
    """Add the codes of a table to those found. Raises InputError for a bad row, since no field can be right
    without it."""
    word, code = reader.name(mapping.from_), reader.code(mapping.to)
    column = reader.columns(to=mapping.to)["to"]

    def take(_: int, cells: Cells) -> None:
        key, value = word(cells), code(cells)
        if found.setdefault(key, value) != value:
            raise CellError(column, value, "codes-twice", name=shown(key), code=found[key], table=name)

    bad: list[BadRow] = []
    reader.each(take, bad)
    if bad:
        raise InputError("codes-bad", table=name, why=bad[0])


class _Codes(Mapping[str, Mapping[str, str]]):
    """The tables of codes of an import as a mapping that reads each when it is asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def __getitem__(self, name: str) -> Mapping[str, str]:
        found = self._files.codes(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._files.code_names

    def __iter__(self) -> Iterator[str]:
        return iter(self._files.code_names)

    def __len__(self) -> int:
        return len(self._files.code_names)
