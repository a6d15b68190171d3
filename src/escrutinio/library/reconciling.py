"""Comparing accounts of one election from a program."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path

from escrutinio.base.cells import Value
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.evidence.accounts.accounts import Accounts, compare
from escrutinio.evidence.accounts.choosing import by_contest
from escrutinio.evidence.accounts.elections import elections_sentence
from escrutinio.evidence.accounts.figures import COLUMNS, figure_rows
from escrutinio.evidence.accounts.sources import Source, join
from escrutinio.library.naming import Named, sources_of_log
from escrutinio.library.opening import Log, open_log
from escrutinio.library.table import Table

SOURCE = (
    *("contest", "name", "rests_on", "stations", "votes", "only_here", "zero_reports", "withheld"),
    "options_left_out",
)
_NUMBERS = ("left_votes", "right_votes", "difference")

Account = Log | str | PathLike[str]
"""A verified log, or the path or name of a table, a publication or a source of a mapping file."""


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Accounts of one election held against each other, station by station; `contests` has all there is."""

    contests: tuple[Accounts, ...]

    @cached_property
    def differences(self) -> Table:
        """A row per figure that differs, and per station that one side lacks (docs/reconciling.md)."""
        rows = [row for accounts in self.contests for row in figure_rows(accounts)]
        return Table.of_rows(COLUMNS, rows, _NUMBERS)

    @cached_property
    def sources(self) -> Table:
        """A row per account and contest: what it rests on, what it has, and what of it was not compared.

        `stations` and `votes`: compared; `only_here`: stations that no other account has; `zero_reports`:
        sheets without a vote; `withheld`: stations of which it has something that does
        not count; `options_left_out`: codes without a partner.
        """
        rows: list[tuple[Value, ...]] = []
        for accounts in self.contests:
            joined = accounts.joined
            for at, source in enumerate(joined.sources):
                figures = (joined.present[at].sum(), joined.votes(at).sum(), joined.alone[at])
                zero = joined.zero_report[at].sum()
                counts = [int(each) for each in (*figures, zero, source.withheld)]
                left_out = " ".join(joined.left_out[at]) or None
                rows.append((joined.contest, source.name, source.rests_on, *counts, left_out))
        return Table.of_rows(SOURCE, rows, SOURCE[3:8])

    def sentence(self, language: str) -> str:
        """What was found, by contest and pair of accounts, and what it is not, in one of `languages()`."""
        sources = [source for accounts in self.contests for source in accounts.joined.sources]
        said = [elections_sentence(sources, language)]
        for accounts in self.contests:
            contest = f"{accounts.joined.contest}: " if len(self.contests) > 1 else ""
            said += [contest + accounts.sentences(pair, language)[0] for pair in accounts.pairs]
        said.append(self.contests[0].sentences(self.contests[0].pairs[0], language)[1])
        return " ".join(filter(None, said))


def reconcile(
    *accounts: Account,
    contest: str | None = None,
    map_file: str | PathLike[str] | None = None,
    registered: int | None = None,
    confirmed_zero: Collection[str] = (),
    skip_bad_rows: bool = False,
) -> Reconciliation:
    """Compare accounts of one election, station by station; one log alone is compared basis by basis.

    A name is that of a table whose columns speak for themselves, of a source of `map_file`, or of a
    publication (then opened without a trust file), with `#BASIS` to choose which sheets. `registered`: voters
    on the whole roll, where somebody states it; `confirmed_zero`: stations whose sheets without a vote a
    person has seen. Raises InputError where an account cannot be read or no contest has two, and
    EvidenceError where they have nothing in common.
    """
    named = Named(_without_trust, None if map_file is None else Path(map_file), skip_bad_rows=skip_bad_rows)

    def sources(account: Account) -> list[Source]:
        if isinstance(account, Log):
            return sources_of_log(account.verified, account.address)
        return named.resolve(fspath(account))

    return Reconciliation(
        tuple(
            compare(join(each, confirmed_zero=frozenset(confirmed_zero)), registered=registered)
            for each in by_contest([sources(account) for account in accounts], contest)
        )
    )


def _without_trust(address: str) -> VerifiedLog:
    return open_log(address).verified
