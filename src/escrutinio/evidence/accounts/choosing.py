"""Which sources of the accounts that somebody names are compared: by contest, under names that tell apart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from escrutinio.base.errors import InputError
from escrutinio.core.election.state import RULED, ElectionState
from escrutinio.evidence.accounts.sources import Source, sources_of


def bases_of(state: ElectionState, address: str, basis: str = "") -> list[Source]:
    """All bases of all contests that have a sheet, or the one asked for, named after a publication's address.

    Raises InputError for a basis that the state does not have.
    """
    codes = [each.code for each in state.bases]
    if basis and basis not in codes:
        raise InputError("basis-missing", address=address, basis=repr(basis[:80]), known=", ".join(codes))
    # As ruled is made of the other bases, so it is no account of its own unless it is asked for.
    wanted = {basis} if basis else set(codes) - {RULED}
    return [
        replace(source, name=f"{address}#{source.name}")
        for contest in state.contests
        for source in sources_of(state, contest.code)
        if source.name in wanted
    ]


def by_contest(accounts: Sequence[Sequence[Source]], contest: str | None = None) -> list[list[Source]]:
    """The sources to compare of each contest, or the one asked for, that two or more accounts have.

    An account, such as a publication, gives several sources. Beside others it stands for the first of a
    contest; alone, for all of them. Raises InputError where no contest has two.
    """
    codes = list(dict.fromkeys(source.contest for each in accounts for source in each if source.contest))
    if contest is not None:
        codes = [contest]
    found = []
    for code in codes or [""]:
        of_code = [[source for source in each if source.contest in ("", code)] for each in accounts]
        chosen = list(of_code[0]) if len(of_code) == 1 else [each[0] for each in of_code if each]
        if len(chosen) > 1:
            found.append(_shortened(chosen))
    if not found:
        have = ", ".join(codes[:10]) or "–"
        raise InputError("accounts-apart", contests=have)
    return found


def _shortened(sources: list[Source]) -> list[Source]:
    """Sources under the shortest name that tells them apart: basis, directory and basis, or all of it."""
    for short in (_basis, _last):
        names = [short(source.name) for source in sources]
        if len(set(names)) == len(names) and all(names):
            return [replace(source, name=name) for source, name in zip(sources, names, strict=True)]
    return sources


def _basis(name: str) -> str:
    return name.rpartition("#")[2] if "#" in name else ""


def _last(name: str) -> str:
    address, mark, basis = name.rpartition("#")
    return f"{PurePath(address).name}{mark}{basis}" if mark else PurePath(name).name
