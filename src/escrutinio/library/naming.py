"""What somebody means who names an account: a publication, a table, or a source of a mapping file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.base.fetch import is_remote
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.evidence.accounts.choosing import bases_of
from escrutinio.evidence.accounts.sources import Source
from escrutinio.intake.mapping.accounts import (
    Account,
    AccountsFile,
    guess_mapping,
    read_account,
    read_accounts_file,
)


def sources_of_log(log: VerifiedLog, address: str, basis: str = "") -> list[Source]:
    """The bases of a verified log, or the one asked for, each with what it rests on. Raises InputError."""
    head = log.checkpoint
    rests_on = f"{head.origin}, {head.size:,} entries, root {head.root.hex()}"
    return [replace(each, rests_on=rests_on) for each in bases_of(log.state, address, basis)]


class Named:
    """Finds out what each name is, and reads it; a publication once, however often it is named.

    `skip_with` is how whoever asks says that rows which cannot be read are to be left out. Raises InputError
    and DefinitionError for a mapping file that is none.
    """

    def __init__(
        self,
        open_log: Callable[[str], VerifiedLog],
        map_file: Path | None = None,
        *,
        skip_bad_rows: bool = False,
        skip_with: str = "skip_bad_rows=True",
    ) -> None:
        self._open = open_log
        self._map: AccountsFile | None = read_accounts_file(map_file) if map_file is not None else None
        self._base = map_file.parent if map_file is not None else Path()
        self._skip = skip_bad_rows
        self._skip_with = skip_with
        self._logs: dict[str, VerifiedLog] = {}

    def resolve(self, name: str) -> list[Source]:
        """The sources of a name: one of a table, one per contest (and basis) of a publication.

        Raises InputError for a name of nothing, for a table that cannot be read as one, and for bad rows.
        """
        if self._map is not None and name in self._map.source:
            mapping, limit = self._map.source[name], self._map.max_bytes
            return self._taken(read_account(mapping, self._base, name, limit, self._map.codes))
        path = Path(name)
        if path.is_file():
            return self._taken(read_account(guess_mapping(path), path.parent, str(path)))
        address, mark, basis = (name, "", "") if path.exists() else name.rpartition("#")
        if not mark:
            address, basis = name, ""
        if not is_remote(address) and not Path(address).is_dir():
            there = ", ".join(self._map.source) if self._map is not None else "–"
            raise InputError("source-unknown", name=repr(name[:200]), known=there)
        if address not in self._logs:
            self._logs[address] = self._open(address)
        return sources_of_log(self._logs[address], address, basis)

    def _taken(self, account: Account) -> list[Source]:
        if account.bad and not self._skip:
            raise InputError("row-bad", row=account.bad[0], option=self._skip_with)
        return [account.source]
