"""Opening a publication from a program: verified once, or not at all."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path

from escrutinio.base.inputs import as_text, read_input
from escrutinio.base.words.say import Phrase
from escrutinio.base.workers import workers
from escrutinio.core.election.choosing import basis_with_sheets, choose_basis, choose_contest
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.verification.checks import Answer
from escrutinio.core.verification.earlier import Memory
from escrutinio.core.verification.publication import (
    NotVerifiedError,
    Verification,
    used,
    verify_publication,
)
from escrutinio.core.verification.verdict import verdict
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.studies import study_of_sheets
from escrutinio.library.totals import Totals, totals_table

NO_MEMORY = Memory(
    note=Phrase("The library neither remembers logs nor compares them with what was seen before.")
)


class OriginWarning(UserWarning):
    """A log is used of which no trust file says whose it is."""


@dataclass(frozen=True, eq=False)
class Log:
    """The log of a publication, verified; everything that it is asked is computed from its entries.

    `verified` is the same for whoever wants its entries, proofs and state.
    """

    verification: Verification
    verified: VerifiedLog

    def __repr__(self) -> str:
        head = self.verified.checkpoint
        return f"<log of {head.origin}, {head.size:,} entries: {self.sentence('en')}>"

    @property
    def address(self) -> str:
        """Where it was opened: a directory or an http(s) address."""
        return self.verified.address

    @property
    def state(self) -> ElectionState:
        """What all of its entries say."""
        return self.verified.state

    @property
    def checks(self) -> tuple[Answer, ...]:
        """The answer to each check that was made, in order (docs/verifying.md)."""
        return self.verification.asked

    @property
    def authenticated(self) -> bool:
        """Whether a trust file vouches for its origin."""
        return self.verified.authenticated

    def sentence(self, language: str) -> str:
        """What the verification came to, in one of `languages()`."""
        return verdict(self.verification, language)

    @property
    def contests(self) -> tuple[str, ...]:
        """The codes of its contests."""
        return tuple(contest.code for contest in self.state.contests)

    @property
    def bases(self) -> tuple[str, ...]:
        """The codes of the bases on which votes can be added up; they are never mixed."""
        return tuple(basis.code for basis in self.state.bases)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules noticed in its entries (docs/findings.md); `sentence(language)` says each."""
        return self.verification.findings

    def totals(
        self, contest: str | None = None, *, basis: str | None = None, by_option: bool = False
    ) -> Totals:
        """The votes of each candidate, or of each option of the ballot, in every area of a contest.

        Without `contest` the only one; without `basis` the first with a sheet that counts. Raises
        InputError for codes that the election does not have.
        """
        code, chosen = self._chosen(contest, basis)
        return totals_table(self.state, code, chosen, by_option=by_option)

    def certainty(
        self,
        contest: str | None = None,
        *,
        basis: str | None = None,
        area: str | None = None,
        registered: int | None = None,
        size: int | None = None,
    ) -> Certificate:
        """Whether what is outstanding could still change what the sheets of a basis show.

        `area`: as if it voted alone; `registered`: voters on the whole roll, where somebody states it;
        `size`: the log as it was with so many entries. Raises InputError for codes that the election does not
        have, and for a contest without a sheet; EvidenceError for a size or roll that cannot be.
        """
        code, chosen = self._chosen(contest, basis)
        study = study_of_sheets(
            self.state, self.state.contest(code), basis_with_sheets(chosen, code),
            area=area, registered=registered, size=size,
        )  # fmt: skip
        return study.certificate

    def _chosen(self, contest: str | None, basis: str | None) -> tuple[str, str]:
        code = choose_contest(self.state, contest, "contest=").code
        return code, choose_basis(self.state, code, basis)


def open_log(
    address: str | PathLike[str], trust: str | PathLike[str] | Trust | None = None, *, processes: int = 1
) -> Log:
    """The log of the publication in a directory or at an http(s) address, once it verifies.

    `trust` is a trust file got by another way than the publication, read already or not. Without one the log
    may be anybody's: an OriginWarning says so. All checks of the log are made; `data/` and the pages beside
    it are neither looked at nor used (`escrutinio verify` looks at them). With `processes` above 1 so many
    work on it at once.

    Raises NotVerifiedError, whose `checks` are those that do not hold, for a log that is not what it says;
    LogError where there is none at `address`, and for a trust file that is none.
    """
    if isinstance(trust, str | PathLike):
        trust = parse_trust(as_text(read_input(Path(trust)), fspath(trust)), fspath(trust))
    place = fspath(address)
    with workers(processes) as executor:
        found = verify_publication(place, trust=trust, memory=NO_MEMORY, executor=executor, only_log=True)
    log = Log(found, used(place, found))
    if trust is None:
        warnings.warn(f"{place}: {log.sentence('en')}", OriginWarning, stacklevel=2)
    elif not log.authenticated:
        raise NotVerifiedError(place, found)
    return log
