"""Which contest and which basis somebody means who names one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError

if TYPE_CHECKING:
    from escrutinio.core.election.state import ContestView, ElectionState

SHOWN_CODES = 20


def choose_contest(state: ElectionState, code: str | None, asked_with: str = "--contest") -> ContestView:
    """The contest with this code, or the only one. Raises InputError, naming those that there are.

    `asked_with` is how whoever asks names a contest: an option of a command, or an argument.
    """
    codes = [contest.code for contest in state.contests]
    if code is None and len(codes) == 1:
        return state.contests[0]
    if code is None or code not in codes:
        if code is None:
            raise InputError("contest-needed", option=asked_with, known=few(codes))
        raise InputError("contest-unknown-of", contest=repr(code[:80]), known=few(codes))
    return state.contest(code)


def choose_basis(state: ElectionState, contest: str, code: str | None) -> str:
    """The basis with this code, or the first that has a sheet which counts, as on the pages; "" for none.

    Raises InputError for a basis that the election does not have, naming those that it has.
    """
    codes = [basis.code for basis in state.bases]
    if code is not None:
        if code not in codes:
            raise InputError("basis-unknown", basis=repr(code[:80]), known=few(codes))
        return code
    return next((each for each in codes if counted_sheets(state, contest, each)), "")


def basis_with_sheets(basis: str, contest: str) -> str:
    """The basis that `choose_basis` chose. Raises InputError where it found none with a sheet that counts."""
    if not basis:
        raise InputError("contest-no-sheet", contest=repr(contest))
    return basis


def counted_sheets(state: ElectionState, contest: str, basis: str) -> int:
    """How many stations have a sheet that counts."""
    rows = state.counted.get((contest, basis))
    return 0 if rows is None else int((rows >= 0).sum())


def few(codes: list[str]) -> str:
    """Codes for a sentence, not more of them than it can hold."""
    more = "" if len(codes) <= SHOWN_CODES else ", …"
    return ", ".join(codes[:SHOWN_CODES]) + more
