"""What the evidence commands share: opening a publication that verifies, choosing contest and basis."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import language, say
from escrutinio.base.words.titles import title_in
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import trust_option
from escrutinio.core.election.choosing import (
    basis_with_sheets,
    choose_basis,
    choose_contest,
    counted_sheets,
    few,
)

if TYPE_CHECKING:
    from escrutinio.core.election.state import ContestView, ElectionState, Logged
    from escrutinio.core.log.checkpoint import Checkpoint
    from escrutinio.core.records.parts import Title
    from escrutinio.core.records.types import Claim
    from escrutinio.core.verification.verified import VerifiedLog


@dataclass(frozen=True)
class Opened:
    """A publication whose log verifies, and what was asked of it.

    `basis` is the code of a basis, "" where no sheet of the contest counts in any.
    """

    log: VerifiedLog
    contest: ContestView
    basis: str

    @property
    def state(self) -> ElectionState:
        """What the log says."""
        return self.log.state

    @property
    def checkpoint(self) -> Checkpoint:
        """What the log is at."""
        return self.log.checkpoint

    @property
    def root_at(self) -> Callable[[int], bytes]:
        """The root hash that the log had at a size (RFC 9162, section 2.1). Raises LogError."""
        return self.log.root_at

    def sheets(self, basis: str) -> int:
        """How many stations have a sheet that counts in a basis."""
        return counted_sheets(self.state, self.contest.code, basis)

    @property
    def with_sheets(self) -> str:
        """The basis. Raises InputError where no sheet counts at all."""
        return basis_with_sheets(self.basis, self.contest.code)

    def claim(self, code: str) -> Logged[Claim]:
        """The last announced result of the contest with this code. Raises InputError."""
        from escrutinio.core.records.types import Claim

        claims = {logged.body.code: logged for logged in self.state.records(Claim, self.contest.code)}
        if code not in claims:
            there = few(list(claims)) or "–"
            raise InputError("claim-code", code=repr(code[:80]), known=there)
        return claims[code]

    def heading(self) -> str:
        """Contest, basis and how many sheets, in a line; a second one where other bases have sheets too."""
        code = self.with_sheets
        name = title_of(self.contest.titles, self.contest.code)
        text = say(
            "{name}, {code}: {sheets:,} sheets counted", name=name, code=code, sheets=self.sheets(code)
        )
        others = [b.code for b in self.state.bases if b.code != code and self.sheets(b.code)]
        if others:
            text += say("\nOther bases (--basis): ") + ", ".join(others)
        return text


@dataclass(frozen=True)
class Question:
    """What an evidence command was called with, as `asks` collects it."""

    address: str
    contest: str | None
    basis: str | None
    trust: Path | None
    as_json: bool
    quiet: bool

    def open(self) -> Opened:
        """Load and verify; exits with 1 where a check fails. Raises InputError, LogError."""
        log = open_log(self.address, self.trust, quiet=self.quiet or self.as_json)
        view = choose_contest(log.state, self.contest)
        return Opened(log, view, choose_basis(log.state, view.code, self.basis))


def asks(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command ADDRESS and the common options, collected in a `Question` as its first argument."""

    @functools.wraps(function)
    def command(
        address: str,
        contest: str | None,
        basis: str | None,
        trust: Path | None,
        as_json: bool,
        quiet: bool,
        **rest: object,
    ) -> None:
        function(Question(address, contest, basis, trust, as_json, quiet), **rest)

    wrapped: Callable[..., None] = command
    for option in reversed(_COMMON):
        wrapped = option(wrapped)
    return wrapped


_COMMON = (
    click.argument("address"),
    click.option(
        "--contest",
        help=say("Code of the contest; may be left out where there is one."),
    ),
    click.option(
        "--basis",
        help=say("Which sheets; by default the first basis that has some, as on the pages."),
    ),
    trust_option,
    click.option(
        "--json", "as_json", is_flag=True,
        help=say("Print JSON (docs/evidence.md)."),
    ),
    click.option("-q", "--quiet", is_flag=True, help=say("No progress bars.")),
)  # fmt: skip


def title_of(titles: Sequence[Title], code: str) -> str:
    """The title in the user's language, or else the first one, or else the code."""
    return title_in(titles, language(), code)
